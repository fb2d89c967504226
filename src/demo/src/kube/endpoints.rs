//! Endpoints and EndpointSlices: which pods stand behind a service, and which of them are ready.
use std::{
    collections::{BTreeMap, HashMap},
    net::Ipv4Addr,
    sync::Arc,
};

use serde_json::{Value, json};

use super::{Cluster, Kind, Pod, field, queue::Key, selector::Selector};
use crate::clock;

/// So many endpoints in a slice; so many in an Endpoints object.
const SLICE: usize = 100;
const MOST: usize = 1_000;

/// A pod behind a service, for load balancers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub ip: Ipv4Addr,
    pub port: u16,
    pub pod: Arc<str>,
    pub node: Arc<str>,
    pub zone: String,
    pub ready: bool,
    /// Since when it is so.
    pub since: i64,
}

impl Cluster {
    /// The pods behind a service; those that are ending count as not ready.
    #[must_use]
    pub fn endpoints(&self, namespace: &str, service: &str) -> Vec<Endpoint> {
        let Some(service) = self.store.object(Kind::Service, namespace, service) else { return vec![] };
        let Some(port) = field::list(service, "/spec/ports").first().cloned() else { return vec![] };
        let pods = self.behind(service);
        let endpoint = |pod: &Arc<Pod>| {
            let placed = pod.node.as_ref()?;
            let zone = self.hosts.get(&placed.node).map(|host| host.spec.zone.clone())?;
            let port = u16::try_from(target_port(&port, pod)?).ok()?;
            let ready = pod.is_ready() && pod.deletion.is_none();
            let since = if ready { pod.ready.1 } else { pod.ready_since() };
            Some(Endpoint { ip: pod.ip?, port, pod: pod.name.clone(), node: placed.node.clone(), zone, ready, since })
        };
        pods.iter().filter_map(endpoint).collect()
    }

    fn behind(&self, service: &Value) -> Vec<Arc<Pod>> {
        let selector = Selector::plain(service.pointer("/spec/selector"));
        let namespace = field::text(service, "/metadata/namespace");
        let pods = self.store.pods(Some(namespace)).filter(|pod| selector.matches(&pod.labels));
        pods.filter(|pod| pod.ip.is_some() && !pod.phase.is_over()).cloned().collect()
    }

    pub(super) fn reconcile_service(&mut self, key: &Key) {
        let Some(service) = self.store.object(Kind::Service, &key.namespace, &key.name).cloned() else {
            self.remove(Kind::Endpoints, &key.namespace, &key.name);
            for name in self.slices_of(key).iter().map(|slice| field::text(slice, "/metadata/name").to_owned()) {
                self.remove(Kind::EndpointSlice, &key.namespace, &name);
            }
            return;
        };
        if service
            .pointer("/spec/selector")
            .is_none_or(|selector| selector.as_object().is_none_or(|map| map.is_empty()))
        {
            return;
        }
        let pods = self.behind(&service);
        self.keep_endpoints(key, &service, &pods);
        self.keep_slices(key, &service, &pods);
    }

