//! Who speaks or spoke in a cluster: what log readers ask.
use std::{net::Ipv4Addr, sync::Arc};

use super::{
    Cluster, Pod,
    pod::{container_id, container_number},
};
use crate::{clock::HOUR, lines::Run};

/// So long after its end a pod's log is still with CloudWatch's agent and is asked for.
const KEPT: i64 = 2 * HOUR;
const MOST: usize = 4_000;

/// A container that speaks or spoke.
#[derive(Clone, Debug)]
pub struct Speaker {
    pub namespace: Arc<str>,
    pub pod: Arc<str>,
    pub uid: u128,
    pub node: Arc<str>,
    pub zone: Arc<str>,
    pub ip: Option<Ipv4Addr>,
    pub container: Arc<str>,
    /// Its place in the pod.
    pub at: usize,
    pub image: Arc<str>,
    pub runs: Vec<Run>,
    /// Whether its pod is gone.
    pub gone: bool,
}

impl Speaker {
    /// What the runtime calls the container of a run, which has a log file of its own.
    #[must_use]
    pub fn container_id(&self, run: u32) -> String {
        container_id(container_number(self.uid, self.at, run))
    }
}

/// A pod that is gone, and when it went.
#[derive(Debug)]
pub struct Ghost {
    at: i64,
    pod: Pod,
}

impl Cluster {
    /// The runs of a container, oldest first; the last thirty.
    #[must_use]
    pub fn runs(&self, namespace: &str, pod: &str, container: &str) -> Vec<Run> {
        let Some(pod) = self.store.pod(namespace, pod) else { return vec![] };
        let found = pod.named_containers().find(|(spec, _)| *spec.name == *container);
        found.map(|(_, container)| self.clipped(pod, container.all_runs())).unwrap_or_default()
    }

    /// What is on a host that fails ends with it, whatever the pod's status still says.
    fn clipped(&self, pod: &Pod, mut runs: Vec<Run>) -> Vec<Run> {
        let silent = pod.node.as_ref().and_then(|placed| self.hosts.get(&placed.node)).and_then(|host| host.silent);
        if let (Some(silent), Some(last)) = (silent, runs.last_mut())
            && last.ended.is_none()
        {
            last.ended = Some((silent.max(last.started), 255));
        }
        let spare = runs.len().saturating_sub(30);
        runs.drain(..spare);
        runs
    }

    /// All that speak, and those of the last hours that are gone.
    pub fn voices(&self) -> impl Iterator<Item = Speaker> {
        let live = self.store.pods(None).flat_map(|pod| self.speakers(pod, false));
        live.chain(self.ghosts.iter().flat_map(|ghost| self.speakers(&ghost.pod, true)))
    }

    /// The containers of one pod, though it be gone.
    #[must_use]
    pub fn voices_of(&self, namespace: &str, pod: &str) -> Vec<Speaker> {
        let live = self.store.pod(namespace, pod).map(|pod| self.speakers(pod, false));
        let gone = self.ghosts.iter().rev().find(|ghost| *ghost.pod.namespace == *namespace && *ghost.pod.name == *pod);
        live.or_else(|| gone.map(|ghost| self.speakers(&ghost.pod, true))).unwrap_or_default()
    }

    fn speakers(&self, pod: &Pod, gone: bool) -> Vec<Speaker> {
        let Some(placed) = &pod.node else { return vec![] };
        let zone: Arc<str> = self.zones.get(&placed.node).cloned().unwrap_or_default();
        let speaker =
            |(at, (spec, container)): (usize, (&super::template::ContainerSpec, &super::pod::Container))| Speaker {
                namespace: pod.namespace.clone(),
                pod: pod.name.clone(),
                uid: pod.uid,
                node: placed.node.clone(),
                zone: zone.clone(),
                ip: pod.ip,
                container: spec.name.clone(),
                at,
                image: spec.image.clone(),
                runs: self.clipped(pod, container.all_runs()),
                gone,
            };
        pod.named_containers().enumerate().map(speaker).filter(|speaker| !speaker.runs.is_empty()).collect()
    }

    /// A pod goes, and what it said stays for a while.
    pub(super) fn remember_voice(&mut self, pod: &Pod) {
        let spoke = pod.containers.iter().any(|container| container.id != 0);
        if !spoke {
            return;
        }
        let mut last = pod.clone();
        for at in 0..last.containers.len() {
            self.end_container(&mut last, at, 137, "Error");
        }
        self.ghosts.push_back(Ghost { at: self.now, pod: last });
        let old = self.ghosts.iter().take_while(|ghost| ghost.at < self.now - KEPT).count();
        let spare = old.max(self.ghosts.len().saturating_sub(MOST));
        self.ghosts.drain(..spare);
    }
}
