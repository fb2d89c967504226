//! Makes the world from a seed: everything that stands when the console is opened, with the history that it would have.
mod empty;
mod entry;
mod hosts;
mod network;
pub(super) mod records;
mod watching;

use std::sync::Arc;

use super::{Region, World, Zone, apps, network::Part};
use crate::{
    clock::{DAY, HOUR},
    kube,
    rng::Rng,
};

/// Region, prefix of its zone ids, its partition of addresses.
pub const REGIONS: [(&str, &str); 4] =
    [("us-east-1", "use1"), ("us-east-2", "use2"), ("us-west-1", "usw1"), ("us-west-2", "usw2")];
pub const ESTATE: &str = "demo";
pub const ZONES: usize = 3;
/// What fits into the address space of the node subnets.
pub const MOST_NODES: usize = 4_000;
pub const MOST_PODS: usize = 120_000;

/// How large the world is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Nodes of all regions together.
    pub nodes: usize,
    /// Pods of all regions together.
    pub pods: usize,
}

impl Default for Scale {
    fn default() -> Self {
        Self { nodes: 24, pods: 240 }
    }
}

/// What a region's parts are made from.
pub(super) struct Site<'a> {
    pub seed: u64,
    pub now: i64,
    pub account: &'a str,
    pub name: &'static str,
    /// Second octet of its Security VPC; the LB and the App VPC have the next two.
    pub octet: u8,
    pub zones: Vec<Zone>,
    pub nodes: usize,
    pub pods: usize,
}

impl Site<'_> {
    /// Chance for one part of this region.
    pub fn rng(&self, what: &str) -> Rng {
        Rng::of(self.seed, &format!("{}/{what}", self.name))
    }

    /// An id as EC2 has them: a prefix and 17 digits.
    pub fn id(&self, prefix: &str, what: &str) -> String {
        format!("{prefix}-{}", self.id_digits(&format!("{prefix}/{what}")))
    }

    fn id_digits(&self, what: &str) -> String {
        format!("0{}", self.rng(what).hex(16))
    }

    pub fn arn(&self, service: &str, rest: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{rest}", self.name, self.account)
    }

    pub fn cluster(&self) -> String {
        format!("{ESTATE}-{}", self.name)
    }

    pub fn registry(&self) -> String {
        format!("{}.dkr.ecr.{}.amazonaws.com", self.account, self.name)
    }
}

impl World {
    /// # Panics
    /// Never: the regions and zones are constants.
    #[must_use]
    pub fn new(seed: u64, now: i64, scale: Scale) -> Self {
        let account = account(seed);
        let regions: Vec<Region> =
            (0..REGIONS.len()).map(|number| region(seed, now, &account, number, scale)).collect();
        let dns = entry::zone(seed, &regions);
        let mut world = Self {
            seed,
            now,
            account,
            estate: ESTATE.to_owned(),
            regions,
            dns,
            schedule: super::life::Schedule::default(),
        };
        world.begin();
        world
    }
}

fn account(seed: u64) -> String {
    format!("{:012}", 100_000_000_000 + Rng::of(seed, "account").below(899_999_999_999))
}

fn site_zones(number: usize) -> Vec<Zone> {
    let (name, short) = REGIONS[number];
    let zones = ["a", "b", "c"].iter().zip([(number * 2) % 3 + 1, (number * 2 + 1) % 3 + 1, (number * 2 + 2) % 3 + 1]);
    zones.map(|(letter, place)| Zone { name: format!("{name}{letter}"), id: format!("{short}-az{place}") }).collect()
}

/// An even share of `all` for the region with this number, the rest going to the first ones.
fn share(all: usize, number: usize) -> usize {
    all / REGIONS.len() + usize::from(number < all % REGIONS.len())
}

fn region(seed: u64, now: i64, account: &str, number: usize, scale: Scale) -> Region {
    let (name, _) = REGIONS[number];
    let site = Site {
        seed,
        now,
        account,
        name,
        octet: 10 * (u8::try_from(number).unwrap_or(0) + 1),
        zones: site_zones(number),
        nodes: share(scale.nodes, number).max(ZONES),
        pods: share(scale.pods, number),
    };
    let net = network::lay(&site);
    let repositories = records::repositories(&site);
    let (amis, instances, scaling) = hosts::place(&site, &net);
    let eks = hosts::eks(&site, &net, &scaling);
    let kube = cluster(&site, &net, &instances, &repositories);
    let (balancers, target_groups) = entry::balancers(&site, &net);
    let log_groups = watching::log_groups(&site);
    let alarms = watching::alarms(&site, &balancers, &target_groups);
    let trail = records::trail(&site, &instances);
    Region {
        name: name.to_owned(),
        zones: site.zones,
        vpcs: net.vpcs,
        subnets: net.subnets,
        tables: net.tables,
        internet_gateways: net.internet_gateways,
        nats: net.nats,
        addresses: net.addresses,
        groups: net.groups,
        endpoints: net.endpoints,
        transit: net.transit,
        vpn: net.vpn,
        amis,
        instances,
        scaling,
        balancers,
        target_groups,
        eks,
        kube,
        log_groups,
        metrics: super::watch::Metrics::new(),
        alarms,
        repositories,
        trail,
        broken: vec![],
    }
}

fn cluster(
    site: &Site<'_>,
    net: &network::Net,
    instances: &[super::host::Instance],
    repositories: &[super::record::Repository],
) -> kube::Cluster {
    let nodes = instances.iter().filter(|i| i.nodegroup.is_some());
    let nodes = nodes.map(|instance| super::life::node_spec(instance, site.name, &site.zones, &net.subnets)).collect();
    let images = repositories.iter().flat_map(|repository| {
        repository.images.iter().flat_map(|image| image.tags.iter().map(|tag| format!("{}:{tag}", repository.name)))
    });
    kube::Cluster::new(kube::Plan {
        name: site.cluster(),
        region: site.name.to_owned(),
        seed: site.rng("kube").draw(),
        now: site.now,
        version: "v1.33.5-eks-3025e55".to_owned(),
        nodes,
        pods: site.pods,
        apps: apps::all(&site.registry(), site.now),
        registry: site.registry(),
        account: site.account.to_owned(),
        images: Arc::new(images.collect()),
    })
}

/// When the estate was first applied.
pub(super) const fn founded(now: i64) -> i64 {
    now - 211 * DAY - 5 * HOUR
}

pub(super) const fn part_octet(octet: u8, part: Part) -> u8 {
    octet
        + match part {
            Part::Security => 0,
            Part::Lb => 1,
            Part::App => 2,
        }
}
