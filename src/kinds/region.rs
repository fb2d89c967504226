//! An AWS region that is enabled for the account.
#[cfg(feature = "live")]
pub mod fetch;

use std::sync::Arc;

use super::{Cell, Column, Copyable, Health, Kind, Link, Reach, Resource, Scope, Way};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    pub name: Arc<str>,
    pub endpoint: Box<str>,
    /// `opt-in-not-required` or `opted-in`.
    pub opt_in: Box<str>,
}

impl Resource for Region {
    const REACH: Reach = Reach::Account;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAME", width: 16, rank: 0, cell: |r| Cell::text(&r.name) },
        Column { title: "OPT-IN", width: 20, rank: 1, cell: |r| Cell::text(&r.opt_in) },
        Column { title: "ENDPOINT", width: 32, rank: 2, cell: |r| Cell::text(&r.endpoint) },
    ];

    fn id(&self) -> &str {
        &self.name
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn health(&self) -> Health {
        Health::Good
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let all = |way, label, kind| Link::scoped(way, label, kind, scope.at_region(&self.name));
        let account = Scope { account: scope.account.clone(), ..Scope::default() };
        vec![
            all(Way::Down, "VPCs", Kind::Vpc),
            Link::scoped(Way::Up, "account", Kind::Account, account),
            all(Way::Beside, "instances", Kind::Instance),
            all(Way::Beside, "clusters", Kind::Cluster),
            all(Way::Beside, "node groups", Kind::Nodegroup),
            all(Way::Beside, "auto scaling groups", Kind::Asg),
            all(Way::Beside, "load balancers", Kind::LoadBalancer),
            all(Way::Beside, "target groups", Kind::TargetGroup),
            all(Way::Beside, "subnets", Kind::Subnet),
            all(Way::Beside, "security groups", Kind::SecurityGroup),
            all(Way::Beside, "log groups", Kind::LogGroup),
        ]
    }

    fn copies(&self, _: &Scope) -> Vec<Copyable> {
        let command = format!("aws ec2 describe-regions --region-names {}", self.name);
        vec![Copyable { label: "aws command", text: command }]
    }
}

/// The partition in which a region lies: the second part of its ARNs.
#[must_use]
pub fn partition(region: &str) -> &'static str {
    match region.split('-').next().unwrap_or_default() {
        "cn" => "aws-cn",
        "us" if region.starts_with("us-gov-") => "aws-us-gov",
        "us" if region.starts_with("us-iso-") => "aws-iso",
        "us" if region.starts_with("us-isob-") => "aws-iso-b",
        "eusc" => "aws-eusc",
        _ => "aws",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_outside_the_commercial_partition_are_right() {
        let of = ["eu-west-1", "us-east-1", "us-gov-west-1", "cn-north-1", "us-isob-east-1"].map(partition);
        assert_eq!(of, ["aws", "aws", "aws-us-gov", "aws-cn", "aws-iso-b"]);
    }
}
