//! What a node's kubelet does with the pods that are bound to it.
use std::sync::Arc;

use super::{
    Cluster, Kind, Pod,
    containers::container_path,
    events::{About, By, Tale},
    host::Load,
    pod::{Ended, Phase, State},
    queue::{Act, PodRef, Step},
    template::Restart,
};
use crate::{
    clock::SECOND,
    lines::Run,
    rng::{self, Rng},
};

impl PodRef {
    #[must_use]
    pub fn of(pod: &Pod) -> Self {
        Self { namespace: pod.namespace.clone(), name: pod.name.clone(), uid: pod.uid }
    }
}

impl Cluster {
    /// Keeps account of what a pod takes of its node.
    pub(super) fn account(&mut self, before: Option<&Pod>, after: Option<&Pod>) {
        for (pod, sign) in [(before, -1), (after, 1)] {
            let Some(pod) = pod.filter(|pod| !pod.phase.is_over()) else { continue };
            if let Some(host) = pod.node.as_ref().and_then(|placed| self.hosts.get_mut(&placed.node)) {
                host.used.add(Load::of(pod), sign);
            }
        }
    }

    /// A change of a pod reaches the kubelet.
    pub(super) fn kubelet_sees(&mut self, before: Option<&Pod>, after: Option<Arc<Pod>>) {
        let Some(pod) = after else {
            if let Some(before) = before {
                self.pod_is_gone(before);
            }
            return;
        };
        let was_bound = before.is_some_and(|before| before.uid == pod.uid && before.node.is_some());
        if pod.node.is_some() && !was_bound && pod.sandboxed.is_none() {
            let delay = 500 + (rng::hash(self.plan.seed, &pod.name) % 900).cast_signed();
            self.queue.at(self.now + delay, Step::Kubelet(PodRef::of(&pod), Act::Sandbox));
        }
        let was_ending = before.is_some_and(|before| before.deletion == pod.deletion);
        if let Some(deletion) = pod.deletion.filter(|_| !was_ending) {
            self.stop(&pod, deletion.grace);
        }
    }

    /// Sends the containers their signal; most programs are done a moment later.
    fn stop(&mut self, pod: &Arc<Pod>, grace: i64) {
        if self.is_silent(pod) {
            return;
        }
        let node = pod.node.as_ref().map(|placed| placed.node.clone()).unwrap_or_default();
        for (spec, container) in pod.named_containers() {
            if matches!(container.state, State::Running { .. }) {
                let message = format!("Stopping container {}", spec.name);
                let path = container_path(spec);
                let tale = Tale { path: &path, ..Tale::normal(By::Kubelet(&node), "Killing", &message) };
                self.tell(&About::pod(pod), tale);
            }
        }
        let takes = 900 + (rng::hash(self.plan.seed, &pod.uid()) % 2_200).cast_signed();
        self.queue.at(self.now + takes.min(grace * SECOND), Step::Kubelet(PodRef::of(pod), Act::Gone));
    }

    pub(super) fn is_silent(&self, pod: &Pod) -> bool {
        let host = pod.node.as_ref().and_then(|placed| self.hosts.get(&placed.node));
        host.is_some_and(|host| host.silent.is_some())
    }

    pub(super) fn kubelet(&mut self, at: &PodRef, act: Act) {
        let Some(pod) = self.store.pod(&at.namespace, &at.name).filter(|pod| pod.uid == at.uid).cloned() else {
            return;
        };
        if act == Act::Evict {
            return self.evict_by_taint(&pod);
        }
        // what a dead host would have done next, it does not; when it comes back it begins anew
        if self.is_silent(&pod) || pod.phase.is_over() {
            return;
        }
        let ending = pod.deletion.is_some();
        match act {
            Act::Gone => self.finish(&pod),
            _ if ending => {}
            Act::Sandbox => self.sandbox(&pod),
            Act::Start => self.start(&pod),
            Act::Ready(at) => self.turn_ready(&pod, at),
            Act::Unready(at) => self.turn_unready(&pod, at),
            Act::Die(at, death) => self.die(&pod, at, death),
            Act::Revive(at) => self.revive(&pod, at),
            Act::Restart(at) => self.restart(&pod, at),
            Act::PullWait(container) => self.pull_wait(&pod, container),
            Act::Pull(container, tries) => self.pull_again(&pod, container, tries),
            Act::Evict => {}
        }
    }

