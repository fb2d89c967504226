//! A pod, kept small: what it has in common with its siblings is in their [`Template`], and the rest is numbers and times.
use std::{collections::BTreeMap, net::Ipv4Addr, sync::Arc};

use super::template::Template;
use crate::{
    lines,
    rng::{self, Rng},
};

mod value;

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
    Rng::new(seed ^ (container as u64) << 32 ^ u64::from(run)).draw() | 1
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
}

/// A UUID in its usual form.
#[must_use]
pub fn uid_text(uid: u128) -> String {
    rng::uuid(uid)
}
