//! The Deployment controller: a ReplicaSet for each template, and the way from one to the next.
use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    Cluster, Kind, admit,
    events::{About, By, Tale},
    field,
    queue::Key,
};
use crate::{clock, rng};

pub const NAME: By<'static> = By::Controller("deployment-controller");
pub const REVISION: &str = "deployment.kubernetes.io/revision";
const HISTORY: &str = "deployment.kubernetes.io/revision-history";
const DESIRED: &str = "deployment.kubernetes.io/desired-replicas";
const MAX: &str = "deployment.kubernetes.io/max-replicas";
pub const HASH: &str = "pod-template-hash";

/// A ReplicaSet of a deployment, as the rollout counts.
#[derive(Clone, Debug)]
pub struct Set {
    pub value: Arc<Value>,
    pub wish: i64,
    pub replicas: i64,
    pub ready: i64,
    pub available: i64,
}

impl Set {
    fn of(value: Arc<Value>) -> Self {
        let number = |pointer| field::int(&value, pointer).unwrap_or(0);
        Self {
            wish: number("/spec/replicas"),
            replicas: number("/status/replicas"),
            ready: number("/status/readyReplicas"),
            available: number("/status/availableReplicas"),
            value: value.clone(),
        }
    }

    #[must_use]
    pub fn name(&self) -> &str {
        field::text(&self.value, "/metadata/name")
    }

    #[must_use]
    pub fn revision(&self) -> i64 {
        annotation(&self.value, REVISION).and_then(|text| text.parse().ok()).unwrap_or(0)
    }

    fn created(&self) -> (i64, &str) {
        (field::time(&self.value, "/metadata/creationTimestamp").unwrap_or(0), self.name())
    }
}

pub fn annotation<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.pointer("/metadata/annotations")?.get(key)?.as_str()
}

/// What a deployment asks of its rollout, in pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    pub replicas: i64,
    pub surge: i64,
    pub unavailable: i64,
}

impl Bounds {
    #[must_use]
    pub fn of(deployment: &Value) -> Self {
        let replicas = field::int(deployment, "/spec/replicas").unwrap_or(1);
        if field::text(deployment, "/spec/strategy/type") == "Recreate" {
            return Self { replicas, surge: 0, unavailable: replicas };
        }
        let part = |key: &str, up| {
            let value = deployment.pointer(&format!("/spec/strategy/rollingUpdate/{key}"));
            value.map_or(0, |value| share(value, replicas, up))
        };
        let (surge, unavailable) = (part("maxSurge", true), part("maxUnavailable", false));
        // nothing could ever happen with both at nought
        let unavailable = if surge == 0 && unavailable == 0 { 1 } else { unavailable };
        Self { replicas, surge, unavailable: unavailable.min(replicas) }
    }
}

/// A number, or a percentage of something rounded up or down.
#[must_use]
pub fn share(value: &Value, of: i64, up: bool) -> i64 {
    if let Some(number) = value.as_i64() {
        return number;
    }
    let percent = value.as_str().and_then(|text| text.trim_end_matches('%').parse::<i64>().ok()).unwrap_or(0);
    let product = percent * of;
    if up { (product + 99) / 100 } else { product / 100 }
}

/// As upstream makes names of numbers: no vowels, no look-alikes.
#[must_use]
pub fn safe(number: u32) -> String {
    let letter = |digit: u8| char::from(admit::LETTERS[usize::from(digit) % admit::LETTERS.len()]);
    number.to_string().bytes().map(letter).collect()
}

/// The template without the label that the controller gives it.
fn bare(template: &Value) -> Value {
    let mut template = template.clone();
    if let Some(labels) = template["metadata"]["labels"].as_object_mut() {
        labels.remove(HASH);
    }
    template
}

