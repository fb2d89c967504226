//! Network interfaces. The world knows those of hosts, NAT gateways and the load balancer by their ids; those of endpoints, the
//! Transit Gateway and the Client VPN follow from where these stand.
use std::{collections::HashMap, net::Ipv4Addr};

use serde_json::{Value, json};

use super::{
    super::{call::Call, fail::Fail, service::Reply, wire::time},
    listing::{Ids, Listing, PAGE, list},
    part::{derived, group_set, mac, tag_set, zone_of},
};
use crate::world::{
    Region,
    host::{Instance, State},
    network::Address,
    tag::Tags,
};

const INTERFACE: Ids = Ids {
    param: "NetworkInterfaceId",
    path: "networkInterfaceId",
    prefix: "eni-",
    not_found: ("InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '{}' does not exist"),
    malformed: "InvalidNetworkInterfaceId.Malformed",
};

/// What an Elastic IP belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    Nat,
    Balancer,
}

#[must_use]
pub fn owner(region: &Region, address: &Address) -> Owner {
    if region.nats.iter().any(|nat| nat.allocation == address.allocation) { Owner::Nat } else { Owner::Balancer }
}

/// An interface of whatever kind.
struct Interface<'a> {
    id: String,
    subnet: &'a str,
    ip: Ipv4Addr,
    kind: &'static str,
    description: String,
    groups: &'a [String],
    /// The service that made it; none for hosts.
    requester: Option<&'static str>,
    host: Option<&'a Instance>,
    address: Option<&'a Address>,
    tags: Option<&'a Tags>,
    since: i64,
}

/// The interface of a service's own in a subnet, so far from its end.
fn service<'a>(region: &'a Region, of: &str, subnet: &'a str, from_end: u32) -> Option<(String, &'a str, Ipv4Addr)> {
    let found = region.subnets.iter().find(|candidate| candidate.id == subnet)?;
    let ip = found.block.at(found.block.size().saturating_sub(from_end));
    Some((interface_of(of, subnet), subnet, ip))
}

/// The id of the interface that a service's thing has in a subnet.
#[must_use]
pub fn interface_of(thing: &str, subnet: &str) -> String {
    derived("eni", &format!("{thing}/{subnet}"))
}

fn all(region: &Region) -> Vec<Interface<'_>> {
    let mut all: Vec<Interface<'_>> = vec![];
    let plain = |(id, subnet, ip), kind, requester: Option<&'static str>, description: String, since| Interface {
        id,
        subnet,
        ip,
        kind,
        description,
        groups: &[],
        requester,
        host: None,
        address: None,
        tags: None,
        since,
    };
    for instance in region.instances.iter().filter(|instance| instance.state != State::Terminated) {
        let place = (instance.interface.clone(), instance.subnet.as_str(), instance.private_ip);
        let of = plain(place, "interface", None, String::new(), instance.launched);
        all.push(Interface { groups: &instance.groups, host: Some(instance), tags: Some(&instance.tags), ..of });
    }
    for nat in &region.nats {
        let place = (nat.interface.clone(), nat.subnet.as_str(), nat.private_ip);
        let text = format!("Interface for NAT Gateway {}", nat.id);
        let address = region.addresses.iter().find(|address| address.allocation == nat.allocation);
        all.push(Interface { address, ..plain(place, "nat_gateway", Some("amazon-aws"), text, nat.created) });
    }
    for balancer in &region.balancers {
        let name = balancer.arn.rsplit_once("loadbalancer/").map_or(balancer.name.as_str(), |(_, rest)| rest);
        for (_, subnet, allocation) in &balancer.places {
            let Some(address) = region.addresses.iter().find(|address| address.allocation == *allocation) else {
                continue;
            };
            let place = (address.interface.clone(), subnet.as_str(), address.private_ip);
            let of = plain(place, "network_load_balancer", Some("amazon-elb"), format!("ELB {name}"), balancer.created);
            all.push(Interface { groups: &balancer.groups, address: Some(address), ..of });
        }
    }
    for (number, endpoint) in (0..).zip(&region.endpoints) {
        for place in endpoint.subnets.iter().filter_map(|subnet| service(region, &endpoint.id, subnet, 40 + number)) {
            let text = format!("VPC Endpoint Interface {}", endpoint.id);
            let of = plain(place, "vpc_endpoint", Some("amazon-aws"), text, endpoint.created);
            all.push(Interface { groups: &endpoint.groups, ..of });
        }
    }
    for attachment in &region.transit.attachments {
        for place in attachment.subnets.iter().filter_map(|subnet| service(region, &attachment.id, subnet, 10)) {
            let text = format!("Network Interface for Transit Gateway Attachment {}", attachment.id);
            all.push(plain(place, "transit_gateway", Some("amazon-aws"), text, attachment.created));
        }
    }
    for (_, subnet) in &region.vpn.associations {
        let Some(place) = service(region, &region.vpn.id, subnet, 20) else { continue };
        let text = format!("ClientVPN Endpoint resource {}", region.vpn.id);
        let of = plain(place, "interface", Some("amazon-aws"), text, region.vpn.created);
        all.push(Interface { groups: &region.vpn.groups, ..of });
    }
    all
}

