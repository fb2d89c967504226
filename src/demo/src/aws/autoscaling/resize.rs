//! Changing what groups want, and giving up on an instance.
use serde_json::{Value, json};

use super::{
    super::{
        call::Call,
        fail::{self, Fail},
        service::Reply,
    },
    activity, no_such_group,
};
use crate::world::host::State;

/// The group's sizes, and where its region is in the world.
struct Sizes {
    region: usize,
    min: u32,
    max: u32,
}

fn sizes(call: &Call<'_>, name: &str) -> Result<Sizes, Fail> {
    let region = call
        .estate
        .look(|world| world.regions.iter().position(|region| region.name == call.region))
        .unwrap_or_default();
    let found = call
        .look(|_, region| region.scaling.iter().find(|group| group.name == name).map(|group| (group.min, group.max)))?;
    let (min, max) = found.ok_or_else(|| no_such_group(name))?;
    Ok(Sizes { region, min, max })
}

fn size(call: &Call<'_>, name: &str) -> Result<Option<u32>, Fail> {
    let size = call.number(name)?;
    size.map(|size| {
        u32::try_from(size).map_err(|_| Fail::bad("ValidationError", format!("{name} must not be below 0")))
    })
    .transpose()
}

pub fn desired(call: &Call<'_>) -> Result<Reply, Fail> {
    let name = call.text("AutoScalingGroupName").ok_or_else(|| fail::missing(call, "autoScalingGroupName"))?;
    let wanted = size(call, "DesiredCapacity")?.ok_or_else(|| fail::missing(call, "desiredCapacity"))?;
    let group = sizes(call, name)?;
    within(wanted, group.min, group.max)?;
    call.change(|world| world.resize(group.region, name, None, None, Some(wanted)));
    Ok(Value::Null.into())
}

fn within(wanted: u32, min: u32, max: u32) -> Result<(), Fail> {
    let (word, than, bound) = match (wanted < min, wanted > max) {
        (true, _) => ("below", "min", min),
        (_, true) => ("above", "max", max),
        _ => return Ok(()),
    };
    let message =
        format!("New SetDesiredCapacity value {wanted} is {word} {than} value {bound} for the AutoScalingGroup.");
    Err(Fail::bad("ValidationError", message))
}

pub fn update(call: &Call<'_>) -> Result<Reply, Fail> {
    let name = call.text("AutoScalingGroupName").ok_or_else(|| fail::missing(call, "autoScalingGroupName"))?;
    let group = sizes(call, name)?;
    let (min, max, wanted) = (size(call, "MinSize")?, size(call, "MaxSize")?, size(call, "DesiredCapacity")?);
    let (low, high) = (min.unwrap_or(group.min), max.unwrap_or(group.max));
    if low > high {
        return Err(Fail::bad(
            "ValidationError",
            format!("Max bound, {high}, must be greater than or equal to min bound, {low}"),
        ));
    }
    if let Some(wanted) = wanted.filter(|wanted| !(low..=high).contains(wanted)) {
        let message =
            format!("Desired capacity:{wanted} must be between the specified min size:{low} and max size:{high}");
        return Err(Fail::bad("ValidationError", message));
    }
    call.change(|world| world.resize(group.region, name, min, max, wanted));
    Ok(Value::Null.into())
}

/// The group that an instance is in, if it still is in one.
fn group_of(call: &Call<'_>, id: &str) -> Result<String, Fail> {
    let found = call.look(|_, region| {
        let instance = region.instances.iter().find(|one| one.id == id && one.state != State::Terminated)?;
        instance.asg.clone()
    })?;
    let message = || format!("Instance Id not found - No managed instance found for instance ID: {id}");
    found.ok_or_else(|| Fail::bad("ValidationError", message()))
}

pub fn terminate(call: &Call<'_>) -> Result<Reply, Fail> {
    let id = call.text("InstanceId").ok_or_else(|| fail::missing(call, "instanceId"))?;
    if call.input.get("ShouldDecrementDesiredCapacity").is_none() {
        return Err(fail::missing(call, "shouldDecrementDesiredCapacity"));
    }
    let shrink = call.flag("ShouldDecrementDesiredCapacity");
    let name = group_of(call, id)?;
    let group = sizes(call, &name)?;
    let wanted =
        call.look(|_, region| region.scaling.iter().find(|one| one.name == name).map_or(0, |one| one.desired))?;
    if shrink && wanted <= group.min {
        let message = format!(
            "Currently, desiredSize equals minSize ({}). Terminating instance without replacement will violate group's min size \
             constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.",
            group.min
        );
        return Err(Fail::bad("ValidationError", message));
    }
    let cause = "instance was taken out of service in response to a user request.";
    let row = call.change(|world| {
        let done = world.discard(group.region, id, shrink, cause).ok()?;
        let region = world.regions.get(group.region)?;
        let group = region.scaling.iter().find(|one| one.name == name)?;
        Some(activity::row(region, group, &done))
    });
    Ok(json!({ "Activity": row }).into())
}

/// Calling an instance unhealthy has the group replace it; calling it healthy changes nothing that EC2 finds.
pub fn health(call: &Call<'_>) -> Result<Reply, Fail> {
    let id = call.text("InstanceId").ok_or_else(|| fail::missing(call, "instanceId"))?;
    let status = call.text("HealthStatus").ok_or_else(|| fail::missing(call, "healthStatus"))?;
    let name = group_of(call, id)?;
    let group = sizes(call, &name)?;
    match status {
        "Healthy" => {}
        "Unhealthy" => {
            let cause = "an instance was taken out of service in response to a user health-check.";
            // that it is there was found out above
            let _done = call.change(|world| world.discard(group.region, id, false, cause));
        }
        other => return Err(Fail::bad("ValidationError", format!("{other} is not a valid health status"))),
    }
    Ok(Value::Null.into())
}
