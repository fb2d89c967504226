//! Containers through the Kubernetes API: which there are is watched, and each is read by a reader of its own.
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::{
    sync::{Notify, mpsc},
    task::JoinSet,
    time::sleep,
};

use super::{desk::Desk, places::Pods};
use crate::{
    clients::{
        kube::{self, Link, News as Rows, Project, log},
        now_ms,
    },
    error::{Error, Result, Trouble},
    kinds::{
        pod::Pod,
        rows::{Change, Step as Rowed},
    },
    log::{
        Event, News, Target, TargetNo,
        follow::{
            Failure, Standing, Told,
            pod::{Ask, Container, From, State, Status, Step},
            same::Saying,
        },
    },
};

/// More containers are not read at once through one API server: each is a request that stays open.
const MOST: usize = 100;
/// The time between two waits that is no longer explained by waiting: the machine slept.
const SLEPT: i64 = 10_000;

/// One container of one pod.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    uid: Box<str>,
    container: Arc<str>,
}

/// Follows the pods that are picked, and what their containers say. Of what is not followed, those that are there now are read.
pub async fn follow(desk: Arc<Desk>, pods: Pods) -> Result<()> {
    let follows = desk.reading().until.is_none();
    let (tell, mut rows) = mpsc::channel(16);
    let link = pods.link.clone();
    let namespace = pods.namespace.clone();
    let (kind, says) = (pods.selector.0, pods.selector.1.clone());
    let watch = async move {
        let tell = |news| {
            let tell = tell.clone();
            async move {
                let _gone = tell.send(news).await;
            }
        };
        match kube::follow_some::<Pod, _, _>(&link, namespace.as_deref(), (kind, &says), tell).await {}
    };
    let mut readers = Readers { desk, pods, known: HashMap::new(), tasks: JoinSet::new() };
    tokio::pin!(watch);
    let mut told: Option<Trouble> = None;
    loop {
        tokio::select! {
            never = &mut watch => match never {},
            news = rows.recv() => match news {
                Some(Rows::Rows(step)) => {
                    let whole = readers.take(step).await;
                    if whole && !follows {
                        break;
                    }
                }
                // who is watched is read on without the watch
                Some(Rows::Lost(error)) if readers.known.is_empty() => {
                    if !follows {
                        return Err(error);
                    }
                    // it is tried again by itself, and said once
                    if told.replace(error.trouble) != Some(error.trouble) {
                        readers.desk.tell(News::Missing(error)).await;
                    }
                }
                Some(Rows::Live) => told = None,
                Some(Rows::Partial(_) | Rows::Lost(_)) => {}
                None => break,
            },
            Some(_) = readers.tasks.join_next(), if !readers.tasks.is_empty() => {}
            () = readers.desk.stopped() => return Ok(()),
        }
    }
    while readers.tasks.join_next().await.is_some() {}
    Ok(())
}

struct Readers {
    desk: Arc<Desk>,
    pods: Pods,
    known: HashMap<Key, Arc<Notify>>,
    tasks: JoinSet<()>,
}

impl Readers {
    /// Tells whether all pods are known now.
    async fn take(&mut self, step: Rowed<Pod>) -> bool {
        match step {
            Rowed::Page(rows) => {
                self.pods(&rows).await;
                false
            }
            Rowed::Whole(rows) => {
                self.pods(&rows.iter().cloned().collect::<Vec<_>>()).await;
                true
            }
            Rowed::Changed(changes) => {
                for change in changes {
                    match change {
                        Change::Upsert(pod) => self.pods(std::slice::from_ref(&pod)).await,
                        // its readers find out by themselves, once they have read what there is left
                        Change::Remove(uid) => self.stir(&uid),
                    }
                }
                false
            }
        }
    }

    fn stir(&self, uid: &str) {
        self.known.iter().filter(|(key, _)| *key.uid == *uid).for_each(|(_, stir)| stir.notify_one());
    }

    async fn pods(&mut self, pods: &[Pod]) {
        for pod in pods {
            self.stir(&pod.uid);
            for container in &pod.containers {
                let key = Key { uid: pod.uid.clone(), container: container.name.clone() };
                let wanted = self.pods.container.as_ref().is_none_or(|only| **only == *container.name);
                if wanted && !self.known.contains_key(&key) {
                    self.begin(pod, key).await;
                }
            }
        }
    }

