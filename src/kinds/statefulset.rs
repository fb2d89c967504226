//! A stateful set.
#[cfg(feature = "live")]
pub mod fetch;

use std::{cmp::Ordering, sync::Arc};

use super::{Wish, Cell, Column, Copyable, Health, Kind, Link, Reach, Resource, Scope, Way, kubernetes};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatefulSet {
    pub uid: Box<str>,
    pub name: Box<str>,
    pub namespace: Arc<str>,
    pub wanted: u32,
    pub ready: u32,
    pub updated: u32,
    pub created: i64,
    pub images: Arc<str>,
}

impl Resource for StatefulSet {
    const REACH: Reach = Reach::Cluster;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAMESPACE", width: 12, rank: 1, cell: |s| Cell::text(&s.namespace) },
        Column { title: "NAME", width: 32, rank: 0, cell: |s| Cell::text(&s.name) },
        Column { title: "READY", width: 7, rank: 0, cell: |s| Cell::Ratio(s.ready, s.wanted) },
        Column { title: "UP-TO-DATE", width: 10, rank: 2, cell: |s| Cell::Int(s.updated.into()) },
        Column { title: "AGE", width: 6, rank: 1, cell: |s| Cell::Since(s.created) },
        Column { title: "IMAGES", width: 40, rank: 3, cell: |s| Cell::text(&s.images) },
        Column { title: "UID", width: 0, rank: 9, cell: |s| Cell::text(&s.uid) },
    ];

    fn id(&self) -> &str {
        &self.uid
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn health(&self) -> Health {
        match (self.ready, self.wanted) {
            (0, wanted) if wanted > 0 => Health::Bad,
            (ready, wanted) if ready < wanted => Health::Poor,
            _ if self.updated < self.wanted => Health::Waiting,
            _ => Health::Good,
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        self.namespace.cmp(&other.namespace).then_with(|| self.name.cmp(&other.name))
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let key = kubernetes::key("StatefulSet", &self.namespace, &self.name);
        vec![
            kubernetes::owned(Way::Down, "pods", Kind::Pod, scope, &self.uid),
            Link::new(Way::Beside, "autoscaler", Kind::Hpa, scope.clone(), "TARGET", key),
            kubernetes::events(scope, &self.uid),
            Link { way: Way::Up, ..kubernetes::namespace(scope, &self.namespace) },
        ]
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        vec![kubernetes::command(scope, "statefulset", &self.namespace, &self.name)]
    }

    fn logs(&self, scope: &Scope) -> Option<Wish> {
        Some(Wish::workload(scope, Kind::StatefulSet, &self.namespace, &self.name))
    }
}