    fn keep_endpoints(&mut self, key: &Key, service: &Value, pods: &[Arc<Pod>]) {
        let bears = service.pointer("/spec/publishNotReadyAddresses").and_then(Value::as_bool).unwrap_or(false);
        let (mut ready, mut unready) = (vec![], vec![]);
        for pod in pods.iter().filter(|pod| pod.deletion.is_none()).take(MOST) {
            let node = pod.node.as_ref().map(|placed| placed.node.clone()).unwrap_or_default();
            let address = json!({
                "ip": pod.ip.map(|ip| ip.to_string()),
                "nodeName": &*node,
                "targetRef": { "kind": "Pod", "namespace": &*pod.namespace, "name": &*pod.name, "uid": pod.uid() },
            });
            if pod.is_ready() || bears { ready.push(address) } else { unready.push(address) }
        }
        let by_ip = |address: &Value| field::text(address, "/ip").parse::<Ipv4Addr>().ok();
        ready.sort_by_key(by_ip);
        unready.sort_by_key(by_ip);
        let mut subset = json!({});
        for (name, addresses) in [("addresses", ready), ("notReadyAddresses", unready)] {
            if !addresses.is_empty() {
                subset[name] = json!(addresses);
            }
        }
        let some = subset.as_object().is_some_and(|subset| !subset.is_empty());
        subset["ports"] = ports(service, pods.first()).into_iter().map(|port| strip(&port, &["appProtocol"])).collect();
        let before = self.store.object(Kind::Endpoints, &key.namespace, &key.name).cloned();
        if before.is_none() && !some && pods.is_empty() && service["metadata"]["deletionTimestamp"].is_string() {
            return;
        }
        let mut labels = service.pointer("/metadata/labels").cloned().unwrap_or_else(|| json!({}));
        labels["endpoints.kubernetes.io/managed-by"] = json!("endpoint-controller");
        if field::text(service, "/spec/clusterIP") == "None" {
            labels["service.kubernetes.io/headless"] = json!("");
        }
        let mut value = match &before {
            Some(before) => Value::clone(before),
            None => self.stub(Kind::Endpoints, key, &key.name),
        };
        value["metadata"]["labels"] = labels;
        if pods.len() > MOST {
            field::map(&mut value["metadata"], "annotations")
                .insert("endpoints.kubernetes.io/over-capacity".to_owned(), json!("truncated"));
        }
        if some {
            value["subsets"] = json!([subset]);
        } else if let Some(value) = value.as_object_mut() {
            value.remove("subsets");
        }
        if before.is_none_or(|before| *before != value) {
            let now = clock::seconds(self.now);
            field::map(&mut value["metadata"], "annotations")
                .insert("endpoints.kubernetes.io/last-change-trigger-time".to_owned(), json!(now));
            self.put(Kind::Endpoints, value);
        }
    }

    fn stub(&mut self, kind: Kind, key: &Key, name: &str) -> Value {
        let uid = self.rng.uuid();
        json!({
            "apiVersion": kind.resource().api_version(),
            "kind": kind.resource().name,
            "metadata": {
                "name": name,
                "namespace": &*key.namespace,
                "uid": uid,
                "creationTimestamp": clock::seconds(self.now),
            },
        })
    }

    fn slices_of(&self, key: &Key) -> Vec<Arc<Value>> {
        let of = |slice: &&Arc<Value>| {
            slice.pointer("/metadata/labels/kubernetes.io~1service-name").and_then(Value::as_str) == Some(&key.name)
        };
        self.store.objects(Kind::EndpointSlice, Some(&key.namespace)).filter(of).cloned().collect()
    }

    fn slice_entry(&self, pod: &Pod, bears: bool) -> Value {
        let ready = pod.is_ready();
        let ending = pod.deletion.is_some();
        let node = pod.node.as_ref().map(|placed| placed.node.clone()).unwrap_or_default();
        let mut entry = json!({
            "addresses": [pod.ip.map(|ip| ip.to_string())],
            "conditions": { "ready": (ready && !ending) || bears, "serving": ready, "terminating": ending },
            "targetRef": { "kind": "Pod", "namespace": &*pod.namespace, "name": &*pod.name, "uid": pod.uid() },
            "nodeName": &*node,
        });
        if let Some(host) = self.hosts.get(&node) {
            entry["zone"] = json!(host.spec.zone);
        }
        if let Some(name) = pod.template.spec.get("hostname") {
            entry["hostname"] = name.clone();
        }
        entry
    }

    fn new_slice(&mut self, key: &Key, service: &Value) -> Value {
        let name = format!("{}-{}", key.name, self.rng.letters(5, super::admit::LETTERS));
        let mut slice = self.stub(Kind::EndpointSlice, key, &name);
        slice["metadata"]["generateName"] = json!(format!("{}-", key.name));
        slice["metadata"]["generation"] = json!(0);
        slice["metadata"]["labels"] = slice_labels(service);
        slice["metadata"]["ownerReferences"] = json!([{
            "apiVersion": "v1",
            "kind": "Service",
            "name": &*key.name,
            "uid": service["metadata"]["uid"],
            "controller": true,
            "blockOwnerDeletion": true,
        }]);
        slice["addressType"] = json!("IPv4");
        slice
    }

