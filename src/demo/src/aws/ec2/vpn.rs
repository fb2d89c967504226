//! The Client VPN endpoint: where clients come in, and who is there.
use std::sync::OnceLock;

use serde_json::{Value, json};

use super::{
    super::{
        call::Call,
        fail::{self, Fail},
        service::Reply,
    },
    listing::{self, Ids, Listing, dry_run, list},
    part::tag_set,
};
use crate::{
    clock::{self, HOUR},
    world::{
        World,
        network::{ClientVpn, VpnConnection},
    },
};

const ENDPOINT: Ids = Ids {
    param: "ClientVpnEndpointId",
    path: "clientVpnEndpointId",
    prefix: "cvpn-endpoint-",
    not_found: ("InvalidClientVpnEndpointId.NotFound", "Endpoint {} does not exist"),
    malformed: "InvalidClientVpnEndpointId.Malformed",
};

const PAGE: (i64, i64) = (5, 1000);

/// `2026-11-24 21:00:00`, the VPN's own way to write a moment.
fn moment(ms: i64) -> String {
    clock::seconds(ms).replace('T', " ").replace('Z', "")
}

pub fn endpoints(call: &Call<'_>) -> Result<Reply, Fail> {
    let rows = call.look(|world, region| {
        Some(&region.vpn)
            .filter(|vpn| vpn.is_there())
            .map(|vpn| endpoint(world, &region.name, vpn))
            .into_iter()
            .collect()
    })?;
    let filters = &[
        ("endpoint-id", "clientVpnEndpointId"),
        ("transport-protocol", "transportProtocol"),
        ("tag", ""),
        ("tag-key", "tagSet.key"),
    ];
    list(call, &Listing { set: "clientVpnEndpoint", ids: Some(ENDPOINT), filters, page: PAGE }, rows)
}

fn endpoint(world: &World, region: &str, vpn: &ClientVpn) -> Value {
    json!({
        "clientVpnEndpointId": vpn.id,
        "description": format!("{} on-call", world.estate),
        "status": { "code": "available" },
        "creationTime": clock::seconds(vpn.created).trim_end_matches('Z'),
        "dnsName": format!("*.{}.prod.clientvpn.{region}.amazonaws.com", vpn.id),
        "clientCidrBlock": vpn.block.to_string(),
        "dnsServer": [],
        "splitTunnel": true,
        "vpnProtocol": "openvpn",
        "transportProtocol": "udp",
        "vpnPort": 443,
        "associatedTargetNetwork": vpn.associations.iter()
            .map(|(_, subnet)| json!({ "networkId": subnet, "networkType": "vpc" }))
            .collect::<Value>(),
        "serverCertificateArn": vpn.certificate,
        "authenticationOptions": [{
            "type": "certificate-authentication",
            "mutualAuthentication": { "clientRootCertificateChain": vpn.certificate },
        }],
        // these fields alone are written large
        "connectionLogOptions": {
            "Enabled": true,
            "CloudwatchLogGroup": vpn.log_group,
            "CloudwatchLogStream": format!("{}-{region}", vpn.id),
        },
        "tagSet": tag_set(&vpn.tags),
        "securityGroupIdSet": vpn.groups,
        "vpcId": vpn.vpc,
        "clientConnectOptions": { "enabled": false, "status": { "code": "applied" } },
        "sessionTimeoutHours": 12,
        "clientLoginBannerOptions": { "enabled": false },
        "clientRouteEnforcementOptions": { "enforced": false },
        "disconnectOnSessionTimeout": true,
        "endpointIpAddressType": "ipv4",
        "trafficIpAddressType": "ipv4",
    })
}

/// The endpoint that is asked for by its id must be that of the region.
fn asked(call: &Call<'_>) -> Result<String, Fail> {
    let id = call.text(ENDPOINT.param).ok_or_else(|| fail::missing(call, "clientVpnEndpointId"))?.to_owned();
    let known = call.look(|_, region| region.vpn.id == id)?;
    listing::check(std::slice::from_ref(&id), &ENDPOINT, |_| known)?;
    Ok(id)
}

const ASSOCIATION: Ids = Ids {
    param: "AssociationIds",
    path: "associationId",
    prefix: "cvpn-assoc-",
    not_found: ("InvalidClientVpnAssociationId.NotFound", "Association {} does not exist"),
    malformed: "InvalidClientVpnAssociationId.Malformed",
};

pub fn networks(call: &Call<'_>) -> Result<Reply, Fail> {
    let endpoint = asked(call)?;
    let rows = call.look(|_, region| {
        let row = |(id, subnet): &(String, String)| {
            json!({
                "associationId": id,
                "vpcId": region.vpn.vpc,
                "targetNetworkId": subnet,
                "clientVpnEndpointId": endpoint,
                "status": { "code": "associated" },
                "securityGroups": region.vpn.groups,
            })
        };
        region.vpn.associations.iter().map(row).collect()
    })?;
    let filters = &[("association-id", "associationId"), ("target-network-id", "targetNetworkId"), ("vpc-id", "vpcId")];
    list(call, &Listing { set: "clientVpnTargetNetworks", ids: Some(ASSOCIATION), filters, page: PAGE }, rows)
}

pub fn authorizations(call: &Call<'_>) -> Result<Reply, Fail> {
    let endpoint = asked(call)?;
    let rows = call.look(|_, region| {
        let row = |(destination, group): &(String, String)| {
            json!({
                "clientVpnEndpointId": endpoint,
                "description": "",
                "groupId": group,
                "accessAll": group.is_empty(),
                "destinationCidr": destination,
                "status": { "code": "active" },
            })
        };
        region.vpn.authorizations.iter().map(row).collect()
    })?;
    let filters = &[("destination-cidr", "destinationCidr"), ("group-id", "groupId")];
    list(call, &Listing { set: "authorizationRule", ids: None, filters, page: PAGE }, rows)
}

