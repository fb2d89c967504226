//! Nodes that come, fall silent, return and go; their heartbeats; and what becomes of their pods.
use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    Cluster, Kind, Pod, Rule,
    events::{About, By, Tale},
    field,
    host::{Host, Taint},
    node_object,
    plan::NodeSpec,
    pod::State,
    queue::{Act, At, Key, NodeAct, PodRef, Step},
    scheduler::Wish,
};
use crate::{
    clock::{self, SECOND},
    rng,
};

const LIFECYCLE: By<'static> = By::Controller("node-controller");
/// Nobody misses a node before.
const GRACE: i64 = 40 * SECOND;
/// The nodes report in so many groups, one after the other.
const GROUPS: u32 = 10;
const TURN: i64 = 30 * SECOND;
/// A cluster of up to so many nodes renews all leases at each turn.
const FEW: usize = 64;

impl Cluster {
    /// An instance registers; it is ready a while later.
    pub fn join(&mut self, spec: NodeSpec) {
        let spec = NodeSpec { joined: self.now, ..spec };
        let name: Arc<str> = spec.name.as_str().into();
        self.plan.nodes.retain(|node| node.name != spec.name);
        self.plan.nodes.push(spec.clone());
        self.enlist(spec, None);
        let tales = [
            ("Starting", "Starting kubelet.".to_owned()),
            ("NodeHasSufficientMemory", format!("Node {name} status is now: NodeHasSufficientMemory")),
            ("NodeHasNoDiskPressure", format!("Node {name} status is now: NodeHasNoDiskPressure")),
            ("NodeHasSufficientPID", format!("Node {name} status is now: NodeHasSufficientPID")),
        ];
        for (reason, message) in tales {
            self.tell_of_node(&name, Tale::normal(By::Kubelet(&name), reason, &message));
        }
        let message = format!("Node {name} event: Registered Node {name} in Controller");
        self.tell_of_node(&name, Tale::normal(LIFECYCLE, "RegisteredNode", &message));
        let takes = 18 * SECOND + (rng::hash(self.plan.seed, &name) % 9_000).cast_signed();
        self.queue.at(self.now + takes, Step::Node(name, NodeAct::Ready));
    }

    /// Its host, its Node object and its lease.
    pub(super) fn enlist(&mut self, spec: NodeSpec, ready: Option<i64>) {
        let node = node_object::node(&self.plan, &spec, self.pods_per_node(&spec), ready);
        let name: Arc<str> = spec.name.as_str().into();
        let mut host = Host::of(spec);
        host.heed(&node);
        self.zones.insert(name.clone(), host.spec.zone.as_str().into());
        self.hosts.insert(name.clone(), host);
        self.put(Kind::Node, node);
        self.renew(&name);
        self.nodes_changed();
    }

    /// By the network interfaces, or by prefixes if the plan needs more.
    fn pods_per_node(&self, spec: &NodeSpec) -> i64 {
        let machine = super::host::Machine::of(&spec.instance_type);
        let average = self.plan.pods as i64 / (self.plan.nodes.len() as i64).max(1);
        if average * 5 / 4 + 4 > machine.pods { if machine.cpus >= 30 { 250 } else { 110 } } else { machine.pods }
    }

    fn tell_of_node(&mut self, name: &Arc<str>, tale: Tale<'_>) {
        let about = About { kind: Kind::Node, namespace: "".into(), name: name.clone(), uid: name.to_string(), rv: 0 };
        self.tell(&about, tale);
    }

    /// Its host fails: nothing on it runs any more, and nobody hears of it.
    pub fn lose(&mut self, node: &str) {
        let now = self.now;
        let Some(host) = self.hosts.get_mut(node).filter(|host| host.silent.is_none()) else { return };
        host.silent = Some(now);
        let name = host.name.clone();
        self.queue.at(now + GRACE, Step::Node(name, NodeAct::Unknown));
    }

    /// Its host works again, and its kubelet starts.
    pub fn recover(&mut self, node: &str) {
        let Some(name) = self.hosts.get(node).filter(|host| host.silent.is_some()).map(|host| host.name.clone()) else {
            return;
        };
        let takes = 6 * SECOND + (rng::hash(self.plan.seed, &name) % 5_000).cast_signed();
        self.queue.at(self.now + takes, Step::Node(name, NodeAct::Ready));
    }

