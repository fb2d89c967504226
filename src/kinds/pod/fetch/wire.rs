//! The fields of a pod's message that its row needs.
use serde::Deserialize;

use crate::clients::kube::meta::{ObjectMeta, Time};

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct Wire {
    #[prost(message, optional, tag = "1")]
    pub(super) metadata: Option<ObjectMeta>,
    #[prost(message, optional, tag = "2")]
    pub(super) spec: Option<Spec>,
    #[prost(message, optional, tag = "3")]
    pub(super) status: Option<Status>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Spec {
    #[prost(message, repeated, tag = "2")]
    pub(super) containers: Vec<ContainerSpec>,
    #[prost(string, tag = "10")]
    pub(super) node_name: String,
    #[prost(message, repeated, tag = "20")]
    pub(super) init_containers: Vec<ContainerSpec>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ContainerSpec {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(string, tag = "2")]
    pub(super) image: String,
    #[prost(string, tag = "24")]
    pub(super) restart_policy: String,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Status {
    #[prost(string, tag = "1")]
    pub(super) phase: String,
    #[prost(message, repeated, tag = "2")]
    pub(super) conditions: Vec<Condition>,
    #[prost(string, tag = "4")]
    pub(super) reason: String,
    #[prost(string, tag = "6")]
    #[serde(rename = "podIP")]
    pub(super) pod_ip: String,
    #[prost(message, repeated, tag = "8")]
    pub(super) container_statuses: Vec<ContainerStatus>,
    #[prost(message, repeated, tag = "10")]
    pub(super) init_container_statuses: Vec<ContainerStatus>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Condition {
    #[prost(string, tag = "1")]
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[prost(string, tag = "2")]
    pub(super) status: String,
    #[prost(string, tag = "5")]
    pub(super) reason: String,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ContainerStatus {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(message, optional, tag = "2")]
    pub(super) state: Option<State>,
    #[prost(message, optional, tag = "3")]
    pub(super) last_state: Option<State>,
    #[prost(bool, tag = "4")]
    pub(super) ready: bool,
    #[prost(int32, tag = "5")]
    pub(super) restart_count: i32,
    #[prost(bool, tag = "9")]
    pub(super) started: bool,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct State {
    #[prost(message, optional, tag = "1")]
    pub(super) waiting: Option<Waiting>,
    #[prost(message, optional, tag = "2")]
    pub(super) running: Option<Running>,
    #[prost(message, optional, tag = "3")]
    pub(super) terminated: Option<Terminated>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub(super) struct Waiting {
    #[prost(string, tag = "1")]
    pub(super) reason: String,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Running {
    #[prost(message, optional, tag = "1")]
    pub(super) started_at: Option<Time>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Terminated {
    #[prost(int32, tag = "1")]
    pub(super) exit_code: i32,
    #[prost(int32, tag = "2")]
    pub(super) signal: i32,
    #[prost(string, tag = "3")]
    pub(super) reason: String,
    #[prost(message, optional, tag = "6")]
    pub(super) finished_at: Option<Time>,
}

impl Terminated {
    /// Its reason, or the signal or code it ended with.
    pub(super) fn word(&self) -> String {
        match (self.reason.as_str(), self.signal) {
            ("", 0) => format!("ExitCode:{}", self.exit_code),
            ("", signal) => format!("Signal:{signal}"),
            (reason, _) => reason.to_owned(),
        }
    }
}

impl ContainerSpec {
    /// An init container that stays beside the others: a sidecar.
    pub(super) fn stays(&self) -> bool {
        self.restart_policy == "Always"
    }
}

impl ContainerStatus {
    pub(super) fn waiting(&self) -> Option<&str> {
        self.state.as_ref()?.waiting.as_ref().map(|w| w.reason.as_str())
    }

    pub(super) fn terminated(&self) -> Option<&Terminated> {
        self.state.as_ref()?.terminated.as_ref()
    }

    pub(super) fn running(&self) -> Option<&Running> {
        self.state.as_ref()?.running.as_ref()
    }

    pub(super) fn restarts(&self) -> u32 {
        self.restart_count.try_into().unwrap_or(0)
    }

    pub(super) fn last(&self) -> Option<&Terminated> {
        self.last_state.as_ref()?.terminated.as_ref()
    }

    pub(super) fn ended(&self) -> Option<i64> {
        self.last().and_then(|last| last.finished_at).map(|at| at.seconds)
    }
}

impl Status {
    pub(super) fn is(&self, condition: &str) -> bool {
        self.conditions.iter().any(|c| c.kind == condition && c.status == "True")
    }
}
