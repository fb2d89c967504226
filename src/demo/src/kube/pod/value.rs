//! The object that a pod is to clients.
use serde_json::{Map, Value, json};

use super::{Condition, Container, Ended, Owner, Pod, State, container_id, image_id, uid_text};
use crate::{clock, kube::template::ContainerSpec};

impl Pod {
    /// The object, as the API server has it.
    #[must_use]
    pub fn value(&self) -> Value {
        json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": self.metadata(),
            "spec": self.spec(),
            "status": self.status(),
        })
    }

    #[must_use]
    pub fn metadata(&self) -> Value {
        let mut metadata = Map::new();
        let mut set = |key: &str, value: Value| metadata.insert(key.to_owned(), value);
        set("name", json!(&*self.name));
        if let Some(prefix) = &self.generate_name {
            set("generateName", json!(&**prefix));
        }
        set("namespace", json!(&*self.namespace));
        set("uid", json!(self.uid()));
        set("resourceVersion", json!(self.rv.to_string()));
        set("creationTimestamp", json!(clock::seconds(self.created)));
        if let Some(deletion) = self.deletion {
            set("deletionTimestamp", json!(clock::seconds(deletion.at)));
            set("deletionGracePeriodSeconds", json!(deletion.grace));
        }
        if !self.labels.is_empty() {
            set("labels", json!(*self.labels));
        }
        if !self.annotations.is_empty() {
            set("annotations", json!(*self.annotations));
        }
        if let Some(owner) = &self.owner {
            set("ownerReferences", json!([owner.reference()]));
        }
        Value::Object(metadata)
    }

    #[must_use]
    pub fn spec(&self) -> Value {
        let mut spec = self.template.spec.clone();
        if let (Some(placed), Some(spec)) = (&self.node, spec.as_object_mut()) {
            spec.insert("nodeName".to_owned(), json!(&*placed.node));
        }
        spec
    }

    #[must_use]
    pub fn status(&self) -> Value {
        let mut status = Map::new();
        let mut set = |key: &str, value: Value| status.insert(key.to_owned(), value);
        set("phase", json!(self.phase.text()));
        let conditions = self.conditions();
        if !conditions.is_empty() {
            set("conditions", conditions.iter().map(Condition::value).collect());
        }
        if let Some((reason, message)) = &self.why {
            set("message", json!(&**message));
            set("reason", json!(reason));
        }
        if let Some(placed) = &self.node {
            set("hostIP", json!(placed.address.to_string()));
            set("hostIPs", json!([{ "ip": placed.address.to_string() }]));
            if let Some(ip) = self.ip {
                set("podIP", json!(ip.to_string()));
                set("podIPs", json!([{ "ip": ip.to_string() }]));
            }
            set("startTime", json!(clock::seconds(placed.at)));
            for (key, init) in [("initContainerStatuses", true), ("containerStatuses", false)] {
                let of = self.named_containers().filter(|(spec, _)| spec.init == init);
                let statuses: Vec<Value> = of.map(|(spec, container)| container.status(spec)).collect();
                if !statuses.is_empty() {
                    set(key, Value::Array(statuses));
                }
            }
        }
        set("qosClass", json!(self.template.qos));
        Value::Object(status)
    }
}

impl Condition<'_> {
    fn value(&self) -> Value {
        let mut value = json!({
            "type": self.kind,
            "status": if self.status { "True" } else { "False" },
            "lastProbeTime": null,
            "lastTransitionTime": clock::seconds(self.since),
        });
        if !self.reason.is_empty() {
            value["reason"] = json!(self.reason);
        }
        if !self.message.is_empty() {
            value["message"] = json!(self.message);
        }
        value
    }
}

impl Owner {
    #[must_use]
    pub fn reference(&self) -> Value {
        json!({
            "apiVersion": self.api_version,
            "kind": self.kind,
            "name": &*self.name,
            "uid": uid_text(self.uid),
            "controller": true,
            "blockOwnerDeletion": true,
        })
    }
}

impl Container {
    fn status(&self, spec: &ContainerSpec) -> Value {
        let runs = matches!(self.state, State::Running { .. });
        let mut status = json!({
            "name": &*spec.name,
            "state": self.state.value(),
            "lastState": self.last.as_ref().map_or_else(|| json!({}), |last| json!({ "terminated": last.value() })),
            "ready": self.ready,
            "restartCount": self.restarts,
            "image": &*spec.image,
            "imageID": if self.id == 0 { String::new() } else { image_id(&spec.image) },
        });
        if self.id != 0 {
            status["containerID"] = json!(format!("containerd://{}", container_id(self.id)));
        }
        status["started"] = json!(self.started && runs);
        status
    }
}

impl State {
    fn value(&self) -> Value {
        match self {
            Self::Waiting { reason, message: None } => json!({ "waiting": { "reason": reason } }),
            Self::Waiting { reason, message: Some(message) } => {
                json!({ "waiting": { "reason": reason, "message": &**message } })
            }
            Self::Running { since } => json!({ "running": { "startedAt": clock::seconds(*since) } }),
            Self::Terminated(ended) => json!({ "terminated": ended.value() }),
        }
    }
}

impl Ended {
    fn value(&self) -> Value {
        json!({
            "exitCode": self.exit,
            "reason": self.reason,
            "startedAt": clock::seconds(self.started),
            "finishedAt": clock::seconds(self.finished),
            "containerID": format!("containerd://{}", container_id(self.id)),
        })
    }
}
