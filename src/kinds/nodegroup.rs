//! A managed node group of an EKS cluster.
#[cfg(feature = "live")]
pub mod fetch;

use super::{Cell, Column, Copyable, Health, Kind, Link, Pick, Reach, Resource, Scope, Way};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Nodegroup {
    /// `cluster/name`: the same name may occur in each cluster.
    pub id: Box<str>,
    pub name: Box<str>,
    pub cluster: Box<str>,
    pub status: Box<str>,
    pub version: Box<str>,
    pub release: Box<str>,
    pub desired: u32,
    pub min: u32,
    pub max: u32,
    pub ami: Box<str>,
    /// `ON_DEMAND` or `SPOT`.
    pub capacity: Box<str>,
    pub shapes: Box<[Box<str>]>,
    pub issues: Box<[Box<str>]>,
    pub asgs: Box<[Box<str>]>,
    pub created: Option<i64>,
    pub arn: Box<str>,
}

impl Resource for Nodegroup {
    const REACH: Reach = Reach::Region;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAME", width: 26, rank: 0, cell: |g| Cell::text(&g.name) },
        Column { title: "CLUSTER", width: 20, rank: 1, cell: |g| Cell::text(&g.cluster) },
        Column { title: "STATUS", width: 12, rank: 0, cell: |g| Cell::text(&g.status) },
        Column { title: "VERSION", width: 7, rank: 1, cell: |g| Cell::text(&g.version) },
        Column { title: "DESIRED", width: 7, rank: 0, cell: |g| Cell::Int(g.desired.into()) },
        Column { title: "MIN", width: 4, rank: 1, cell: |g| Cell::Int(g.min.into()) },
        Column { title: "MAX", width: 4, rank: 1, cell: |g| Cell::Int(g.max.into()) },
        Column { title: "ISSUES", width: 24, rank: 1, cell: |g| Cell::list(&g.issues) },
        Column { title: "AMI-TYPE", width: 22, rank: 2, cell: |g| Cell::text(&g.ami) },
        Column { title: "CAPACITY", width: 9, rank: 3, cell: |g| Cell::text(&g.capacity) },
        Column { title: "TYPES", width: 20, rank: 3, cell: |g| Cell::list(&g.shapes) },
        Column { title: "RELEASE", width: 18, rank: 4, cell: |g| Cell::text(&g.release) },
        Column { title: "AGE", width: 6, rank: 2, cell: |g| Cell::since(g.created) },
        Column { title: "ID", width: 0, rank: 9, cell: |g| Cell::text(&g.id) },
        Column { title: "ASG", width: 0, rank: 9, cell: |g| Cell::list(&g.asgs) },
        Column { title: "ARN", width: 0, rank: 9, cell: |g| Cell::text(&g.arn) },
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn health(&self) -> Health {
        match &*self.status {
            "ACTIVE" if self.issues.is_empty() => Health::Good,
            "ACTIVE" => Health::Poor,
            "CREATING" | "UPDATING" | "DELETING" => Health::Waiting,
            "DEGRADED" | "CREATE_FAILED" | "DELETE_FAILED" => Health::Bad,
            _ => Health::Unknown,
        }
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let here = |way, label, kind, column, value: &str| Link::new(way, label, kind, scope.clone(), column, value);
        let mut all = vec![
            here(Way::Down, "instances", Kind::Instance, "NODEGROUP-ID", &self.id),
            here(Way::Up, "cluster", Kind::Cluster, "NAME", &self.cluster),
        ];
        if !self.asgs.is_empty() {
            let pick = Pick::Where(scope.clone(), "NAME", self.asgs.iter().map(std::string::ToString::to_string).collect());
            all.push(Link { label: "auto scaling groups", kind: Kind::Asg, way: Way::Beside, pick });
        }
        all
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        let (region, cluster, name) = (&scope.region, &self.cluster, &self.name);
        let command = "aws eks describe-nodegroup --region";
        vec![
            Copyable { label: "ARN", text: self.arn.to_string() },
            Copyable {
                label: "aws command",
                text: format!("{command} {region} --cluster-name {cluster} --nodegroup-name {name}"),
            },
        ]
    }
}
