//! The life of a container: it starts, is probed, dies, waits longer and longer, and starts again.
use std::sync::Arc;

use super::{
    Cluster, Effect, Pod, Rule,
    events::{About, By, Tale},
    pod::{State, container_number},
    queue::{Act, At, Death, PodRef, Step},
    template::{ContainerSpec, Restart},
};
use crate::{
    clock::{MINUTE, SECOND},
    lines::Mood,
    rng,
};

/// The field that events of a container name.
#[must_use]
pub fn container_path(spec: &ContainerSpec) -> String {
    format!("spec.{}{{{}}}", if spec.init { "initContainers" } else { "containers" }, spec.name)
}

/// How long the kubelet waits before it starts a container again that has died so many times in a row.
#[must_use]
pub fn back_off(deaths: u32) -> i64 {
    match deaths {
        0 | 1 => 0,
        _ => ((10 * SECOND) << (deaths - 2).min(5)).min(5 * MINUTE),
    }
}

impl Rule {
    fn concerns(&self, spec: &ContainerSpec, zone: &str) -> bool {
        self.image.as_ref().is_none_or(|image| spec.image.ends_with(image.as_str()))
            && self.env.as_ref().is_none_or(|wish| spec.env.contains(wish))
            && self.zone.as_ref().is_none_or(|wish| wish == zone)
    }
}

impl Cluster {
    /// What befalls the containers that these rules concern from now on; replaces those before. Containers that run feel it at once.
    pub fn set_rules(&mut self, rules: Vec<Rule>) {
        let before = std::mem::replace(&mut self.rules, rules);
        if before == self.rules {
            return;
        }
        let pods: Vec<Arc<Pod>> =
            self.store.pods(None).filter(|pod| pod.is_active() && pod.node.is_some()).cloned().collect();
        for pod in pods {
            if self.is_silent(&pod) {
                continue;
            }
            for at in 0..pod.containers.len() {
                let spec = &pod.template.containers[at];
                let (was, is) = (effects(&before, spec, self.zone(&pod)), effects(&self.rules, spec, self.zone(&pod)));
                if was != is {
                    self.feel(&pod, at, &was, &is);
                }
            }
        }
    }

    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    fn zone(&self, pod: &Pod) -> &str {
        let host = pod.node.as_ref().and_then(|placed| self.hosts.get(&placed.node));
        host.map_or("", |host| &host.spec.zone)
    }

    /// A running container under changed rules.
    fn feel(&mut self, pod: &Arc<Pod>, at: usize, was: &[Effect], is: &[Effect]) {
        let Some(pod) = self.store.pod(&pod.namespace, &pod.name).cloned() else { return };
        let container = &pod.containers[at];
        if !matches!(container.state, State::Running { .. }) {
            return;
        }
        let here = At { container: at, run: container.restarts };
        let unready = |effects: &[Effect]| effects.iter().any(|effect| matches!(effect, Effect::Unready { .. }));
        if unready(was) && !unready(is) && !container.ready {
            let period = pod.template.containers[at].probe.as_ref().map_or(SECOND, |probe| probe.period);
            self.queue.at(self.now + period, Step::Kubelet(PodRef::of(&pod), Act::Ready(here)));
        }
        for effect in is.iter().filter(|effect| !was.contains(effect)) {
            self.foretell(&pod, here, *effect);
        }
        let mood = mood(is);
        if mood != container.mood {
            let mut next = Pod::clone(&pod);
            next.containers[at].change_mood(self.now, mood);
            self.put_pod(next);
        }
    }

    /// Puts what a rule does to a container into the queue.
    fn foretell(&mut self, pod: &Pod, at: At, effect: Effect) {
        let share = rng::hash(self.plan.seed, &format!("{} {} {}", pod.name, at.container, at.run));
        let jitter = |ms: i64| ms + (share % 1000).cast_signed() * ms / 4000;
        let (after, act) = match effect {
            Effect::Crash { after_ms, exit, oom, .. } => {
                (jitter(after_ms), Act::Die(at, Death { exit: if oom { 137 } else { exit }, oom, by_rule: true }))
            }
            Effect::Unready { after_ms } => (jitter(after_ms), Act::Unready(at)),
            Effect::Mood(_) => return,
        };
        self.queue.at(self.now + after, Step::Kubelet(PodRef::of(pod), act));
    }

