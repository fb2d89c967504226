//! The health of targets. It is not kept anywhere: it follows from the pods behind the Kubernetes service, and from how long they have been
//! as they are.
use serde_json::{Value, json};

use super::{
    super::{
        call::{Call, texts},
        fail::{self, Fail},
        service::Reply,
    },
    NO_GROUP, is_arn,
};
use crate::{
    clock::SECOND,
    world::{
        Region,
        balancer::{Balancer, TargetGroup},
        cluster::{self, Endpoint},
    },
};

/// So long a pod must be ready before two checks have found it so.
const HEALTHY_AFTER: i64 = 10 * SECOND;
/// So long it must not be ready before two checks have failed.
const UNHEALTHY_AFTER: i64 = 20 * SECOND;
/// So long a new target is being registered before it is checked at all.
const REGISTRATION: i64 = 4 * SECOND;

pub fn health(call: &Call<'_>) -> Result<Reply, Fail> {
    let arn = call.text("TargetGroupArn").ok_or_else(|| fail::missing(call, "targetGroupArn"))?;
    is_arn(arn, "targetgroup")?;
    let rows = call.look(|world, region| {
        let group = region.target_groups.iter().find(|group| group.arn == arn)?;
        Some(all(region, group, world.now))
    })?;
    let rows = rows.ok_or_else(|| Fail::bad(NO_GROUP, format!("Target groups '[{arn}]' not found")))?;
    let asked: Vec<String> = call.objects("Targets").into_iter().flat_map(|target| texts(&target["Id"])).collect();
    if asked.is_empty() {
        return Ok(json!({ "TargetHealthDescriptions": rows }).into());
    }
    let unknown = |id: &String| {
        let health = json!({
            "State": "unused",
            "Reason": "Target.NotRegistered",
            "Description": "Target is not registered to the target group",
        });
        json!({ "Target": { "Id": id }, "TargetHealth": health })
    };
    let one = |id: &String| {
        rows.iter().find(|row| row["Target"]["Id"] == id.as_str()).cloned().unwrap_or_else(|| unknown(id))
    };
    Ok(json!({ "TargetHealthDescriptions": asked.iter().map(one).collect::<Vec<_>>() }).into())
}

fn all(region: &Region, group: &TargetGroup, now: i64) -> Vec<Value> {
    let balancer = region.balancers.iter().find(|one| one.arn == group.balancer);
    let endpoints = cluster::endpoints(&region.kube, &group.namespace, &group.service);
    endpoints.iter().map(|endpoint| row(region, group, balancer, endpoint, now)).collect()
}

fn row(region: &Region, group: &TargetGroup, balancer: Option<&Balancer>, of: &Endpoint, now: i64) -> Value {
    let (state, why) = judged(of, now);
    let shifted = balancer.and_then(|one| one.shifted).and_then(|zone| region.zones.get(zone));
    let away = shifted.is_some_and(|zone| zone.name == of.zone);
    json!({
        "Target": { "Id": of.ip.to_string(), "Port": group.port, "AvailabilityZone": of.zone },
        "HealthCheckPort": group.port.to_string(),
        "TargetHealth": {
            "State": state,
            "Reason": why.map(|(code, _)| code),
            "Description": why.map(|(_, text)| text),
        },
        "AdministrativeOverride": override_(away),
    })
}

fn override_(away: bool) -> Value {
    if away {
        json!({
            "State": "zonal_shift_active",
            "Reason": "AdministrativeOverride.ZonalShiftActive",
            "Description": "Zonal shift is active; traffic to this zone is shifted away",
        })
    } else {
        json!({
            "State": "no_override",
            "Reason": "AdministrativeOverride.NoOverride",
            "Description": "No override is currently active on target",
        })
    }
}

type Why = Option<(&'static str, &'static str)>;

/// What the load balancer thinks of a pod.
fn judged(of: &Endpoint, now: i64) -> (&'static str, Why) {
    let lasts = now - of.since;
    if of.ready {
        return match lasts {
            ..REGISTRATION => ("initial", Some(("Elb.RegistrationInProgress", "Target registration is in progress"))),
            REGISTRATION..HEALTHY_AFTER => {
                ("initial", Some(("Elb.InitialHealthChecking", "Initial health checks in progress")))
            }
            _ => ("healthy", None),
        };
    }
    if of.lost {
        return match lasts {
            ..UNHEALTHY_AFTER => ("healthy", None),
            _ => ("unhealthy", Some(("Target.Timeout", "Request timed out"))),
        };
    }
    match lasts {
        ..UNHEALTHY_AFTER => ("initial", Some(("Elb.InitialHealthChecking", "Initial health checks in progress"))),
        _ => ("unhealthy", Some(("Target.FailedHealthChecks", "Health checks failed"))),
    }
}
