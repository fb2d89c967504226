//! Log groups, repositories, the zone of names and what is in it.
use super::{Change, Shown, set, tags, upsert};
use crate::{
    terraform::value::{Fields, Told, Value},
    world::{
        Region, World,
        record::{DnsRecord, HealthCheck, HostedZone, Repository},
        watch::{LogGroup, Source},
    },
};

/// Who writes into a group, by its name; nobody in the world does into others.
fn source(name: &str) -> Option<Source> {
    let word = |word: &str| name.contains(word);
    match () {
        () if word("/eks/") && name.ends_with("/cluster") => Some(Source::ControlPlane),
        () if word("vpn") => Some(Source::VpnConnections),
        () if word("flow") => Some(Source::FlowLog),
        () if word("containerinsights") && name.ends_with("/application") => Some(Source::Containers("")),
        () if word("containerinsights") && (name.ends_with("/host") || name.ends_with("/dataplane")) => {
            Some(Source::Hosts)
        }
        () => None,
    }
}

pub fn log_group(world: &mut World, at: usize, state: &Fields) -> Shown {
    let (now, region) = (world.now, &mut world.regions[at]);
    let name = state.text("name").to_owned();
    let Some(source) = source(&name) else { return Shown::No };
    let new = LogGroup {
        name: name.clone(),
        created: region.log_groups.iter().find(|one| one.name == name).map_or(now, |old| old.created),
        retention_days: state.count("retention_in_days").filter(|days| *days > 0),
        kms_key: state.text("kms_key_id").to_owned(),
        source,
        tags: tags(state),
    };
    upsert(&mut region.log_groups, |one| one.name == name, new);
    Shown::Yes
}

pub fn log_group_seen(region: &Region, name: &str, state: &mut Fields) -> bool {
    let Some(group) = region.log_groups.iter().find(|one| one.name == name) else { return false };
    if let Some(days) = group.retention_days {
        set(state, "retention_in_days", days);
    }
    true
}

pub fn repository(world: &mut World, at: usize, state: &Fields) -> Shown {
    let (now, region) = (world.now, &mut world.regions[at]);
    let name = state.text("name").to_owned();
    if region.repositories.iter().any(|one| one.name == name) {
        return Shown::Yes;
    }
    let (arn, uri) = (state.text("arn").to_owned(), state.text("repository_url").to_owned());
    region.repositories.push(Repository { name, arn, uri, created: now, images: vec![] });
    Shown::Yes
}

fn full(name: &str) -> String {
    if name.ends_with('.') { name.to_owned() } else { format!("{name}.") }
}

pub fn zone(world: &mut World, state: &mut Fields) -> Shown {
    let (id, name) = (state.text("zone_id").to_owned(), full(state.text("name")));
    if !world.dns.id.is_empty() && world.dns.id != id {
        let why = format!(
            "It has the zone {} already, and room for one. Terraform keeps {name} all the same.",
            world.dns.name
        );
        return Shown::NoRoom(why);
    }
    let servers = ["ns-1.example.org", "ns-2.example.org"];
    set(state, "name_servers", servers.map(str::to_owned).into_iter().collect::<Value>());
    set(state, "primary_name_server", servers[0]);
    let plain = |kind: &'static str, ttl: u32, values: Vec<String>| DnsRecord {
        name: name.clone(),
        kind,
        region: None,
        alias: None,
        values,
        ttl,
        health_check: None,
    };
    if world.dns.id.is_empty() {
        let records = vec![
            plain("NS", 172_800, servers.map(full).into()),
            plain("SOA", 900, vec![format!("{}. hostmaster.example.org. 1 7200 900 1209600 86400", servers[0])]),
        ];
        world.dns = HostedZone { id, name, records, ..HostedZone::none() };
    }
    world.dns.tags = tags(state);
    Shown::Yes
}

pub fn check(world: &mut World, at: usize, state: &Fields) -> Shown {
    if world.dns.id.is_empty() {
        return Shown::No;
    }
    let id = state.text("id").to_owned();
    let new = HealthCheck {
        id: id.clone(),
        region: at,
        host: state.text("fqdn").to_owned(),
        port: state.count("port").and_then(|port| u16::try_from(port).ok()).unwrap_or(443),
        path: state.text("resource_path").to_owned(),
    };
    upsert(&mut world.dns.checks, |one| one.id == id, new);
    Shown::Yes
}

/// Its name, its type, and the region of a latency record: what tells records apart.
fn told(state: &Fields) -> Option<(String, &'static str, Option<String>)> {
    const KINDS: [&str; 7] = ["A", "AAAA", "CNAME", "TXT", "MX", "CAA", "NS"];
    let kind = KINDS.into_iter().find(|kind| *kind == state.text("type"))?;
    let region = state.value("latency_routing_policy").at(&["0", "region"]).text().map(str::to_owned);
    Some((full(state.text("name")), kind, region))
}

fn same(record: &DnsRecord, told: &(String, &'static str, Option<String>)) -> bool {
    (&record.name, record.kind, &record.region) == (&told.0, told.1, &told.2)
}

pub fn record(world: &mut World, change: &Change<'_>, state: &mut Fields) -> Shown {
    if world.dns.id != state.text("zone_id") {
        return Shown::No;
    }
    if let Some(old) = change.old.and_then(told) {
        world.dns.records.retain(|record| !same(record, &old));
    }
    let Some(new) = told(state) else { return Shown::No };
    set(state, "fqdn", new.0.trim_end_matches('.'));
    let alias = state.value("alias").at(&["0"]);
    let alias = alias
        .at(&["name"])
        .text()
        .map(|name| (full(name), alias.at(&["zone_id"]).text().unwrap_or_default().to_owned()));
    let check = Some(state.text("health_check_id").to_owned()).filter(|id| !id.is_empty());
    let record = DnsRecord {
        alias,
        values: state.value("records").list(),
        ttl: state.count("ttl").unwrap_or(0),
        health_check: check,
        name: new.0.clone(),
        kind: new.1,
        region: new.2.clone(),
    };
    upsert(&mut world.dns.records, |one| same(one, &new), record);
    Shown::Yes
}

pub fn remove_record(world: &mut World, state: &Fields) {
    if let Some(old) = told(state) {
        world.dns.records.retain(|record| !same(record, &old));
    }
}
