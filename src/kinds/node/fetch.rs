//! Reads nodes.
use std::collections::HashMap;

use serde::Deserialize;

use super::Node;
use crate::clients::kube::{
    Names, Project, Source,
    meta::{Condition, LabelledMeta, Object, Quantity, Time},
};

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Spec {
    #[prost(string, tag = "3")]
    #[serde(rename = "providerID")]
    provider_id: String,
    #[prost(bool, tag = "4")]
    unschedulable: bool,
    #[prost(message, repeated, tag = "5")]
    taints: Vec<Taint>,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
struct Taint {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(string, tag = "2")]
    value: String,
    #[prost(string, tag = "3")]
    effect: String,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Status {
    #[prost(map = "string, message", tag = "2")]
    allocatable: HashMap<String, Quantity>,
    #[prost(message, repeated, tag = "4")]
    conditions: Vec<Condition>,
    #[prost(message, repeated, tag = "5")]
    addresses: Vec<Address>,
    #[prost(message, optional, tag = "7")]
    node_info: Option<Info>,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
struct Address {
    #[prost(string, tag = "1")]
    #[serde(rename = "type")]
    kind: String,
    #[prost(string, tag = "2")]
    address: String,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Info {
    #[prost(string, tag = "4")]
    kernel_version: String,
    #[prost(string, tag = "5")]
    os_image: String,
    #[prost(string, tag = "6")]
    container_runtime_version: String,
    #[prost(string, tag = "7")]
    kubelet_version: String,
    #[prost(string, tag = "10")]
    architecture: String,
}

/// kubectl's words, then what presses: every condition but `Ready` is bad news when it holds.
fn word(conditions: &[Condition], unschedulable: bool) -> String {
    let mut words = match conditions.iter().find(|c| c.kind == "Ready").map(|c| c.status.as_str()) {
        Some("True") => vec!["Ready"],
        Some(_) => vec!["NotReady"],
        None => vec!["Unknown"],
    };
    if unschedulable {
        words.push("SchedulingDisabled");
    }
    let pressing = conditions.iter().filter(|c| c.kind != "Ready" && c.status == "True");
    words.extend(pressing.map(|c| c.kind.as_str()));
    words.join(",")
}

fn roles(labels: &HashMap<String, String>) -> String {
    let mut roles: Vec<&str> = Vec::new();
    for (key, value) in labels {
        match key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) if !role.is_empty() => roles.push(role),
            _ if key == "kubernetes.io/role" && !value.is_empty() => roles.push(value),
            _ => {}
        }
    }
    roles.sort_unstable();
    roles.dedup();
    roles.join(",")
}

/// The instance of `aws:///eu-west-1a/i-0123456789abcdef0`.
fn instance(provider: &str) -> &str {
    provider
        .strip_prefix("aws://")
        .and_then(|path| path.rsplit('/').next())
        .filter(|id| id.starts_with("i-"))
        .unwrap_or("")
}

fn taint(taint: &Taint) -> String {
    let value = if taint.value.is_empty() { String::new() } else { format!("={}", taint.value) };
    format!("{}{value}:{}", taint.key, taint.effect)
}

impl Project for Node {
    const SOURCE: Source = Source { api: "/api/v1", plural: "nodes", namespaced: false };
    type Wire = Object<LabelledMeta, Spec, Status>;

    fn project(wire: Self::Wire, names: &mut Names) -> Self {
        let meta = wire.metadata.unwrap_or_default();
        let spec = wire.spec.unwrap_or_default();
        let status = wire.status.unwrap_or_default();
        let info = status.node_info.unwrap_or_default();
        let label = |keys: &[&str]| keys.iter().find_map(|key| meta.labels.get(*key)).map_or("", String::as_str);
        let amount = |what: &str| status.allocatable.get(what).map_or("", |q| q.text.as_str());
        let ip = status.addresses.iter().find(|a| a.kind == "InternalIP").map_or("", |a| a.address.as_str());
        let taints: Vec<_> = spec.taints.iter().map(taint).collect();
        Self {
            status: names.share(&word(&status.conditions, spec.unschedulable)),
            roles: names.share(&roles(&meta.labels)),
            version: names.share(&info.kubelet_version),
            zone: names.share(label(&["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"])),
            instance: instance(&spec.provider_id).into(),
            nodegroup: names.share(label(&[
                "eks.amazonaws.com/nodegroup",
                "karpenter.sh/nodepool",
                "alpha.eksctl.io/nodegroup-name",
            ])),
            size: names.share(label(&["node.kubernetes.io/instance-type", "beta.kubernetes.io/instance-type"])),
            ip: ip.into(),
            os: names.share(&info.os_image),
            kernel: names.share(&info.kernel_version),
            runtime: names.share(&info.container_runtime_version),
            arch: names.share(&info.architecture),
            cpu: names.share(amount("cpu")),
            memory: names.share(amount("memory")),
            pods: amount("pods").parse().unwrap_or(0),
            taints: names.share(&taints.join(",")),
            created: Time::of(meta.creation_timestamp.as_ref()),
            uid: meta.uid.into(),
            name: meta.name.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_node_s_state_names_what_keeps_it_from_work() {
        let of = |conditions: serde_json::Value, off| {
            word(&serde_json::from_value::<Vec<Condition>>(conditions).unwrap(), off)
        };
        let ready = json!({"type": "Ready", "status": "True"});
        assert_eq!(of(json!([ready]), false), "Ready");
        assert_eq!(
            of(json!([{"type": "DiskPressure", "status": "True"}, ready]), true),
            "Ready,SchedulingDisabled,DiskPressure"
        );
        assert_eq!(of(json!([{"type": "Ready", "status": "Unknown"}]), false), "NotReady");
        assert_eq!(of(json!([]), false), "Unknown");
    }

    #[test]
    fn the_instance_is_read_from_the_provider_s_id() {
        assert_eq!(instance("aws:///eu-west-1a/i-0123456789abcdef0"), "i-0123456789abcdef0");
        assert_eq!(instance("aws:///eu-west-1a/fargate-ip-10-0-0-1"), "");
        assert_eq!(instance("gce://project/zone/i-1"), "");
        assert_eq!(instance(""), "");
    }
}
