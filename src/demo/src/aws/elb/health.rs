//! The health of targets. It is not kept anywhere: it follows from the pods behind the Kubernetes service, and from how long they
//! have been as they are.
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
/// How long the connections of a target that is taken away may go on: its group's `deregistration_delay`.
const DRAINING: i64 = 30 * SECOND;
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
        let pod = pods.get(&of.ip).copied();
        let silent = region.kube.host(&of.node).and_then(|host| host.silent);
        let (state, why) =
            judged(&Seen { of, leaving: pod.and_then(leaving), created: pod.map(|pod| pod.created), silent }, now)?;
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
        .into()
    };
    endpoints.iter().filter_map(row).collect()
}

/// Since when a pod is on its way out.
fn leaving(pod: &Pod) -> Option<i64> {
    pod.deletion.map(|deletion| deletion.at - deletion.grace * SECOND)
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

/// What there is to judge a pod by.
struct Seen<'a> {
    of: &'a Endpoint,
    /// Since when it is on its way out.
    leaving: Option<i64>,
    created: Option<i64>,
    /// Since when its node is silent, which the load balancer finds out before the cluster does.
    silent: Option<i64>,
}

/// What the load balancer thinks of a pod; nothing, once it has forgotten it. It finds things out by its own checks, so it is always a
/// little late.
fn judged(seen: &Seen<'_>, now: i64) -> Option<(&'static str, Why)> {
    let (of, lasts) = (seen.of, now - seen.of.since);
    if let Some(since) = seen.leaving {
        let why = ("Target.DeregistrationInProgress", "Target deregistration is in progress");
        return (now - since < DRAINING).then_some(("draining", Some(why)));
    }
    if let Some(since) = seen.silent {
        let late = now - since < UNHEALTHY_AFTER;
        return Some(if late {
            ("healthy", None)
        } else {
            ("unhealthy", Some(("Target.Timeout", "Request timed out")))
        });
    }
    // what is not ready from its beginning was never found healthy
    let served = seen.created.is_some_and(|created| of.since > created + SECOND);
    Some(match (of.ready, lasts) {
        (true, ..REGISTRATION) => {
            ("initial", Some(("Elb.RegistrationInProgress", "Target registration is in progress")))
        }
        (true, REGISTRATION..HEALTHY_AFTER) => ("initial", Some(CHECKING)),
        (true, _) => ("healthy", None),
        (false, ..UNHEALTHY_AFTER) if served => ("healthy", None),
        (false, ..UNHEALTHY_AFTER) => ("initial", Some(CHECKING)),
        (false, _) => ("unhealthy", Some(("Target.FailedHealthChecks", "Health checks failed"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Told = Option<(&'static str, Option<&'static str>)>;

    fn state(ready: bool, seconds: i64, silent: Option<i64>, leaving: Option<i64>) -> Told {
        let (ip, zone, node) = (Ipv4Addr::new(10, 0, 0, 1), "us-east-1a".to_owned(), "n".to_owned());
        let of = Endpoint { ip, port: 8080, zone, node, ready, since: 0, lost: silent.is_some() };
        let told = judged(&Seen { of: &of, leaving, created: None, silent }, seconds * SECOND);
        told.map(|(state, why)| (state, why.map(|(code, _)| code)))
    }

    #[test]
    fn a_pod_is_healthy_some_checks_after_it_is_ready_and_unhealthy_some_after_it_is_not() {
        assert_eq!(state(true, 1, None, None), Some(("initial", Some("Elb.RegistrationInProgress"))));
        assert_eq!(state(true, 6, None, None), Some(("initial", Some("Elb.InitialHealthChecking"))));
        assert_eq!(state(true, 10, None, None), Some(("healthy", None)));
        assert_eq!(state(false, 19, None, None), Some(("initial", Some("Elb.InitialHealthChecking"))));
        assert_eq!(state(false, 20, None, None), Some(("unhealthy", Some("Target.FailedHealthChecks"))));
    }

    #[test]
    fn a_pod_on_a_silent_node_is_healthy_until_the_checks_have_timed_out_though_the_cluster_calls_it_ready() {
        assert_eq!(state(true, 119, Some(100 * SECOND), None), Some(("healthy", None)));
        assert_eq!(state(true, 120, Some(100 * SECOND), None), Some(("unhealthy", Some("Target.Timeout"))));
    }

    #[test]
    fn a_pod_that_ends_is_drained_and_then_forgotten() {
        assert_eq!(state(false, 29, None, Some(0)), Some(("draining", Some("Target.DeregistrationInProgress"))));
        assert_eq!(state(false, 30, None, Some(0)), None);
    }
}