    /// Starts a container of a pod whose image is there.
    pub(super) fn start_container(&mut self, pod: &mut Pod, at: usize) {
        let spec = pod.template.containers[at].clone();
        let run = pod.containers[at].restarts;
        let id = container_number(pod.uid, at, run);
        let effects = effects(&self.rules, &spec, self.zone(pod));
        let about = About::pod(pod);
        let node = pod.node.as_ref().map(|placed| placed.node.clone()).unwrap_or_default();
        let path = container_path(&spec);
        for (reason, what) in [("Created", "Created"), ("Started", "Started")] {
            let message = format!("{what} container {}", spec.name);
            let message = if reason == "Created" { message.replace("container ", "container: ") } else { message };
            self.tell(&about, Tale { path: &path, ..Tale::normal(By::Kubelet(&node), reason, &message) });
        }
        let container = &mut pod.containers[at];
        container.id = id;
        container.state = State::Running { since: self.now };
        container.started = true;
        container.mood = mood(&effects);
        container.mood_since = None;
        container.ready = spec.probe.is_none() && !spec.init;
        let here = At { container: at, run };
        if spec.init {
            self.end_container(pod, at, 0, "Completed");
            pod.containers[at].ready = true;
            return;
        }
        let pod_ref = PodRef::of(pod);
        let unready = effects
            .iter()
            .any(|effect| matches!(effect, Effect::Unready { after_ms } if *after_ms <= spec.ready_after));
        if spec.probe.is_some() && !unready {
            let spread = (id % 1_500).cast_signed();
            self.queue.at(self.now + spec.ready_after + spread, Step::Kubelet(pod_ref.clone(), Act::Ready(here)));
        }
        for effect in &effects {
            self.foretell(pod, here, *effect);
        }
        if pod.template.restart != Restart::Always {
            let takes = 8 * SECOND + (id % 35_000).cast_signed();
            let death = Death { exit: 0, oom: false, by_rule: false };
            self.queue.at(self.now + takes, Step::Kubelet(pod_ref, Act::Die(here, death)));
        }
    }

    pub(super) fn turn_ready(&mut self, pod: &Arc<Pod>, at: At) {
        let container = &pod.containers[at.container];
        let State::Running { since } = container.state else { return };
        if container.restarts != at.run || container.ready {
            return;
        }
        // a probe that a rule has made fail does not pass
        let spec = &pod.template.containers[at.container];
        let fails = effects(&self.rules, spec, self.zone(pod))
            .into_iter()
            .any(|effect| matches!(effect, Effect::Unready { after_ms } if self.now - since >= after_ms));
        if fails {
            return;
        }
        let mut next = Pod::clone(pod);
        next.containers[at.container].ready = true;
        self.settle(&mut next);
        self.put_pod(next);
    }

    pub(super) fn turn_unready(&mut self, pod: &Arc<Pod>, at: At) {
        let container = &pod.containers[at.container];
        let spec = &pod.template.containers[at.container];
        let still =
            effects(&self.rules, spec, self.zone(pod)).iter().any(|effect| matches!(effect, Effect::Unready { .. }));
        if container.restarts != at.run || !still || !matches!(container.state, State::Running { .. }) {
            return;
        }
        let Some(probe) = &spec.probe else { return };
        let message = format!("Readiness probe failed: {}", probe.failure);
        let first = container.ready;
        let times = if first { probe.failures } else { MINUTE / probe.period.max(SECOND) };
        let node = pod.node.as_ref().map(|placed| placed.node.clone()).unwrap_or_default();
        let path = container_path(spec);
        let tale = Tale { path: &path, times, ..Tale::warning(By::Kubelet(&node), "Unhealthy", &message) };
        self.tell(&About::pod(pod), tale);
        if first {
            let mut next = Pod::clone(pod);
            next.containers[at.container].ready = false;
            self.settle(&mut next);
            self.put_pod(next);
        }
        self.queue.at(self.now + MINUTE, Step::Kubelet(PodRef::of(pod), Act::Unready(at)));
    }

    /// A probe has failed a few times, and no harm was done.
    pub(super) fn probe_hiccup(&mut self, pod: &Arc<Pod>, times: i64) {
        let Some(spec) = pod.template.containers.iter().find(|spec| spec.probe.is_some()) else { return };
        let node = pod.node.as_ref().map(|placed| placed.node.clone()).unwrap_or_default();
        let (ip, path) = (pod.ip.map(|ip| ip.to_string()).unwrap_or_default(), container_path(spec));
        let message = format!(
            "Readiness probe failed: Get \"http://{ip}:8080/healthz\": context deadline exceeded (Client.Timeout exceeded while awaiting \
             headers)"
        );
        let tale = Tale { path: &path, times, ..Tale::warning(By::Kubelet(&node), "Unhealthy", &message) };
        self.tell(&About::pod(pod), tale);
    }

