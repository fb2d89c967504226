//! What will happen in a cluster, in order of time.
use std::{
    collections::{BTreeMap, HashSet},
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
    /// The node controller and the kubelet's own reports.
    Node(Arc<str>, NodeAct),
    /// Leases and node statuses are renewed, in turn.
    Heartbeat(u32),
    /// A cron job is due.
    Cron(Key),
    Autoscale,
    Expire,
    /// Finished jobs and terminated namespaces are cleared away, and owners' dependents.
    Collect(u128),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// The sandbox stands; now the images.
    Sandbox,
    /// The containers that can start do.
    Start,
    /// A readiness probe is due to pass.
    Ready(u8),
    /// A readiness probe is due to fail.
    Unready(u8, u32),
    /// A container of this run ends.
    Die { at: u8, run: u32, exit: i32, oom: bool },
    /// After its end: it starts again, or waits for it.
    Revive(u8, u32),
    /// The wait is over.
    Restart(u8, u32),
    /// An image is tried again.
    Pull(u8),
    /// A failed pull shows as a wait.
    PullWait(u8),
    /// Everything in it has ended, or its grace is over.
    Gone,
    /// It has been on an unreachable node for as long as it tolerates.
    Evict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeAct {
    /// The grace for a silent node is over.
    Unknown,
    /// A new node becomes ready.
    Ready,
}

#[derive(Debug, Default)]
pub struct Queue {
    next: u64,
    steps: BTreeMap<(i64, u64), Step>,
    /// What is to be looked at again already.
    marked: HashSet<Key>,
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

    pub fn schedule(&mut self, when: i64) {
        if !std::mem::replace(&mut self.scheduling, true) {
            self.at(when, Step::Schedule);
        }
    }

    /// The next step, if it is due by then.
    pub fn pop(&mut self, until: i64) -> Option<(i64, Step)> {
        let entry = self.steps.first_entry()?;
        let when = entry.key().0;
        if when > until {
            return None;
        }
        let step = entry.remove();
        match &step {
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
