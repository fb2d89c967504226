//! A service with its endpoints: which pods stand behind it, and how many of them serve.
#[cfg(feature = "live")]
pub mod fetch;

use std::{cmp::Ordering, sync::Arc};

use super::{Cell, Column, Copyable, Health, Kind, Link, Pick, Reach, Resource, Scope, Way, kubernetes};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    pub uid: Box<str>,
    pub name: Box<str>,
    pub namespace: Arc<str>,
    /// `ClusterIP`, `NodePort`, `LoadBalancer`, `ExternalName`.
    pub sort: Arc<str>,
    pub cluster_ip: Box<str>,
    pub external: Box<str>,
    /// `80:30080/TCP`.
    pub ports: Box<str>,
    /// `app=web`, sorted.
    pub selector: Box<str>,
    pub created: i64,
    /// Not known where endpoint slices may not be read.
    pub endpoints: Option<Endpoints>,
}

/// Who stands behind a service.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Endpoints {
    /// Each with its address and whether it serves.
    pub all: Box<[Endpoint]>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub address: Box<str>,
    /// The pod's uid; empty if it is no pod.
    pub pod: Box<str>,
    pub ready: bool,
}

impl Endpoints {
    #[must_use]
    pub fn ready(&self) -> usize {
        self.all.iter().filter(|one| one.ready).count()
    }
}

fn serving(service: &Service) -> Cell<'_> {
    let size = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    service.endpoints.as_ref().map_or(Cell::Missing, |them| Cell::Ratio(size(them.ready()), size(them.all.len())))
}

fn addresses(service: &Service) -> Cell<'_> {
    Cell::list(service.endpoints.iter().flat_map(|them| them.all.iter()).map(|one| &one.address))
}

fn pods(service: &Service) -> impl Iterator<Item = &Box<str>> {
    service.endpoints.iter().flat_map(|them| them.all.iter()).map(|one| &one.pod).filter(|pod| !pod.is_empty())
}

impl Resource for Service {
    const REACH: Reach = Reach::Cluster;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAMESPACE", width: 12, rank: 1, cell: |s| Cell::text(&s.namespace) },
        Column { title: "NAME", width: 28, rank: 0, cell: |s| Cell::text(&s.name) },
        Column { title: "TYPE", width: 12, rank: 1, cell: |s| Cell::text(&s.sort) },
        Column { title: "CLUSTER-IP", width: 15, rank: 2, cell: |s| Cell::text(&s.cluster_ip) },
        Column { title: "EXTERNAL-IP", width: 20, rank: 2, cell: |s| Cell::text(&s.external) },
        Column { title: "PORTS", width: 18, rank: 1, cell: |s| Cell::text(&s.ports) },
        Column { title: "SERVING", width: 7, rank: 0, cell: serving },
        Column { title: "AGE", width: 6, rank: 1, cell: |s| Cell::Since(s.created) },
        Column { title: "SELECTOR", width: 24, rank: 3, cell: |s| Cell::text(&s.selector) },
        Column { title: "ENDPOINTS", width: 30, rank: 5, cell: addresses },
        Column { title: "PODS", width: 0, rank: 9, cell: |s| Cell::list(pods(s)) },
        Column { title: "UID", width: 0, rank: 9, cell: |s| Cell::text(&s.uid) },
    ];

    fn id(&self) -> &str {
        &self.uid
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn health(&self) -> Health {
        let Some(them) = self.endpoints.as_ref().filter(|_| !self.selector.is_empty()) else { return Health::Unknown };
        match (them.ready(), them.all.len()) {
            (0, _) => Health::Bad,
            (ready, all) if ready < all => Health::Poor,
            _ if &*self.external == "<pending>" => Health::Waiting,
            _ => Health::Good,
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        self.namespace.cmp(&other.namespace).then_with(|| self.name.cmp(&other.name))
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let behind = pods(self).map(ToString::to_string).collect();
        vec![
            Link { label: "pods", kind: Kind::Pod, way: Way::Down, pick: Pick::Where(scope.clone(), "UID", behind) },
            kubernetes::events(scope, &self.uid),
            Link { way: Way::Up, ..kubernetes::namespace(scope, &self.namespace) },
        ]
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        vec![
            Copyable { label: "name in the cluster", text: format!("{}.{}.svc", self.name, self.namespace) },
            Copyable { label: "IP", text: self.cluster_ip.to_string() },
            kubernetes::command(scope, "service", &self.namespace, &self.name),
        ]
    }
}
