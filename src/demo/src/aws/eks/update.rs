//! Updates: what was changed of the cluster or a node group, and how far that is.
use serde_json::{Value, json};

use super::{names, not_found, with_cluster};
use crate::{
    aws::{call::Call, fail::Fail, page::Page, service::Reply, wire::time},
    clock::SECOND,
    world::{Region, eks::Update},
};

/// An update that is under way is done once the group has what it wants, and not at once.
const LEAST: i64 = 15 * SECOND;

pub fn status(update: &Update, region: &Region, now: i64) -> &'static str {
    let asg = update.nodegroup.as_ref().and_then(|name| region.eks.nodegroups.iter().find(|group| group.name == *name));
    let settled = asg.is_none_or(|group| {
        let wanted = region.scaling.iter().find(|one| one.name == group.asg).map_or(0, |one| one.desired as usize);
        region.members(&group.asg).count() == wanted
    });
    match update.status {
        "InProgress" if now - update.created >= LEAST && settled => "Successful",
        status => status,
    }
}

pub fn told(update: &Update, region: &Region, now: i64) -> Value {
    let params = update.params.iter().map(|(kind, value)| json!({ "type": kind, "value": value }));
    json!({
        "id": update.id,
        "status": status(update, region, now),
        "type": update.kind,
        "params": params.collect::<Vec<_>>(),
        "createdAt": time(update.created),
        "errors": [],
    })
}

/// Those of the cluster, or those of the node group that is named.
fn concerns(call: &Call<'_>, update: &Update) -> bool {
    call.text("addonName").is_none() && update.nodegroup.as_deref() == call.text("nodegroupName")
}

/// Whatever is named beside the cluster must be there.
fn known(call: &Call<'_>, region: &Region) -> Result<(), Fail> {
    let cluster = ("clusterName", region.eks.name.as_str());
    if let Some(name) = call.text("nodegroupName")
        && region.eks.nodegroups.iter().all(|group| group.name != name)
    {
        return Err(not_found(format!("No node group found for name: {name}."), &[cluster, ("nodegroupName", name)]));
    }
    if let Some(name) = call.text("addonName")
        && region.eks.addons.iter().all(|addon| addon.name != name)
    {
        return Err(not_found(
            format!("No addon: {name} found in cluster: {}", cluster.1),
            &[cluster, ("addonName", name)],
        ));
    }
    Ok(())
}

pub fn list(call: &Call<'_>) -> Result<Reply, Fail> {
    let all = with_cluster(call, |_, region| {
        known(call, region)?;
        Ok(region.eks.updates.iter().filter(|one| concerns(call, one)).map(|one| one.id.clone()).collect())
    })?;
    let Page { rows, next } = names(call, all)?;
    Ok(json!({ "updateIds": rows, "nextToken": next }).into())
}

pub fn describe(call: &Call<'_>) -> Result<Reply, Fail> {
    let id = call.text("updateId").unwrap_or_default();
    with_cluster(call, |world, region| {
        known(call, region)?;
        let found = region.eks.updates.iter().find(|one| one.id == id && concerns(call, one));
        let update = found
            .ok_or_else(|| not_found(format!("No update found for ID: {id}"), &[("clusterName", &region.eks.name)]))?;
        Ok(json!({ "update": told(update, region, world.now) }).into())
    })
}