    /// Its instance is no more.
    pub fn remove_node(&mut self, node: &str) {
        let Some(host) = self.hosts.get(node) else { return };
        let (name, ended) = (host.name.clone(), host.silent.unwrap_or(self.now));
        let message = format!("Deleting node {name} because it does not exist in the cloud provider");
        self.tell_of_node(
            &name,
            Tale::normal(By::Controller("cloud-node-lifecycle-controller"), "DeletingNode", &message),
        );
        let keys: Vec<Key> = self.index.on_node(&name).cloned().collect();
        for key in keys {
            let Some(pod) = self.store.pod(&key.namespace, &key.name).cloned() else { continue };
            let mut last = Pod::clone(&pod);
            self.end_all(&mut last, ended);
            if !last.phase.is_over() {
                last.phase = super::pod::Phase::Failed;
                last.disrupted = Some((self.now, "DeletionByPodGC", "PodGC: node no longer exists".into()));
                last.ready = (false, self.now);
                self.put_pod(last);
            }
            self.remove(Kind::Pod, &key.namespace, &key.name);
        }
        let message = format!("Node {name} event: Removing Node {name} from Controller");
        self.tell_of_node(&name, Tale::normal(LIFECYCLE, "RemovingNode", &message));
        self.hosts.remove(&name);
        self.plan.nodes.retain(|spec| spec.name != *name);
        self.remove(Kind::Node, "", &name);
        self.remove(Kind::Lease, "kube-node-lease", &name);
    }

    fn end_all(&mut self, pod: &mut Pod, at: i64) {
        let now = std::mem::replace(&mut self.now, at);
        for container in 0..pod.containers.len() {
            self.end_container(pod, container, 255, "Unknown");
        }
        self.now = now;
    }

    pub(super) fn node_step(&mut self, name: &Arc<str>, act: NodeAct) {
        let silent = self.hosts.get(name).is_some_and(|host| host.silent.is_some());
        match act {
            NodeAct::Unknown if silent => self.node_unknown(name),
            NodeAct::Unknown => {}
            NodeAct::Ready => self.node_ready(name),
        }
    }

    fn node_unknown(&mut self, name: &Arc<str>) {
        let Some(node) = self.store.object(Kind::Node, "", name) else { return };
        let mut node = Value::clone(node);
        let now = clock::seconds(self.now);
        for condition in node["status"]["conditions"].as_array_mut().into_iter().flatten() {
            condition["status"] = json!("Unknown");
            condition["lastTransitionTime"] = json!(now);
            condition["reason"] = json!("NodeStatusUnknown");
            condition["message"] = json!("Kubelet stopped posting node status.");
        }
        let mut taints = field::list(&node, "/spec/taints").to_vec();
        for effect in ["NoSchedule", "NoExecute"] {
            taints.push(json!({ "key": "node.kubernetes.io/unreachable", "effect": effect, "timeAdded": now }));
        }
        node["spec"]["taints"] = json!(taints);
        self.put(Kind::Node, node);
        let message = format!("Node {name} status is now: NodeNotReady");
        self.tell_of_node(name, Tale::normal(LIFECYCLE, "NodeNotReady", &message));
        for pod in self.pods_on(name) {
            if pod.silent.is_none() && !pod.phase.is_over() {
                let pod = self.put_pod(Pod { silent: Some(self.now), ..Pod::clone(&pod) });
                self.tell(&About::pod(&pod), Tale::warning(LIFECYCLE, "NodeNotReady", "Node is not ready"));
            }
        }
    }

    pub(super) fn pods_on(&self, node: &str) -> Vec<Arc<Pod>> {
        self.index.on_node(node).filter_map(|key| self.store.pod(&key.namespace, &key.name).cloned()).collect()
    }

