//! Asks EC2 for security groups.
use aws_sdk_ec2::types;

use super::SecurityGroup;
use crate::{
    clients::{
        Clients, Fetch, Sink,
        aws::{
            Ask,
            describe::{self, Style},
            field::{self, text},
        },
    },
    error::Result,
    kinds::{Scope, rows::Step},
};

const ASK: Ask = Ask::new("list security groups", "ec2:DescribeSecurityGroups");

impl Fetch for SecurityGroup {
    async fn list(clients: &Clients, scope: &Scope, sink: &Sink<Self>) -> Result<()> {
        let caller = clients.aws.at(scope).await;
        let mut pages = caller.pages(ASK);
        let estate = caller.vpcs().await?;
        let mut all = vec![];
        let ask = |token| caller.ec2().describe_security_groups().max_results(1000).set_next_token(token).send();
        while let Some(page) = pages.next(ask, |page| page.next_token()).await? {
            all.extend(page.security_groups().iter().filter_map(group).filter(|row| estate.holds(&row.vpc)));
        }
        sink.send(Step::whole(all)).await;
        Ok(())
    }

    async fn describe(clients: &Clients, scope: &Scope, id: &str) -> Result<serde_json::Value> {
        let caller = clients.aws.at(scope).await;
        let told = caller.ask(ASK, caller.ec2().describe_security_groups().group_ids(id).send()).await?;
        let found = told.security_groups().first().ok_or_else(|| field::gone("security group", id, caller.region()))?;
        Ok(describe::json(found, Style::Upper, &[]))
    }
}

fn group(raw: &types::SecurityGroup) -> Option<SecurityGroup> {
    let rules = |all: &[types::IpPermission]| all.iter().map(sources).sum();
    let mut world: Vec<Box<str>> = raw.ip_permissions().iter().filter(|rule| open(rule)).map(ports).collect();
    world.sort_unstable();
    world.dedup();
    Some(SecurityGroup {
        id: raw.group_id()?.into(),
        name: text(raw.group_name()),
        description: text(raw.description()),
        vpc: text(raw.vpc_id()),
        ingress: rules(raw.ip_permissions()),
        egress: rules(raw.ip_permissions_egress()),
        world: world.into(),
        owner: text(raw.owner_id()),
        arn: text(raw.security_group_arn()),
    })
}

/// AWS counts a rule for each source of a permission.
fn sources(rule: &types::IpPermission) -> u32 {
    let all = rule.ip_ranges().len() + rule.ipv6_ranges().len() + rule.user_id_group_pairs().len() + rule.prefix_list_ids().len();
    u32::try_from(all).unwrap_or(u32::MAX)
}

fn open(rule: &types::IpPermission) -> bool {
    let four = rule.ip_ranges().iter().any(|range| range.cidr_ip() == Some("0.0.0.0/0"));
    four || rule.ipv6_ranges().iter().any(|range| range.cidr_ipv6() == Some("::/0"))
}

fn ports(rule: &types::IpPermission) -> Box<str> {
    let protocol = rule.ip_protocol().unwrap_or("-1");
    match (protocol, rule.from_port(), rule.to_port()) {
        ("-1", ..) => "all".into(),
        // for these the numbers are types, not ports
        ("icmp" | "icmpv6", ..) => protocol.into(),
        (_, Some(from), Some(to)) if from == to => format!("{protocol}/{from}").into(),
        (_, Some(0) | None, Some(65535) | None) => format!("{protocol}/all").into(),
        (_, from, to) => format!("{protocol}/{}-{}", from.unwrap_or(0), to.unwrap_or(65535)).into(),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::{IpPermission, IpRange, Ipv6Range};

    use super::*;

    fn rule(protocol: &str, from: i32, to: i32, from_ip: &str) -> IpPermission {
        let rule = IpPermission::builder().ip_protocol(protocol).from_port(from).to_port(to);
        if from_ip.contains(':') {
            rule.ipv6_ranges(Ipv6Range::builder().cidr_ipv6(from_ip).build()).build()
        } else {
            rule.ip_ranges(IpRange::builder().cidr_ip(from_ip).build()).build()
        }
    }

    #[test]
    fn only_what_anybody_may_reach_is_open_to_the_world() {
        let raw = types::SecurityGroup::builder()
            .group_id("sg-1")
            .ip_permissions(rule("tcp", 22, 22, "10.0.0.0/8"))
            .ip_permissions(rule("tcp", 443, 443, "0.0.0.0/0"))
            .ip_permissions(rule("tcp", 443, 443, "::/0"))
            .ip_permissions(rule("udp", 1000, 2000, "0.0.0.0/0"))
            .ip_permissions(rule("tcp", 0, 65535, "0.0.0.0/0"))
            .ip_permissions(rule("-1", -1, -1, "::/0"))
            .build();
        let row = group(&raw).unwrap();
        assert_eq!(row.ingress, 6);
        assert_eq!(row.world, ["all", "tcp/443", "tcp/all", "udp/1000-2000"].map(Into::into).into());
    }
}
