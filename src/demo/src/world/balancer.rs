//! The Network Load Balancer, its listeners and target groups. The targets' health is not stored: it follows from the pods.
use super::tag::Tags;

#[derive(Clone, Debug)]
pub struct Balancer {
    pub arn: String,
    pub name: String,
    pub dns: String,
    pub zone_id: String,
    pub vpc: String,
    pub created: i64,
    /// Zone, subnet, and the allocation of its Elastic IP.
    pub places: Vec<(usize, String, String)>,
    pub groups: Vec<String>,
    pub listeners: Vec<Listener>,
    /// The zone that traffic was shifted away from.
    pub shifted: Option<usize>,
    pub tags: Tags,
}

#[derive(Clone, Debug)]
pub struct Listener {
    pub arn: String,
    pub protocol: &'static str,
    pub port: u16,
    pub target_group: String,
}

#[derive(Clone, Debug)]
pub struct TargetGroup {
    pub arn: String,
    pub name: String,
    pub protocol: &'static str,
    pub port: u16,
    pub vpc: String,
    pub balancer: String,
    /// The Kubernetes service whose pods are its targets.
    pub namespace: String,
    pub service: String,
    pub tags: Tags,
}
