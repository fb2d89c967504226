//! What the API server changes on behalf of its clients, and what it refuses.
use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    Cluster, Item, Kind, Pod, Refused, admit, field,
    pod::Deletion,
    queue::{Key, Step},
    selector::Selector,
};
use crate::clock::{self, SECOND};

/// Which half of an object a client may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Whole,
    Status,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Propagation {
    #[default]
    Background,
    Foreground,
    Orphan,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeleteOptions {
    /// In seconds.
    pub grace: Option<i64>,
    /// Preconditions.
    pub uid: Option<String>,
    pub resource_version: Option<String>,
    pub propagation: Propagation,
}

impl Cluster {
    /// What a new object would be: checked, with its defaults. For a dry run; `create` does it itself.
    pub fn prepare(&mut self, kind: Kind, namespace: &str, value: Value) -> Result<Item, Refused> {
        let space = if kind.resource().namespaced { namespace } else { "" };
        if kind.resource().namespaced {
            let Some(holder) = self.store.object(Kind::Namespace, "", namespace) else {
                return Err(Refused::not_found(Kind::Namespace, namespace));
            };
            if field::text(holder, "/status/phase") == "Terminating" {
                let name = field::text(&value, "/metadata/name").to_owned();
                let why =
                    format!("unable to create new content in namespace {namespace} because it is being terminated");
                return Err(Refused::forbidden(kind, &name, &why));
            }
        }
        let value = admit::new(self, kind, space, value)?;
        let name = field::text(&value, "/metadata/name");
        if self.store.get(kind, space, name).is_some() {
            return Err(Refused::exists(kind, name));
        }
        Ok(if kind == Kind::Pod {
            Item::Pod(Arc::new(admit::pod(self, &value)))
        } else {
            Item::Object(Arc::new(value))
        })
    }

    pub fn create(&mut self, kind: Kind, namespace: &str, value: Value) -> Result<Item, Refused> {
        Ok(match self.prepare(kind, namespace, value)? {
            Item::Pod(pod) => Item::Pod(self.put_pod(Arc::unwrap_or_clone(pod))),
            Item::Object(value) => Item::Object(self.put(kind, Arc::unwrap_or_clone(value))),
        })
    }

    /// What a changed object would be, and whether it differs from what is there.
    pub fn prepare_update(
        &self,
        kind: Kind,
        namespace: &str,
        name: &str,
        value: Value,
        part: Part,
    ) -> Result<(Item, bool), Refused> {
        let current = self.store.get(kind, namespace, name).ok_or_else(|| Refused::not_found(kind, name))?;
        let given = field::text(&value, "/metadata/resourceVersion");
        if !given.is_empty() && given != "0" && given != current.rv().to_string() {
            return Err(Refused::modified(kind, name));
        }
        let uid = field::text(&value, "/metadata/uid");
        if !uid.is_empty() && uid != current.uid() {
            return Err(Refused::conflict(kind, name, &uid_differs(uid, &current.uid())));
        }
        match current {
            Item::Pod(pod) => match part {
                Part::Status => Ok((current.clone(), false)),
                Part::Whole => {
                    let (pod, changed) = admit::changed_pod(pod, &value)?;
                    Ok((Item::Pod(Arc::new(pod)), changed))
                }
            },
            Item::Object(current) => {
                let value = admit::changed(kind, current, value, part)?;
                let changed = value != **current;
                Ok((Item::Object(Arc::new(value)), changed))
            }
        }
    }

    pub fn update(
        &mut self,
        kind: Kind,
        namespace: &str,
        name: &str,
        value: Value,
        part: Part,
    ) -> Result<Item, Refused> {
        let (item, changed) = self.prepare_update(kind, namespace, name, value, part)?;
        if !changed {
            return Ok(item);
        }
        Ok(match item {
            Item::Pod(pod) => Item::Pod(self.put_pod(Arc::unwrap_or_clone(pod))),
            Item::Object(value) => {
                let value = Arc::unwrap_or_clone(value);
                let over = !field::text(&value, "/metadata/deletionTimestamp").is_empty()
                    && field::list(&value, "/metadata/finalizers").is_empty();
                if over {
                    self.remove(kind, namespace, name);
                    return Ok(Item::Object(Arc::new(value)));
                }
                Item::Object(self.put(kind, value))
            }
        })
    }

    /// The object as it was when it was asked to go. Whether it has gone at once, or goes when its grace or its finalizers are over, the
    /// store tells.
    pub fn delete(&mut self, kind: Kind, namespace: &str, name: &str, how: &DeleteOptions) -> Result<Item, Refused> {
        let current = self.store.get(kind, namespace, name).cloned().ok_or_else(|| Refused::not_found(kind, name))?;
        if let Some(uid) = how.uid.as_deref().filter(|uid| *uid != current.uid()) {
            return Err(Refused::conflict(kind, name, &uid_differs(uid, &current.uid())));
        }
        if let Some(given) = how.resource_version.as_deref().filter(|given| *given != current.rv().to_string()) {
            let why = format!(
                "the ResourceVersion in the precondition ({given}) does not match the ResourceVersion in record ({}). The object might \
                 have been modified",
                current.rv()
            );
            return Err(Refused::conflict(kind, name, &why));
        }
        match current {
            Item::Pod(pod) => Ok(Item::Pod(self.end_pod(&pod, how.grace))),
            Item::Object(value) => Ok(Item::Object(self.delete_object(kind, &value, how.propagation))),
        }
    }

    fn delete_object(&mut self, kind: Kind, value: &Arc<Value>, propagation: Propagation) -> Arc<Value> {
        let (namespace, name) = (field::text(value, "/metadata/namespace"), field::text(value, "/metadata/name"));
        let uid = field::uid(value);
        if propagation == Propagation::Orphan {
            self.orphan(uid);
        }
        let foreground = propagation == Propagation::Foreground && self.index.owned_by(uid).next().is_some();
        let held = !field::list(value, "/metadata/finalizers").is_empty();
        if kind == Kind::Namespace || foreground || held {
            if !field::text(value, "/metadata/deletionTimestamp").is_empty() {
                return value.clone();
            }
            let mut value = Value::clone(value);
            value["metadata"]["deletionTimestamp"] = json!(clock::seconds(self.now));
            value["metadata"]["deletionGracePeriodSeconds"] = json!(0);
            if foreground {
                let mut finalizers = field::list(&value, "/metadata/finalizers").to_vec();
                finalizers.push(json!("foregroundDeletion"));
                value["metadata"]["finalizers"] = json!(finalizers);
            }
            if kind == Kind::Namespace {
                value["status"]["phase"] = json!("Terminating");
            }
            let value = self.put(kind, value);
            self.queue.at(self.now + 20, Step::Collect(uid));
            return value;
        }
        self.remove(kind, namespace, name);
        if self.index.owned_by(uid).next().is_some() {
            self.queue.at(self.now + 20, Step::Collect(uid));
        }
        value.clone()
    }

    fn orphan(&mut self, owner: u128) {
        let keys: Vec<Key> = self.index.owned_by(owner).cloned().collect();
        for key in keys {
            match self.store.get(key.kind, &key.namespace, &key.name).cloned() {
                Some(Item::Pod(pod)) => _ = self.put_pod(Pod { owner: None, ..Pod::clone(&pod) }),
                Some(Item::Object(value)) => {
                    let mut value = Value::clone(&value);
                    if let Some(metadata) = value["metadata"].as_object_mut() {
                        metadata.remove("ownerReferences");
                    }
                    self.put(key.kind, value);
                }
                None => {}
            }
        }
    }

    /// Asks a pod to end: at once if nothing of it runs, otherwise its kubelet does it.
    pub(super) fn end_pod(&mut self, pod: &Arc<Pod>, grace: Option<i64>) -> Arc<Pod> {
        let idle = pod.node.is_none() || pod.phase.is_over();
        let grace = if idle { 0 } else { grace.unwrap_or(pod.template.grace).max(0) };
        if grace == 0 {
            self.remove(Kind::Pod, &pod.namespace, &pod.name);
            return Arc::new(Pod { deletion: Some(Deletion { at: self.now, grace }), ..Pod::clone(pod) });
        }
        if pod.deletion.is_some_and(|deletion| deletion.grace <= grace) {
            return pod.clone();
        }
        let deletion = Deletion { at: self.now + grace * SECOND, grace };
        self.put_pod(Pod { deletion: Some(deletion), ..Pod::clone(pod) })
    }

    /// Sets `spec.replicas`; the object as it is then.
    pub fn scale(
        &mut self,
        kind: Kind,
        namespace: &str,
        name: &str,
        replicas: i64,
        resource_version: Option<&str>,
    ) -> Result<Item, Refused> {
        let current = self.store.object(kind, namespace, name).ok_or_else(|| Refused::not_found(kind, name))?;
        let mut value = Value::clone(current);
        value["spec"]["replicas"] = json!(replicas);
        value["metadata"]["resourceVersion"] = json!(resource_version.unwrap_or_default());
        self.update(kind, namespace, name, value, Part::Whole)
    }

    /// Deletes a pod if the disruption budgets over it allow it. A dry run changes nothing.
    pub fn evict(&mut self, namespace: &str, name: &str, how: &DeleteOptions, dry: bool) -> Result<(), Refused> {
        let pod = self.store.pod(namespace, name).cloned().ok_or_else(|| Refused::not_found(Kind::Pod, name))?;
        let counts = !pod.phase.is_over() && pod.deletion.is_none();
        let budgets: Vec<Arc<Value>> = self
            .store
            .objects(Kind::PodDisruptionBudget, Some(namespace))
            .filter(|budget| Selector::of(budget.pointer("/spec/selector")).matches(&pod.labels))
            .cloned()
            .collect();
        if budgets.len() > 1 {
            return Err(Refused {
                code: 500,
                reason: "InternalError",
                message:
                    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
                        .to_owned(),
                details: None,
            });
        }
        // one that is not ready takes nothing from the budget
        let spends = counts && pod.is_ready() && pod.phase == super::pod::Phase::Running;
        if let Some(budget) = budgets.first().filter(|_| spends) {
            let number = |pointer| field::int(budget, pointer).unwrap_or(0);
            let allowed = number("/status/disruptionsAllowed");
            if allowed < 1 {
                let name = field::text(budget, "/metadata/name");
                return Err(Refused::over_budget(
                    name,
                    number("/status/desiredHealthy"),
                    number("/status/currentHealthy"),
                ));
            }
            if !dry {
                let mut value = Value::clone(budget);
                value["status"]["disruptionsAllowed"] = json!(allowed - 1);
                field::map(&mut value["status"], "disruptedPods")
                    .insert(name.to_owned(), json!(clock::seconds(self.now)));
                self.put(Kind::PodDisruptionBudget, value);
            }
        }
        if dry {
            return Ok(());
        }
        let why: Arc<str> = "Eviction API: evicting".into();
        let pod = if counts && pod.node.is_some() {
            self.put_pod(Pod { disrupted: Some((self.now, "EvictionByEvictionAPI", why)), ..Pod::clone(&pod) })
        } else {
            pod
        };
        let how = DeleteOptions { uid: how.uid.clone(), ..how.clone() };
        self.delete(Kind::Pod, namespace, &pod.name, &how).map(drop)
    }
}

fn uid_differs(given: &str, is: &str) -> String {
    format!("Precondition failed: UID in precondition: {given}, UID in object meta: {is}")
}
