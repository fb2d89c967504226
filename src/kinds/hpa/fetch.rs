//! Reads autoscalers, with their metrics in the words that kubectl prints.
use serde::Deserialize;

use super::Hpa;
use crate::clients::kube::{
    Names, Project, Source, count,
    meta::{Object, ObjectMeta, Quantity, Time},
};

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Spec {
    #[prost(message, optional, tag = "1")]
    scale_target_ref: Option<Target>,
    #[prost(int32, optional, tag = "2")]
    min_replicas: Option<i32>,
    #[prost(int32, tag = "3")]
    max_replicas: i32,
    #[prost(message, repeated, tag = "4")]
    metrics: Vec<Metric>,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
struct Target {
    #[prost(string, tag = "1")]
    kind: String,
    #[prost(string, tag = "2")]
    name: String,
}

/// What is wanted of one metric: one of the five sorts.
#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Metric {
    #[prost(message, optional, tag = "2")]
    object: Option<Wish>,
    #[prost(message, optional, tag = "3")]
    pods: Option<Wish>,
    #[prost(message, optional, tag = "4")]
    resource: Option<NamedWish>,
    #[prost(message, optional, tag = "5")]
    external: Option<Wish>,
    #[prost(message, optional, tag = "7")]
    container_resource: Option<NamedWish>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
struct Wish {
    #[prost(message, optional, tag = "2")]
    target: Option<Wanted>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
struct NamedWish {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "2")]
    target: Option<Wanted>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Wanted {
    #[prost(message, optional, tag = "2")]
    value: Option<Quantity>,
    #[prost(message, optional, tag = "3")]
    average_value: Option<Quantity>,
    #[prost(int32, optional, tag = "4")]
    average_utilization: Option<i32>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Status {
    #[prost(int32, tag = "3")]
    current_replicas: i32,
    #[prost(int32, tag = "4")]
    desired_replicas: i32,
    #[prost(message, repeated, tag = "5")]
    current_metrics: Vec<Measured>,
    #[prost(message, repeated, tag = "6")]
    conditions: Vec<Condition>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Measured {
    #[prost(message, optional, tag = "2")]
    object: Option<Reading>,
    #[prost(message, optional, tag = "3")]
    pods: Option<Reading>,
    #[prost(message, optional, tag = "4")]
    resource: Option<Reading>,
    #[prost(message, optional, tag = "5")]
    external: Option<Reading>,
    #[prost(message, optional, tag = "7")]
    container_resource: Option<Reading>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
struct Reading {
    #[prost(message, optional, tag = "2")]
    current: Option<Current>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Current {
    #[prost(message, optional, tag = "1")]
    value: Option<Quantity>,
    #[prost(message, optional, tag = "2")]
    average_value: Option<Quantity>,
    #[prost(int32, optional, tag = "3")]
    average_utilization: Option<i32>,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
struct Condition {
    #[prost(string, tag = "1")]
    #[serde(rename = "type")]
    kind: String,
    #[prost(string, tag = "2")]
    status: String,
    #[prost(string, tag = "4")]
    reason: String,
}

impl Measured {
    fn current(&self) -> Option<&Current> {
        let readings = [&self.object, &self.pods, &self.resource, &self.external, &self.container_resource];
        readings.into_iter().flatten().find_map(|reading| reading.current.as_ref())
    }
}

/// `cpu: 40%/70%`, `12/20 (avg)`: what is, and what is wanted.
fn words(metric: &Metric, measured: Option<&Measured>) -> String {
    let now = measured.and_then(Measured::current);
    let unknown = || "<unknown>".to_owned();
    let average = || now.and_then(|now| now.average_value.as_ref()).map_or_else(unknown, |q| q.text.clone());
    if let Some(wish) = metric.resource.as_ref().or(metric.container_resource.as_ref()) {
        let target = wish.target.clone().unwrap_or_default();
        if let Some(wanted) = target.average_value {
            return format!("{}: {}/{}", wish.name, average(), wanted.text);
        }
        let percent = |n: i32| format!("{n}%");
        let wanted = target.average_utilization.map_or_else(|| "<auto>".to_owned(), percent);
        let is = now.and_then(|now| now.average_utilization).map_or_else(unknown, percent);
        return format!("{}: {is}/{wanted}", wish.name);
    }
    let pods = metric.pods.is_some();
    let wish = metric.pods.as_ref().or(metric.object.as_ref()).or(metric.external.as_ref());
    let target = wish.and_then(|wish| wish.target.clone()).unwrap_or_default();
    match (target.average_value, target.value) {
        (Some(wanted), _) if pods => format!("{}/{}", average(), wanted.text),
        (Some(wanted), _) => format!("{}/{} (avg)", average(), wanted.text),
        (None, Some(wanted)) => {
            let is = now.and_then(|now| now.value.as_ref()).map_or_else(unknown, |q| q.text.clone());
            format!("{is}/{}", wanted.text)
        }
        (None, None) => "<unknown type>".to_owned(),
    }
}

impl Project for Hpa {
    const SOURCE: Source = Source { api: "/apis/autoscaling/v2", plural: "horizontalpodautoscalers", namespaced: true };
    type Wire = Object<ObjectMeta, Spec, Status>;

    fn project(wire: Self::Wire, names: &mut Names) -> Self {
        let meta = wire.metadata.unwrap_or_default();
        let spec = wire.spec.unwrap_or_default();
        let status = wire.status.unwrap_or_default();
        let target = spec.scale_target_ref.unwrap_or_default();
        let metrics: Vec<_> = spec
            .metrics
            .iter()
            .enumerate()
            .map(|(place, metric)| words(metric, status.current_metrics.get(place)))
            .collect();
        let trouble = status
            .conditions
            .iter()
            .find(|c| c.status == "False" && matches!(c.kind.as_str(), "AbleToScale" | "ScalingActive"));
        Self {
            uid: meta.uid.into(),
            name: meta.name.into(),
            namespace: names.share(&meta.namespace),
            target_kind: names.share(&target.kind),
            target: target.name.into(),
            metrics: metrics.join(", ").into(),
            min: spec.min_replicas.map_or(1, count),
            max: count(spec.max_replicas),
            current: count(status.current_replicas),
            wanted: count(status.desired_replicas),
            trouble: names.share(trouble.map_or("", |c| &c.reason)),
            created: Time::of(meta.creation_timestamp.as_ref()),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn metrics_read_as_kubectl_writes_them() {
        let spec = json!({ "scaleTargetRef": {"kind": "Deployment", "name": "web"}, "maxReplicas": 9, "metrics": [
            {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 70}}},
            {"type": "Pods", "pods": {"metric": {"name": "rps"}, "target": {"averageValue": "20"}}},
            {"type": "External", "external": {"metric": {"name": "queue"}, "target": {"averageValue": "5"}}},
        ]});
        let status = json!({ "currentReplicas": 2, "currentMetrics": [
            {"type": "Resource", "resource": {"name": "cpu", "current": {"averageUtilization": 40, "averageValue": "4m"}}},
            {"type": "Pods", "pods": {"current": {"averageValue": "12"}}},
        ]});
        let row = Hpa::project(
            serde_json::from_value(json!({ "spec": spec, "status": status })).unwrap(),
            &mut Names::default(),
        );
        assert_eq!(&*row.metrics, "cpu: 40%/70%, 12/20, <unknown>/5 (avg)");
        assert_eq!((row.min, row.max, row.current), (1, 9, 2));
    }
}
