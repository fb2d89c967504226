//! What an EKS cluster runs for itself.
use serde_json::{Value, json};

use super::{plan::Plan, resource::Kind};

fn image(plan: &Plan, path: &str) -> String {
    format!("602401143452.dkr.ecr.{}.amazonaws.com/{path}", plan.region)
}

fn labels(name: &str) -> Value {
    json!({ "app.kubernetes.io/instance": name, "app.kubernetes.io/name": name })
}

fn container(name: &str, image: String, cpu: &str, memory: &str) -> Value {
    let mut requests = json!({ "cpu": cpu });
    if !memory.is_empty() {
        requests["memory"] = json!(memory);
    }
    json!({ "name": name, "image": image, "resources": { "requests": requests } })
}

fn probed(mut container: Value, port: u16, path: &str) -> Value {
    container["ports"] = json!([{ "name": "healthz", "containerPort": port, "protocol": "TCP" }]);
    container["readinessProbe"] = json!({ "httpGet": { "path": path, "port": port }, "periodSeconds": 10 });
    container
}

/// One thing that runs in kube-system.
fn workload(name: &str, account: &str, selector: Value, containers: Vec<Value>, more: Value) -> Value {
    let mut spec = json!({ "containers": containers, "serviceAccountName": account });
    for (key, value) in more.as_object().into_iter().flatten() {
        spec[key] = value.clone();
    }
    json!({
        "metadata": { "name": name, "namespace": "kube-system", "labels": selector },
        "spec": { "selector": { "matchLabels": selector }, "template": { "metadata": { "labels": selector }, "spec": spec } },
    })
}

