//! What the clusters serve: one table, read by discovery, by the store, and by the words of errors.

/// A kind of object; its row in [`RESOURCES`] is at this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Kind {
    Namespace,
    Node,
    Pod,
    Service,
    Endpoints,
    ConfigMap,
    Secret,
    ServiceAccount,
    Event,
    PersistentVolume,
    PersistentVolumeClaim,
    Deployment,
    ReplicaSet,
    StatefulSet,
    DaemonSet,
    ControllerRevision,
    Job,
    CronJob,
    HorizontalPodAutoscaler,
    PodDisruptionBudget,
    EndpointSlice,
    Lease,
    StorageClass,
}

#[derive(Debug)]
pub struct Resource {
    pub kind: Kind,
    /// Empty for the core group.
    pub group: &'static str,
    pub version: &'static str,
    /// As `kind:` says it.
    pub name: &'static str,
    pub plural: &'static str,
    pub singular: &'static str,
    pub short: &'static [&'static str],
    pub categories: &'static [&'static str],
    pub namespaced: bool,
    pub verbs: &'static [&'static str],
    pub subresources: &'static [Subresource],
    /// So many changes can be watched from the past; of endpoints, changes of so many endpoints.
    pub remembers: usize,
}

#[derive(Debug)]
pub struct Subresource {
    pub name: &'static str,
    /// Group, version and kind of what is sent, where it is not the resource itself.
    pub kind: Option<(&'static str, &'static str, &'static str)>,
    pub verbs: &'static [&'static str],
}

