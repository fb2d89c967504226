//! What can be listed. A kind is one folder here and one line in `with_kinds!` below; table, filter, palette, `goto-<kind>`,
//! `quarterdeck list <kind>` and help follow from it. Pure: the half that asks the outside is each folder's `fetch.rs`.
pub mod cell;
pub mod kubernetes;
pub mod rows;
pub mod wish;

use std::{cmp::Ordering, fmt::Debug, sync::Arc};

pub use cell::Cell;
use rows::{Change, Slots};
pub use wish::Wish;

/// The list of kinds, handed to the macro named: this file makes the types from it, `jobs/list.rs` the way to each `fetch.rs`.
/// Module and type, name, title, other names that the palette and the command line take.
macro_rules! with_kinds {
    ($then:ident) => {
        $then! {
            account::Account,              "account",        "accounts",            [];
            region::Region,                "region",         "regions",             [];
            vpc::Vpc,                      "vpc",            "VPCs",                [];
            subnet::Subnet,                "subnet",         "subnets",             [];
            instance::Instance,            "instance",       "instances",           ["ec2"];
            security_group::SecurityGroup, "security-group", "security groups",     ["sg"];
            load_balancer::LoadBalancer,   "load-balancer",  "load balancers",      ["lb"];
            target_group::TargetGroup,     "target-group",   "target groups",       ["tg"];
            asg::Asg,                      "asg",            "auto scaling groups", ["auto-scaling-group"];
            cluster::Cluster,              "cluster",        "clusters",            ["eks"];
            nodegroup::Nodegroup,          "nodegroup",      "node groups",         ["ng"];
            log_group::LogGroup,           "log-group",      "log groups",          ["lg"];
            node::Node,                    "node",           "nodes",               ["no"];
            namespace::Namespace,          "namespace",      "namespaces",          ["ns"];
            deployment::Deployment,        "deployment",     "deployments",         ["deploy"];
            replicaset::ReplicaSet,        "replicaset",     "replica sets",        ["rs"];
            statefulset::StatefulSet,      "statefulset",    "stateful sets",       ["sts"];
            daemonset::DaemonSet,          "daemonset",      "daemon sets",         ["ds"];
            job::Job,                      "job",            "jobs",                [];
            pod::Pod,                      "pod",            "pods",                ["po"];
            container::Container,          "container",      "containers",          [];
            service::Service,              "service",        "services",            ["svc"];
            hpa::Hpa,                      "hpa",            "autoscalers",         ["horizontalpodautoscaler"];
            event::Event,                  "event",          "events",              ["ev"];
        }
    };
}
#[cfg(feature = "live")]
pub(crate) use with_kinds;

/// How a thing is doing: its colour, and what a finding starts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Health {
    #[default]
    Unknown,
    Good,
    /// On its way up or down.
    Waiting,
    /// Works, but somebody should look.
    Poor,
    Bad,
    /// Ended, and nothing is wrong with that.
    Over,
}

/// Over what one listing of a kind reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// One list per account.
    Account,
    /// One list per account and region.
    Region,
    /// One list per cluster.
    Cluster,
    /// Found in the rows of another kind, not asked for: the containers of a pod.
    Within(Kind),
}

/// Where a listing was made. Empty: does not apply.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    /// The account as the user names it: a profile.
    pub account: Arc<str>,
    pub region: Arc<str>,
    /// The cluster's name; for one that comes from a kubeconfig, its context.
    pub cluster: Arc<str>,
    /// The id of the thing within which a derived kind is listed.
    pub within: Arc<str>,
}

impl Scope {
    /// Whether `self`, used as a wish, lets `other` through: what is empty here may be anything there.
    #[must_use]
    pub fn admits(&self, other: &Self) -> bool {
        let fits = |wish: &str, is: &str| wish.is_empty() || wish == is;
        fits(&self.account, &other.account) && fits(&self.region, &other.region) && fits(&self.cluster, &other.cluster)
    }

