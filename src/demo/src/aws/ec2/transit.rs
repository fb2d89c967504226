//! Between VPCs and to AWS itself: the Transit Gateway, and the endpoints of services.
use serde_json::{Value, json};

use super::{
    super::{call::Call, fail::Fail, service::Reply, wire::time},
    interface::interface_of,
    listing::{Ids, Listing, PAGE, list},
    part::{arn, derived, group_set, tag_set},
};
use crate::world::{
    Region,
    network::{Attachment, VpcEndpoint},
};

const GATEWAY: Ids = Ids {
    param: "TransitGatewayIds",
    path: "transitGatewayId",
    prefix: "tgw-",
    not_found: ("InvalidTransitGatewayID.NotFound", "Transit Gateway {} was deleted or does not exist."),
    malformed: "InvalidTransitGatewayID.Malformed",
};

fn route_table(region: &Region) -> String {
    derived("tgw-rtb", &region.transit.id)
}

pub fn gateways(call: &Call<'_>) -> Result<Reply, Fail> {
    let rows = call.look(|world, region| {
        let transit = Some(&region.transit).filter(|transit| transit.is_there());
        let told = transit.map(|transit| {
            json!({
                "transitGatewayId": transit.id,
                "transitGatewayArn": arn(region, &world.account, &format!("transit-gateway/{}", transit.id)),
                "state": "available",
                "ownerId": world.account,
                "description": format!("{} hub", world.estate),
                "creationTime": time(transit.created),
                "options": {
                    "amazonSideAsn": transit.asn,
                    "autoAcceptSharedAttachments": "disable",
                    "defaultRouteTableAssociation": "enable",
                    "associationDefaultRouteTableId": route_table(region),
                    "defaultRouteTablePropagation": "enable",
                    "propagationDefaultRouteTableId": route_table(region),
                    "vpnEcmpSupport": "enable",
                    "dnsSupport": "enable",
                    "securityGroupReferencingSupport": "disable",
                    "multicastSupport": "disable",
                },
                "tagSet": tag_set(&transit.tags),
            })
        });
        told.into_iter().collect()
    })?;
    let filters = &[
        ("options.amazon-side-asn", "options.amazonSideAsn"),
        ("options.association-default-route-table-id", "options.associationDefaultRouteTableId"),
        ("owner-id", "ownerId"),
        ("state", "state"),
        ("tag", ""),
        ("tag-key", "tagSet.key"),
        ("transit-gateway-id", "transitGatewayId"),
    ];
    list(call, &Listing { set: "transitGatewaySet", ids: Some(GATEWAY), filters, page: PAGE }, rows)
}

const ATTACHMENT: Ids = Ids {
    param: "TransitGatewayAttachmentIds",
    path: "transitGatewayAttachmentId",
    prefix: "tgw-attach-",
    not_found: (
        "InvalidTransitGatewayAttachmentID.NotFound",
        "Transit Gateway Attachment {} was deleted or does not exist.",
    ),
    malformed: "InvalidTransitGatewayAttachmentID.Malformed",
};

pub fn attachments(call: &Call<'_>) -> Result<Reply, Fail> {
    let rows = call.look(|world, region| {
        let row = |attachment: &Attachment| {
            json!({
                "transitGatewayAttachmentId": attachment.id,
                "transitGatewayId": region.transit.id,
                "transitGatewayOwnerId": world.account,
                "resourceOwnerId": world.account,
                "resourceType": "vpc",
                "resourceId": attachment.vpc,
                "state": attachment.state,
                "association": { "transitGatewayRouteTableId": route_table(region), "state": "associated" },
                "creationTime": time(attachment.created),
                "tagSet": tag_set(&attachment.tags),
            })
        };
        region.transit.attachments.iter().map(row).collect()
    })?;
    let filters = &[
        ("association.state", "association.state"),
        ("association.transit-gateway-route-table-id", "association.transitGatewayRouteTableId"),
        ("resource-id", "resourceId"),
        ("resource-owner-id", "resourceOwnerId"),
        ("resource-type", "resourceType"),
        ("state", "state"),
        ("tag", ""),
        ("tag-key", "tagSet.key"),
        ("transit-gateway-attachment-id", "transitGatewayAttachmentId"),
        ("transit-gateway-id", "transitGatewayId"),
        ("transit-gateway-owner-id", "transitGatewayOwnerId"),
    ];
    list(call, &Listing { set: "transitGatewayAttachments", ids: Some(ATTACHMENT), filters, page: PAGE }, rows)
}

