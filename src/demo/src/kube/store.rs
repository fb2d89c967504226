//! What a cluster keeps, as etcd does: objects by kind, namespace and name, one counter of versions, and the last changes of each kind.
use std::{
    collections::{BTreeMap, VecDeque, btree_map},
    ops::Bound,
    sync::Arc,
};

use serde_json::{Value, json};

use super::{
    pod::Pod,
    resource::{Kind, RESOURCES},
};

/// An object. Pods are kept small: a big cluster has fifty thousand of them, all much alike.
#[derive(Clone, Debug)]
pub enum Item {
    Object(Arc<Value>),
    Pod(Arc<Pod>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    Added,
    Modified,
    Deleted,
}

#[derive(Clone, Debug)]
pub struct Change {
    pub rv: u64,
    pub verb: Verb,
    /// As it is from then on; for one that was deleted, as it was last, with the version of its deletion.
    pub item: Item,
    /// As it was before, if it was: whoever watches with a selector must know whether it came in or went out.
    pub before: Option<Item>,
}

/// What was asked for is older than what is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

type Names = BTreeMap<Arc<str>, Item>;

#[derive(Debug, Default)]
struct Table {
    spaces: BTreeMap<Arc<str>, Names>,
    count: usize,
    log: VecDeque<Change>,
    /// What the log weighs in all.
    weight: usize,
    /// Changes up to this version are forgotten.
    floor: u64,
}

#[derive(Debug)]
pub struct Store {
    rv: u64,
    tables: Vec<Table>,
}

impl Default for Store {
    fn default() -> Self {
        Self { rv: 1, tables: RESOURCES.iter().map(|_| Table::default()).collect() }
    }
}

impl Store {
    /// The version of the newest change.
    #[must_use]
    pub fn rv(&self) -> u64 {
        self.rv
    }

    /// Starts counting from here: a cluster that has lived has seen many versions.
    pub fn set_rv(&mut self, rv: u64) {
        self.rv = self.rv.max(rv);
    }

    #[must_use]
    pub fn len(&self, kind: Kind) -> usize {
        self.tables[kind as usize].count
    }

    #[must_use]
    pub fn is_empty(&self, kind: Kind) -> bool {
        self.len(kind) == 0
    }

    /// All of a kind, or those of one namespace, by namespace and name. Objects without namespace are in the namespace ``.
    pub fn list<'a>(&'a self, kind: Kind, namespace: Option<&str>) -> impl Iterator<Item = &'a Item> + use<'a> {
        self.after(kind, namespace, None)
    }

    /// Those of a list that come after a namespace and name, for the next page.
    pub fn after<'a>(
        &'a self,
        kind: Kind,
        namespace: Option<&str>,
        after: Option<(&str, &str)>,
    ) -> impl Iterator<Item = &'a Item> + use<'a> {
        let spaces = &self.tables[kind as usize].spaces;
        let start = after.map(|(space, _)| space).into_iter().chain(namespace).max();
        let from = start.map_or(Bound::Unbounded, Bound::Included);
        let until = namespace.map_or(Bound::Unbounded, Bound::Included);
        let valid = !matches!((from, until), (Bound::Included(from), Bound::Included(until)) if from > until);
        let bounds = if valid { (from, until) } else { (Bound::Excluded("\u{10ffff}"), Bound::Unbounded) };
        let mut first: Option<btree_map::Range<'a, Arc<str>, Item>> = None;
        let mut rest = spaces.range::<str, _>(bounds);
        if let Some((space, name)) = after.filter(|_| valid)
            && let Some(names) = spaces.get(space)
        {
            first = Some(names.range::<str, _>((Bound::Excluded(name), Bound::Unbounded)));
            rest.next();
        }
        first.into_iter().flatten().chain(rest.flat_map(|(_, names)| names.iter())).map(|(_, item)| item)
    }

    #[must_use]
    pub fn get(&self, kind: Kind, namespace: &str, name: &str) -> Option<&Item> {
        self.tables[kind as usize].spaces.get(namespace)?.get(name)
    }

    #[must_use]
    pub fn object(&self, kind: Kind, namespace: &str, name: &str) -> Option<&Arc<Value>> {
        match self.get(kind, namespace, name)? {
            Item::Object(value) => Some(value),
            Item::Pod(_) => None,
        }
    }

    #[must_use]
    pub fn pod(&self, namespace: &str, name: &str) -> Option<&Arc<Pod>> {
        match self.get(Kind::Pod, namespace, name)? {
            Item::Pod(pod) => Some(pod),
            Item::Object(_) => None,
        }
    }

    pub fn pods(&self, namespace: Option<&str>) -> impl Iterator<Item = &Arc<Pod>> {
        self.list(Kind::Pod, namespace).filter_map(|item| if let Item::Pod(pod) = item { Some(pod) } else { None })
    }

    pub fn objects(&self, kind: Kind, namespace: Option<&str>) -> impl Iterator<Item = &Arc<Value>> {
        self.list(kind, namespace).filter_map(|item| if let Item::Object(value) = item { Some(value) } else { None })
    }

    /// Keeps an object as it is from now on, under the next version.
    pub fn put(&mut self, kind: Kind, mut value: Value) -> Arc<Value> {
        let rv = self.rv + 1;
        if let Some(metadata) = value.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.insert("resourceVersion".to_owned(), json!(rv.to_string()));
        }
        let value = Arc::new(value);
        self.keep(kind, Item::Object(value.clone()));
        value
    }

    pub fn put_pod(&mut self, mut pod: Pod) -> Arc<Pod> {
        pod.rv = self.rv + 1;
        let pod = Arc::new(pod);
        self.keep(Kind::Pod, Item::Pod(pod.clone()));
        pod
    }

    fn keep(&mut self, kind: Kind, item: Item) {
        self.rv += 1;
        let table = &mut self.tables[kind as usize];
        let (space, name) = item.key();
        if !table.spaces.contains_key(&*space) {
            table.spaces.insert(space.clone(), Names::new());
        }
        let names = table.spaces.entry(space).or_default();
        let before = if let Some(kept) = names.get_mut(&*name) {
            Some(std::mem::replace(kept, item.clone()))
        } else {
            names.insert(name, item.clone());
            table.count += 1;
            None
        };
        let verb = if before.is_some() { Verb::Modified } else { Verb::Added };
        table.record(kind, Change { rv: self.rv, verb, item, before });
    }

    /// Takes an object away; what it was last.
    pub fn remove(&mut self, kind: Kind, namespace: &str, name: &str) -> Option<Item> {
        let table = &mut self.tables[kind as usize];
        let names = table.spaces.get_mut(namespace)?;
        let before = names.remove(name)?;
        if names.is_empty() {
            table.spaces.remove(namespace);
        }
        table.count -= 1;
        self.rv += 1;
        let item = before.at(self.rv);
        table.record(kind, Change { rv: self.rv, verb: Verb::Deleted, item, before: Some(before.clone()) });
        Some(before)
    }

    /// What changed after a version, oldest first.
    pub fn since(&self, kind: Kind, rv: u64) -> Result<Vec<Change>, Gone> {
        let table = &self.tables[kind as usize];
        if rv < table.floor {
            return Err(Gone);
        }
        let start = table.log.partition_point(|change| change.rv <= rv);
        Ok(table.log.range(start..).cloned().collect())
    }

    /// Forgets all versions but the present ones, as etcd does every few minutes.
    pub fn compact(&mut self) {
        for table in &mut self.tables {
            table.log = VecDeque::new();
            table.weight = 0;
            table.floor = self.rv;
        }
    }
}

