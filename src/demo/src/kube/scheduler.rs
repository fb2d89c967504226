//! The scheduler: which nodes would have a pod, which of them is best, and why none would.
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use serde_json::Value;

use super::{
    Cluster, Pod,
    events::{About, By, Tale},
    field,
    host::{Host, Load, Taint},
    pod::{Labels, Placed},
    queue::Key,
    selector::Selector,
    template::Template,
};
use crate::{
    clock::{MINUTE, SECOND},
    rng,
};

/// So many pods at a time.
const BATCH: usize = 250;

/// What a pod asks of the node that it goes to.
#[derive(Debug, Default)]
pub struct Wish {
    node_selector: Labels,
    /// Terms of which one must hold.
    affinity: Vec<Selector>,
    tolerations: Vec<Toleration>,
    spread: Vec<Spread>,
    /// Not beside these, by topology.
    apart: Vec<(String, Selector)>,
    /// Better not beside these.
    rather_apart: Vec<(String, Selector)>,
}

#[derive(Debug)]
struct Toleration {
    key: String,
    value: Option<String>,
    effect: String,
    seconds: Option<i64>,
}

#[derive(Debug)]
struct Spread {
    topology: String,
    max_skew: i64,
    hard: bool,
    selector: Selector,
}

impl Wish {
    #[must_use]
    pub fn of(template: &Template) -> Self {
        let spec = &template.spec;
        let terms = field::list(
            spec,
            "/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms",
        );
        let apart = field::list(spec, "/affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution");
        let rather = field::list(spec, "/affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution");
        let pair =
            |term: &Value| (field::text(term, "/topologyKey").to_owned(), Selector::of(term.get("labelSelector")));
        let spread = |constraint: &Value| Spread {
            topology: field::text(constraint, "/topologyKey").to_owned(),
            max_skew: field::int(constraint, "/maxSkew").unwrap_or(1),
            hard: field::text(constraint, "/whenUnsatisfiable") != "ScheduleAnyway",
            selector: spread_selector(constraint, &template.labels),
        };
        Self {
            node_selector: field::labels(spec, "/nodeSelector"),
            affinity: terms.iter().map(|term| Selector::of(Some(term))).collect(),
            tolerations: field::list(spec, "/tolerations").iter().map(Toleration::of).collect(),
            spread: field::list(spec, "/topologySpreadConstraints").iter().map(spread).collect(),
            apart: apart.iter().map(pair).collect(),
            rather_apart: rather.iter().filter_map(|term| term.get("podAffinityTerm")).map(pair).collect(),
        }
    }

    /// For how many seconds a pod bears a taint: nought if not at all, nothing if for always.
    #[must_use]
    pub fn patience(&self, taint: &Taint) -> Option<i64> {
        let covering = self.tolerations.iter().filter(|toleration| toleration.covers(taint));
        let limits: Vec<Option<i64>> = covering.map(|toleration| toleration.seconds).collect();
        if limits.is_empty() { Some(0) } else { limits.into_iter().flatten().min() }
    }

    /// Whether a pod bears a taint.
    #[must_use]
    pub fn bears(&self, taint: &Taint) -> bool {
        self.tolerations.iter().any(|toleration| toleration.covers(taint))
    }

    /// Whether a node is fit by its labels and taints; if not, why.
    pub fn node_fits(&self, host: &Host) -> Result<(), String> {
        let hard = |taint: &&Taint| taint.effect == "NoSchedule" || taint.effect == "NoExecute";
        let unschedulable = Taint {
            key: "node.kubernetes.io/unschedulable".to_owned(),
            value: String::new(),
            effect: "NoSchedule".to_owned(),
        };
        if host.cordoned && !self.bears(&unschedulable) {
            return Err("node(s) were unschedulable".to_owned());
        }
        if let Some(taint) = host.taints.iter().filter(hard).find(|taint| !self.bears(taint)) {
            return Err(format!("node(s) had untolerated taint {{{}: {}}}", taint.key, taint.value));
        }
        let selected = self.node_selector.iter().all(|(key, value)| host.labels.get(key) == Some(value));
        let affine = self.affinity.is_empty() || self.affinity.iter().any(|term| term.matches(&host.labels));
        if !selected || !affine {
            return Err("node(s) didn't match Pod's node affinity/selector".to_owned());
        }
        Ok(())
    }
}

/// With `matchLabelKeys`, the values are the pod's own.
fn spread_selector(constraint: &Value, labels: &Labels) -> Selector {
    let mut selector = constraint.get("labelSelector").cloned().unwrap_or(Value::Null);
    for key in field::list(constraint, "/matchLabelKeys").iter().filter_map(Value::as_str) {
        if let Some(value) = labels.get(key) {
            field::map(&mut selector, "matchLabels").insert(key.to_owned(), Value::from(value.as_str()));
        }
    }
    Selector::of(Some(&selector))
}

