//! The DaemonSet controller: one pod on each node that it fits.
use std::{collections::BTreeMap, sync::Arc};

use serde_json::{Value, json};

use super::{
    Cluster, Kind, Pod,
    deployment::share,
    events::{About, By, Tale},
    field,
    pod::Labels,
    queue::Key,
    scheduler::Wish,
    statefulset::REVISION,
    template::Template,
};

const NAME: By<'static> = By::Controller("daemonset-controller");

/// What daemons bear beyond what their template says.
const BORNE: [(&str, &str); 6] = [
    ("node.kubernetes.io/not-ready", "NoExecute"),
    ("node.kubernetes.io/unreachable", "NoExecute"),
    ("node.kubernetes.io/disk-pressure", "NoSchedule"),
    ("node.kubernetes.io/memory-pressure", "NoSchedule"),
    ("node.kubernetes.io/pid-pressure", "NoSchedule"),
    ("node.kubernetes.io/unschedulable", "NoSchedule"),
];

impl Cluster {
    /// The template of a set's pods, with the tolerations that only daemons get.
    fn daemon_template(&mut self, set: &Value) -> Arc<Template> {
        let common = self.template_of(set);
        let key = field::uid(set) ^ 1;
        if let Some(template) = self.known_template(key, set) {
            return template;
        }
        let mut spec = common.spec.clone();
        let host_network = spec["hostNetwork"] == true;
        if let Some(tolerations) = spec["tolerations"].as_array_mut() {
            tolerations.retain(|toleration| toleration.get("tolerationSeconds").is_none());
            let network = ("node.kubernetes.io/network-unavailable", "NoSchedule");
            for (key, effect) in BORNE.into_iter().chain(host_network.then_some(network)) {
                tolerations.push(json!({ "key": key, "operator": "Exists", "effect": effect }));
            }
        }
        let hash = self.revision(set, Kind::DaemonSet).rsplit('-').next().unwrap_or_default().to_owned();
        let mut labels = Labels::clone(&common.labels);
        labels.insert(REVISION.to_owned(), hash);
        labels.insert("pod-template-generation".to_owned(), generation(set));
        let template = Arc::new(Template::of(spec, Arc::new(labels), common.annotations.clone()));
        self.keep_template(key, set, &template);
        template
    }

    /// A pod of a set for a node; not yet kept.
    pub(super) fn daemon(&mut self, set: &Value, node: &str) -> Pod {
        let template = self.daemon_template(set);
        let mut pod = self.new_pod(set, Kind::DaemonSet);
        pod.labels = template.labels.clone();
        pod.annotations = template.annotations.clone();
        pod.template = template;
        pod.node = self.place(node);
        pod
    }

    pub(super) fn reconcile_daemon_set(&mut self, key: &Key) {
        let Some(set) = self.store.object(Kind::DaemonSet, &key.namespace, &key.name).cloned() else { return };
        if !field::text(&set, "/metadata/deletionTimestamp").is_empty() {
            return;
        }
        let template = self.daemon_template(&set);
        let wish = Wish::of(&template);
        let mut by_node: BTreeMap<Arc<str>, Vec<Arc<Pod>>> = BTreeMap::new();
        for pod in self.pods_of(field::uid(&set)) {
            if let Some(placed) = &pod.node {
                by_node.entry(placed.node.clone()).or_default().push(pod.clone());
            }
        }
        // one that runs stays where new ones would not go
        let fits: Vec<Arc<str>> =
            self.hosts.values().filter(|host| wish.node_fits(host).is_ok()).map(|host| host.name.clone()).collect();
        for node in &fits {
            let there = by_node.get(node).map(Vec::as_slice).unwrap_or_default();
            for pod in there.iter().filter(|pod| pod.phase.is_over()) {
                self.remove(Kind::Pod, &pod.namespace, &pod.name);
            }
            if there.iter().all(|pod| pod.phase.is_over()) {
                let pod = self.daemon(&set, node);
                let message = format!("Created pod: {}", pod.name);
                self.put_pod(pod);
                self.tell(&About::object(Kind::DaemonSet, &set), Tale::normal(NAME, "SuccessfulCreate", &message));
            }
        }
        let unfit = by_node.iter().filter(|(node, _)| {
            let host = self.hosts.get(*node);
            host.is_none_or(|host| host.taints.iter().any(|taint| taint.effect == "NoExecute" && !wish.bears(taint)))
        });
        let unfit: Vec<Arc<Pod>> =
            unfit.flat_map(|(_, pods)| pods.clone()).filter(|pod| pod.deletion.is_none()).collect();
        for pod in unfit {
            self.end_pod(&pod, None);
        }
        self.update_daemons(&set, &template, fits.len());
        self.daemon_set_status(key, &template, &wish, fits.len());
    }

