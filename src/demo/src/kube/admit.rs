//! What an object must go through before it is kept: names, versions, defaults, and the checks that people meet.
use serde_json::{Map, Value, json};

use super::{Cluster, Kind, Part, Refused, defaults, field, refused::Cause, selector::Selector};
use crate::clock;

mod pods;

pub use pods::{changed_pod, pod};

pub const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

/// A new object, checked and with its defaults.
pub fn new(cluster: &mut Cluster, kind: Kind, namespace: &str, mut value: Value) -> Result<Value, Refused> {
    let resource = kind.resource();
    if !value.is_object() {
        return Err(Refused::bad_request("the object provided is unrecognized (must be of type object)"));
    }
    value["apiVersion"] = json!(resource.api_version());
    value["kind"] = json!(resource.name);
    let metadata = field::map(&mut value, "metadata");
    let given = metadata.get("namespace").and_then(Value::as_str).unwrap_or_default();
    if !given.is_empty() && given != namespace {
        return Err(Refused::bad_request(
            "the namespace of the provided object does not match the namespace sent on the request",
        ));
    }
    if resource.namespaced {
        metadata.insert("namespace".to_owned(), json!(namespace));
    }
    let mut name = metadata.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    if name.is_empty() {
        let Some(prefix) = metadata.get("generateName").and_then(Value::as_str).filter(|prefix| !prefix.is_empty())
        else {
            return Err(Refused::invalid(
                kind,
                "",
                vec![required("metadata.name", "name or generateName is required")],
            ));
        };
        name = format!("{prefix}{}", cluster.rng.letters(5, LETTERS));
        metadata.insert("name".to_owned(), json!(name));
    }
    check_name(kind, &name)?;
    metadata.insert("uid".to_owned(), json!(cluster.rng.uuid()));
    metadata.insert("creationTimestamp".to_owned(), json!(clock::seconds(cluster.now)));
    for key in ["resourceVersion", "selfLink", "managedFields", "deletionTimestamp", "deletionGracePeriodSeconds"] {
        metadata.remove(key);
    }
    metadata.remove("generation");
    if has_generation(kind) {
        metadata.insert("generation".to_owned(), json!(1));
    }
    defaults::fill(kind, &mut value);
    check(kind, &name, &value)?;
    begin(cluster, kind, &mut value);
    Ok(value)
}

/// What the server gives an object beyond its defaults.
fn begin(cluster: &mut Cluster, kind: Kind, value: &mut Value) {
    match kind {
        Kind::Namespace => {
            let name = value["metadata"]["name"].clone();
            field::map(&mut value["metadata"], "labels").insert("kubernetes.io/metadata.name".to_owned(), name);
            value["spec"] = json!({ "finalizers": ["kubernetes"] });
            value["status"] = json!({ "phase": "Active" });
        }
        Kind::Service => {
            if field::text(value, "/spec/clusterIP").is_empty() && value["spec"]["type"] != "ExternalName" {
                let bits = cluster.rng.below(65_000) + 300;
                value["spec"]["clusterIP"] = json!(format!("172.20.{}.{}", bits / 256, bits % 256));
            }
            value["spec"]["clusterIPs"] = json!([value["spec"]["clusterIP"]]);
            value["status"] = json!({ "loadBalancer": {} });
        }
        Kind::Job => {
            let uid = value["metadata"]["uid"].clone();
            let name = value["metadata"]["name"].clone();
            let labels = field::map(&mut value["spec"]["template"]["metadata"], "labels");
            labels.insert("batch.kubernetes.io/controller-uid".to_owned(), uid.clone());
            labels.insert("batch.kubernetes.io/job-name".to_owned(), name.clone());
            labels.insert("controller-uid".to_owned(), uid.clone());
            labels.insert("job-name".to_owned(), name);
            let labels = labels.clone();
            if field::labels(value, "/metadata/labels").is_empty() {
                value["metadata"]["labels"] = json!(labels);
            }
            value["spec"]["selector"] = json!({ "matchLabels": { "batch.kubernetes.io/controller-uid": uid } });
            value["status"] = json!({});
        }
        Kind::DaemonSet => {
            value["status"] = json!({});
            daemon_generation(value);
        }
        Kind::PersistentVolumeClaim => value["status"] = json!({ "phase": "Pending" }),
        _ if has_generation(kind) => value["status"] = json!({}),
        _ => {}
    }
}

