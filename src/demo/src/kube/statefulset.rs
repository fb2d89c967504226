//! The StatefulSet controller: pods with numbers, one after the other; and the revisions that it shares with DaemonSets.
use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    Cluster, Kind, Pod,
    deployment::safe,
    events::{About, By, Tale},
    field,
    pod::{Labels, Phase},
    queue::Key,
    template::Template,
};
use crate::{clock, rng};

const NAME: By<'static> = By::Controller("statefulset-controller");
pub const REVISION: &str = "controller-revision-hash";

fn ordinal(pod: &Pod) -> usize {
    pod.name.rsplit('-').next().and_then(|text| text.parse().ok()).unwrap_or(usize::MAX)
}

impl Cluster {
    /// Number and name of the ControllerRevisions of an object, oldest first.
    fn revisions(&self, owner: &Value) -> Vec<(i64, String)> {
        let owned = self.index.owned_by(field::uid(owner)).filter(|key| key.kind == Kind::ControllerRevision);
        let objects = owned.filter_map(|key| self.store.object(key.kind, &key.namespace, &key.name));
        let told = |value: &std::sync::Arc<Value>| {
            (field::int(value, "/revision").unwrap_or(0), field::text(value, "/metadata/name").to_owned())
        };
        let mut known: Vec<(i64, String)> = objects.map(told).collect();
        known.sort();
        known
    }

    /// The ControllerRevision of an object's present template, made if there is none; its name. Old ones go by and by.
    pub(super) fn revision(&mut self, owner: &Value, kind: Kind) -> String {
        let template = &owner["spec"]["template"];
        let hash = safe((rng::hash(1, &template.to_string()) >> 32) as u32);
        let (namespace, whose) = (field::text(owner, "/metadata/namespace"), field::text(owner, "/metadata/name"));
        let name = format!("{whose}-{hash}");
        let known = self.revisions(owner);
        let newest = known.last().map_or(0, |(revision, _)| *revision);
        if let Some((revision, _)) = known.iter().find(|(_, known)| *known == name) {
            if *revision < newest
                && let Some(value) = self.store.object(Kind::ControllerRevision, namespace, &name)
            {
                let mut value = Value::clone(value);
                value["revision"] = json!(newest + 1);
                self.put(Kind::ControllerRevision, value);
            }
            return name;
        }
        let mut labels = template["metadata"]["labels"].clone();
        if !labels.is_object() {
            labels = json!({});
        }
        labels[REVISION] = json!(hash);
        let mut data = template.clone();
        data["$patch"] = json!("replace");
        let uid = self.rng.uuid();
        let value = json!({
            "apiVersion": "apps/v1",
            "kind": "ControllerRevision",
            "metadata": {
                "name": name,
                "namespace": namespace,
                "uid": uid,
                "creationTimestamp": clock::seconds(self.now),
                "labels": labels,
                "ownerReferences": [{
                    "apiVersion": "apps/v1",
                    "kind": kind.resource().name,
                    "name": whose,
                    "uid": owner["metadata"]["uid"],
                    "controller": true,
                    "blockOwnerDeletion": true,
                }],
            },
            "data": { "spec": { "template": data } },
            "revision": newest + 1,
        });
        self.put(Kind::ControllerRevision, value);
        let limit = field::int(owner, "/spec/revisionHistoryLimit").and_then(|limit| usize::try_from(limit).ok());
        let surplus = known.len().saturating_sub(limit.unwrap_or(10));
        for (_, old) in known.into_iter().take(surplus) {
            self.remove(Kind::ControllerRevision, namespace, &old);
        }
        name
    }

    pub(super) fn reconcile_stateful_set(&mut self, key: &Key) {
        let Some(set) = self.store.object(Kind::StatefulSet, &key.namespace, &key.name).cloned() else { return };
        if !field::text(&set, "/metadata/deletionTimestamp").is_empty() {
            return;
        }
        let revision = self.revision(&set, Kind::StatefulSet);
        let mut pods = self.pods_of(field::uid(&set));
        pods.sort_by_key(|pod| ordinal(pod));
        self.go_on(&set, &pods, &revision);
        self.stateful_set_status(key, &revision);
    }

    /// The next thing to do, if the last is done.
    fn go_on(&mut self, set: &Value, pods: &[Arc<Pod>], revision: &str) {
        let replicas = usize::try_from(field::int(set, "/spec/replicas").unwrap_or(1)).unwrap_or(0);
        let parallel = field::text(set, "/spec/podManagementPolicy") == "Parallel";
        for number in 0..replicas {
            match pods.iter().find(|pod| ordinal(pod) == number) {
                Some(pod) if pod.phase.is_over() => {
                    self.remove(Kind::Pod, &pod.namespace, &pod.name);
                    return;
                }
                Some(pod) if !parallel && (!pod.is_ready() || pod.deletion.is_some()) => {
                    return self.replace_broken(set, pod, revision);
                }
                Some(_) => {}
                None => {
                    self.create_member(set, number, revision);
                    if !parallel {
                        return;
                    }
                }
            }
        }
        let surplus = pods.iter().rev().filter(|pod| ordinal(pod) >= replicas);
        for pod in surplus {
            if pod.deletion.is_none() {
                self.delete_member(set, pod);
            }
            if !parallel {
                return;
            }
        }
        let wait = pods.iter().any(|pod| !pod.is_ready() || pod.deletion.is_some());
        if field::text(set, "/spec/updateStrategy/type") == "OnDelete" || wait {
            return;
        }
        let partition = field::int(set, "/spec/updateStrategy/rollingUpdate/partition").unwrap_or(0);
        let partition = usize::try_from(partition).unwrap_or(0);
        let outdated = pods.iter().rev().filter(|pod| ordinal(pod) >= partition);
        let outdated = outdated.into_iter().find(|pod| pod.labels.get(REVISION).is_none_or(|of| of != revision));
        if let Some(pod) = outdated {
            self.delete_member(set, pod);
        }
    }

