//! A deployment, with how far its rollout is.
#[cfg(feature = "live")]
pub mod fetch;

use std::{cmp::Ordering, sync::Arc};

use super::{Wish, Cell, Column, Copyable, Health, Kind, Link, Reach, Resource, Scope, Way, kubernetes};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    pub uid: Box<str>,
    pub name: Box<str>,
    pub namespace: Arc<str>,
    pub wanted: u32,
    pub ready: u32,
    pub updated: u32,
    pub available: u32,
    /// All pods there are, of old replica sets too.
    pub pods: u32,
    pub paused: bool,
    /// The rollout made no progress for too long.
    pub stuck: bool,
    pub created: i64,
    pub images: Arc<str>,
}

impl Deployment {
    /// `Done`, or what the rollout waits for.
    #[must_use]
    pub const fn rollout(&self) -> &'static str {
        if self.stuck {
            "Stuck"
        } else if self.paused {
            "Paused"
        } else if self.updated < self.wanted || self.pods > self.updated {
            "Updating"
        } else if self.available < self.wanted {
            "Waiting"
        } else {
            "Done"
        }
    }
}

impl Resource for Deployment {
    const REACH: Reach = Reach::Cluster;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAMESPACE", width: 12, rank: 1, cell: |d| Cell::text(&d.namespace) },
        Column { title: "NAME", width: 32, rank: 0, cell: |d| Cell::text(&d.name) },
        Column { title: "READY", width: 7, rank: 0, cell: |d| Cell::Ratio(d.ready, d.wanted) },
        Column { title: "UP-TO-DATE", width: 10, rank: 2, cell: |d| Cell::Int(d.updated.into()) },
        Column { title: "AVAILABLE", width: 9, rank: 1, cell: |d| Cell::Int(d.available.into()) },
        Column { title: "ROLLOUT", width: 8, rank: 2, cell: |d| Cell::Text(d.rollout()) },
        Column { title: "AGE", width: 6, rank: 1, cell: |d| Cell::Since(d.created) },
        Column { title: "IMAGES", width: 40, rank: 3, cell: |d| Cell::text(&d.images) },
        Column { title: "PATH", width: 0, rank: 9, cell: |d| Cell::Owned(kubernetes::path(&d.namespace, &d.name)) },
        Column { title: "UID", width: 0, rank: 9, cell: |d| Cell::text(&d.uid) },
    ];

    fn id(&self) -> &str {
        &self.uid
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn health(&self) -> Health {
        match (self.rollout(), self.available) {
            ("Done", _) => Health::Good,
            ("Stuck", _) => Health::Bad,
            (_, 0) if self.wanted > 0 => Health::Bad,
            ("Updating", _) => Health::Waiting,
            _ => Health::Poor,
        }
    }

    fn order(&self, other: &Self) -> Ordering {
        self.namespace.cmp(&other.namespace).then_with(|| self.name.cmp(&other.name))
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let key = kubernetes::key("Deployment", &self.namespace, &self.name);
        vec![
            Link::new(Way::Down, "pods", Kind::Pod, scope.clone(), "WORKLOAD", key.clone()),
            kubernetes::owned(Way::Down, "replica sets", Kind::ReplicaSet, scope, &self.uid),
            Link::new(Way::Beside, "autoscaler", Kind::Hpa, scope.clone(), "TARGET", key),
            kubernetes::events(scope, &self.uid),
            Link { way: Way::Up, ..kubernetes::namespace(scope, &self.namespace) },
        ]
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        vec![
            Copyable { label: "images", text: self.images.to_string() },
            kubernetes::command(scope, "deployment", &self.namespace, &self.name),
        ]
    }

    fn logs(&self, scope: &Scope) -> Option<Wish> {
        Some(Wish::workload(scope, Kind::Deployment, &self.namespace, &self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deployment(ready: u32, updated: u32, pods: u32) -> Deployment {
        Deployment {
            uid: "u".into(),
            name: "web".into(),
            namespace: "shop".into(),
            wanted: 3,
            ready,
            updated,
            available: ready,
            pods,
            paused: false,
            stuck: false,
            created: 0,
            images: "web:1".into(),
        }
    }

    #[test]
    fn a_rollout_is_done_when_no_old_pod_is_left_and_all_new_ones_serve() {
        assert_eq!(deployment(3, 3, 3).rollout(), "Done");
        assert_eq!(deployment(3, 1, 4).rollout(), "Updating");
        assert_eq!(deployment(3, 3, 4).rollout(), "Updating");
        assert_eq!(deployment(2, 3, 3).rollout(), "Waiting");
    }

    #[test]
    fn a_deployment_without_a_single_pod_is_bad_unless_none_is_wanted() {
        assert_eq!(deployment(0, 3, 3).health(), Health::Bad);
        assert_eq!(deployment(2, 3, 3).health(), Health::Poor);
        assert_eq!(Deployment { wanted: 0, ..deployment(0, 0, 0) }.health(), Health::Good);
    }
}