impl Cluster {
    /// All ReplicaSets of a deployment, oldest first.
    pub(super) fn sets_of(&self, deployment: &Value) -> Vec<Set> {
        let keys = self.index.owned_by(field::uid(deployment)).filter(|key| key.kind == Kind::ReplicaSet);
        let sets = keys.filter_map(|key| self.store.object(key.kind, &key.namespace, &key.name).cloned());
        let mut sets: Vec<Set> = sets.map(Set::of).collect();
        sets.sort_by(|a, b| a.created().cmp(&b.created()));
        sets
    }

    pub(super) fn reconcile_deployment(&mut self, key: &Key) {
        let Some(deployment) = self.store.object(Kind::Deployment, &key.namespace, &key.name).cloned() else { return };
        if !field::text(&deployment, "/metadata/deletionTimestamp").is_empty() {
            return;
        }
        let sets = self.sets_of(&deployment);
        let (new, old) = split(&deployment, sets);
        let paused = deployment.pointer("/spec/paused").and_then(Value::as_bool).unwrap_or(false);
        if paused {
            if self.scaled(&deployment, new.as_ref(), &old) {
                self.scale_in_proportion(&deployment, new.as_ref(), &old);
            }
            return self.deployment_status(key, None);
        }
        if self.scaled(&deployment, new.as_ref(), &old) {
            self.scale_in_proportion(&deployment, new.as_ref(), &old);
            return self.deployment_status(key, None);
        }
        let recreate = field::text(&deployment, "/spec/strategy/type") == "Recreate";
        if recreate && self.clear_the_ground(&deployment, &old) {
            return self.deployment_status(key, None);
        }
        let (new, created) = match new {
            Some(new) => (self.adopt(key, &new, &old), false),
            None => (self.new_set(key, &old), true),
        };
        let Some(deployment) = self.store.object(Kind::Deployment, &key.namespace, &key.name).cloned() else { return };
        if !created {
            self.roll(&deployment, &new, &old);
        }
        self.deployment_status(key, Some((new.name(), created)));
        self.clear_history(&deployment, &old);
    }

    /// For `Recreate`: the old go before the new come; whether they are still going.
    fn clear_the_ground(&mut self, deployment: &Value, old: &[Set]) -> bool {
        let mut busy = false;
        for set in old {
            if set.wish > 0 {
                self.scale_set(deployment, set, 0);
                busy = true;
            }
            busy |= self.pods_of(field::uid(&set.value)).iter().any(|pod| !pod.phase.is_over());
        }
        if busy {
            let name = field::text(deployment, "/metadata/name");
            self.mark(Key::new(Kind::Deployment, field::text(deployment, "/metadata/namespace"), name), 500);
        }
        busy
    }

    /// Makes the ReplicaSet of the present template.
    fn new_set(&mut self, key: &Key, old: &[Set]) -> Set {
        let Some(deployment) = self.store.object(Kind::Deployment, &key.namespace, &key.name).cloned() else {
            unreachable!("the caller has just read it")
        };
        let bounds = Bounds::of(&deployment);
        let there: i64 = old.iter().map(|set| set.wish).sum();
        let replicas = (bounds.replicas + bounds.surge - there).clamp(0, bounds.replicas);
        let revision = old.iter().map(Set::revision).max().unwrap_or(0) + 1;
        let set = self.make_set(&deployment, replicas, revision);
        self.set_revision(key, revision);
        if replicas > 0 {
            let message = format!("Scaled up replica set {} from 0 to {replicas}", set.name());
            self.tell(&About::object(Kind::Deployment, &deployment), Tale::normal(NAME, "ScalingReplicaSet", &message));
        }
        set
    }

