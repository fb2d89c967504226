//! A pod's log, as its kubelet tells it: worked out anew from who speaks and when.
use std::{fmt::Write as _, sync::Arc, time::Duration};

use bytes::Bytes;
use hyper::StatusCode;

use super::{
    Ask, Server,
    answer::{self, Sender},
    route::{Query, Target},
};
use crate::{
    clock::{self, MINUTE, SECOND},
    http::{self, Answer},
    kube::{
        Cluster,
        pod::{Container, Pod, State},
        refused::{Cause, Refused},
        resource::Kind,
    },
    lines::{self, Line, Run, Voice},
};

/// The kubelet turns a container's log over at this size, and tells no older file.
const FILE: usize = 10 * 1024 * 1024;
/// How often a log that is followed is looked at.
const LOOK: Duration = Duration::from_millis(250);

/// Who spoke: what a voice borrows, kept.
#[derive(Clone, Debug)]
pub struct Speaker {
    seed: u64,
    region: String,
    zone: String,
    namespace: Arc<str>,
    pod: Arc<str>,
    uid: u128,
    container: Arc<str>,
    image: Arc<str>,
}

impl Speaker {
    fn of(cluster: &Cluster, pod: &Pod, at: usize) -> Self {
        let spec = &pod.template.containers[at];
        let node = pod.node.as_ref().map(|placed| &*placed.node).unwrap_or_default();
        let zone = cluster.host(node).map(|host| host.spec.zone.clone());
        Self {
            seed: cluster.plan.seed,
            region: cluster.plan.region.clone(),
            zone: zone.unwrap_or_default(),
            namespace: pod.namespace.clone(),
            pod: pod.name.clone(),
            uid: pod.uid,
            container: spec.name.clone(),
            image: spec.image.clone(),
        }
    }

    fn says(&self, run: Run, from: i64, to: i64) -> Vec<Line> {
        let voice = Voice {
            seed: self.seed,
            region: &self.region,
            zone: &self.zone,
            namespace: &self.namespace,
            pod: &self.pod,
            container: &self.container,
            image: &self.image,
            run,
        };
        lines::between(&voice, from, to)
    }
}

/// What part of the log is wanted.
#[derive(Clone, Copy, Debug, Default)]
struct Want {
    since: Option<i64>,
    tail: Option<usize>,
    limit: Option<usize>,
    timestamps: bool,
}

impl Want {
    fn of(query: &Query, name: &str, now: i64) -> Result<Self, Refused> {
        let invalid = |field: &str, value: &str, why: &str| {
            let message = format!("Invalid value: {value}: {why}");
            let cause = Cause { reason: "FieldValueInvalid".to_owned(), message, field: field.to_owned() };
            let mut refused = Refused::invalid(Kind::Pod, name, vec![cause]);
            refused.message = refused.message.replacen("Pod ", "PodLogOptions ", 1);
            refused
        };
        let seconds = query.int("sinceSeconds")?;
        if let Some(bad) = seconds.filter(|seconds| *seconds < 1) {
            return Err(invalid("sinceSeconds", &bad.to_string(), "must be greater than 0"));
        }
        let time = query.get("sinceTime");
        if seconds.is_some() && time.is_some() {
            return Err(invalid("", "", "at most one of sinceTime or sinceSeconds may be specified"));
        }
        let time = time.map(|text| {
            let parsed = text.parse::<jiff::Timestamp>().map(|at| at.as_millisecond());
            parsed.map_err(|_| Refused::bad_request(format!("parsing time \"{text}\" as RFC 3339 failed")))
        });
        let size = |key: &str| match query.int(key)? {
            Some(bad) if bad < i64::from(key == "limitBytes") => {
                Err(invalid(key, &bad.to_string(), "must be greater than or equal to 0"))
            }
            some => Ok(some.and_then(|value| usize::try_from(value).ok())),
        };
        Ok(Self {
            since: time.transpose()?.or(seconds.map(|seconds| now - seconds * SECOND)),
            tail: size("tailLines")?,
            limit: size("limitBytes")?,
            timestamps: query.flag("timestamps"),
        })
    }

