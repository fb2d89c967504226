//! Reads daemon sets.
use serde::Deserialize;

use super::DaemonSet;
use crate::clients::kube::{
    Names, Project, Source, count,
    meta::{Object, ObjectMeta, Template, Time},
};

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct Spec {
    #[prost(message, optional, tag = "2")]
    template: Option<Template>,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Status {
    #[prost(int32, tag = "1")]
    current_number_scheduled: i32,
    #[prost(int32, tag = "2")]
    number_misscheduled: i32,
    #[prost(int32, tag = "3")]
    desired_number_scheduled: i32,
    #[prost(int32, tag = "4")]
    number_ready: i32,
    #[prost(int32, tag = "6")]
    updated_number_scheduled: i32,
    #[prost(int32, tag = "7")]
    number_available: i32,
}

impl Project for DaemonSet {
    const SOURCE: Source = Source { api: "/apis/apps/v1", plural: "daemonsets", namespaced: true };
    type Wire = Object<ObjectMeta, Spec, Status>;

    fn project(wire: Self::Wire, names: &mut Names) -> Self {
        let meta = wire.metadata.unwrap_or_default();
        let status = wire.status.unwrap_or_default();
        Self {
            uid: meta.uid.into(),
            name: meta.name.into(),
            namespace: names.share(&meta.namespace),
            wanted: count(status.desired_number_scheduled),
            current: count(status.current_number_scheduled),
            ready: count(status.number_ready),
            updated: count(status.updated_number_scheduled),
            available: count(status.number_available),
            misplaced: count(status.number_misscheduled),
            created: Time::of(meta.creation_timestamp.as_ref()),
            images: names.share(&Template::images(wire.spec.and_then(|s| s.template))),
        }
    }
}
