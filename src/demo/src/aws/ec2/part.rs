//! Pieces that many of EC2's answers are made of.
use serde_json::{Value, json};

use crate::{
    rng,
    world::{Region, Zone, tag::Tags},
};

#[must_use]
pub fn tag_set(tags: &Tags) -> Value {
    tags.0.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect()
}

/// An id of something that the world has no name for, but that goes with something that it has one for.
#[must_use]
pub fn derived(prefix: &str, of: &str) -> String {
    format!("{prefix}-0{:016x}", rng::hash(0, &format!("{prefix}/{of}")))
}

/// The hardware address of an interface.
#[must_use]
pub fn mac(interface: &str) -> String {
    let bytes = rng::hash(1, interface).to_be_bytes();
    format!("0e:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", bytes[0], bytes[1], bytes[2], bytes[3], bytes[4])
}

/// Security groups with their names.
#[must_use]
pub fn group_set(region: &Region, ids: &[String]) -> Value {
    let name = |id: &String| region.groups.iter().find(|group| group.id == *id).map(|group| group.name.clone());
    ids.iter().map(|id| json!({ "groupId": id, "groupName": name(id) })).collect()
}

#[must_use]
pub fn zone_of<'a>(region: &'a Region, subnet: &str) -> Option<&'a Zone> {
    region.subnets.iter().find(|candidate| candidate.id == subnet).and_then(|subnet| region.zones.get(subnet.zone))
}

#[must_use]
pub fn arn(region: &Region, account: &str, rest: &str) -> String {
    format!("arn:aws:ec2:{}:{account}:{rest}", region.name)
}
