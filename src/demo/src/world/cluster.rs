//! Where the world and its clusters meet: what the world does to a cluster, and what it reads of one.
use std::{collections::BTreeMap, net::Ipv4Addr};

use serde_json::Value;

use super::{apps, deed::Author};
use crate::{
    clock::MINUTE,
    kube::{Cluster, Kind, NodeSpec, Part, Pod, Rule, field, pod::State, usage},
    lines::{Mood, Run, Voice},
};

/// A pod behind a service, as a load balancer meets it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub ip: Ipv4Addr,
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

#[derive(Clone, Debug, Default)]
pub struct Workload {
    pub namespace: String,
    pub name: String,
    pub running: usize,
    pub restarts_last_minute: u32,
    pub cpu_percent: f64,
    pub memory_percent: f64,
}

pub fn lose(kube: &mut Cluster, node: &str, now: i64) {
    kube.advance(now);
    kube.lose(node);
}

pub fn recover(kube: &mut Cluster, node: &str, now: i64) {
    kube.advance(now);
    kube.recover(node);
}

pub fn remove(kube: &mut Cluster, node: &str, now: i64) {
    kube.advance(now);
    kube.remove_node(node);
}

pub fn join(kube: &mut Cluster, spec: NodeSpec, now: i64) {
    kube.advance(now);
    kube.join(spec);
}

#[must_use]
pub fn has_node(kube: &Cluster, node: &str) -> bool {
    kube.host(node).is_some()
}

pub fn add_rule(kube: &mut Cluster, rule: Rule, now: i64) {
    kube.advance(now);
    kube.add_rule(rule);
}

#[must_use]
pub fn endpoints(kube: &Cluster, namespace: &str, service: &str) -> Vec<Endpoint> {
    let seen = kube.endpoints(namespace, service).into_iter();
    seen.map(|endpoint| Endpoint {
        ip: endpoint.ip,
        port: endpoint.port,
        lost: kube.host(&endpoint.node).is_none_or(|host| host.silent.is_some()),
        zone: endpoint.zone,
        node: endpoint.node.to_string(),
        ready: endpoint.ready,
        since: endpoint.since,
    })
    .collect()
}

/// Counts what runs; restarts are those of the minute before `now`.
#[must_use]
pub fn census(kube: &Cluster, now: i64) -> Census {
    let mut census = Census::default();
    for node in kube.store().objects(Kind::Node, None) {
        let ready =
            field::list(node, "/status/conditions").iter().any(|c| c["type"] == "Ready" && c["status"] == "True");
        census.nodes += 1;
        census.failed_nodes += usize::from(!ready);
    }
    let mut workloads: BTreeMap<(String, String), Counted> = BTreeMap::new();
    let (mut shop, mut waiting) = (0_usize, 0_usize);
    for pod in kube.store().pods(None).filter(|pod| !pod.phase.is_over()) {
        let running = pod.containers.iter().any(|container| matches!(container.state, State::Running { .. }));
        census.running += usize::from(running);
        if &*pod.namespace == apps::NAMESPACE {
            shop += 1;
            waiting += usize::from(!pod.is_ready());
        }
        workloads.entry((pod.namespace.to_string(), usage::workload(pod))).or_default().add(kube, pod, running, now);
    }
    census.not_ready_share = if shop == 0 { 0.0 } else { waiting as f64 / shop as f64 };
    census.workloads =
        workloads.into_iter().map(|((namespace, name), counted)| counted.told(namespace, name)).collect();
    census
}

#[derive(Default)]
struct Counted {
    running: usize,
    restarts: u32,
    used: (i64, i64),
    asked: (i64, i64),
}

impl Counted {
    fn add(&mut self, kube: &Cluster, pod: &Pod, running: bool, now: i64) {
        let usage = kube.pod_usage(pod);
        self.running += usize::from(running);
        self.used = (self.used.0 + usage.cpu, self.used.1 + usage.memory);
        self.asked = (self.asked.0 + pod.template.cpu, self.asked.1 + pod.template.memory);
        for container in &pod.containers {
            let last = container
                .runs
                .iter()
                .filter(|run| run.ended.is_some_and(|(at, _)| at > now - MINUTE && at <= now))
                .count();
            self.restarts += u32::try_from(last).unwrap_or(u32::MAX);
        }
    }

    fn told(self, namespace: String, name: String) -> Workload {
        let percent = |used: i64, asked: i64| if asked == 0 { 0.0 } else { 100.0 * used as f64 / asked as f64 };
        Workload {
            namespace,
            name,
            running: self.running,
            restarts_last_minute: self.restarts,
            cpu_percent: percent(self.used.0, self.asked.0),
            memory_percent: percent(self.used.1, self.asked.1),
        }
    }
}

/// All containers that run now, as they speak. The region and the seed are the caller's to fill in.
pub fn each_speaking(kube: &Cluster, mut tell: impl FnMut(Voice<'_>)) {
    for pod in kube.store().pods(None) {
        for (spec, container) in pod.named_containers() {
            let State::Running { since } = container.state else { continue };
            tell(Voice {
                seed: 0,
                region: "",
                zone: "",
                namespace: &pod.namespace,
                pod: &pod.name,
                container: &spec.name,
                image: &spec.image,
                run: Run { number: container.restarts, started: since, ended: None, mood: container.mood },
            });
        }
    }
}

/// Whether a container floods its log.
#[must_use]
pub fn floods(kube: &Cluster) -> bool {
    let speaking = kube.store().pods(None).flat_map(|pod| &pod.containers);
    speaking
        .into_iter()
        .any(|container| container.mood == Mood::Flooding && matches!(container.state, State::Running { .. }))
}

#[must_use]
pub fn deployment(kube: &Cluster, namespace: &str, name: &str) -> Option<Value> {
    kube.store().object(Kind::Deployment, namespace, name).map(|object| (**object).clone())
}

/// Changes a deployment as somebody with kubectl would, and has the audit log say so.
pub fn change(kube: &mut Cluster, by: &Author, namespace: &str, name: &str, deployment: Value, now: i64) {
    kube.advance(now);
    let done = kube.update(Kind::Deployment, namespace, name, deployment, Part::Whole);
    kube.note(crate::kube::Audit {
        at: now,
        user: by.user.to_owned(),
        verb: "patch deployments.apps".to_owned(),
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        code: done.map_or_else(|refused| refused.code, |_| 200),
    });
}