const fn has_generation(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Deployment
            | Kind::ReplicaSet
            | Kind::StatefulSet
            | Kind::DaemonSet
            | Kind::Job
            | Kind::CronJob
            | Kind::PodDisruptionBudget
            | Kind::EndpointSlice
    )
}

/// An object as it is after a change: what a client may not change stays.
pub fn changed(kind: Kind, current: &Value, mut value: Value, part: Part) -> Result<Value, Refused> {
    if !value.is_object() {
        return Err(Refused::bad_request("the object provided is unrecognized (must be of type object)"));
    }
    if part == Part::Status {
        let mut whole = current.clone();
        whole["status"] = value["status"].take();
        return Ok(whole);
    }
    let name = field::text(current, "/metadata/name").to_owned();
    value["apiVersion"] = current["apiVersion"].clone();
    value["kind"] = current["kind"].clone();
    let metadata = field::map(&mut value, "metadata");
    metadata.remove("managedFields");
    for key in FIXED {
        match current["metadata"].get(key) {
            Some(fixed) => _ = metadata.insert((*key).to_owned(), fixed.clone()),
            None => _ = metadata.remove(*key),
        }
    }
    for key in ["labels", "annotations", "finalizers", "ownerReferences"] {
        if metadata.get(key).is_some_and(is_empty) {
            metadata.remove(key);
        }
    }
    match current.get("status").filter(|_| kind.resource().subresources.iter().any(|sub| sub.name == "status")) {
        Some(status) => value["status"] = status.clone(),
        None if has_generation(kind) => _ = value.as_object_mut().map(|value| value.remove("status")),
        None => {}
    }
    defaults::fill(kind, &mut value);
    if kind == Kind::Service {
        for key in ["clusterIP", "clusterIPs"] {
            field::default(&mut value["spec"], key, current["spec"][key].clone());
        }
    }
    check(kind, &name, &value)?;
    check_fixed(kind, &name, current, &value)?;
    if has_generation(kind) && current["spec"] != value["spec"] {
        let generation = field::int(current, "/metadata/generation").unwrap_or(0);
        value["metadata"]["generation"] = json!(generation + 1);
        if kind == Kind::DaemonSet {
            daemon_generation(&mut value);
        }
    }
    Ok(value)
}

/// Daemon sets say their generation in an annotation too, as they did before revisions.
fn daemon_generation(value: &mut Value) {
    let generation = field::int(value, "/metadata/generation").unwrap_or(1).to_string();
    field::map(&mut value["metadata"], "annotations")
        .insert("deprecated.daemonset.template.generation".to_owned(), json!(generation));
}

const FIXED: &[&str] = &[
    "name",
    "generateName",
    "namespace",
    "uid",
    "resourceVersion",
    "generation",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
];

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(map) => map.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

fn required(field: &str, message: &str) -> Cause {
    let message = if message.is_empty() { "Required value".to_owned() } else { format!("Required value: {message}") };
    Cause { reason: "FieldValueRequired".to_owned(), message, field: field.to_owned() }
}

fn unfit(field: &str, value: &Value, message: &str) -> Cause {
    Cause {
        reason: "FieldValueInvalid".to_owned(),
        message: format!("Invalid value: {value}: {message}"),
        field: field.to_owned(),
    }
}

fn check_name(kind: Kind, name: &str) -> Result<(), Refused> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    let ends = bytes.first().copied().is_some_and(fits) && bytes.last().copied().is_some_and(fits);
    if ends && bytes.len() < 254 && bytes.iter().all(|byte| fits(*byte) || matches!(byte, b'-' | b'.' | b':')) {
        return Ok(());
    }
    let message = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end \
                   with an alphanumeric character (e.g. 'example.com', regex used for validation is \
                   '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    Err(Refused::invalid(kind, name, vec![unfit("metadata.name", &json!(name), message)]))
}

