//! A pod, kept small: what it has in common with its siblings is in their [`Template`], and the rest is numbers and times.
use std::{collections::BTreeMap, net::Ipv4Addr, sync::Arc};

use serde_json::{Map, Value, json};

use super::template::Template;
use crate::{
    clock, lines,
    rng::{self, Rng},
};

pub type Labels = BTreeMap<String, String>;

#[derive(Clone, Debug)]
pub struct Pod {
    pub namespace: Arc<str>,
    pub name: Arc<str>,
    pub uid: u128,
    pub rv: u64,
    /// What its name begins with, if the server made the name up.
    pub generate_name: Option<Arc<str>>,
    pub owner: Option<Arc<Owner>>,
    pub template: Arc<Template>,
    /// All labels; shared with the template unless the pod has its own.
    pub labels: Arc<Labels>,
    pub annotations: Arc<Labels>,
    pub created: i64,
    pub deletion: Option<Deletion>,
    pub phase: Phase,
    /// Why it failed as a whole: reason and message.
    pub why: Option<(&'static str, Arc<str>)>,
    pub node: Option<Placed>,
    /// Why no node would have it, and since when.
    pub unschedulable: Option<(i64, Arc<str>)>,
    pub ip: Option<Ipv4Addr>,
    /// When its node had its sandbox and network ready.
    pub sandboxed: Option<i64>,
    /// When its init containers were done.
    pub initialized: Option<i64>,
    /// Whether all containers are ready, and since when it is so.
    pub ready: (bool, i64),
    /// Since when its node is silent, and the pod counts as not ready for it.
    pub silent: Option<i64>,
    /// Since when it is to make way, the reason and the message.
    pub disrupted: Option<(i64, &'static str, Arc<str>)>,
    /// As the template has them: first the init containers, then the others.
    pub containers: Box<[Container]>,
}

/// The node that a pod is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    pub node: Arc<str>,
    pub address: Ipv4Addr,
    pub at: i64,
}

/// The controller that a pod belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    pub api_version: &'static str,
    pub kind: &'static str,
    pub name: Arc<str>,
    pub uid: u128,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deletion {
    /// When the grace is over.
    pub at: i64,
    /// In seconds.
    pub grace: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    #[default]
    Pending,
    Running,
    Succeeded,
    Failed,
}

#[derive(Clone, Debug, Default)]
pub struct Container {
    pub state: State,
    pub last: Option<Ended>,
    pub ready: bool,
    /// Whether the startup probe, if any, has passed.
    pub started: bool,
    pub restarts: u32,
    /// Of the present container, or of the last if it waits; 0 if there was none. The runtime's name for it is made of it.
    pub id: u64,
    /// How the present run fares.
    pub mood: lines::Mood,
    /// Since when, if not since its start.
    pub mood_since: Option<i64>,
    /// How often it has died in a row.
    pub deaths: u32,
    /// The runs that have ended, oldest first.
    pub runs: Vec<lines::Run>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Waiting { reason: &'static str, message: Option<Arc<str>> },
    Running { since: i64 },
    Terminated(Ended),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    pub exit: i32,
    pub reason: &'static str,
    pub started: i64,
    pub finished: i64,
    pub id: u64,
}

impl Default for State {
    fn default() -> Self {
        Self::Waiting { reason: "ContainerCreating", message: None }
    }
}

impl Phase {
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Running => "Running",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
        }
    }

    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }
}

/// The number of a container's run, of which the runtime's name for it is made.
#[must_use]
pub fn container_number(uid: u128, container: usize, run: u32) -> u64 {
    let seed = (uid >> 64) as u64 ^ (uid as u64).rotate_left(17);
    Rng::new(seed ^ (container as u64) << 32 ^ u64::from(run)).next() | 1
}

/// What containerd calls a container, without its scheme.
#[must_use]
pub fn container_id(id: u64) -> String {
    Rng::new(id).hex(64)
}

/// The digest that an image resolves to.
#[must_use]
pub fn image_id(image: &str) -> String {
    let repository = image.split('@').next().unwrap_or(image);
    let tag = repository.rfind(':').filter(|at| !repository[*at..].contains('/'));
    let repository = tag.map_or(repository, |at| &repository[..at]);
    format!("{repository}@sha256:{}", Rng::of(0, image).hex(64))
}

impl Container {
    /// How it fares changes in the middle of a run, which is told as two of the same number.
    pub fn change_mood(&mut self, now: i64, mood: lines::Mood) {
        if let State::Running { since } = self.state {
            self.runs.push(lines::Run { ended: Some((now, 0)), ..self.run(since) });
            self.mood_since = Some(now);
            self.mood = mood;
        }
    }

    /// Its present run, or what it has been since its mood changed.
    #[must_use]
    pub fn run(&self, since: i64) -> lines::Run {
        let started = self.mood_since.unwrap_or(since);
        lines::Run { number: self.restarts, started, ended: None, mood: self.mood }
    }

