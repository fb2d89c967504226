//! A cluster as it is when the world begins: it has lived for weeks, and shows it.
use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    Cluster, Item, Kind, Pod, field,
    host::Load,
    pod::{Ended, Phase, Placed, State, container_number},
    queue::{Key, Queue, Step},
    system,
};
use crate::{
    clock::{DAY, HOUR, MINUTE, SECOND},
    lines::Run,
    rng::Rng,
};

mod apps;

/// Which node comes next: zone by zone.
struct Rota {
    nodes: Vec<Arc<str>>,
    next: usize,
}

impl Cluster {
    pub(super) fn be_born(&mut self) {
        let now = self.plan.now;
        // one that no node has joined yet was founded this moment
        let founded = if self.plan.nodes.is_empty() { now } else { now - 47 * DAY };
        self.now = founded;
        let mut rng = self.chance(&format!("birth {}", self.plan.name));
        self.store.set_rv(20_000_000 + rng.below(60_000_000));
        self.found(founded);
        for spec in self.plan.nodes.clone() {
            self.now = spec.joined + 25 * SECOND;
            let ready = Some(self.now);
            self.enlist(spec, ready);
        }
        let mut rota = self.rota();
        self.be_born_system(founded, &mut rota, &mut rng);
        self.be_born_apps(founded, &mut rota, &mut rng);
        self.now = now;
        self.settle_all();
        self.recent_past(&mut rng);
        self.now = now;
        self.queue = Queue::default();
        self.begin_to_live();
        self.store.compact();
    }

    /// What is due by itself from the first moment on.
    fn begin_to_live(&mut self) {
        let spread = self.chance("heartbeat").between(0, 20 * SECOND);
        self.queue.at(self.now + 10 * SECOND + spread, Step::Heartbeat(0));
        self.queue.at(self.now + 15 * SECOND + spread / 2, Step::Autoscale);
        self.queue.at(self.now + MINUTE, Step::Expire);
        let crons: Vec<Key> = self.store.list(Kind::CronJob, None).map(|cron| Key::of(Kind::CronJob, cron)).collect();
        for key in crons {
            self.reconcile_cron_job(&key);
        }
        let budgets: Vec<Key> = self
            .store
            .list(Kind::PodDisruptionBudget, None)
            .map(|item| Key::of(Kind::PodDisruptionBudget, item))
            .collect();
        for key in budgets {
            self.reconcile_budget(&key);
        }
    }

    fn found(&mut self, founded: i64) {
        self.now = founded;
        let mut spaces: Vec<String> =
            ["default", "kube-node-lease", "kube-public", "kube-system"].map(str::to_owned).to_vec();
        for app in &self.plan.apps {
            if !spaces.contains(&app.namespace) {
                spaces.push(app.namespace.clone());
            }
        }
        for space in spaces {
            self.give(Kind::Namespace, "", json!({ "metadata": { "name": space } }));
            self.reconcile_namespace(&Key::new(Kind::Namespace, "", &space));
        }
        self.api_service();
    }

    /// How pods reach the API server.
    fn api_service(&mut self) {
        let labels = json!({ "component": "apiserver", "provider": "kubernetes" });
        let service = json!({
            "metadata": { "name": "kubernetes", "labels": labels },
            "spec": { "clusterIP": "172.20.0.1", "ports": [{ "name": "https", "port": 443, "targetPort": 443 }] },
        });
        self.give(Kind::Service, "default", service);
        let hosts: Vec<_> = self.plan.nodes.iter().map(|node| node.address.octets()).collect();
        let addresses: Vec<Value> = hosts
            .iter()
            .rev()
            .take(2)
            .enumerate()
            .map(|(at, [a, b, c, _])| json!({ "ip": format!("{a}.{b}.{c}.{}", 11 + at * 7) }))
            .collect();
        let ports = json!([{ "name": "https", "port": 443, "protocol": "TCP" }]);
        let endpoints = json!({
            "metadata": { "name": "kubernetes", "labels": { "endpointslice.kubernetes.io/skip-mirror": "true" } },
            "subsets": [{ "addresses": addresses, "ports": ports }],
        });
        self.give(Kind::Endpoints, "default", endpoints);
        let entries: Vec<Value> =
            addresses.iter().map(|at| json!({ "addresses": [at["ip"]], "conditions": { "ready": true } })).collect();
        let slice = json!({
            "metadata": { "name": "kubernetes", "labels": { "kubernetes.io/service-name": "kubernetes" } },
            "addressType": "IPv4",
            "endpoints": entries,
            "ports": ports,
        });
        self.give(Kind::EndpointSlice, "default", slice);
    }

