//! The manifests of the applications, as their chart makes them.
use serde_json::{Value, json};

use super::{
    plan::{App, AppKind, Plan},
    quantity,
};

/// What a pod of an application asks for, so that all of them fit on the nodes there are.
#[derive(Clone, Copy, Debug)]
pub struct Portion {
    /// Thousandths of a CPU.
    pub cpu: i64,
    pub mib: i64,
}

impl Portion {
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let machines = plan.nodes.iter().map(|node| super::host::Machine::of(&node.instance_type));
        let (cpu, mib) = machines.fold((0, 0), |(cpu, mib), m| (cpu + m.cpus * 1000 - 330, mib + m.gib * 1024 - 1600));
        let pods = i64::try_from(plan.pods).unwrap_or(i64::MAX).max(1);
        Self { cpu: (cpu * 60 / 100 / pods).clamp(10, 250), mib: (mib * 60 / 100 / pods).clamp(24, 640) }
    }

    fn resources(self, percent: i64) -> Value {
        let cpu = (self.cpu * percent / 100).max(2);
        let mib = (self.mib * percent / 100).max(8);
        json!({
            "limits": { "memory": format!("{}Mi", mib * 2) },
            "requests": { "cpu": quantity::cpu(cpu), "memory": format!("{mib}Mi") },
        })
    }
}

/// The image of a sidecar: the account's own copy, if it has one.
fn sidecar_image(plan: &Plan, program: &str, public: &str) -> String {
    let own = plan.images.iter().find(|image| image.rsplit('/').next().is_some_and(|name| name.starts_with(program)));
    own.map_or_else(|| public.to_owned(), |image| format!("{}/{image}", plan.registry))
}

fn labels(app: &App) -> Value {
    json!({
        "app.kubernetes.io/instance": app.name,
        "app.kubernetes.io/managed-by": "Helm",
        "app.kubernetes.io/name": app.name,
        "helm.sh/chart": "app-2.4.0",
    })
}

#[must_use]
pub fn selector(app: &App) -> Value {
    json!({ "app.kubernetes.io/instance": app.name, "app.kubernetes.io/name": app.name })
}

#[must_use]
pub fn metadata(app: &App) -> Value {
    json!({
        "name": app.name,
        "namespace": app.namespace,
        "labels": labels(app),
        "annotations": { "meta.helm.sh/release-name": app.name, "meta.helm.sh/release-namespace": app.namespace },
    })
}

fn main_container(app: &App, image: &str, portion: Portion) -> Value {
    let mut env = vec![
        json!({ "name": "POD_NAME", "valueFrom": { "fieldRef": { "apiVersion": "v1", "fieldPath": "metadata.name" } } }),
        json!({ "name": "LISTEN_PORT", "value": app.port.to_string() }),
    ];
    env.extend(app.env.iter().map(|(name, value)| json!({ "name": name, "value": value })));
    let web = image.contains("nginx");
    let path = if web { "/" } else { "/healthz" };
    let mut container = json!({ "name": app.name, "image": image });
    if app.kind != AppKind::CronJob {
        container["ports"] = json!([{ "name": "http", "containerPort": app.port, "protocol": "TCP" }]);
    }
    container["env"] = json!(env);
    container["resources"] = portion.resources(if app.sidecars { 65 } else { 100 });
    if app.kind != AppKind::CronJob {
        let probe = |seconds: i64| json!({ "httpGet": { "path": path, "port": "http" }, "periodSeconds": seconds });
        container["livenessProbe"] = probe(10);
        container["livenessProbe"]["initialDelaySeconds"] = json!(10);
        container["readinessProbe"] = probe(5);
        container["readinessProbe"]["initialDelaySeconds"] = json!(3);
    }
    if web {
        container["volumeMounts"] = json!([{ "name": "config", "mountPath": "/etc/nginx/conf.d", "readOnly": true }]);
    }
    container
}

/// Fluent Bit and Prometheus beside the program, and what they read.
fn sidecars(plan: &Plan, portion: Portion, containers: &mut Vec<Value>, volumes: &mut Vec<Value>) {
    let fluent_bit = sidecar_image(plan, "fluent-bit", "public.ecr.aws/aws-observability/aws-for-fluent-bit:2.34.0");
    let prometheus = sidecar_image(plan, "prometheus", "quay.io/prometheus/prometheus:v3.5.0");
    containers.push(json!({
        "name": "fluent-bit",
        "image": fluent_bit,
        "env": [{ "name": "AWS_REGION", "value": plan.region }],
        "ports": [{ "name": "http-metrics", "containerPort": 2020, "protocol": "TCP" }],
        "resources": portion.resources(15),
        "volumeMounts": [
            { "name": "fluent-bit-config", "mountPath": "/fluent-bit/etc", "readOnly": true },
            { "name": "logs", "mountPath": "/var/log/app" },
        ],
    }));
    containers.push(json!({
        "name": "prometheus",
        "image": prometheus,
        "args": ["--config.file=/etc/prometheus/prometheus.yml", "--enable-feature=agent", "--web.listen-address=:9090"],
        "ports": [{ "name": "prometheus", "containerPort": 9090, "protocol": "TCP" }],
        "resources": portion.resources(20),
        "readinessProbe": { "httpGet": { "path": "/-/ready", "port": "prometheus" }, "periodSeconds": 5 },
        "volumeMounts": [{ "name": "prometheus-config", "mountPath": "/etc/prometheus", "readOnly": true }],
    }));
    volumes.push(json!({ "name": "fluent-bit-config", "configMap": { "name": "fluent-bit", "defaultMode": 420 } }));
    volumes
        .push(json!({ "name": "prometheus-config", "configMap": { "name": "prometheus-agent", "defaultMode": 420 } }));
    volumes.push(json!({ "name": "logs", "emptyDir": {} }));
}

