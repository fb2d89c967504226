//! Managed node groups: what EKS says of them and of the Auto Scaling groups below them.
use serde_json::{Value, json};

use super::{invalid, names, not_found, tags, update, with_cluster};
use crate::{
    aws::{call::Call, fail::Fail, page::Page, service::Reply, wire::time},
    clock::{HOUR, MINUTE},
    rng::Rng,
    world::{
        Region, World,
        eks::{Nodegroup, Update},
        host::ScalingGroup,
    },
};

pub fn list(call: &Call<'_>) -> Result<Reply, Fail> {
    let all =
        with_cluster(call, |_, region| Ok(region.eks.nodegroups.iter().map(|group| group.name.clone()).collect()))?;
    let Page { rows, next } = names(call, all)?;
    Ok(json!({ "nodegroups": rows, "nextToken": next }).into())
}

/// The node group that the path names.
fn found<'a>(region: &'a Region, name: &str) -> Result<&'a Nodegroup, Fail> {
    region.eks.nodegroups.iter().find(|group| group.name == name).ok_or_else(|| {
        let fields = [("clusterName", region.eks.name.as_str()), ("nodegroupName", name)];
        not_found(format!("No node group found for name: {name}."), &fields)
    })
}

pub fn describe(call: &Call<'_>) -> Result<Reply, Fail> {
    let name = call.text("nodegroupName").unwrap_or_default();
    with_cluster(call, |world, region| {
        let group = found(region, name)?;
        Ok(json!({ "nodegroup": told(world, region, group) }).into())
    })
}

fn told(world: &World, region: &Region, group: &Nodegroup) -> Value {
    let scaling = region.scaling.iter().find(|one| one.name == group.asg);
    let own = |update: &&Update| update.nodegroup.as_deref() == Some(group.name.as_str());
    let updates: Vec<&Update> = region.eks.updates.iter().filter(own).collect();
    let changed = updates.iter().map(|update| update.created).max();
    let changing = updates.iter().any(|one| update::status(one, region, world.now) == "InProgress");
    let issues = issues(region, group, scaling, world.now);
    let status = match (changing, issues.is_empty()) {
        (true, _) => "UPDATING",
        (false, true) => "ACTIVE",
        (false, false) => "DEGRADED",
    };
    json!({
        "nodegroupName": group.name,
        "nodegroupArn": group.arn,
        "clusterName": region.eks.name,
        "version": region.eks.version,
        "releaseVersion": group.release,
        "createdAt": time(group.created),
        "modifiedAt": time(changed.unwrap_or(group.created)),
        "status": status,
        "capacityType": "ON_DEMAND",
        "scalingConfig": scaling.map(|scaling| {
            json!({ "minSize": scaling.min, "maxSize": scaling.max, "desiredSize": scaling.desired })
        }),
        "instanceTypes": [group.shape],
        "subnets": group.subnets,
        "amiType": "AL2023_x86_64_STANDARD",
        "nodeRole": group.role,
        "labels": {},
        "resources": { "autoScalingGroups": [{ "name": group.asg }] },
        "health": { "issues": issues },
        "updateConfig": { "maxUnavailable": 1 },
        "nodeRepairConfig": { "enabled": false },
        "launchTemplate": {
            "name": group.template.name,
            "version": group.template.version.to_string(),
            "id": group.template.id,
        },
        "tags": tags(&group.tags),
    })
}

/// What ails the group: hosts that fail their checks, and launches that failed of late.
fn issues(region: &Region, group: &Nodegroup, scaling: Option<&ScalingGroup>, now: i64) -> Vec<Value> {
    let members = region.instances.iter().filter(|instance| instance.asg.as_deref() == Some(group.asg.as_str()));
    let sick: Vec<&str> = members
        .filter(|instance| instance.impaired_since.is_some_and(|since| now - since > MINUTE))
        .map(|instance| instance.id.as_str())
        .collect();
    let mut issues = vec![];
    if !sick.is_empty() {
        let message = "Nodes of the node group do not answer: their instances fail the EC2 status checks.";
        issues.push(json!({ "code": "Unknown", "message": message, "resourceIds": sick }));
    }
    // what was launched since says that it is over
    let last =
        scaling.and_then(|scaling| scaling.activities.iter().find(|one| one.description.starts_with("Launching")));
    if let Some(failed) = last.filter(|one| one.status == "Failed" && now - one.started < HOUR) {
        let message = format!("Instance launch failed: {}", failed.message);
        issues.push(json!({ "code": "AsgInstanceLaunchFailures", "message": message, "resourceIds": [group.asg] }));
    }
    issues
}

