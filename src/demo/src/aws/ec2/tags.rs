//! Tags: of everything that has an id.
use serde_json::{Value, json};

use super::{
    super::{
        call::Call,
        fail::{self, Fail},
        service::Reply,
    },
    listing::{Listing, PAGE, dry_run, list},
};
use crate::world::{Region, World, tag::Tags};

/// How many tags a thing may have.
const MOST: usize = 50;

/// All that has tags: id, type, tags.
fn all(region: &Region) -> Vec<(&str, &'static str, &Tags)> {
    let mut all: Vec<(&str, &'static str, &Tags)> = vec![];
    all.extend(region.vpcs.iter().map(|one| (one.id.as_str(), "vpc", &one.tags)));
    all.extend(region.subnets.iter().map(|one| (one.id.as_str(), "subnet", &one.tags)));
    all.extend(region.tables.iter().map(|one| (one.id.as_str(), "route-table", &one.tags)));
    all.extend(region.internet_gateways.iter().map(|one| (one.id.as_str(), "internet-gateway", &one.tags)));
    all.extend(region.nats.iter().map(|one| (one.id.as_str(), "natgateway", &one.tags)));
    all.extend(region.addresses.iter().map(|one| (one.allocation.as_str(), "elastic-ip", &one.tags)));
    all.extend(region.groups.iter().map(|one| (one.id.as_str(), "security-group", &one.tags)));
    all.extend(region.endpoints.iter().map(|one| (one.id.as_str(), "vpc-endpoint", &one.tags)));
    let transit = Some(&region.transit).filter(|one| one.is_there());
    all.extend(transit.map(|one| (one.id.as_str(), "transit-gateway", &one.tags)));
    all.extend(region.transit.attachments.iter().map(|one| (one.id.as_str(), "transit-gateway-attachment", &one.tags)));
    let vpn = Some(&region.vpn).filter(|one| one.is_there());
    all.extend(vpn.map(|one| (one.id.as_str(), "client-vpn-endpoint", &one.tags)));
    all.extend(region.amis.iter().map(|one| (one.id.as_str(), "image", &one.tags)));
    all.extend(region.instances.iter().map(|one| (one.id.as_str(), "instance", &one.tags)));
    all
}

fn of<'a>(region: &'a mut Region, id: &str) -> Option<&'a mut Tags> {
    match id.split_once('-')?.0 {
        "vpc" => region.vpcs.iter_mut().find(|one| one.id == id).map(|one| &mut one.tags),
        "subnet" => region.subnets.iter_mut().find(|one| one.id == id).map(|one| &mut one.tags),
        "rtb" => region.tables.iter_mut().find(|one| one.id == id).map(|one| &mut one.tags),
        "igw" => region.internet_gateways.iter_mut().find(|one| one.id == id).map(|one| &mut one.tags),
        "nat" => region.nats.iter_mut().find(|one| one.id == id).map(|one| &mut one.tags),
        "eipalloc" => region.addresses.iter_mut().find(|one| one.allocation == id).map(|one| &mut one.tags),
        "sg" => region.groups.iter_mut().find(|one| one.id == id).map(|one| &mut one.tags),
        "vpce" => region.endpoints.iter_mut().find(|one| one.id == id).map(|one| &mut one.tags),
        "tgw" if id == region.transit.id => Some(&mut region.transit.tags),
        "tgw" => region.transit.attachments.iter_mut().find(|one| one.id == id).map(|one| &mut one.tags),
        "cvpn" if id == region.vpn.id => Some(&mut region.vpn.tags),
        "ami" => region.amis.iter_mut().find(|one| one.id == id).map(|one| &mut one.tags),
        "i" => region.instances.iter_mut().find(|one| one.id == id).map(|one| &mut one.tags),
        _ => None,
    }
}

pub fn describe(call: &Call<'_>) -> Result<Reply, Fail> {
    let rows = call.look(|_, region| {
        let each = all(region).into_iter().flat_map(|(id, kind, tags)| {
            tags.0
                .iter()
                .map(move |(key, value)| json!({ "resourceId": id, "resourceType": kind, "key": key, "value": value }))
        });
        each.collect()
    })?;
    let filters =
        &[("key", "key"), ("resource-id", "resourceId"), ("resource-type", "resourceType"), ("value", "value")];
    list(call, &Listing { set: "tagSet", ids: None, filters, page: PAGE }, rows)
}

pub fn create(call: &Call<'_>) -> Result<Reply, Fail> {
    let asked: Vec<(String, String)> =
        given(call)?.into_iter().map(|(key, value)| (key, value.unwrap_or_default())).collect();
    if asked.is_empty() {
        return Err(fail::missing(call, "tagSet"));
    }
    if asked.iter().any(|(key, value)| key.is_empty() || key.chars().count() > 128 || value.chars().count() > 256) {
        let message = "Tag keys have 1 to 128 letters, and tag values at most 256";
        return Err(Fail::bad("InvalidParameterValue", message));
    }
    each(call, |tags| {
        let new = asked.iter().filter(|(key, _)| tags.value(key).is_none()).count();
        if tags.0.iter().filter(|(key, _)| !key.starts_with("aws:")).count() + new > MOST {
            return Err(Fail::bad("TagLimitExceeded", format!("More than {MOST} tags specified")));
        }
        asked.iter().for_each(|(key, value)| tags.set(key, value));
        Ok(())
    })
}

/// Without tags, all of one's own are taken away; with a value, only what has it.
pub fn delete(call: &Call<'_>) -> Result<Reply, Fail> {
    let asked = given(call)?;
    each(call, |tags| {
        let meant = |key: &str, value: &str| {
            asked.is_empty() || asked.iter().any(|(k, v)| k == key && v.as_deref().is_none_or(|v| v == value))
        };
        tags.0.retain(|(key, value)| key.starts_with("aws:") || !meant(key, value));
        Ok(())
    })
}

fn given(call: &Call<'_>) -> Result<Vec<(String, Option<String>)>, Fail> {
    let text = |tag: &Value, name: &str| tag.get(name).and_then(Value::as_str).map(str::to_owned);
    let tags: Vec<_> =
        call.objects("Tag").into_iter().map(|tag| (text(tag, "Key").unwrap_or_default(), text(tag, "Value"))).collect();
    match tags.iter().find(|(key, _)| key.to_ascii_lowercase().starts_with("aws:")) {
        Some(_) => {
            Err(Fail::bad("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use"))
        }
        None => Ok(tags),
    }
}

/// Does it to all of the things, or to none.
fn each(call: &Call<'_>, how: impl Fn(&mut Tags) -> Result<(), Fail>) -> Result<Reply, Fail> {
    let ids = call.texts("ResourceId");
    if ids.is_empty() {
        return Err(fail::missing(call, "resourceIdSet"));
    }
    dry_run(call)?;
    let name = call.region;
    call.change(|world: &mut World| {
        let Some(region) = world.region_mut(name) else { return Ok(()) };
        for id in &ids {
            let tags = of(region, id).ok_or_else(|| Fail::bad("InvalidID", format!("The ID '{id}' is not valid")))?;
            how(&mut tags.clone())?;
        }
        for id in &ids {
            if let Some(tags) = of(region, id) {
                how(tags)?;
            }
        }
        Ok(())
    })?;
    Ok(json!({ "return": true }).into())
}
