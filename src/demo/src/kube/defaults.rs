//! What the API server fills in where a client said nothing.
use serde_json::{Value, json};

use super::{Kind, field::default};

/// Fills in a spec's defaults.
pub fn fill(kind: Kind, value: &mut Value) {
    match kind {
        Kind::Deployment => deployment(&mut value["spec"]),
        Kind::ReplicaSet => {
            default(&mut value["spec"], "replicas", json!(1));
            template(&mut value["spec"]["template"]);
        }
        Kind::StatefulSet => stateful_set(&mut value["spec"]),
        Kind::DaemonSet => daemon_set(&mut value["spec"]),
        Kind::Job => job(&mut value["spec"]),
        Kind::CronJob => cron_job(&mut value["spec"]),
        Kind::Pod => pod_spec(&mut value["spec"]),
        Kind::Service => service(&mut value["spec"]),
        Kind::HorizontalPodAutoscaler => autoscaler(&mut value["spec"]),
        Kind::Secret => default(value, "type", json!("Opaque")),
        _ => {}
    }
}

fn deployment(spec: &mut Value) {
    default(spec, "replicas", json!(1));
    template(&mut spec["template"]);
    default(spec, "strategy", json!({}));
    default(&mut spec["strategy"], "type", json!("RollingUpdate"));
    if spec["strategy"]["type"] == "RollingUpdate" {
        default(&mut spec["strategy"], "rollingUpdate", json!({}));
        default(&mut spec["strategy"]["rollingUpdate"], "maxUnavailable", json!("25%"));
        default(&mut spec["strategy"]["rollingUpdate"], "maxSurge", json!("25%"));
    }
    default(spec, "revisionHistoryLimit", json!(10));
    default(spec, "progressDeadlineSeconds", json!(600));
}

fn stateful_set(spec: &mut Value) {
    default(spec, "replicas", json!(1));
    template(&mut spec["template"]);
    default(spec, "serviceName", json!(""));
    default(spec, "podManagementPolicy", json!("OrderedReady"));
    default(spec, "updateStrategy", json!({ "type": "RollingUpdate" }));
    if spec["updateStrategy"]["type"] == "RollingUpdate" {
        default(&mut spec["updateStrategy"], "rollingUpdate", json!({ "partition": 0 }));
    }
    default(spec, "revisionHistoryLimit", json!(10));
    let retention = json!({ "whenDeleted": "Retain", "whenScaled": "Retain" });
    default(spec, "persistentVolumeClaimRetentionPolicy", retention);
}

fn daemon_set(spec: &mut Value) {
    template(&mut spec["template"]);
    let rolling = json!({ "type": "RollingUpdate", "rollingUpdate": { "maxUnavailable": 1, "maxSurge": 0 } });
    default(spec, "updateStrategy", rolling);
    default(spec, "revisionHistoryLimit", json!(10));
}

fn job(spec: &mut Value) {
    default(spec, "parallelism", json!(1));
    default(spec, "completions", json!(1));
    default(spec, "backoffLimit", json!(6));
    default(spec, "completionMode", json!("NonIndexed"));
    default(spec, "suspend", json!(false));
    default(spec, "manualSelector", json!(false));
    default(spec, "podReplacementPolicy", json!("TerminatingOrFailed"));
    template(&mut spec["template"]);
}

fn cron_job(spec: &mut Value) {
    default(spec, "concurrencyPolicy", json!("Allow"));
    default(spec, "suspend", json!(false));
    default(spec, "successfulJobsHistoryLimit", json!(3));
    default(spec, "failedJobsHistoryLimit", json!(1));
    let job = &mut spec["jobTemplate"];
    default(job, "metadata", json!({ "creationTimestamp": null }));
    template(&mut job["spec"]["template"]);
}

fn service(spec: &mut Value) {
    default(spec, "type", json!("ClusterIP"));
    default(spec, "sessionAffinity", json!("None"));
    default(spec, "internalTrafficPolicy", json!("Cluster"));
    default(spec, "ipFamilies", json!(["IPv4"]));
    default(spec, "ipFamilyPolicy", json!("SingleStack"));
    for port in spec["ports"].as_array_mut().into_iter().flatten() {
        default(port, "protocol", json!("TCP"));
        let same = port["port"].clone();
        default(port, "targetPort", same);
    }
}

fn autoscaler(spec: &mut Value) {
    default(spec, "minReplicas", json!(1));
    let cpu = json!([{ "type": "Resource", "resource": { "name": "cpu", "target": { "type": "Utilization", "averageUtilization": 80 } } }]);
    default(spec, "metrics", cpu);
}

