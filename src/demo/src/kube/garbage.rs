//! What goes with what it belongs to: dependents with their owners, and everything with its namespace.
use serde_json::Value;

use super::{
    Cluster, Item, Kind, field,
    queue::{Key, Step},
    resource::RESOURCES,
};
use crate::clock::SECOND;

impl Cluster {
    pub(super) fn collect(&mut self, owner: u128) {
        let space = self.store.objects(Kind::Namespace, None).find(|space| field::uid(space) == owner).cloned();
        if let Some(space) = space {
            return self.clear_namespace(&space);
        }
        let keys: Vec<Key> = self.index.owned_by(owner).cloned().collect();
        for key in keys {
            match self.store.get(key.kind, &key.namespace, &key.name).cloned() {
                Some(Item::Pod(pod)) if pod.deletion.is_none() => _ = self.end_pod(&pod, None),
                Some(Item::Object(value)) => {
                    self.remove(key.kind, &key.namespace, &key.name);
                    self.templates.remove(&field::uid(&value));
                    self.collect(field::uid(&value));
                }
                _ => {}
            }
        }
        self.templates.remove(&owner);
        self.templates.remove(&(owner ^ 1));
        self.parents.remove(&owner);
        self.release(owner);
    }

    /// An owner that waited for its dependents goes when they have gone.
    fn release(&mut self, owner: u128) {
        let waits = RESOURCES.iter().filter(|row| row.kind != Kind::Pod).find_map(|row| {
            let held = |value: &&std::sync::Arc<Value>| {
                field::uid(value) == owner && !field::text(value, "/metadata/deletionTimestamp").is_empty()
            };
            self.store.objects(row.kind, None).find(held).map(|value| (row.kind, value.clone()))
        });
        let Some((kind, value)) = waits else { return };
        if self.index.owned_by(owner).next().is_some() {
            self.queue.at(self.now + SECOND, Step::Collect(owner));
            return;
        }
        let others = field::list(&value, "/metadata/finalizers").iter().any(|held| held != "foregroundDeletion");
        if !others {
            self.remove(kind, field::text(&value, "/metadata/namespace"), field::text(&value, "/metadata/name"));
        }
    }

    fn clear_namespace(&mut self, space: &Value) {
        let name = field::text(space, "/metadata/name").to_owned();
        let mut left = false;
        for row in RESOURCES.iter().filter(|row| row.namespaced) {
            let items: Vec<Item> = self.store.list(row.kind, Some(&name)).cloned().collect();
            for item in items {
                match item {
                    Item::Pod(pod) => {
                        left = true;
                        if pod.deletion.is_none() {
                            self.end_pod(&pod, None);
                        }
                    }
                    Item::Object(value) => {
                        self.remove(row.kind, &name, field::text(&value, "/metadata/name"));
                    }
                }
            }
        }
        if left {
            self.queue.at(self.now + SECOND, Step::Collect(field::uid(space)));
        } else {
            self.remove(Kind::Namespace, "", &name);
        }
    }

    /// The certificate of the authority that vouches for the API server, which every namespace gets to know.
    pub fn trust(&mut self, ca: &str) {
        ca.clone_into(&mut self.ca);
        let maps: Vec<_> = self
            .store
            .objects(Kind::ConfigMap, None)
            .filter(|map| map["metadata"]["name"] == "kube-root-ca.crt")
            .cloned()
            .collect();
        for map in maps {
            let mut map = Value::clone(&map);
            map["data"]["ca.crt"] = Value::from(ca);
            self.put(Kind::ConfigMap, map);
        }
    }

    /// What every namespace has from its beginning.
    pub(super) fn reconcile_namespace(&mut self, key: &Key) {
        let Some(space) = self.store.object(Kind::Namespace, "", &key.name) else { return };
        if field::text(space, "/status/phase") == "Terminating" {
            return;
        }
        let account = serde_json::json!({ "metadata": { "name": "default" } });
        let bundle = serde_json::json!({
            "metadata": {
                "name": "kube-root-ca.crt",
                "annotations": {
                    "kubernetes.io/description": "Contains a CA bundle that can be used to verify the kube-apiserver when using internal \
                                                  endpoints such as the internal service IP or kubernetes.default.svc. No other usage is \
                                                  guaranteed across distributions of Kubernetes clusters.",
                },
            },
            "data": { "ca.crt": self.ca },
        });
        for (kind, name, value) in
            [(Kind::ServiceAccount, "default", account), (Kind::ConfigMap, "kube-root-ca.crt", bundle)]
        {
            if self.store.get(kind, &key.name, name).is_none() {
                // it can only be refused if it is there already
                _ = self.create(kind, &key.name, value);
            }
        }
    }
}
