//! VPCs, subnets, gateways and addresses.
use std::net::Ipv4Addr;

use super::{Change, Shown, block, in_use, set, tags, upsert};
use crate::{
    terraform::value::{Fields, Told, Value},
    world::{
        Region, World,
        host::State,
        network::{Address, InternetGateway, Nat, Part, Route, RouteTable, SecurityGroup, Subnet, Target, Vpc},
        tag::{Tags, VPC},
    },
};

/// Which of the three it is, by its tag; one that says nothing is an App VPC.
fn part(tags: &Tags) -> Part {
    Part::ALL.into_iter().find(|part| tags.value(VPC) == Some(part.name())).unwrap_or(Part::App)
}

pub fn vpc(world: &mut World, at: usize, change: &Change<'_>, state: &mut Fields) -> Result<Shown, String> {
    let (tags, id, network) = (tags(state), state.text("id").to_owned(), block(state.text("cidr_block"))?);
    let account = world.account.clone();
    let region = &mut world.regions[at];
    let (table, group) =
        (state.text("default_route_table_id").to_owned(), state.text("default_security_group_id").to_owned());
    if change.old.is_none() {
        set(state, "main_route_table_id", table.clone());
        set(state, "owner_id", account);
        region.tables.push(RouteTable {
            id: table,
            vpc: id.clone(),
            main: true,
            associations: vec![(id.replace("vpc-", "rtbassoc-"), None)],
            routes: vec![Route { destination: network.to_string(), target: Target::Local, blackhole: false }],
            tags: Tags::default(),
        });
        region.groups.push(SecurityGroup {
            id: group,
            vpc: id.clone(),
            name: "default".to_owned(),
            description: "default VPC security group".to_owned(),
            ingress: vec![],
            egress: vec![],
            tags: Tags::default(),
        });
    }
    let old = region.vpcs.iter().find(|vpc| vpc.id == id);
    let (dhcp_options, flow_log) = old.map_or_else(
        || (state.text("dhcp_options_id").to_owned(), String::new()),
        |vpc| (vpc.dhcp_options.clone(), vpc.flow_log.clone()),
    );
    let new = Vpc { id: id.clone(), part: part(&tags), block: network, dhcp_options, flow_log, tags };
    upsert(&mut region.vpcs, |vpc| vpc.id == id, new);
    Ok(Shown::Yes)
}

pub fn remove_vpc(region: &mut Region, id: &str) -> Result<(), String> {
    let held = region.subnets.iter().any(|one| one.vpc == id)
        || region.internet_gateways.iter().any(|one| one.vpc == id)
        || region.groups.iter().any(|one| one.vpc == id && one.name != "default")
        || region.tables.iter().any(|one| one.vpc == id && !one.main);
    if held {
        return Err(in_use("vpc", id));
    }
    region.vpcs.retain(|one| one.id != id);
    region.tables.retain(|one| one.vpc != id);
    region.groups.retain(|one| one.vpc != id);
    Ok(())
}

pub fn subnet(region: &mut Region, change: &Change<'_>, state: &mut Fields) -> Result<Shown, String> {
    let (id, vpc, network) =
        (state.text("id").to_owned(), state.text("vpc_id").to_owned(), block(state.text("cidr_block"))?);
    let within = region.vpcs.iter().find(|one| one.id == vpc);
    let within = within.ok_or_else(|| format!("api error InvalidVpcID.NotFound: The vpc ID '{vpc}' does not exist"))?;
    let last = |block: crate::world::network::Block| block.at(block.size() - 1);
    if network.base < within.block.base || last(network) > last(within.block) {
        return Err(format!("api error InvalidSubnet.Range: The CIDR '{network}' is invalid."));
    }
    let crossing = region.subnets.iter().any(|one| {
        one.id != id && one.vpc == vpc && one.block.base <= last(network) && network.base <= last(one.block)
    });
    if crossing && change.old.is_none() {
        return Err(format!("api error InvalidSubnet.Conflict: The CIDR '{network}' conflicts with another subnet"));
    }
    let name = state.text("availability_zone").to_owned();
    let zone = region.zones.iter().position(|zone| zone.name == name);
    let zone = zone.ok_or_else(|| {
        let names: Vec<&str> = region.zones.iter().map(|zone| zone.name.as_str()).collect();
        format!(
            "api error InvalidParameterValue: Value ({name}) for parameter availabilityZone is invalid. Subnets can currently only be created \
             in the following availability zones: {}.",
            names.join(", ")
        )
    })?;
    set(state, "availability_zone_id", region.zones[zone].id.clone());
    let public = *state.value("map_public_ip_on_launch") == Value::Bool(true)
        || tags(state).value("quarterdeck:tier") == Some("public");
    let new = Subnet { id: id.clone(), vpc, zone, block: network, public, used: 0, tags: tags(state) };
    upsert(&mut region.subnets, |one| one.id == id, new);
    Ok(Shown::Yes)
}

pub fn remove_subnet(region: &mut Region, id: &str) -> Result<(), String> {
    let living = |state: State| !matches!(state, State::ShuttingDown | State::Terminated);
    let held = region.instances.iter().any(|one| one.subnet == id && living(one.state))
        || region.nats.iter().any(|one| one.subnet == id)
        || region.endpoints.iter().any(|one| one.subnets.iter().any(|own| own == id))
        || region.balancers.iter().any(|one| one.places.iter().any(|(_, own, _)| own == id));
    if held {
        return Err(in_use("subnet", id));
    }
    region.subnets.retain(|one| one.id != id);
    for table in &mut region.tables {
        table.associations.retain(|(_, own)| own.as_deref() != Some(id));
    }
    Ok(())
}

