//! A load balancer: application, network or gateway.
#[cfg(feature = "live")]
pub mod fetch;

use super::{Cell, Column, Copyable, Health, Kind, Link, Reach, Resource, Scope, Way};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadBalancer {
    pub arn: Box<str>,
    pub name: Box<str>,
    pub sort: Box<str>,
    pub scheme: Box<str>,
    pub state: Box<str>,
    pub reason: Box<str>,
    pub dns: Box<str>,
    pub zones: Box<[Box<str>]>,
    pub vpc: Box<str>,
    pub groups: Box<[Box<str>]>,
    pub created: Option<i64>,
}

impl Resource for LoadBalancer {
    const REACH: Reach = Reach::Region;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAME", width: 32, rank: 0, cell: |b| Cell::text(&b.name) },
        Column { title: "TYPE", width: 11, rank: 0, cell: |b| Cell::text(&b.sort) },
        Column { title: "SCHEME", width: 15, rank: 1, cell: |b| Cell::text(&b.scheme) },
        Column { title: "STATE", width: 15, rank: 0, cell: |b| Cell::text(&b.state) },
        Column { title: "REASON", width: 20, rank: 4, cell: |b| Cell::text(&b.reason) },
        Column { title: "AZS", width: 32, rank: 3, cell: |b| Cell::list(&b.zones) },
        Column { title: "AGE", width: 6, rank: 2, cell: |b| Cell::since(b.created) },
        Column { title: "VPC", width: 21, rank: 4, cell: |b| Cell::text(&b.vpc) },
        Column { title: "DNS", width: 48, rank: 2, cell: |b| Cell::text(&b.dns) },
        Column { title: "ARN", width: 0, rank: 9, cell: |b| Cell::text(&b.arn) },
        Column { title: "SECURITY-GROUPS", width: 0, rank: 9, cell: |b| Cell::list(&b.groups) },
    ];

    fn id(&self) -> &str {
        &self.arn
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn health(&self) -> Health {
        match &*self.state {
            "active" => Health::Good,
            "provisioning" => Health::Waiting,
            "active_impaired" => Health::Poor,
            "failed" => Health::Bad,
            _ => Health::Unknown,
        }
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let here = |way, label, kind, column, value: &str| Link::new(way, label, kind, scope.clone(), column, value);
        let mut all = vec![
            here(Way::Down, "target groups", Kind::TargetGroup, "LOAD-BALANCER-ARN", &self.arn),
            here(Way::Up, "VPC", Kind::Vpc, "ID", &self.vpc),
        ];
        all.extend(self.groups.iter().map(|id| here(Way::Beside, "security group", Kind::SecurityGroup, "ID", id)));
        all
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        let (region, arn) = (&scope.region, &self.arn);
        vec![
            Copyable { label: "ARN", text: arn.to_string() },
            Copyable { label: "DNS name", text: self.dns.to_string() },
            Copyable {
                label: "aws command",
                text: format!("aws elbv2 describe-load-balancers --region {region} --load-balancer-arns {arn}"),
            },
        ]
    }
}