const ALL: &[&str] = &["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const FEW: usize = 100;
const MANY: usize = 2_048;

const STATUS: Subresource = Subresource { name: "status", kind: None, verbs: &["get", "patch", "update"] };
const SCALE: Subresource =
    Subresource { name: "scale", kind: Some(("autoscaling", "v1", "Scale")), verbs: &["get", "patch", "update"] };
const POD: &[Subresource] = &[
    Subresource { name: "attach", kind: Some(("", "v1", "PodAttachOptions")), verbs: &["create", "get"] },
    Subresource { name: "eviction", kind: Some(("policy", "v1", "Eviction")), verbs: &["create"] },
    Subresource { name: "exec", kind: Some(("", "v1", "PodExecOptions")), verbs: &["create", "get"] },
    Subresource { name: "log", kind: None, verbs: &["get"] },
    Subresource { name: "portforward", kind: Some(("", "v1", "PodPortForwardOptions")), verbs: &["create", "get"] },
    STATUS,
];

const fn row(
    kind: Kind,
    group: &'static str,
    name: &'static str,
    plural: &'static str,
    singular: &'static str,
) -> Resource {
    Resource {
        kind,
        group,
        version: "v1",
        name,
        plural,
        singular,
        short: &[],
        categories: &[],
        namespaced: true,
        verbs: ALL,
        subresources: &[],
        remembers: FEW,
    }
}

/// In the order of [`Kind`].
pub const RESOURCES: [Resource; 23] = [
    Resource {
        short: &["ns"],
        namespaced: false,
        verbs: &["create", "delete", "get", "list", "patch", "update", "watch"],
        subresources: &[STATUS],
        ..row(Kind::Namespace, "", "Namespace", "namespaces", "namespace")
    },
    Resource {
        short: &["no"],
        namespaced: false,
        subresources: &[STATUS],
        ..row(Kind::Node, "", "Node", "nodes", "node")
    },
    Resource {
        short: &["po"],
        categories: &["all"],
        subresources: POD,
        remembers: MANY,
        ..row(Kind::Pod, "", "Pod", "pods", "pod")
    },
    Resource {
        short: &["svc"],
        categories: &["all"],
        subresources: &[STATUS],
        ..row(Kind::Service, "", "Service", "services", "service")
    },
    Resource { short: &["ep"], remembers: FEW * 8, ..row(Kind::Endpoints, "", "Endpoints", "endpoints", "endpoints") },
    Resource { short: &["cm"], ..row(Kind::ConfigMap, "", "ConfigMap", "configmaps", "configmap") },
    row(Kind::Secret, "", "Secret", "secrets", "secret"),
    Resource { short: &["sa"], ..row(Kind::ServiceAccount, "", "ServiceAccount", "serviceaccounts", "serviceaccount") },
    Resource { short: &["ev"], remembers: FEW * 2, ..row(Kind::Event, "", "Event", "events", "event") },
    Resource {
        short: &["pv"],
        namespaced: false,
        subresources: &[STATUS],
        ..row(Kind::PersistentVolume, "", "PersistentVolume", "persistentvolumes", "persistentvolume")
    },
    Resource {
        short: &["pvc"],
        subresources: &[STATUS],
        ..row(
            Kind::PersistentVolumeClaim,
            "",
            "PersistentVolumeClaim",
            "persistentvolumeclaims",
            "persistentvolumeclaim",
        )
    },
    Resource {
        short: &["deploy"],
        categories: &["all"],
        subresources: &[SCALE, STATUS],
        ..row(Kind::Deployment, "apps", "Deployment", "deployments", "deployment")
    },
    Resource {
        short: &["rs"],
        categories: &["all"],
        subresources: &[SCALE, STATUS],
        ..row(Kind::ReplicaSet, "apps", "ReplicaSet", "replicasets", "replicaset")
    },
    Resource {
        short: &["sts"],
        categories: &["all"],
        subresources: &[SCALE, STATUS],
        ..row(Kind::StatefulSet, "apps", "StatefulSet", "statefulsets", "statefulset")
    },
    Resource {
        short: &["ds"],
        categories: &["all"],
        subresources: &[STATUS],
        ..row(Kind::DaemonSet, "apps", "DaemonSet", "daemonsets", "daemonset")
    },
    row(Kind::ControllerRevision, "apps", "ControllerRevision", "controllerrevisions", "controllerrevision"),
    Resource { categories: &["all"], subresources: &[STATUS], ..row(Kind::Job, "batch", "Job", "jobs", "job") },
    Resource {
        short: &["cj"],
        categories: &["all"],
        subresources: &[STATUS],
        ..row(Kind::CronJob, "batch", "CronJob", "cronjobs", "cronjob")
    },
    Resource {
        version: "v2",
        short: &["hpa"],
        categories: &["all"],
        subresources: &[STATUS],
        ..row(
            Kind::HorizontalPodAutoscaler,
            "autoscaling",
            "HorizontalPodAutoscaler",
            "horizontalpodautoscalers",
            "horizontalpodautoscaler",
        )
    },
    Resource {
        short: &["pdb"],
        subresources: &[STATUS],
        ..row(Kind::PodDisruptionBudget, "policy", "PodDisruptionBudget", "poddisruptionbudgets", "poddisruptionbudget")
    },
    Resource {
        remembers: FEW * 8,
        ..row(Kind::EndpointSlice, "discovery.k8s.io", "EndpointSlice", "endpointslices", "endpointslice")
    },
    row(Kind::Lease, "coordination.k8s.io", "Lease", "leases", "lease"),
    Resource {
        short: &["sc"],
        namespaced: false,
        ..row(Kind::StorageClass, "storage.k8s.io", "StorageClass", "storageclasses", "storageclass")
    },
];

impl Kind {
    #[must_use]
    pub const fn resource(self) -> &'static Resource {
        const TABLE: &[Resource; 23] = &RESOURCES;
        &TABLE[self as usize]
    }

    /// By the `kind:` of an object; of events only those of the core group.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        RESOURCES.iter().find(|row| row.name == name).map(|row| row.kind)
    }
}

impl Resource {
    /// `apps/v1`, or `v1` for the core group.
    #[must_use]
    pub fn api_version(&self) -> String {
        if self.group.is_empty() { self.version.to_owned() } else { format!("{}/{}", self.group, self.version) }
    }

    /// As errors name it: `deployments.apps`, `pods`.
    #[must_use]
    pub fn qualified(&self) -> String {
        if self.group.is_empty() { self.plural.to_owned() } else { format!("{}.{}", self.plural, self.group) }
    }
}

#[must_use]
pub fn find(group: &str, version: &str, plural: &str) -> Option<&'static Resource> {
    const TABLE: &[Resource; 23] = &RESOURCES;
    TABLE.iter().find(|row| row.group == group && row.version == version && row.plural == plural)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_finds_its_own_row() {
        for (at, row) in RESOURCES.iter().enumerate() {
            assert_eq!(row.kind as usize, at, "{}", row.name);
            assert_eq!(row.kind.resource().plural, row.plural);
            assert_eq!(find(row.group, row.version, row.plural).map(|found| found.kind), Some(row.kind));
        }
    }
}
