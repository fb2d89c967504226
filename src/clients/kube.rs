//! Kubernetes API servers: how one is reached (`link`), and how the rows of a kind are read from it and kept up (`follow`).
//! Knows no kind: each says in its `fetch.rs` which fields of which resource it wants.
mod exec;
mod fault;
mod follow;
mod link;
mod list;
pub mod log;
pub mod meta;
mod parts;
mod proxy;
pub mod token;
mod watch;
mod whole;
mod wire;

use std::{
    collections::{HashMap, HashSet},
    convert::Infallible,
    sync::Arc,
};

use serde::de::DeserializeOwned;

use self::meta::OwnerReference;
pub use self::{
    follow::{News, follow, follow_some},
    link::{Eks, Link, contexts},
    whole::{describe, object, yaml},
};
use crate::kinds::{Resource, kubernetes::Owner};

/// Where a kind's objects are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// `/api/v1` or `/apis/apps/v1`.
    pub api: &'static str,
    pub plural: &'static str,
    pub namespaced: bool,
}

impl Source {
    /// The path of all its objects, or of those in one namespace.
    #[must_use]
    pub fn path(&self, namespace: Option<&str>) -> String {
        match namespace {
            Some(namespace) if self.namespaced => format!("{}/namespaces/{namespace}/{}", self.api, self.plural),
            _ => format!("{}/{}", self.api, self.plural),
        }
    }
}

/// A kind that is read from an API server. Its id must be the object's uid: that is all a watch's removals are matched by.
pub trait Project: Resource {
    const SOURCE: Source;
    /// Only the fields of a row, by their numbers in protobuf and their names in JSON.
    type Wire: prost::Message + Default + DeserializeOwned;

    fn project(wire: Self::Wire, names: &mut Names) -> Self;

    /// Follows this kind; one that joins several resources follows them all.
    fn follow<F, Fut>(link: &Link, namespace: Option<&str>, tell: F) -> impl Future<Output = Infallible> + Send
    where
        F: FnMut(News<Self>) -> Fut + Send,
        Fut: Future<Output = ()> + Send,
    {
        follow(link, namespace, tell)
    }
}

/// A count as servers send it, which may say less than nothing only by mistake.
#[must_use]
pub fn count(n: i32) -> u32 {
    n.try_into().unwrap_or(0)
}

/// Strings that many rows share: namespaces, nodes, words of state.
#[derive(Debug, Default)]
pub struct Names {
    words: HashSet<Arc<str>>,
    owners: HashMap<Box<str>, Arc<Owner>>,
}

impl Names {
    pub fn share(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.words.get(name) {
            return known.clone();
        }
        let new: Arc<str> = name.into();
        self.words.insert(new.clone());
        new
    }

    /// The controller among an object's owners, shared by all that it owns.
    pub fn owner(&mut self, references: &[OwnerReference]) -> Option<Arc<Owner>> {
        let owner = references.iter().find(|owner| owner.controller)?;
        if let Some(known) = self.owners.get(owner.uid.as_str()) {
            return Some(known.clone());
        }
        let new = Arc::new(Owner {
            kind: owner.kind.as_str().into(),
            name: owner.name.as_str().into(),
            uid: owner.uid.as_str().into(),
        });
        self.owners.insert(owner.uid.as_str().into(), new.clone());
        Some(new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_seen_twice_is_kept_once() {
        let mut names = Names::default();
        let (a, b) = (names.share("default"), names.share("default"));
        assert!(Arc::ptr_eq(&a, &b));
    }

    #[test]
    fn a_cluster_wide_kind_has_no_path_in_a_namespace() {
        let nodes = Source { api: "/api/v1", plural: "nodes", namespaced: false };
        assert_eq!(nodes.path(Some("default")), "/api/v1/nodes");
        let pods = Source { api: "/api/v1", plural: "pods", namespaced: true };
        assert_eq!(pods.path(Some("default")), "/api/v1/namespaces/default/pods");
        assert_eq!(pods.path(None), "/api/v1/pods");
    }
}
