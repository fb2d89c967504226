//! A small cluster, and what must hold of it.
use std::{net::Ipv4Addr, sync::Arc};

use serde_json::{Value, json};

use super::{App, AppKind, Cluster, Item, Kind, NodeSpec, Part, Plan, Pod, field};
use crate::clock::{DAY, MINUTE, SECOND};

mod births;
mod nodes;
mod rollouts;
mod trouble;

pub const NOW: i64 = 1_764_000_000_000;
const REGISTRY: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com";
const ZONES: [&str; 3] = ["us-east-1a", "us-east-1b", "us-east-1c"];

fn spec(at: usize, instance_type: &str) -> NodeSpec {
    let zone = at % 3;
    let address =
        Ipv4Addr::new(10, 12, u8::try_from(zone * 16 + at / 3 / 200).unwrap(), u8::try_from(at / 3 % 200 + 4).unwrap());
    let [a, b, c, d] = address.octets();
    NodeSpec {
        name: format!("ip-{a}-{b}-{c}-{d}.ec2.internal"),
        instance: format!("i-0{at:016x}"),
        zone: ZONES[zone].to_owned(),
        instance_type: instance_type.to_owned(),
        address,
        nodegroup: "workers".to_owned(),
        ami: "ami-0123456789abcdef0".to_owned(),
        joined: NOW - 20 * DAY,
        pod_network: (Ipv4Addr::new(100, 64 + u8::try_from(zone).unwrap(), 0, 0), 16),
    }
}

fn image(name: &str, tag: &str) -> String {
    format!("{REGISTRY}/{name}:{tag}")
}

fn app(name: &str, replicas: usize) -> App {
    App {
        name: name.to_owned(),
        namespace: "shop".to_owned(),
        image: image(name, "1.2.0"),
        previous: vec![(image(name, "1.0.0"), NOW - 15 * DAY), (image(name, "1.1.0"), NOW - 6 * DAY)],
        replicas,
        port: 8080,
        service: true,
        sidecars: true,
        ..App::default()
    }
}

pub fn plan(nodes: usize, instance_type: &str, pods: usize) -> Plan {
    let names = ["web", "checkout", "cart", "sessions", "report", "fluent-bit", "prometheus"];
    let tags = ["1.0.0", "1.1.0", "1.2.0", "1.3.0"];
    let images = names.iter().flat_map(|name| tags.iter().map(move |tag| format!("{name}:{tag}")));
    let mut apps = vec![app("checkout", 6), app("cart", 4)];
    apps.push(App { kind: AppKind::StatefulSet, sidecars: false, ..app("sessions", 3) });
    apps.push(App { kind: AppKind::CronJob, sidecars: false, service: false, ..app("report", 1) });
    apps.push(App { hpa: Some((3, 12, 60)), ..app("web", 5) });
    Plan {
        name: "prod-us-east-1".to_owned(),
        region: "us-east-1".to_owned(),
        seed: 7,
        now: NOW,
        version: "v1.33.5-eks-113cf36".to_owned(),
        nodes: (0..nodes).map(|at| spec(at, instance_type)).collect(),
        pods,
        apps,
        registry: REGISTRY.to_owned(),
        account: "123456789012".to_owned(),
        images: Arc::new(images.collect()),
    }
}

pub fn cluster() -> Cluster {
    Cluster::new(plan(9, "m5.xlarge", 60))
}

impl Cluster {
    fn pass(&mut self, ms: i64) {
        self.advance(self.now + ms);
    }

    fn read(&self, kind: Kind, name: &str) -> Value {
        self.store.object(kind, "shop", name).map(|value| Value::clone(value)).unwrap_or_default()
    }

    fn change(&mut self, name: &str, how: impl FnOnce(&mut Value)) {
        let mut value = self.read(Kind::Deployment, name);
        how(&mut value);
        self.update(Kind::Deployment, "shop", name, value, Part::Whole).unwrap();
    }

    fn set_image(&mut self, name: &str, tag: &str) {
        self.change(name, |value| {
            value["spec"]["template"]["spec"]["containers"][0]["image"] = json!(image(name, tag))
        });
    }

    fn pods_named(&self, prefix: &str) -> Vec<Arc<Pod>> {
        self.store.pods(Some("shop")).filter(|pod| pod.name.starts_with(prefix)).cloned().collect()
    }

    fn condition(&self, name: &str, kind: &str) -> (String, String) {
        let value = self.read(Kind::Deployment, name);
        let conditions = field::list(&value, "/status/conditions");
        let found = conditions.iter().find(|condition| condition["type"] == kind).cloned().unwrap_or_default();
        (field::text(&found, "/status").to_owned(), field::text(&found, "/reason").to_owned())
    }

    /// As `kubectl rollout status` judges.
    fn rolled_out(&self, name: &str) -> bool {
        let value = self.read(Kind::Deployment, name);
        let number = |pointer| field::int(&value, pointer).unwrap_or(0);
        let replicas = number("/spec/replicas");
        number("/status/observedGeneration") == number("/metadata/generation")
            && number("/status/updatedReplicas") == replicas
            && number("/status/replicas") == replicas
            && number("/status/availableReplicas") == replicas
    }

    fn events_of(&self, reason: &str) -> Vec<(String, i64)> {
        let events = self.store.objects(Kind::Event, None).filter(|event| event["reason"] == reason);
        events.map(|e| (field::text(e, "/message").to_owned(), field::int(e, "/count").unwrap_or(1))).collect()
    }
}

/// All that a cluster holds, in order.
fn everything(cluster: &Cluster) -> String {
    let rows = super::resource::RESOURCES.iter().flat_map(|row| cluster.store.list(row.kind, None));
    rows.map(|item: &Item| format!("{}\n", item.value())).collect()
}