    /// Changes no more slices than it must: what is in one stays there.
    fn keep_slices(&mut self, key: &Key, service: &Value, pods: &[Arc<Pod>]) {
        let bears = service.pointer("/spec/publishNotReadyAddresses").and_then(Value::as_bool).unwrap_or(false);
        let mut wanted: BTreeMap<u128, Value> =
            pods.iter().map(|pod| (pod.uid, self.slice_entry(pod, bears))).collect();
        let ports = json!(ports(service, pods.first()));
        let mut kept: Vec<(Value, bool)> = vec![];
        for slice in self.slices_of(key) {
            let entries = field::list(&slice, "/endpoints").iter();
            let uid = |entry: &Value| field::uid_number(field::text(entry, "/targetRef/uid"));
            let entries: Vec<Value> = entries.filter_map(|entry| wanted.remove(&uid(entry))).collect();
            let changed = slice["endpoints"] != json!(entries) || (slice["ports"] != ports && !pods.is_empty());
            let mut slice = Value::clone(&slice);
            slice["endpoints"] = json!(entries);
            kept.push((slice, changed));
        }
        let mut new = wanted.into_values();
        for (slice, changed) in &mut kept {
            if let Some(entries) = slice["endpoints"].as_array_mut() {
                let free = SLICE.saturating_sub(entries.len());
                let before = entries.len();
                entries.extend(new.by_ref().take(free));
                *changed |= entries.len() > before;
            }
        }
        let rest: Vec<Value> = new.collect();
        let fresh = if kept.is_empty() { rest.len().div_ceil(SLICE).max(1) } else { rest.len().div_ceil(SLICE) };
        let mut rest = rest.into_iter();
        for _ in 0..fresh {
            let mut slice = self.new_slice(key, service);
            slice["endpoints"] = rest.by_ref().take(SLICE).collect();
            kept.push((slice, true));
        }
        let mut some = kept.len();
        for (mut slice, changed) in kept {
            let empty = slice["endpoints"].as_array().is_none_or(Vec::is_empty);
            if empty && some > 1 {
                some -= 1;
                let name = field::text(&slice, "/metadata/name").to_owned();
                self.remove(Kind::EndpointSlice, &key.namespace, &name);
            } else if changed {
                let generation = field::int(&slice, "/metadata/generation").unwrap_or(0);
                slice["metadata"]["generation"] = json!(generation + 1);
                slice["ports"] = ports.clone();
                field::map(&mut slice["metadata"], "annotations").insert(
                    "endpoints.kubernetes.io/last-change-trigger-time".to_owned(),
                    json!(clock::seconds(self.now)),
                );
                self.put(Kind::EndpointSlice, slice);
            }
        }
    }
}

fn slice_labels(service: &Value) -> Value {
    let mut labels = service.pointer("/metadata/labels").cloned().unwrap_or_else(|| json!({}));
    labels["endpointslice.kubernetes.io/managed-by"] = json!("endpointslice-controller.k8s.io");
    labels["kubernetes.io/service-name"] = service["metadata"]["name"].clone();
    if field::text(service, "/spec/clusterIP") == "None" {
        labels["service.kubernetes.io/headless"] = json!("");
    }
    labels
}

fn strip(value: &Value, keys: &[&str]) -> Value {
    let fields = value.as_object().into_iter().flatten().filter(|(key, _)| !keys.contains(&key.as_str()));
    fields.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// The number that a service's port comes to on a pod.
fn target_port(port: &Value, pod: &Pod) -> Option<i64> {
    let target = port.get("targetPort").unwrap_or(&port["port"]);
    if let Some(number) = target.as_i64() {
        return Some(number);
    }
    let name = target.as_str()?;
    let ports: HashMap<&str, i64> = field::list(&pod.template.spec, "/containers")
        .iter()
        .flat_map(|container| field::list(container, "/ports"))
        .filter_map(|port| Some((port.get("name")?.as_str()?, port.get("containerPort")?.as_i64()?)))
        .collect();
    ports.get(name).copied()
}

fn ports(service: &Value, pod: Option<&Arc<Pod>>) -> Vec<Value> {
    let port = |port: &Value| {
        let number = pod.map_or_else(|| port["targetPort"].as_i64(), |pod| target_port(port, pod));
        let mut result = json!({ "name": port.get("name").cloned().unwrap_or_else(|| json!("")) });
        if result["name"] == "" {
            result = json!({});
        }
        result["port"] = json!(number);
        result["protocol"] = port["protocol"].clone();
        result
    };
    field::list(service, "/spec/ports").iter().map(port).collect()
}
