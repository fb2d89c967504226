//! Where the world and its clusters meet: what the world does to a cluster, and what it reads of one.
use serde_json::Value;

use crate::{
    kube::{Cluster, NodeSpec, Rule},
    lines::Voice,
};

/// A pod behind a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub ip: std::net::Ipv4Addr,
    pub port: u16,
    pub zone: String,
    pub node: String,
    pub ready: bool,
    /// Since when it is ready, or is not.
    pub since: i64,
    /// Its node does not answer, so nothing does.
    pub lost: bool,
}

/// What Container Insights counts.
#[derive(Clone, Debug, Default)]
pub struct Census {
    pub nodes: usize,
    pub failed_nodes: usize,
    pub running: usize,
    pub workloads: Vec<Workload>,
    /// Of the shop's pods, the share that is not ready.
    pub not_ready_share: f64,
}

#[derive(Clone, Debug)]
pub struct Workload {
    pub namespace: String,
    pub name: String,
    pub running: usize,
    pub restarts_last_minute: u32,
    pub cpu_percent: f64,
    pub memory_percent: f64,
}

// NOT YET: joined to the clusters
pub fn lose(_kube: &mut Cluster, _node: &str, _now: i64) {}
pub fn recover(_kube: &mut Cluster, _node: &str, _now: i64) {}
pub fn remove(_kube: &mut Cluster, _node: &str, _now: i64) {}
pub fn join(_kube: &mut Cluster, _spec: NodeSpec, _now: i64) {}
pub fn has_node(_kube: &Cluster, _node: &str) -> bool {
    false
}
pub fn add_rule(_kube: &mut Cluster, _rule: Rule, _now: i64) {}
pub fn endpoints(_kube: &Cluster, _namespace: &str, _service: &str) -> Vec<Endpoint> {
    vec![]
}
pub fn census(_kube: &Cluster, _now: i64) -> Census {
    Census::default()
}
pub fn each_speaking(_kube: &Cluster, _tell: impl FnMut(Voice<'_>)) {}
pub fn deployment(_kube: &Cluster, _namespace: &str, _name: &str) -> Option<Value> {
    None
}
pub fn change(
    _kube: &mut Cluster,
    _by: &super::deed::Author,
    _namespace: &str,
    _name: &str,
    _deployment: Value,
    _now: i64,
) {
}