    #[must_use]
    pub fn at_cluster(&self, cluster: &str) -> Self {
        Self { cluster: cluster.into(), within: "".into(), ..self.clone() }
    }

    #[must_use]
    pub fn at_region(&self, region: &str) -> Self {
        Self { region: region.into(), cluster: "".into(), within: "".into(), account: self.account.clone() }
    }

    /// `account/region/cluster`, without what is empty.
    #[must_use]
    pub fn path(&self) -> String {
        let parts = [&self.account, &self.region, &self.cluster];
        parts.into_iter().filter(|p| !p.is_empty()).map(AsRef::as_ref).collect::<Vec<&str>>().join("/")
    }
}

pub struct Column<T> {
    pub title: &'static str,
    /// Width it asks for; text columns grow beyond it where there is room.
    pub width: u16,
    /// 0 is always shown; higher numbers give way first on a narrow terminal. 9 is never in the table, only in the detail, filters and links.
    pub rank: u8,
    pub cell: for<'a> fn(&'a T) -> Cell<'a>,
}

/// A column without its type, for the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heading {
    pub title: &'static str,
    pub width: u16,
    pub rank: u8,
}

/// What may be copied of a thing: `ARN`, `IP`, and the command that shows the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copyable {
    pub label: &'static str,
    pub text: String,
}

/// A way from one thing to others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub label: &'static str,
    pub kind: Kind,
    pub way: Way,
    pub pick: Pick,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Enter goes here: the first `Down` link of a row.
    Down,
    /// `J` goes here: the first `Up` link.
    Up,
    /// Only in the list of related things.
    Beside,
}

/// Which rows of the other kind are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// All within the scope: everything in a region, everything in a cluster.
    Scope(Scope),
    /// The rows whose column says exactly this, in the same scope (a column with a list: one of it).
    Where(Scope, &'static str, Vec<String>),
}

impl Link {
    /// Rows of `kind` in `scope` whose `column` says `value`.
    pub fn new(
        way: Way,
        label: &'static str,
        kind: Kind,
        scope: Scope,
        column: &'static str,
        value: impl Into<String>,
    ) -> Self {
        Self { label, kind, way, pick: Pick::Where(scope, column, vec![value.into()]) }
    }

    #[must_use]
    pub const fn scoped(way: Way, label: &'static str, kind: Kind, scope: Scope) -> Self {
        Self { label, kind, way, pick: Pick::Scope(scope) }
    }
}

/// One kind of thing: how to name it, how to show it, where it leads. Pure; `fetch.rs` beside it does the asking.
pub trait Resource: Clone + Debug + PartialEq + Send + Sync + 'static {
    const REACH: Reach;
    const COLUMNS: &'static [Column<Self>];

    /// Unique within one feed, and the same for the same thing whenever it is listed.
    fn id(&self) -> &str;

    /// What a person calls it.
    fn name(&self) -> &str;

    fn health(&self) -> Health {
        Health::Unknown
    }

    /// The order of a table that nobody sorted.
    fn order(&self, other: &Self) -> Ordering {
        cell::natural(self.name(), other.name())
    }

    /// Where it leads; `scope` is where it was listed. The first `Down` is what Enter does, the first `Up` what `J` does.
    fn links(&self, _scope: &Scope) -> Vec<Link> {
        vec![]
    }

    /// Beyond name and id: ARN, addresses, and last the aws or kubectl command that shows the same.
    fn copies(&self, _scope: &Scope) -> Vec<Copyable> {
        vec![]
    }

    /// Whose logs are meant by the logs of this.
    fn logs(&self, _scope: &Scope) -> Option<Wish> {
        None
    }
}