    fn sandbox(&mut self, pod: &Arc<Pod>) {
        let Some(node) = pod.node.as_ref().map(|placed| placed.node.clone()) else { return };
        let Some(host) = self.hosts.get(&node) else { return };
        let (address, network) = (host.spec.address, host.spec.pod_network);
        let mut next = Pod::clone(pod);
        next.ip = Some(if pod.template.host_network { address } else { self.addresses.take(network) });
        next.sandboxed = Some(self.now);
        if !pod.template.containers.iter().any(|spec| spec.init) {
            next.initialized = Some(self.now);
        }
        let pod = self.put_pod(next);
        let takes = self.pull_all(&pod, &node);
        self.queue.at(self.now + takes + 350, Step::Kubelet(PodRef::of(&pod), Act::Start));
    }

    fn start(&mut self, pod: &Arc<Pod>) {
        let mut next = Pod::clone(pod);
        for at in 0..next.containers.len() {
            let creating = matches!(next.containers[at].state, State::Waiting { reason: "ContainerCreating", .. });
            if creating {
                self.start_container(&mut next, at);
            }
        }
        next.initialized = next.initialized.or(Some(self.now));
        self.settle(&mut next);
        self.put_pod(next);
    }

    /// Works out the phase and the readiness of a pod from its containers.
    pub(super) fn settle(&mut self, pod: &mut Pod) {
        let template = pod.template.clone();
        let main = || template.containers.iter().zip(&pod.containers).filter(|(spec, _)| !spec.init);
        let ended = |(_, container): (_, &super::pod::Container)| matches!(container.state, State::Terminated(_));
        let never_ran = main().any(|(_, c)| matches!(c.state, State::Waiting { .. }) && c.last.is_none());
        let all_ended = main().all(ended);
        let failed = main().any(|(_, c)| matches!(c.state, State::Terminated(Ended { exit, .. }) if exit != 0));
        let stays = match template.restart {
            Restart::Always => false,
            Restart::OnFailure => !failed,
            Restart::Never => true,
        };
        let phase = if never_ran {
            Phase::Pending
        } else if all_ended && stays {
            if failed { Phase::Failed } else { Phase::Succeeded }
        } else {
            Phase::Running
        };
        let ready = phase == Phase::Running && main().all(|(_, container)| container.ready);
        pod.phase = phase;
        if pod.ready.0 != ready {
            pod.ready = (ready, self.now);
        }
    }

    /// The end of a pod that was asked to go.
    pub(super) fn finish(&mut self, pod: &Arc<Pod>) {
        let mut next = Pod::clone(pod);
        for at in 0..next.containers.len() {
            let exit = if next.template.containers[at].image.contains("nginx") || at > 0 { 0 } else { 143 };
            self.end_container(&mut next, at, exit, if exit == 0 { "Completed" } else { "Error" });
        }
        if next.ready.0 {
            next.ready = (false, self.now);
        }
        self.put_pod(next);
        self.remove(Kind::Pod, &pod.namespace, &pod.name);
    }

    /// The control plane takes a pod from a node whose taints it does not bear any longer.
    fn evict_by_taint(&mut self, pod: &Arc<Pod>) {
        if pod.deletion.is_some() || !self.must_go(pod) {
            return;
        }
        let message = format!("Marking for deletion Pod {}/{}", pod.namespace, pod.name);
        self.tell(
            &About::pod(pod),
            Tale::normal(By::Controller("taint-eviction-controller"), "TaintManagerEviction", &message),
        );
        let why: Arc<str> = "Taint manager: deleting due to NoExecute taint".into();
        let pod = self.put_pod(Pod { disrupted: Some((self.now, "DeletionByTaintManager", why)), ..Pod::clone(pod) });
        self.end_pod(&pod, None);
    }

    fn pod_is_gone(&mut self, pod: &Pod) {
        if let (Some(ip), Some(placed), false) = (pod.ip, &pod.node, pod.template.host_network)
            && let Some(host) = self.hosts.get(&placed.node)
        {
            self.addresses.free(host.spec.pod_network, ip);
        }
        self.remember_voice(pod);
    }

    /// A number that stays the same for a thing.
    pub(super) fn chance(&self, of: &str) -> Rng {
        Rng::of(self.plan.seed, of)
    }

    /// Ends a container's run, if it runs.
    pub(super) fn end_container(&self, pod: &mut Pod, at: usize, exit: i32, reason: &'static str) {
        let container = &mut pod.containers[at];
        let State::Running { since } = container.state else { return };
        container.runs.push(Run { ended: Some((self.now, exit)), ..container.run(since) });
        container.mood_since = None;
        let spare = container.runs.len().saturating_sub(30);
        container.runs.drain(..spare);
        let ended = Ended { exit, reason, started: since, finished: self.now, id: container.id };
        container.state = State::Terminated(ended);
        container.ready = false;
        container.started = false;
    }
}
