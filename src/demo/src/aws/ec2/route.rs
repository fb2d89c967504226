//! Ways in and out: route tables, internet and NAT gateways, Elastic IP addresses.
use serde_json::{Value, json};

use super::{
    super::{call::Call, fail::Fail, filter, service::Reply, wire::time},
    interface,
    listing::{self, Ids, Listing, PAGE, list},
    part::tag_set,
};
use crate::world::{
    Region,
    network::{Address, Nat, Route, RouteTable, Target},
};

const TABLE: Ids = Ids {
    param: "RouteTableId",
    path: "routeTableId",
    prefix: "rtb-",
    not_found: ("InvalidRouteTableID.NotFound", "The routeTable ID '{}' does not exist"),
    malformed: "InvalidRouteTableId.Malformed",
};

pub fn tables(call: &Call<'_>) -> Result<Reply, Fail> {
    let rows =
        call.look(|world, region| region.tables.iter().map(|table| table_row(table, &world.account)).collect())?;
    let filters = &[
        ("association.main", "associationSet.main"),
        ("association.route-table-association-id", "associationSet.routeTableAssociationId"),
        ("association.route-table-id", "associationSet.routeTableId"),
        ("association.subnet-id", "associationSet.subnetId"),
        ("owner-id", "ownerId"),
        ("route-table-id", "routeTableId"),
        ("route.destination-cidr-block", "routeSet.destinationCidrBlock"),
        ("route.destination-prefix-list-id", "routeSet.destinationPrefixListId"),
        ("route.gateway-id", "routeSet.gatewayId"),
        ("route.nat-gateway-id", "routeSet.natGatewayId"),
        ("route.origin", "routeSet.origin"),
        ("route.state", "routeSet.state"),
        ("route.transit-gateway-id", "routeSet.transitGatewayId"),
        ("tag", ""),
        ("tag-key", "tagSet.key"),
        ("vpc-id", "vpcId"),
    ];
    list(call, &Listing { set: "routeTableSet", ids: Some(TABLE), filters, page: (5, 100) }, rows)
}

fn table_row(table: &RouteTable, account: &str) -> Value {
    let association = |(id, subnet): &(String, Option<String>)| {
        json!({
            "routeTableAssociationId": id,
            "routeTableId": table.id,
            "subnetId": subnet,
            "main": subnet.is_none(),
            "associationState": { "state": "associated" },
        })
    };
    json!({
        "routeTableId": table.id,
        "vpcId": table.vpc,
        "ownerId": account,
        "routeSet": table.routes.iter().map(route).collect::<Value>(),
        "associationSet": table.associations.iter().map(association).collect::<Value>(),
        "propagatingVgwSet": [],
        "tagSet": tag_set(&table.tags),
    })
}

fn route(route: &Route) -> Value {
    let destination =
        if route.destination.starts_with("pl-") { "destinationPrefixListId" } else { "destinationCidrBlock" };
    let (field, target) = match &route.target {
        Target::Local => ("gatewayId", "local"),
        Target::Internet(id) | Target::Endpoint(id) => ("gatewayId", id.as_str()),
        Target::Nat(id) => ("natGatewayId", id.as_str()),
        Target::Transit(id) => ("transitGatewayId", id.as_str()),
        Target::Peering(id) => ("vpcPeeringConnectionId", id.as_str()),
    };
    json!({
        destination: route.destination,
        field: target,
        "state": if route.blackhole { "blackhole" } else { "active" },
        "origin": if route.target == Target::Local { "CreateRouteTable" } else { "CreateRoute" },
    })
}

const INTERNET: Ids = Ids {
    param: "InternetGatewayId",
    path: "internetGatewayId",
    prefix: "igw-",
    not_found: ("InvalidInternetGatewayID.NotFound", "The internetGateway ID '{}' does not exist"),
    malformed: "InvalidInternetGatewayId.Malformed",
};

pub fn internet_gateways(call: &Call<'_>) -> Result<Reply, Fail> {
    let rows = call.look(|world, region| {
        let row = |gateway: &crate::world::network::InternetGateway| {
            json!({
                "internetGatewayId": gateway.id,
                "ownerId": world.account,
                // gateways have a word of their own for being attached, which the model does not know
                "attachmentSet": [{ "vpcId": gateway.vpc, "state": "available" }],
                "tagSet": tag_set(&gateway.tags),
            })
        };
        region.internet_gateways.iter().map(row).collect()
    })?;
    let filters = &[
        ("attachment.state", "attachmentSet.state"),
        ("attachment.vpc-id", "attachmentSet.vpcId"),
        ("internet-gateway-id", "internetGatewayId"),
        ("owner-id", "ownerId"),
        ("tag", ""),
        ("tag-key", "tagSet.key"),
    ];
    list(call, &Listing { set: "internetGatewaySet", ids: Some(INTERNET), filters, page: PAGE }, rows)
}