    /// One that cannot become ready in an old revision is taken for the new one; upstream needs a hand for that, unless the pod is the
    /// next in turn anyway.
    fn replace_broken(&mut self, set: &Value, pod: &Arc<Pod>, revision: &str) {
        let partition = field::int(set, "/spec/updateStrategy/rollingUpdate/partition").unwrap_or(0);
        let outdated = pod.labels.get(REVISION).is_none_or(|of| of != revision);
        let last = ordinal(pod) + 1 == usize::try_from(field::int(set, "/spec/replicas").unwrap_or(1)).unwrap_or(0);
        if outdated && last && pod.deletion.is_none() && partition == 0 {
            self.delete_member(set, pod);
        }
    }

    fn delete_member(&mut self, set: &Value, pod: &Arc<Pod>) {
        self.end_pod(pod, None);
        let name = field::text(set, "/metadata/name");
        let message = format!("delete Pod {} in StatefulSet {name} successful", pod.name);
        self.tell(&About::object(Kind::StatefulSet, set), Tale::normal(NAME, "SuccessfulDelete", &message));
    }

    /// A pod of a set, with its number; not yet kept.
    pub(super) fn member(&mut self, set: &Value, number: usize, revision: &str) -> Pod {
        let whose = field::text(set, "/metadata/name").to_owned();
        let common = self.template_of(set);
        let mut pod = self.new_pod(set, Kind::StatefulSet);
        let name = format!("{whose}-{number}");
        let mut spec = common.spec.clone();
        spec["hostname"] = json!(name);
        if let Some(service) = set.pointer("/spec/serviceName").filter(|service| service.as_str() != Some("")) {
            spec["subdomain"] = service.clone();
        }
        let mut labels = Labels::clone(&common.labels);
        labels.insert(REVISION.to_owned(), revision.to_owned());
        labels.insert("statefulset.kubernetes.io/pod-name".to_owned(), name.clone());
        labels.insert("apps.kubernetes.io/pod-index".to_owned(), number.to_string());
        let labels = Arc::new(labels);
        pod.template = Arc::new(Template::of(spec, labels.clone(), common.annotations.clone()));
        pod.labels = labels;
        pod.name = name.into();
        pod
    }

    fn create_member(&mut self, set: &Value, number: usize, revision: &str) {
        let pod = self.member(set, number, revision);
        let name = field::text(set, "/metadata/name");
        let message = format!("create Pod {} in StatefulSet {name} successful", pod.name);
        self.put_pod(pod);
        self.tell(&About::object(Kind::StatefulSet, set), Tale::normal(NAME, "SuccessfulCreate", &message));
    }

    fn stateful_set_status(&mut self, key: &Key, revision: &str) {
        let Some(set) = self.store.object(Kind::StatefulSet, &key.namespace, &key.name).cloned() else { return };
        let pods = self.pods_of(field::uid(&set));
        let live: Vec<&Arc<Pod>> = pods.iter().filter(|pod| !pod.phase.is_over()).collect();
        let of = |revision: &str| {
            live.iter()
                .filter(|pod| pod.deletion.is_none() && pod.labels.get(REVISION).is_some_and(|is| is == revision))
                .count()
        };
        let ready = live.iter().filter(|pod| pod.is_ready() && pod.phase == Phase::Running).count();
        let replicas = usize::try_from(field::int(&set, "/spec/replicas").unwrap_or(1)).unwrap_or(0);
        let updated = of(revision);
        let done = updated == replicas && ready == replicas && live.len() == replicas;
        let before = field::text(&set, "/status/currentRevision");
        let current = if done || before.is_empty() { revision } else { before }.to_owned();
        let mut status = json!({
            "observedGeneration": set["metadata"]["generation"],
            "replicas": live.len(),
        });
        let currents = if current == revision { updated } else { of(&current) };
        for (name, count) in [("readyReplicas", ready), ("currentReplicas", currents), ("updatedReplicas", updated)] {
            if count > 0 {
                status[name] = json!(count);
            }
        }
        status["currentRevision"] = json!(current);
        status["updateRevision"] = json!(revision);
        status["collisionCount"] = json!(0);
        status["availableReplicas"] = json!(ready);
        if set["status"] != status {
            let mut set = Value::clone(&set);
            set["status"] = status;
            self.put(Kind::StatefulSet, set);
        }
    }
}
