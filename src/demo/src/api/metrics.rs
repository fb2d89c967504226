//! What the metrics server tells: how much each container used lately, which is what `kubectl top` shows.
use hyper::StatusCode;
use serde_json::{Value, json};

use super::{Ask, Server, answer, select::Labels};
use crate::{
    clock,
    http::Answer,
    kube::{
        Cluster, field,
        pod::Pod,
        refused::{Details, Refused},
        resource::Kind,
        store::Item,
        usage::Usage,
    },
};

const WINDOW: &str = "15s";

fn told(usage: Usage) -> Value {
    json!({ "cpu": format!("{}m", usage.cpu), "memory": format!("{}Ki", usage.memory / 1024) })
}

pub fn answer(server: &Server, path: &[String], ask: &Ask) -> Result<Answer, Refused> {
    let now = server.now();
    let words: Vec<&str> = path.iter().map(String::as_str).collect();
    let labels = Labels::parse(ask.query.get("labelSelector").unwrap_or_default())?;
    let document = server.look(|cluster| {
        let pods = |namespace: Option<&str>| {
            let pods = cluster
                .store()
                .pods(namespace)
                .filter(|pod| labels.matches(|key| pod.labels.get(key).map(String::as_str)));
            list("PodMetricsList", pods.filter_map(|pod| of_pod(cluster, pod, now)).collect())
        };
        Ok(match words[..] {
            ["nodes"] => {
                let nodes = cluster.store().list(Kind::Node, None).filter(|item| labels.matches(|key| item.label(key)));
                list("NodeMetricsList", nodes.filter_map(|item| of_node(cluster, item, now)).collect())
            }
            ["nodes", name] => {
                let node = cluster.store().get(Kind::Node, "", name).and_then(|node| of_node(cluster, node, now));
                node.ok_or_else(|| missing("nodemetrics", name))?
            }
            ["pods"] => pods(None),
            ["namespaces", namespace, "pods"] => pods(Some(namespace)),
            ["namespaces", namespace, "pods", name] => {
                let pod = cluster.store().pod(namespace, name).and_then(|pod| of_pod(cluster, pod, now));
                pod.ok_or_else(|| missing("podmetrics", &format!("{namespace}/{name}")))?
            }
            _ => return Err(answer::not_found()),
        })
    })?;
    Ok(answer::value(ask.wanted, StatusCode::OK, &document))
}

fn list(kind: &str, items: Vec<Value>) -> Value {
    json!({ "kind": kind, "apiVersion": "metrics.k8s.io/v1beta1", "metadata": {}, "items": items })
}

fn missing(kind: &str, name: &str) -> Refused {
    let details = Details {
        name: name.to_owned(),
        group: "metrics.k8s.io".to_owned(),
        kind: kind.to_owned(),
        ..Details::default()
    };
    Refused {
        code: 404,
        reason: "NotFound",
        message: format!("{kind}.metrics.k8s.io \"{name}\" not found"),
        details: Some(details.into()),
    }
}

/// Of a pod that runs, on a node that answers; the metrics server knows no other.
fn of_pod(cluster: &Cluster, pod: &Pod, now: i64) -> Option<Value> {
    cluster.node_usage(&pod.node.as_ref()?.node)?;
    let usages = cluster.container_usage(pod).into_iter();
    let containers: Vec<Value> = usages.map(|(name, usage)| json!({ "name": &*name, "usage": told(usage) })).collect();
    if containers.is_empty() {
        return None;
    }
    let metadata = json!({
        "name": &*pod.name,
        "namespace": &*pod.namespace,
        "creationTimestamp": clock::seconds(now),
        "labels": *pod.labels,
    });
    Some(json!({
        "kind": "PodMetrics",
        "apiVersion": "metrics.k8s.io/v1beta1",
        "metadata": metadata,
        "timestamp": clock::seconds(now),
        "window": WINDOW,
        "containers": containers,
    }))
}

fn of_node(cluster: &Cluster, node: &Item, now: i64) -> Option<Value> {
    let name = node.name();
    let usage = cluster.node_usage(name)?;
    let labels = field::labels(&node.value(), "/metadata/labels");
    Some(json!({
        "kind": "NodeMetrics",
        "apiVersion": "metrics.k8s.io/v1beta1",
        "metadata": { "name": name, "creationTimestamp": clock::seconds(now), "labels": labels },
        "timestamp": clock::seconds(now),
        "window": WINDOW,
        "usage": told(usage),
    }))
}