    fn text(self, lines: &[Line]) -> String {
        let mut text = String::new();
        for line in lines {
            if self.timestamps {
                let _infallible = write!(text, "{} ", clock::nanos(line.at));
            }
            text.push_str(&line.text);
            text.push('\n');
        }
        text
    }
}

/// Which container of a pod is meant.
pub fn container(pod: &Pod, given: Option<&str>) -> Result<usize, Refused> {
    let containers = &pod.template.containers;
    if let Some(name) = given {
        let found = containers.iter().position(|spec| &*spec.name == name);
        return found
            .ok_or_else(|| Refused::bad_request(format!("container {name} is not valid for pod {}", pod.name)));
    }
    let names = |init: bool| {
        containers.iter().filter(|spec| spec.init == init).map(|spec| &*spec.name).collect::<Vec<_>>().join(" ")
    };
    let mut main = containers.iter().enumerate().filter(|(_, spec)| !spec.init).map(|(at, _)| at);
    match (main.next(), main.next()) {
        (Some(only), None) if containers.len() == 1 => Ok(only),
        _ => {
            let mut why =
                format!("a container name must be specified for pod {}, choose one of: [{}]", pod.name, names(false));
            if containers.iter().any(|spec| spec.init) {
                let _infallible = write!(why, " or one of the init containers: [{}]", names(true));
            }
            Err(Refused::bad_request(why))
        }
    }
}

/// A node that is silent tells no logs and runs no commands.
pub fn reachable(cluster: &Cluster, pod: &Pod, what: &str, container: &str) -> Result<(), Refused> {
    let Some(placed) = &pod.node else { return Ok(()) };
    if cluster.host(&placed.node).is_some_and(|host| host.silent.is_none()) {
        return Ok(());
    }
    let to = format!("{}:10250", placed.address);
    let path = format!("https://{to}/{what}/{}/{}/{container}", pod.namespace, pod.name);
    Err(Refused {
        code: 500,
        reason: "InternalError",
        message: format!("Internal error occurred: Get \"{path}\": dial tcp {to}: i/o timeout"),
        details: None,
    })
}

/// The run whose log is told.
fn run(pod: &Pod, name: &str, container: &Container, previous: bool) -> Result<Run, Refused> {
    let runs = container.all_runs();
    let waits = matches!(container.state, State::Waiting { .. });
    if previous {
        // while it waits to be started again, the last run is the one before
        let older = if waits { runs.last() } else { runs.len().checked_sub(2).and_then(|at| runs.get(at)) };
        let missing = || {
            Refused::bad_request(format!("previous terminated container \"{name}\" in pod \"{}\" not found", pod.name))
        };
        return older.copied().ok_or_else(missing);
    }
    if let Some(last) = runs.last() {
        return Ok(*last);
    }
    let State::Waiting { reason, .. } = &container.state else {
        return Err(Refused::bad_request(format!("container \"{name}\" in pod \"{}\" is not available", pod.name)));
    };
    let why = match *reason {
        "ErrImagePull" => "trying and failing to pull image",
        "ImagePullBackOff" => "image can't be pulled",
        other => other,
    };
    Err(Refused::bad_request(format!("container \"{name}\" in pod \"{}\" is waiting to start: {why}", pod.name)))
}

pub fn answer(server: &Arc<Server>, target: &Target, ask: &Ask) -> Result<Answer, Refused> {
    let (namespace, name) = (target.space(), target.named());
    let now = server.now();
    let want = Want::of(&ask.query, name, now)?;
    let previous = ask.query.flag("previous");
    let (speaker, run) = server.look(|cluster| {
        let pod = cluster.store().pod(namespace, name).ok_or_else(|| Refused::not_found(Kind::Pod, name))?;
        let at = container(pod, ask.query.get("container"))?;
        let speaker = Speaker::of(cluster, pod, at);
        reachable(cluster, pod, "containerLogs", &speaker.container)?;
        // a pod that has no node yet has nothing to tell, and that is no error
        let run =
            pod.node.is_some().then(|| run(pod, &speaker.container, &pod.containers[at], previous)).transpose()?;
        Ok((speaker, run))
    })?;
    let Some(run) = run else { return Ok(http::answer(StatusCode::OK, "text/plain", "")) };
    let (sender, answer) = answer::stream("text/plain");
    let follow = ask.query.flag("follow") && !previous;
    tokio::spawn(tell(server.clone(), sender, speaker, run, want, follow, now));
    Ok(answer)
}

