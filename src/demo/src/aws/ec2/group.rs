//! Security groups and their rules.
use serde_json::{Value, json};

use super::{
    super::{call::Call, fail::Fail, service::Reply},
    listing::{Ids, Listing, PAGE, list},
    part::{arn, tag_set},
};
use crate::world::{
    Region,
    network::{Peer, Rule, SecurityGroup},
};

const GROUP: Ids = Ids {
    param: "GroupId",
    path: "groupId",
    prefix: "sg-",
    not_found: ("InvalidGroup.NotFound", "The security group '{}' does not exist"),
    malformed: "InvalidGroupId.Malformed",
};

pub fn groups(call: &Call<'_>) -> Result<Reply, Fail> {
    if !call.texts("GroupName").is_empty() {
        let message = "Names of groups are known in a default VPC only; ask by GroupId or by the filter group-name";
        return Err(Fail::bad("InvalidParameterValue", message));
    }
    let rows =
        call.look(|world, region| region.groups.iter().map(|group| row(region, group, &world.account)).collect())?;
    let filters = &[
        ("description", "groupDescription"),
        ("egress.ip-permission.cidr", "ipPermissionsEgress.ipRanges.cidrIp"),
        ("egress.ip-permission.from-port", "ipPermissionsEgress.fromPort"),
        ("egress.ip-permission.group-id", "ipPermissionsEgress.groups.groupId"),
        ("egress.ip-permission.protocol", "ipPermissionsEgress.ipProtocol"),
        ("egress.ip-permission.to-port", "ipPermissionsEgress.toPort"),
        ("group-id", "groupId"),
        ("group-name", "groupName"),
        ("ip-permission.cidr", "ipPermissions.ipRanges.cidrIp"),
        ("ip-permission.from-port", "ipPermissions.fromPort"),
        ("ip-permission.group-id", "ipPermissions.groups.groupId"),
        ("ip-permission.protocol", "ipPermissions.ipProtocol"),
        ("ip-permission.to-port", "ipPermissions.toPort"),
        ("owner-id", "ownerId"),
        ("tag", ""),
        ("tag-key", "tagSet.key"),
        ("vpc-id", "vpcId"),
    ];
    list(call, &Listing { set: "securityGroupInfo", ids: Some(GROUP), filters, page: PAGE }, rows)
}

fn row(region: &Region, group: &SecurityGroup, account: &str) -> Value {
    json!({
        "groupId": group.id,
        "groupName": group.name,
        "groupDescription": group.description,
        "ownerId": account,
        "securityGroupArn": arn(region, account, &format!("security-group/{}", group.id)),
        "ipPermissions": permissions(&group.ingress, account),
        "ipPermissionsEgress": permissions(&group.egress, account),
        "tagSet": tag_set(&group.tags),
        "vpcId": group.vpc,
    })
}

/// Rules as permissions: those for the same ports share one.
fn permissions(rules: &[Rule], account: &str) -> Value {
    let mut kinds: Vec<(&str, Option<(u16, u16)>)> = vec![];
    for rule in rules {
        if !kinds.contains(&(rule.protocol, rule.ports)) {
            kinds.push((rule.protocol, rule.ports));
        }
    }
    let described = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let permission = |(protocol, ports): (&str, Option<(u16, u16)>)| {
        let of: Vec<&Rule> = rules.iter().filter(|rule| (rule.protocol, rule.ports) == (protocol, ports)).collect();
        let blocks = of.iter().filter_map(|rule| match &rule.peer {
            Peer::Block(block) => Some(json!({ "cidrIp": block, "description": described(&rule.description) })),
            Peer::Group(_) => None,
        });
        let groups = of.iter().filter_map(|rule| match &rule.peer {
            Peer::Group(id) => {
                Some(json!({ "userId": account, "groupId": id, "description": described(&rule.description) }))
            }
            Peer::Block(_) => None,
        });
        json!({
            "ipProtocol": protocol,
            "fromPort": ports.map(|(from, _)| from),
            "toPort": ports.map(|(_, to)| to),
            "groups": groups.collect::<Value>(),
            "ipRanges": blocks.collect::<Value>(),
            "ipv6Ranges": [],
            "prefixListIds": [],
        })
    };
    kinds.into_iter().map(permission).collect()
}

const RULE: Ids = Ids {
    param: "SecurityGroupRuleId",
    path: "securityGroupRuleId",
    prefix: "sgr-",
    not_found: ("InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '{}' does not exist"),
    malformed: "InvalidSecurityGroupRuleId.Malformed",
};

pub fn rules(call: &Call<'_>) -> Result<Reply, Fail> {
    let rows = call.look(|world, region| {
        let both = region.groups.iter().flat_map(|group| {
            let of = |rules: &[Rule], egress: bool| -> Vec<Value> {
                rules.iter().map(|rule| rule_row(region, group, rule, egress, &world.account)).collect()
            };
            [of(&group.ingress, false), of(&group.egress, true)].concat()
        });
        both.collect()
    })?;
    let filters = &[
        ("group-id", "groupId"),
        ("security-group-rule-id", "securityGroupRuleId"),
        ("tag", ""),
        ("tag-key", "tagSet.key"),
    ];
    list(call, &Listing { set: "securityGroupRuleSet", ids: Some(RULE), filters, page: PAGE }, rows)
}

fn rule_row(region: &Region, group: &SecurityGroup, rule: &Rule, egress: bool, account: &str) -> Value {
    let (block, peer) = match &rule.peer {
        Peer::Block(block) => (Some(block), None),
        Peer::Group(id) => (None, Some(id)),
    };
    let vpc = peer.and_then(|id| region.groups.iter().find(|group| group.id == *id)).map(|group| &group.vpc);
    json!({
        "securityGroupRuleId": rule.id,
        "securityGroupRuleArn": arn(region, account, &format!("security-group-rule/{}", rule.id)),
        "groupId": group.id,
        "groupOwnerId": account,
        "isEgress": egress,
        "ipProtocol": rule.protocol,
        // what has no ports has them all
        "fromPort": rule.ports.map_or(-1, |(from, _)| i32::from(from)),
        "toPort": rule.ports.map_or(-1, |(_, to)| i32::from(to)),
        "cidrIpv4": block,
        "referencedGroupInfo": peer.map(|id| json!({ "groupId": id, "userId": account, "vpcId": vpc })),
        "description": (!rule.description.is_empty()).then_some(&rule.description),
        "tagSet": [],
    })
}
