//! The records of a zone, in the order of their names read from the right.
use serde_json::{Value, json};

use super::{found, most};
use crate::{
    aws::{call::Call, fail::Fail, service::Reply},
    world::record::DnsRecord,
};

/// A name with its dot at the end.
pub fn full(name: &str) -> String {
    format!("{}.", name.trim_end_matches('.').to_ascii_lowercase())
}

/// By what names are ordered: `com.example.shop.` for `shop.example.com.`.
pub fn order(name: &str) -> Vec<String> {
    name.trim_end_matches('.').rsplit('.').map(str::to_owned).collect()
}

type Place<'a> = (Vec<String>, &'a str, &'a str);

fn place(record: &DnsRecord) -> Place<'_> {
    (order(&record.name), record.kind, record.region.as_deref().unwrap_or_default())
}

pub fn list(call: &Call<'_>) -> Result<Reply, Fail> {
    let most = most(call, 300)?;
    let (name, kind, id) = (call.text("name").map(full), call.text("type"), call.text("identifier"));
    if kind.is_some() && name.is_none() {
        return Err(Fail::bad("InvalidInput", "The input is not valid: a type was given without a name"));
    }
    if id.is_some() && (kind.is_none() || name.is_none()) {
        return Err(Fail::bad(
            "InvalidInput",
            "The input is not valid: an identifier was given without a name and a type",
        ));
    }
    call.look(|world, _| {
        let zone = found(call, world)?;
        let mut records: Vec<&DnsRecord> = zone.records.iter().collect();
        records.sort_by(|a, b| place(a).cmp(&place(b)));
        let from = (name.as_deref().map(order).unwrap_or_default(), kind.unwrap_or_default(), id.unwrap_or_default());
        let mut rest = records.into_iter().filter(|record| place(record) >= from);
        let rows: Vec<Value> = rest.by_ref().take(most).map(told).collect();
        let next = rest.next();
        Ok(json!({
            "ResourceRecordSets": { "ResourceRecordSet": rows },
            "IsTruncated": next.is_some(),
            "NextRecordName": next.map(|next| &next.name),
            "NextRecordType": next.map(|next| next.kind),
            "NextRecordIdentifier": next.and_then(|next| next.region.as_ref()),
            "MaxItems": most.to_string(),
        })
        .into())
    })?
}

fn told(record: &DnsRecord) -> Value {
    let values: Vec<Value> = record.values.iter().map(|value| json!({ "Value": value })).collect();
    let plain = record.alias.is_none();
    json!({
        "Name": record.name,
        "Type": record.kind,
        "SetIdentifier": record.region,
        "Region": record.region,
        "TTL": plain.then_some(record.ttl),
        "ResourceRecords": plain.then(|| json!({ "ResourceRecord": values })),
        "AliasTarget": record.alias.as_ref().map(|(name, zone)| {
            json!({ "HostedZoneId": zone, "DNSName": name, "EvaluateTargetHealth": true })
        }),
        "HealthCheckId": record.health_check,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_from_the_right() {
        let mut names = ["b.example.com.", "example.com.", "a.b.example.com.", "zz.com."];
        names.sort_by_key(|name| order(name));
        assert_eq!(names, ["example.com.", "b.example.com.", "a.b.example.com.", "zz.com."]);
        assert_eq!(full("Example.com"), "example.com.");
    }
}