    /// Creates one of the plan's own objects, which are right by construction.
    fn give(&mut self, kind: Kind, namespace: &str, value: Value) -> Arc<Value> {
        match self.create(kind, namespace, value) {
            Ok(Item::Object(value)) => value,
            Ok(Item::Pod(_)) => Arc::new(Value::Null),
            Err(refused) => {
                debug_assert!(false, "{}", refused.message);
                Arc::new(Value::Null)
            }
        }
    }

    fn rota(&self) -> Rota {
        let mut zones: Vec<&str> = self.hosts.values().map(|host| host.spec.zone.as_str()).collect();
        zones.sort_unstable();
        zones.dedup();
        let in_zone = |zone: &str| -> Vec<Arc<str>> {
            self.hosts.values().rev().filter(|host| host.spec.zone == *zone).map(|host| host.name.clone()).collect()
        };
        let mut lists: Vec<Vec<Arc<str>>> = zones.iter().map(|zone| in_zone(zone)).collect();
        let mut nodes = vec![];
        while lists.iter().any(|list| !list.is_empty()) {
            nodes.extend(lists.iter_mut().filter_map(Vec::pop));
        }
        Rota { nodes, next: 0 }
    }

    /// The next node with room for it.
    fn turn(&self, rota: &mut Rota, load: Load) -> Option<Arc<str>> {
        for _ in 0..rota.nodes.len() {
            let name = rota.nodes[rota.next].clone();
            rota.next = (rota.next + 1) % rota.nodes.len();
            if self.hosts.get(&name).is_some_and(|host| host.fits(load)) {
                return Some(name);
            }
        }
        None
    }

    /// Makes a pod one that was bound to a node then and has run since.
    fn lives(&mut self, pod: &mut Pod, node: &Arc<str>, since: i64, rng: &mut Rng) {
        let Some(host) = self.hosts.get_mut(node) else { return };
        let since = since.max(host.spec.joined + 30 * SECOND);
        let (address, network) = (host.spec.address, host.spec.pod_network);
        host.images.extend(pod.template.containers.iter().map(|spec| spec.image.clone()));
        pod.created = since;
        pod.node = Some(Placed { node: node.clone(), address, at: since });
        pod.ip = Some(if pod.template.host_network { address } else { self.addresses.take(network) });
        pod.sandboxed = Some(since + SECOND);
        pod.initialized = Some(since + 2 * SECOND);
        pod.phase = Phase::Running;
        pod.ready = (true, since + rng.between(9, 16) * SECOND);
        let template = pod.template.clone();
        let begun = since + rng.between(3_000, 7_000);
        for (at, (spec, container)) in template.containers.iter().zip(&mut pod.containers).enumerate() {
            container.id = container_number(pod.uid, at, 0);
            container.ready = true;
            if spec.init {
                let (started, finished) = (since + 1_500, since + 1_900);
                container.state =
                    State::Terminated(Ended { exit: 0, reason: "Completed", started, finished, id: container.id });
                continue;
            }
            container.started = true;
            container.state = State::Running { since: begun + at as i64 * 120 };
        }
        // few live for weeks without a hiccup
        if self.now.max(self.plan.now) - since > DAY && rng.one_in(30) {
            self.hiccup(pod, rng);
        }
    }

    /// Its last container has been killed once for its memory, some time ago.
    fn hiccup(&self, pod: &mut Pod, rng: &mut Rng) {
        let at = pod.containers.len() - 1;
        let uid = pod.uid;
        let container = &mut pod.containers[at];
        let State::Running { since } = container.state else { return };
        let finished = rng.between(since + HOUR, self.plan.now - HOUR);
        let ended = Ended { exit: 137, reason: "OOMKilled", started: since, finished, id: container.id };
        container.runs.push(Run { number: 0, started: since, ended: Some((finished, 137)), mood: container.mood });
        container.last = Some(ended);
        container.restarts = 1;
        container.deaths = 1;
        container.id = container_number(uid, at, 1);
        container.state = State::Running { since: finished + SECOND };
        pod.ready = (true, finished + 6 * SECOND);
    }

