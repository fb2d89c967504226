//! Auto Scaling groups and single instances: the world starts what they want, and keeps their number.
use std::net::Ipv4Addr;

use super::{Change, Shown, set, tags, upsert};
use crate::{
    terraform::{
        account::Objects,
        value::{Fields, Told, Value},
    },
    world::{
        Region, World,
        host::{Ami, Check, Instance, Launch, LaunchTemplate, Role, ScalingGroup, State},
        life,
        network::Subnet,
        tag::{ROLE, Tags},
    },
};

/// The template that a group names, and what it starts.
fn template(objects: &Objects, region: &str, named: &Value) -> Option<(LaunchTemplate, Launch)> {
    let by = |attribute: &str, key: &[&str]| {
        let text = named.at(key).text().filter(|text| !text.is_empty())?;
        objects.find("aws_launch_template", region, attribute, text)
    };
    let (_, object) = by("id", &["id"])
        .or_else(|| by("id", &["launch_template_id"]))
        .or_else(|| by("name", &["name"]))
        .or_else(|| by("name", &["launch_template_name"]))?;
    let state = &object.state;
    let number = |name: &str| state.count(name).unwrap_or(1);
    let version = match named.at(&["version"]).text() {
        Some("$Latest") => number("latest_version"),
        Some(text) if text.parse::<u32>().is_ok() => text.parse().unwrap_or(1),
        _ => number("default_version"),
    };
    let interface = state.value("network_interfaces").at(&["0", "security_groups"]).list();
    let groups = if interface.is_empty() { state.value("vpc_security_group_ids").list() } else { interface };
    let profile = state.value("iam_instance_profile");
    let launch = Launch {
        ami: state.text("image_id").to_owned(),
        groups,
        shape: state.text("instance_type").to_owned(),
        profile: profile
            .at(&["0", "arn"])
            .text()
            .or_else(|| profile.at(&["0", "name"]).text())
            .unwrap_or_default()
            .to_owned(),
    };
    let name = state.text("name").to_owned();
    Some((LaunchTemplate { id: state.text("id").to_owned(), name, version }, launch))
}

/// What an Auto Scaling group is to be.
pub struct Wished {
    pub name: String,
    pub arn: String,
    pub subnets: Vec<String>,
    pub tags: Tags,
    /// Least, most, wanted.
    pub sizes: [Option<u32>; 3],
    /// Where the template is named.
    pub template: Value,
    /// What the template leaves open.
    pub shape: String,
}

/// Makes or changes a group; the world then starts or ends what it takes.
///
/// # Errors
/// If it names a template or a subnet that there is not.
pub fn scale(world: &mut World, at: usize, objects: &Objects, wished: Wished) -> Result<(), String> {
    let now = world.now;
    let region = &mut world.regions[at];
    let zones = zones(region, &wished.subnets)?;
    let found = template(objects, &region.name, &wished.template);
    let (template, mut launch) =
        found.ok_or("api error ValidationError: You must use a valid fully-formed launch template.")?;
    if !wished.shape.is_empty() {
        launch.shape.clone_from(&wished.shape);
    }
    know_image(region, &launch.ami, &wished.tags, now);
    let old = region.scaling.iter().find(|group| group.name == wished.name);
    let [min, max, desired] = wished.sizes;
    let min = min.unwrap_or(0);
    let new = ScalingGroup {
        arn: wished.arn,
        template,
        min,
        max: max.unwrap_or(min),
        desired: desired.or_else(|| old.map(|old| old.desired)).unwrap_or(min),
        zones,
        subnets: wished.subnets,
        created: old.map_or(now, |old| old.created),
        activities: old.map(|old| old.activities.clone()).unwrap_or_default(),
        tags: wished.tags,
        launch: Some(launch),
        name: wished.name.clone(),
    };
    upsert(&mut region.scaling, |group| group.name == wished.name, new);
    world.resize(at, &wished.name, None, None, None);
    Ok(())
}

fn zones(region: &Region, subnets: &[String]) -> Result<Vec<usize>, String> {
    let zone = |id: &String| {
        let found = region.subnets.iter().find(|subnet| subnet.id == *id).map(|subnet| subnet.zone);
        found.ok_or_else(|| format!("api error ValidationError: The subnet ID '{id}' does not exist"))
    };
    let mut zones = subnets.iter().map(zone).collect::<Result<Vec<_>, _>>()?;
    zones.dedup();
    if zones.is_empty() {
        Err("api error ValidationError: At least one subnet is asked for".to_owned())
    } else {
        Ok(zones)
    }
}

/// An image that the account did not have: it is AWS's, or somebody built it.
fn know_image(region: &mut Region, id: &str, tags: &Tags, now: i64) {
    if id.is_empty() || region.amis.iter().any(|ami| ami.id == id) {
        return;
    }
    let role = tags.value(ROLE).unwrap_or("host");
    region.amis.push(Ami {
        id: id.to_owned(),
        name: format!("{role}-{}", id.trim_start_matches("ami-")),
        description: format!("Amazon Linux 2023 for {role} hosts"),
        created: now,
        snapshot: id.replace("ami-", "snap-"),
        tags: Tags::named(role).with(ROLE, role),
    });
}

