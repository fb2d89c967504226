//! A container of a pod: found in the pod's row, so it is as live as the pod is.
#[cfg(feature = "live")]
pub mod fetch;

use std::sync::Arc;

use super::{Cell, Column, Copyable, Health, Kind, Link, Reach, Resource, Scope, Way};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Container {
    pub name: Arc<str>,
    pub image: Arc<str>,
    /// `Running`, or the reason it waits or ended for.
    pub state: Arc<str>,
    pub ready: bool,
    pub init: bool,
    pub restarts: u32,
    pub started: Option<i64>,
    /// Exit code and reason of the run before, such as `137 OOMKilled`.
    pub last: Option<Arc<str>>,
}

impl Resource for Container {
    const REACH: Reach = Reach::Within(Kind::Pod);
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAME", width: 20, rank: 0, cell: |c| Cell::text(&c.name) },
        Column { title: "STATE", width: 18, rank: 0, cell: |c| Cell::text(&c.state) },
        Column { title: "READY", width: 5, rank: 1, cell: |c| Cell::Flag(c.ready) },
        Column { title: "RESTARTS", width: 8, rank: 1, cell: |c| Cell::Count(c.restarts, None) },
        Column { title: "AGE", width: 6, rank: 1, cell: |c| Cell::since(c.started) },
        Column { title: "LAST-EXIT", width: 16, rank: 2, cell: |c| Cell::text(c.last.as_deref().unwrap_or("")) },
        Column { title: "INIT", width: 4, rank: 3, cell: |c| Cell::Flag(c.init) },
        Column { title: "IMAGE", width: 50, rank: 2, cell: |c| Cell::text(&c.image) },
    ];

    fn id(&self) -> &str {
        &self.name
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn health(&self) -> Health {
        match &*self.state {
            "Running" if self.ready => Health::Good,
            "Running" => Health::Poor,
            "Completed" => Health::Over,
            "ContainerCreating" | "PodInitializing" | "Waiting" => Health::Waiting,
            _ => Health::Bad,
        }
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let cluster = Scope { within: "".into(), ..scope.clone() };
        vec![Link::new(Way::Up, "pod", Kind::Pod, cluster, "UID", &*scope.within)]
    }

    fn copies(&self, _: &Scope) -> Vec<Copyable> {
        vec![Copyable { label: "image", text: self.image.to_string() }]
    }

    /// As they stand in the pod: init containers first, each in its place.
    fn order(&self, other: &Self) -> std::cmp::Ordering {
        other.init.cmp(&self.init).then_with(|| self.name.cmp(&other.name))
    }
}
