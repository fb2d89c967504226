//! VPCs and their subnets, DHCP options, network ACLs and flow logs.
use serde_json::{Value, json};

use super::{
    super::{
        call::Call,
        fail::{self, Fail},
        service::Reply,
        wire::time,
    },
    interface,
    listing::{self, Ids, Listing, PAGE, VPC, list},
    part::{arn, derived, tag_set},
};
use crate::world::{Region, network::Vpc};

pub fn vpcs(call: &Call<'_>) -> Result<Reply, Fail> {
    let rows = call.look(|world, region| region.vpcs.iter().map(|vpc| vpc_row(vpc, &world.account)).collect())?;
    let filters = &[
        ("cidr", "cidrBlock"),
        ("cidr-block-association.association-id", "cidrBlockAssociationSet.associationId"),
        ("cidr-block-association.cidr-block", "cidrBlockAssociationSet.cidrBlock"),
        ("cidr-block-association.state", "cidrBlockAssociationSet.cidrBlockState.state"),
        ("dhcp-options-id", "dhcpOptionsId"),
        ("is-default", "isDefault"),
        ("isDefault", "isDefault"),
        ("owner-id", "ownerId"),
        ("state", "state"),
        ("tag", ""),
        ("tag-key", "tagSet.key"),
        ("vpc-id", "vpcId"),
    ];
    list(call, &Listing { set: "vpcSet", ids: Some(VPC), filters, page: PAGE }, rows)
}

fn vpc_row(vpc: &Vpc, account: &str) -> Value {
    json!({
        "vpcId": vpc.id,
        "ownerId": account,
        "state": "available",
        "cidrBlock": vpc.block.to_string(),
        "cidrBlockAssociationSet": [{
            "associationId": derived("vpc-cidr-assoc", &vpc.id),
            "cidrBlock": vpc.block.to_string(),
            "cidrBlockState": { "state": "associated" },
        }],
        "dhcpOptionsId": vpc.dhcp_options,
        "instanceTenancy": "default",
        "isDefault": false,
        "blockPublicAccessStates": { "internetGatewayBlockMode": "off" },
        "tagSet": tag_set(&vpc.tags),
    })
}

pub fn attribute(call: &Call<'_>) -> Result<Reply, Fail> {
    let id = call.text("VpcId").ok_or_else(|| fail::missing(call, "vpcId"))?.to_owned();
    let known = call.look(|_, region| region.vpcs.iter().any(|vpc| vpc.id == id))?;
    listing::check(std::slice::from_ref(&id), &VPC, |_| known)?;
    listing::dry_run(call)?;
    let attribute = call.text("Attribute").ok_or_else(|| fail::missing(call, "attribute"))?;
    let value = match attribute {
        "enableDnsHostnames" | "enableDnsSupport" => true,
        "enableNetworkAddressUsageMetrics" => false,
        other => {
            let message = format!("Value ({other}) for parameter attribute is invalid. Unknown attribute.");
            return Err(Fail::bad("InvalidParameterValue", message));
        }
    };
    Ok(json!({ "vpcId": id, attribute: { "value": value } }).into())
}

const SUBNET: Ids = Ids {
    param: "SubnetId",
    path: "subnetId",
    prefix: "subnet-",
    not_found: ("InvalidSubnetID.NotFound", "The subnet ID '{}' does not exist"),
    malformed: "InvalidSubnetID.Malformed",
};

pub fn subnets(call: &Call<'_>) -> Result<Reply, Fail> {
    let rows = call.look(|world, region| subnet_rows(region, &world.account))?;
    let filters = &[
        ("availability-zone", "availabilityZone"),
        ("availabilityZone", "availabilityZone"),
        ("availability-zone-id", "availabilityZoneId"),
        ("available-ip-address-count", "availableIpAddressCount"),
        ("cidr", "cidrBlock"),
        ("cidr-block", "cidrBlock"),
        ("cidrBlock", "cidrBlock"),
        ("default-for-az", "defaultForAz"),
        ("map-public-ip-on-launch", "mapPublicIpOnLaunch"),
        ("owner-id", "ownerId"),
        ("state", "state"),
        ("subnet-arn", "subnetArn"),
        ("subnet-id", "subnetId"),
        ("tag", ""),
        ("tag-key", "tagSet.key"),
        ("vpc-id", "vpcId"),
    ];
    list(call, &Listing { set: "subnetSet", ids: Some(SUBNET), filters, page: PAGE }, rows)
}

