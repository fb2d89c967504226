//! A pod, with what a table says of its containers.
#[cfg(feature = "live")]
pub mod fetch;

use std::{cmp::Ordering, sync::Arc};

use super::{Cell, Column, Copyable, Health, Kind, Link, Reach, Resource, Scope, Way, container::Container};

#[derive(Clone, Debug, PartialEq)]
pub struct Pod {
    pub uid: Box<str>,
    pub name: Box<str>,
    pub namespace: Arc<str>,
    pub node: Arc<str>,
    /// The word that kubectl prints.
    pub status: Arc<str>,
    pub ip: Box<str>,
    pub created: i64,
    pub ready: u16,
    pub of: u16,
    pub restarts: u32,
    /// When a container last ended, if one was restarted.
    pub restarted: Option<i64>,
    /// `ReplicaSet/web-5d4`, of the controller.
    pub owner: Option<(Arc<str>, Arc<str>)>,
    pub containers: Box<[Container]>,
}

impl Resource for Pod {
    const REACH: Reach = Reach::Cluster;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAMESPACE", width: 12, rank: 1, cell: |p| Cell::text(&p.namespace) },
        Column { title: "NAME", width: 38, rank: 0, cell: |p| Cell::text(&p.name) },
        Column { title: "READY", width: 5, rank: 1, cell: |p| Cell::Ratio(p.ready.into(), p.of.into()) },
        Column { title: "STATUS", width: 17, rank: 0, cell: |p| Cell::text(&p.status) },
        Column { title: "RESTARTS", width: 12, rank: 1, cell: |p| Cell::Count(p.restarts, p.restarted) },
        Column { title: "AGE", width: 6, rank: 1, cell: |p| Cell::Since(p.created) },
        Column { title: "IP", width: 15, rank: 3, cell: |p| Cell::text(&p.ip) },
        Column { title: "NODE", width: 28, rank: 2, cell: |p| Cell::text(&p.node) },
        Column { title: "OWNER", width: 0, rank: 9, cell: |p| p.owner.as_ref().map_or(Cell::Missing, |o| Cell::text(&o.1)) },
        Column { title: "UID", width: 0, rank: 9, cell: |p| Cell::text(&p.uid) },
    ];

    fn id(&self) -> &str {
        &self.uid
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn health(&self) -> Health {
        match &*self.status {
            "Running" if self.ready == self.of => Health::Good,
            "Running" => Health::Poor,
            "Completed" | "Succeeded" => Health::Over,
            "Pending" | "ContainerCreating" | "Terminating" | "PodInitializing" => Health::Waiting,
            status if status.starts_with("Init:") && !status.contains("Err") && !status.contains("Back") => Health::Waiting,
            _ => Health::Bad,
        }
    }

    /// The order in which the API server answers, so that a fresh list need not be sorted.
    fn order(&self, other: &Self) -> Ordering {
        self.namespace.cmp(&other.namespace).then_with(|| self.name.cmp(&other.name))
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let within = Scope { within: self.uid.as_ref().into(), ..scope.clone() };
        vec![Link::scoped(Way::Down, "containers", Kind::Container, within)]
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        let context = &scope.cluster;
        vec![
            Copyable { label: "IP", text: self.ip.to_string() },
            Copyable {
                label: "kubectl command",
                text: format!("kubectl --context {context} -n {} get pod {} -o yaml", self.namespace, self.name),
            },
        ]
    }
}
