//! A pod, with what a table says of its containers.
#[cfg(feature = "live")]
pub mod fetch;

use std::{cmp::Ordering, sync::Arc};

use super::{Wish, 
    Cell, Column, Copyable, Health, Kind, Link, Reach, Resource, Scope, Way,
    container::Container,
    kubernetes::{self, Owner},
};

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
    pub owner: Option<Arc<Owner>>,
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
        Column {
            title: "OWNER",
            width: 24,
            rank: 4,
            cell: |p| p.owner.as_ref().map_or(Cell::Missing, |o| Cell::text(o.workload().1)),
        },
        Column { title: "WORKLOAD", width: 0, rank: 9, cell: workload },
        Column {
            title: "OWNER-UID",
            width: 0,
            rank: 9,
            cell: |p| p.owner.as_ref().map_or(Cell::Missing, |o| Cell::text(&o.uid)),
        },
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
            "Pending" | "ContainerCreating" | "Terminating" | "PodInitializing" | "SchedulingGated" => Health::Waiting,
            // `Init:1/2` is under way; any other word after `Init:` says what went wrong
            status if status.starts_with("Init:") && status.contains('/') => Health::Waiting,
            _ => Health::Bad,
        }
    }

    /// The order in which the API server answers, so that a fresh list need not be sorted.
    fn order(&self, other: &Self) -> Ordering {
        self.namespace.cmp(&other.namespace).then_with(|| self.name.cmp(&other.name))
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let within = Scope { within: self.uid.as_ref().into(), ..scope.clone() };
        let mut links = vec![Link::scoped(Way::Down, "containers", Kind::Container, within)];
        links.extend(kubernetes::up(self.owner.as_ref(), scope));
        if let Some(name) = self.owner.as_ref().and_then(|owner| owner.deployment()) {
            let path = kubernetes::path(&self.namespace, name);
            links.push(Link::new(Way::Beside, "deployment", Kind::Deployment, scope.clone(), "PATH", path));
        }
        if !self.node.is_empty() {
            // a pod that nobody owns leads up to where it runs
            let way = if self.owner.is_some() { Way::Beside } else { Way::Up };
            links.push(Link::new(way, "node", Kind::Node, scope.clone(), "NAME", &*self.node));
        }
        links.push(Link::new(Way::Beside, "services", Kind::Service, scope.clone(), "PODS", &*self.uid));
        links.push(kubernetes::events(scope, &self.uid));
        links.push(kubernetes::namespace(scope, &self.namespace));
        links
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        vec![
            Copyable { label: "IP", text: self.ip.to_string() },
            kubernetes::command(scope, "pod", &self.namespace, &self.name),
        ]
    }

    fn logs(&self, scope: &Scope) -> Option<Wish> {
        Some(Wish::pod(scope, &self.namespace, &self.name))
    }
}

/// `Deployment/shop/web`, by which a deployment finds its pods across its replica sets.
fn workload(pod: &Pod) -> Cell<'_> {
    let Some(owner) = &pod.owner else { return Cell::Missing };
    let (kind, name) = owner.workload();
    Cell::Owned(kubernetes::key(kind, &pod.namespace, name))
}