pub fn group(world: &mut World, at: usize, change: &Change<'_>, state: &mut Fields) -> Result<Shown, String> {
    let mut carried = Tags::default();
    for tag in state.value("tag").items() {
        let text = |name: &str| tag.at(&[name]).text().unwrap_or_default().to_owned();
        if *tag.at(&["propagate_at_launch"]) == Value::Bool(true) {
            carried.set(&text("key"), &text("value"));
        }
    }
    let direct = state.value("launch_template").at(&["0"]);
    let mixed = ["0", "launch_template", "0", "launch_template_specification", "0"];
    let template = if direct.is_null() { state.value("mixed_instances_policy").at(&mixed) } else { direct };
    let wished = Wished {
        name: state.text("name").to_owned(),
        arn: state.text("arn").to_owned(),
        subnets: state.value("vpc_zone_identifier").list(),
        tags: carried,
        sizes: ["min_size", "max_size", "desired_capacity"].map(|name| state.count(name)),
        template: template.clone(),
        shape: String::new(),
    };
    let name = wished.name.clone();
    scale(world, at, change.objects, wished)?;
    let region = &world.regions[at];
    if let Some(group) = region.group(&name) {
        set(state, "desired_capacity", group.desired);
        let zones = group.zones.iter().filter_map(|zone| region.zones.get(*zone)).map(|zone| zone.name.clone());
        set(state, "availability_zones", zones.collect::<Value>());
    }
    Ok(Shown::Yes)
}

/// Its hosts go with it.
pub fn remove_group(world: &mut World, at: usize, name: &str) {
    let members: Vec<String> = world.regions[at].members(name).map(|one| one.id.clone()).collect();
    for id in members {
        // it was listed a moment ago
        let _gone = world.terminate(at, &id);
    }
    world.regions[at].scaling.retain(|group| group.name != name);
}

pub fn group_seen(region: &Region, name: &str, state: &mut Fields) -> bool {
    let Some(group) = region.group(name) else { return false };
    set(state, "min_size", group.min);
    set(state, "max_size", group.max);
    set(state, "desired_capacity", group.desired);
    true
}

pub fn instance(world: &mut World, at: usize, state: &mut Fields) -> Result<Shown, String> {
    let (id, now) = (state.text("id").to_owned(), world.now);
    let region = &mut world.regions[at];
    let new_tags = tags(state);
    if let Some(old) = region.instances.iter_mut().find(|one| one.id == id) {
        old.tags = new_tags;
        return Ok(Shown::Yes);
    }
    let place = state.text("subnet_id").to_owned();
    let subnet = region.subnets.iter().find(|one| one.id == place);
    let subnet = subnet
        .ok_or_else(|| format!("api error InvalidSubnetID.NotFound: The subnet ID '{place}' does not exist"))?
        .clone();
    know_image(region, state.text("ami"), &new_tags, now);
    let role = [Role::Bastion, Role::Jump]
        .into_iter()
        .find(|role| new_tags.value(ROLE) == Some(role.name()))
        .unwrap_or(Role::Node);
    let taken =
        |address| region.instances.iter().any(|one| one.private_ip == address && one.state != State::Terminated);
    let private_ip =
        (0..200).map(|n| life::address(&subnet, role, n)).find(|one| !taken(*one)).unwrap_or(subnet.block.at(4));
    let instance = started(state, id, role, &subnet, private_ip, &world.account, now);
    set(state, "private_ip", private_ip.to_string());
    set(state, "private_dns", instance.private_dns(&region.name));
    set(state, "availability_zone", region.zones[subnet.zone].name.clone());
    set(state, "instance_state", "running");
    set(state, "public_ip", "");
    set(state, "public_dns", "");
    world.run(at, instance);
    Ok(Shown::Yes)
}

/// An instance as it is told right after RunInstances.
fn started(
    state: &Fields,
    id: String,
    role: Role,
    subnet: &Subnet,
    private_ip: Ipv4Addr,
    account: &str,
    now: i64,
) -> Instance {
    let digits = id.trim_start_matches("i-");
    let profile = state.text("iam_instance_profile");
    Instance {
        reservation: format!("r-{digits}"),
        role,
        shape: state.text("instance_type").to_owned(),
        zone: subnet.zone,
        vpc: subnet.vpc.clone(),
        subnet: subnet.id.clone(),
        private_ip,
        public_ip: None,
        interface: format!("eni-{digits}"),
        volume: format!("vol-{digits}"),
        ami: state.text("ami").to_owned(),
        launched: now,
        state: State::Pending,
        since: now,
        reason: None,
        system: Check::Initializing,
        reachability: Check::Initializing,
        impaired_since: None,
        agent: None,
        groups: state.value("vpc_security_group_ids").list(),
        asg: None,
        nodegroup: None,
        profile: if profile.is_empty() {
            String::new()
        } else {
            format!("arn:aws:iam::{account}:instance-profile/{profile}")
        },
        tags: tags(state),
        id,
    }
}

pub fn instance_seen<'a>(region: &'a Region, id: &str, state: &mut Fields) -> Option<&'a Instance> {
    let found = region.instance(id).filter(|one| !matches!(one.state, State::Terminated))?;
    if !matches!(found.state, State::Pending) {
        set(state, "instance_state", found.state.told().1);
    }
    Some(found)
}

pub fn terminate(world: &mut World, at: usize, id: &str) {
    // gone is gone
    let _gone = world.terminate(at, id);
}