    /// All its runs, oldest first, the present one last.
    #[must_use]
    pub fn all_runs(&self) -> Vec<lines::Run> {
        let mut runs = self.runs.clone();
        if let State::Running { since } = self.state {
            runs.push(self.run(since));
        }
        runs
    }
}

impl Pod {
    #[must_use]
    pub fn uid(&self) -> String {
        uid_text(self.uid)
    }

    /// Whether endpoints take it for ready.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.ready.0 && self.silent.is_none()
    }

    /// Whether it stands for something that runs or will run.
    #[must_use]
    pub fn is_active(&self) -> bool {
        !self.phase.is_over() && self.deletion.is_none()
    }

    /// When its `Ready` condition last changed.
    #[must_use]
    pub fn ready_since(&self) -> i64 {
        self.silent.unwrap_or(self.ready.1)
    }

    /// What comes before its containers' states is common to JSON and protobuf: the state of each container, with its name and image.
    pub fn named_containers(&self) -> impl Iterator<Item = (&super::template::ContainerSpec, &Container)> {
        self.template.containers.iter().zip(&self.containers)
    }

    /// The conditions of its status, in the order in which the kubelet gives them.
    #[must_use]
    pub fn conditions(&self) -> Vec<Condition<'_>> {
        let mut conditions = vec![];
        let Some(placed) = &self.node else {
            if let Some((at, message)) = &self.unschedulable {
                conditions.push(Condition::new("PodScheduled", false, *at, "Unschedulable", message));
            }
            return conditions;
        };
        if let Some((at, reason, message)) = &self.disrupted {
            conditions.push(Condition::new("DisruptionTarget", true, *at, reason, message));
        }
        let (sandbox, at) = match self.sandboxed {
            Some(at) if !self.phase.is_over() => (true, at),
            _ => (false, if self.phase.is_over() { self.ready.1 } else { placed.at }),
        };
        conditions.push(Condition::new("PodReadyToStartContainers", sandbox, at, "", ""));
        let done = if self.phase == Phase::Succeeded { "PodCompleted" } else { "" };
        match self.initialized {
            Some(at) => conditions.push(Condition::new("Initialized", true, at, done, "")),
            None => conditions.push(Condition::new("Initialized", false, placed.at, "ContainersNotInitialized", "")),
        }
        let reason = match (self.ready.0, self.phase) {
            (true, _) => "",
            (false, Phase::Succeeded) => "PodCompleted",
            (false, Phase::Failed) => "PodFailed",
            (false, _) => "ContainersNotReady",
        };
        conditions.push(Condition::new(
            "Ready",
            self.is_ready(),
            self.ready_since(),
            if self.silent.is_some() { "" } else { reason },
            "",
        ));
        conditions.push(Condition::new("ContainersReady", self.ready.0, self.ready.1, reason, ""));
        let unready = self.unready_names();
        for condition in &mut conditions {
            if condition.reason == "ContainersNotReady" {
                condition.message = format!("containers with unready status: [{unready}]").into();
            } else if condition.reason == "ContainersNotInitialized" {
                condition.message = format!("containers with incomplete status: [{}]", self.incomplete_names()).into();
            }
        }
        conditions.push(Condition::new("PodScheduled", true, placed.at, "", ""));
        conditions
    }

    fn unready_names(&self) -> String {
        let unready = self.named_containers().filter(|(spec, container)| !spec.init && !container.ready);
        unready.map(|(spec, _)| &*spec.name).collect::<Vec<_>>().join(" ")
    }

    fn incomplete_names(&self) -> String {
        let incomplete = self.named_containers().filter(|(spec, container)| {
            spec.init && !matches!(container.state, State::Terminated(Ended { exit: 0, .. }))
        });
        incomplete.map(|(spec, _)| &*spec.name).collect::<Vec<_>>().join(" ")
    }

    /// The object, as the API server has it.
    #[must_use]
    pub fn value(&self) -> Value {
        json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": self.metadata(),
            "spec": self.spec(),
            "status": self.status(),
        })
    }

    #[must_use]
    pub fn metadata(&self) -> Value {
        let mut metadata = Map::new();
        let mut set = |key: &str, value: Value| metadata.insert(key.to_owned(), value);
        set("name", json!(&*self.name));
        if let Some(prefix) = &self.generate_name {
            set("generateName", json!(&**prefix));
        }
        set("namespace", json!(&*self.namespace));
        set("uid", json!(self.uid()));
        set("resourceVersion", json!(self.rv.to_string()));
        set("creationTimestamp", json!(clock::seconds(self.created)));
        if let Some(deletion) = self.deletion {
            set("deletionTimestamp", json!(clock::seconds(deletion.at)));
            set("deletionGracePeriodSeconds", json!(deletion.grace));
        }
        if !self.labels.is_empty() {
            set("labels", json!(*self.labels));
        }
        if !self.annotations.is_empty() {
            set("annotations", json!(*self.annotations));
        }
        if let Some(owner) = &self.owner {
            set("ownerReferences", json!([owner.reference()]));
        }
        Value::Object(metadata)
    }

    #[must_use]
    pub fn spec(&self) -> Value {
        let mut spec = self.template.spec.clone();
        if let (Some(placed), Some(spec)) = (&self.node, spec.as_object_mut()) {
            spec.insert("nodeName".to_owned(), json!(&*placed.node));
        }
        spec
    }

    #[must_use]
    pub fn status(&self) -> Value {
        let mut status = Map::new();
        let mut set = |key: &str, value: Value| status.insert(key.to_owned(), value);
        set("phase", json!(self.phase.text()));
        let conditions = self.conditions();
        if !conditions.is_empty() {
            set("conditions", conditions.iter().map(Condition::value).collect());
        }
        if let Some((reason, message)) = &self.why {
            set("message", json!(&**message));
            set("reason", json!(reason));
        }
        if let Some(placed) = &self.node {
            set("hostIP", json!(placed.address.to_string()));
            set("hostIPs", json!([{ "ip": placed.address.to_string() }]));
            if let Some(ip) = self.ip {
                set("podIP", json!(ip.to_string()));
                set("podIPs", json!([{ "ip": ip.to_string() }]));
            }
            set("startTime", json!(clock::seconds(placed.at)));
            for (key, init) in [("initContainerStatuses", true), ("containerStatuses", false)] {
                let of = self.named_containers().filter(|(spec, _)| spec.init == init);
                let statuses: Vec<Value> = of.map(|(spec, container)| container.status(spec)).collect();
                if !statuses.is_empty() {
                    set(key, Value::Array(statuses));
                }
            }
        }
        set("qosClass", json!(self.template.qos));
        Value::Object(status)
    }
}

