//! A cluster: what it holds, and how it lives. Controllers, scheduler and kubelets are simulated by what they would do next and when;
//! between two such moments nothing runs.
//!
//! Whoever speaks for it reads the [`store`](Cluster::store) and changes it by `create`, `update`, `delete`, `scale` and `evict`; what
//! follows from a change follows from it in the world's time.
use std::sync::Arc;

use serde_json::Value;

use crate::rng::Rng;

mod admit;
mod defaults;
pub mod field;
mod index;
pub mod plan;
pub mod pod;
pub mod quantity;
pub mod queue;
pub mod refused;
pub mod resource;
pub mod selector;
pub mod store;
pub mod template;
mod wake;
pub mod write;

pub use plan::{App, AppKind, Effect, NodeSpec, Plan, Rule};
pub use pod::Pod;
pub use refused::Refused;
pub use resource::Kind;
pub use store::{Item, Store};
pub use write::{DeleteOptions, Part, Propagation};

use index::Index;
use queue::{Key, Queue, Step};

#[derive(Debug)]
pub struct Cluster {
    pub plan: Plan,
    now: i64,
    store: Store,
    index: Index,
    queue: Queue,
    rng: Rng,
}

impl Cluster {
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        let rng = Rng::of(plan.seed, &format!("cluster {}", plan.name));
        let now = plan.now;
        Self { now, store: Store::default(), index: Index::default(), queue: Queue::default(), rng, plan }
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

    fn run(&mut self, _step: Step) {}

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
        let address = self.plan.nodes.iter().find(|spec| spec.name == node)?.address;
        Some(pod::Placed { node: node.into(), address, at: self.now })
    }
}
