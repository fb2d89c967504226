//! A cluster: what it holds, and how it lives. Controllers, scheduler and kubelets are simulated by what they would do next and when;
//! between two such moments nothing runs.
//!
//! Whoever speaks for it reads the [`store`](Cluster::store) and changes it by `create`, `update`, `delete`, `scale` and `evict`; what
//! follows from a change follows from it in the world's time.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    reason = "counts, times and shares of a simulated cluster stay far within what the types hold"
)]
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};

use serde_json::Value;

use crate::rng::Rng;

mod admit;
mod birth;
mod budgets;
mod catalog;
mod containers;
pub mod cron;
mod daemonset;
mod defaults;
mod deployment;
pub mod endpoints;
mod events;
pub mod field;
mod garbage;
pub mod host;
mod hpa;
mod images;
mod index;
mod jobs;
mod kubelet;
mod node_object;
mod nodes;
pub mod plan;
pub mod pod;
pub mod quantity;
pub mod queue;
pub mod refused;
mod replicaset;
pub mod resource;
mod rollout;
mod scheduler;
pub mod selector;
mod statefulset;
pub mod store;
mod system;
pub mod template;
#[cfg(test)]
pub(crate) mod tests;
pub mod usage;
pub mod voices;
mod wake;
pub mod write;

pub use endpoints::Endpoint;
pub use plan::{App, AppKind, Effect, NodeSpec, Plan, Rule};
pub use pod::Pod;
pub use refused::Refused;
pub use resource::Kind;
pub use store::{Item, Store};
pub use voices::Speaker;
pub use write::{DeleteOptions, Part, Propagation};

use host::{Addresses, Host};
use index::Index;
use queue::{Key, Queue, Step};
use replicaset::{Known, Parent};

#[derive(Debug)]
pub struct Cluster {
    pub plan: Plan,
    now: i64,
    store: Store,
    index: Index,
    queue: Queue,
    rng: Rng,
    hosts: BTreeMap<Arc<str>, Host>,
    /// Of all nodes that there are or were.
    zones: HashMap<Arc<str>, Arc<str>>,
    addresses: Addresses,
    rules: Vec<Rule>,
    events: events::Events,
    ghosts: VecDeque<voices::Ghost>,
    /// By owner: what its pods have in common, and what that was made of.
    templates: HashMap<u128, Known>,
    parents: HashMap<u128, Parent>,
    /// When each cron job is due next.
    crons: HashMap<Key, i64>,
    /// What each autoscaler would have had lately.
    wishes: HashMap<Key, VecDeque<(i64, i64)>>,
    /// By namespace and workload: pods it usually has, pods that serve now, and the share of their CPU that they are meant to use.
    usual: HashMap<String, i64>,
    serving: HashMap<String, i64>,
    aims: HashMap<String, i64>,
    audit: VecDeque<Audit>,
    /// The certificate of the API server's authority.
    ca: String,
}

/// A write through the API, for whoever wants to know who did what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    pub at: i64,
    pub user: String,
    /// `patch deployments.apps/scale`.
    pub verb: String,
    pub namespace: String,
    pub name: String,
    pub code: u16,
}

/// So many writes are remembered.
const AUDITED: usize = 1_000;