impl Table {
    fn record(&mut self, kind: Kind, change: Change) {
        self.weight += change.item.weight(kind);
        self.log.push_back(change);
        while self.weight > kind.resource().remembers
            && self.log.len() > 1
            && let Some(old) = self.log.pop_front()
        {
            self.weight -= old.item.weight(kind);
            self.floor = old.rv;
        }
    }
}

impl Item {
    /// The whole object; made anew for a pod.
    #[must_use]
    pub fn value(&self) -> Arc<Value> {
        match self {
            Self::Object(value) => value.clone(),
            Self::Pod(pod) => Arc::new(pod.value()),
        }
    }

    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Object(value) => text(value, "name"),
            Self::Pod(pod) => &pod.name,
        }
    }

    #[must_use]
    pub fn namespace(&self) -> &str {
        match self {
            Self::Object(value) => text(value, "namespace"),
            Self::Pod(pod) => &pod.namespace,
        }
    }

    #[must_use]
    pub fn uid(&self) -> String {
        match self {
            Self::Object(value) => text(value, "uid").to_owned(),
            Self::Pod(pod) => pod.uid(),
        }
    }

    #[must_use]
    pub fn rv(&self) -> u64 {
        match self {
            Self::Object(value) => text(value, "resourceVersion").parse().unwrap_or(0),
            Self::Pod(pod) => pod.rv,
        }
    }

    /// A label's value.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&str> {
        match self {
            Self::Object(value) => value.pointer("/metadata/labels")?.get(key)?.as_str(),
            Self::Pod(pod) => pod.labels.get(key).map(String::as_str),
        }
    }

    fn key(&self) -> (Arc<str>, Arc<str>) {
        match self {
            Self::Object(_) => (self.namespace().into(), self.name().into()),
            Self::Pod(pod) => (pod.namespace.clone(), pod.name.clone()),
        }
    }

    /// What it costs to remember; the endpoints of a big service are many.
    fn weight(&self, kind: Kind) -> usize {
        let list = match kind {
            Kind::EndpointSlice => "/endpoints",
            Kind::Endpoints => "/subsets/0/addresses",
            _ => return 1,
        };
        let Self::Object(value) = self else { return 1 };
        1 + value.pointer(list).and_then(Value::as_array).map_or(0, Vec::len)
    }

    fn at(&self, rv: u64) -> Self {
        match self {
            Self::Object(value) => {
                let mut value = Value::clone(value);
                value["metadata"]["resourceVersion"] = json!(rv.to_string());
                Self::Object(Arc::new(value))
            }
            Self::Pod(pod) => Self::Pod(Arc::new(Pod { rv, ..Pod::clone(pod) })),
        }
    }
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get("metadata").and_then(|metadata| metadata.get(field)).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests;