fn subnet_rows(region: &Region, account: &str) -> Vec<Value> {
    let taken = interface::addresses_by_subnet(region);
    let row = |subnet: &crate::world::network::Subnet| {
        let zone = region.zones.get(subnet.zone);
        let used = subnet.used + taken.get(&*subnet.id).copied().unwrap_or_default();
        json!({
            "subnetId": subnet.id,
            "subnetArn": arn(region, account, &format!("subnet/{}", subnet.id)),
            "state": "available",
            "vpcId": subnet.vpc,
            "ownerId": account,
            "cidrBlock": subnet.block.to_string(),
            "availableIpAddressCount": subnet.block.size().saturating_sub(5 + used),
            "availabilityZone": zone.map(|zone| &zone.name),
            "availabilityZoneId": zone.map(|zone| &zone.id),
            "defaultForAz": false,
            "mapPublicIpOnLaunch": subnet.public,
            "mapCustomerOwnedIpOnLaunch": false,
            "assignIpv6AddressOnCreation": false,
            "ipv6CidrBlockAssociationSet": [],
            "enableDns64": false,
            "ipv6Native": false,
            "privateDnsNameOptionsOnLaunch": {
                "hostnameType": "ip-name",
                "enableResourceNameDnsARecord": false,
                "enableResourceNameDnsAAAARecord": false,
            },
            "blockPublicAccessStates": { "internetGatewayBlockMode": "off" },
            "tagSet": tag_set(&subnet.tags),
        })
    };
    region.subnets.iter().map(row).collect()
}

const DHCP: Ids = Ids {
    param: "DhcpOptionsId",
    path: "dhcpOptionsId",
    prefix: "dopt-",
    not_found: ("InvalidDhcpOptionID.NotFound", "The dhcpOption ID '{}' does not exist"),
    malformed: "InvalidDhcpOptionsId.Malformed",
};