    fn node_ready(&mut self, name: &Arc<str>) {
        let Some(host) = self.hosts.get_mut(name) else { return };
        let (was_silent, began) = (host.silent.take(), host.spec.joined);
        let images = node_object::images(host);
        let Some(node) = self.store.object(Kind::Node, "", name) else { return };
        let mut node = Value::clone(node);
        node["status"]["conditions"] =
            node_object::conditions(self.now, was_silent.map_or(began, |_| self.now), Some(self.now));
        node["status"]["images"] = images;
        let away = ["node.kubernetes.io/unreachable", "node.kubernetes.io/not-ready"];
        let mut taints = field::list(&node, "/spec/taints").to_vec();
        taints.retain(|taint| !away.contains(&field::text(taint, "/key")));
        set_taints(&mut node, taints);
        if was_silent.is_some() {
            let boot = self.rng.uuid();
            let message = format!("Node {name} has been rebooted, boot id: {boot}");
            node["status"]["nodeInfo"]["bootID"] = json!(boot);
            self.tell_of_node(name, Tale::warning(By::Kubelet(name), "Rebooted", &message));
        }
        self.put(Kind::Node, node);
        self.renew(name);
        let message = format!("Node {name} status is now: NodeReady");
        self.tell_of_node(name, Tale::normal(By::Kubelet(name), "NodeReady", &message));
        for pod in self.pods_on(name) {
            self.take_up_again(&pod, was_silent);
        }
        self.nodes_changed();
    }

    /// A pod on a node that is back: it goes if it was told to, otherwise its containers start once more.
    fn take_up_again(&mut self, pod: &Arc<Pod>, was_silent: Option<i64>) {
        if pod.phase.is_over() {
            return;
        }
        if pod.deletion.is_some() {
            return self.finish(pod);
        }
        if pod.sandboxed.is_none() {
            return self.queue.at(self.now + SECOND, Step::Kubelet(PodRef::of(pod), Act::Sandbox));
        }
        let mut next = Pod::clone(pod);
        next.silent = None;
        if let Some(since) = was_silent {
            self.end_all(&mut next, since);
            next.ready = (false, self.now);
        }
        let pod = self.put_pod(next);
        let mut creating = false;
        for (container, state) in pod.containers.iter().enumerate() {
            let at = At { container, run: state.restarts };
            let wait = 2 * SECOND + i64::try_from(container).unwrap_or(0) * 400;
            match state.state {
                State::Terminated(_) if !pod.template.containers[container].init => {
                    self.queue.at(self.now + wait, Step::Kubelet(PodRef::of(&pod), Act::Restart(at)));
                }
                State::Waiting { reason: "CrashLoopBackOff", .. } => {
                    self.queue.at(self.now + wait, Step::Kubelet(PodRef::of(&pod), Act::Restart(at)));
                }
                State::Waiting { reason: "ContainerCreating", .. } => creating = true,
                State::Waiting { .. } => {
                    self.queue.at(self.now + wait, Step::Kubelet(PodRef::of(&pod), Act::Pull(container, 1)));
                }
                _ => {}
            }
        }
        if creating {
            self.queue.at(self.now + 2 * SECOND, Step::Kubelet(PodRef::of(&pod), Act::Start));
        }
    }

    /// Cordons show as taints, and pods that do not bear a taint go after their time.
    pub(super) fn reconcile_node(&mut self, name: &str) {
        let Some(node) = self.store.object(Kind::Node, "", name).cloned() else { return };
        let cordoned = node.pointer("/spec/unschedulable").and_then(Value::as_bool).unwrap_or(false);
        let mut taints = field::list(&node, "/spec/taints").to_vec();
        let before = taints.clone();
        taints.retain(|taint| taint["key"] != "node.kubernetes.io/unschedulable");
        if cordoned {
            let kept = before.iter().find(|taint| taint["key"] == "node.kubernetes.io/unschedulable").cloned();
            let new = || {
                json!({
                    "key": "node.kubernetes.io/unschedulable",
                    "effect": "NoSchedule",
                    "timeAdded": clock::seconds(self.now),
                })
            };
            taints.push(kept.unwrap_or_else(new));
        }
        if taints.len() != before.len() {
            let mut node = Value::clone(&node);
            set_taints(&mut node, taints);
            self.put(Kind::Node, node);
        }
        if before.iter().any(|taint| taint["effect"] == "NoExecute") {
            for pod in self.pods_on(name) {
                if let Some(at) = evicted_at(&node, &pod, self.now) {
                    self.queue.at(at.max(self.now), Step::Kubelet(PodRef::of(&pod), Act::Evict));
                }
            }
        }
    }

    /// Whether a pod's time on its tainted node is over.
    pub(super) fn must_go(&self, pod: &Pod) -> bool {
        let node = pod.node.as_ref().and_then(|placed| self.store.object(Kind::Node, "", &placed.node));
        node.and_then(|node| evicted_at(node, pod, self.now)).is_some_and(|at| at <= self.now)
    }

