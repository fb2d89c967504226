//! A job: pods that run to their end.
#[cfg(feature = "live")]
pub mod fetch;

use std::{cmp::Ordering, sync::Arc};

use super::{Wish, 
    Cell, Column, Copyable, Health, Kind, Link, Reach, Resource, Scope, Way,
    cell::age,
    kubernetes::{self, Owner},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    pub uid: Box<str>,
    pub name: Box<str>,
    pub namespace: Arc<str>,
    /// `Running`, `Complete`, `Failed`, `Suspended` …
    pub status: Arc<str>,
    pub succeeded: u32,
    /// How many must succeed.
    pub wanted: u32,
    pub failed: u32,
    pub active: u32,
    pub started: Option<i64>,
    pub ended: Option<i64>,
    pub created: i64,
    pub images: Arc<str>,
    pub owner: Option<Arc<Owner>>,
}

/// How long it took, or since when it runs.
fn duration(job: &Job) -> Cell<'_> {
    match (job.started, job.ended) {
        (Some(start), Some(end)) => Cell::Owned(age(end - start)),
        (start, _) => Cell::since(start),
    }
}

impl Resource for Job {
    const REACH: Reach = Reach::Cluster;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAMESPACE", width: 12, rank: 1, cell: |j| Cell::text(&j.namespace) },
        Column { title: "NAME", width: 36, rank: 0, cell: |j| Cell::text(&j.name) },
        Column { title: "STATUS", width: 11, rank: 0, cell: |j| Cell::text(&j.status) },
        Column { title: "COMPLETIONS", width: 11, rank: 1, cell: |j| Cell::Ratio(j.succeeded, j.wanted) },
        Column { title: "FAILED", width: 6, rank: 2, cell: |j| Cell::Int(j.failed.into()) },
        Column { title: "DURATION", width: 8, rank: 2, cell: duration },
        Column { title: "AGE", width: 6, rank: 1, cell: |j| Cell::Since(j.created) },
        Column { title: "IMAGES", width: 40, rank: 3, cell: |j| Cell::text(&j.images) },
        Column {
            title: "OWNER",
            width: 24,
            rank: 4,
            cell: |j| j.owner.as_ref().map_or(Cell::Missing, |o| Cell::text(&o.name)),
        },
        Column { title: "UID", width: 0, rank: 9, cell: |j| Cell::text(&j.uid) },
    ];

    fn id(&self) -> &str {
        &self.uid
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn health(&self) -> Health {
        match &*self.status {
            "Complete" | "SuccessCriteriaMet" => Health::Over,
            "Failed" | "FailureTarget" => Health::Bad,
            "Running" if self.failed > 0 => Health::Poor,
            "Running" => Health::Good,
            _ => Health::Waiting,
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        self.namespace.cmp(&other.namespace).then_with(|| self.name.cmp(&other.name))
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let mut links = vec![kubernetes::owned(Way::Down, "pods", Kind::Pod, scope, &self.uid)];
        links.push(
            kubernetes::up(self.owner.as_ref(), scope)
                .unwrap_or_else(|| Link { way: Way::Up, ..kubernetes::namespace(scope, &self.namespace) }),
        );
        links.push(kubernetes::events(scope, &self.uid));
        links
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        vec![kubernetes::command(scope, "job", &self.namespace, &self.name)]
    }

    fn logs(&self, scope: &Scope) -> Option<Wish> {
        Some(Wish::workload(scope, Kind::Job, &self.namespace, &self.name))
    }
}
