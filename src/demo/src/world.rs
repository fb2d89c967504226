//! What there is: four regions, each with its VPCs, hosts, load balancer, cluster and what watches over them. Plain data, made from a
//! seed by `build` and moved by `life`; what one service says of it, all say.
pub mod apps;
pub mod balancer;
pub mod build;
pub mod cluster;
pub mod deed;
pub mod eks;
pub mod health;
pub mod host;
pub mod life;
pub mod metrics;
pub mod network;
pub mod record;
pub mod tag;
pub mod watch;

use std::collections::VecDeque;

/// An availability zone.
#[derive(Clone, Debug)]
pub struct Zone {
    /// `us-east-1a`.
    pub name: String,
    /// `use1-az4`: the same place in every account.
    pub id: String,
}

#[derive(Debug)]
pub struct Region {
    pub name: String,
    pub zones: Vec<Zone>,
    pub vpcs: Vec<network::Vpc>,
    pub subnets: Vec<network::Subnet>,
    pub tables: Vec<network::RouteTable>,
    pub internet_gateways: Vec<network::InternetGateway>,
    pub nats: Vec<network::Nat>,
    pub addresses: Vec<network::Address>,
    pub groups: Vec<network::SecurityGroup>,
    pub endpoints: Vec<network::VpcEndpoint>,
    pub transit: network::TransitGateway,
    pub vpn: network::ClientVpn,
    pub amis: Vec<host::Ami>,
    pub instances: Vec<host::Instance>,
    pub scaling: Vec<host::ScalingGroup>,
    pub balancers: Vec<balancer::Balancer>,
    pub target_groups: Vec<balancer::TargetGroup>,
    pub eks: eks::Cluster,
    pub kube: crate::kube::Cluster,
    pub log_groups: Vec<watch::LogGroup>,
    pub metrics: watch::Metrics,
    pub alarms: Vec<watch::Alarm>,
    pub repositories: Vec<record::Repository>,
    /// Newest first.
    pub trail: VecDeque<record::TrailEvent>,
    /// Zones that failed, until nothing of it is left to see.
    pub broken: Vec<Broken>,
}

/// A zone that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    pub zone: usize,
    /// From then on there is capacity for new instances.
    pub capacity_from: i64,
}

#[derive(Debug)]
pub struct World {
    pub seed: u64,
    pub now: i64,
    /// Twelve digits.
    pub account: String,
    pub estate: String,
    pub regions: Vec<Region>,
    pub dns: record::HostedZone,
    schedule: life::Schedule,
}

impl World {
    #[must_use]
    pub fn region(&self, name: &str) -> Option<&Region> {
        self.regions.iter().find(|region| region.name == name)
    }

    pub fn region_mut(&mut self, name: &str) -> Option<&mut Region> {
        self.regions.iter_mut().find(|region| region.name == name)
    }
}
