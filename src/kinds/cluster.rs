//! A Kubernetes cluster: of EKS, or a context of the kubeconfig.
#[cfg(feature = "live")]
pub mod fetch;

use super::{Cell, Column, Reach, Resource};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    pub name: Box<str>,
    pub status: Box<str>,
}

impl Resource for Cluster {
    const REACH: Reach = Reach::Region;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAME", width: 24, rank: 0, cell: |c| Cell::text(&c.name) },
        Column { title: "STATUS", width: 10, rank: 0, cell: |c| Cell::text(&c.status) },
    ];

    fn id(&self) -> &str {
        &self.name
    }

    fn name(&self) -> &str {
        &self.name
    }
}
