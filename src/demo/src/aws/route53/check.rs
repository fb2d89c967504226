//! Health checks. What the checkers find follows from the pods behind the entry they look at.
use serde_json::{Value, json};

use super::most;
use crate::{
    aws::{call::Call, fail::Fail, service::Reply, wire::time},
    clock::SECOND,
    rng::Rng,
    world::{World, cluster, record::HealthCheck},
};

/// Where Route 53 checks from.
const PLACES: [&str; 8] = [
    "us-east-1",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "sa-east-1",
];
const EVERY: i64 = 30 * SECOND;

pub fn found<'a>(world: &'a World, id: &str) -> Result<&'a HealthCheck, Fail> {
    let missing = || {
        let message = format!("A health check with id {id} does not exist.");
        Fail::new(404, "NoSuchHealthCheck", message)
    };
    world.dns.checks.iter().find(|check| check.id == id).ok_or_else(missing)
}

fn told(check: &HealthCheck) -> Value {
    json!({
        "Id": check.id,
        "CallerReference": format!("terraform-{}", check.id),
        "HealthCheckConfig": {
            "Port": check.port,
            "Type": "HTTPS",
            "ResourcePath": check.path,
            "FullyQualifiedDomainName": check.host,
            "RequestInterval": EVERY / SECOND,
            "FailureThreshold": 3,
            "MeasureLatency": false,
            "Inverted": false,
            "Disabled": false,
            "EnableSNI": true,
        },
        "HealthCheckVersion": 1,
    })
}

pub fn list(call: &Call<'_>) -> Result<Reply, Fail> {
    let most = most(call, 100)?;
    let marker = call.text("marker");
    call.look(|world, _| {
        let mut checks: Vec<&HealthCheck> = world.dns.checks.iter().collect();
        checks.sort_by(|a, b| a.id.cmp(&b.id));
        if let Some(marker) = marker
            && checks.iter().all(|check| check.id != marker)
        {
            return Err(Fail::bad("InvalidInput", format!("The marker {marker} is not valid")));
        }
        // the marker is the first of the next page
        let mut rest = checks.into_iter().filter(|check| marker.is_none_or(|marker| check.id.as_str() >= marker));
        let rows: Vec<Value> = rest.by_ref().take(most).map(told).collect();
        let next = rest.next();
        Ok(json!({
            "HealthChecks": { "HealthCheck": rows },
            "Marker": marker.unwrap_or_default(),
            "IsTruncated": next.is_some(),
            "NextMarker": next.map(|next| &next.id),
            "MaxItems": most.to_string(),
        })
        .into())
    })?
}

pub fn one(call: &Call<'_>) -> Result<Reply, Fail> {
    let id = call.text("HealthCheckId").unwrap_or_default();
    call.look(|world, _| found(world, id).map(|check| json!({ "HealthCheck": told(check) }).into()))?
}

/// Whether anything answers behind the load balancer of the check's region.
fn answers(world: &World, check: &HealthCheck) -> bool {
    let Some(region) = world.regions.get(check.region) else { return false };
    let listeners = region.balancers.iter().flat_map(|balancer| &balancer.listeners);
    let asked = listeners.filter(|listener| listener.port == check.port).map(|listener| &listener.target_group);
    let groups = asked.filter_map(|arn| region.target_groups.iter().find(|group| group.arn == *arn));
    groups
        .flat_map(|group| cluster::endpoints(&region.kube, &group.namespace, &group.service))
        .any(|endpoint| endpoint.ready && !endpoint.lost)
}

pub fn status(call: &Call<'_>) -> Result<Reply, Fail> {
    let id = call.text("HealthCheckId").unwrap_or_default();
    call.look(|world, _| {
        let check = found(world, id)?;
        let words = if answers(world, check) {
            "Success: HTTP Status Code 200, OK"
        } else {
            "Failure: Connection timed out. The endpoint or the internet connection is down, or requests are being blocked \
             by your \
             firewall."
        };
        let rows: Vec<Value> = (0..2 * PLACES.len()).map(|number| observation(world, check, number, words)).collect();
        Ok(json!({ "HealthCheckObservations": { "HealthCheckObservation": rows } }).into())
    })?
}

fn observation(world: &World, check: &HealthCheck, number: usize, words: &str) -> Value {
    let place = PLACES[number / 2];
    let mut rng = Rng::of(world.seed, &format!("{}/{number}", check.id));
    let phase = rng.between(0, EVERY);
    let at = (world.now - phase).div_euclid(EVERY) * EVERY + phase;
    json!({
        "Region": place,
        // addresses that are kept for examples
        "IPAddress": format!("203.0.113.{}", 10 + number),
        "StatusReport": { "Status": words, "CheckedTime": time(at) },
    })
}