async fn tell(server: Arc<Server>, to: Sender, speaker: Speaker, run: Run, want: Want, follow: bool, now: i64) {
    let mut left = want.limit.unwrap_or(usize::MAX);
    let past = {
        let speaker = speaker.clone();
        tokio::task::spawn_blocking(move || want.text(&past(&speaker, run, want, now))).await.unwrap_or_default()
    };
    for piece in Bytes::from(past).chunks(64 * 1024) {
        let piece = piece.get(..left.min(piece.len())).unwrap_or(piece);
        left -= piece.len();
        if to.send(Ok(Bytes::copy_from_slice(piece))).await.is_err() {
            return;
        }
    }
    if follow && left > 0 {
        self::follow(&server, &to, &speaker, run, now, |lines| {
            let mut text = want.text(lines).into_bytes();
            text.truncate(left);
            left -= text.len();
            (text.into(), left > 0)
        })
        .await;
    }
}

/// What the run has said until now: as far back as is wanted, and as one file of the kubelet holds.
fn past(speaker: &Speaker, run: Run, want: Want, now: i64) -> Vec<Line> {
    let start = run.started.max(want.since.unwrap_or(i64::MIN));
    let end = run.ended.map_or(now, |(at, _)| now.min(at + 1));
    let (mut until, mut window) = (end, MINUTE);
    let (mut blocks, mut count, mut size) = (vec![], 0, 0);
    while until > start && size < FILE && want.tail.is_none_or(|tail| count < tail) {
        let from = (until - window).max(start);
        let block = speaker.says(run, from, until);
        count += block.len();
        size += block.iter().map(|line| line.text.len() + 1).sum::<usize>();
        blocks.push(block);
        until = from;
        // a quiet container is looked back at in longer strides
        window = if count < 1000 { window * 2 } else { window };
    }
    let mut lines: Vec<Line> = blocks.into_iter().rev().flatten().collect();
    if let Some(tail) = want.tail {
        lines.drain(..lines.len().saturating_sub(tail));
    }
    while size > FILE && !lines.is_empty() {
        let first = lines.iter().scan(size, |size, line| (*size > FILE).then(|| *size -= line.text.len() + 1)).count();
        lines.drain(..first.max(1));
        size = lines.iter().map(|line| line.text.len() + 1).sum();
    }
    lines
}

/// Tells on, until the run ends or the pod is gone. `write` says what goes out, and whether to go on.
pub async fn follow(
    server: &Server,
    to: &Sender,
    speaker: &Speaker,
    first: Run,
    from: i64,
    mut write: impl FnMut(&[Line]) -> (Bytes, bool),
) {
    let mut told = from;
    loop {
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = to.closed() => return,
        }
        let Some((now, run)) = server.look(|cluster| present(cluster, speaker, first)).map(|run| (server.now(), run))
        else {
            return;
        };
        let until = run.ended.map_or(now, |(at, _)| now.min(at + 1));
        let lines = speaker.says(run, told, until);
        told = until.max(told);
        if !lines.is_empty() {
            let (text, goes_on) = write(&lines);
            if to.send(Ok(text)).await.is_err() || !goes_on {
                return;
            }
        }
        if run.ended.is_some() {
            return;
        }
    }
}

/// The run as it is now.
fn present(cluster: &Cluster, speaker: &Speaker, first: Run) -> Option<Run> {
    let pod = cluster.store().pod(&speaker.namespace, &speaker.pod).filter(|pod| pod.uid == speaker.uid)?;
    let runs = cluster.runs(&pod.namespace, &pod.name, &speaker.container);
    runs.into_iter().find(|run| run.number == first.number)
}

/// The speaker and present run of a container, for who attaches to it.
pub fn live(cluster: &Cluster, pod: &Pod, at: usize) -> Option<(Speaker, Run)> {
    let run = pod.containers[at].all_runs().last().copied().filter(|run| run.ended.is_none())?;
    Some((Speaker::of(cluster, pod, at), run))
}