fn check(kind: Kind, name: &str, value: &Value) -> Result<(), Refused> {
    let mut causes = vec![];
    if let Some(replicas) = field::int(value, "/spec/replicas").filter(|replicas| *replicas < 0) {
        causes.push(unfit("spec.replicas", &json!(replicas), "must be greater than or equal to 0"));
    }
    let template = match kind {
        Kind::Deployment | Kind::ReplicaSet | Kind::StatefulSet | Kind::DaemonSet => {
            let labels = field::labels(value, "/spec/template/metadata/labels");
            if value.pointer("/spec/selector").is_none_or(is_empty) {
                causes.push(required("spec.selector", ""));
            } else if !Selector::of(value.pointer("/spec/selector")).matches(&labels) {
                let message = "`selector` does not match template `labels`";
                causes.push(unfit("spec.template.metadata.labels", &json!(labels), message));
            }
            Some(("/spec/template/spec", "spec.template.spec"))
        }
        Kind::Job => Some(("/spec/template/spec", "spec.template.spec")),
        Kind::CronJob => {
            if field::text(value, "/spec/schedule").is_empty() {
                causes.push(required("spec.schedule", ""));
            }
            Some(("/spec/jobTemplate/spec/template/spec", "spec.jobTemplate.spec.template.spec"))
        }
        Kind::Pod => Some(("/spec", "spec")),
        _ => None,
    };
    if let Some((pointer, path)) = template {
        check_containers(value.pointer(pointer).unwrap_or(&Value::Null), path, &mut causes);
    }
    if causes.is_empty() { Ok(()) } else { Err(Refused::invalid(kind, name, causes)) }
}

fn check_containers(spec: &Value, path: &str, causes: &mut Vec<Cause>) {
    if field::list(spec, "/containers").is_empty() {
        causes.push(required(&format!("{path}.containers"), ""));
    }
    for key in ["initContainers", "containers"] {
        for (at, container) in field::list(spec, &format!("/{key}")).iter().enumerate() {
            for wanted in ["name", "image"] {
                if container.get(wanted).and_then(Value::as_str).unwrap_or_default().is_empty() {
                    causes.push(required(&format!("{path}.{key}[{at}].{wanted}"), ""));
                }
            }
        }
    }
}

fn check_fixed(kind: Kind, name: &str, current: &Value, value: &Value) -> Result<(), Refused> {
    let selects = matches!(kind, Kind::Deployment | Kind::ReplicaSet | Kind::DaemonSet | Kind::Job);
    if selects && current["spec"]["selector"] != value["spec"]["selector"] {
        let cause = unfit("spec.selector", &value["spec"]["selector"], "field is immutable");
        return Err(Refused::invalid(kind, name, vec![cause]));
    }
    if kind == Kind::StatefulSet {
        const FREE: &[&str] = &[
            "replicas",
            "ordinals",
            "template",
            "updateStrategy",
            "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy",
            "minReadySeconds",
        ];
        let fixed = |value: &Value| -> Map<String, Value> {
            let fields = value["spec"].as_object().into_iter().flatten();
            fields.filter(|(key, _)| !FREE.contains(&key.as_str())).map(|(k, v)| (k.clone(), v.clone())).collect()
        };
        if fixed(current) != fixed(value) {
            let message = "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', \
                           'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are \
                           forbidden";
            return Err(Refused::invalid(kind, name, vec![forbidden("spec", message)]));
        }
    }
    if kind == Kind::Job && current["spec"]["template"] != value["spec"]["template"] {
        let cause = unfit("spec.template", &json!("…"), "field is immutable");
        return Err(Refused::invalid(kind, name, vec![cause]));
    }
    Ok(())
}

fn forbidden(field: &str, message: &str) -> Cause {
    Cause { reason: "FieldValueForbidden".to_owned(), message: message.to_owned(), field: field.to_owned() }
}
