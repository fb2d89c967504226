//! A daemon set: one pod on each node that fits.
#[cfg(feature = "live")]
pub mod fetch;

use std::{cmp::Ordering, sync::Arc};

use super::{Wish, Cell, Column, Copyable, Health, Kind, Link, Reach, Resource, Scope, Way, kubernetes};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DaemonSet {
    pub uid: Box<str>,
    pub name: Box<str>,
    pub namespace: Arc<str>,
    pub wanted: u32,
    pub current: u32,
    pub ready: u32,
    pub updated: u32,
    pub available: u32,
    /// On nodes that should have none.
    pub misplaced: u32,
    pub created: i64,
    pub images: Arc<str>,
}

impl Resource for DaemonSet {
    const REACH: Reach = Reach::Cluster;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAMESPACE", width: 12, rank: 1, cell: |d| Cell::text(&d.namespace) },
        Column { title: "NAME", width: 32, rank: 0, cell: |d| Cell::text(&d.name) },
        Column { title: "DESIRED", width: 7, rank: 0, cell: |d| Cell::Int(d.wanted.into()) },
        Column { title: "CURRENT", width: 7, rank: 2, cell: |d| Cell::Int(d.current.into()) },
        Column { title: "READY", width: 5, rank: 0, cell: |d| Cell::Int(d.ready.into()) },
        Column { title: "UP-TO-DATE", width: 10, rank: 2, cell: |d| Cell::Int(d.updated.into()) },
        Column { title: "AVAILABLE", width: 9, rank: 1, cell: |d| Cell::Int(d.available.into()) },
        Column { title: "MISPLACED", width: 9, rank: 4, cell: |d| Cell::Int(d.misplaced.into()) },
        Column { title: "AGE", width: 6, rank: 1, cell: |d| Cell::Since(d.created) },
        Column { title: "IMAGES", width: 40, rank: 3, cell: |d| Cell::text(&d.images) },
        Column { title: "UID", width: 0, rank: 9, cell: |d| Cell::text(&d.uid) },
    ];

    fn id(&self) -> &str {
        &self.uid
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn health(&self) -> Health {
        match (self.available, self.wanted) {
            (0, wanted) if wanted > 0 => Health::Bad,
            (available, wanted) if available < wanted => Health::Poor,
            _ if self.updated < self.wanted => Health::Waiting,
            _ => Health::Good,
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        self.namespace.cmp(&other.namespace).then_with(|| self.name.cmp(&other.name))
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        vec![
            kubernetes::owned(Way::Down, "pods", Kind::Pod, scope, &self.uid),
            kubernetes::events(scope, &self.uid),
            Link { way: Way::Up, ..kubernetes::namespace(scope, &self.namespace) },
        ]
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        vec![kubernetes::command(scope, "daemonset", &self.namespace, &self.name)]
    }

    fn logs(&self, scope: &Scope) -> Option<Wish> {
        Some(Wish::workload(scope, Kind::DaemonSet, &self.namespace, &self.name))
    }
}
