//! The ReplicaSet controller: as many pods as were asked for.
use std::{collections::HashMap, sync::Arc};

use serde_json::{Value, json};

use super::{
    Cluster, Kind, Pod, admit, defaults,
    events::{About, By, Tale},
    field,
    pod::{Owner, Phase},
    queue::Key,
    selector::Selector,
    template::Template,
};
use crate::clock::SECOND;

/// So many at a time.
const BURST: usize = 500;
const NAME: By<'static> = By::Controller("replicaset-controller");

/// A template, and what it was made of.
#[derive(Debug)]
pub struct Known {
    generation: i64,
    made_of: Value,
    template: Arc<Template>,
}

/// What all pods of an owner say of it.
#[derive(Clone, Debug)]
pub struct Parent {
    owner: Arc<Owner>,
    prefix: Arc<str>,
}

impl Cluster {
    /// What the pods of an object's template have in common, made once for all of them.
    pub(super) fn template_of(&mut self, owner: &Value) -> Arc<Template> {
        let (uid, wish) = (field::uid(owner), &owner["spec"]["template"]);
        if let Some(template) = self.known_template(uid, owner) {
            return template;
        }
        let mut spec = wish["spec"].clone();
        defaults::pod_spec(&mut spec);
        let suffix = self.rng.letters(5, admit::LETTERS);
        defaults::admit_pod(&mut spec, &suffix);
        let labels = Arc::new(field::labels(wish, "/metadata/labels"));
        let annotations = Arc::new(field::labels(wish, "/metadata/annotations"));
        let template = Arc::new(Template::of(spec, labels, annotations));
        self.keep_template(uid, owner, &template);
        template
    }

    /// One that was made before of the same; what is of the same generation is.
    pub(super) fn known_template(&mut self, key: u128, owner: &Value) -> Option<Arc<Template>> {
        let generation = field::int(owner, "/metadata/generation").unwrap_or(0);
        let known = self.templates.get_mut(&key)?;
        if known.generation != generation {
            if known.made_of != owner["spec"]["template"] {
                return None;
            }
            known.generation = generation;
        }
        Some(known.template.clone())
    }

    pub(super) fn keep_template(&mut self, key: u128, owner: &Value, template: &Arc<Template>) {
        let generation = field::int(owner, "/metadata/generation").unwrap_or(0);
        let made_of = owner["spec"]["template"].clone();
        self.templates.insert(key, Known { generation, made_of, template: template.clone() });
    }

    /// The pods that an owner controls.
    pub(super) fn pods_of(&self, owner: u128) -> Vec<Arc<Pod>> {
        let keys = self.index.owned_by(owner).filter(|key| key.kind == Kind::Pod);
        keys.filter_map(|key| self.store.pod(&key.namespace, &key.name).cloned()).collect()
    }

    /// A new pod of an owner, that nothing has happened to yet.
    pub(super) fn new_pod(&mut self, owner: &Value, kind: Kind) -> Pod {
        let template = self.template_of(owner);
        let whose = field::text(owner, "/metadata/name");
        let namespace = field::text(owner, "/metadata/namespace");
        let mut name = format!("{whose}-{}", self.rng.letters(5, admit::LETTERS));
        // among ten thousand siblings a few would have the same
        while self.store.pod(namespace, &name).is_some() {
            name = format!("{whose}-{}", self.rng.letters(5, admit::LETTERS));
        }
        let parent = self.parent(owner, kind);
        let mut pod = Pod::of(template, namespace, &name);
        pod.generate_name = Some(parent.prefix);
        pod.uid = field::uid_number(&self.rng.uuid());
        pod.created = self.now;
        pod.ready = (false, self.now);
        pod.owner = Some(parent.owner);
        pod
    }

    fn parent(&mut self, owner: &Value, kind: Kind) -> Parent {
        let uid = field::uid(owner);
        let api_version = if matches!(kind, Kind::Job | Kind::CronJob) { "batch/v1" } else { "apps/v1" };
        let make = || {
            let name = field::text(owner, "/metadata/name");
            let prefix = format!("{name}-").into();
            Parent {
                owner: Arc::new(Owner { api_version, kind: kind.resource().name, name: name.into(), uid }),
                prefix,
            }
        };
        self.parents.entry(uid).or_insert_with(make).clone()
    }

