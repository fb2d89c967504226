//! What the kinds of a Kubernetes cluster share: who owns whom, and the links and commands that follow from it.
use std::sync::Arc;

use super::{Copyable, Kind, Link, Scope, Way};

/// The controller that made a thing.
#[derive(Debug, PartialEq, Eq)]
pub struct Owner {
    /// As Kubernetes writes it: `ReplicaSet`.
    pub kind: Box<str>,
    pub name: Box<str>,
    pub uid: Box<str>,
}

impl Owner {
    /// The deployment behind a replica set of this name, as deployments name theirs: `web` of `web-5d4f8`.
    #[must_use]
    pub fn deployment(&self) -> Option<&str> {
        if &*self.kind == "ReplicaSet" { self.name.rsplit_once('-').map(|(name, _hash)| name) } else { None }
    }

    /// The workload that a person thinks of as the owner: the deployment for what a replica set owns.
    #[must_use]
    pub fn workload(&self) -> (&str, &str) {
        self.deployment().map_or((&self.kind, &self.name), |name| ("Deployment", name))
    }
}

/// `shop/web`, or `web` for what is in no namespace: unique within a cluster for one kind.
#[must_use]
pub fn path(namespace: &str, name: &str) -> String {
    if namespace.is_empty() { name.to_owned() } else { format!("{namespace}/{name}") }
}

/// `Deployment/shop/web`: unique within a cluster.
#[must_use]
pub fn key(kind: &str, namespace: &str, name: &str) -> String {
    format!("{kind}/{}", path(namespace, name))
}

/// The way up to the owner, where its kind is one that can be listed.
#[must_use]
pub fn up(owner: Option<&Arc<Owner>>, scope: &Scope) -> Option<Link> {
    let owner = owner?;
    let kind = Kind::named(&owner.kind)?;
    Some(Link::new(Way::Up, "owner", kind, scope.clone(), "UID", &*owner.uid))
}

/// The way to what a workload owns, by the workload's uid.
#[must_use]
pub fn owned(way: Way, label: &'static str, kind: Kind, scope: &Scope, uid: &str) -> Link {
    Link::new(way, label, kind, scope.clone(), "OWNER-UID", uid)
}

/// The namespace of a thing.
#[must_use]
pub fn namespace(scope: &Scope, name: &str) -> Link {
    Link::new(Way::Beside, "namespace", Kind::Namespace, scope.clone(), "NAME", name)
}

/// The events that speak of a thing.
#[must_use]
pub fn events(scope: &Scope, uid: &str) -> Link {
    Link::new(Way::Beside, "events", Kind::Event, scope.clone(), "OBJECT-UID", uid)
}

/// The command that shows a thing whole.
#[must_use]
pub fn command(scope: &Scope, kind: &str, namespace: &str, name: &str) -> Copyable {
    let place = if namespace.is_empty() { String::new() } else { format!("-n {namespace} ") };
    Copyable {
        label: "kubectl command",
        text: format!("kubectl --context {} {place}get {kind} {name} -o yaml", scope.cluster),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(kind: &str, name: &str) -> Arc<Owner> {
        Arc::new(Owner { kind: kind.into(), name: name.into(), uid: "u".into() })
    }

    #[test]
    fn a_replica_set_s_pods_belong_to_its_deployment() {
        assert_eq!(owner("ReplicaSet", "web-api-5d4f8").workload(), ("Deployment", "web-api"));
        assert_eq!(owner("StatefulSet", "db-0").workload(), ("StatefulSet", "db-0"));
    }

    #[test]
    fn an_owner_of_an_unknown_kind_is_no_way_up() {
        assert_eq!(up(Some(&owner("Rollout", "web")), &Scope::default()), None);
        let link = up(Some(&owner("ReplicaSet", "web-1")), &Scope::default()).unwrap();
        assert_eq!((link.kind, link.way), (Kind::ReplicaSet, Way::Up));
    }

    #[test]
    fn what_is_in_no_namespace_has_none_in_its_command() {
        let scope = Scope { cluster: "prod".into(), ..Scope::default() };
        assert_eq!(command(&scope, "node", "", "n1").text, "kubectl --context prod get node n1 -o yaml");
        assert_eq!(command(&scope, "pod", "shop", "p").text, "kubectl --context prod -n shop get pod p -o yaml");
    }
}
