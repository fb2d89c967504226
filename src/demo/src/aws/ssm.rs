//! Systems Manager: which hosts its agent speaks for, AWS's public parameters, and sessions.
mod parameter;

use serde_json::{Map, Value, json};

use super::{
    call::{Call, texts},
    fail::{self, Fail},
    page::{self, Page, page},
    service::{Operation, Reply, Service},
    wire::{Wire, time},
};
use crate::{
    clock::{DAY, MINUTE},
    rng::Rng,
    world::{
        Region, World,
        host::{Instance, State},
    },
};

pub const SERVICE: Service = Service {
    name: "ssm",
    wire: Wire::Json11,
    namespace: "",
    bad_token: ("InvalidNextToken", "The specified token is not valid."),
    operations: &[
        Operation::new("ssm:DescribeInstanceInformation", information),
        Operation::new("ssm:DescribeInstancePatchStates", patches),
        Operation::new("ssm:GetParameter", parameter::one),
        Operation::new("ssm:GetParameters", parameter::some),
        Operation::new("ssm:GetParametersByPath", parameter::by_path),
        Operation::new("ssm:StartSession", session),
    ],
};

const AGENT: &str = "3.3.3050.0";

fn information(call: &Call<'_>) -> Result<Reply, Fail> {
    let limit = page::limit(call, "MaxResults", 5, 50, 50)?;
    let filters = filters(call)?;
    let rows = call.look(|world, region| {
        let managed = region.instances.iter().filter(|one| one.agent.is_some() && one.state != State::Terminated);
        let rows = managed.map(|instance| (told(world, region, instance), instance));
        rows.filter(|(row, instance)| filters.iter().all(|filter| filter.passes(row, instance)))
            .map(|(row, _)| row)
            .collect::<Vec<_>>()
    })?;
    let key = |row: &Value| row["InstanceId"].as_str().unwrap_or_default().to_owned();
    let Page { rows, next } = page(call, rows, key, limit, call.text("NextToken"))?;
    Ok(json!({ "InstanceInformationList": rows, "NextToken": next }).into())
}

/// The agent speaks every five minutes.
fn last_ping(world: &World, instance: &Instance, online: bool) -> i64 {
    let phase = Rng::of(world.seed, &instance.id).between(0, 5 * MINUTE);
    let until = if online { world.now } else { instance.impaired_since.unwrap_or(instance.since) };
    let ping = (until - phase).div_euclid(5 * MINUTE) * 5 * MINUTE + phase;
    ping.max(instance.agent.unwrap_or(ping).min(until))
}

fn told(world: &World, region: &Region, instance: &Instance) -> Value {
    let online = instance.agent_online(world.now);
    let ping = last_ping(world, instance, online);
    json!({
        "InstanceId": instance.id,
        "PingStatus": if online { "Online" } else { "ConnectionLost" },
        "LastPingDateTime": time(ping),
        "AgentVersion": AGENT,
        "IsLatestVersion": true,
        "PlatformType": "Linux",
        "PlatformName": "Amazon Linux",
        "PlatformVersion": "2023",
        "ResourceType": "EC2Instance",
        "IPAddress": instance.private_ip.to_string(),
        "ComputerName": instance.private_dns(&region.name),
        "AssociationStatus": "Success",
        "LastAssociationExecutionDate": time(ping - 7 * MINUTE),
        "LastSuccessfulAssociationExecutionDate": time(ping - 7 * MINUTE),
        "AssociationOverview": {
            "DetailedStatus": "Success",
            "InstanceAssociationStatusAggregatedCount": { "Success": 1 },
        },
        "SourceId": instance.id,
        "SourceType": "AWS::EC2::Instance",
    })
}

struct Filter {
    key: String,
    values: Vec<String>,
}

/// Both the old list of filters and the new one.
fn filters(call: &Call<'_>) -> Result<Vec<Filter>, Fail> {
    let old =
        call.objects("InstanceInformationFilterList").into_iter().map(|one| (one.get("key"), one.get("valueSet")));
    let new = call.objects("Filters").into_iter().map(|one| (one.get("Key"), one.get("Values")));
    old.chain(new)
        .map(|(key, values)| {
            let key = key.and_then(Value::as_str).unwrap_or_default().to_owned();
            let values = texts(values.unwrap_or(&Value::Null));
            let known = ["InstanceIds", "AgentVersion", "PingStatus", "PlatformTypes", "PlatformType", "ResourceType"];
            let other = ["ActivationIds", "IamRole", "AssociationStatus", "tag-key", "SourceIds", "SourceTypes"];
            if !known.contains(&key.as_str()) && !other.contains(&key.as_str()) && !key.starts_with("tag:") {
                return Err(Fail::bad("InvalidFilterKey", format!("The specified filter key {key} is not valid.")));
            }
            if values.is_empty() {
                return Err(Fail::bad(
                    "InvalidInstanceInformationFilterValue",
                    "A filter must have at least one value.",
                ));
            }
            Ok(Filter { key, values })
        })
        .collect()
}