    async fn begin(&mut self, pod: &Pod, key: Key) {
        let scope = self.pods.scope.clone();
        let namespace = pod.namespace.clone();
        let (name, uid, container): (Arc<str>, _, _) =
            (pod.name.as_ref().into(), pod.uid.as_ref().into(), key.container.clone());
        let target = Target::Container { scope, namespace, pod: name.clone(), uid, container: container.clone() };
        let no = self.desk.target(target).await;
        if self.tasks.len() >= MOST {
            let why = format!("{MOST} containers are read already: each is an open request to the API server");
            let error = Error::new(Trouble::Other, format!("{container} of {name} is not read"), why)
                .hint("CloudWatch Logs has it, where it is collected");
            self.desk.tell(News::Told(Told::Standing(no, Standing::Denied(error)))).await;
            return;
        }
        let stir = Arc::new(Notify::new());
        let reader = Reader {
            desk: self.desk.clone(),
            link: self.pods.link.clone(),
            namespace: pod.namespace.clone(),
            pod: name,
            container,
            no,
            stir: stir.clone(),
        };
        self.tasks.spawn(reader.run());
        self.known.insert(key, stir);
    }
}

struct Reader {
    desk: Arc<Desk>,
    link: Arc<Link>,
    namespace: Arc<str>,
    pod: Arc<str>,
    container: Arc<str>,
    no: TargetNo,
    /// The pod changed.
    stir: Arc<Notify>,
}

impl Reader {
    async fn run(self) {
        let reading = self.desk.reading();
        let follows = reading.until.is_none();
        let mut engine = Container::new(self.no, From::Since(reading.since), follows, self.desk.numbers.clone());
        let mut stream: Option<(u32, log::Lines)> = None;
        let mut last = (Instant::now(), now_ms());
        loop {
            let now = now_ms();
            let (passed, clock) = (i64::try_from(last.0.elapsed().as_millis()).unwrap_or(i64::MAX), now - last.1);
            last = (Instant::now(), now);
            if (clock - passed).abs() > SLEPT {
                engine.pulse(now);
            }
            match engine.next(now) {
                Step::Ask(ask) => stream = self.ask(&mut engine, ask).await,
                Step::Look => self.look(&mut engine).await,
                Step::Stop(_) => stream = None,
                Step::Wait(until) => {
                    let wait = u64::try_from(until.saturating_sub(now)).unwrap_or(0).clamp(1, 5_000);
                    self.wait(&mut engine, &mut stream, Duration::from_millis(wait)).await;
                }
                Step::Done => return,
            }
        }
    }

    async fn ask(&self, engine: &mut Container, ask: Ask) -> Option<(u32, log::Lines)> {
        let wanted = log::Wanted {
            namespace: self.namespace.to_string(),
            pod: self.pod.to_string(),
            container: self.container.to_string(),
            since: ask.since.map(Into::into),
            previous: ask.previous,
            follow: ask.follow,
            tail_lines: ask.tail_lines,
        };
        match log::open(&self.link, &wanted).await {
            Ok(lines) => Some((ask.no, lines)),
            Err(error) => {
                let told = engine.closed(ask.no, Some(failure(error)), now_ms());
                self.tell(told).await;
                None
            }
        }
    }

    async fn look(&self, engine: &mut Container) {
        let told = match kube::object(&self.link, Pod::SOURCE, Some(&self.namespace), &self.pod).await {
            Ok(pod) => match status(&pod, &self.container) {
                Some(status) => engine.observed(status, now_ms()),
                None => vec![],
            },
            Err(error) if error.trouble == Trouble::NotFound => engine.vanished(error, now_ms()),
            // it is asked again soon; that nobody answers, the stream says too
            Err(_) => vec![],
        };
        self.tell(told).await;
    }

    async fn wait(&self, engine: &mut Container, stream: &mut Option<(u32, log::Lines)>, wait: Duration) {
        let Some((no, lines)) = stream else {
            tokio::select! {
                () = self.stir.notified() => self.look(engine).await,
                () = sleep(wait) => {}
            }
            return;
        };
        let no = *no;
        let more = tokio::select! {
            more = lines.next(wait) => more,
            () = self.stir.notified() => return self.look(engine).await,
        };
        let told = match more {
            Ok(log::More::Bytes(bytes)) => engine.read(no, &bytes, now_ms()),
            Ok(log::More::Quiet) => vec![],
            Ok(log::More::End) => {
                *stream = None;
                engine.closed(no, None, now_ms())
            }
            Err(error) => {
                *stream = None;
                engine.closed(no, Some(failure(error)), now_ms())
            }
        };
        self.tell(told).await;
    }

