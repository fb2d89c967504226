//! What the pods of one revision have in common, worked out once: the spec, also as bytes, and what the scheduler and the kubelet ask of it.
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use serde_json::Value;

use super::{pod::Labels, quantity};

#[derive(Debug)]
pub struct Template {
    /// The whole spec as admission leaves it, but without `nodeName`.
    pub spec: Value,
    /// The same as JSON text.
    pub json: Bytes,
    /// The same as protobuf, once somebody asked for it. `nodeName` is put beside it.
    pub proto: OnceLock<Bytes>,
    pub labels: Arc<Labels>,
    pub annotations: Arc<Labels>,
    /// First the init containers, then the others.
    pub containers: Vec<ContainerSpec>,
    pub qos: &'static str,
    /// What its containers together ask for: thousandths of a CPU, and bytes.
    pub cpu: i64,
    pub memory: i64,
    /// Seconds.
    pub grace: i64,
    pub restart: Restart,
    pub host_network: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Restart {
    #[default]
    Always,
    OnFailure,
    Never,
}

/// What the kubelet wants to know of a container.
#[derive(Clone, Debug)]
pub struct ContainerSpec {
    pub name: Arc<str>,
    pub image: Arc<str>,
    pub init: bool,
    pub env: Vec<(String, String)>,
    pub cpu: i64,
    pub memory: i64,
    pub memory_limit: Option<i64>,
    /// When it is ready after its start if all is well, in milliseconds: what the readiness probe's settings make of it.
    pub ready_after: i64,
    /// How often the readiness probe asks and how many failures it takes, in milliseconds.
    pub probe: Option<Probe>,
    pub always_pulls: bool,
}

#[derive(Clone, Debug)]
pub struct Probe {
    pub period: i64,
    pub failures: i64,
    /// As events tell of its failure.
    pub failure: String,
}

impl Template {
    /// Of a spec that admission is done with.
    #[must_use]
    pub fn of(spec: Value, labels: Arc<Labels>, annotations: Arc<Labels>) -> Self {
        let list = |key: &str, init: bool| {
            let items = spec.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            items.iter().map(|value| ContainerSpec::of(value, init)).collect::<Vec<_>>()
        };
        let mut containers = list("initContainers", true);
        containers.extend(list("containers", false));
        let sum = |of: fn(&ContainerSpec) -> i64| containers.iter().filter(|c| !c.init).map(of).sum();
        let restart = match spec.get("restartPolicy").and_then(Value::as_str) {
            Some("OnFailure") => Restart::OnFailure,
            Some("Never") => Restart::Never,
            _ => Restart::Always,
        };
        Self {
            json: Bytes::from(spec.to_string()),
            proto: OnceLock::new(),
            labels,
            annotations,
            qos: qos(&spec),
            cpu: sum(|c| c.cpu),
            memory: sum(|c| c.memory),
            grace: spec.get("terminationGracePeriodSeconds").and_then(Value::as_i64).unwrap_or(30),
            restart,
            host_network: spec.get("hostNetwork").and_then(Value::as_bool).unwrap_or(false),
            containers,
            spec,
        }
    }
}

impl ContainerSpec {
    fn of(value: &Value, init: bool) -> Self {
        let text = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
        let amount = |path: &str| value.pointer(path).and_then(Value::as_str);
        let env = value.get("env").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let env = env.iter().filter_map(|entry| {
            Some((entry.get("name")?.as_str()?.to_owned(), entry.get("value").and_then(Value::as_str)?.to_owned()))
        });
        let probe = value.get("readinessProbe").map(Probe::of);
        let delay = value.pointer("/readinessProbe/initialDelaySeconds").and_then(Value::as_i64).unwrap_or(0) * 1000;
        Self {
            name: text("name").into(),
            image: text("image").into(),
            init,
            env: env.collect(),
            cpu: amount("/resources/requests/cpu").and_then(quantity::milli).unwrap_or(0),
            memory: amount("/resources/requests/memory").and_then(quantity::bytes).unwrap_or(0),
            memory_limit: amount("/resources/limits/memory").and_then(quantity::bytes),
            ready_after: if probe.is_some() { delay + 1_200 } else { 0 },
            probe,
            always_pulls: text("imagePullPolicy") == "Always",
        }
    }
}

impl Probe {
    fn of(value: &Value) -> Self {
        let number = |key: &str, default| value.get(key).and_then(Value::as_i64).unwrap_or(default);
        let failure = if value.get("httpGet").is_some() {
            "HTTP probe failed with statuscode: 503".to_owned()
        } else {
            "command \"probe\" failed".to_owned()
        };
        Self { period: number("periodSeconds", 10) * 1000, failures: number("failureThreshold", 3), failure }
    }
}

/// Guaranteed, if every container limits what it asks for; best effort, if none asks for anything.
fn qos(spec: &Value) -> &'static str {
    let lists = ["initContainers", "containers"].map(|key| spec.get(key).and_then(Value::as_array));
    let containers: Vec<&Value> = lists.into_iter().flatten().flatten().collect();
    let amount = |container: &Value, kind: &str, what: &str| {
        container.get("resources")?.get(kind)?.get(what)?.as_str().and_then(quantity::milli)
    };
    let any =
        |kind: &str| containers.iter().any(|c| ["cpu", "memory"].iter().any(|what| amount(c, kind, what).is_some()));
    let guaranteed = containers.iter().all(|container| {
        ["cpu", "memory"].iter().all(|what| {
            let limit = amount(container, "limits", what);
            limit.is_some() && amount(container, "requests", what).is_none_or(|request| Some(request) == limit)
        })
    });
    if guaranteed && !containers.is_empty() {
        "Guaranteed"
    } else if any("requests") || any("limits") {
        "Burstable"
    } else {
        "BestEffort"
    }
}
