//! Between VPCs and into them: the transit gateway, endpoints of services, the client VPN. Of gateway and VPN a region of the world has one.
use super::{Change, Shown, block, set, tags, upsert};
use crate::{
    terraform::value::{Fields, Told},
    world::{
        Region, World,
        network::{Attachment, Block, ClientVpn, TransitGateway, VpcEndpoint},
    },
};

pub fn endpoint(world: &mut World, at: usize, change: &Change<'_>, state: &mut Fields) -> Result<Shown, String> {
    let (now, region) = (world.now, &mut world.regions[at]);
    let (id, vpc) = (state.text("id").to_owned(), state.text("vpc_id").to_owned());
    let gateway = state.text("vpc_endpoint_type") == "Gateway" || state.value("vpc_endpoint_type").is_null();
    if !region.vpcs.iter().any(|one| one.id == vpc) {
        return Err(format!("api error InvalidVpcId.NotFound: The Vpc Id {vpc} does not exist"));
    }
    let (subnets, tables, groups) =
        ["subnet_ids", "route_table_ids", "security_group_ids"].map(|name| state.value(name).list()).into();
    let service = state.text("service_name").to_owned();
    if gateway {
        set(state, "vpc_endpoint_type", "Gateway");
    }
    set(state, "state", "available");
    let created = region.endpoints.iter().find(|one| one.id == id).map_or(now, |old| old.created);
    let kind = if gateway { "Gateway" } else { "Interface" };
    if change.old.is_none() && !gateway {
        let eni = |subnet: &String| format!("eni-0{:016x}", crate::rng::hash(0, &format!("{id}{subnet}")));
        set(state, "network_interface_ids", subnets.iter().map(eni).collect::<crate::terraform::value::Value>());
    }
    let new = VpcEndpoint { id: id.clone(), vpc, service, kind, subnets, tables, groups, created, tags: tags(state) };
    upsert(&mut region.endpoints, |one| one.id == id, new);
    Ok(Shown::Yes)
}

/// One that is there already, and is not this, keeps its place.
fn taken(region: &Region, what: &str, has: &str, id: &str) -> Option<Shown> {
    let why =
        || format!("{} has {what} {has} already, and room for one. Terraform keeps {id} all the same.", region.name);
    (!has.is_empty() && has != id).then(|| Shown::NoRoom(why()))
}

pub fn transit(world: &mut World, at: usize, state: &Fields) -> Shown {
    let (now, region) = (world.now, &mut world.regions[at]);
    let id = state.text("id").to_owned();
    if let Some(full) = taken(region, "the transit gateway", &region.transit.id, &id) {
        return full;
    }
    let asn = state.count("amazon_side_asn").unwrap_or(64512);
    let old = std::mem::replace(&mut region.transit, TransitGateway::none());
    let created = if old.is_there() { old.created } else { now };
    region.transit = TransitGateway { id, asn, created, attachments: old.attachments, tags: tags(state) };
    Shown::Yes
}

pub fn attachment(world: &mut World, at: usize, state: &Fields) -> Shown {
    let (now, region) = (world.now, &mut world.regions[at]);
    let (id, vpc) = (state.text("id").to_owned(), state.text("vpc_id").to_owned());
    if region.transit.id != state.text("transit_gateway_id") {
        return Shown::No;
    }
    let created = region.transit.attachments.iter().find(|one| one.id == id).map_or(now, |old| old.created);
    let subnets = state.value("subnet_ids").list();
    let new = Attachment { id: id.clone(), vpc, subnets, state: "available", created, tags: tags(state) };
    upsert(&mut region.transit.attachments, |one| one.id == id, new);
    Shown::Yes
}

pub fn vpn(world: &mut World, at: usize, state: &mut Fields) -> Shown {
    let (now, region) = (world.now, &mut world.regions[at]);
    let id = state.text("id").to_owned();
    if let Some(full) = taken(region, "the Client VPN endpoint", &region.vpn.id, &id) {
        return full;
    }
    let logs = state.value("connection_log_options").at(&["0", "cloudwatch_log_group"]);
    let old = std::mem::replace(&mut region.vpn, ClientVpn::none());
    let groups = state.value("security_group_ids").list();
    region.vpn = ClientVpn {
        vpc: state.text("vpc_id").to_owned(),
        groups,
        block: block(state.text("client_cidr_block")).unwrap_or(Block::new(10, 250, 0, 0, 22)),
        created: if old.is_there() { old.created } else { now },
        certificate: state.text("server_certificate_arn").to_owned(),
        log_group: logs.text().unwrap_or_default().to_owned(),
        tags: tags(state),
        id: id.clone(),
        ..old
    };
    set(state, "dns_name", format!("*.{id}.prod.clientvpn.{}.amazonaws.com", region.name));
    Shown::Yes
}

pub fn association(region: &mut Region, state: &mut Fields) -> Shown {
    let (id, subnet) = (state.text("id").to_owned(), state.text("subnet_id").to_owned());
    if region.vpn.id != state.text("client_vpn_endpoint_id") {
        return Shown::No;
    }
    if let Some(vpc) = region.subnets.iter().find(|one| one.id == subnet).map(|one| one.vpc.clone()) {
        if region.vpn.vpc.is_empty() {
            region.vpn.vpc.clone_from(&vpc);
        }
        set(state, "vpc_id", vpc);
    }
    upsert(&mut region.vpn.associations, |(own, _)| *own == id, (id.clone(), subnet));
    Shown::Yes
}

fn rule(state: &Fields) -> (String, String) {
    (state.text("target_network_cidr").to_owned(), state.text("access_group_id").to_owned())
}

pub fn authorization(region: &mut Region, state: &Fields) -> Shown {
    if region.vpn.id != state.text("client_vpn_endpoint_id") {
        return Shown::No;
    }
    let own = rule(state);
    upsert(&mut region.vpn.authorizations, |one| *one == own, own.clone());
    Shown::Yes
}

pub fn remove_authorization(region: &mut Region, state: &Fields) {
    let own = rule(state);
    region.vpn.authorizations.retain(|one| *one != own);
}