    fn be_born_system(&mut self, founded: i64, rota: &mut Rota, rng: &mut Rng) {
        self.now = founded + 5 * MINUTE;
        let accounts =
            ["aws-node", "kube-proxy", "ebs-csi-node-sa", "coredns", "ebs-csi-controller-sa", "metrics-server"];
        for name in accounts.into_iter().chain(["aws-load-balancer-controller"]) {
            self.give(Kind::ServiceAccount, "kube-system", json!({ "metadata": { "name": name } }));
        }
        for daemon in system::daemons(&self.plan) {
            self.now = founded + 6 * MINUTE;
            let set = self.give(Kind::DaemonSet, "kube-system", daemon);
            for node in rota.nodes.clone() {
                let since = self.hosts.get(&node).map_or(founded, |host| host.spec.joined + 20 * SECOND);
                let mut pod = self.daemon(&set, &node);
                self.lives(&mut pod, &node, since, rng);
                self.put_pod(pod);
            }
        }
        for deployment in system::deployments(&self.plan) {
            self.now = founded + 8 * MINUTE;
            let deployment = self.give(Kind::Deployment, "kube-system", deployment);
            self.populate(&deployment, 1, founded + 8 * MINUTE, rota, rng);
        }
        for (kind, value) in system::rest(&self.plan) {
            self.now = founded + 9 * MINUTE;
            let space = if kind.resource().namespaced { "kube-system" } else { "" };
            self.give(kind, space, value);
        }
    }

    /// The newest ReplicaSet of a deployment, and its pods.
    fn populate(&mut self, deployment: &Value, revision: i64, since: i64, rota: &mut Rota, rng: &mut Rng) {
        self.now = since;
        let replicas = field::int(deployment, "/spec/replicas").unwrap_or(0);
        let set = self.make_set(deployment, replicas, revision);
        let per_second = (replicas / 240).max(1);
        for number in 0..replicas {
            let mut pod = self.new_pod(&set.value, Kind::ReplicaSet);
            let Some(node) = self.turn(rota, Load::of(&pod)) else { break };
            let mut at = since + number / per_second * 3 * SECOND + rng.between(0, 2_000);
            // some have moved since
            if rng.one_in(12) {
                at = rng.between(at, (self.plan.now - 2 * HOUR).max(at + 1));
            }
            self.lives(&mut pod, &node, at, rng);
            self.put_pod(pod);
        }
        let mut value = Value::clone(deployment);
        field::map(&mut value["metadata"], "annotations")
            .insert("deployment.kubernetes.io/revision".to_owned(), json!(revision.to_string()));
        self.put(Kind::Deployment, value);
    }

    /// Lets every controller write its status, at the time when it would last have changed.
    fn settle_all(&mut self) {
        let keys = |cluster: &Self, kind: Kind| -> Vec<Key> {
            cluster.store.list(kind, None).map(|item| Key::of(kind, item)).collect()
        };
        for kind in [Kind::ReplicaSet, Kind::Deployment, Kind::StatefulSet, Kind::DaemonSet, Kind::Service] {
            for key in keys(self, kind) {
                self.now = self.settled_at(&key);
                self.run(Step::Reconcile(key));
            }
        }
        for name in self.hosts.keys().cloned().collect::<Vec<_>>() {
            self.now = self.plan.now;
            self.first_report(&name);
        }
    }

    /// When the last of an object's pods had become ready.
    fn settled_at(&self, key: &Key) -> i64 {
        let Some(value) = self.store.object(key.kind, &key.namespace, &key.name) else { return self.plan.now };
        let mut owners = vec![field::uid(value)];
        if key.kind == Kind::Deployment {
            owners.extend(self.sets_of(value).iter().map(|set| field::uid(&set.value)));
        }
        let ready = owners.into_iter().flat_map(|owner| self.pods_of(owner)).map(|pod| pod.ready.1).max();
        let created = field::time(value, "/metadata/creationTimestamp").unwrap_or(self.plan.now);
        ready.unwrap_or(created).min(self.plan.now)
    }

    /// A few of the small things that are always going on.
    fn recent_past(&mut self, rng: &mut Rng) {
        let pods: Vec<Arc<Pod>> = self.store.pods(None).filter(|pod| pod.phase == Phase::Running).cloned().collect();
        if pods.is_empty() {
            return;
        }
        for _ in 0..(pods.len() / 40).clamp(1, 12) {
            let pod = rng.pick(&pods).clone();
            self.now = self.plan.now - rng.between(5 * MINUTE, 55 * MINUTE);
            self.probe_hiccup(&pod, rng.between(1, 4));
        }
        self.now = self.plan.now - MINUTE;
        self.autoscale();
    }
}
