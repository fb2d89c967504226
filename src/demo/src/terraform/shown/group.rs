//! Security groups and their rules.
use super::{Shown, set, tags};
use crate::{
    terraform::value::{Fields, Told},
    world::{
        Region,
        host::State,
        network::{Peer, Rule, SecurityGroup},
    },
};

pub fn group(region: &mut Region, state: &mut Fields) -> Result<Shown, String> {
    let (id, vpc, name) = (state.text("id").to_owned(), state.text("vpc_id").to_owned(), state.text("name").to_owned());
    if !region.vpcs.iter().any(|one| one.id == vpc) {
        return Err(format!("api error InvalidVpcID.NotFound: The vpc ID '{vpc}' does not exist"));
    }
    if region.groups.iter().any(|one| one.id != id && one.vpc == vpc && one.name == name) {
        return Err(format!(
            "api error InvalidGroup.Duplicate: The security group '{name}' already exists for VPC '{vpc}'"
        ));
    }
    let new_tags = tags(state);
    match region.groups.iter_mut().find(|one| one.id == id) {
        Some(old) => old.tags = new_tags,
        None => region.groups.push(SecurityGroup {
            id,
            vpc,
            name,
            description: state.text("description").to_owned(),
            // Terraform takes AWS's rule for everything outward away
            ingress: vec![],
            egress: vec![],
            tags: new_tags,
        }),
    }
    Ok(Shown::Yes)
}

/// The group that the VPC was made with: Terraform only takes it over, and its rules away.
pub fn default(region: &mut Region, state: &mut Fields) -> Result<Shown, String> {
    let vpc = state.text("vpc_id").to_owned();
    let group = region.groups.iter_mut().find(|one| one.vpc == vpc && one.name == "default");
    let group = group.ok_or_else(|| format!("api error InvalidVpcID.NotFound: The vpc ID '{vpc}' does not exist"))?;
    group.tags = tags(state);
    (group.ingress, group.egress) = (vec![], vec![]);
    let old = state.text("id").to_owned();
    set(state, "arn", state.text("arn").replace(&old, &group.id));
    set(state, "id", group.id.clone());
    set(state, "name", "default");
    set(state, "description", group.description.clone());
    set(state, "ingress", [].into_iter().collect::<crate::terraform::value::Value>());
    set(state, "egress", [].into_iter().collect::<crate::terraform::value::Value>());
    Ok(Shown::Yes)
}

pub fn remove(region: &mut Region, id: &str) -> Result<(), String> {
    let named = |rule: &Rule| rule.peer == Peer::Group(id.to_owned());
    let living = |state: State| !matches!(state, State::ShuttingDown | State::Terminated);
    let held = region.groups.iter().any(|one| one.id != id && one.ingress.iter().chain(&one.egress).any(named))
        || region.instances.iter().any(|one| living(one.state) && one.groups.iter().any(|own| own == id))
        || region.endpoints.iter().any(|one| one.groups.iter().any(|own| own == id))
        || region.balancers.iter().any(|one| one.groups.iter().any(|own| own == id));
    if held {
        return Err(format!("api error DependencyViolation: resource {id} has a dependent object"));
    }
    region.groups.retain(|one| one.id != id);
    Ok(())
}

/// Protocols that the world's rules know; others are kept for Terraform alone.
fn protocol(text: &str) -> Option<&'static str> {
    match text {
        "-1" | "all" => Some("-1"),
        "tcp" | "6" => Some("tcp"),
        "udp" | "17" => Some("udp"),
        "icmp" | "1" => Some("icmp"),
        _ => None,
    }
}

pub fn rule(region: &mut Region, name: &str, state: &mut Fields) -> Result<Shown, String> {
    let id = state.text("id").to_owned();
    let of = state.text("security_group_id").to_owned();
    let peer = match (state.text("cidr_ipv4"), state.text("referenced_security_group_id")) {
        ("", "") => None,
        ("", group) => Some(Peer::Group(group.rsplit('/').next().unwrap_or(group).to_owned())),
        (block, _) => Some(Peer::Block(block.to_owned())),
    };
    let group = region.groups.iter_mut().find(|one| one.id == of);
    let group =
        group.ok_or_else(|| format!("api error InvalidGroup.NotFound: The security group '{of}' does not exist"))?;
    // prefix lists are nothing that the world has
    let (Some(peer), Some(protocol)) = (peer, protocol(state.text("ip_protocol"))) else { return Ok(Shown::No) };
    let port = |name: &str| state.number(name).filter(|port| (0.0..65536.0).contains(port)).map(|port| port as u16);
    let ports = port("from_port").zip(port("to_port")).filter(|_| matches!(protocol, "tcp" | "udp"));
    let rule = Rule { id: id.clone(), protocol, ports, peer, description: state.text("description").to_owned() };
    let rules = if name.contains("ingress") { &mut group.ingress } else { &mut group.egress };
    let same =
        |one: &Rule| one.id != id && (one.protocol, one.ports, &one.peer) == (rule.protocol, rule.ports, &rule.peer);
    if rules.iter().any(same) {
        let why = "the specified rule already exists";
        return Err(format!("api error InvalidPermission.Duplicate: {why} in security group {of}"));
    }
    super::upsert(rules, |one| one.id == id, rule);
    Ok(Shown::Yes)
}

pub fn rule_stands(region: &Region, id: &str) -> bool {
    region.groups.iter().any(|group| group.ingress.iter().chain(&group.egress).any(|rule| rule.id == id))
}

pub fn remove_rule(region: &mut Region, id: &str) {
    for group in &mut region.groups {
        group.ingress.retain(|rule| rule.id != id);
        group.egress.retain(|rule| rule.id != id);
    }
}
