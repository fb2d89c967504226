//! Who belongs to whom: kept beside the store, so that no controller has to look through everything.
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use super::{field, queue::Key, resource::Kind, store::Item};

#[derive(Debug, Default)]
pub struct Index {
    owned: HashMap<u128, BTreeSet<Key>>,
    on_node: HashMap<Arc<str>, BTreeSet<Key>>,
    /// Pods that no node has been found for.
    pub homeless: BTreeSet<Key>,
}

impl Key {
    #[must_use]
    pub fn of(kind: Kind, item: &Item) -> Self {
        match item {
            Item::Object(_) => Self { kind, namespace: item.namespace().into(), name: item.name().into() },
            Item::Pod(pod) => Self { kind, namespace: pod.namespace.clone(), name: pod.name.clone() },
        }
    }

    #[must_use]
    pub fn new(kind: Kind, namespace: &str, name: &str) -> Self {
        Self { kind, namespace: namespace.into(), name: name.into() }
    }
}

fn owners(item: Option<&Item>) -> Vec<u128> {
    match item {
        Some(Item::Object(value)) => field::owners(value).collect(),
        Some(Item::Pod(pod)) => pod.owner.iter().map(|owner| owner.uid).collect(),
        None => vec![],
    }
}

fn node(item: Option<&Item>) -> Option<&Arc<str>> {
    if let Some(Item::Pod(pod)) = item { pod.node.as_ref().map(|placed| &placed.node) } else { None }
}

fn homeless(item: Option<&Item>) -> bool {
    matches!(item, Some(Item::Pod(pod)) if pod.node.is_none() && pod.is_active())
}

impl Index {
    /// An object was changed, has come, or has gone.
    pub fn turn(&mut self, kind: Kind, before: Option<&Item>, after: Option<&Item>) {
        let Some(item) = after.or(before) else { return };
        let (was, is) = (owners(before), owners(after));
        if was != is {
            let key = Key::of(kind, item);
            for owner in was {
                remove(&mut self.owned, &owner, &key);
            }
            for owner in is {
                self.owned.entry(owner).or_default().insert(key.clone());
            }
        }
        if kind != Kind::Pod {
            return;
        }
        if node(before) != node(after) {
            let key = Key::of(kind, item);
            if let Some(node) = node(before) {
                remove(&mut self.on_node, node, &key);
            }
            if let Some(node) = node(after) {
                self.on_node.entry(node.clone()).or_default().insert(key);
            }
        }
        if homeless(before) != homeless(after) {
            let key = Key::of(kind, item);
            if homeless(after) {
                self.homeless.insert(key);
            } else {
                self.homeless.remove(&key);
            }
        }
    }

    pub fn owned_by(&self, owner: u128) -> impl Iterator<Item = &Key> {
        self.owned.get(&owner).into_iter().flatten()
    }

    pub fn count_owned(&self, owner: u128) -> usize {
        self.owned.get(&owner).map_or(0, BTreeSet::len)
    }

    pub fn on_node(&self, node: &str) -> impl Iterator<Item = &Key> {
        self.on_node.get(node).into_iter().flatten()
    }
}

fn remove<K: std::hash::Hash + Eq>(map: &mut HashMap<K, BTreeSet<Key>>, at: &K, key: &Key) {
    if let Some(keys) = map.get_mut(at) {
        keys.remove(key);
        if keys.is_empty() {
            map.remove(at);
        }
    }
}
