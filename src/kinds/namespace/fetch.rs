//! Reads namespaces.
use serde::Deserialize;

use super::Namespace;
use crate::clients::kube::{
    Names, Project, Source,
    meta::{ObjectMeta, Time},
};

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct Wire {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ObjectMeta>,
    #[prost(message, optional, tag = "3")]
    status: Option<Status>,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
struct Status {
    #[prost(string, tag = "1")]
    phase: String,
}

impl Project for Namespace {
    const SOURCE: Source = Source { api: "/api/v1", plural: "namespaces", namespaced: false };
    type Wire = Wire;

    fn project(wire: Wire, names: &mut Names) -> Self {
        let meta = wire.metadata.unwrap_or_default();
        Self {
            uid: meta.uid.into(),
            name: meta.name.into(),
            status: names.share(&wire.status.unwrap_or_default().phase),
            created: Time::of(meta.creation_timestamp.as_ref()),
        }
    }
}
