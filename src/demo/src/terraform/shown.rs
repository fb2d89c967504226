//! What is applied as it stands in the world: made, changed and taken away there, and read back from there.
mod eks;
mod entry;
mod group;
mod host;
mod link;
mod network;
mod record;
mod route;

use super::{
    account::{Object, Objects},
    value::{Fields, Told, Value},
};
use crate::world::{
    Region, World,
    network::{Block, ClientVpn, TransitGateway},
    record::HostedZone,
    tag::Tags,
};

/// What is put into the world.
pub struct Change<'a> {
    /// All that was applied: launch templates, endpoints' tables and the like are looked up there.
    pub objects: &'a Objects,
    pub name: &'a str,
    pub region: &'a str,
    /// What stood there before.
    pub old: Option<&'a Fields>,
}

/// Whether the world has a place for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    Yes,
    No,
    /// It has one, and somebody else is in it: why.
    NoRoom(String),
}

/// Makes or changes it; the state gets what only the world knows.
///
/// # Errors
/// If AWS would refuse it: in its words.
pub fn put(world: &mut World, change: &Change<'_>, state: &mut Fields) -> Result<Shown, String> {
    let Some(at) = world.regions.iter().position(|region| region.name == change.region) else {
        return Err(format!("invalid AWS Region: {}", change.region));
    };
    match change.name {
        "aws_vpc" => network::vpc(world, at, change, state),
        "aws_subnet" => network::subnet(&mut world.regions[at], change, state),
        "aws_internet_gateway" => network::internet_gateway(&mut world.regions[at], state),
        "aws_eip" => network::address(world, at, state),
        "aws_nat_gateway" => network::nat(world, at, state),
        "aws_flow_log" => Ok(network::flow_log(&mut world.regions[at], state)),
        "aws_vpc_dhcp_options_association" => Ok(network::dhcp(&mut world.regions[at], state)),
        "aws_route_table" | "aws_default_route_table" => route::table(&mut world.regions[at], change, state),
        "aws_route" => route::route(&mut world.regions[at], change, state),
        "aws_route_table_association" => route::association(&mut world.regions[at], state),
        "aws_security_group" => group::group(&mut world.regions[at], state),
        "aws_default_security_group" => group::default(&mut world.regions[at], state),
        "aws_vpc_security_group_ingress_rule" | "aws_vpc_security_group_egress_rule" => {
            group::rule(&mut world.regions[at], change.name, state)
        }
        "aws_vpc_endpoint" => link::endpoint(world, at, change, state),
        "aws_ec2_transit_gateway" => Ok(link::transit(world, at, state)),
        "aws_ec2_transit_gateway_vpc_attachment" => Ok(link::attachment(world, at, state)),
        "aws_ec2_client_vpn_endpoint" => Ok(link::vpn(world, at, state)),
        "aws_ec2_client_vpn_network_association" => Ok(link::association(&mut world.regions[at], state)),
        "aws_ec2_client_vpn_authorization_rule" => Ok(link::authorization(&mut world.regions[at], state)),
        "aws_autoscaling_group" => host::group(world, at, change, state),
        "aws_instance" => host::instance(world, at, state),
        "aws_lb" => entry::balancer(world, at, state),
        "aws_lb_target_group" => Ok(entry::target_group(&mut world.regions[at], state)),
        "aws_lb_listener" => Ok(entry::listener(&mut world.regions[at], state)),
        "aws_eks_cluster" => eks::cluster(world, at, change, state),
        "aws_eks_node_group" => eks::nodegroup(world, at, change, state),
        "aws_eks_addon" => Ok(eks::addon(world, at, state)),
        "aws_eks_access_entry" => Ok(eks::access(world, at, state)),
        "aws_cloudwatch_log_group" => Ok(record::log_group(world, at, state)),
        "aws_ecr_repository" => Ok(record::repository(world, at, state)),
        "aws_route53_zone" => Ok(record::zone(world, state)),
        "aws_route53_health_check" => Ok(record::check(world, at, state)),
        "aws_route53_record" => Ok(record::record(world, change, state)),
        _ => Ok(Shown::No),
    }
}

