//! A horizontal pod autoscaler.
#[cfg(feature = "live")]
pub mod fetch;

use std::{cmp::Ordering, sync::Arc};

use super::{Cell, Column, Copyable, Health, Kind, Link, Reach, Resource, Scope, Way, kubernetes};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hpa {
    pub uid: Box<str>,
    pub name: Box<str>,
    pub namespace: Arc<str>,
    /// As Kubernetes writes it: `Deployment`.
    pub target_kind: Arc<str>,
    pub target: Box<str>,
    /// `cpu: 40%/70%`.
    pub metrics: Box<str>,
    pub min: u32,
    pub max: u32,
    pub current: u32,
    pub wanted: u32,
    /// The condition that keeps it from working: `FailedGetResourceMetric`.
    pub trouble: Arc<str>,
    pub created: i64,
}

impl Resource for Hpa {
    const REACH: Reach = Reach::Cluster;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAMESPACE", width: 12, rank: 1, cell: |h| Cell::text(&h.namespace) },
        Column { title: "NAME", width: 28, rank: 0, cell: |h| Cell::text(&h.name) },
        Column {
            title: "REFERENCE",
            width: 28,
            rank: 1,
            cell: |h| Cell::Owned(format!("{}/{}", h.target_kind, h.target)),
        },
        Column { title: "TARGETS", width: 24, rank: 1, cell: |h| Cell::text(&h.metrics) },
        Column { title: "MINPODS", width: 7, rank: 2, cell: |h| Cell::Int(h.min.into()) },
        Column { title: "MAXPODS", width: 7, rank: 2, cell: |h| Cell::Int(h.max.into()) },
        Column { title: "REPLICAS", width: 8, rank: 0, cell: |h| Cell::Int(h.current.into()) },
        Column { title: "WANTED", width: 6, rank: 3, cell: |h| Cell::Int(h.wanted.into()) },
        Column { title: "TROUBLE", width: 24, rank: 2, cell: |h| Cell::text(&h.trouble) },
        Column { title: "AGE", width: 6, rank: 1, cell: |h| Cell::Since(h.created) },
        Column {
            title: "TARGET",
            width: 0,
            rank: 9,
            cell: |h| Cell::Owned(kubernetes::key(&h.target_kind, &h.namespace, &h.target)),
        },
        Column { title: "UID", width: 0, rank: 9, cell: |h| Cell::text(&h.uid) },
    ];

    fn id(&self) -> &str {
        &self.uid
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn health(&self) -> Health {
        if !self.trouble.is_empty() {
            Health::Bad
        } else if self.current >= self.max {
            // it cannot help any further
            Health::Poor
        } else if self.current != self.wanted {
            Health::Waiting
        } else {
            Health::Good
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        self.namespace.cmp(&other.namespace).then_with(|| self.name.cmp(&other.name))
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let key = kubernetes::key(&self.target_kind, &self.namespace, &self.target);
        let mut links = Vec::new();
        if &*self.target_kind == "Deployment" {
            let path = kubernetes::path(&self.namespace, &self.target);
            links.push(Link::new(Way::Down, "deployment", Kind::Deployment, scope.clone(), "PATH", path));
        }
        links.push(Link::new(Way::Down, "pods", Kind::Pod, scope.clone(), "WORKLOAD", key));
        links.push(kubernetes::events(scope, &self.uid));
        links.push(Link { way: Way::Up, ..kubernetes::namespace(scope, &self.namespace) });
        links
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        vec![kubernetes::command(scope, "hpa", &self.namespace, &self.name)]
    }
}
