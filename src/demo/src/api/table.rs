//! Tables, as `kubectl get` prints them: the server makes the columns and the cells of every kind.
use serde_json::{Value, json};

use crate::kube::{field, resource::Kind, store::Item};

mod human;
mod others;
mod pods;
mod workloads;

pub use human::duration;

/// The columns of a kind. `^` before those that only `-o wide` shows, `#` before numbers, `?` before what is true or not.
const fn columns(kind: Kind) -> &'static str {
    match kind {
        Kind::Namespace => "Name|Status|Age",
        Kind::Node => {
            "Name|Status|Roles|Age|Version|^Internal-IP|^External-IP|^OS-Image|^Kernel-Version|^Container-Runtime"
        }
        Kind::Pod => "Name|Ready|Status|Restarts|Age|^IP|^Node|^Nominated Node|^Readiness Gates",
        Kind::Service => "Name|Type|Cluster-IP|External-IP|Port(s)|Age|^Selector",
        Kind::Endpoints => "Name|Endpoints|Age",
        Kind::ConfigMap => "Name|Data|Age",
        Kind::Secret => "Name|Type|Data|Age",
        Kind::ServiceAccount => "Name|Secrets|Age",
        Kind::Event => "Last Seen|Type|Reason|Object|^Subobject|^Source|Message|^First Seen|^Count|^Name",
        Kind::PersistentVolume => {
            "Name|Capacity|Access Modes|Reclaim Policy|Status|Claim|StorageClass|VolumeAttributesClass|Reason|Age|^VolumeMode"
        }
        Kind::PersistentVolumeClaim => {
            "Name|Status|Volume|Capacity|Access Modes|StorageClass|VolumeAttributesClass|Age|^VolumeMode"
        }
        Kind::Deployment => "Name|Ready|Up-to-date|Available|Age|^Containers|^Images|^Selector",
        Kind::ReplicaSet => "Name|#Desired|#Current|#Ready|Age|^Containers|^Images|^Selector",
        Kind::StatefulSet => "Name|Ready|Age|^Containers|^Images",
        Kind::DaemonSet => {
            "Name|#Desired|#Current|#Ready|#Up-to-date|#Available|Node Selector|Age|^Containers|^Images|^Selector"
        }
        Kind::ControllerRevision => "Name|Controller|Revision|Age",
        Kind::Job => "Name|Status|Completions|Duration|Age|^Containers|^Images|^Selector",
        Kind::CronJob => "Name|Schedule|Timezone|?Suspend|#Active|Last Schedule|Age|^Containers|^Images|^Selector",
        Kind::HorizontalPodAutoscaler => "Name|Reference|Targets|MinPods|MaxPods|Replicas|Age",
        Kind::PodDisruptionBudget => "Name|Min Available|Max Unavailable|#Allowed Disruptions|Age",
        Kind::EndpointSlice => "Name|AddressType|Ports|Endpoints|Age",
        Kind::Lease => "Name|Holder|Age",
        Kind::StorageClass => "Name|Provisioner|ReclaimPolicy|VolumeBindingMode|AllowVolumeExpansion|Age",
    }
}

/// The `columnDefinitions`; they say no more than the names.
#[must_use]
pub fn definitions(kind: Kind) -> Value {
    let define = |column: &str| {
        let name = column.trim_start_matches(['^', '#', '?']);
        json!({
            "name": name,
            "type": if column.starts_with('#') { "integer" } else if column.starts_with('?') { "boolean" } else { "string" },
            "format": if name == "Name" { "name" } else { "" },
            "description": "",
            "priority": i32::from(column.starts_with('^')),
        })
    };
    columns(kind).split('|').map(define).collect()
}

/// What a row shows besides its cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Include {
    None,
    Metadata,
    Object,
}

impl Include {
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        Some(match text {
            "" | "Metadata" => Self::Metadata,
            "None" => Self::None,
            "Object" => Self::Object,
            _ => return None,
        })
    }
}

#[must_use]
pub fn row(kind: Kind, item: &Item, now: i64, include: Include) -> Value {
    let mut row = json!({ "cells": cells(kind, item, now) });
    match include {
        Include::None => row["object"] = Value::Null,
        Include::Metadata => row["object"] = metadata(item),
        Include::Object => row["object"] = Value::clone(&item.value()),
    }
    if let Item::Pod(pod) = item
        && pod.phase.is_over()
    {
        row["conditions"] =
            json!([{ "type": "Completed", "status": "True", "reason": pod.phase.text(), "message": "" }]);
    }
    row
}