pub fn dhcp_options(call: &Call<'_>) -> Result<Reply, Fail> {
    let rows = call.look(|world, region| {
        let domain = if region.name == "us-east-1" {
            "ec2.internal".to_owned()
        } else {
            format!("{}.compute.internal", region.name)
        };
        let mut ids: Vec<&str> = region.vpcs.iter().map(|vpc| vpc.dhcp_options.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        let row = |id: &str| {
            json!({
                "dhcpOptionsId": id,
                "ownerId": world.account,
                "dhcpConfigurationSet": [
                    { "key": "domain-name", "valueSet": [{ "value": domain }] },
                    { "key": "domain-name-servers", "valueSet": [{ "value": "AmazonProvidedDNS" }] },
                ],
                "tagSet": [],
            })
        };
        ids.into_iter().map(row).collect()
    })?;
    let filters = &[
        ("dhcp-options-id", "dhcpOptionsId"),
        ("key", "dhcpConfigurationSet.key"),
        ("owner-id", "ownerId"),
        ("tag", ""),
        ("tag-key", "tagSet.key"),
        ("value", "dhcpConfigurationSet.valueSet.value"),
    ];
    list(call, &Listing { set: "dhcpOptionsSet", ids: Some(DHCP), filters, page: PAGE }, rows)
}

const ACL: Ids = Ids {
    param: "NetworkAclId",
    path: "networkAclId",
    prefix: "acl-",
    not_found: ("InvalidNetworkAclID.NotFound", "The networkAcl ID '{}' does not exist"),
    malformed: "InvalidNetworkAclId.Malformed",
};

/// Every VPC has the ACL that it was made with, and no other: what is let through is a matter of security groups.
pub fn acls(call: &Call<'_>) -> Result<Reply, Fail> {
    let rows =
        call.look(|world, region| region.vpcs.iter().map(|vpc| acl_row(region, vpc, &world.account)).collect())?;
    let filters = &[
        ("association.association-id", "associationSet.networkAclAssociationId"),
        ("association.network-acl-id", "associationSet.networkAclId"),
        ("association.subnet-id", "associationSet.subnetId"),
        ("default", "default"),
        ("entry.cidr", "entrySet.cidrBlock"),
        ("entry.protocol", "entrySet.protocol"),
        ("entry.rule-action", "entrySet.ruleAction"),
        ("entry.egress", "entrySet.egress"),
        ("entry.rule-number", "entrySet.ruleNumber"),
        ("network-acl-id", "networkAclId"),
        ("owner-id", "ownerId"),
        ("tag", ""),
        ("tag-key", "tagSet.key"),
        ("vpc-id", "vpcId"),
    ];
    list(call, &Listing { set: "networkAclSet", ids: Some(ACL), filters, page: PAGE }, rows)
}

fn acl_row(region: &Region, vpc: &Vpc, account: &str) -> Value {
    let id = derived("acl", &vpc.id);
    let subnets = region.subnets.iter().filter(|subnet| subnet.vpc == vpc.id);
    let associations: Value = subnets
        .map(|subnet| {
            let association = derived("aclassoc", &subnet.id);
            json!({ "networkAclAssociationId": association, "networkAclId": id, "subnetId": subnet.id })
        })
        .collect();
    let entry = |egress: bool, number: u32, action: &str| {
        json!({
            "ruleNumber": number,
            "protocol": "-1",
            "ruleAction": action,
            "egress": egress,
            "cidrBlock": "0.0.0.0/0",
        })
    };
    json!({
        "networkAclId": id,
        "vpcId": vpc.id,
        "ownerId": account,
        "default": true,
        "entrySet": [
            entry(true, 100, "allow"),
            entry(true, 32767, "deny"),
            entry(false, 100, "allow"),
            entry(false, 32767, "deny"),
        ],
        "associationSet": associations,
        "tagSet": [],
    })
}

const FLOW_LOG: Ids = Ids {
    param: "FlowLogId",
    path: "flowLogId",
    prefix: "fl-",
    not_found: ("InvalidFlowLogId.NotFound", "These flow log ids in the input list are not found: [{}]"),
    malformed: "InvalidFlowLogId.Malformed",
};

const FLOW_FORMAT: &str = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} \
                           ${packets} ${bytes} ${start} ${end} ${action} ${log-status}";

pub fn flow_logs(call: &Call<'_>) -> Result<Reply, Fail> {
    let rows = call.look(|world, region| {
        let group = region.log_groups.iter().find(|group| group.source == crate::world::watch::Source::FlowLog);
        let row = |vpc: &Vpc| {
            json!({
                "flowLogId": vpc.flow_log,
                "flowLogStatus": "ACTIVE",
                "deliverLogsStatus": "SUCCESS",
                "resourceId": vpc.id,
                "trafficType": "ALL",
                "logDestinationType": "cloud-watch-logs",
                "logGroupName": group.map(|group| &group.name),
                "deliverLogsPermissionArn": format!("arn:aws:iam::{}:role/{}-flow-logs", world.account, world.estate),
                "logFormat": FLOW_FORMAT,
                "maxAggregationInterval": 60,
                "creationTime": time(group.map_or(world.now, |group| group.created)),
                "tagSet": tag_set(&vpc.tags),
            })
        };
        region.vpcs.iter().filter(|vpc| !vpc.flow_log.is_empty()).map(row).collect()
    })?;
    let filters = &[
        ("deliver-log-status", "deliverLogsStatus"),
        ("flow-log-id", "flowLogId"),
        ("log-destination-type", "logDestinationType"),
        ("log-group-name", "logGroupName"),
        ("resource-id", "resourceId"),
        ("tag", ""),
        ("tag-key", "tagSet.key"),
        ("traffic-type", "trafficType"),
    ];
    list(call, &Listing { set: "flowLogSet", ids: Some(FLOW_LOG), filters, page: (1, 1000) }, rows)
}
