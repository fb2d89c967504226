//! A replica set: one version of a deployment, or a set on its own.
#[cfg(feature = "live")]
pub mod fetch;

use std::{cmp::Ordering, sync::Arc};

use super::{Wish, 
    Cell, Column, Copyable, Health, Kind, Link, Reach, Resource, Scope, Way,
    kubernetes::{self, Owner},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplicaSet {
    pub uid: Box<str>,
    pub name: Box<str>,
    pub namespace: Arc<str>,
    pub wanted: u32,
    pub current: u32,
    pub ready: u32,
    /// Which version of its deployment it is.
    pub revision: Option<u32>,
    pub created: i64,
    pub images: Arc<str>,
    pub owner: Option<Arc<Owner>>,
}

impl Resource for ReplicaSet {
    const REACH: Reach = Reach::Cluster;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAMESPACE", width: 12, rank: 1, cell: |r| Cell::text(&r.namespace) },
        Column { title: "NAME", width: 38, rank: 0, cell: |r| Cell::text(&r.name) },
        Column { title: "DESIRED", width: 7, rank: 0, cell: |r| Cell::Int(r.wanted.into()) },
        Column { title: "CURRENT", width: 7, rank: 1, cell: |r| Cell::Int(r.current.into()) },
        Column { title: "READY", width: 5, rank: 0, cell: |r| Cell::Int(r.ready.into()) },
        Column {
            title: "REVISION",
            width: 8,
            rank: 2,
            cell: |r| r.revision.map_or(Cell::Missing, |n| Cell::Int(n.into())),
        },
        Column { title: "AGE", width: 6, rank: 1, cell: |r| Cell::Since(r.created) },
        Column { title: "IMAGES", width: 40, rank: 3, cell: |r| Cell::text(&r.images) },
        Column {
            title: "OWNER",
            width: 24,
            rank: 4,
            cell: |r| r.owner.as_ref().map_or(Cell::Missing, |o| Cell::text(&o.name)),
        },
        Column {
            title: "OWNER-UID",
            width: 0,
            rank: 9,
            cell: |r| r.owner.as_ref().map_or(Cell::Missing, |o| Cell::text(&o.uid)),
        },
        Column { title: "UID", width: 0, rank: 9, cell: |r| Cell::text(&r.uid) },
    ];

    fn id(&self) -> &str {
        &self.uid
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn health(&self) -> Health {
        match (self.wanted, self.ready) {
            (0, _) if self.current == 0 => Health::Over,
            (wanted, ready) if ready >= wanted && self.current == wanted => Health::Good,
            (_, 0) => Health::Bad,
            _ => Health::Waiting,
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        self.namespace.cmp(&other.namespace).then_with(|| self.name.cmp(&other.name))
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let mut links = vec![kubernetes::owned(Way::Down, "pods", Kind::Pod, scope, &self.uid)];
        links.extend(kubernetes::up(self.owner.as_ref(), scope));
        links.push(kubernetes::events(scope, &self.uid));
        links.push(kubernetes::namespace(scope, &self.namespace));
        links
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        vec![kubernetes::command(scope, "replicaset", &self.namespace, &self.name)]
    }

    fn logs(&self, scope: &Scope) -> Option<Wish> {
        Some(Wish::workload(scope, Kind::ReplicaSet, &self.namespace, &self.name))
    }
}
