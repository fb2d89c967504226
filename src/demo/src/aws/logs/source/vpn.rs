//! The Client VPN's connection log: a record when a connection is made, and one when it ends.
use std::collections::BTreeMap;

use serde_json::json;

use super::{Stream, Talk, prompt};
use crate::{
    clock::{self, DAY},
    rng::{self, Rng},
    world::{Region, World, network::VpnConnection},
};

/// A stream for each day.
pub fn streams(world: &World, region: &Region) -> Vec<Stream> {
    let mut days: BTreeMap<i64, Vec<(i64, String)>> = BTreeMap::new();
    for connection in &region.vpn.connections {
        let mut put = |at: i64, record: String| days.entry(at.div_euclid(DAY)).or_default().push((at, record));
        put(connection.since, record(region, connection, false));
        if let Some(ended) = connection.ended {
            put(ended, record(region, connection, true));
        }
    }
    let courier = prompt(rng::hash(world.seed, &region.vpn.id));
    days.into_iter()
        .map(|(day, mut records)| {
            records.sort();
            let date = clock::seconds(day * DAY)[..10].replace('-', "/");
            let name = format!(
                "{}-{}-{date}-{}",
                region.vpn.id,
                region.name,
                Rng::of(world.seed, &date).letters(12, b"abcdefghijklmnopqrstuvwxyz0123456789")
            );
            Stream::new(world.seed, name, courier, (day * DAY, Some((day + 1) * DAY - 1)), Talk::Vpn(records))
        })
        .collect()
}

fn record(region: &Region, connection: &VpnConnection, over: bool) -> String {
    let time = |at: i64| clock::seconds(at).replace('T', " ").replace('Z', "");
    let end = connection.ended.filter(|_| over);
    let mut rng = Rng::of(0, &connection.id);
    let count = |bytes: u64| if over { bytes.to_string() } else { "0".to_owned() };
    json!({
        "connection-log-type": if over { "connection-reset" } else { "connection-attempt" },
        "connection-attempt-status": "successful",
        "connection-reset-status": if over { "successful" } else { "NA" },
        "connection-attempt-failure-reason": "NA",
        "connection-id": connection.id,
        "client-vpn-endpoint-id": region.vpn.id,
        "transport-protocol": "udp",
        "connection-start-time": time(connection.since),
        "connection-last-update-time": time(end.unwrap_or(connection.since)),
        "client-ip": connection.address.to_string(),
        "common-name": connection.name,
        "device-type": "linux",
        "device-ip": format!("203.0.113.{}", rng.between(2, 250)),
        "port": rng.between(30_000, 60_000).to_string(),
        "ingress-bytes": count(connection.bytes_in),
        "egress-bytes": count(connection.bytes_out),
        "ingress-packets": count(connection.bytes_in / 700),
        "egress-packets": count(connection.bytes_out / 900),
        "connection-end-time": end.map_or_else(|| "NA".to_owned(), time),
        "username": "N/A",
    })
    .to_string()
}
