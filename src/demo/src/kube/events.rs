//! Events: told once and counted after, gone an hour after they were last told.
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use serde_json::{Value, json};

use super::{Cluster, Kind, field, pod::Pod, queue::Step};
use crate::{
    clock::{self, HOUR, MINUTE},
    rng,
};

/// No more than so many are kept, whatever happens.
const MOST: usize = 2_500;

/// What is told of an object.
#[derive(Clone, Copy, Debug)]
pub struct Tale<'a> {
    pub warning: bool,
    pub reason: &'static str,
    pub message: &'a str,
    pub by: By<'a>,
    /// The field that is meant, such as a container.
    pub path: &'a str,
    /// How often it happened.
    pub times: i64,
}

/// Who tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By<'a> {
    Controller(&'static str),
    Kubelet(&'a str),
    Scheduler,
}

impl<'a> Tale<'a> {
    #[must_use]
    pub fn normal(by: By<'a>, reason: &'static str, message: &'a str) -> Self {
        Self { warning: false, reason, message, by, path: "", times: 1 }
    }

    #[must_use]
    pub fn warning(by: By<'a>, reason: &'static str, message: &'a str) -> Self {
        Self { warning: true, ..Self::normal(by, reason, message) }
    }
}

/// An object that something is told of.
#[derive(Clone, Debug)]
pub struct About {
    pub kind: Kind,
    pub namespace: Arc<str>,
    pub name: Arc<str>,
    pub uid: String,
    pub rv: u64,
}

impl About {
    #[must_use]
    pub fn object(kind: Kind, value: &Value) -> Self {
        Self {
            kind,
            namespace: field::text(value, "/metadata/namespace").into(),
            name: field::text(value, "/metadata/name").into(),
            uid: field::text(value, "/metadata/uid").to_owned(),
            rv: field::text(value, "/metadata/resourceVersion").parse().unwrap_or(0),
        }
    }

    #[must_use]
    pub fn pod(pod: &Pod) -> Self {
        Self { kind: Kind::Pod, namespace: pod.namespace.clone(), name: pod.name.clone(), uid: pod.uid(), rv: pod.rv }
    }
}

type Place = (Arc<str>, Arc<str>);

#[derive(Debug, Default)]
pub struct Events {
    /// By what they say of whom.
    known: HashMap<u64, Place>,
    /// By when they were last told; with the key of `known`.
    order: BTreeSet<(i64, Place, u64)>,
    last: HashMap<u64, i64>,
}

impl Cluster {
    pub(super) fn tell(&mut self, about: &About, tale: Tale<'_>) {
        let identity = format!("{}/{}/{}/{}/{}", about.uid, tale.reason, tale.path, tale.message, about.name);
        let key = rng::hash(about.kind as u64, &identity);
        if let Some(place) = self.events.known.get(&key).cloned()
            && let Some(event) = self.store.object(Kind::Event, &place.0, &place.1)
        {
            let mut event = Value::clone(event);
            event["count"] = json!(field::int(&event, "/count").unwrap_or(1) + tale.times);
            event["lastTimestamp"] = json!(clock::seconds(self.now));
            self.events.touch(key, place, self.now);
            self.store.put(Kind::Event, event);
            return;
        }
        let event = self.event(about, tale, key);
        let place: Place =
            (field::text(&event, "/metadata/namespace").into(), field::text(&event, "/metadata/name").into());
        self.store.put(Kind::Event, event);
        self.events.touch(key, place, self.now);
        while self.events.order.len() > MOST {
            self.forget_oldest_event();
        }
    }

    fn event(&self, about: &About, tale: Tale<'_>, key: u64) -> Value {
        let namespace = if about.namespace.is_empty() { "default" } else { &about.namespace };
        let resource = about.kind.resource();
        let mut involved = json!({ "kind": resource.name });
        if !about.namespace.is_empty() {
            involved["namespace"] = json!(&*about.namespace);
        }
        involved["name"] = json!(&*about.name);
        involved["uid"] = json!(about.uid);
        if about.kind != Kind::Node {
            involved["apiVersion"] = json!(resource.api_version());
            involved["resourceVersion"] = json!(about.rv.to_string());
        }
        if !tale.path.is_empty() {
            involved["fieldPath"] = json!(tale.path);
        }
        let now = clock::seconds(self.now);
        let (component, source, instance) = match tale.by {
            By::Controller(name) => (name, json!({ "component": name }), String::new()),
            By::Kubelet(node) => ("kubelet", json!({ "component": "kubelet", "host": node }), node.to_owned()),
            By::Scheduler => ("default-scheduler", json!({}), "default-scheduler-6f9c7b5d4-x2lqz".to_owned()),
        };
        let scheduler = tale.by == By::Scheduler;
        let micro = || format!("{}000Z", clock::millis(self.now).trim_end_matches('Z'));
        let mut event = json!({
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {
                "name": format!("{}.{key:016x}", about.name),
                "namespace": namespace,
                "uid": rng::uuid(u128::from(key) << 64 | u128::from(rng::hash(key, "event"))),
                "creationTimestamp": now,
            },
            "involvedObject": involved,
            "reason": tale.reason,
            "message": tale.message,
            "source": source,
            "firstTimestamp": if scheduler { Value::Null } else { json!(now) },
            "lastTimestamp": if scheduler { Value::Null } else { json!(now) },
        });
        if !scheduler {
            event["count"] = json!(tale.times);
        }
        event["type"] = json!(if tale.warning { "Warning" } else { "Normal" });
        event["eventTime"] = if scheduler { json!(micro()) } else { Value::Null };
        if scheduler {
            event["action"] = json!(if tale.warning { "Scheduling" } else { "Binding" });
        }
        event["reportingComponent"] = json!(component);
        event["reportingInstance"] = json!(instance);
        event
    }

    fn forget_oldest_event(&mut self) {
        if let Some((_, place, key)) = self.events.order.pop_first() {
            self.events.known.remove(&key);
            self.events.last.remove(&key);
            self.store.remove(Kind::Event, &place.0, &place.1);
        }
    }

    pub(super) fn expire_events(&mut self) {
        while self.events.order.first().is_some_and(|(at, _, _)| *at < self.now - HOUR) {
            self.forget_oldest_event();
        }
        self.queue.at(self.now + 2 * MINUTE, Step::Expire);
    }

    /// A client took an event away.
    pub(super) fn event_removed(&mut self, namespace: &str, name: &str) {
        let found = self.events.order.iter().find(|(_, place, _)| &*place.0 == namespace && &*place.1 == name).cloned();
        if let Some(entry) = found {
            self.events.order.remove(&entry);
            self.events.known.remove(&entry.2);
            self.events.last.remove(&entry.2);
        }
    }
}

impl Events {
    fn touch(&mut self, key: u64, place: Place, now: i64) {
        if let Some(before) = self.last.insert(key, now) {
            self.order.remove(&(before, place.clone(), key));
        }
        self.known.insert(key, place.clone());
        self.order.insert((now, place, key));
    }
}
