//! What a Node says of its machine.
use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    host::{Host, Machine},
    plan::{NodeSpec, Plan},
    quantity,
};
use crate::{clock, rng::Rng};

/// Reason and message of each condition of a node that is well.
const WELL: [(&str, &str, &str); 3] = [
    ("MemoryPressure", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
    ("DiskPressure", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
    ("PIDPressure", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
];

/// The conditions of a node that reports. `since` is when it became ready, if it is.
#[must_use]
pub fn conditions(now: i64, began: i64, since: Option<i64>) -> Value {
    let row = |kind: &str, status: &str, since: i64, reason: &str, message: &str| {
        json!({
            "type": kind,
            "status": status,
            "lastHeartbeatTime": clock::seconds(now),
            "lastTransitionTime": clock::seconds(since),
            "reason": reason,
            "message": message,
        })
    };
    let mut rows: Vec<Value> =
        WELL.iter().map(|(kind, reason, message)| row(kind, "False", began, reason, message)).collect();
    rows.push(match since {
        Some(since) => row("Ready", "True", since, "KubeletReady", "kubelet is posting ready status"),
        None => row(
            "Ready",
            "False",
            began,
            "KubeletNotReady",
            "container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: \
             cni plugin not initialized",
        ),
    });
    json!(rows)
}

/// As it is when the kubelet has just registered; `ready` since a time, or not yet.
#[must_use]
pub fn node(plan: &Plan, spec: &NodeSpec, pods: i64, ready: Option<i64>) -> Value {
    let machine = Machine::of(&spec.instance_type);
    let uid = Rng::of(plan.seed, &format!("node {} {}", spec.name, spec.instance)).uuid();
    let mut node = json!({
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": spec.name,
            "uid": uid,
            "creationTimestamp": clock::seconds(spec.joined),
            "labels": labels(plan, spec, machine),
            "annotations": {
                "alpha.kubernetes.io/provided-node-ip": spec.address.to_string(),
                "csi.volume.kubernetes.io/nodeid": format!("{{\"ebs.csi.aws.com\":\"{}\"}}", spec.instance),
                "node.alpha.kubernetes.io/ttl": "0",
                "volumes.kubernetes.io/controller-managed-attach-detach": "true",
            },
        },
        "spec": { "providerID": format!("aws:///{}/{}", spec.zone, spec.instance) },
        "status": {
            "capacity": amounts(machine, pods, 0),
            "allocatable": amounts(machine, pods, 1),
            "conditions": conditions(ready.unwrap_or(spec.joined), spec.joined, ready),
            "addresses": [
                { "type": "InternalIP", "address": spec.address.to_string() },
                { "type": "InternalDNS", "address": spec.name },
                { "type": "Hostname", "address": spec.name },
            ],
            "daemonEndpoints": { "kubeletEndpoint": { "Port": 10250 } },
            "nodeInfo": info(plan, spec, machine),
        },
    });
    if ready.is_none() {
        node["spec"]["taints"] = json!([
            { "key": "node.kubernetes.io/not-ready", "effect": "NoSchedule" },
            { "key": "node.kubernetes.io/not-ready", "effect": "NoExecute", "timeAdded": clock::seconds(spec.joined) },
        ]);
    }
    node
}

fn labels(plan: &Plan, spec: &NodeSpec, machine: Machine) -> Value {
    let letter = spec.zone.chars().next_back().unwrap_or('a');
    // us-east-1 is use1
    let short = |part: &str| part.chars().take(if part.len() > 2 { 1 } else { 2 }).collect::<String>();
    let short: String = plan.region.split('-').map(short).collect();
    let zone_id = format!("{short}-az{}", (letter as u32).saturating_sub(96));
    json!({
        "beta.kubernetes.io/arch": machine.arch,
        "beta.kubernetes.io/instance-type": spec.instance_type,
        "beta.kubernetes.io/os": "linux",
        "eks.amazonaws.com/capacityType": "ON_DEMAND",
        "eks.amazonaws.com/nodegroup": spec.nodegroup,
        "eks.amazonaws.com/nodegroup-image": spec.ami,
        "failure-domain.beta.kubernetes.io/region": plan.region,
        "failure-domain.beta.kubernetes.io/zone": spec.zone,
    "k8s.io/cloud-provider-aws": Rng::of(0, &plan.name).hex(32),
        "kubernetes.io/arch": machine.arch,
        "kubernetes.io/hostname": spec.name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": spec.instance_type,
        "topology.ebs.csi.aws.com/zone": spec.zone,
        "topology.k8s.aws/zone-id": zone_id,
        "topology.kubernetes.io/region": plan.region,
        "topology.kubernetes.io/zone": spec.zone,
    })
}

/// What the machine has; less what the system keeps for itself.
fn amounts(machine: Machine, pods: i64, allocatable: i64) -> Value {
    let cpu =
        machine.cpus * 1000 - allocatable * (if machine.cpus <= 2 { 70 } else { 80 + (machine.cpus - 4).max(0) * 3 });
    let memory = machine.gib * 1024 * 1024 * 96 / 100 - allocatable * (255 + 11 * pods + 100) * 1024;
    json!({
        "cpu": quantity::cpu(cpu),
        "ephemeral-storage": if allocatable == 1 { "76224326324" } else { "83873772Ki" },
        "hugepages-1Gi": "0",
        "hugepages-2Mi": "0",
        "memory": format!("{memory}Ki"),
        "pods": pods.to_string(),
    })
}

fn info(plan: &Plan, spec: &NodeSpec, machine: Machine) -> Value {
    let mut rng = Rng::of(plan.seed, &format!("machine {}", spec.instance));
    json!({
        "machineID": format!("ec2{}", rng.hex(29)),
        "systemUUID": format!("ec2{}-{}-{}-{}-{}", rng.hex(5), rng.hex(4), rng.hex(4), rng.hex(4), rng.hex(12)),
        "bootID": rng.uuid(),
        "kernelVersion": "6.12.46-66.121.amzn2023.x86_64".replace("x86_64", if machine.arch == "arm64" { "aarch64" } else { "x86_64" }),
        "osImage": "Amazon Linux 2023.9.20251014",
        "containerRuntimeVersion": "containerd://2.1.4",
        "kubeletVersion": plan.version,
        "kubeProxyVersion": "",
        "operatingSystem": "linux",
        "architecture": machine.arch,
    })
}

/// The images that a node lists, biggest first.
#[must_use]
pub fn images(host: &Host) -> Value {
    let mut rows: Vec<(i64, Arc<str>)> =
        host.images.iter().map(|image| (super::images::size(image), image.clone())).collect();
    rows.sort_by(|a, b| b.cmp(a));
    let row =
        |(size, image): (i64, Arc<str>)| json!({ "names": [super::pod::image_id(&image), &*image], "sizeBytes": size });
    rows.into_iter().take(50).map(row).collect()
}