/// An object's `PartialObjectMetadata`.
#[must_use]
pub fn metadata(item: &Item) -> Value {
    let metadata = match item {
        Item::Object(value) => value["metadata"].clone(),
        Item::Pod(pod) => pod.metadata(),
    };
    json!({ "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata })
}

fn cells(kind: Kind, item: &Item, now: i64) -> Vec<Value> {
    match item {
        Item::Pod(pod) => pods::cells(pod, now),
        Item::Object(value) => {
            let row = Row { value, now };
            match kind {
                Kind::Deployment
                | Kind::ReplicaSet
                | Kind::StatefulSet
                | Kind::DaemonSet
                | Kind::ControllerRevision
                | Kind::Job
                | Kind::CronJob
                | Kind::HorizontalPodAutoscaler
                | Kind::PodDisruptionBudget => workloads::cells(kind, &row),
                _ => others::cells(kind, &row),
            }
        }
    }
}

/// An object, as the cells read it.
struct Row<'a> {
    value: &'a Value,
    now: i64,
}

impl<'a> Row<'a> {
    fn text(&self, pointer: &str) -> &'a str {
        field::text(self.value, pointer)
    }

    /// The text, or what stands for its absence.
    fn or(&self, pointer: &str, none: &'a str) -> &'a str {
        Some(self.text(pointer)).filter(|text| !text.is_empty()).unwrap_or(none)
    }

    fn int(&self, pointer: &str) -> i64 {
        field::int(self.value, pointer).unwrap_or(0)
    }

    fn name(&self) -> Value {
        json!(self.text("/metadata/name"))
    }

    fn age(&self) -> Value {
        json!(self.since("/metadata/creationTimestamp"))
    }

    /// How long a time is past.
    fn since(&self, pointer: &str) -> String {
        field::time(self.value, pointer).map_or_else(|| "<unknown>".to_owned(), |at| duration(self.now - at))
    }

    fn terminating(&self) -> bool {
        !self.text("/metadata/deletionTimestamp").is_empty()
    }

    /// Names and images of the containers of a pod template.
    fn containers(&self, pointer: &str) -> [Value; 2] {
        let containers = field::list(self.value, pointer);
        let all =
            |key: &str| containers.iter().map(|c| c[key].as_str().unwrap_or_default()).collect::<Vec<_>>().join(",");
        [json!(all("name")), json!(all("image"))]
    }

    fn selector(&self, pointer: &str) -> Value {
        json!(human::selector(self.value.pointer(pointer)))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::kube::resource::RESOURCES;

    pub fn shown(kind: Kind, value: Value) -> Vec<String> {
        let cells = cells(kind, &Item::Object(Arc::new(value)), 1_000_000_000_000);
        cells.iter().map(|cell| cell.as_str().map_or_else(|| cell.to_string(), str::to_owned)).collect()
    }

    #[test]
    fn every_kind_has_a_cell_for_each_column() {
        for row in &RESOURCES {
            let empty = json!({ "metadata": { "name": "x" } });
            let cells = if row.kind == Kind::Pod { 9 } else { shown(row.kind, empty).len() };
            assert_eq!(cells, columns(row.kind).split('|').count(), "{}", row.name);
        }
    }

    #[test]
    fn a_deployment_is_shown_as_kubectl_shows_it() {
        let value = json!({
            "metadata": { "name": "web", "creationTimestamp": "2001-09-09T01:40:00Z" },
            "spec": {
                "replicas": 3,
                "selector": { "matchLabels": { "b": "2", "a": "1" } },
                "template": { "spec": { "containers": [{ "name": "c", "image": "i:1" }, { "name": "d", "image": "j" }] } },
            },
            "status": { "readyReplicas": 2, "updatedReplicas": 3, "availableReplicas": 1 },
        });
        assert_eq!(shown(Kind::Deployment, value), ["web", "2/3", "3", "1", "6m40s", "c,d", "i:1,j", "a=1,b=2"]);
    }

    #[test]
    fn a_node_that_is_cordoned_and_silent_says_both() {
        let value = json!({
            "metadata": { "name": "n", "labels": { "node-role.kubernetes.io/worker": "" } },
            "spec": { "unschedulable": true },
            "status": {
                "conditions": [{ "type": "Ready", "status": "Unknown" }],
                "addresses": [{ "type": "InternalIP", "address": "10.0.0.1" }],
                "nodeInfo": { "kubeletVersion": "v1.33.5", "kernelVersion": "6.1", "architecture": "arm64" },
            },
        });
        let expected = ["n", "NotReady,SchedulingDisabled", "worker", "<unknown>", "v1.33.5", "10.0.0.1", "<none>"];
        assert_eq!(shown(Kind::Node, value)[..7], expected);
    }

    #[test]
    fn endpoints_beyond_the_third_are_counted() {
        let address = |ip: &str| json!({ "ip": ip });
        let addresses: Vec<Value> = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"].map(address).to_vec();
        let value = json!({ "metadata": { "name": "web" }, "subsets": [{ "addresses": addresses, "ports": [{ "port": 80 }] }] });
        let expected = "10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 1 more...";
        assert_eq!(shown(Kind::Endpoints, value)[1], expected);
    }
}