    pub(super) fn die(&mut self, pod: &Arc<Pod>, at: At, death: Death) {
        let container = &pod.containers[at.container];
        let State::Running { since } = container.state else { return };
        let spec = &pod.template.containers[at.container];
        let crashes = |effect: &Effect| matches!(effect, Effect::Crash { .. });
        let void = death.by_rule && !effects(&self.rules, spec, self.zone(pod)).iter().any(crashes);
        if container.restarts != at.run || void {
            return;
        }
        let reason = match (death.oom, death.exit) {
            (true, _) => "OOMKilled",
            (_, 0) => "Completed",
            _ => "Error",
        };
        let mut next = Pod::clone(pod);
        self.end_container(&mut next, at.container, death.exit, reason);
        let long = self.now - since >= 10 * MINUTE;
        let dead = &mut next.containers[at.container];
        dead.deaths = if long { 1 } else { dead.deaths + 1 };
        self.settle(&mut next);
        let again = match next.template.restart {
            Restart::Always => true,
            Restart::OnFailure => death.exit != 0,
            Restart::Never => false,
        };
        let pod = self.put_pod(next);
        if again {
            self.queue.at(self.now + 900, Step::Kubelet(PodRef::of(&pod), Act::Revive(at)));
        }
    }

    pub(super) fn revive(&mut self, pod: &Arc<Pod>, at: At) {
        let container = &pod.containers[at.container];
        let State::Terminated(ended) = container.state else { return };
        let wait = back_off(container.deaths);
        if wait == 0 {
            return self.restart(pod, at);
        }
        let spec = &pod.template.containers[at.container];
        let whose = format!("{} in pod {}_{}({})", spec.name, pod.name, pod.namespace, pod.uid());
        let node = pod.node.as_ref().map(|placed| placed.node.clone()).unwrap_or_default();
        let path = container_path(spec);
        let message = format!("Back-off restarting failed container {whose}");
        // the kubelet says it at every look at the pod, which here is said at once
        let tale = Tale {
            path: &path,
            times: 1 + wait / (13 * SECOND),
            ..Tale::warning(By::Kubelet(&node), "BackOff", &message)
        };
        self.tell(&About::pod(pod), tale);
        let text = duration(wait);
        let message = format!(
            "back-off {text} restarting failed container={} pod={}_{}({})",
            spec.name,
            pod.name,
            pod.namespace,
            pod.uid()
        );
        let mut next = Pod::clone(pod);
        let waiting = &mut next.containers[at.container];
        waiting.last = Some(ended);
        waiting.state = State::Waiting { reason: "CrashLoopBackOff", message: Some(message.into()) };
        self.settle(&mut next);
        self.put_pod(next);
        self.queue.at(ended.finished + wait, Step::Kubelet(PodRef::of(pod), Act::Restart(at)));
    }

    pub(super) fn restart(&mut self, pod: &Arc<Pod>, at: At) {
        let container = &pod.containers[at.container];
        if container.restarts != at.run || matches!(container.state, State::Running { .. }) {
            return;
        }
        let mut next = Pod::clone(pod);
        let again = &mut next.containers[at.container];
        if let State::Terminated(ended) = again.state {
            again.last = Some(ended);
        }
        again.restarts += 1;
        self.tell_present(&next, at.container);
        self.start_container(&mut next, at.container);
        self.settle(&mut next);
        self.put_pod(next);
    }
}

fn effects(rules: &[Rule], spec: &ContainerSpec, zone: &str) -> Vec<Effect> {
    rules.iter().filter(|rule| rule.concerns(spec, zone)).map(|rule| rule.effect).collect()
}

fn mood(effects: &[Effect]) -> Mood {
    let of = effects.iter().find_map(|effect| match effect {
        Effect::Crash { mood, .. } | Effect::Mood(mood) => Some(*mood),
        Effect::Unready { .. } => None,
    });
    let unready = effects.iter().any(|effect| matches!(effect, Effect::Unready { .. }));
    of.unwrap_or(if unready { Mood::Failing } else { Mood::Calm })
}

/// `1m20s`, as Go writes durations.
fn duration(ms: i64) -> String {
    let seconds = ms / SECOND;
    if seconds < 60 { format!("{seconds}s") } else { format!("{}m{}s", seconds / 60, seconds % 60) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_doubles_from_ten_seconds_to_five_minutes() {
        let waits: Vec<i64> = (1..9).map(|deaths| back_off(deaths) / SECOND).collect();
        assert_eq!(waits, [0, 10, 20, 40, 80, 160, 300, 300]);
        assert_eq!(
            ["10s", "1m20s", "5m0s"],
            [10, 80, 300].map(|s| duration(s * SECOND)).each_ref().map(String::as_str)
        );
    }
}
