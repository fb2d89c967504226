//! The health of targets, as DescribeTargetHealth tells it.
use serde_json::{Value, json};

use super::{
    super::{
        call::{Call, texts},
        fail::{self, Fail},
        service::Reply,
    },
    NO_GROUP, is_arn,
};
use crate::world::{
    Region,
    balancer::TargetGroup,
    health::{self, Health, Target},
};

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
    let row = |target: Target| {
        let (state, why) = told(target.health);
        json!({
            "Target": { "Id": target.ip.to_string(), "Port": group.port, "AvailabilityZone": target.zone },
            "HealthCheckPort": group.port.to_string(),
            "TargetHealth": {
                "State": state,
                "Reason": why.map(|(code, _)| code),
                "Description": why.map(|(_, text)| text),
            },
            "AdministrativeOverride": overridden(shifted.is_some_and(|zone| zone.name == target.zone)),
        })
    };
    health::targets(region, group, now).into_iter().map(row).collect()
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

/// A state, and why it is so, in the words of ELB.
const fn told(health: Health) -> (&'static str, Option<(&'static str, &'static str)>) {
    match health {
        Health::Registering => ("initial", Some(("Elb.RegistrationInProgress", "Target registration is in progress"))),
        Health::Checking => ("initial", Some(("Elb.InitialHealthChecking", "Initial health checks in progress"))),
        Health::Healthy => ("healthy", None),
        Health::Failing => ("unhealthy", Some(("Target.FailedHealthChecks", "Health checks failed"))),
        Health::Silent => ("unhealthy", Some(("Target.Timeout", "Request timed out"))),
        Health::Draining => {
            ("draining", Some(("Target.DeregistrationInProgress", "Target deregistration is in progress")))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        clock::{MINUTE, SECOND},
        incident,
        world::{World, build::Scale, deed::Deed, metrics},
    };

    const NOW: i64 = 1_760_000_000_000;

    /// How many targets of a group are in each state.
    fn states(world: &World, region: &Region, group: &TargetGroup) -> BTreeMap<String, usize> {
        let mut count = BTreeMap::new();
        for row in all(region, group, world.now) {
            *count.entry(row["TargetHealth"]["State"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        count
    }

    #[test]
    fn the_counts_of_cloudwatch_are_those_of_the_targets_at_every_minute_of_an_incident() {
        for name in ["bad-deploy", "az-down"] {
            let mut world = World::new(7, NOW, Scale::default());
            let place = incident::begin(&mut world, name).unwrap();
            let number = world.regions.iter().position(|region| region.name == place.region).unwrap();
            let first = (NOW / MINUTE + 1) * MINUTE;
            // the program behind the load balancer is rolled out meanwhile, so that minutes end while targets come and go
            for (minute, value) in [(2, "1"), (9, "2"), (16, "3")] {
                let (program, variable, value) = ("web".to_owned(), "ROUND".to_owned(), value.to_owned());
                let at = first + minute * MINUTE - 12 * SECOND;
                world.intend(at, Deed::Set { region: number, program, variable, value });
            }
            let mut seen: BTreeMap<String, usize> = BTreeMap::new();
            for minute in 0..25 {
                world.advance(first + minute * MINUTE);
                let region = &world.regions[number];
                for group in &region.target_groups {
                    let balancer = region.balancers.iter().find(|one| one.arn == group.balancer).unwrap();
                    let states = states(&world, region, group);
                    let of = |state: &str| states.get(state).copied().unwrap_or_default();
                    let last = |metric| *region.metrics[&metric].values.back().unwrap();
                    let told = (last(metrics::healthy(group, balancer)), last(metrics::unhealthy(group, balancer)));
                    assert_eq!(told, (of("healthy") as f64, of("unhealthy") as f64), "{name}, {minute}: {states:?}");
                    states.into_iter().for_each(|(state, count)| *seen.entry(state).or_default() += count);
                }
            }
            assert!(seen.contains_key("draining") && seen.contains_key("initial"), "{name}: {seen:?}");
            assert_eq!(seen.contains_key("unhealthy"), name == "az-down", "{name}: {seen:?}");
        }
    }
}
