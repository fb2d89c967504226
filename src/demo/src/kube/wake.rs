//! Who looks again when an object has changed: what informers are to controllers.
use std::sync::Arc;

use serde_json::Value;

use super::{
    Cluster, Item, Kind, field,
    pod::{Labels, Pod},
    queue::Key,
    selector::Selector,
};

/// Milliseconds until a controller comes to it.
const SOON: i64 = 20;

impl Cluster {
    pub(super) fn wake(&mut self, kind: Kind, before: Option<&Item>, after: Option<&Item>) {
        let Some(item) = after.or(before) else { return };
        match item {
            Item::Pod(_) => {
                let of = |item: Option<&Item>| if let Some(Item::Pod(pod)) = item { Some(pod.clone()) } else { None };
                self.pod_changed(of(before), of(after));
            }
            Item::Object(value) => {
                let value = value.clone();
                self.object_changed(kind, &value, before.is_none(), after.is_none());
            }
        }
    }

    fn object_changed(&mut self, kind: Kind, value: &Arc<Value>, new: bool, gone: bool) {
        let key = || Key::new(kind, field::text(value, "/metadata/namespace"), field::text(value, "/metadata/name"));
        match kind {
            Kind::ReplicaSet | Kind::Job => {
                self.mark_owner(value);
                self.mark(key(), SOON);
            }
            Kind::Deployment
            | Kind::StatefulSet
            | Kind::DaemonSet
            | Kind::CronJob
            | Kind::Service
            | Kind::PodDisruptionBudget
            | Kind::Namespace => self.mark(key(), SOON),
            Kind::Node => {
                let name = field::text(value, "/metadata/name");
                if !gone && let Some(host) = self.hosts.get_mut(name) {
                    let before = (host.cordoned, host.taints.clone(), host.labels.clone());
                    host.heed(value);
                    if new || before != (host.cordoned, host.taints.clone(), host.labels.clone()) {
                        self.mark(key(), SOON);
                        self.nodes_changed();
                    }
                }
                if gone {
                    self.nodes_changed();
                }
            }
            Kind::EndpointSlice | Kind::Endpoints if gone => {
                let namespace = field::text(value, "/metadata/namespace");
                let label = value.pointer("/metadata/labels/kubernetes.io~1service-name").and_then(Value::as_str);
                let name = label.unwrap_or_else(|| field::text(value, "/metadata/name"));
                self.mark(Key::new(Kind::Service, namespace, name), SOON);
            }
            Kind::Event if gone => {
                self.event_removed(field::text(value, "/metadata/namespace"), field::text(value, "/metadata/name"));
            }
            _ => {}
        }
    }

    fn mark_owner(&mut self, value: &Value) {
        for owner in field::list(value, "/metadata/ownerReferences") {
            if let Some(kind) = Kind::named(field::text(owner, "/kind")) {
                let key = Key::new(kind, field::text(value, "/metadata/namespace"), field::text(owner, "/name"));
                self.mark(key, SOON);
            }
        }
    }

    /// Daemons may go to other nodes than before, and pods without a node may find one.
    pub(super) fn nodes_changed(&mut self) {
        let sets: Vec<Key> = self.store.list(Kind::DaemonSet, None).map(|set| Key::of(Kind::DaemonSet, set)).collect();
        for key in sets {
            self.mark(key, SOON);
        }
        if !self.index.homeless.is_empty() {
            self.queue.schedule(self.now + SOON);
        }
    }

    fn pod_changed(&mut self, before: Option<Arc<Pod>>, after: Option<Arc<Pod>>) {
        self.account(before.as_deref(), after.as_deref());
        for pod in [&before, &after].into_iter().flatten() {
            if let Some(owner) = &pod.owner
                && let Some(kind) = Kind::named(owner.kind)
            {
                let key = Key { kind, namespace: pod.namespace.clone(), name: owner.name.clone() };
                // who has ten thousand to look through takes more changes together
                self.mark(key, SOON + self.index.count_owned(owner.uid) as i64 / 20);
            }
        }
        if after.as_ref().is_some_and(|pod| pod.node.is_none() && pod.unschedulable.is_none()) {
            self.queue.schedule(self.now + SOON);
        }
        let takes = |pod: &Option<Arc<Pod>>| pod.as_ref().is_some_and(|pod| pod.node.is_some() && !pod.phase.is_over());
        if takes(&before) && !takes(&after) && !self.index.homeless.is_empty() {
            self.queue.schedule(self.now + SOON);
        }
        if surface(before.as_deref()) != surface(after.as_deref()) {
            self.mark_selecting(before.as_deref(), after.as_deref());
        }
        self.kubelet_sees(before.as_deref(), after);
    }

    /// The services and disruption budgets that select it.
    fn mark_selecting(&mut self, before: Option<&Pod>, after: Option<&Pod>) {
        let Some(namespace) = after.or(before).map(|pod| pod.namespace.clone()) else { return };
        let labels: Vec<&Labels> = [before, after].into_iter().flatten().map(|pod| &*pod.labels).collect();
        let matches = |selector: &Selector| labels.iter().any(|labels| selector.matches(labels));
        let mut keys = vec![];
        let crowd = self.store.len(Kind::Pod) as i64 / 40;
        for service in self.store.objects(Kind::Service, Some(&namespace)) {
            if matches(&Selector::plain(service.pointer("/spec/selector"))) {
                keys.push((
                    Key::new(Kind::Service, &namespace, field::text(service, "/metadata/name")),
                    SOON * 5 + crowd,
                ));
            }
        }
        for budget in self.store.objects(Kind::PodDisruptionBudget, Some(&namespace)) {
            if matches(&Selector::of(budget.pointer("/spec/selector"))) {
                let name = field::text(budget, "/metadata/name");
                keys.push((Key::new(Kind::PodDisruptionBudget, &namespace, name), SOON + crowd));
            }
        }
        for (key, delay) in keys {
            self.mark(key, delay);
        }
    }
}

/// What endpoints and budgets see of a pod.
fn surface(pod: Option<&Pod>) -> Option<impl PartialEq> {
    pod.map(|pod| (pod.is_ready(), pod.ip, pod.deletion.is_some(), pod.phase, pod.labels.clone(), pod.node.is_some()))
}