fn template(template: &mut Value) {
    default(template, "metadata", json!({}));
    default(&mut template["metadata"], "creationTimestamp", Value::Null);
    pod_spec(&mut template["spec"]);
}

/// The defaults of a pod's spec.
pub fn pod_spec(spec: &mut Value) {
    for key in ["initContainers", "containers"] {
        for container in spec.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten() {
            self::container(container);
        }
    }
    default(spec, "restartPolicy", json!("Always"));
    default(spec, "terminationGracePeriodSeconds", json!(30));
    default(spec, "dnsPolicy", json!("ClusterFirst"));
    default(spec, "securityContext", json!({}));
    default(spec, "schedulerName", json!("default-scheduler"));
    if let Some(account) = spec.get("serviceAccountName").cloned() {
        default(spec, "serviceAccount", account);
    }
}

fn container(container: &mut Value) {
    let image = container.get("image").and_then(Value::as_str).unwrap_or_default();
    let latest = image.ends_with(":latest") || !image.rsplit('/').next().unwrap_or_default().contains([':', '@']);
    default(container, "imagePullPolicy", json!(if latest { "Always" } else { "IfNotPresent" }));
    default(container, "resources", json!({}));
    default(container, "terminationMessagePath", json!("/dev/termination-log"));
    default(container, "terminationMessagePolicy", json!("File"));
    for port in container.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
        default(port, "protocol", json!("TCP"));
    }
    for key in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let Some(probe) = container.get_mut(key) else { continue };
        default(probe, "timeoutSeconds", json!(1));
        default(probe, "periodSeconds", json!(10));
        default(probe, "successThreshold", json!(1));
        default(probe, "failureThreshold", json!(3));
        if let Some(http) = probe.get_mut("httpGet") {
            default(http, "scheme", json!("HTTP"));
            default(http, "path", json!("/"));
        }
    }
    let limits = container.pointer("/resources/limits").and_then(Value::as_object).cloned().unwrap_or_default();
    for (what, limit) in limits {
        default(&mut container["resources"], "requests", json!({}));
        default(&mut container["resources"]["requests"], &what, limit);
    }
}

/// What admission adds to the spec of a pod: its service account's token, and how long it bears a node that is away.
pub fn admit_pod(spec: &mut Value, suffix: &str) {
    default(spec, "serviceAccountName", json!("default"));
    let account = spec["serviceAccountName"].clone();
    default(spec, "serviceAccount", account);
    default(spec, "enableServiceLinks", json!(true));
    default(spec, "preemptionPolicy", json!("PreemptLowerPriority"));
    let priority = match spec.get("priorityClassName").and_then(Value::as_str) {
        Some("system-node-critical") => 2_000_001_000,
        Some("system-cluster-critical") => 2_000_000_000,
        _ => 0,
    };
    default(spec, "priority", json!(priority));
    tolerations(spec);
    if spec.get("automountServiceAccountToken").and_then(Value::as_bool) == Some(false) {
        return;
    }
    let volume = format!("kube-api-access-{suffix}");
    let mount =
        json!({ "name": volume, "readOnly": true, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount" });
    for key in ["initContainers", "containers"] {
        for container in spec.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten() {
            default(container, "volumeMounts", json!([]));
            if let Some(mounts) = container["volumeMounts"].as_array_mut() {
                mounts.push(mount.clone());
            }
        }
    }
    default(spec, "volumes", json!([]));
    let item = json!({ "key": "ca.crt", "path": "ca.crt" });
    let namespace =
        json!({ "path": "namespace", "fieldRef": { "apiVersion": "v1", "fieldPath": "metadata.namespace" } });
    if let Some(volumes) = spec["volumes"].as_array_mut() {
        volumes.push(json!({
            "name": volume,
            "projected": {
                "sources": [
                    { "serviceAccountToken": { "expirationSeconds": 3607, "path": "token" } },
                    { "configMap": { "name": "kube-root-ca.crt", "items": [item] } },
                    { "downwardAPI": { "items": [namespace] } },
                ],
                "defaultMode": 420,
            },
        }));
    }
}

fn tolerations(spec: &mut Value) {
    default(spec, "tolerations", json!([]));
    let Some(tolerations) = spec["tolerations"].as_array_mut() else { return };
    for key in ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"] {
        let borne = tolerations.iter().any(|toleration| {
            let effect = toleration.get("effect").and_then(Value::as_str).unwrap_or_default();
            let of = toleration.get("key").and_then(Value::as_str).unwrap_or_default();
            (effect.is_empty() || effect == "NoExecute") && (of.is_empty() || of == key)
        });
        if !borne {
            tolerations
                .push(json!({ "key": key, "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300 }));
        }
    }
}