    /// A ReplicaSet of a deployment's template.
    pub(super) fn make_set(&mut self, deployment: &Value, replicas: i64, revision: i64) -> Set {
        let template = bare(&deployment["spec"]["template"]);
        let hash = safe((rng::hash(0, &template.to_string()) >> 32) as u32);
        let name = format!("{}-{hash}", field::text(deployment, "/metadata/name"));
        let mut template = template;
        field::map(&mut template["metadata"], "labels").insert(HASH.to_owned(), json!(hash));
        let mut selector = deployment["spec"]["selector"].clone();
        field::map(&mut selector, "matchLabels").insert(HASH.to_owned(), json!(hash));
        let mut annotations = kept_annotations(deployment);
        let bounds = Bounds::of(deployment);
        annotations[DESIRED] = json!(bounds.replicas.to_string());
        annotations[MAX] = json!((bounds.replicas + bounds.surge).to_string());
        annotations[REVISION] = json!(revision.to_string());
        let mut spec = json!({ "replicas": replicas, "selector": selector, "template": template });
        if let Some(wait) = deployment["spec"].get("minReadySeconds").filter(|wait| wait.as_i64() != Some(0)) {
            spec["minReadySeconds"] = wait.clone();
        }
        let uid = self.rng.uuid();
        let set = json!({
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": {
                "name": name,
                "namespace": deployment["metadata"]["namespace"],
                "uid": uid,
                "generation": 1,
                "creationTimestamp": clock::seconds(self.now),
                "labels": template["metadata"]["labels"],
                "annotations": annotations,
                "ownerReferences": [{
                    "apiVersion": "apps/v1",
                    "kind": "Deployment",
                    "name": deployment["metadata"]["name"],
                    "uid": deployment["metadata"]["uid"],
                    "controller": true,
                    "blockOwnerDeletion": true,
                }],
            },
            "spec": spec,
            "status": { "replicas": 0 },
        });
        Set::of(self.put(Kind::ReplicaSet, set))
    }

    fn set_revision(&mut self, key: &Key, revision: i64) {
        let Some(deployment) = self.store.object(Kind::Deployment, &key.namespace, &key.name) else { return };
        if annotation(deployment, REVISION) != Some(&revision.to_string()) {
            let mut deployment = Value::clone(deployment);
            field::map(&mut deployment["metadata"], "annotations")
                .insert(REVISION.to_owned(), json!(revision.to_string()));
            self.put(Kind::Deployment, deployment);
        }
    }

    /// A ReplicaSet whose template is wanted again becomes the newest revision.
    fn adopt(&mut self, key: &Key, new: &Set, old: &[Set]) -> Set {
        let newest = old.iter().map(Set::revision).max().unwrap_or(0);
        let revision = if new.revision() > newest { new.revision() } else { newest + 1 };
        let Some(deployment) = self.store.object(Kind::Deployment, &key.namespace, &key.name).cloned() else {
            return new.clone();
        };
        let mut value = Value::clone(&new.value);
        let annotations = field::map(&mut value["metadata"], "annotations");
        for (key, kept) in kept_annotations(&deployment).as_object().into_iter().flatten() {
            annotations.insert(key.clone(), kept.clone());
        }
        if revision != new.revision() {
            let history = annotations.get(HISTORY).and_then(Value::as_str).map(|text| format!("{text},"));
            let history = format!("{}{}", history.unwrap_or_default(), new.revision());
            annotations.insert(HISTORY.to_owned(), json!(history));
            annotations.insert(REVISION.to_owned(), json!(revision.to_string()));
        }
        self.set_revision(key, revision);
        if value == *new.value { new.clone() } else { Set::of(self.put(Kind::ReplicaSet, value)) }
    }

    /// Sets how many pods a ReplicaSet is to have, and tells it.
    pub(super) fn scale_set(&mut self, deployment: &Value, set: &Set, replicas: i64) {
        let bounds = Bounds::of(deployment);
        let mut value = Value::clone(&set.value);
        value["spec"]["replicas"] = json!(replicas);
        let annotations = field::map(&mut value["metadata"], "annotations");
        annotations.insert(DESIRED.to_owned(), json!(bounds.replicas.to_string()));
        annotations.insert(MAX.to_owned(), json!((bounds.replicas + bounds.surge).to_string()));
        if replicas != set.wish {
            let generation = field::int(&value, "/metadata/generation").unwrap_or(1);
            value["metadata"]["generation"] = json!(generation + 1);
        }
        self.put(Kind::ReplicaSet, value);
        if replicas != set.wish {
            let way = if replicas > set.wish { "up" } else { "down" };
            let message = format!("Scaled {way} replica set {} from {} to {replicas}", set.name(), set.wish);
            self.tell(&About::object(Kind::Deployment, deployment), Tale::normal(NAME, "ScalingReplicaSet", &message));
        }
    }

    /// Whether the deployment's size was changed since its ReplicaSets were last sized.
    fn scaled(&self, deployment: &Value, new: Option<&Set>, old: &[Set]) -> bool {
        let replicas = field::int(deployment, "/spec/replicas").unwrap_or(1).to_string();
        let differs =
            |set: &Set| set.wish > 0 && annotation(&set.value, DESIRED).is_some_and(|desired| desired != replicas);
        new.into_iter().chain(old).any(differs)
    }

    fn clear_history(&mut self, deployment: &Value, old: &[Set]) {
        let limit = field::int(deployment, "/spec/revisionHistoryLimit").unwrap_or(10);
        let mut spent: Vec<&Set> = old.iter().filter(|set| set.wish == 0 && set.replicas == 0).collect();
        let surplus = spent.len().saturating_sub(usize::try_from(limit).unwrap_or(0));
        spent.sort_by_key(|set| set.revision());
        let complete = field::int(deployment, "/spec/replicas") == field::int(deployment, "/status/updatedReplicas");
        for set in spent.into_iter().take(if complete { surplus } else { 0 }) {
            let namespace = field::text(&set.value, "/metadata/namespace");
            self.templates.remove(&field::uid(&set.value));
            self.remove(Kind::ReplicaSet, namespace, set.name());
        }
    }
}