pub fn vpc_attachments(call: &Call<'_>) -> Result<Reply, Fail> {
    let rows = call.look(|world, region| {
        let row = |attachment: &Attachment| {
            json!({
                "transitGatewayAttachmentId": attachment.id,
                "transitGatewayId": region.transit.id,
                "vpcId": attachment.vpc,
                "vpcOwnerId": world.account,
                "state": attachment.state,
                "subnetIds": attachment.subnets,
                "creationTime": time(attachment.created),
                "options": {
                    "dnsSupport": "enable",
                    "securityGroupReferencingSupport": "enable",
                    "ipv6Support": "disable",
                    "applianceModeSupport": "disable",
                },
                "tagSet": tag_set(&attachment.tags),
            })
        };
        region.transit.attachments.iter().map(row).collect()
    })?;
    let filters = &[
        ("state", "state"),
        ("tag", ""),
        ("tag-key", "tagSet.key"),
        ("transit-gateway-attachment-id", "transitGatewayAttachmentId"),
        ("transit-gateway-id", "transitGatewayId"),
        ("vpc-id", "vpcId"),
    ];
    list(call, &Listing { set: "transitGatewayVpcAttachments", ids: Some(ATTACHMENT), filters, page: PAGE }, rows)
}

const ENDPOINT: Ids = Ids {
    param: "VpcEndpointId",
    path: "vpcEndpointId",
    prefix: "vpce-",
    not_found: ("InvalidVpcEndpointId.NotFound", "The Vpc Endpoint Id '{}' does not exist"),
    malformed: "InvalidVpcEndpointId.Malformed",
};

pub fn endpoints(call: &Call<'_>) -> Result<Reply, Fail> {
    let rows =
        call.look(|world, region| region.endpoints.iter().map(|one| endpoint(region, one, &world.account)).collect())?;
    let filters = &[
        ("ip-address-type", "ipAddressType"),
        ("service-name", "serviceName"),
        ("service-region", "serviceRegion"),
        ("tag", ""),
        ("tag-key", "tagSet.key"),
        ("vpc-endpoint-id", "vpcEndpointId"),
        ("vpc-endpoint-state", "state"),
        ("vpc-endpoint-type", "vpcEndpointType"),
        ("vpc-id", "vpcId"),
    ];
    list(call, &Listing { set: "vpcEndpointSet", ids: Some(ENDPOINT), filters, page: (1, 1000) }, rows)
}

/// Whoever may reach an endpoint may use all of the service; what they may do there is for their own policies to say.
const POLICY: &str = r#"{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}]}"#;

fn endpoint(region: &Region, endpoint: &VpcEndpoint, account: &str) -> Value {
    let interface = endpoint.kind == "Interface";
    let short = endpoint.service.splitn(4, '.').nth(3).unwrap_or_default();
    let name = format!("{}-{}", endpoint.id, &derived("", &endpoint.id)[2..10]);
    let zone = || derived("Z", &endpoint.service)[2..].to_uppercase();
    let dns = [
        format!("{name}.{short}.{}.vpce.amazonaws.com", region.name),
        format!("{}.{}.amazonaws.com", short.split('.').rev().collect::<Vec<_>>().join("."), region.name),
    ];
    let entry = |name: &String| json!({ "dnsName": name, "hostedZoneId": format!("Z{}", zone()) });
    json!({
        "vpcEndpointId": endpoint.id,
        "vpcEndpointType": endpoint.kind,
        "vpcId": endpoint.vpc,
        "serviceName": endpoint.service,
        "serviceRegion": region.name,
        // in small letters on the wire, whatever the model says
        "state": "available",
        "policyDocument": POLICY,
        "routeTableIdSet": endpoint.tables,
        "subnetIdSet": endpoint.subnets,
        "groupSet": group_set(region, &endpoint.groups),
        "ipAddressType": interface.then_some("ipv4"),
        "dnsOptions": interface.then(|| json!({ "dnsRecordIpType": "ipv4" })),
        "privateDnsEnabled": interface,
        "requesterManaged": false,
        "networkInterfaceIdSet": endpoint.subnets.iter().map(|subnet| interface_of(&endpoint.id, subnet)).collect::<Vec<_>>(),
        "dnsEntrySet": if interface { dns.iter().map(entry).collect() } else { json!([]) },
        "creationTimestamp": time(endpoint.created),
        "ownerId": account,
        "tagSet": tag_set(&endpoint.tags),
    })
}