impl Toleration {
    fn of(value: &Value) -> Self {
        let exists = field::text(value, "/operator") == "Exists";
        Self {
            key: field::text(value, "/key").to_owned(),
            value: (!exists).then(|| field::text(value, "/value").to_owned()),
            effect: field::text(value, "/effect").to_owned(),
            seconds: field::int(value, "/tolerationSeconds"),
        }
    }

    fn covers(&self, taint: &Taint) -> bool {
        (self.key.is_empty() || self.key == taint.key)
            && (self.effect.is_empty() || self.effect == taint.effect)
            && self.value.as_ref().is_none_or(|value| *value == taint.value)
    }
}

/// What is counted once for all pods of a template in a batch.
struct Group {
    wish: Wish,
    /// For each spread constraint, then each of `apart`, then each of `rather_apart`: pods that match, by the topology's value.
    counts: Vec<BTreeMap<String, i64>>,
}

impl Cluster {
    /// Finds nodes for pods that have none.
    pub(super) fn schedule(&mut self) {
        let mut pods: Vec<Arc<Pod>> =
            self.index.homeless.iter().filter_map(|key| self.store.pod(&key.namespace, &key.name).cloned()).collect();
        pods.sort_by_key(|pod| (pod.unschedulable.is_some(), pod.created));
        let more = pods.len() > BATCH;
        pods.truncate(BATCH);
        let mut groups: HashMap<(usize, Arc<str>), Group> = HashMap::new();
        for pod in pods {
            let key = (Arc::as_ptr(&pod.template) as usize, pod.namespace.clone());
            if !groups.contains_key(&key) {
                groups.insert(key.clone(), self.group(&pod));
            }
            let Some(group) = groups.get_mut(&key) else { continue };
            match self.best(&pod, group) {
                Ok(node) => {
                    self.bind(&pod, &node);
                    for group in groups.values_mut() {
                        self.count(group, &pod, &node);
                    }
                }
                Err(why) => self.refuse(&pod, &why),
            }
        }
        if !self.index.homeless.is_empty() {
            self.queue.schedule(self.now + if more { SECOND } else { MINUTE });
        }
    }

    fn group(&self, pod: &Pod) -> Group {
        let wish = Wish::of(&pod.template);
        let selectors: Vec<(&str, &Selector)> = wish.selectors().collect();
        let mut counts = vec![BTreeMap::new(); selectors.len()];
        if !selectors.is_empty() {
            for other in self.store.pods(Some(&pod.namespace)).filter(|other| other.is_active()) {
                let Some(host) = other.node.as_ref().and_then(|placed| self.hosts.get(&placed.node)) else { continue };
                for ((topology, selector), counts) in selectors.iter().zip(&mut counts) {
                    if selector.matches(&other.labels)
                        && let Some(value) = host.labels.get(*topology)
                    {
                        *counts.entry(value.clone()).or_insert(0) += 1;
                    }
                }
            }
        }
        Group { wish, counts }
    }

    fn count(&self, group: &mut Group, pod: &Pod, node: &str) {
        let Some(host) = self.hosts.get(node) else { return };
        for ((topology, selector), counts) in group.wish.selectors().zip(&mut group.counts) {
            if selector.matches(&pod.labels)
                && let Some(value) = host.labels.get(topology)
            {
                *counts.entry(value.clone()).or_insert(0) += 1;
            }
        }
    }

    /// The best node, or why there is none.
    fn best(&self, pod: &Pod, group: &Group) -> Result<Arc<str>, String> {
        let load = Load::of(pod);
        let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
        let mut helpless = 0;
        let mut best: Option<(i64, u64, &Arc<str>)> = None;
        let least = group.least(self.hosts.values());
        for host in self.hosts.values() {
            let fits = group.wish.node_fits(host).map_err(|why| (why, true));
            let fits = fits.and_then(|()| resources(host, load).map_or(Ok(()), |why| Err((why, false))));
            let fits = fits.and_then(|()| group.topology(host, &least).map_err(|why| (why.to_owned(), false)));
            if let Err((why, hopeless)) = fits {
                *reasons.entry(why).or_insert(0) += 1;
                helpless += usize::from(hopeless);
                continue;
            }
            let score = group.score(host);
            let tie = rng::hash(self.plan.seed, &format!("{}{}", pod.name, host.name));
            if best.is_none_or(|(most, drawn, _)| (score, tie) > (most, drawn)) {
                best = Some((score, tie, &host.name));
            }
        }
        best.map(|(_, _, name)| name.clone()).ok_or_else(|| unfit(self.hosts.len(), &reasons, helpless))
    }

    fn bind(&mut self, pod: &Pod, node: &Arc<str>) {
        let Some(host) = self.hosts.get(node) else { return };
        let placed = Placed { node: node.clone(), address: host.spec.address, at: self.now };
        let message = format!("Successfully assigned {}/{} to {node}", pod.namespace, pod.name);
        self.put_pod(Pod { node: Some(placed), unschedulable: None, ..pod.clone() });
        self.tell(&About::pod(pod), Tale::normal(By::Scheduler, "Scheduled", &message));
    }