/// Takes it away.
///
/// # Errors
/// If something stands on it.
pub fn remove(world: &mut World, objects: &Objects, object: &Object) -> Result<(), String> {
    let Some(at) = world.regions.iter().position(|region| region.name == object.region).filter(|_| object.shown) else {
        return Ok(());
    };
    let (state, region) = (&object.state, &mut world.regions[at]);
    let id = state.text("id").to_owned();
    match object.name.as_str() {
        "aws_vpc" => return network::remove_vpc(region, &id),
        "aws_subnet" => return network::remove_subnet(region, &id),
        "aws_internet_gateway" => region.internet_gateways.retain(|one| one.id != id),
        "aws_eip" => return network::release(region, &id),
        "aws_nat_gateway" => network::remove_nat(region, &id),
        "aws_flow_log" => region.vpcs.iter_mut().filter(|vpc| vpc.flow_log == id).for_each(|vpc| vpc.flow_log.clear()),
        "aws_route_table" => return route::remove_table(region, &id),
        "aws_default_route_table" | "aws_default_security_group" | "aws_vpc_dhcp_options_association" => {}
        "aws_route" => route::remove_route(region, state),
        "aws_route_table_association" => route::remove_association(region, &id),
        "aws_security_group" => return group::remove(region, &id),
        "aws_vpc_security_group_ingress_rule" | "aws_vpc_security_group_egress_rule" => group::remove_rule(region, &id),
        "aws_vpc_endpoint" => region.endpoints.retain(|one| one.id != id),
        "aws_ec2_transit_gateway_vpc_attachment" => region.transit.attachments.retain(|one| one.id != id),
        "aws_ec2_transit_gateway" => region.transit = TransitGateway::none(),
        "aws_ec2_client_vpn_endpoint" => region.vpn = ClientVpn::none(),
        "aws_ec2_client_vpn_network_association" => region.vpn.associations.retain(|(own, _)| *own != id),
        "aws_ec2_client_vpn_authorization_rule" => link::remove_authorization(region, state),
        "aws_autoscaling_group" => host::remove_group(world, at, &id),
        "aws_instance" => host::terminate(world, at, &id),
        "aws_lb" => entry::remove_balancer(region, &id),
        "aws_lb_target_group" => region.target_groups.retain(|one| one.arn != id),
        "aws_lb_listener" => entry::remove_listener(region, &id),
        "aws_eks_cluster" => return eks::remove(world, at, objects),
        "aws_eks_node_group" => eks::remove_nodegroup(world, at, state),
        "aws_eks_addon" => region.eks.addons.retain(|addon| addon.name != state.text("addon_name")),
        "aws_cloudwatch_log_group" => region.log_groups.retain(|one| one.name != id),
        "aws_ecr_repository" => region.repositories.retain(|one| one.name != id),
        "aws_route53_zone" => world.dns = HostedZone::none(),
        "aws_route53_health_check" => world.dns.checks.retain(|one| one.id != id),
        "aws_route53_record" => record::remove_record(world, state),
        "aws_eks_access_entry" => region.eks.access.retain(|entry| entry.principal != state.text("principal_arn")),
        _ => {}
    }
    Ok(())
}

