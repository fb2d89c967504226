//! What can be read of what a thing says, before anybody has looked where its logs are.
use std::sync::Arc;

use super::{Kind, Scope};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Wish {
    /// A log group.
    Group { scope: Scope, group: Arc<str> },
    /// All containers of a pod, or one.
    Pod { scope: Scope, namespace: Arc<str>, pod: Arc<str>, container: Option<Arc<str>> },
    /// The pods that a workload's own selector picks, also those that come later.
    Workload { scope: Scope, kind: Kind, namespace: Arc<str>, name: Arc<str> },
    /// A node: its host's logs and those of what runs on it.
    Node { scope: Scope, node: Arc<str> },
    /// A cluster: its control plane and all that its collectors ship.
    Cluster { scope: Scope },
    /// What was done to a thing, and by whom: the control plane's audit log. The address is as the API server has it.
    Deeds { scope: Scope, kind: Kind, address: Arc<str> },
    /// A file, or standard input where the path is `-`.
    File { path: Arc<str> },
}

impl Wish {
    #[must_use]
    pub fn pod(scope: &Scope, namespace: &Arc<str>, pod: &str) -> Self {
        let scope = Scope { within: "".into(), ..scope.clone() };
        Self::Pod { scope, namespace: namespace.clone(), pod: pod.into(), container: None }
    }

    #[must_use]
    pub fn workload(scope: &Scope, kind: Kind, namespace: &Arc<str>, name: &str) -> Self {
        Self::Workload { scope: scope.clone(), kind, namespace: namespace.clone(), name: name.into() }
    }

    /// As a person says it: `pod shop/web-1`, `log group /aws/eks/app/cluster`.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Group { group, .. } => format!("log group {group}"),
            Self::Pod { namespace, pod, container: None, .. } => format!("pod {namespace}/{pod}"),
            Self::Pod { namespace, pod, container: Some(container), .. } => {
                format!("pod {namespace}/{pod}/{container}")
            }
            Self::Workload { kind, namespace, name, .. } => format!("{} {namespace}/{name}", kind.name()),
            Self::Node { node, .. } => format!("node {node}"),
            Self::Cluster { scope } => format!("cluster {}", scope.cluster),
            Self::Deeds { kind, address, .. } => format!("deeds to {} {address}", kind.name()),
            Self::File { path } if &**path == "-" => "standard input".into(),
            Self::File { path } => path.to_string(),
        }
    }
}