impl Filter {
    fn passes(&self, row: &Value, instance: &Instance) -> bool {
        let wishes = |is: &str| self.values.iter().any(|wish| wish == is);
        match self.key.as_str() {
            "tag-key" => instance.tags.0.iter().any(|(key, _)| wishes(key)),
            "PlatformTypes" => row["PlatformType"].as_str().is_some_and(wishes),
            "InstanceIds" | "SourceIds" => wishes(&instance.id),
            "SourceTypes" => wishes("AWS::EC2::Instance"),
            "IamRole" | "ActivationIds" => false,
            key => match key.strip_prefix("tag:") {
                Some(tag) => instance.tags.value(tag).is_some_and(wishes),
                None => row[key].as_str().is_some_and(wishes),
            },
        }
    }
}

fn patches(call: &Call<'_>) -> Result<Reply, Fail> {
    let limit = page::limit(call, "MaxResults", 10, 100, 100)?;
    let ids = call.texts("InstanceIds");
    if ids.is_empty() || ids.len() > 50 {
        return Err(Fail::bad("ValidationException", "InstanceIds must have 1 to 50 entries."));
    }
    let rows = call.look(|world, region| {
        let managed = region.instances.iter().filter(|one| one.agent.is_some() && ids.contains(&one.id));
        managed.map(|instance| patch(world, instance)).collect::<Vec<_>>()
    })?;
    let key = |row: &Value| row["InstanceId"].as_str().unwrap_or_default().to_owned();
    let Page { rows, next } = page(call, rows, key, limit, call.text("NextToken"))?;
    Ok(json!({ "InstancePatchStates": rows, "NextToken": next }).into())
}

/// A host is scanned once a day; what it lacks grows with its age.
fn patch(world: &World, instance: &Instance) -> Value {
    let mut rng = Rng::of(world.seed, &format!("patch/{}", instance.id));
    let began = (world.now - rng.between(0, DAY)).div_euclid(DAY) * DAY + rng.between(0, DAY);
    let began = if began > world.now { began - DAY } else { began };
    let weeks = ((world.now - instance.launched) / (7 * DAY)).clamp(0, 40);
    let missing = if weeks > 3 { weeks / 2 } else { 0 };
    let counts = [
        ("InstalledCount", rng.between(180, 240)),
        ("InstalledOtherCount", rng.between(200, 320)),
        ("InstalledPendingRebootCount", 0),
        ("InstalledRejectedCount", 0),
        ("MissingCount", missing),
        ("FailedCount", 0),
        ("UnreportedNotApplicableCount", 0),
        ("NotApplicableCount", rng.between(700, 1400)),
        ("CriticalNonCompliantCount", missing / 5),
        ("SecurityNonCompliantCount", missing / 2),
        ("OtherNonCompliantCount", 0),
    ];
    let mut row: Map<String, Value> =
        counts.iter().map(|(name, count)| ((*name).to_owned(), Value::from(*count))).collect();
    for (name, value) in [
        ("InstanceId", Value::from(instance.id.as_str())),
        ("PatchGroup", Value::from("")),
        ("BaselineId", Value::from(format!("pb-0{:016x}", crate::rng::hash(world.seed, "baseline")))),
        ("OwnerInformation", Value::from("")),
        ("OperationStartTime", time(began)),
        ("OperationEndTime", time(began + 40_000)),
        ("Operation", Value::from("Scan")),
        ("RebootOption", Value::from("NoReboot")),
    ] {
        row.insert(name.to_owned(), value);
    }
    Value::Object(row)
}

/// There is no way into the hosts by sessions: the agents of the demo hold no channel open for them.
fn session(call: &Call<'_>) -> Result<Reply, Fail> {
    let target = call.text("Target").ok_or_else(|| fail::missing(call, "target"))?;
    Err(Fail::bad("TargetNotConnected", format!("{target} is not connected.")))
}
