//! A VPC, with its part in the estate: security, lb or app.
#[cfg(feature = "live")]
pub mod fetch;

use super::{Cell, Column, Copyable, Health, Kind, Link, Reach, Resource, Scope, Way, region::partition};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vpc {
    pub id: Box<str>,
    pub name: Box<str>,
    /// What the tag `quarterdeck:vpc` says.
    pub role: Box<str>,
    pub cidr: Box<str>,
    pub state: Box<str>,
    pub default: bool,
    pub owner: Box<str>,
}

impl Resource for Vpc {
    const REACH: Reach = Reach::Region;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAME", width: 24, rank: 0, cell: |v| Cell::text(&v.name) },
        Column { title: "ID", width: 21, rank: 0, cell: |v| Cell::text(&v.id) },
        Column { title: "ROLE", width: 8, rank: 1, cell: |v| Cell::text(&v.role) },
        Column { title: "CIDR", width: 18, rank: 1, cell: |v| Cell::text(&v.cidr) },
        Column { title: "STATE", width: 9, rank: 2, cell: |v| Cell::text(&v.state) },
        Column { title: "DEFAULT", width: 7, rank: 3, cell: |v| Cell::Flag(v.default) },
        Column { title: "OWNER", width: 12, rank: 4, cell: |v| Cell::text(&v.owner) },
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        if self.name.is_empty() { &self.id } else { &self.name }
    }

    fn health(&self) -> Health {
        match &*self.state {
            "available" => Health::Good,
            "pending" => Health::Waiting,
            _ => Health::Unknown,
        }
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let here = |way, label, kind| Link::new(way, label, kind, scope.clone(), "VPC", &*self.id);
        vec![
            here(Way::Down, "instances", Kind::Instance),
            Link::new(Way::Up, "region", Kind::Region, scope.at_region(""), "NAME", &*scope.region),
            here(Way::Beside, "subnets", Kind::Subnet),
            here(Way::Beside, "security groups", Kind::SecurityGroup),
            here(Way::Beside, "load balancers", Kind::LoadBalancer),
            here(Way::Beside, "target groups", Kind::TargetGroup),
            here(Way::Beside, "clusters", Kind::Cluster),
        ]
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        let region = &scope.region;
        vec![
            Copyable { label: "ARN", text: format!("arn:{}:ec2:{region}:{}:vpc/{}", partition(region), self.owner, self.id) },
            Copyable { label: "CIDR", text: self.cidr.to_string() },
            Copyable { label: "aws command", text: format!("aws ec2 describe-vpcs --region {region} --vpc-ids {}", self.id) },
        ]
    }
}
