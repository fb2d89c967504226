//! What pods and nodes use: numbers that go smoothly up and down with the day, the same at the same time for everyone who asks.
use std::f64::consts::TAU;

use super::{Cluster, Pod, pod::State};
use crate::{
    clock::{DAY, MINUTE},
    rng::Rng,
};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Thousandths of a CPU.
    pub cpu: i64,
    /// Bytes.
    pub memory: i64,
}

/// A curve around 1 that repeats for a thing and a seed: the day, an hour or so, and some minutes.
fn curve(seed: u64, what: &str, at: i64, swing: f64) -> f64 {
    let mut rng = Rng::of(seed, what);
    let mut wave = |period: i64, height: f64| {
        let phase = rng.share();
        (TAU * (at as f64 / period as f64 + phase)).sin() * height
    };
    1.0 + swing * (wave(DAY, 0.55) + wave(67 * MINUTE, 0.25) + wave(11 * MINUTE, 0.2))
}

impl Cluster {
    /// What a workload has to do, as a multiple of what it usually has.
    #[must_use]
    pub fn load(&self, namespace: &str, workload: &str, at: i64) -> f64 {
        curve(self.plan.seed, &format!("load {} {namespace}/{workload}", self.plan.name), at, 0.35)
    }

    /// By container, in the order of the pod's template; nothing for those that do not run.
    #[must_use]
    pub fn container_usage(&self, pod: &Pod) -> Vec<(std::sync::Arc<str>, Usage)> {
        let workload = workload(pod);
        let load = self.load(&pod.namespace, &workload, self.now);
        let share = self.share_of(pod, &workload);
        let aim =
            self.aims.get(&format!("{}/{workload}", pod.namespace)).map_or(0.4, |percent| *percent as f64 / 100.0);
        let mut usages = vec![];
        for (spec, container) in pod.named_containers().filter(|(spec, _)| !spec.init) {
            let State::Running { since } = container.state else { continue };
            let what = format!("{} {}", pod.name, spec.name);
            let own = curve(self.plan.seed, &what, self.now, 0.12);
            let (asked_cpu, asked_memory) = (spec.cpu.max(10) as f64, spec.memory.max(24 << 20) as f64);
            // a start costs more than what follows
            let start = if self.now - since < MINUTE { 1.3 } else { 1.0 };
            let flood = if container.mood == crate::lines::Mood::Flooding { 2.2 } else { 1.0 };
            let cpu = asked_cpu * aim * load * share * own * start * flood;
            let filled = 0.45 + 0.25 * (1.0 - (-((self.now - since) as f64) / (6.0 * 60.0 * MINUTE as f64)).exp());
            let memory = asked_memory * filled * curve(self.plan.seed, &format!("{what} memory"), self.now, 0.08);
            usages.push((spec.name.clone(), Usage { cpu: (cpu as i64).max(1), memory: memory as i64 }));
        }
        usages
    }

    /// More pods have less to do each.
    fn share_of(&self, pod: &Pod, workload: &str) -> f64 {
        let key = format!("{}/{workload}", pod.namespace);
        match (self.usual.get(&key), self.serving.get(&key)) {
            (Some(usual), Some(serving)) => (*usual as f64 / (*serving).max(1) as f64).clamp(0.2, 2.5),
            _ => 1.0,
        }
    }

    #[must_use]
    pub fn pod_usage(&self, pod: &Pod) -> Usage {
        let containers = self.container_usage(pod);
        containers.iter().fold(Usage::default(), |sum, (_, usage)| Usage {
            cpu: sum.cpu + usage.cpu,
            memory: sum.memory + usage.memory,
        })
    }

    /// What its pods use, and the system beside them. Nothing of a node that is not there or does not answer.
    #[must_use]
    pub fn node_usage(&self, node: &str) -> Option<Usage> {
        let host = self.hosts.get(node).filter(|host| host.silent.is_none())?;
        let pods = self.index.on_node(node).filter_map(|key| self.store.pod(&key.namespace, &key.name));
        let sum = pods.map(|pod| self.pod_usage(pod)).fold(Usage { cpu: 60, memory: 700 << 20 }, |sum, usage| Usage {
            cpu: sum.cpu + usage.cpu,
            memory: sum.memory + usage.memory,
        });
        Some(Usage { cpu: sum.cpu.min(host.room.cpu), memory: sum.memory.min(host.room.memory) })
    }
}

/// The deployment or set that a pod belongs to.
#[must_use]
pub fn workload(pod: &Pod) -> String {
    let Some(owner) = &pod.owner else { return pod.name.to_string() };
    match owner.kind {
        "ReplicaSet" | "Job" => owner.name.rsplit_once('-').map_or(&*owner.name, |(workload, _)| workload).to_owned(),
        _ => owner.name.to_string(),
    }
}
