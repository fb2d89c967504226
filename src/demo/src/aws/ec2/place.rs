//! Regions and availability zones.
use serde_json::{Value, json};

use super::{
    super::{call::Call, fail::Fail, filter, service::Reply},
    listing::dry_run,
};

const GEOGRAPHY: &str = "United States of America";

pub fn regions(call: &Call<'_>) -> Result<Reply, Fail> {
    dry_run(call)?;
    let names = call.look(|world, _| world.regions.iter().map(|region| region.name.clone()).collect::<Vec<_>>())?;
    let wished = call.texts("RegionName");
    if let Some(unknown) = wished.iter().find(|wish| !names.contains(wish)) {
        return Err(Fail::bad("InvalidParameterValue", format!("Invalid region name: {unknown}")));
    }
    let rows = names.into_iter().filter(|name| wished.is_empty() || wished.contains(name)).map(|name| {
        json!({
            "regionName": name,
            "regionEndpoint": format!("ec2.{name}.amazonaws.com"),
            "optInStatus": "opt-in-not-required",
            "geographySet": [{ "name": GEOGRAPHY }],
        })
    });
    let names: filter::Names =
        &[("endpoint", "regionEndpoint"), ("opt-in-status", "optInStatus"), ("region-name", "regionName")];
    Ok(json!({ "regionInfo": filter::keep(call, rows.collect(), names)? }).into())
}

pub fn zones(call: &Call<'_>) -> Result<Reply, Fail> {
    dry_run(call)?;
    let rows: Vec<Value> = call.look(|_, region| {
        let zone = |zone: &crate::world::Zone| {
            json!({
                "optInStatus": "opt-in-not-required",
                "messageSet": [],
                "regionName": region.name,
                "zoneName": zone.name,
                "zoneId": zone.id,
                "groupName": format!("{}-zg-1", region.name),
                "groupLongName": format!("{} 1", long_name(&region.name)),
                "networkBorderGroup": region.name,
                "zoneType": "availability-zone",
                "geographySet": [{ "name": GEOGRAPHY }],
                "zoneState": "available",
            })
        };
        region.zones.iter().map(zone).collect()
    })?;
    let (names, ids) = (call.texts("ZoneName"), call.texts("ZoneId"));
    for (wished, field) in [(&names, "zoneName"), (&ids, "zoneId")] {
        if let Some(unknown) = wished.iter().find(|wish| !rows.iter().any(|row| row[field] == wish.as_str())) {
            return Err(Fail::bad("InvalidParameterValue", format!("Invalid availability zone: [{unknown}]")));
        }
    }
    let asked = |row: &Value, wished: &[String], field: &str| {
        wished.is_empty() || wished.iter().any(|wish| row[field] == wish.as_str())
    };
    let rows = rows.into_iter().filter(|row| asked(row, &names, "zoneName") && asked(row, &ids, "zoneId")).collect();
    let names: filter::Names = &[
        ("group-name", "groupName"),
        ("message", "messageSet.message"),
        ("opt-in-status", "optInStatus"),
        ("region-name", "regionName"),
        ("state", "zoneState"),
        ("zone-id", "zoneId"),
        ("zone-name", "zoneName"),
        ("zone-type", "zoneType"),
    ];
    Ok(json!({ "availabilityZoneInfo": filter::keep(call, rows, names)? }).into())
}

fn long_name(region: &str) -> &str {
    match region {
        "us-east-1" => "US East (N. Virginia)",
        "us-east-2" => "US East (Ohio)",
        "us-west-1" => "US West (N. California)",
        "us-west-2" => "US West (Oregon)",
        other => other,
    }
}
