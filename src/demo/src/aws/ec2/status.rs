//! Status checks: what EC2 thinks of the host under an instance, and of the instance.
use serde_json::{Value, json};

use super::{
    super::{call::Call, fail::Fail, service::Reply, wire::time},
    instance::state,
    listing::{INSTANCE, Listing, PAGE, list},
};
use crate::{
    clock::DAY,
    world::{
        Region,
        host::{Check, Instance, State},
    },
};

pub fn statuses(call: &Call<'_>) -> Result<Reply, Fail> {
    if !call.texts("InstanceId").is_empty() && call.number("MaxResults")?.is_some() {
        let message = "The parameter instanceIdSet cannot be used with the parameter maxResults";
        return Err(Fail::bad("InvalidParameterCombination", message));
    }
    let every = call.flag("IncludeAllInstances");
    let rows: Vec<Value> = call.look(|_, region| region.instances.iter().map(|one| row(region, one)).collect())?;
    // an id that is there is no error, even if the instance does not run and is left out
    let wished = call.texts("InstanceId");
    super::listing::check(&wished, &INSTANCE, |id| rows.iter().any(|row| row["instanceId"] == id))?;
    let rows = rows.into_iter().filter(|row| {
        (every || row["instanceState"]["name"] == "running")
            && (wished.is_empty() || wished.iter().any(|id| row["instanceId"] == id.as_str()))
    });
    let filters = &[
        ("availability-zone", "availabilityZone"),
        ("availability-zone-id", "availabilityZoneId"),
        ("event.code", "eventsSet.code"),
        ("event.description", "eventsSet.description"),
        ("event.instance-event-id", "eventsSet.instanceEventId"),
        ("instance-state-code", "instanceState.code"),
        ("instance-state-name", "instanceState.name"),
        ("instance-status.reachability", "instanceStatus.details.status"),
        ("instance-status.status", "instanceStatus.status"),
        ("system-status.reachability", "systemStatus.details.status"),
        ("system-status.status", "systemStatus.status"),
        ("attached-ebs-status.status", "attachedEbsStatus.status"),
        ("tag", ""),
        ("tag-key", "tagSet.key"),
    ];
    let listing = Listing { set: "instanceStatusSet", ids: None, filters, page: PAGE };
    list(call, &listing, rows.collect())
}

fn row(region: &Region, instance: &Instance) -> Value {
    let zone = region.zones.get(instance.zone);
    let ebs = if instance.system == Check::Impaired { Check::Impaired } else { instance.reachability };
    json!({
        "instanceId": instance.id,
        "availabilityZone": zone.map(|zone| &zone.name),
        "availabilityZoneId": zone.map(|zone| &zone.id),
        "instanceState": state(instance.state),
        "eventsSet": events(instance),
        "systemStatus": check(instance, instance.system),
        "instanceStatus": check(instance, instance.reachability),
        "attachedEbsStatus": check(instance, ebs),
    })
}

fn check(instance: &Instance, check: Check) -> Value {
    if instance.state != State::Running {
        return json!({ "status": "not-applicable" });
    }
    let since = instance.impaired_since.filter(|_| check == Check::Impaired);
    json!({
        "status": check.word(),
        "details": [{ "name": "reachability", "status": check.detail(), "impairedSince": since.map(time) }],
    })
}

/// What cannot be reached for its system is retired, unless it is stopped and started elsewhere before.
fn events(instance: &Instance) -> Value {
    let failed =
        instance.impaired_since.filter(|_| instance.system == Check::Impaired && instance.state == State::Running);
    failed
        .into_iter()
        .map(|since| {
            json!({
                "instanceEventId": super::part::derived("instance-event", &instance.id),
                "code": "instance-retirement",
                "description": "The instance is running on degraded hardware",
                "notBefore": time(since + 14 * DAY),
            })
        })
        .collect()
}
