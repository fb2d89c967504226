//! What groups did, and why.
use serde_json::{Value, json};

use super::{
    super::{call::Call, fail::Fail, service::Reply, wire::time},
    listed, no_such_group,
};
use crate::world::{
    Region,
    host::{Activity, ScalingGroup},
};

pub fn activities(call: &Call<'_>) -> Result<Reply, Fail> {
    let (name, ids) = (call.text("AutoScalingGroupName"), call.texts("ActivityIds"));
    let (known, mut all): (bool, Vec<(i64, Value)>) = call.look(|_, region| {
        let groups = || region.scaling.iter().filter(|group| name.is_none_or(|name| name == group.name));
        let of = |group: &ScalingGroup| -> Vec<(i64, Value)> {
            group.activities.iter().map(|activity| (activity.started, row(region, group, activity))).collect()
        };
        (groups().next().is_some(), groups().flat_map(of).collect())
    })?;
    if let Some(name) = name.filter(|_| !known) {
        return Err(no_such_group(name));
    }
    // newest first, whichever group it was
    all.sort_by_key(|(started, _)| std::cmp::Reverse(*started));
    let rows: Vec<Value> = all.into_iter().map(|(_, row)| row).collect();
    let rows = rows.into_iter().filter(|row| ids.is_empty() || ids.iter().any(|id| row["ActivityId"] == id.as_str()));
    listed(call, "Activities", rows.collect(), "ActivityId", (1, 100), 100)
}

pub fn row(region: &Region, group: &ScalingGroup, of: &Activity) -> Value {
    let subnet = group.subnets.first();
    let zone = group.zones.first().and_then(|zone| region.zones.get(*zone)).map(|zone| &zone.name);
    json!({
        "ActivityId": of.id,
        "AutoScalingGroupName": group.name,
        "AutoScalingGroupARN": group.arn,
        "Description": of.description,
        "Cause": of.cause,
        "StartTime": time(of.started),
        "EndTime": of.ended.map(time),
        "StatusCode": of.status,
        "StatusMessage": (!of.message.is_empty()).then_some(&of.message),
        "Progress": if of.ended.is_some() { 100 } else { 50 },
        "Details": json!({ "Subnet ID": subnet, "Availability Zone": zone }).to_string(),
    })
}