    pub(super) fn heartbeat(&mut self, turn: u32) {
        let all = self.hosts.len() <= FEW;
        let names: Vec<Arc<str>> =
            self.hosts.values().filter(|host| host.silent.is_none()).map(|host| host.name.clone()).collect();
        for name in names {
            let own = rng::hash(7, &name) % u64::from(GROUPS) == u64::from(turn);
            if own || all {
                self.renew(&name);
            }
            if own {
                self.report(&name);
            }
        }
        self.queue.at(self.now + TURN, Step::Heartbeat((turn + 1) % GROUPS));
    }

    /// The kubelet's own report, which changes little but its time.
    fn report(&mut self, name: &str) {
        let Some(node) = self.store.object(Kind::Node, "", name) else { return };
        let mut node = Value::clone(node);
        for condition in node["status"]["conditions"].as_array_mut().into_iter().flatten() {
            condition["lastHeartbeatTime"] = json!(clock::seconds(self.now));
        }
        if let Some(host) = self.hosts.get(name) {
            node["status"]["images"] = node_object::images(host);
        }
        self.put(Kind::Node, node);
    }

    /// So that a node that has always been there says what images it has, and reported a moment ago.
    pub(super) fn first_report(&mut self, name: &str) {
        self.now = self.plan.now - (rng::hash(9, name) % 200_000).cast_signed();
        self.report(name);
        self.now = self.plan.now - (rng::hash(9, name) % 10_000).cast_signed();
        self.renew(name);
        self.now = self.plan.now;
    }

    fn renew(&mut self, name: &str) {
        let time = format!("{}000Z", clock::millis(self.now).trim_end_matches('Z'));
        if let Some(lease) = self.store.object(Kind::Lease, "kube-node-lease", name) {
            let mut lease = Value::clone(lease);
            lease["spec"]["renewTime"] = json!(time);
            self.put(Kind::Lease, lease);
            return;
        }
        let Some(node) = self.store.object(Kind::Node, "", name).cloned() else { return };
        let uid = self.rng.uuid();
        let lease = json!({
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {
                "name": name,
                "namespace": "kube-node-lease",
                "uid": uid,
                "creationTimestamp": node["metadata"]["creationTimestamp"],
                "ownerReferences": [{ "apiVersion": "v1", "kind": "Node", "name": name, "uid": node["metadata"]["uid"] }],
            },
            "spec": { "holderIdentity": name, "leaseDurationSeconds": 40, "renewTime": time },
        });
        self.put(Kind::Lease, lease);
    }

    /// The hosts, for whoever asks the nodes directly.
    #[must_use]
    pub fn host(&self, node: &str) -> Option<&Host> {
        self.hosts.get(node)
    }

    /// Adds a rule; one of the same id is replaced.
    pub fn add_rule(&mut self, rule: Rule) {
        let mut rules = self.rules.clone();
        rules.retain(|other| other.id != rule.id);
        rules.push(rule);
        self.set_rules(rules);
    }

    pub fn remove_rule(&mut self, id: &str) {
        let mut rules = self.rules.clone();
        rules.retain(|rule| rule.id != id);
        self.set_rules(rules);
    }
}

fn set_taints(node: &mut Value, taints: Vec<Value>) {
    if taints.is_empty() {
        _ = node["spec"].as_object_mut().map(|spec| spec.remove("taints"));
    } else {
        node["spec"]["taints"] = json!(taints);
    }
}

/// When a pod must leave a node for its taints, if ever.
fn evicted_at(node: &Value, pod: &Pod, now: i64) -> Option<i64> {
    let executing = field::list(node, "/spec/taints").iter().filter(|taint| taint["effect"] == "NoExecute");
    let wish = Wish::of(&pod.template);
    let at = |taint: &Value| {
        let since = field::time(taint, "/timeAdded").unwrap_or(now);
        let taint = Taint {
            key: field::text(taint, "/key").to_owned(),
            value: field::text(taint, "/value").to_owned(),
            effect: "NoExecute".to_owned(),
        };
        wish.patience(&taint).map(|seconds| since + seconds * SECOND)
    };
    executing.filter_map(at).min()
}
