//! Load balancers, their listeners and target groups.
use super::{Shown, set, tags, upsert};
use crate::{
    terraform::value::{Fields, Told, Value},
    world::{
        Region, World, apps,
        balancer::{Balancer, Listener, TargetGroup},
    },
};

const PROTOCOLS: [&str; 6] = ["TCP", "TLS", "UDP", "TCP_UDP", "HTTP", "HTTPS"];

fn protocol(text: &str) -> &'static str {
    PROTOCOLS.into_iter().find(|known| *known == text).unwrap_or("TCP")
}

pub fn balancer(world: &mut World, at: usize, state: &mut Fields) -> Result<Shown, String> {
    let (now, region) = (world.now, &mut world.regions[at]);
    if !matches!(state.text("load_balancer_type"), "network") {
        // the world's are of the network: an application's answers by rules that it does not have
        return Ok(Shown::No);
    }
    let (arn, name) = (state.text("arn").to_owned(), state.text("name").to_owned());
    let mapped = state.value("subnet_mapping").items().iter().map(|one| {
        let text = |name: &str| one.at(&[name]).text().unwrap_or_default().to_owned();
        (text("subnet_id"), text("allocation_id"))
    });
    let mut wished: Vec<(String, String)> = mapped.collect();
    if wished.is_empty() {
        wished = state.value("subnets").list().into_iter().map(|subnet| (subnet, String::new())).collect();
    }
    let mut places = vec![];
    let mut vpc = String::new();
    for (id, allocation) in wished {
        let subnet = region.subnets.iter().find(|one| one.id == id);
        let subnet = subnet.ok_or_else(|| format!("api error SubnetNotFound: The subnet ID '{id}' does not exist"))?;
        vpc.clone_from(&subnet.vpc);
        if let Some(address) = region.addresses.iter_mut().find(|one| one.allocation == allocation) {
            address.association = allocation.replace("eipalloc-", "eipassoc-");
            address.interface = allocation.replace("eipalloc-", "eni-");
            address.private_ip = subnet.block.at(20);
        }
        places.push((subnet.zone, id, allocation));
    }
    let old = region.balancers.iter().find(|one| one.arn == arn).cloned();
    let digits = arn.rsplit('/').next().unwrap_or_default();
    let dns = format!("{name}-{digits}.elb.{}.amazonaws.com", region.name);
    set(state, "dns_name", dns.clone());
    set(state, "vpc_id", vpc.clone());
    set(state, "arn_suffix", format!("net/{name}/{digits}"));
    let new = Balancer {
        name,
        dns,
        zone_id: state.text("zone_id").to_owned(),
        vpc,
        created: old.as_ref().map_or(now, |old| old.created),
        places,
        groups: state.value("security_groups").list(),
        shifted: old.as_ref().and_then(|old| old.shifted),
        listeners: old.map(|old| old.listeners).unwrap_or_default(),
        tags: tags(state),
        arn: arn.clone(),
    };
    upsert(&mut region.balancers, |one| one.arn == arn, new);
    Ok(Shown::Yes)
}

pub fn remove_balancer(region: &mut Region, arn: &str) {
    let allocations: Vec<String> = region
        .balancers
        .iter()
        .filter(|one| one.arn == arn)
        .flat_map(|one| one.places.iter().map(|(_, _, allocation)| allocation.clone()))
        .collect();
    for address in region.addresses.iter_mut().filter(|one| allocations.contains(&one.allocation)) {
        address.association.clear();
        address.interface.clear();
        address.private_ip = std::net::Ipv4Addr::UNSPECIFIED;
    }
    region.balancers.retain(|one| one.arn != arn);
}

pub fn target_group(region: &mut Region, state: &mut Fields) -> Shown {
    let arn = state.text("arn").to_owned();
    let old = region.target_groups.iter().find(|one| one.arn == arn);
    let suffix = arn.rsplit_once(":targetgroup/").map(|(_, rest)| format!("targetgroup/{rest}"));
    let new = TargetGroup {
        name: state.text("name").to_owned(),
        protocol: protocol(state.text("protocol")),
        port: state.count("port").and_then(|port| u16::try_from(port).ok()).unwrap_or(80),
        vpc: state.text("vpc_id").to_owned(),
        balancer: old.map(|old| old.balancer.clone()).unwrap_or_default(),
        // what a TargetGroupBinding would name
        namespace: apps::NAMESPACE.to_owned(),
        service: "web".to_owned(),
        tags: tags(state),
        arn: arn.clone(),
    };
    set(state, "arn_suffix", suffix.unwrap_or_default());
    set(state, "load_balancer_arns", Value::List(vec![]));
    upsert(&mut region.target_groups, |one| one.arn == arn, new);
    Shown::Yes
}

pub fn listener(region: &mut Region, state: &mut Fields) -> Shown {
    let (arn, of) = (state.text("arn").to_owned(), state.text("load_balancer_arn").to_owned());
    let forward = state.value("default_action").at(&["0", "target_group_arn"]).text();
    let weighted = state.value("default_action").at(&["0", "forward", "0", "target_group", "0", "arn"]).text();
    let target_group = forward.filter(|arn| !arn.is_empty()).or(weighted).unwrap_or_default().to_owned();
    let Some(balancer) = region.balancers.iter_mut().find(|one| one.arn == of) else { return Shown::No };
    let port = state.count("port").and_then(|port| u16::try_from(port).ok()).unwrap_or(80);
    let new = Listener {
        arn: arn.clone(),
        protocol: protocol(state.text("protocol")),
        port,
        target_group: target_group.clone(),
    };
    upsert(&mut balancer.listeners, |one| one.arn == arn, new);
    if let Some(group) = region.target_groups.iter_mut().find(|one| one.arn == target_group) {
        group.balancer = of;
    }
    Shown::Yes
}

pub fn remove_listener(region: &mut Region, arn: &str) {
    for balancer in &mut region.balancers {
        balancer.listeners.retain(|one| one.arn != arn);
    }
}
