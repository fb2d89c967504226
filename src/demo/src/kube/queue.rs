//! What will happen in a cluster, in order of time.
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use super::resource::Kind;

/// An object's place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub kind: Kind,
    pub namespace: Arc<str>,
    pub name: Arc<str>,
}

/// A pod that something happens to, if it is still the same pod then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodRef {
    pub namespace: Arc<str>,
    pub name: Arc<str>,
    pub uid: u128,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// A controller looks at an object again.
    Reconcile(Key),
    /// The scheduler looks for nodes for the pods that have none.
    Schedule,
    /// A kubelet goes on with a pod.
    Kubelet(PodRef, Act),
    /// Something happens to a node.
    Node(Arc<str>, NodeAct),
    /// A part of the nodes renew their leases and statuses.
    Heartbeat(u32),
    /// A cron job is due.
    Cron(Key),
    /// The autoscalers look at the load.
    Autoscale,
    /// Old events go.
    Expire,
    /// What belonged to an owner that is gone, or going, goes.
    Collect(u128),
}

/// The number of a container within its pod, and of its run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct At {
    pub container: usize,
    pub run: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// The sandbox stands; now the images.
    Sandbox,
    /// The containers whose images are there start.
    Start,
    /// A readiness probe passes.
    Ready(At),
    /// Readiness probes fail.
    Unready(At),
    /// A container ends.
    Die(At, Death),
    /// After its end: it starts again, or waits for that.
    Revive(At),
    /// The wait is over.
    Restart(At),
    /// A failed pull shows as a wait.
    PullWait(usize),
    /// An image is tried again, for so many times now.
    Pull(usize, u32),
    /// Everything in it has ended.
    Gone,
    /// It has been on an unreachable node for as long as it bears that.
    Evict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Death {
    pub exit: i32,
    pub oom: bool,
    /// Foretold by a rule: void if the rule is gone by then.
    pub by_rule: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeAct {
    /// Nobody has heard of it for too long.
    Unknown,
    /// A new or returned one becomes ready.
    Ready,
}

#[derive(Debug, Default)]
pub struct Queue {
    next: u64,
    steps: BTreeMap<(i64, u64), Step>,
    /// What is to be looked at again already.
    marked: HashSet<Key>,
    /// The same for a time far off, at most one for each object.
    late: HashMap<Key, (i64, u64)>,
    scheduling: bool,
}

impl Queue {
    pub fn at(&mut self, when: i64, step: Step) {
        self.next += 1;
        self.steps.insert((when, self.next), step);
    }

    /// Has an object looked at again, once, however often this is said before.
    pub fn mark(&mut self, when: i64, key: Key) {
        if self.marked.insert(key.clone()) {
            self.at(when, Step::Reconcile(key));
        }
    }

    /// Has an object looked at again at a time far off, whatever else happens to it before; replaces what was said so before.
    pub fn later(&mut self, when: i64, key: Key) {
        if let Some(place) = self.late.remove(&key) {
            self.steps.remove(&place);
        }
        self.at(when, Step::Reconcile(key.clone()));
        self.late.insert(key, (when, self.next));
    }

    pub fn schedule(&mut self, when: i64) {
        if !std::mem::replace(&mut self.scheduling, true) {
            self.at(when, Step::Schedule);
        }
    }

    /// The next step, if it is due by then.
    pub fn pop(&mut self, until: i64) -> Option<(i64, Step)> {
        let entry = self.steps.first_entry()?;
        let place = *entry.key();
        let when = place.0;
        if when > until {
            return None;
        }
        let step = entry.remove();
        match &step {
            Step::Reconcile(key) if self.late.get(key) == Some(&place) => _ = self.late.remove(key),
            Step::Reconcile(key) => _ = self.marked.remove(key),
            Step::Schedule => self.scheduling = false,
            _ => {}
        }
        Some((when, step))
    }

    #[must_use]
    pub fn due(&self) -> Option<i64> {
        self.steps.first_key_value().map(|((when, _), _)| *when)
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}