impl Cluster {
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        let rng = Rng::of(plan.seed, &format!("cluster {}", plan.name));
        let now = plan.now;
        let mut cluster = Self {
            now,
            store: Store::default(),
            index: Index::default(),
            queue: Queue::default(),
            rng,
            hosts: BTreeMap::new(),
            zones: HashMap::new(),
            addresses: Addresses::default(),
            rules: vec![],
            events: events::Events::default(),
            ghosts: VecDeque::new(),
            templates: HashMap::new(),
            parents: HashMap::new(),
            crons: HashMap::new(),
            wishes: HashMap::new(),
            usual: HashMap::new(),
            serving: HashMap::new(),
            aims: HashMap::new(),
            audit: VecDeque::new(),
            ca: String::new(),
            plan,
        };
        cluster.be_born();
        cluster
    }

    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// For tests of watches: see [`Store::compact`].
    pub fn compact(&mut self) {
        self.store.compact();
    }

    /// Lets time pass; whether anything changed.
    pub fn advance(&mut self, now: i64) -> bool {
        let before = self.store.rv();
        while let Some((at, step)) = self.queue.pop(now) {
            self.now = self.now.max(at);
            self.run(step);
        }
        self.now = self.now.max(now);
        self.store.rv() != before
    }

    /// When something will next happen by itself.
    #[must_use]
    pub fn due(&self) -> Option<i64> {
        self.queue.due()
    }

    fn run(&mut self, step: Step) {
        match step {
            Step::Reconcile(key) => self.reconcile(&key),
            Step::Schedule => self.schedule(),
            Step::Kubelet(pod, act) => self.kubelet(&pod, act),
            Step::Node(name, act) => self.node_step(&name, act),
            Step::Heartbeat(turn) => self.heartbeat(turn),
            Step::Cron(key) => self.cron(&key),
            Step::Autoscale => self.autoscale(),
            Step::Expire => self.expire_events(),
            Step::Collect(owner) => self.collect(owner),
        }
    }

    fn reconcile(&mut self, key: &Key) {
        match key.kind {
            Kind::Deployment => self.reconcile_deployment(key),
            Kind::ReplicaSet => self.reconcile_replica_set(key),
            Kind::StatefulSet => self.reconcile_stateful_set(key),
            Kind::DaemonSet => self.reconcile_daemon_set(key),
            Kind::Job => {
                self.reconcile_job(key);
                self.expire_job(key);
            }
            Kind::CronJob => self.reconcile_cron_job(key),
            Kind::Service => self.reconcile_service(key),
            Kind::PodDisruptionBudget => self.reconcile_budget(key),
            Kind::Namespace => self.reconcile_namespace(key),
            Kind::Node => self.reconcile_node(&key.name),
            _ => {}
        }
    }

    /// What time it is in the cluster.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.now
    }

    /// Remembers a write for the audit log.
    pub fn note(&mut self, audit: Audit) {
        if self.audit.len() >= AUDITED {
            self.audit.pop_front();
        }
        self.audit.push_back(audit);
    }

    /// The last writes, oldest first.
    #[must_use]
    pub fn audit(&self) -> &VecDeque<Audit> {
        &self.audit
    }

    /// Keeps an object, and has those look at it whom it concerns.
    fn put(&mut self, kind: Kind, value: Value) -> Arc<Value> {
        let (namespace, name) = (field::text(&value, "/metadata/namespace"), field::text(&value, "/metadata/name"));
        let before = self.store.get(kind, namespace, name).cloned();
        let value = self.store.put(kind, value);
        let after = Item::Object(value.clone());
        self.index.turn(kind, before.as_ref(), Some(&after));
        self.wake(kind, before.as_ref(), Some(&after));
        value
    }

    fn put_pod(&mut self, pod: Pod) -> Arc<Pod> {
        let before = self.store.get(Kind::Pod, &pod.namespace, &pod.name).cloned();
        let pod = self.store.put_pod(pod);
        let after = Item::Pod(pod.clone());
        self.index.turn(Kind::Pod, before.as_ref(), Some(&after));
        self.wake(Kind::Pod, before.as_ref(), Some(&after));
        pod
    }

    fn remove(&mut self, kind: Kind, namespace: &str, name: &str) -> Option<Item> {
        let before = self.store.remove(kind, namespace, name)?;
        self.index.turn(kind, Some(&before), None);
        self.wake(kind, Some(&before), None);
        Some(before)
    }

    fn mark(&mut self, key: Key, delay: i64) {
        self.queue.mark(self.now + delay, key);
    }
}

impl Cluster {
    /// A place on a node, if there is one of that name.
    fn place(&self, node: &str) -> Option<pod::Placed> {
        let host = self.hosts.get(node)?;
        Some(pod::Placed { node: host.name.clone(), address: host.spec.address, at: self.now })
    }
}