    fn refuse(&mut self, pod: &Pod, why: &str) {
        if pod.unschedulable.as_ref().is_some_and(|(_, before)| **before == *why) {
            return;
        }
        let since = pod.unschedulable.as_ref().map_or(self.now, |(since, _)| *since);
        self.tell(&About::pod(pod), Tale::warning(By::Scheduler, "FailedScheduling", why));
        self.put_pod(Pod { unschedulable: Some((since, why.into())), ..pod.clone() });
    }

    /// The pods that wait for a node, for tests and counts.
    #[must_use]
    pub fn homeless(&self) -> Vec<Key> {
        self.index.homeless.iter().cloned().collect()
    }
}

fn resources(host: &Host, load: Load) -> Option<String> {
    let (used, room) = (host.used, host.room);
    let mut short = vec![];
    if used.pods + load.pods > room.pods {
        short.push("Too many pods");
    }
    if used.cpu + load.cpu > room.cpu {
        short.push("Insufficient cpu");
    }
    if used.memory + load.memory > room.memory {
        short.push("Insufficient memory");
    }
    short.first().map(|why| (*why).to_owned())
}

impl Wish {
    fn selectors(&self) -> impl Iterator<Item = (&str, &Selector)> {
        let spread = self.spread.iter().map(|spread| (spread.topology.as_str(), &spread.selector));
        let apart =
            self.apart.iter().chain(&self.rather_apart).map(|(topology, selector)| (topology.as_str(), selector));
        spread.chain(apart)
    }
}

impl Group {
    /// For each spread constraint, how many the emptiest of the topology's values has, among nodes that the pod could go to.
    fn least<'a>(&self, hosts: impl Iterator<Item = &'a Host>) -> Vec<i64> {
        let mut least: Vec<Option<i64>> = vec![None; self.wish.spread.len()];
        if least.is_empty() {
            return vec![];
        }
        for host in hosts {
            // upstream leaves out by selector and affinity, but not by taints
            let selected = self.wish.node_selector.iter().all(|(key, value)| host.labels.get(key) == Some(value));
            for (at, spread) in self.wish.spread.iter().enumerate().filter(|_| selected) {
                if let Some(value) = host.labels.get(&spread.topology) {
                    let count = self.counts[at].get(value).copied().unwrap_or(0);
                    least[at] = Some(least[at].map_or(count, |least| least.min(count)));
                }
            }
        }
        least.into_iter().map(|least| least.unwrap_or(0)).collect()
    }

    fn at(&self, index: usize, host: &Host, topology: &str) -> Option<i64> {
        host.labels.get(topology).map(|value| self.counts[index].get(value).copied().unwrap_or(0))
    }

    fn topology(&self, host: &Host, least: &[i64]) -> Result<(), &'static str> {
        for (at, spread) in self.wish.spread.iter().enumerate().filter(|(_, spread)| spread.hard) {
            let Some(count) = self.at(at, host, &spread.topology) else {
                return Err("node(s) didn't match pod topology spread constraints (missing required label)");
            };
            if count + 1 - least[at] > spread.max_skew {
                return Err("node(s) didn't match pod topology spread constraints");
            }
        }
        for (at, (topology, _)) in self.wish.apart.iter().enumerate() {
            if self.at(self.wish.spread.len() + at, host, topology).is_some_and(|count| count > 0) {
                return Err("node(s) didn't match pod anti-affinity rules");
            }
        }
        Ok(())
    }

    /// Higher is better: few of its like in the topology, then room.
    fn score(&self, host: &Host) -> i64 {
        let soft =
            self.wish.spread.iter().enumerate().map(|(at, spread)| self.at(at, host, &spread.topology).unwrap_or(0));
        let offset = self.wish.spread.len() + self.wish.apart.len();
        let rather = self.wish.rather_apart.iter().enumerate();
        let rather = rather.map(|(at, (topology, _))| self.at(offset + at, host, topology).unwrap_or(0));
        let crowd: i64 = soft.chain(rather).sum();
        let part = |used: i64, room: i64| used * 50 / room.max(1);
        let free = 100 - part(host.used.cpu, host.room.cpu) - part(host.used.pods, host.room.pods);
        free - crowd * 1000
    }
}

/// In the scheduler's words.
fn unfit(nodes: usize, reasons: &BTreeMap<String, usize>, helpless: usize) -> String {
    if nodes == 0 {
        return "no nodes available to schedule pods".to_owned();
    }
    let mut parts: Vec<String> = reasons.iter().map(|(why, count)| format!("{count} {why}")).collect();
    parts.sort();
    let mut preemption = vec![];
    if helpless > 0 {
        preemption.push(format!("{helpless} Preemption is not helpful for scheduling"));
    }
    if nodes > helpless {
        preemption.push(format!("{} No preemption victims found for incoming pod", nodes - helpless));
    }
    preemption.sort();
    format!(
        "0/{nodes} nodes are available: {}. preemption: 0/{nodes} nodes are available: {}.",
        parts.join(", "),
        preemption.join(", ")
    )
}
