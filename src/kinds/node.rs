//! A node of a cluster: on AWS the same thing as an instance, joined on the instance's id.
#[cfg(feature = "live")]
pub mod fetch;

use std::sync::Arc;

use super::{Wish, Cell, Column, Copyable, Health, Kind, Link, Pick, Reach, Resource, Scope, Way, kubernetes};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub uid: Box<str>,
    pub name: Box<str>,
    /// What kubectl prints, and pressures behind it: `Ready,SchedulingDisabled,DiskPressure`.
    pub status: Arc<str>,
    pub roles: Arc<str>,
    pub version: Arc<str>,
    pub zone: Arc<str>,
    /// Of AWS, from the provider id.
    pub instance: Box<str>,
    pub nodegroup: Arc<str>,
    /// The instance type.
    pub size: Arc<str>,
    pub ip: Box<str>,
    pub os: Arc<str>,
    pub kernel: Arc<str>,
    pub runtime: Arc<str>,
    pub arch: Arc<str>,
    /// What pods may use: `3920m`, `14Gi`, 110.
    pub cpu: Arc<str>,
    pub memory: Arc<str>,
    pub pods: u32,
    /// `dedicated=db:NoSchedule`.
    pub taints: Arc<str>,
    pub created: i64,
}

impl Resource for Node {
    const REACH: Reach = Reach::Cluster;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAME", width: 30, rank: 0, cell: |n| Cell::text(&n.name) },
        Column { title: "STATUS", width: 24, rank: 0, cell: |n| Cell::text(&n.status) },
        Column { title: "ROLES", width: 8, rank: 5, cell: |n| Cell::text(&n.roles) },
        Column { title: "VERSION", width: 9, rank: 2, cell: |n| Cell::text(&n.version) },
        Column { title: "ZONE", width: 12, rank: 1, cell: |n| Cell::text(&n.zone) },
        Column { title: "INSTANCE", width: 19, rank: 1, cell: |n| Cell::text(&n.instance) },
        Column { title: "NODEGROUP", width: 16, rank: 3, cell: |n| Cell::text(&n.nodegroup) },
        Column { title: "TYPE", width: 11, rank: 2, cell: |n| Cell::text(&n.size) },
        Column { title: "AGE", width: 6, rank: 1, cell: |n| Cell::Since(n.created) },
        Column { title: "IP", width: 15, rank: 3, cell: |n| Cell::text(&n.ip) },
        Column { title: "CPU", width: 6, rank: 4, cell: |n| Cell::text(&n.cpu) },
        Column { title: "MEMORY", width: 10, rank: 4, cell: |n| Cell::text(&n.memory) },
        Column { title: "PODS", width: 4, rank: 6, cell: |n| Cell::Int(n.pods.into()) },
        Column { title: "ARCH", width: 6, rank: 6, cell: |n| Cell::text(&n.arch) },
        Column { title: "TAINTS", width: 24, rank: 5, cell: |n| Cell::text(&n.taints) },
        Column { title: "OS", width: 24, rank: 7, cell: |n| Cell::text(&n.os) },
        Column { title: "KERNEL", width: 24, rank: 7, cell: |n| Cell::text(&n.kernel) },
        Column { title: "RUNTIME", width: 20, rank: 7, cell: |n| Cell::text(&n.runtime) },
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
            "Ready" => Health::Good,
            "Ready,SchedulingDisabled" => Health::Waiting,
            status if status.starts_with("Ready") => Health::Poor,
            _ => Health::Bad,
        }
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let mut links = vec![Link::new(Way::Down, "pods", Kind::Pod, scope.clone(), "NODE", &*self.name)];
        // a cluster of the kubeconfig has no region of its own: its nodes' zones tell
        let region =
            if scope.region.is_empty() { self.zone.trim_end_matches(char::is_alphabetic) } else { &scope.region };
        if !region.is_empty() {
            let aws = scope.at_region(region);
            if !self.instance.is_empty() {
                links.push(Link::new(Way::Up, "instance", Kind::Instance, aws.clone(), "ID", &*self.instance));
            }
            if !self.nodegroup.is_empty() {
                let id = format!("{}/{}", scope.cluster, self.nodegroup);
                links.push(Link::new(Way::Beside, "node group", Kind::Nodegroup, aws, "ID", id));
            }
        }
        // a kubelet's events carry the node's name where the controllers' carry its uid
        let either = vec![self.uid.to_string(), self.name.to_string()];
        links.push(Link {
            pick: Pick::Where(scope.clone(), "OBJECT-UID", either),
            ..kubernetes::events(scope, &self.uid)
        });
        links
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        let mut copies = vec![Copyable { label: "IP", text: self.ip.to_string() }];
        if !self.instance.is_empty() {
            copies.push(Copyable { label: "instance", text: self.instance.to_string() });
        }
        copies.push(kubernetes::command(scope, "node", "", &self.name));
        copies
    }

    fn logs(&self, scope: &Scope) -> Option<Wish> {
        Some(Wish::Node { scope: scope.clone(), node: self.name.as_ref().into() })
    }
}