/// How many addresses of a subnet are taken by interfaces.
#[must_use]
pub fn addresses_by_subnet(region: &Region) -> HashMap<&str, u32> {
    let mut taken = HashMap::new();
    for interface in all(region) {
        *taken.entry(interface.subnet).or_default() += 1;
    }
    taken
}

pub fn interfaces(call: &Call<'_>) -> Result<Reply, Fail> {
    let rows = call.look(|world, region| all(region).iter().map(|one| row(region, one, &world.account)).collect())?;
    let filters = &[
        ("addresses.association.public-ip", "privateIpAddressesSet.association.publicIp"),
        ("addresses.primary", "privateIpAddressesSet.primary"),
        ("addresses.private-ip-address", "privateIpAddressesSet.privateIpAddress"),
        ("association.allocation-id", "association.allocationId"),
        ("association.association-id", "association.associationId"),
        ("association.public-ip", "association.publicIp"),
        ("attachment.attachment-id", "attachment.attachmentId"),
        ("attachment.device-index", "attachment.deviceIndex"),
        ("attachment.instance-id", "attachment.instanceId"),
        ("attachment.instance-owner-id", "attachment.instanceOwnerId"),
        ("attachment.status", "attachment.status"),
        ("availability-zone", "availabilityZone"),
        ("description", "description"),
        ("group-id", "groupSet.groupId"),
        ("group-name", "groupSet.groupName"),
        ("interface-type", "interfaceType"),
        ("mac-address", "macAddress"),
        ("network-interface-id", "networkInterfaceId"),
        ("owner-id", "ownerId"),
        ("private-dns-name", "privateDnsName"),
        ("private-ip-address", "privateIpAddress"),
        ("requester-id", "requesterId"),
        ("requester-managed", "requesterManaged"),
        ("status", "status"),
        ("subnet-id", "subnetId"),
        ("tag", ""),
        ("tag-key", "tagSet.key"),
        ("vpc-id", "vpcId"),
    ];
    list(call, &Listing { set: "networkInterfaceSet", ids: Some(INTERFACE), filters, page: PAGE }, rows)
}

fn row(region: &Region, of: &Interface<'_>, account: &str) -> Value {
    let zone = zone_of(region, of.subnet);
    let vpc = region.subnets.iter().find(|subnet| subnet.id == of.subnet).map(|subnet| &subnet.vpc);
    let dns = of.host.map(|host| host.private_dns(&region.name));
    let association = of.address.map(|address| {
        json!({
            "allocationId": address.allocation,
            "associationId": address.association,
            "ipOwnerId": account,
            "publicIp": address.public_ip.to_string(),
            "publicDnsName": "",
        })
    });
    json!({
        "networkInterfaceId": of.id,
        "subnetId": of.subnet,
        "vpcId": vpc,
        "availabilityZone": zone.map(|zone| &zone.name),
        "availabilityZoneId": zone.map(|zone| &zone.id),
        "description": of.description,
        "ownerId": account,
        "requesterId": of.requester,
        "requesterManaged": of.requester.is_some(),
        "status": "in-use",
        "macAddress": mac(&of.id),
        "privateIpAddress": of.ip.to_string(),
        "privateDnsName": dns,
        "sourceDestCheck": of.kind == "interface",
        "interfaceType": of.kind,
        "groupSet": group_set(region, of.groups),
        "attachment": attachment(of, account),
        "association": association,
        "ipv6AddressesSet": [],
        "privateIpAddressesSet": [{
            "privateIpAddress": of.ip.to_string(),
            "privateDnsName": dns,
            "primary": true,
            "association": association,
        }],
        "tagSet": of.tags.map_or(json!([]), tags_of_interface),
    })
}

/// An interface has its host's name, and none of the tags by which hosts are found.
fn tags_of_interface(tags: &Tags) -> Value {
    tag_set(&Tags(tags.0.iter().filter(|(key, _)| key == "Name").cloned().collect()))
}

fn attachment(of: &Interface<'_>, account: &str) -> Value {
    let owner = match of.kind {
        "network_load_balancer" | "vpc_endpoint" | "transit_gateway" | "nat_gateway" => "amazon-aws",
        _ => account,
    };
    json!({
        "attachmentId": attachment_id(&of.id),
        "deviceIndex": u8::from(of.host.is_none()),
        "networkCardIndex": of.host.map(|_| 0),
        "status": "attached",
        "attachTime": time(of.since),
        "deleteOnTermination": of.host.is_some(),
        "instanceId": of.host.map(|host| &host.id),
        "instanceOwnerId": owner,
    })
}

#[must_use]
pub fn attachment_id(interface: &str) -> String {
    derived("eni-attach", interface)
}
