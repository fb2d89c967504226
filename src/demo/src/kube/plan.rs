//! What the world says of a cluster when it begins, and what it does to it later.
use std::{net::Ipv4Addr, sync::Arc};

use crate::lines::Mood;

#[derive(Clone, Debug)]
pub struct Plan {
    pub name: String,
    pub region: String,
    pub seed: u64,
    pub now: i64,
    /// As `/version` and the kubelets give it: `v1.33.5-eks-113cf36`.
    pub version: String,
    pub nodes: Vec<NodeSpec>,
    /// About so many pods in all.
    pub pods: usize,
    pub apps: Vec<App>,
    /// The account's own registry: `123456789012.dkr.ecr.us-east-1.amazonaws.com`.
    pub registry: String,
    pub account: String,
    /// What can be pulled from it, as `repository:tag`.
    pub images: Arc<Vec<String>>,
}

#[derive(Clone, Debug)]
pub struct NodeSpec {
    /// `ip-10-12-3-4.ec2.internal`.
    pub name: String,
    pub instance: String,
    pub zone: String,
    pub instance_type: String,
    pub address: Ipv4Addr,
    pub nodegroup: String,
    pub ami: String,
    pub joined: i64,
    /// The subnet that pods of its zone have their addresses from.
    pub pod_network: (Ipv4Addr, u8),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AppKind {
    #[default]
    Deployment,
    StatefulSet,
    CronJob,
}

#[derive(Clone, Debug, Default)]
pub struct App {
    pub name: String,
    pub namespace: String,
    pub image: String,
    /// Images of earlier revisions, oldest first, and when each was rolled out.
    pub previous: Vec<(String, i64)>,
    pub replicas: usize,
    pub port: u16,
    pub service: bool,
    pub sidecars: bool,
    /// At least, at most, and the share of the requested CPU that is aimed at.
    pub hpa: Option<(i64, i64, i64)>,
    pub env: Vec<(String, String)>,
    pub kind: AppKind,
}

/// A cause of trouble: what befalls the containers that it concerns. What is not said may be anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    pub id: String,
    /// The end of the image: `checkout:1.42.0`.
    pub image: Option<String>,
    pub env: Option<(String, String)>,
    pub zone: Option<String>,
    pub effect: Effect,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// It ends so long after its start.
    Crash { after_ms: i64, exit: i32, oom: bool, mood: Mood },
    /// It runs, and from then on its readiness probe fails.
    Unready { after_ms: i64 },
    /// It runs, and talks like this.
    Mood(Mood),
}
