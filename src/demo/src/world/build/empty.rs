//! An account in which nothing stands yet: its regions and zones, and what AWS has there of itself. What comes is applied.
use std::{collections::VecDeque, sync::Arc};

use super::{ESTATE, REGIONS, site_zones};
use crate::{
    kube,
    rng::Rng,
    world::{
        Region, World,
        eks::Cluster,
        life::Schedule,
        network::{ClientVpn, TransitGateway},
        record::HostedZone,
        tag::Tags,
        watch::Metrics,
    },
};

impl World {
    #[must_use]
    pub fn empty(seed: u64, now: i64) -> Self {
        let account = super::account(seed);
        let regions = (0..REGIONS.len()).map(|number| region(seed, now, &account, number)).collect();
        let dns = HostedZone::none();
        let (estate, schedule) = (ESTATE.to_owned(), Schedule::default());
        let mut world = Self { seed, now, account, estate, regions, dns, schedule };
        world.begin();
        world
    }

    /// A control plane for the cluster that a region has got: nothing runs in it, and no node has joined.
    pub fn found_cluster(&mut self, region: usize) {
        let (seed, now, account) = (self.seed, self.now, self.account.clone());
        let place = &mut self.regions[region];
        place.kube = bare(seed, now, &account, &place.name, &place.eks);
    }

    /// Takes a region's cluster away, and leaves its port for the next.
    pub fn raze_cluster(&mut self, region: usize) {
        let (seed, now, account) = (self.seed, self.now, self.account.clone());
        let place = &mut self.regions[region];
        let old = std::mem::replace(&mut place.eks, none(seed, &place.name));
        (place.eks.endpoint, place.eks.authority) = (old.endpoint, old.authority);
        place.kube = bare(seed, now, &account, &place.name, &place.eks);
    }
}

fn region(seed: u64, now: i64, account: &str, number: usize) -> Region {
    let (name, _) = REGIONS[number];
    let eks = none(seed, name);
    Region {
        name: name.to_owned(),
        zones: site_zones(number),
        vpcs: vec![],
        subnets: vec![],
        tables: vec![],
        internet_gateways: vec![],
        nats: vec![],
        addresses: vec![],
        groups: vec![],
        endpoints: vec![],
        transit: TransitGateway::none(),
        vpn: ClientVpn::none(),
        amis: vec![],
        instances: vec![],
        scaling: vec![],
        balancers: vec![],
        target_groups: vec![],
        kube: bare(seed, now, account, name, &eks),
        eks,
        log_groups: vec![],
        metrics: Metrics::new(),
        alarms: vec![],
        repositories: vec![],
        trail: VecDeque::new(),
        broken: vec![],
    }
}

fn none(seed: u64, region: &str) -> Cluster {
    let digits = Rng::of(seed, &format!("{region}/oidc")).letters(32, b"0123456789ABCDEF");
    Cluster {
        name: String::new(),
        arn: String::new(),
        version: "1.33".to_owned(),
        platform: String::new(),
        created: 0,
        endpoint: String::new(),
        authority: String::new(),
        role: String::new(),
        kms_key: String::new(),
        vpc: String::new(),
        subnets: vec![],
        group: String::new(),
        oidc: format!("https://oidc.eks.{region}.amazonaws.com/id/{digits}"),
        updates: vec![],
        addons: vec![],
        access: vec![],
        nodegroups: vec![],
        tags: Tags::default(),
    }
}

fn bare(seed: u64, now: i64, account: &str, region: &str, eks: &Cluster) -> kube::Cluster {
    kube::Cluster::new(kube::Plan {
        name: eks.name.clone(),
        region: region.to_owned(),
        seed: Rng::of(seed, &format!("{region}/kube")).draw(),
        now,
        version: format!("v{}.0-eks-3025e55", eks.version),
        nodes: vec![],
        pods: 0,
        apps: vec![],
        registry: format!("{account}.dkr.ecr.{region}.amazonaws.com"),
        account: account.to_owned(),
        images: Arc::default(),
    })
}