/// The ReplicaSet of the present template, and the others.
#[must_use]
pub fn split(deployment: &Value, sets: Vec<Set>) -> (Option<Set>, Vec<Set>) {
    let wish = bare(&deployment["spec"]["template"]);
    let (mut new, mut old) = (None, vec![]);
    for set in sets {
        if new.is_none() && bare(&set.value["spec"]["template"]) == wish {
            new = Some(set);
        } else {
            old.push(set);
        }
    }
    (new, old)
}

/// The deployment's annotations that its ReplicaSets get too.
fn kept_annotations(deployment: &Value) -> Value {
    const OWN: [&str; 5] = ["kubectl.kubernetes.io/last-applied-configuration", REVISION, HISTORY, DESIRED, MAX];
    let annotations = deployment.pointer("/metadata/annotations").and_then(Value::as_object).into_iter().flatten();
    annotations.filter(|(key, _)| !OWN.contains(&key.as_str())).map(|(k, v)| (k.clone(), v.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_round_the_surge_up_and_the_unavailable_down() {
        let bounds = |replicas: i64, surge: Value, unavailable: Value| {
            let rolling = json!({ "maxSurge": surge, "maxUnavailable": unavailable });
            let bounds =
                Bounds::of(&json!({ "spec": { "replicas": replicas, "strategy": { "rollingUpdate": rolling } } }));
            (bounds.surge, bounds.unavailable)
        };
        assert_eq!(bounds(10, json!("25%"), json!("25%")), (3, 2));
        assert_eq!(bounds(1, json!("25%"), json!("25%")), (1, 0));
        assert_eq!(bounds(4, json!(0), json!("10%")), (0, 1));
        assert_eq!(bounds(3, json!(1), json!(0)), (1, 0));
        assert_eq!(bounds(0, json!("25%"), json!("25%")), (0, 0));
    }

    #[test]
    fn hashes_are_written_without_vowels() {
        assert_eq!(safe(1_234_567_890), "56789bcdf4");
    }
}