    pub(super) fn reconcile_replica_set(&mut self, key: &Key) {
        let Some(set) = self.store.object(Kind::ReplicaSet, &key.namespace, &key.name).cloned() else { return };
        if !field::text(&set, "/metadata/deletionTimestamp").is_empty() {
            return;
        }
        self.release_strangers(&set);
        let pods = self.pods_of(field::uid(&set));
        let active: Vec<Arc<Pod>> = pods.into_iter().filter(|pod| pod.is_active()).collect();
        let wish = usize::try_from(field::int(&set, "/spec/replicas").unwrap_or(1)).unwrap_or(0);
        if active.len() < wish {
            for _ in 0..(wish - active.len()).min(BURST) {
                let pod = self.new_pod(&set, Kind::ReplicaSet);
                let message = format!("Created pod: {}", pod.name);
                self.put_pod(pod);
                self.tell(&About::object(Kind::ReplicaSet, &set), Tale::normal(NAME, "SuccessfulCreate", &message));
            }
        } else if active.len() > wish {
            for pod in self.surplus(&active, active.len() - wish) {
                self.end_pod(&pod, None);
                let message = format!("Deleted pod: {}", pod.name);
                self.tell(&About::object(Kind::ReplicaSet, &set), Tale::normal(NAME, "SuccessfulDelete", &message));
            }
        }
        self.replica_set_status(key);
    }

    /// Pods that were given other labels are no longer its own: they live on by themselves.
    fn release_strangers(&mut self, set: &Value) {
        let selector = Selector::of(set.pointer("/spec/selector"));
        for pod in self.pods_of(field::uid(set)) {
            if !Arc::ptr_eq(&pod.labels, &pod.template.labels) && !selector.matches(&pod.labels) {
                self.put_pod(Pod { owner: None, ..Pod::clone(&pod) });
            }
        }
    }

    /// Those that are worth least, in upstream's order.
    fn surplus(&self, active: &[Arc<Pod>], count: usize) -> Vec<Arc<Pod>> {
        let mut beside: HashMap<Arc<str>, usize> = HashMap::new();
        for placed in active.iter().filter_map(|pod| pod.node.as_ref()) {
            *beside.entry(placed.node.clone()).or_insert(0) += 1;
        }
        let rank = |pod: &Arc<Pod>| {
            let cost = pod.annotations.get("controller.kubernetes.io/pod-deletion-cost");
            let cost = cost.and_then(|cost| cost.parse::<i64>().ok()).unwrap_or(0);
            let restarts = pod.containers.iter().map(|container| container.restarts).max().unwrap_or(0);
            let crowd = pod.node.as_ref().map_or(0, |placed| beside[&placed.node]);
            (
                pod.node.is_some(),
                pod.phase != Phase::Pending,
                pod.is_ready(),
                cost,
                std::cmp::Reverse(crowd),
                std::cmp::Reverse(pod.ready_since()),
                std::cmp::Reverse(restarts),
                std::cmp::Reverse(pod.created),
            )
        };
        let mut pods = active.to_vec();
        pods.sort_by_cached_key(rank);
        pods.truncate(count);
        pods
    }

    fn replica_set_status(&mut self, key: &Key) {
        let Some(set) = self.store.object(Kind::ReplicaSet, &key.namespace, &key.name).cloned() else { return };
        let wait = field::int(&set, "/spec/minReadySeconds").unwrap_or(0) * SECOND;
        let pods = self.pods_of(field::uid(&set));
        let active: Vec<&Arc<Pod>> = pods.iter().filter(|pod| pod.is_active()).collect();
        let ready: Vec<&&Arc<Pod>> = active.iter().filter(|pod| pod.is_ready()).collect();
        let available = ready.iter().filter(|pod| pod.ready_since() + wait <= self.now).count();
        let next = ready.iter().map(|pod| pod.ready_since() + wait).filter(|at| *at > self.now).min();
        let mut status = json!({ "replicas": active.len() });
        let counts =
            [("fullyLabeledReplicas", active.len()), ("readyReplicas", ready.len()), ("availableReplicas", available)];
        for (name, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            status[name] = json!(count);
        }
        status["observedGeneration"] = set["metadata"]["generation"].clone();
        if let Some(next) = next {
            self.queue.later(next, key.clone());
        }
        if set["status"] != status {
            let mut set = Value::clone(&set);
            set["status"] = status;
            self.put(Kind::ReplicaSet, set);
        }
        if active.len() < usize::try_from(field::int(&set, "/spec/replicas").unwrap_or(0)).unwrap_or(0) {
            self.mark(key.clone(), 200);
        }
    }
}
