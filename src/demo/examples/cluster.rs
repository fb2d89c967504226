//! Serves one cluster without a world around it, for clients that are tried against the API server alone.
//!
//! `cargo run -p quarterdeck-demo --example cluster -- KUBECONFIG [NODES] [PODS]` writes the kubeconfig and serves until it is ended.
use std::{env, fs, io, net::Ipv4Addr, sync::Arc};

use quarterdeck_demo::{
    api::alone,
    clock::{self, Clock, DAY},
    estate::Keys,
    kube::{App, AppKind, Cluster, NodeSpec, Plan},
};

const REGISTRY: &str = "123456789012.dkr.ecr.us-east-1.amazonaws.com";

fn main() -> io::Result<()> {
    let mut args = env::args().skip(1);
    let path = args.next().ok_or_else(|| io::Error::other("which file shall the kubeconfig be written to?"))?;
    let mut number = |default| args.next().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (nodes, pods) = (number(9), number(60));
    let keys = Keys {
        access: "AKIAIOSFODNN7EXAMPLE".to_owned(),
        secret: "secret".to_owned(),
        session: String::new(),
        token: "token".to_owned(),
    };
    let now = clock::real();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async move {
        let cluster = Cluster::new(plan(now, nodes, pods));
        let running = alone::serve(cluster, Clock::new(now, 1.0), keys).await?;
        fs::write(path, &running.kubeconfig)?;
        std::future::pending::<()>().await;
        Ok(())
    })
}

fn plan(now: i64, nodes: usize, pods: usize) -> Plan {
    let image = |name: &str, tag: &str| format!("{REGISTRY}/{name}:{tag}");
    let app = |name: &str, replicas: usize| App {
        name: name.to_owned(),
        namespace: "shop".to_owned(),
        image: image(name, "1.2.0"),
        previous: vec![(image(name, "1.0.0"), now - 15 * DAY), (image(name, "1.1.0"), now - 6 * DAY)],
        replicas,
        port: 8080,
        service: true,
        sidecars: true,
        ..App::default()
    };
    let apps = vec![
        app("checkout", 6),
        app("cart", 4),
        App { kind: AppKind::StatefulSet, sidecars: false, ..app("sessions", 3) },
        App { kind: AppKind::CronJob, sidecars: false, service: false, ..app("report", 1) },
        App { hpa: Some((3, 12, 60)), ..app("web", 5) },
    ];
    let tags = ["1.0.0", "1.1.0", "1.2.0", "1.3.0"];
    let images = ["web", "checkout", "cart", "sessions", "report", "fluent-bit", "prometheus"];
    Plan {
        name: "app-use1".to_owned(),
        region: "us-east-1".to_owned(),
        seed: 7,
        now,
        version: "v1.33.5-eks-113cf36".to_owned(),
        nodes: (0..nodes).map(|at| node(now, at)).collect(),
        pods,
        apps,
        registry: REGISTRY.to_owned(),
        account: "123456789012".to_owned(),
        images: Arc::new(images.iter().flat_map(|name| tags.iter().map(move |tag| format!("{name}:{tag}"))).collect()),
    }
}

fn node(now: i64, at: usize) -> NodeSpec {
    let (zone, place) = (at % 3, at / 3);
    let byte = |value: usize| u8::try_from(value).unwrap_or(u8::MAX);
    let address = Ipv4Addr::new(10, 12, byte(zone * 64 + place / 200), byte(place % 200 + 4));
    let [a, b, c, d] = address.octets();
    NodeSpec {
        name: format!("ip-{a}-{b}-{c}-{d}.ec2.internal"),
        instance: format!("i-0{at:016x}"),
        zone: ["us-east-1a", "us-east-1b", "us-east-1c"][zone].to_owned(),
        instance_type: "m5.4xlarge".to_owned(),
        address,
        nodegroup: "workers".to_owned(),
        ami: "ami-0123456789abcdef0".to_owned(),
        joined: now - 20 * DAY,
        pod_network: (Ipv4Addr::new(100, byte(64 + zone), 0, 0), 16),
    }
}
