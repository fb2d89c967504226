//! Reads deployments.
use serde::Deserialize;

use super::Deployment;
use crate::clients::kube::{
    Names, Project, Source, count,
    meta::{Object, ObjectMeta, Template, Time},
};

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct Spec {
    #[prost(int32, tag = "1")]
    replicas: i32,
    #[prost(message, optional, tag = "3")]
    template: Option<Template>,
    #[prost(bool, tag = "7")]
    paused: bool,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Status {
    #[prost(int32, tag = "2")]
    replicas: i32,
    #[prost(int32, tag = "3")]
    updated_replicas: i32,
    #[prost(int32, tag = "4")]
    available_replicas: i32,
    #[prost(int32, tag = "7")]
    ready_replicas: i32,
    #[prost(message, repeated, tag = "6")]
    conditions: Vec<Progress>,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
struct Progress {
    #[prost(string, tag = "1")]
    #[serde(rename = "type")]
    kind: String,
    #[prost(string, tag = "4")]
    reason: String,
}

impl Project for Deployment {
    const SOURCE: Source = Source { api: "/apis/apps/v1", plural: "deployments", namespaced: true };
    type Wire = Object<ObjectMeta, Spec, Status>;

    fn project(wire: Self::Wire, names: &mut Names) -> Self {
        let meta = wire.metadata.unwrap_or_default();
        let spec = wire.spec.unwrap_or_default();
        let status = wire.status.unwrap_or_default();
        let late = |c: &Progress| c.kind == "Progressing" && c.reason == "ProgressDeadlineExceeded";
        Self {
            uid: meta.uid.into(),
            name: meta.name.into(),
            namespace: names.share(&meta.namespace),
            wanted: count(spec.replicas),
            ready: count(status.ready_replicas),
            updated: count(status.updated_replicas),
            available: count(status.available_replicas),
            pods: count(status.replicas),
            paused: spec.paused,
            stuck: status.conditions.iter().any(late),
            created: Time::of(meta.creation_timestamp.as_ref()),
            images: names.share(&Template::images(spec.template)),
        }
    }
}
