//! Route 53: the zone over all regions, and the health checks behind its records.
mod check;
mod record;

use serde_json::{Value, json};

use super::{
    call::Call,
    fail::Fail,
    service::{Operation, Reply, Service},
    wire::Wire,
};
use crate::world::{World, record::HostedZone};

pub const SERVICE: Service = Service {
    name: "route53",
    wire: Wire::RestXml,
    namespace: "https://route53.amazonaws.com/doc/2013-04-01/",
    bad_token: ("InvalidInput", "The marker {} is not valid"),
    operations: &[
        Operation::at("route53:ListHostedZones", "GET /2013-04-01/hostedzone", list),
        Operation::at("route53:ListHostedZonesByName", "GET /2013-04-01/hostedzonesbyname", by_name),
        Operation::at("route53:GetHostedZone", "GET /2013-04-01/hostedzone/{Id}", zone),
        Operation::at("route53:ListResourceRecordSets", "GET /2013-04-01/hostedzone/{Id}/rrset", record::list),
        Operation::at("route53:ListHealthChecks", "GET /2013-04-01/healthcheck", check::list),
        Operation::at("route53:GetHealthCheck", "GET /2013-04-01/healthcheck/{HealthCheckId}", check::one),
        Operation::at(
            "route53:GetHealthCheckStatus",
            "GET /2013-04-01/healthcheck/{HealthCheckId}/status",
            check::status,
        ),
        Operation::at("route53:ListTagsForResource", "GET /2013-04-01/tags/{ResourceType}/{ResourceId}", tags),
    ],
};

/// How many are asked for: texts in Route 53, and 100 at most (300 of records).
fn most(call: &Call<'_>, most: i64) -> Result<usize, Fail> {
    match call.number("maxitems")? {
        None => Ok(usize::try_from(most).unwrap_or(100)),
        Some(count) if count >= 1 => Ok(usize::try_from(count.min(most)).unwrap_or(100)),
        Some(count) => {
            Err(Fail::bad("InvalidInput", format!("Value '{count}' at 'maxItems' must be a positive whole number")))
        }
    }
}

fn told(zone: &HostedZone) -> Value {
    json!({
        "Id": format!("/hostedzone/{}", zone.id),
        "Name": zone.name,
        "CallerReference": format!("terraform-{}", zone.id),
        "Config": { "Comment": "The shop's entry", "PrivateZone": false },
        "ResourceRecordSetCount": zone.records.len(),
    })
}

fn list(call: &Call<'_>) -> Result<Reply, Fail> {
    let most = most(call, 100)?;
    let private = call.text("hostedzonetype") == Some("PrivateHostedZone");
    let marker = call.text("marker");
    call.look(|world, _| {
        let zone = &world.dns;
        if marker.is_some_and(|marker| marker != zone.id) {
            return Err(Fail::bad("InvalidInput", format!("The marker {} is not valid", marker.unwrap_or_default())));
        }
        let zones: Vec<Value> = if private || zone.id.is_empty() { vec![] } else { vec![told(zone)] };
        Ok(json!({
            "HostedZones": { "HostedZone": zones },
            // the model wants it even where there is none
            "Marker": marker.unwrap_or_default(),
            "IsTruncated": false,
            "MaxItems": most.to_string(),
        })
        .into())
    })?
}

fn by_name(call: &Call<'_>) -> Result<Reply, Fail> {
    let most = most(call, 100)?;
    let from = call.text("dnsname").map(record::full);
    call.look(|world, _| {
        let zone = &world.dns;
        let there =
            !zone.id.is_empty() && from.as_ref().is_none_or(|from| record::order(from) <= record::order(&zone.name));
        let zones: Vec<Value> = if there { vec![told(zone)] } else { vec![] };
        json!({
            "HostedZones": { "HostedZone": zones },
            "DNSName": from,
            "HostedZoneId": call.text("hostedzoneid"),
            "IsTruncated": false,
            "MaxItems": most.to_string(),
        })
        .into()
    })
}

/// The zone that the path names.
fn found<'a>(call: &Call<'_>, world: &'a World) -> Result<&'a HostedZone, Fail> {
    let id = call.text("Id").unwrap_or_default();
    let bare = id.trim_start_matches('/').trim_start_matches("hostedzone/");
    if world.dns.id == bare {
        return Ok(&world.dns);
    }
    Err(Fail::new(404, "NoSuchHostedZone", format!("No hosted zone found with ID: {bare}")))
}

fn zone(call: &Call<'_>) -> Result<Reply, Fail> {
    call.look(|world, _| {
        let zone = found(call, world)?;
        let servers = zone.records.iter().filter(|record| record.kind == "NS" && record.name == zone.name);
        let servers: Vec<&str> =
            servers.flat_map(|record| &record.values).map(|value| value.trim_end_matches('.')).collect();
        Ok(json!({
            "HostedZone": told(zone),
            "DelegationSet": { "NameServers": { "NameServer": servers } },
        })
        .into())
    })?
}

fn tags(call: &Call<'_>) -> Result<Reply, Fail> {
    let (kind, id) = (call.text("ResourceType").unwrap_or_default(), call.text("ResourceId").unwrap_or_default());
    call.look(|world, _| {
        let tags: Vec<Value> = match kind {
            "hostedzone" if id == world.dns.id => {
                world.dns.tags.0.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
            }
            "hostedzone" => {
                return Err(Fail::new(404, "NoSuchHostedZone", format!("No hosted zone found with ID: {id}")));
            }
            "healthcheck" => {
                let check = check::found(world, id)?;
                let name = world.regions.get(check.region).map(|region| region.name.as_str()).unwrap_or_default();
                vec![json!({ "Key": "Name", "Value": format!("{}-{name}", world.estate) })]
            }
            _ => return Err(Fail::bad("InvalidInput", format!("{kind} is not a type of resource"))),
        };
        Ok(json!({ "ResourceTagSet": { "ResourceType": kind, "ResourceId": id, "Tags": { "Tag": tags } } }).into())
    })?
}