macro_rules! define {
    ($($module:ident :: $Kind:ident, $name:literal, $title:literal, [$($alias:literal),*];)+) => {
        $(pub mod $module;)+

        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Kind { $($Kind,)+ }

        impl Kind {
            pub const ALL: &'static [Self] = &[$(Self::$Kind,)+];
            pub const NAMES: &'static [&'static str] = &[$($name,)+];

            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$Kind => $name,)+ }
            }

            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$Kind => $title,)+ }
            }

            #[must_use]
            pub const fn aliases(self) -> &'static [&'static str] {
                match self { $(Self::$Kind => &[$($alias),*],)+ }
            }

            #[must_use]
            pub const fn reach(self) -> Reach {
                match self { $(Self::$Kind => <$module::$Kind as Resource>::REACH,)+ }
            }

            #[must_use]
            pub fn headings(self) -> Vec<Heading> {
                match self {
                    $(Self::$Kind => $module::$Kind::COLUMNS.iter()
                        .map(|c| Heading { title: c.title, width: c.width, rank: c.rank }).collect(),)+
                }
            }

            /// An empty list of this kind.
            #[must_use]
            pub fn rows(self) -> Rows {
                match self { $(Self::$Kind => Rows::$Kind(Slots::default()),)+ }
            }
        }

        /// The rows of one feed, a store of the kind's own type.
        #[derive(Debug)]
        pub enum Rows { $($Kind(Slots<$module::$Kind>),)+ }

        /// What a listing has to say, in the kind's own type.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Batch { $($Kind(rows::Step<$module::$Kind>),)+ }

        /// One thing, on its own: for scripts and for the detail.
        #[derive(Clone, Copy, Debug)]
        pub enum Record<'a> { $($Kind(&'a $module::$Kind),)+ }

        $(
            impl From<rows::Step<$module::$Kind>> for Batch {
                fn from(step: rows::Step<$module::$Kind>) -> Self { Self::$Kind(step) }
            }
        )+

        impl Batch {
            #[must_use]
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$Kind(_) => Kind::$Kind,)+ }
            }

            /// Whether these are only some rows, with more to come.
            #[must_use]
            pub const fn is_page(&self) -> bool {
                match self { $(Self::$Kind(step) => matches!(step, rows::Step::Page(_)),)+ }
            }
        }

        impl Rows {
            #[must_use]
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$Kind(_) => Kind::$Kind,)+ }
            }

            #[must_use]
            pub fn len(&self) -> usize {
                match self { $(Self::$Kind(rows) => rows.len(),)+ }
            }

            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// The slots in use, in no particular order.
            #[must_use]
            pub fn slots(&self) -> Vec<u32> {
                match self { $(Self::$Kind(rows) => rows.slots().collect(),)+ }
            }

            #[must_use]
            pub fn slot(&self, id: &str) -> Option<u32> {
                match self { $(Self::$Kind(rows) => rows.slot(id),)+ }
            }

            #[must_use]
            pub fn get(&self, slot: u32) -> Option<Record<'_>> {
                match self { $(Self::$Kind(rows) => rows.get(slot).map(Record::$Kind),)+ }
            }

            /// Takes a step in; tells which slots it touched. A batch of another kind changes nothing.
            pub fn apply(&mut self, batch: Batch) -> rows::Touched {
                match (self, batch) {
                    $((Self::$Kind(rows), Batch::$Kind(step)) => rows.apply(step),)+
                    _ => rows::Touched::default(),
                }
            }

            /// The order of two rows of one feed in a table that nobody sorted.
            #[must_use]
            pub fn order(&self, a: u32, b: u32) -> Ordering {
                match self { $(Self::$Kind(rows) => match (rows.get(a), rows.get(b)) {
                    (Some(a), Some(b)) => a.order(b),
                    (a, b) => b.is_some().cmp(&a.is_some()),
                },)+ }
            }

            /// All text of a row, a line for each cell, for a text filter: `^` and `$` are the ends of a cell.
            pub fn words(&self, slot: u32, into: &mut String) {
                into.clear();
                match self { $(Self::$Kind(rows) => if let Some(row) = rows.get(slot) {
                    for column in $module::$Kind::COLUMNS.iter().filter(|column| column.rank < 9) {
                        into.push_str((column.cell)(row).words());
                        into.push('\n');
                    }
                },)+ }
            }

            #[must_use]
            pub fn cell(&self, slot: u32, column: usize) -> Cell<'_> {
                match self { $(Self::$Kind(rows) => match (rows.get(slot), $module::$Kind::COLUMNS.get(column)) {
                    (Some(row), Some(column)) => (column.cell)(row),
                    _ => Cell::Missing,
                },)+ }
            }
        }

        impl<'a> Record<'a> {
            #[must_use]
            pub const fn kind(self) -> Kind {
                match self { $(Self::$Kind(_) => Kind::$Kind,)+ }
            }

            #[must_use]
            pub fn id(self) -> &'a str {
                match self { $(Self::$Kind(it) => it.id(),)+ }
            }

            #[must_use]
            pub fn name(self) -> &'a str {
                match self { $(Self::$Kind(it) => it.name(),)+ }
            }

            #[must_use]
            pub fn health(self) -> Health {
                match self { $(Self::$Kind(it) => it.health(),)+ }
            }

            #[must_use]
            pub fn links(self, scope: &Scope) -> Vec<Link> {
                match self { $(Self::$Kind(it) => it.links(scope),)+ }
            }

            #[must_use]
            pub fn copies(self, scope: &Scope) -> Vec<Copyable> {
                match self { $(Self::$Kind(it) => it.copies(scope),)+ }
            }

            #[must_use]
            pub fn logs(self, scope: &Scope) -> Option<Wish> {
                match self { $(Self::$Kind(it) => it.logs(scope),)+ }
            }

            #[must_use]
            pub fn cells(self) -> Vec<Cell<'a>> {
                match self { $(Self::$Kind(it) => $module::$Kind::COLUMNS.iter().map(|c| (c.cell)(it)).collect(),)+ }
            }
        }
    };
}

