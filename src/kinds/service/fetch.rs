//! Reads services, and the endpoint slices that say who stands behind each: two watches that come out as one.
mod join;

use std::{collections::HashMap, convert::Infallible, sync::Arc};

use serde::Deserialize;

use super::{Endpoint, Service};
use crate::{
    clients::kube::{
        Link, Names, News, Project, Source,
        meta::{LabelledMeta, Object, ObjectMeta, Time},
    },
    kinds::{Column, Reach, Resource},
};

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Spec {
    #[prost(message, repeated, tag = "1")]
    ports: Vec<Port>,
    #[prost(map = "string, string", tag = "2")]
    selector: HashMap<String, String>,
    #[prost(string, tag = "3")]
    #[serde(rename = "clusterIP")]
    cluster_ip: String,
    #[prost(string, tag = "4")]
    #[serde(rename = "type")]
    sort: String,
    #[prost(string, repeated, tag = "5")]
    #[serde(rename = "externalIPs")]
    external_ips: Vec<String>,
    #[prost(string, tag = "10")]
    external_name: String,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Port {
    #[prost(string, tag = "2")]
    protocol: String,
    #[prost(int32, tag = "3")]
    port: i32,
    #[prost(int32, tag = "5")]
    node_port: i32,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Status {
    #[prost(message, optional, tag = "1")]
    load_balancer: Option<Balancer>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
struct Balancer {
    #[prost(message, repeated, tag = "1")]
    ingress: Vec<Ingress>,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
struct Ingress {
    #[prost(string, tag = "1")]
    ip: String,
    #[prost(string, tag = "2")]
    hostname: String,
}

/// Where the service is reached from outside, in kubectl's words.
fn external(spec: &Spec, status: Status) -> String {
    if spec.sort == "ExternalName" {
        return spec.external_name.clone();
    }
    let given = status.load_balancer.unwrap_or_default().ingress.into_iter();
    let given = given.map(|i| if i.ip.is_empty() { i.hostname } else { i.ip });
    let all: Vec<_> = given.chain(spec.external_ips.iter().cloned()).collect();
    if all.is_empty() && spec.sort == "LoadBalancer" { "<pending>".to_owned() } else { all.join(",") }
}

fn port(port: &Port) -> String {
    match port.node_port {
        0 => format!("{}/{}", port.port, port.protocol),
        node => format!("{}:{node}/{}", port.port, port.protocol),
    }
}

impl Project for Service {
    const SOURCE: Source = Source { api: "/api/v1", plural: "services", namespaced: true };
    type Wire = Object<ObjectMeta, Spec, Status>;

    fn project(wire: Self::Wire, names: &mut Names) -> Self {
        let meta = wire.metadata.unwrap_or_default();
        let spec = wire.spec.unwrap_or_default();
        let mut selector: Vec<_> = spec.selector.iter().map(|(key, value)| format!("{key}={value}")).collect();
        selector.sort_unstable();
        Self {
            external: external(&spec, wire.status.unwrap_or_default()).into(),
            ports: spec.ports.iter().map(port).collect::<Vec<_>>().join(",").into(),
            selector: selector.join(",").into(),
            sort: names.share(&spec.sort),
            cluster_ip: spec.cluster_ip.into(),
            created: Time::of(meta.creation_timestamp.as_ref()),
            namespace: names.share(&meta.namespace),
            uid: meta.uid.into(),
            name: meta.name.into(),
            endpoints: None,
        }
    }

    fn follow<F, Fut>(link: &Link, namespace: Option<&str>, tell: F) -> impl Future<Output = Infallible> + Send
    where
        F: FnMut(News<Self>) -> Fut + Send,
        Fut: Future<Output = ()> + Send,
    {
        join::follow(link, namespace, tell)
    }
}

/// Some of a service's endpoints; a service has one slice for each hundred and each family of addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    uid: Box<str>,
    name: Box<str>,
    namespace: Arc<str>,
    service: Arc<str>,
    endpoints: Box<[Endpoint]>,
}

impl Resource for Slice {
    const REACH: Reach = Reach::Cluster;
    const COLUMNS: &'static [Column<Self>] = &[];

    fn id(&self) -> &str {
        &self.uid
    }

    fn name(&self) -> &str {
        &self.name
    }
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(default)]
pub struct SliceWire {
    #[prost(message, optional, tag = "1")]
    metadata: Option<LabelledMeta>,
    /// Null in JSON where there are none.
    #[prost(message, repeated, tag = "2")]
    #[serde(deserialize_with = "crate::clients::kube::meta::or_none")]
    endpoints: Vec<EndpointWire>,
}

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct EndpointWire {
    #[prost(string, repeated, tag = "1")]
    addresses: Vec<String>,
    #[prost(message, optional, tag = "2")]
    conditions: Option<Conditions>,
    #[prost(message, optional, tag = "4")]
    target_ref: Option<Target>,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
struct Conditions {
    /// Unset counts as ready.
    #[prost(bool, optional, tag = "1")]
    ready: Option<bool>,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
struct Target {
    #[prost(string, tag = "1")]
    kind: String,
    #[prost(string, tag = "4")]
    uid: String,
}

impl Project for Slice {
    const SOURCE: Source = Source { api: "/apis/discovery.k8s.io/v1", plural: "endpointslices", namespaced: true };
    type Wire = SliceWire;

    fn project(wire: SliceWire, names: &mut Names) -> Self {
        let meta = wire.metadata.unwrap_or_default();
        let service = meta.labels.get("kubernetes.io/service-name").map_or("", String::as_str);
        let endpoint = |wire: EndpointWire| Endpoint {
            address: wire.addresses.into_iter().next().unwrap_or_default().into(),
            pod: wire.target_ref.filter(|target| target.kind == "Pod").unwrap_or_default().uid.into(),
            ready: wire.conditions.and_then(|c| c.ready).unwrap_or(true),
        };
        Self {
            service: names.share(service),
            namespace: names.share(&meta.namespace),
            endpoints: wire.endpoints.into_iter().map(endpoint).collect(),
            uid: meta.uid.into(),
            name: meta.name.into(),
        }
    }
}
