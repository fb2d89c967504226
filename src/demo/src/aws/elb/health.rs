//! The health of targets. It is not kept anywhere: it follows from the pods behind the Kubernetes service, and from how long they have been
//! as they are.
use std::{collections::HashMap, net::Ipv4Addr};

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
    kube::Pod,
    world::{
        Region,
        balancer::TargetGroup,
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
    let shifted = balancer.and_then(|one| one.shifted).and_then(|zone| region.zones.get(zone));
    let pods: HashMap<Ipv4Addr, &Pod> =
        region.kube.store().pods(Some(&group.namespace)).filter_map(|pod| Some((pod.ip?, pod.as_ref()))).collect();
    let endpoints = cluster::endpoints(&region.kube, &group.namespace, &group.service);
    let row = |of: &Endpoint| {
        let (state, why) = judged(of, pods.get(&of.ip).copied(), now);
        json!({
            "Target": { "Id": of.ip.to_string(), "Port": group.port, "AvailabilityZone": of.zone },
            "HealthCheckPort": group.port.to_string(),
            "TargetHealth": {
                "State": state,
                "Reason": why.map(|(code, _)| code),
                "Description": why.map(|(_, text)| text),
            },
            "AdministrativeOverride": overridden(shifted.is_some_and(|zone| zone.name == of.zone)),
        })
    };
    endpoints.iter().map(row).collect()
}

fn overridden(away: bool) -> Value {
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

const CHECKING: (&str, &str) = ("Elb.InitialHealthChecking", "Initial health checks in progress");

type Why = Option<(&'static str, &'static str)>;

/// What the load balancer thinks of a pod. It finds things out by its own checks, so it is always a little late.
fn judged(of: &Endpoint, pod: Option<&Pod>, now: i64) -> (&'static str, Why) {
    let lasts = now - of.since;
    if pod.is_some_and(|pod| pod.deletion.is_some()) {
        return ("draining", Some(("Target.DeregistrationInProgress", "Target deregistration is in progress")));
    }
    if of.ready {
        return match lasts {
            ..REGISTRATION => ("initial", Some(("Elb.RegistrationInProgress", "Target registration is in progress"))),
            REGISTRATION..HEALTHY_AFTER => ("initial", Some(CHECKING)),
            _ => ("healthy", None),
        };
    }
    // what is not ready from its beginning was never found healthy
    let served = of.lost || pod.is_some_and(|pod| of.since > pod.created + SECOND);
    match lasts {
        ..UNHEALTHY_AFTER if served => ("healthy", None),
        ..UNHEALTHY_AFTER => ("initial", Some(CHECKING)),
        _ if of.lost => ("unhealthy", Some(("Target.Timeout", "Request timed out"))),
        _ => ("unhealthy", Some(("Target.FailedHealthChecks", "Health checks failed"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(ready: bool, lost: bool, seconds: i64) -> (&'static str, Option<&'static str>) {
        let (ip, zone, node) = (Ipv4Addr::new(10, 0, 0, 1), "us-east-1a".to_owned(), "n".to_owned());
        let of = Endpoint { ip, port: 8080, zone, node, ready, since: 0, lost };
        let (state, why) = judged(&of, None, seconds * SECOND);
        (state, why.map(|(code, _)| code))
    }

    #[test]
    fn a_pod_is_healthy_some_checks_after_it_is_ready_and_unhealthy_some_after_it_is_not() {
        assert_eq!(state(true, false, 1), ("initial", Some("Elb.RegistrationInProgress")));
        assert_eq!(state(true, false, 6), ("initial", Some("Elb.InitialHealthChecking")));
        assert_eq!(state(true, false, 10), ("healthy", None));
        assert_eq!(state(false, false, 19), ("initial", Some("Elb.InitialHealthChecking")));
        assert_eq!(state(false, false, 20), ("unhealthy", Some("Target.FailedHealthChecks")));
    }

    #[test]
    fn a_pod_on_a_lost_node_is_healthy_until_the_checks_have_timed_out() {
        assert_eq!(state(false, true, 19), ("healthy", None));
        assert_eq!(state(false, true, 20), ("unhealthy", Some("Target.Timeout")));
    }
}
