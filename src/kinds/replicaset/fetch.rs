//! Reads replica sets.
use serde::Deserialize;

use super::ReplicaSet;
use crate::clients::kube::{
    Names, Project, Source, count,
    meta::{LabelledMeta, Object, Replicas, Template, Time},
};

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Status {
    #[prost(int32, tag = "1")]
    replicas: i32,
    #[prost(int32, tag = "4")]
    ready_replicas: i32,
}

impl Project for ReplicaSet {
    const SOURCE: Source = Source { api: "/apis/apps/v1", plural: "replicasets", namespaced: true };
    type Wire = Object<LabelledMeta, Replicas, Status>;

    fn project(wire: Self::Wire, names: &mut Names) -> Self {
        let meta = wire.metadata.unwrap_or_default();
        let spec = wire.spec.unwrap_or_default();
        let status = wire.status.unwrap_or_default();
        Self {
            wanted: count(spec.replicas),
            current: count(status.replicas),
            ready: count(status.ready_replicas),
            revision: meta.annotations.get("deployment.kubernetes.io/revision").and_then(|n| n.parse().ok()),
            created: Time::of(meta.creation_timestamp.as_ref()),
            images: names.share(&Template::images(spec.template)),
            owner: names.owner(&meta.owner_references),
            namespace: names.share(&meta.namespace),
            uid: meta.uid.into(),
            name: meta.name.into(),
        }
    }
}