/// Each associated subnet leads to its VPC, and to all that clients are let go to.
pub fn routes(call: &Call<'_>) -> Result<Reply, Fail> {
    let endpoint = &asked(call)?;
    let rows = call.look(|_, region| {
        let own = region.vpcs.iter().find(|vpc| vpc.id == region.vpn.vpc).map(|vpc| vpc.block.to_string());
        let own = own.map(|block| (block, "associate", "Default Route"));
        let added = region.vpn.authorizations.iter().map(|(to, _)| (to.clone(), "add-route", ""));
        let all: &Vec<_> = &own.into_iter().chain(added).collect();
        let each = region.vpn.associations.iter().flat_map(|(_, subnet)| {
            all.iter().map(move |(destination, origin, text)| {
                json!({
                    "clientVpnEndpointId": endpoint,
                    "destinationCidr": destination,
                    "targetSubnet": subnet,
                    "type": "Nat",
                    "origin": origin,
                    "status": { "code": "active" },
                    "description": text,
                })
            })
        });
        each.collect()
    })?;
    let filters = &[("destination-cidr", "destinationCidr"), ("origin", "origin"), ("target-subnet", "targetSubnet")];
    list(call, &Listing { set: "routes", ids: None, filters, page: PAGE }, rows)
}

/// A connection that has ended is told for an hour more.
pub fn connections(call: &Call<'_>) -> Result<Reply, Fail> {
    let endpoint = asked(call)?;
    let rows = call.look(|world, region| {
        let told = region.vpn.connections.iter().filter(|one| one.ended.is_none_or(|ended| world.now - ended < HOUR));
        told.map(|one| connection(&endpoint, one, world.now)).collect()
    })?;
    let filters = &[("connection-id", "connectionId"), ("username", "username")];
    list(call, &Listing { set: "connections", ids: None, filters, page: PAGE }, rows)
}

fn connection(endpoint: &str, of: &VpnConnection, now: i64) -> Value {
    let code = if of.ended.is_some() { "terminated" } else { "active" };
    json!({
        "clientVpnEndpointId": endpoint,
        "timestamp": moment(now),
        "connectionId": of.id,
        "username": "N/A",
        "connectionEstablishedTime": moment(of.since),
        "ingressBytes": of.bytes_in.to_string(),
        "egressBytes": of.bytes_out.to_string(),
        // of the size that packets of a shell and of small answers have
        "ingressPackets": (of.bytes_in / 140).to_string(),
        "egressPackets": (of.bytes_out / 620).to_string(),
        "clientIp": of.address.to_string(),
        "commonName": of.name,
        "status": { "code": code },
        "connectionEndTime": of.ended.map_or_else(|| "-".to_owned(), moment),
    })
}

pub fn terminate(call: &Call<'_>) -> Result<Reply, Fail> {
    let endpoint = asked(call)?;
    dry_run(call)?;
    let (wanted, user) = (call.text("ConnectionId"), call.text("Username"));
    if wanted.is_none() && user.is_none() {
        return Err(Fail::bad("MissingParameter", "Either a connection id or a username is needed"));
    }
    let name = call.region;
    let statuses: Vec<Value> = call.change(|world| {
        let now = world.now;
        let Some(region) = world.region_mut(name) else { return vec![] };
        let meant = region.vpn.connections.iter_mut().filter(|one| one.ended.is_none());
        let meant =
            meant.filter(|one| wanted.is_none_or(|id| one.id == id) && user.is_none_or(|user| one.name == user));
        meant
            .map(|one| {
                one.ended = Some(now);
                json!({
                    "connectionId": one.id,
                    "previousStatus": { "code": "active" },
                    "currentStatus": { "code": "terminating" },
                })
            })
            .collect()
    });
    if let Some(id) = wanted.filter(|_| statuses.is_empty()) {
        return Err(Fail::bad(
            "InvalidClientVpnConnection.IdNotFound",
            format!("The connection ID {id} does not exist"),
        ));
    }
    Ok(json!({ "clientVpnEndpointId": endpoint, "username": user, "connectionStatuses": statuses }).into())
}

pub fn configuration(call: &Call<'_>) -> Result<Reply, Fail> {
    let endpoint = asked(call)?;
    dry_run(call)?;
    let host = format!("{endpoint}.prod.clientvpn.{}.amazonaws.com", call.region);
    let text = format!(
        "client\ndev tun\nproto udp\nremote {host} 443\nremote-random-hostname\nresolv-retry infinite\nnobind\n\
         remote-cert-tls server\n\
         cipher AES-256-GCM\nverb 3\n<ca>\n{}\n</ca>\n\n\nreneg-sec 0\n\nverify-x509-name {host} name\n",
        authority().trim()
    );
    Ok(json!({ "clientConfiguration": text }).into())
}

/// The certificate that would vouch for the endpoint. Its key is thrown away: nothing listens behind the endpoint's name.
fn authority() -> &'static str {
    static MADE: OnceLock<String> = OnceLock::new();
    MADE.get_or_init(|| {
        let made = rcgen::generate_simple_self_signed(vec!["clientvpn.example.com".to_owned()]);
        made.map(|made| made.cert.pem()).unwrap_or_default()
    })
}
