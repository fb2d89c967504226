//! Reads jobs.
use serde::Deserialize;

use super::Job;
use crate::clients::kube::{
    Names, Project, Source, count,
    meta::{Condition, Object, ObjectMeta, Template, Time},
};

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct Spec {
    #[prost(int32, optional, tag = "2")]
    completions: Option<i32>,
    #[prost(message, optional, tag = "6")]
    template: Option<Template>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Status {
    #[prost(message, repeated, tag = "1")]
    conditions: Vec<Condition>,
    #[prost(message, optional, tag = "2")]
    start_time: Option<Time>,
    #[prost(message, optional, tag = "3")]
    completion_time: Option<Time>,
    #[prost(int32, tag = "4")]
    active: i32,
    #[prost(int32, tag = "5")]
    succeeded: i32,
    #[prost(int32, tag = "6")]
    failed: i32,
}

/// The word that kubectl prints: the first of these conditions that holds.
fn word(conditions: &[Condition], deleted: bool) -> &'static str {
    let holds = |kind| Condition::holds(conditions, kind);
    if holds("Complete") {
        "Complete"
    } else if holds("Failed") {
        "Failed"
    } else if deleted {
        "Terminating"
    } else if holds("Suspended") {
        "Suspended"
    } else if holds("FailureTarget") {
        "FailureTarget"
    } else if holds("SuccessCriteriaMet") {
        "SuccessCriteriaMet"
    } else {
        "Running"
    }
}

impl Project for Job {
    const SOURCE: Source = Source { api: "/apis/batch/v1", plural: "jobs", namespaced: true };
    type Wire = Object<ObjectMeta, Spec, Status>;

    fn project(wire: Self::Wire, names: &mut Names) -> Self {
        let meta = wire.metadata.unwrap_or_default();
        let spec = wire.spec.unwrap_or_default();
        let status = wire.status.unwrap_or_default();
        Self {
            status: names.share(word(&status.conditions, meta.deletion_timestamp.is_some())),
            succeeded: count(status.succeeded),
            wanted: spec.completions.map_or(1, count),
            failed: count(status.failed),
            active: count(status.active),
            started: status.start_time.map(|at| at.seconds),
            ended: status.completion_time.map(|at| at.seconds),
            created: Time::of(meta.creation_timestamp.as_ref()),
            images: names.share(&Template::images(spec.template)),
            owner: names.owner(&meta.owner_references),
            namespace: names.share(&meta.namespace),
            uid: meta.uid.into(),
            name: meta.name.into(),
        }
    }
}