/// Looks what the world has made of it since; whether it is still there.
#[must_use]
pub fn seen(world: &World, object: &mut Object) -> bool {
    let Some(region) = world.region(&object.region) else { return false };
    let state = &mut object.state;
    let id = state.text("id").to_owned();
    let tagged = match object.name.as_str() {
        "aws_vpc" => region.vpcs.iter().find(|one| one.id == id).map(|one| &one.tags),
        "aws_subnet" => region.subnets.iter().find(|one| one.id == id).map(|one| &one.tags),
        "aws_internet_gateway" => region.internet_gateways.iter().find(|one| one.id == id).map(|one| &one.tags),
        "aws_eip" => region.addresses.iter().find(|one| one.allocation == id).map(|one| &one.tags),
        "aws_nat_gateway" => region.nats.iter().find(|one| one.id == id).map(|one| &one.tags),
        "aws_route_table" | "aws_default_route_table" => {
            region.tables.iter().find(|one| one.id == id).map(|one| &one.tags)
        }
        "aws_security_group" | "aws_default_security_group" => {
            region.groups.iter().find(|one| one.id == id).map(|one| &one.tags)
        }
        "aws_vpc_endpoint" => region.endpoints.iter().find(|one| one.id == id).map(|one| &one.tags),
        "aws_ec2_transit_gateway" => Some(&region.transit).filter(|one| one.id == id).map(|one| &one.tags),
        "aws_ec2_transit_gateway_vpc_attachment" => {
            region.transit.attachments.iter().find(|one| one.id == id).map(|one| &one.tags)
        }
        "aws_ec2_client_vpn_endpoint" => Some(&region.vpn).filter(|one| one.id == id).map(|one| &one.tags),
        "aws_lb" => region.balancers.iter().find(|one| one.arn == id).map(|one| &one.tags),
        "aws_instance" => host::instance_seen(region, &id, state).map(|one| &one.tags),
        other => return untagged(region, other, &id, state),
    };
    tagged.map(|tags| overlay(state, tags)).is_some()
}

/// What has no tags of its own in the world, or none that anybody changes there.
fn untagged(region: &Region, name: &str, id: &str, state: &mut Fields) -> bool {
    match name {
        "aws_route" => route::seen(region, state),
        "aws_route_table_association" => {
            region.tables.iter().any(|table| table.associations.iter().any(|(own, _)| own == id))
        }
        "aws_vpc_security_group_ingress_rule" | "aws_vpc_security_group_egress_rule" => group::rule_stands(region, id),
        "aws_ec2_client_vpn_network_association" => region.vpn.associations.iter().any(|(own, _)| own == id),
        "aws_autoscaling_group" => host::group_seen(region, id, state),
        "aws_eks_cluster" => eks::seen(region, state),
        "aws_cloudwatch_log_group" => record::log_group_seen(region, id, state),
        "aws_eks_node_group" => eks::nodegroup_seen(region, state),
        _ => true,
    }
}

/// The tags that Terraform is told: what was changed beside it shows among the object's own.
fn overlay(state: &mut Fields, tags: &Tags) {
    let now: Fields = tags
        .0
        .iter()
        .filter(|(key, _)| !key.starts_with("aws:"))
        .map(|(key, value)| (key.clone(), value.as_str().into()))
        .collect();
    let before = state.value("tags_all").fields().cloned().unwrap_or_default();
    if now == before || !state.contains_key("tags_all") {
        return;
    }
    let own = state.value("tags").fields().cloned().unwrap_or_default();
    let told = now.iter().filter(|(key, value)| own.contains_key(*key) || before.get(*key) != Some(*value));
    let told: Fields = told.map(|(key, value)| (key.clone(), value.clone())).collect();
    state.insert("tags".to_owned(), Value::Map(told));
    state.insert("tags_all".to_owned(), Value::Map(now));
}

fn tags(state: &Fields) -> Tags {
    let all = state.value("tags_all").fields().into_iter().flatten();
    Tags(all.filter_map(|(key, value)| Some((key.clone(), value.text()?.to_owned()))).collect())
}

fn set(state: &mut Fields, name: &str, value: impl Into<Value>) {
    state.insert(name.to_owned(), value.into());
}

/// Puts it in the place of the one that is meant, or beside the others.
fn upsert<T>(all: &mut Vec<T>, is: impl Fn(&T) -> bool, new: T) {
    match all.iter_mut().find(|one| is(one)) {
        Some(old) => *old = new,
        None => all.push(new),
    }
}

fn block(text: &str) -> Result<Block, String> {
    let parts = text.split_once('/').and_then(|(base, prefix)| Some((base.parse().ok()?, prefix.parse().ok()?)));
    let (base, prefix) =
        parts.ok_or_else(|| format!("api error InvalidParameterValue: Value ({text}) is no network"))?;
    Ok(Block { base, prefix })
}

/// As EC2 refuses to take away what others stand on.
fn in_use(kind: &str, id: &str) -> String {
    format!("api error DependencyViolation: The {kind} '{id}' has dependencies and cannot be deleted.")
}