/// What is asked of a group's size.
struct Sizes {
    min: Option<u32>,
    max: Option<u32>,
    desired: Option<u32>,
}

pub fn configure(call: &Call<'_>) -> Result<Reply, Fail> {
    let name = call.text("nodegroupName").unwrap_or_default().to_owned();
    let kinds = ["labels", "taints", "updateConfig", "nodeRepairConfig", "warmPoolConfig"];
    if let Some(other) = kinds.iter().find(|kind| call.input.get(**kind).is_some_and(|value| !value.is_null())) {
        return Err(invalid(format!("{other} is not served here: of a node group only scalingConfig can be changed.")));
    }
    let asked = call.input.get("scalingConfig").cloned().unwrap_or_default();
    let sizes =
        Sizes { min: size(&asked, "minSize")?, max: size(&asked, "maxSize")?, desired: size(&asked, "desiredSize")? };
    let (group, status) = with_cluster(call, |world, region| {
        let group = found(region, &name)?;
        let scaling = region.scaling.iter().find(|one| one.name == group.asg);
        fits(&sizes, scaling)?;
        let own = region.eks.updates.iter().filter(|one| one.nodegroup.as_deref() == Some(name.as_str()));
        let busy = own.map(|one| update::status(one, region, world.now)).any(|status| status == "InProgress");
        Ok((group.asg.clone(), busy))
    })?;
    if status {
        let message = format!("Nodegroup {name} is currently being updated and cannot be updated again.");
        let fail = Fail::new(409, "ResourceInUseException", message);
        return Err(fail.with("clusterName", call.text("name").unwrap_or_default()).with("nodegroupName", name));
    }
    let told = call.change(|world| change(world, call, &name, &group, &sizes));
    Ok(json!({ "update": told }).into())
}

fn size(asked: &Value, name: &str) -> Result<Option<u32>, Fail> {
    match asked.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let size = value.as_u64().and_then(|size| u32::try_from(size).ok());
            size.map(Some).ok_or_else(|| invalid(format!("{name} must be a whole number that is not negative.")))
        }
    }
}

fn fits(sizes: &Sizes, scaling: Option<&ScalingGroup>) -> Result<(), Fail> {
    let Some(scaling) = scaling else { return Ok(()) };
    let (min, max) = (sizes.min.unwrap_or(scaling.min), sizes.max.unwrap_or(scaling.max));
    let desired = sizes.desired.unwrap_or(scaling.desired);
    if sizes.min.is_none() && sizes.max.is_none() && sizes.desired.is_none() {
        return Err(invalid("You must provide at least one of scalingConfig.minSize, maxSize and desiredSize."));
    }
    if max == 0 {
        return Err(invalid("maxSize must be at least 1."));
    }
    if desired < min {
        return Err(invalid(format!("Minimum capacity {min} can't be greater than desired size {desired}")));
    }
    if desired > max {
        return Err(invalid(format!("desired capacity {desired} can't be greater than max size {max}")));
    }
    Ok(())
}

fn change(world: &mut World, call: &Call<'_>, nodegroup: &str, asg: &str, sizes: &Sizes) -> Value {
    let now = world.now;
    let mut params = vec![];
    for (kind, size) in [("MinSize", sizes.min), ("MaxSize", sizes.max), ("DesiredSize", sizes.desired)] {
        params.extend(size.map(|size| (kind.to_owned(), size.to_string())));
    }
    let update = Update {
        id: Rng::of(world.seed, call.id).uuid(),
        kind: "ConfigUpdate",
        status: "InProgress",
        created: now,
        params,
        nodegroup: Some(nodegroup.to_owned()),
    };
    let Some(number) = world.regions.iter().position(|region| region.name == call.region) else { return Value::Null };
    world.resize(number, asg, sizes.min, sizes.max, sizes.desired);
    let region = &mut world.regions[number];
    region.eks.updates.insert(0, update);
    update::told(&region.eks.updates[0], region, now)
}