    /// Replaces those of an older template, a few at a time.
    fn update_daemons(&mut self, set: &Value, template: &Template, wished: usize) {
        if field::text(set, "/spec/updateStrategy/type") == "OnDelete" {
            return;
        }
        let most = set.pointer("/spec/updateStrategy/rollingUpdate/maxUnavailable");
        let most = most.map_or(1, |most| share(most, i64::try_from(wished).unwrap_or(0), true)).max(1);
        let pods = self.pods_of(field::uid(set));
        let unavailable = pods.iter().filter(|pod| pod.deletion.is_some() || !pod.is_ready()).count();
        let hash = template.labels.get(REVISION);
        let mut old: Vec<&Arc<Pod>> =
            pods.iter().filter(|pod| pod.deletion.is_none() && pod.labels.get(REVISION) != hash).collect();
        // those that are not ready cost nothing
        old.sort_by_key(|pod| pod.is_ready());
        let mut spare = usize::try_from(most).unwrap_or(1).saturating_sub(unavailable);
        let doomed: Vec<Arc<Pod>> = old
            .into_iter()
            .filter(|pod| {
                let free = !pod.is_ready();
                let taken = free || spare > 0;
                spare -= usize::from(taken && !free);
                taken
            })
            .cloned()
            .collect();
        for pod in doomed {
            self.end_pod(&pod, None);
            let message = format!("Deleted pod: {}", pod.name);
            self.tell(&About::object(Kind::DaemonSet, set), Tale::normal(NAME, "SuccessfulDelete", &message));
        }
    }

    fn daemon_set_status(&mut self, key: &Key, template: &Template, wish: &Wish, wished: usize) {
        let Some(set) = self.store.object(Kind::DaemonSet, &key.namespace, &key.name).cloned() else { return };
        let pods = self.pods_of(field::uid(&set));
        let live: Vec<&Arc<Pod>> = pods.iter().filter(|pod| pod.is_active()).collect();
        let there = live.iter().filter(|pod| {
            let host = pod.node.as_ref().and_then(|placed| self.hosts.get(&placed.node));
            host.is_some_and(|host| wish.node_fits(host).is_ok())
        });
        let current = there.count();
        let ready = live.iter().filter(|pod| pod.is_ready()).count();
        let hash = template.labels.get(REVISION);
        let updated = live.iter().filter(|pod| pod.labels.get(REVISION) == hash).count();
        let mut status = json!({
            "currentNumberScheduled": current,
            "numberMisscheduled": live.len() - current,
            "desiredNumberScheduled": wished,
            "numberReady": ready,
            "observedGeneration": set["metadata"]["generation"],
        });
        let rest = [
            ("updatedNumberScheduled", updated),
            ("numberAvailable", ready),
            ("numberUnavailable", wished.saturating_sub(ready)),
        ];
        for (name, count) in rest.into_iter().filter(|(_, count)| *count > 0) {
            status[name] = json!(count);
        }
        if set["status"] != status {
            let mut set = Value::clone(&set);
            set["status"] = status;
            self.put(Kind::DaemonSet, set);
        }
    }
}

fn generation(set: &Value) -> String {
    field::int(set, "/metadata/generation").unwrap_or(1).to_string()
}