/// The template of an application's pods, with this image.
#[must_use]
pub fn template(plan: &Plan, app: &App, image: &str, portion: Portion) -> Value {
    let mut containers = vec![main_container(app, image, portion)];
    let mut volumes = vec![];
    if image.contains("nginx") {
        volumes.push(
            json!({ "name": "config", "configMap": { "name": format!("{}-config", app.name), "defaultMode": 420 } }),
        );
    }
    if app.sidecars {
        sidecars(plan, portion, &mut containers, &mut volumes);
    }
    let mut spec = json!({ "containers": containers, "serviceAccountName": app.name });
    if !volumes.is_empty() {
        spec["volumes"] = json!(volumes);
    }
    if app.kind == AppKind::CronJob {
        spec["restartPolicy"] = json!("Never");
    } else {
        let spread = |topology: &str| {
            json!({
                "maxSkew": 1,
                "topologyKey": topology,
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": { "matchLabels": selector(app) },
                "matchLabelKeys": ["pod-template-hash"],
            })
        };
        spec["topologySpreadConstraints"] =
            json!([spread("topology.kubernetes.io/zone"), spread("kubernetes.io/hostname")]);
    }
    let mut metadata = json!({ "labels": selector(app) });
    if app.sidecars {
        metadata["annotations"] = json!({ "prometheus.io/port": "9090", "prometheus.io/scrape": "true" });
    }
    json!({ "metadata": metadata, "spec": spec })
}

#[must_use]
pub fn deployment(plan: &Plan, app: &App, image: &str, replicas: usize, portion: Portion) -> Value {
    let mut metadata = metadata(app);
    let tag = image.rsplit(':').next().unwrap_or("latest");
    metadata["labels"]["app.kubernetes.io/version"] = json!(tag);
    json!({
        "metadata": metadata,
        "spec": {
            "replicas": replicas,
            "selector": { "matchLabels": selector(app) },
            "strategy": { "type": "RollingUpdate", "rollingUpdate": { "maxSurge": "25%", "maxUnavailable": "25%" } },
            "template": template(plan, app, image, portion),
        },
    })
}

#[must_use]
pub fn stateful_set(plan: &Plan, app: &App, image: &str, replicas: usize, portion: Portion) -> Value {
    json!({
        "metadata": metadata(app),
        "spec": {
            "replicas": replicas,
            "serviceName": app.name,
            "selector": { "matchLabels": selector(app) },
            "template": template(plan, app, image, portion),
        },
    })
}

#[must_use]
pub fn cron_job(plan: &Plan, app: &App, image: &str, portion: Portion) -> Value {
    json!({
        "metadata": metadata(app),
        "spec": {
            "schedule": "*/5 * * * *",
            "concurrencyPolicy": "Forbid",
            "jobTemplate": { "spec": { "backoffLimit": 2, "template": template(plan, app, image, portion) } },
        },
    })
}

/// Services for the app itself: load balancers look for its pods here; stateful ones are named one by one.
#[must_use]
pub fn service(app: &App) -> Value {
    let mut spec = json!({
        "selector": selector(app),
        "ports": [{ "name": "http", "port": if app.port == 8080 || app.port == 80 { 80 } else { app.port }, "targetPort": "http" }],
    });
    if app.kind == AppKind::StatefulSet {
        spec["clusterIP"] = json!("None");
    }
    json!({ "metadata": metadata(app), "spec": spec })
}

#[must_use]
pub fn budget(app: &App) -> Value {
    json!({
        "metadata": metadata(app),
        "spec": { "maxUnavailable": 1, "selector": { "matchLabels": selector(app) } },
    })
}

#[must_use]
pub fn autoscaler(app: &App, (least, most, percent): (i64, i64, i64)) -> Value {
    let target = json!({ "type": "Utilization", "averageUtilization": percent });
    json!({
        "metadata": metadata(app),
        "spec": {
            "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": app.name },
            "minReplicas": least,
            "maxReplicas": most,
            "metrics": [{ "type": "Resource", "resource": { "name": "cpu", "target": target } }],
        },
    })
}

/// What the applications of a namespace read.
#[must_use]
pub fn config_maps(plan: &Plan, apps: &[&App]) -> Vec<Value> {
    let fluent_bit = format!(
        "[SERVICE]\n    Flush 5\n    Log_Level info\n    HTTP_Server On\n\n[INPUT]\n    Name tail\n    Path /var/log/app/*.log\n\n[OUTPUT]\n    \
         Name cloudwatch_logs\n    Match *\n    region {}\n    log_group_name /aws/containerinsights/{}/application\n",
        plan.region, plan.name
    );
    let prometheus = "global:\n  scrape_interval: 30s\nscrape_configs:\n  - job_name: app\n    static_configs:\n      - targets: \
                      ['localhost:8080', 'localhost:2020']\n";
    let mut maps = vec![
        json!({ "metadata": { "name": "fluent-bit" }, "data": { "fluent-bit.conf": fluent_bit } }),
        json!({ "metadata": { "name": "prometheus-agent" }, "data": { "prometheus.yml": prometheus } }),
    ];
    for app in apps.iter().filter(|app| app.image.contains("nginx")) {
        let upstreams = apps.iter().filter(|other| other.service && other.name != app.name);
        let locations: String = upstreams
            .map(|other| {
                format!(
                    "  location /{0}/ {{ proxy_pass http://{0}.{1}.svc.cluster.local/; }}\n",
                    other.name, other.namespace
                )
            })
            .collect();
        let server = format!("server {{\n  listen {};\n{locations}}}\n", app.port);
        maps.push(
            json!({ "metadata": { "name": format!("{}-config", app.name) }, "data": { "default.conf": server } }),
        );
    }
    maps
}