/// The daemons of every node, lightest first.
#[must_use]
pub fn daemons(plan: &Plan) -> Vec<Value> {
    let everywhere = json!([{ "operator": "Exists" }]);
    let node = |more: Value| {
        let mut spec = json!({
            "hostNetwork": true, "priorityClassName": "system-node-critical", "tolerations": everywhere,
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            spec[key] = value.clone();
        }
        spec
    };
    let init = json!([{ "name": "aws-vpc-cni-init", "image": image(plan, "amazon-k8s-cni-init:v1.20.4-eksbuild.1"),
                        "resources": { "requests": { "cpu": "25m" } } }]);
    let aws_node = workload(
        "aws-node",
        "aws-node",
        json!({ "app.kubernetes.io/instance": "aws-vpc-cni", "app.kubernetes.io/name": "aws-node", "k8s-app": "aws-node" }),
        vec![
            probed(
                container("aws-node", image(plan, "amazon-k8s-cni:v1.20.4-eksbuild.1"), "25m", ""),
                61678,
                "/healthz",
            ),
            container("aws-eks-nodeagent", image(plan, "amazon/aws-network-policy-agent:v1.2.7-eksbuild.1"), "25m", ""),
        ],
        node(json!({ "initContainers": init, "terminationGracePeriodSeconds": 10 })),
    );
    let kube_proxy = workload(
        "kube-proxy",
        "kube-proxy",
        json!({ "k8s-app": "kube-proxy" }),
        vec![container("kube-proxy", image(plan, "eks/kube-proxy:v1.33.3-minimal-eksbuild.4"), "100m", "")],
        node(json!({})),
    );
    let csi = |name: &str, path: &str| container(name, image(plan, path), "10m", "40Mi");
    let ebs = workload(
        "ebs-csi-node",
        "ebs-csi-node-sa",
        json!({ "app": "ebs-csi-node", "app.kubernetes.io/name": "aws-ebs-csi-driver" }),
        vec![
            csi("ebs-plugin", "eks/aws-ebs-csi-driver:v1.49.0"),
            csi("node-driver-registrar", "eks/csi-node-driver-registrar:v2.15.0-eks-1-34-3"),
            csi("liveness-probe", "eks/livenessprobe:v2.17.0-eks-1-34-3"),
        ],
        json!({
            "priorityClassName": "system-node-critical",
            "tolerations": everywhere,
            "securityContext": { "fsGroup": 0, "runAsGroup": 0, "runAsNonRoot": false, "runAsUser": 0 },
        }),
    );
    vec![aws_node, kube_proxy, ebs]
}

/// Name, service account, selector and containers.
type Row = (&'static str, &'static str, Value, Vec<Value>);

fn rows(plan: &Plan) -> [Row; 4] {
    [
        (
            "coredns",
            "coredns",
            json!({ "eks.amazonaws.com/component": "coredns", "k8s-app": "kube-dns" }),
            vec![dns(plan)],
        ),
        (
            "ebs-csi-controller",
            "ebs-csi-controller-sa",
            json!({ "app": "ebs-csi-controller", "app.kubernetes.io/name": "aws-ebs-csi-driver" }),
            ["ebs-plugin", "csi-provisioner", "csi-attacher", "csi-snapshotter", "csi-resizer", "liveness-probe"]
                .map(|name| {
                    let path = match name {
                        "ebs-plugin" => "eks/aws-ebs-csi-driver:v1.49.0".to_owned(),
                        "liveness-probe" => "eks/livenessprobe:v2.17.0-eks-1-34-3".to_owned(),
                        _ => format!("eks/{name}:v5.3.0-eks-1-34-3"),
                    };
                    container(name, image(plan, &path), "10m", "40Mi")
                })
                .to_vec(),
        ),
        (
            "metrics-server",
            "metrics-server",
            labels("metrics-server"),
            vec![probed(
                container("metrics-server", image(plan, "eks/metrics-server:v0.8.0-eksbuild.2"), "100m", "200Mi"),
                10251,
                "/readyz",
            )],
        ),
        (
            "aws-load-balancer-controller",
            "aws-load-balancer-controller",
            labels("aws-load-balancer-controller"),
            vec![probed(
                container(
                    "aws-load-balancer-controller",
                    "public.ecr.aws/eks/aws-load-balancer-controller:v2.14.1".to_owned(),
                    "100m",
                    "128Mi",
                ),
                61779,
                "/readyz",
            )],
        ),
    ]
}

/// The deployments of kube-system, with their replicas.
#[must_use]
pub fn deployments(plan: &Plan) -> Vec<Value> {
    let critical = json!({
        "priorityClassName": "system-cluster-critical",
        "tolerations": [{ "key": "CriticalAddonsOnly", "operator": "Exists" }],
        "topologySpreadConstraints": [],
    });
    let spread = |mut spec: Value, selector: &Value| {
        spec["topologySpreadConstraints"] = json!([{
            "maxSkew": 1,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": { "matchLabels": selector },
        }]);
        spec
    };
    let deployment = |(name, account, selector, containers): (&str, &str, Value, Vec<Value>)| {
        let mut value = workload(name, account, selector.clone(), containers, spread(critical.clone(), &selector));
        value["spec"]["replicas"] = json!(2);
        value
    };
    rows(plan).into_iter().map(deployment).collect()
}

fn dns(plan: &Plan) -> Value {
    let mut dns = container("coredns", image(plan, "eks/coredns:v1.12.4-eksbuild.1"), "100m", "70Mi");
    dns["args"] = json!(["-conf", "/etc/coredns/Corefile"]);
    dns["resources"]["limits"] = json!({ "memory": "170Mi" });
    dns["ports"] = json!([
        { "name": "dns", "containerPort": 53, "protocol": "UDP" },
        { "name": "dns-tcp", "containerPort": 53, "protocol": "TCP" },
        { "name": "metrics", "containerPort": 9153, "protocol": "TCP" },
    ]);
    dns["livenessProbe"] =
        json!({ "httpGet": { "path": "/health", "port": 8080 }, "initialDelaySeconds": 60, "timeoutSeconds": 5 });
    dns["readinessProbe"] = json!({ "httpGet": { "path": "/ready", "port": 8181 } });
    dns
}

/// Everything else that a new cluster has: kind and object.
#[must_use]
pub fn rest(plan: &Plan) -> Vec<(Kind, Value)> {
    let of = |name: &str| json!({ "name": name, "namespace": "kube-system" });
    let dns = json!({ "k8s-app": "kube-dns" });
    let port = |name: &str, port: u16, target: Value, protocol: &str| json!({ "name": name, "port": port, "targetPort": target, "protocol": protocol });
    let mut dns_labels = of("kube-dns");
    dns_labels["labels"] =
        json!({ "k8s-app": "kube-dns", "kubernetes.io/cluster-service": "true", "kubernetes.io/name": "CoreDNS" });
    let mut all = configuration(plan);
    all.extend([
        (
            Kind::Service,
            json!({
                "metadata": dns_labels,
                "spec": {
                    "clusterIP": "172.20.0.10",
                    "selector": dns,
                    "ports": [
                        port("dns", 53, json!(53), "UDP"),
                        port("dns-tcp", 53, json!(53), "TCP"),
                        port("metrics", 9153, json!(9153), "TCP"),
                    ],
                },
            }),
        ),
        (
            Kind::Service,
            json!({
                "metadata": of("metrics-server"),
                "spec": { "selector": labels("metrics-server"), "ports": [port("https", 443, json!(10251), "TCP")] },
            }),
        ),
        (
            Kind::PodDisruptionBudget,
            json!({ "metadata": of("coredns"), "spec": { "maxUnavailable": 1, "selector": { "matchLabels": dns } } }),
        ),
        (
            Kind::PodDisruptionBudget,
            json!({
                "metadata": of("metrics-server"),
                "spec": { "maxUnavailable": 1, "selector": { "matchLabels": labels("metrics-server") } },
            }),
        ),
    ]);
    all
}

fn configuration(plan: &Plan) -> Vec<(Kind, Value)> {
    let of = |name: &str| json!({ "name": name, "namespace": "kube-system" });
    let corefile = ".:53 {\n    errors\n    health {\n        lameduck 5s\n      }\n    ready\n    kubernetes cluster.local in-addr.arpa \
                    ip6.arpa {\n      pods insecure\n      fallthrough in-addr.arpa ip6.arpa\n    }\n    prometheus :9153\n    forward . \
                    /etc/resolv.conf\n    cache 30\n    loop\n    reload\n    loadbalance\n}\n";
    let roles = format!(
        "- groups:\n  - system:bootstrappers\n  - system:nodes\n  rolearn: arn:aws:iam::{}:role/{}-node\n  username: \
         system:node:{{{{EC2PrivateDNSName}}}}\n",
        plan.account, plan.name
    );
    vec![
        (Kind::ConfigMap, json!({ "metadata": of("coredns"), "data": { "Corefile": corefile } })),
        (Kind::ConfigMap, json!({ "metadata": of("aws-auth"), "data": { "mapRoles": roles } })),
        (
            Kind::StorageClass,
            json!({
                "metadata": { "name": "gp3", "annotations": { "storageclass.kubernetes.io/is-default-class": "true" } },
                "provisioner": "ebs.csi.aws.com",
                "parameters": { "type": "gp3" },
                "reclaimPolicy": "Delete",
                "allowVolumeExpansion": true,
                "volumeBindingMode": "WaitForFirstConsumer",
            }),
        ),
    ]
}
