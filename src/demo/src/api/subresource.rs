//! What hangs below an object: its scale and status, a pod's log, a command in it, its eviction.
use std::sync::Arc;

use hyper::StatusCode;
use serde_json::{Value, json};

use super::{
    Ask, Server, answer, exec, list, log,
    patch::Way,
    route::{Query, Target},
    schema, write,
};
use crate::{
    http::Answer,
    kube::{Cluster, field, refused::Refused, store::Item},
};

pub async fn answer(server: &Arc<Server>, target: Target, verb: &str, ask: Ask) -> Result<Answer, Refused> {
    let name = target.subresource.clone().unwrap_or_default();
    let known = target.resource.subresources.iter().find(|sub| sub.name == name).ok_or_else(answer::not_found)?;
    if !known.verbs.contains(&verb) {
        return Err(answer::method_not_allowed());
    }
    match (name.as_str(), verb) {
        ("status", "get") => list::get(server, &target, &ask),
        ("status", _) => write::answer(server, target, verb, ask).await,
        ("scale", _) => scale(server, &target, verb, ask).await,
        ("log", _) => log::answer(server, &target, &ask),
        ("eviction", _) => evict(server, &target, ask).await,
        ("exec" | "attach", _) => exec::answer(server, &target, ask),
        // port forwards, which nothing here would answer
        _ => Err(Refused {
            code: 501,
            reason: "NotImplemented",
            message: format!("this server has no {}", target.words()),
            details: None,
        }),
    }
}

/// What the `scale` of an object looks like.
fn scale_of(item: &Item) -> Value {
    let value = item.value();
    let keep = ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"];
    let metadata: serde_json::Map<String, Value> =
        keep.iter().filter_map(|key| Some(((*key).to_owned(), value["metadata"].get(*key)?.clone()))).collect();
    let labels = field::labels(&value, "/spec/selector/matchLabels");
    let selector: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    json!({
        "kind": "Scale",
        "apiVersion": "autoscaling/v1",
        "metadata": metadata,
        "spec": { "replicas": field::int(&value, "/spec/replicas").unwrap_or(0) },
        "status": { "replicas": field::int(&value, "/status/replicas").unwrap_or(0), "selector": selector.join(",") },
    })
}

async fn scale(server: &Arc<Server>, target: &Target, verb: &str, ask: Ask) -> Result<Answer, Refused> {
    let (kind, namespace, name) = (target.resource.kind, target.space(), target.named());
    let find = |cluster: &Cluster| {
        cluster.store().get(kind, namespace, name).cloned().ok_or_else(|| Refused::not_found(kind, name))
    };
    if verb == "get" {
        let item = server.look(find)?;
        return Ok(answer::value(ask.wanted, StatusCode::OK, &scale_of(&item)));
    }
    let content_type = ask.header("content-type").unwrap_or("application/json").to_owned();
    let (wanted, dry) = (ask.wanted, ask.query.dry_run());
    let body = write::body(ask.request.into_body()).await?;
    let scale = server.change(|cluster| {
        let current = scale_of(&find(cluster)?);
        let (value, version) = if verb == "patch" {
            let message = schema::message("autoscaling.v1.Scale");
            let patched = Way::of(&content_type)?.put(message, &current, &body, (kind, name))?;
            let version = (patched["metadata"] != current["metadata"])
                .then(|| field::text(&patched, "/metadata/resourceVersion").to_owned());
            (patched, version)
        } else {
            let value = write::object(&content_type, &body)?;
            let version = field::text(&value, "/metadata/resourceVersion").to_owned();
            (value, Some(version))
        };
        let replicas = count(&value)?;
        if replicas < 0 {
            let message = format!("Scale.autoscaling \"{name}\" is invalid: spec.replicas: Invalid value: {replicas}: must be greater than or equal to 0");
            return Err(Refused { code: 422, reason: "Invalid", message, details: None });
        }
        if dry {
            let mut scale = current;
            scale["spec"]["replicas"] = json!(replicas);
            return Ok(scale);
        }
        let version = version.filter(|version| !version.is_empty());
        cluster.scale(kind, namespace, name, replicas, version.as_deref()).map(|item| scale_of(&item))
    })?;
    Ok(answer::value(wanted, StatusCode::OK, &scale))
}

/// How many are wanted; what is no number of them is refused, and does not count as none.
fn count(scale: &Value) -> Result<i64, Refused> {
    match scale.pointer("/spec/replicas") {
        None | Some(Value::Null) => Ok(0),
        Some(given) => given.as_i64().filter(|count| i32::try_from(*count).is_ok()).ok_or_else(|| {
            let why =
                format!("json: cannot unmarshal {given} into Go struct field ScaleSpec.spec.replicas of type int32");
            Refused::bad_request(why)
        }),
    }
}

async fn evict(server: &Arc<Server>, target: &Target, ask: Ask) -> Result<Answer, Refused> {
    let content_type = ask.header("content-type").unwrap_or("application/json").to_owned();
    let (wanted, query) = (ask.wanted, ask.query.clone());
    let body = write::body(ask.request.into_body()).await?;
    let eviction = write::object(&content_type, &body)?;
    let kind = field::text(&eviction, "/kind");
    if !["", "Eviction"].contains(&kind) {
        return Err(Refused::bad_request(format!("no kind {kind:?} is an eviction")));
    }
    let given = field::text(&eviction, "/metadata/name");
    if !given.is_empty() && given != target.named() {
        return Err(Refused::bad_request("name in URL does not match name in Eviction object"));
    }
    let options = eviction.get("deleteOptions").filter(|options| options.is_object());
    let options = options.map(Value::to_string).unwrap_or_default();
    let how = write::delete_options("application/json", options.as_bytes(), &Query::default())?;
    let dry = how.dry || query.dry_run();
    server.change(|cluster| cluster.evict(target.space(), target.named(), &how.options, dry))?;
    Ok(answer::value(wanted, StatusCode::CREATED, &answer::success(None)))
}