with_kinds!(define);

impl Record<'_> {
    /// What the API must be told to answer with the whole of it: an id for AWS, `namespace/name` or a name for Kubernetes.
    #[must_use]
    pub fn address(self) -> String {
        if self.kind().reach() != Reach::Cluster {
            return self.id().to_owned();
        }
        match self.kind().column("NAMESPACE") {
            Some(column) => format!("{}/{}", self.cells()[column].words(), self.name()),
            None => self.name().to_owned(),
        }
    }
}

impl Kind {
    /// The kind of this name: its own, its title, an alias, or the plural that kubectl takes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        Self::ALL.iter().copied().find(|kind| {
            kind.name() == name
                || kind.aliases().contains(&name.as_str())
                || kind.title().to_ascii_lowercase() == name
                || name.strip_suffix('s') == Some(kind.name())
        })
    }

    /// The column of this title, whatever its case.
    #[must_use]
    pub fn column(self, title: &str) -> Option<usize> {
        self.headings().iter().position(|heading| heading.title.eq_ignore_ascii_case(title))
    }
}

/// What the change of one row is, for those who only make changes.
pub type Changes<T> = Vec<Change<T>>;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_name_means_one_kind() {
        let mut seen = HashSet::new();
        for kind in Kind::ALL {
            for name in std::iter::once(&kind.name()).chain(kind.aliases()) {
                assert!(seen.insert(*name), "two kinds are called {name}");
                assert_eq!(Kind::named(name), Some(*kind));
            }
        }
    }

    #[test]
    fn every_kind_names_itself_first_and_titles_are_unique() {
        for kind in Kind::ALL {
            let headings = kind.headings();
            assert!(headings.iter().any(|h| h.rank == 0), "{} shows nothing on a narrow screen", kind.name());
            let titles: HashSet<_> = headings.iter().map(|h| h.title).collect();
            assert_eq!(titles.len(), headings.len(), "{} has two columns of one title", kind.name());
            for heading in headings {
                assert!(
                    usize::from(heading.width) >= heading.title.len() || heading.rank == 9,
                    "{} {}",
                    kind.name(),
                    heading.title
                );
                assert!(
                    heading.title.chars().all(|c| c.is_ascii_uppercase() || c == '-' || c.is_ascii_digit()),
                    "{}",
                    heading.title
                );
            }
        }
    }
}
