//! How the world comes in: the load balancer of a region, and the DNS zone over all of them.
use super::{
    ESTATE, Site, founded,
    network::{Net, tags},
};
use crate::{
    clock::HOUR,
    rng::Rng,
    world::{
        Region, apps,
        balancer::{Balancer, Listener, TargetGroup},
        network::Part,
        record::{DnsRecord, HealthCheck, HostedZone},
        tag::{ROLE, Tags},
    },
};

const DOMAIN: &str = "shop.example.com.";

pub fn balancers(site: &Site<'_>, net: &Net) -> (Vec<Balancer>, Vec<TargetGroup>) {
    let name = format!("{ESTATE}-entry");
    let id = site.rng("nlb").hex(16);
    let arn = site.arn("elasticloadbalancing", &format!("loadbalancer/net/{name}/{id}"));
    let targets: Vec<TargetGroup> = [("web-https", 8443, "web"), ("web-http", 8080, "web")]
        .into_iter()
        .map(|(name, port, service)| TargetGroup {
            arn: site.arn("elasticloadbalancing", &format!("targetgroup/{ESTATE}-{name}/{}", site.rng(name).hex(16))),
            name: format!("{ESTATE}-{name}"),
            protocol: "TCP",
            port,
            vpc: net.vpc(Part::App).id.clone(),
            balancer: arn.clone(),
            namespace: apps::NAMESPACE.to_owned(),
            service: service.to_owned(),
            tags: tags(name).with("service.k8s.aws/stack", &format!("{}/{service}", apps::NAMESPACE)),
        })
        .collect();
    let listener = |port: u16, group: &TargetGroup| Listener {
        arn: site.arn(
            "elasticloadbalancing",
            &format!("listener/net/{name}/{id}/{}", site.rng(&format!("listener/{port}")).hex(16)),
        ),
        protocol: "TCP",
        port,
        target_group: group.arn.clone(),
    };
    let places = net.subnets.iter().filter(|s| s.public).map(|s| {
        let entry = format!("entry-{}", site.zones[s.zone].name);
        let address = net.addresses.iter().find(|a| a.tags.value("Name") == Some(&entry));
        (s.zone, s.id.clone(), address.map(|a| a.allocation.clone()).unwrap_or_default())
    });
    let balancer = Balancer {
        dns: format!("{name}-{id}.elb.{}.amazonaws.com", site.name),
        zone_id: "Z26RNL4JYFTOTI".to_owned(),
        vpc: net.vpc(Part::Lb).id.clone(),
        created: founded(site.now) + 3 * HOUR,
        places: places.collect(),
        groups: vec![net.group("entry")],
        listeners: vec![listener(443, &targets[0]), listener(80, &targets[1])],
        shifted: None,
        tags: tags(&name).with(ROLE, "ingress"),
        arn,
        name,
    };
    (vec![balancer], targets)
}

/// One latency record a region, each behind a health check of its own.
pub fn zone(seed: u64, regions: &[Region]) -> HostedZone {
    let checks: Vec<HealthCheck> = regions
        .iter()
        .enumerate()
        .map(|(number, region)| HealthCheck {
            id: Rng::of(seed, &format!("check/{}", region.name)).uuid(),
            region: number,
            host: format!("{}.{}", region.name, DOMAIN.trim_end_matches('.')),
            port: 443,
            path: "/healthz".to_owned(),
        })
        .collect();
    let record = |name: String, region: &Region, latency: Option<&HealthCheck>| DnsRecord {
        name,
        kind: "A",
        region: latency.map(|_| region.name.clone()),
        alias: region.balancers.first().map(|b| (format!("{}.", b.dns), b.zone_id.clone())),
        values: vec![],
        ttl: 0,
        health_check: latency.map(|check| check.id.clone()),
    };
    let plain = |kind: &'static str, ttl: u32, values: Vec<String>| DnsRecord {
        name: DOMAIN.to_owned(),
        kind,
        region: None,
        alias: None,
        values,
        ttl,
        health_check: None,
    };
    let mut records = vec![
        plain("NS", 172_800, ["ns-1.example.org.", "ns-2.example.org."].map(str::to_owned).into()),
        plain("SOA", 900, vec!["ns-1.example.org. hostmaster.example.org. 1 7200 900 1209600 86400".to_owned()]),
    ];
    records.extend(regions.iter().zip(&checks).map(|(region, check)| record(DOMAIN.to_owned(), region, Some(check))));
    records.extend(regions.iter().map(|region| record(format!("{}.{DOMAIN}", region.name), region, None)));
    HostedZone {
        id: format!("Z{}", Rng::of(seed, "zone").letters(20, b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")),
        name: DOMAIN.to_owned(),
        records,
        checks,
        tags: Tags::named("shop").with(crate::world::tag::ESTATE, ESTATE),
    }
}