pub fn internet_gateway(region: &mut Region, state: &mut Fields) -> Result<Shown, String> {
    let (id, vpc) = (state.text("id").to_owned(), state.text("vpc_id").to_owned());
    if region.internet_gateways.iter().any(|one| one.id != id && one.vpc == vpc && !vpc.is_empty()) {
        return Err(format!(
            "api error Resource.AlreadyAssociated: resource {vpc} is already associated with an internet gateway"
        ));
    }
    let new = InternetGateway { id: id.clone(), vpc, tags: tags(state) };
    upsert(&mut region.internet_gateways, |one| one.id == id, new);
    Ok(Shown::Yes)
}

/// From the ranges for documentation, so that nobody's address is shown; the world's own are in the two others.
const PUBLIC: [u8; 3] = [192, 0, 2];

fn free(world: &World) -> Result<Ipv4Addr, String> {
    let taken = |address: &Ipv4Addr| {
        world.regions.iter().flat_map(|region| &region.addresses).any(|one| one.public_ip == *address)
    };
    let [a, b, c] = PUBLIC;
    (1..255)
        .map(|last| Ipv4Addr::new(a, b, c, last))
        .find(|address| !taken(address))
        .ok_or_else(|| "api error AddressLimitExceeded: The maximum number of addresses has been reached.".to_owned())
}

pub fn address(world: &mut World, at: usize, state: &mut Fields) -> Result<Shown, String> {
    let id = state.text("id").to_owned();
    let old = world.regions[at].addresses.iter().find(|one| one.allocation == id).cloned();
    let new = match old {
        Some(old) => Address { tags: tags(state), ..old },
        None => Address {
            allocation: id.clone(),
            association: String::new(),
            public_ip: free(world)?,
            private_ip: Ipv4Addr::UNSPECIFIED,
            interface: String::new(),
            tags: tags(state),
        },
    };
    set(state, "public_ip", new.public_ip.to_string());
    set(state, "public_dns", format!("ec2-{}.compute-1.amazonaws.com", new.public_ip.to_string().replace('.', "-")));
    // as long as nothing has it
    for name in ["private_ip", "private_dns", "association_id", "instance", "network_interface"] {
        set(state, name, "");
    }
    upsert(&mut world.regions[at].addresses, |one| one.allocation == id, new);
    Ok(Shown::Yes)
}

pub fn release(region: &mut Region, id: &str) -> Result<(), String> {
    if region.nats.iter().any(|nat| nat.allocation == id) {
        return Err(format!("api error InvalidIPAddress.InUse: The address with allocation id [{id}] is in use."));
    }
    region.addresses.retain(|one| one.allocation != id);
    Ok(())
}

pub fn nat(world: &mut World, at: usize, state: &mut Fields) -> Result<Shown, String> {
    let now = world.now;
    let region = &mut world.regions[at];
    let (id, allocation) = (state.text("id").to_owned(), state.text("allocation_id").to_owned());
    let place = state.text("subnet_id").to_owned();
    let subnet = region.subnets.iter().find(|one| one.id == place);
    let subnet =
        subnet.ok_or_else(|| format!("api error InvalidSubnet: The subnet ID '{place}' does not exist"))?.clone();
    let taken = |address: Ipv4Addr| region.nats.iter().any(|nat| nat.private_ip == address && nat.id != id);
    let private_ip = (10..200).map(|n| subnet.block.at(n)).find(|one| !taken(*one)).unwrap_or(subnet.block.at(10));
    let interface = state.text("network_interface_id").to_owned();
    let address = region.addresses.iter_mut().find(|one| one.allocation == allocation);
    let public_ip = address.map_or(Ipv4Addr::UNSPECIFIED, |address| {
        address.association = format!("eipassoc-{}", allocation.trim_start_matches("eipalloc-"));
        (address.private_ip, address.interface) = (private_ip, interface.clone());
        address.public_ip
    });
    set(state, "public_ip", public_ip.to_string());
    set(state, "private_ip", private_ip.to_string());
    set(state, "vpc_id", subnet.vpc.clone());
    let created = region.nats.iter().find(|one| one.id == id).map_or(now, |old| old.created);
    let (zone, vpc, tags) = (subnet.zone, subnet.vpc, tags(state));
    let new = Nat {
        id: id.clone(),
        vpc,
        subnet: place,
        zone,
        allocation,
        interface,
        private_ip,
        public_ip,
        state: "available",
        created,
        tags,
    };
    upsert(&mut region.nats, |one| one.id == id, new);
    Ok(Shown::Yes)
}

pub fn remove_nat(region: &mut Region, id: &str) {
    let allocation = region.nats.iter().find(|nat| nat.id == id).map(|nat| nat.allocation.clone());
    region.nats.retain(|nat| nat.id != id);
    for address in region.addresses.iter_mut().filter(|one| Some(&one.allocation) == allocation.as_ref()) {
        address.association.clear();
        address.interface.clear();
        address.private_ip = Ipv4Addr::UNSPECIFIED;
    }
    for route in region.tables.iter_mut().flat_map(|table| &mut table.routes) {
        route.blackhole |= route.target == Target::Nat(id.to_owned());
    }
}

pub fn flow_log(region: &mut Region, state: &Fields) -> Shown {
    match region.vpcs.iter_mut().find(|vpc| vpc.id == state.text("vpc_id")) {
        Some(vpc) => {
            state.text("id").clone_into(&mut vpc.flow_log);
            Shown::Yes
        }
        None => Shown::No,
    }
}

pub fn dhcp(region: &mut Region, state: &Fields) -> Shown {
    if let Some(vpc) = region.vpcs.iter_mut().find(|vpc| vpc.id == state.text("vpc_id")) {
        state.text("dhcp_options_id").clone_into(&mut vpc.dhcp_options);
    }
    Shown::No
}