const NAT: Ids = Ids {
    param: "NatGatewayId",
    path: "natGatewayId",
    prefix: "nat-",
    not_found: ("NatGatewayNotFound", "The Nat Gateway {} was not found"),
    malformed: "NatGatewayMalformed",
};

pub fn nat_gateways(call: &Call<'_>) -> Result<Reply, Fail> {
    let rows = call.look(|_, region| region.nats.iter().map(|nat| nat_row(region, nat)).collect())?;
    let filters = &[
        ("nat-gateway-id", "natGatewayId"),
        ("state", "state"),
        ("subnet-id", "subnetId"),
        ("tag", ""),
        ("tag-key", "tagSet.key"),
        ("vpc-id", "vpcId"),
    ];
    list(call, &Listing { set: "natGatewaySet", ids: Some(NAT), filters, page: PAGE }, rows)
}

fn nat_row(region: &Region, nat: &Nat) -> Value {
    let address = region.addresses.iter().find(|address| address.allocation == nat.allocation);
    let failed = nat.state == "failed";
    json!({
        "natGatewayId": nat.id,
        "vpcId": nat.vpc,
        "subnetId": nat.subnet,
        "state": nat.state,
        "createTime": time(nat.created),
        "connectivityType": "public",
        "availabilityMode": "zonal",
        "failureCode": failed.then_some("InternalError"),
        "failureMessage": failed.then_some("Network interface eni was not available"),
        "natGatewayAddressSet": [{
            "allocationId": nat.allocation,
            "associationId": address.map(|address| &address.association),
            "networkInterfaceId": nat.interface,
            "privateIp": nat.private_ip.to_string(),
            "publicIp": nat.public_ip.to_string(),
            "isPrimary": true,
            "status": "succeeded",
        }],
        "tagSet": tag_set(&nat.tags),
    })
}

const ALLOCATION: Ids = Ids {
    param: "AllocationId",
    path: "allocationId",
    prefix: "eipalloc-",
    not_found: ("InvalidAllocationID.NotFound", "The allocation ID '{}' does not exist"),
    malformed: "InvalidAllocationID.Malformed",
};

const PUBLIC_IP: Ids = Ids {
    param: "PublicIp",
    path: "publicIp",
    prefix: "",
    not_found: ("InvalidAddress.NotFound", "Address '{}' not found."),
    malformed: "InvalidParameterValue",
};

/// Addresses are not told in pages.
pub fn addresses(call: &Call<'_>) -> Result<Reply, Fail> {
    let mut rows: Vec<Value> = call.look(|world, region| {
        region.addresses.iter().map(|address| address_row(region, address, &world.account)).collect()
    })?;
    for ids in [&ALLOCATION, &PUBLIC_IP] {
        let wished = call.texts(ids.param);
        listing::check(&wished, ids, |id| rows.iter().any(|row| listing::at(row, ids.path) == Some(id)))?;
        rows.retain(|row| wished.is_empty() || wished.iter().any(|wish| listing::at(row, ids.path) == Some(wish)));
    }
    listing::dry_run(call)?;
    let filters = &[
        ("allocation-id", "allocationId"),
        ("association-id", "associationId"),
        ("domain", "domain"),
        ("instance-id", "instanceId"),
        ("network-border-group", "networkBorderGroup"),
        ("network-interface-id", "networkInterfaceId"),
        ("network-interface-owner-id", "networkInterfaceOwnerId"),
        ("private-ip-address", "privateIpAddress"),
        ("public-ip", "publicIp"),
        ("tag", ""),
        ("tag-key", "tagSet.key"),
    ];
    Ok(json!({ "addressesSet": filter::keep(call, rows, filters)? }).into())
}

fn address_row(region: &Region, address: &Address, account: &str) -> Value {
    let managed = interface::owner(region, address) == interface::Owner::Balancer;
    json!({
        "publicIp": address.public_ip.to_string(),
        "allocationId": address.allocation,
        "associationId": address.association,
        "domain": "vpc",
        "networkInterfaceId": address.interface,
        "networkInterfaceOwnerId": if managed { "amazon-elb" } else { account },
        "privateIpAddress": address.private_ip.to_string(),
        "publicIpv4Pool": "amazon",
        "networkBorderGroup": region.name,
        "tagSet": tag_set(&address.tags),
    })
}
