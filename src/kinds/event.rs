//! An event: what the cluster said of one of its things.
#[cfg(feature = "live")]
pub mod fetch;

use std::{cmp::Ordering, sync::Arc};

use super::{Cell, Column, Copyable, Health, Kind, Link, Reach, Resource, Scope, Way, kubernetes};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub uid: Box<str>,
    pub name: Box<str>,
    pub namespace: Arc<str>,
    /// `Normal` or `Warning`.
    pub sort: Arc<str>,
    pub reason: Arc<str>,
    /// As Kubernetes writes it: `Pod`.
    pub object_kind: Arc<str>,
    pub object_name: Box<str>,
    pub object_uid: Box<str>,
    pub message: Box<str>,
    pub source: Arc<str>,
    pub count: u32,
    pub first: i64,
    pub last: i64,
}

impl Resource for Event {
    const REACH: Reach = Reach::Cluster;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAMESPACE", width: 12, rank: 2, cell: |e| Cell::text(&e.namespace) },
        Column { title: "LAST-SEEN", width: 9, rank: 0, cell: |e| Cell::Since(e.last) },
        Column { title: "TYPE", width: 7, rank: 1, cell: |e| Cell::text(&e.sort) },
        Column { title: "REASON", width: 18, rank: 0, cell: |e| Cell::text(&e.reason) },
        Column { title: "OBJECT", width: 34, rank: 0, cell: object },
        Column { title: "COUNT", width: 5, rank: 2, cell: |e| Cell::Int(e.count.into()) },
        Column { title: "MESSAGE", width: 60, rank: 1, cell: |e| Cell::text(&e.message) },
        Column { title: "SOURCE", width: 16, rank: 4, cell: |e| Cell::text(&e.source) },
        Column { title: "FIRST-SEEN", width: 10, rank: 5, cell: |e| Cell::Since(e.first) },
        Column { title: "OBJECT-UID", width: 0, rank: 9, cell: |e| Cell::text(&e.object_uid) },
        Column { title: "UID", width: 0, rank: 9, cell: |e| Cell::text(&e.uid) },
    ];

    fn id(&self) -> &str {
        &self.uid
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn health(&self) -> Health {
        if &*self.sort == "Warning" { Health::Poor } else { Health::Unknown }
    }

    /// The newest first.
    fn order(&self, other: &Self) -> Ordering {
        other.last.cmp(&self.last).then_with(|| self.name.cmp(&other.name))
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let mut links = Vec::new();
        if let Some(kind) = Kind::named(&self.object_kind).filter(|kind| matches!(kind.reach(), Reach::Cluster)) {
            // events of a node carry its name where others carry a uid
            let (column, value) =
                if kind == Kind::Node { ("NAME", &self.object_name) } else { ("UID", &self.object_uid) };
            links.push(Link::new(Way::Down, "object", kind, scope.clone(), column, &**value));
        }
        links.push(Link { way: Way::Up, ..kubernetes::namespace(scope, &self.namespace) });
        links
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        vec![
            Copyable { label: "message", text: self.message.to_string() },
            kubernetes::command(scope, "event", &self.namespace, &self.name),
        ]
    }
}

/// `pod/web-1`, as kubectl writes it.
fn object(event: &Event) -> Cell<'_> {
    let kind = event.object_kind.to_ascii_lowercase();
    Cell::Owned(if event.object_name.is_empty() { kind } else { format!("{kind}/{}", event.object_name) })
}