/// A condition of a pod; an empty reason or message is left out.
#[derive(Clone, Debug)]
pub struct Condition<'a> {
    pub kind: &'static str,
    pub status: bool,
    pub since: i64,
    pub reason: &'a str,
    pub message: std::borrow::Cow<'a, str>,
}

impl<'a> Condition<'a> {
    fn new(kind: &'static str, status: bool, since: i64, reason: &'a str, message: &'a str) -> Self {
        Self { kind, status, since, reason, message: message.into() }
    }

    fn value(&self) -> Value {
        let mut value = json!({
            "type": self.kind,
            "status": if self.status { "True" } else { "False" },
            "lastProbeTime": null,
            "lastTransitionTime": clock::seconds(self.since),
        });
        if !self.reason.is_empty() {
            value["reason"] = json!(self.reason);
        }
        if !self.message.is_empty() {
            value["message"] = json!(self.message);
        }
        value
    }
}

impl Owner {
    #[must_use]
    pub fn reference(&self) -> Value {
        json!({
            "apiVersion": self.api_version,
            "kind": self.kind,
            "name": &*self.name,
            "uid": uid_text(self.uid),
            "controller": true,
            "blockOwnerDeletion": true,
        })
    }
}

impl Container {
    fn status(&self, spec: &super::template::ContainerSpec) -> Value {
        let runs = matches!(self.state, State::Running { .. });
        let mut status = json!({
            "name": &*spec.name,
            "state": self.state.value(),
            "lastState": self.last.as_ref().map_or_else(|| json!({}), |last| json!({ "terminated": last.value() })),
            "ready": self.ready,
            "restartCount": self.restarts,
            "image": &*spec.image,
            "imageID": if self.id == 0 { String::new() } else { image_id(&spec.image) },
        });
        if self.id != 0 {
            status["containerID"] = json!(format!("containerd://{}", container_id(self.id)));
        }
        status["started"] = json!(self.started && runs);
        status
    }
}

impl State {
    fn value(&self) -> Value {
        match self {
            Self::Waiting { reason, message: None } => json!({ "waiting": { "reason": reason } }),
            Self::Waiting { reason, message: Some(message) } => {
                json!({ "waiting": { "reason": reason, "message": &**message } })
            }
            Self::Running { since } => json!({ "running": { "startedAt": clock::seconds(*since) } }),
            Self::Terminated(ended) => json!({ "terminated": ended.value() }),
        }
    }
}

impl Ended {
    fn value(&self) -> Value {
        json!({
            "exitCode": self.exit,
            "reason": self.reason,
            "startedAt": clock::seconds(self.started),
            "finishedAt": clock::seconds(self.finished),
            "containerID": format!("containerd://{}", container_id(self.id)),
        })
    }
}

/// A UUID in its usual form.
#[must_use]
pub fn uid_text(uid: u128) -> String {
    rng::uuid(uid)
}
