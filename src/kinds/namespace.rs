//! A namespace of a cluster.
#[cfg(feature = "live")]
pub mod fetch;

use std::sync::Arc;

use super::{Cell, Column, Copyable, Health, Kind, Link, Reach, Resource, Scope, Way, kubernetes};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    pub uid: Box<str>,
    pub name: Box<str>,
    /// `Active` or `Terminating`.
    pub status: Arc<str>,
    pub created: i64,
}

impl Resource for Namespace {
    const REACH: Reach = Reach::Cluster;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAME", width: 30, rank: 0, cell: |n| Cell::text(&n.name) },
        Column { title: "STATUS", width: 11, rank: 0, cell: |n| Cell::text(&n.status) },
        Column { title: "AGE", width: 6, rank: 1, cell: |n| Cell::Since(n.created) },
        Column { title: "UID", width: 0, rank: 9, cell: |n| Cell::text(&n.uid) },
    ];

    fn id(&self) -> &str {
        &self.uid
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn health(&self) -> Health {
        match &*self.status {
            "Active" => Health::Good,
            "Terminating" => Health::Waiting,
            _ => Health::Unknown,
        }
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let here = |way, label, kind| Link::new(way, label, kind, scope.clone(), "NAMESPACE", &*self.name);
        vec![
            here(Way::Down, "pods", Kind::Pod),
            here(Way::Down, "deployments", Kind::Deployment),
            here(Way::Down, "services", Kind::Service),
            here(Way::Down, "events", Kind::Event),
        ]
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        vec![kubernetes::command(scope, "namespace", "", &self.name)]
    }
}
