//! Reads stateful sets.
use serde::Deserialize;

use super::StatefulSet;
use crate::clients::kube::{
    Names, Project, Source, count,
    meta::{Object, ObjectMeta, Replicas, Template, Time},
};

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Status {
    #[prost(int32, tag = "3")]
    ready_replicas: i32,
    #[prost(int32, tag = "5")]
    updated_replicas: i32,
}

impl Project for StatefulSet {
    const SOURCE: Source = Source { api: "/apis/apps/v1", plural: "statefulsets", namespaced: true };
    type Wire = Object<ObjectMeta, Replicas, Status>;

    fn project(wire: Self::Wire, names: &mut Names) -> Self {
        let meta = wire.metadata.unwrap_or_default();
        let spec = wire.spec.unwrap_or_default();
        let status = wire.status.unwrap_or_default();
        Self {
            uid: meta.uid.into(),
            name: meta.name.into(),
            namespace: names.share(&meta.namespace),
            wanted: count(spec.replicas),
            ready: count(status.ready_replicas),
            updated: count(status.updated_replicas),
            created: Time::of(meta.creation_timestamp.as_ref()),
            images: names.share(&Template::images(spec.template)),
        }
    }
}