    async fn tell(&self, told: Vec<Told>) {
        for told in told {
            let told = match told {
                Told::Events(mut events) => {
                    let until = self.desk.reading().until.unwrap_or(i64::MAX);
                    events.retain(|event| event.at <= until && self.is_new(event));
                    if events.is_empty() {
                        continue;
                    }
                    Told::Events(events)
                }
                told => told,
            };
            self.desk.tell(News::Told(told)).await;
        }
    }

    fn is_new(&self, event: &Event) -> bool {
        let text = String::from_utf8_lossy(&event.text);
        self.desk.is_new(&Saying {
            pod: (&*self.pod).into(),
            container: (&*self.container).into(),
            stamp: i128::from(event.at) * 1_000_000,
            text: Some(text),
        })
    }
}

/// What the API server's refusal means for a log: a container that has not begun yet is asked again.
fn failure(error: Error) -> Failure {
    let why = error.why.to_ascii_lowercase();
    let waits = ["is waiting to start", "previous terminated container", "not found in pod", "containercreating"];
    if waits.iter().any(|words| why.contains(words)) { Failure::NotReady(error) } else { Failure::of(error) }
}

/// What a pod's status says of one of its containers.
fn status(pod: &Value, container: &str) -> Option<Status> {
    let all = ["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"].iter();
    let own = all
        .filter_map(|list| pod.pointer(&format!("/status/{list}"))?.as_array())
        .flatten()
        .find(|status| status["name"] == container)?;
    let time = |value: &Value| value.as_str()?.parse::<jiff::Timestamp>().ok().map(|at| at.as_millisecond());
    let (state, started) = if let Some(running) = own.pointer("/state/running") {
        (State::Running, time(&running["startedAt"]))
    } else if let Some(over) = own.pointer("/state/terminated") {
        (State::Terminated, time(&over["startedAt"]))
    } else {
        (State::Waiting, None)
    };
    let gone = pod.pointer("/metadata/deletionTimestamp").is_some();
    let over = matches!(pod.pointer("/status/phase").and_then(Value::as_str), Some("Succeeded" | "Failed"));
    let done = state == State::Terminated
        && (pod.pointer("/spec/restartPolicy").and_then(Value::as_str) == Some("Never")
            || own.pointer("/state/terminated/exitCode") == Some(&Value::from(0))
                && pod.pointer("/spec/restartPolicy").and_then(Value::as_str) != Some("Always"));
    let ended = own.pointer("/lastState/terminated").map(|last| {
        let reason = last["reason"].as_str().unwrap_or("ended");
        format!("{reason}, exit code {}", last["exitCode"].as_i64().unwrap_or_default()).into()
    });
    Some(Status {
        restarts: own["restartCount"].as_u64().and_then(|n| u32::try_from(n).ok()).unwrap_or(0),
        state,
        last: gone || over || done,
        started,
        ended,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_status_tells_run_state_and_how_the_run_before_ended() {
        let pod = json!({"metadata": {}, "spec": {"restartPolicy": "Always"}, "status": {"phase": "Running", "containerStatuses": [
            {"name": "app", "restartCount": 3, "state": {"running": {"startedAt": "2026-11-24T10:00:00Z"}},
             "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137}}}]}});
        let told = status(&pod, "app").expect("it is there");
        assert_eq!((told.restarts, told.state, told.last), (3, State::Running, false));
        assert_eq!(told.ended.as_deref(), Some("OOMKilled, exit code 137"));
        assert!(told.started.is_some());
        assert_eq!(status(&pod, "other"), None);
    }

    #[test]
    fn a_container_that_will_not_run_again_is_at_its_end() {
        let pod = |policy: &str, code: i32| {
            json!({"spec": {"restartPolicy": policy}, "status": {"phase": "Running", "containerStatuses": [
                {"name": "app", "restartCount": 0, "state": {"terminated": {"exitCode": code}}}]}})
        };
        let last = |policy, code| status(&pod(policy, code), "app").is_some_and(|status| status.last);
        assert!(last("Never", 1) && last("OnFailure", 0));
        assert!(!last("Always", 0) && !last("OnFailure", 1));
    }
}
