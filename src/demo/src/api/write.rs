//! Creating, replacing, patching and deleting objects.
use std::sync::Arc;

use bytes::Bytes;
use hyper::{StatusCode, body::Incoming, header::HeaderValue};
use serde_json::{Value, json};

use super::{
    Ask, Made, Server,
    accept::Wanted,
    answer,
    list::{Filter, include},
    openapi,
    patch::{self, Way},
    proto,
    route::{Query, Target},
    schema,
};
use crate::{
    clock,
    http::{self, Answer},
    kube::{
        Cluster,
        refused::{Details, Refused},
        resource::Kind,
        store::Item,
        write::{DeleteOptions, Part, Propagation},
    },
};

/// Larger bodies are refused, as etcd would.
const LARGEST: usize = 3 * 1024 * 1024;

pub async fn body(body: Incoming) -> Result<Bytes, Refused> {
    let read = http::body(body, LARGEST).await;
    let read = read.map_err(|error| Refused::bad_request(format!("the body of the request breaks off: {error}")))?;
    read.ok_or_else(|| Refused {
        code: 413,
        reason: "RequestEntityTooLarge",
        message: format!("Request entity too large: limit is {LARGEST}"),
        details: None,
    })
}

/// An object that a client sends, as JSON or as protobuf.
pub fn object(content_type: &str, bytes: &[u8]) -> Result<Value, Refused> {
    if bytes.starts_with(proto::MAGIC) || content_type.starts_with("application/vnd.kubernetes.protobuf") {
        return proto::decode::enveloped(bytes)
            .ok_or_else(|| Refused::bad_request("the protobuf of the body cannot be read"));
    }
    let media = content_type.split(';').next().unwrap_or_default().trim();
    if !["", "*/*", "application/json"].contains(&media) {
        return Err(Refused {
            code: 415,
            reason: "UnsupportedMediaType",
            message: "the body of the request was in an unknown format - accepted media types include: application/json, application/vnd.kubernetes.protobuf".to_owned(),
            details: None,
        });
    }
    let value: Value = serde_json::from_slice(bytes).map_err(|error| {
        Refused::bad_request(format!("the object provided is unrecognized (must be of type JSON or protobuf): {error}"))
    })?;
    if value.is_object() { Ok(value) } else { Err(Refused::bad_request("the object provided is not an object")) }
}

/// Who writes: the `fieldManager`, or what the client calls itself before the first slash.
fn manager(ask: &Ask) -> String {
    let agent = ask.header("user-agent").unwrap_or("unknown");
    ask.query.get("fieldManager").unwrap_or(agent.split('/').next().unwrap_or(agent)).chars().take(128).collect()
}

struct Writer {
    target: Target,
    query: Query,
    manager: String,
    wanted: Wanted,
    include: super::table::Include,
    content_type: String,
    body: Bytes,
    now: i64,
}

pub async fn answer(server: &Arc<Server>, target: Target, verb: &str, ask: Ask) -> Result<Answer, Refused> {
    if verb == "deletecollection" {
        return delete_all(server, &target, ask).await;
    }
    let writer = Writer {
        manager: manager(&ask),
        content_type: ask.header("content-type").unwrap_or("application/json").to_owned(),
        include: include(&ask)?,
        wanted: ask.wanted,
        now: server.now(),
        target,
        query: ask.query.clone(),
        body: body(ask.request.into_body()).await?,
    };
    match verb {
        "create" => writer.create(server),
        "update" => writer.update(server),
        "patch" => writer.patch(server),
        "delete" => writer.delete(server),
        _ => Err(answer::method_not_allowed()),
    }
}

/// Which part of an object a path means.
pub fn part(target: &Target) -> Part {
    if target.subresource.as_deref() == Some("status") { Part::Status } else { Part::Whole }
}

impl Writer {
    fn answer(&self, status: StatusCode, item: &Item, warnings: &[String]) -> Answer {
        let mut answer = answer::item(self.wanted, status, item, self.now, self.include);
        for warning in warnings {
            if let Ok(value) = HeaderValue::from_str(&format!("299 - \"{}\"", warning.replace('"', "\\\""))) {
                answer.headers_mut().append("warning", value);
            }
        }
        answer
    }

    /// The object of the body, if it is one of this resource and its fields are known.
    fn read(&self) -> Result<(Value, Vec<String>), Refused> {
        let resource = self.target.resource;
        let mut value = object(&self.content_type, &self.body)?;
        for (key, expected) in [("kind", resource.name.to_owned()), ("apiVersion", resource.api_version())] {
            match value.get(key).and_then(Value::as_str) {
                None | Some("") => value[key] = json!(expected),
                Some(given) if given == expected => {}
                Some(given) => {
                    let why = format!("the {key} in the data ({given}) does not match the expected {key} ({expected})");
                    return Err(Refused::bad_request(why));
                }
            }
        }
        let warnings = openapi::validate(&value, resource, self.query.get("fieldValidation").unwrap_or_default())?;
        Ok((value, warnings))
    }

    fn sign(&self, value: &mut Value, operation: &str) {
        let resource = self.target.resource;
        if resource.kind != Kind::Pod {
            let part = self.target.subresource.as_deref().unwrap_or_default();
            patch::sign(value, &self.manager, operation, &resource.api_version(), &clock::seconds(self.now), part);
        }
    }

    fn create(&self, server: &Server) -> Result<Answer, Refused> {
        if self.target.name.is_some() {
            return Err(answer::method_not_allowed());
        }
        let (mut value, warnings) = self.read()?;
        let namespace = self.target.space();
        let given = value.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or_default();
        if self.target.resource.namespaced && !given.is_empty() && given != namespace {
            let why = "the namespace of the provided object does not match the namespace sent on the request";
            return Err(Refused::bad_request(why));
        }
        self.sign(&mut value, "Update");
        let kind = self.target.resource.kind;
        let item = if self.query.dry_run() {
            server.change(|cluster| cluster.prepare(kind, namespace, value))?
        } else {
            server.change(|cluster| cluster.create(kind, namespace, value))?
        };
        let mut answer = self.answer(StatusCode::CREATED, &item, &warnings);
        answer.extensions_mut().insert(Made(item.name().to_owned()));
        Ok(answer)
    }

    fn put(&self, cluster: &mut Cluster, value: Value) -> Result<Item, Refused> {
        let (kind, namespace, name) = (self.target.resource.kind, self.target.space(), self.target.named());
        if self.query.dry_run() {
            return cluster.prepare_update(kind, namespace, name, value, part(&self.target)).map(|(item, _)| item);
        }
        cluster.update(kind, namespace, name, value, part(&self.target))
    }

    fn update(&self, server: &Server) -> Result<Answer, Refused> {
        let (mut value, warnings) = self.read()?;
        let name = self.target.named();
        let given = value.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        if given != name {
            let why = format!("the name of the object ({given}) does not match the name on the URL ({name})");
            return Err(Refused::bad_request(why));
        }
        let kind = self.target.resource.kind;
        let item = server.change(|cluster| {
            let current = cluster.store().get(kind, self.target.space(), name).map(Item::value);
            if current.is_some_and(|current| differs(&current, &value)) {
                self.sign(&mut value, "Update");
            }
            self.put(cluster, value)
        })?;
        Ok(self.answer(StatusCode::OK, &item, &warnings))
    }

    fn patch(&self, server: &Server) -> Result<Answer, Refused> {
        let way = Way::of(&self.content_type)?;
        if way == Way::Apply && self.query.get("fieldManager").is_none() {
            let message =
                "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch";
            return Err(Refused { code: 422, reason: "Invalid", message: message.to_owned(), details: None });
        }
        let resource = self.target.resource;
        let (kind, namespace, name) = (resource.kind, self.target.space(), self.target.named());
        let message = schema::of(&resource.api_version(), resource.name);
        let operation = if way == Way::Apply { "Apply" } else { "Update" };
        server.change(|cluster| {
            let Some(current) = cluster.store().get(kind, namespace, name).map(Item::value) else {
                if way != Way::Apply {
                    return Err(Refused::not_found(kind, name));
                }
                let mut fresh = way.put(message, &json!({}), &self.body, (kind, name))?;
                fresh["metadata"]["name"] = json!(name);
                let warnings =
                    openapi::validate(&fresh, resource, self.query.get("fieldValidation").unwrap_or_default())?;
                self.sign(&mut fresh, operation);
                let dry = self.query.dry_run();
                let item =
                    if dry { cluster.prepare(kind, namespace, fresh) } else { cluster.create(kind, namespace, fresh) }?;
                return Ok(self.answer(StatusCode::CREATED, &item, &warnings));
            };
            let mut patched = way.put(message, &current, &self.body, (kind, name))?;
            for key in ["kind", "apiVersion"] {
                if patched[key] != current[key] {
                    return Err(Refused::bad_request(format!("a patch cannot change the {key} of an object")));
                }
            }
            let warnings =
                openapi::validate(&patched, resource, self.query.get("fieldValidation").unwrap_or_default())?;
            if patched != *current {
                self.sign(&mut patched, operation);
            }
            let item = self.put(cluster, patched)?;
            Ok(self.answer(StatusCode::OK, &item, &warnings))
        })
    }

    fn delete(&self, server: &Server) -> Result<Answer, Refused> {
        let how = delete_options(&self.content_type, &self.body, &self.query)?;
        let (kind, namespace, name) = (self.target.resource.kind, self.target.space(), self.target.named());
        let dry = how.dry;
        let (item, left) = server.change(|cluster| {
            let item = if dry {
                cluster.store().get(kind, namespace, name).cloned().ok_or_else(|| Refused::not_found(kind, name))
            } else {
                cluster.delete(kind, namespace, name, &how.options)
            };
            item.map(|item| (item, cluster.store().get(kind, namespace, name).is_some()))
        })?;
        let returned = [Kind::Pod, Kind::Service, Kind::ServiceAccount, Kind::PersistentVolumeClaim].contains(&kind);
        if left && !dry || returned {
            return Ok(self.answer(StatusCode::OK, &item, &[]));
        }
        let details = Details {
            name: name.to_owned(),
            group: self.target.resource.group.to_owned(),
            kind: self.target.resource.plural.to_owned(),
            uid: item.uid(),
            ..Details::default()
        };
        Ok(answer::value(self.wanted, StatusCode::OK, &answer::success(Some(&details))))
    }
}

/// Whether a client means to change anything: what the server alone writes does not count.
fn differs(current: &Value, given: &Value) -> bool {
    ["spec", "data", "stringData", "type", "status"].iter().any(|key| given.get(key) != current.get(key))
        || ["labels", "annotations", "finalizers"]
            .iter()
            .any(|key| given["metadata"].get(key) != current["metadata"].get(key))
}

pub struct Deletion {
    pub options: DeleteOptions,
    pub dry: bool,
}

/// From the body, where there is one, otherwise from the query.
pub fn delete_options(content_type: &str, bytes: &[u8], query: &Query) -> Result<Deletion, Refused> {
    let body = if bytes.is_empty() { json!({}) } else { object(content_type, bytes)? };
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let orphans = body.pointer("/orphanDependents").and_then(Value::as_bool);
    let policy = text("/propagationPolicy").or_else(|| query.get("propagationPolicy").map(str::to_owned));
    let propagation = match policy.as_deref() {
        Some("Foreground") => Propagation::Foreground,
        Some("Orphan") => Propagation::Orphan,
        None if orphans == Some(true) => Propagation::Orphan,
        None | Some("Background") => Propagation::Background,
        Some(other) => {
            let message = format!(
                "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported value: {other:?}: supported values: \"Foreground\", \"Background\", \"Orphan\", \"nil\""
            );
            return Err(Refused { code: 422, reason: "Invalid", message, details: None });
        }
    };
    let grace = query.int("gracePeriodSeconds")?;
    let options = DeleteOptions {
        grace: body.pointer("/gracePeriodSeconds").and_then(Value::as_i64).or(grace),
        uid: text("/preconditions/uid"),
        resource_version: text("/preconditions/resourceVersion"),
        propagation,
    };
    let dry = query.dry_run() || body["dryRun"].as_array().is_some_and(|all| all.iter().any(|value| value == "All"));
    Ok(Deletion { options, dry })
}

async fn delete_all(server: &Arc<Server>, target: &Target, ask: Ask) -> Result<Answer, Refused> {
    let filter = Filter::of(target, &ask)?;
    let content_type = ask.header("content-type").unwrap_or("application/json").to_owned();
    let (query, wanted) = (ask.query, ask.wanted);
    let body = body(ask.request.into_body()).await?;
    let how = delete_options(&content_type, &body, &query)?;
    let resource = target.resource;
    let namespace = target.namespace.as_deref().filter(|_| resource.namespaced);
    let gone = server.change(|cluster| {
        let all: Vec<Item> =
            cluster.store().list(resource.kind, namespace).filter(|item| filter.matches(item)).cloned().collect();
        if how.dry {
            return Ok(all);
        }
        let delete = |item: Item| cluster.delete(resource.kind, item.namespace(), item.name(), &how.options);
        all.into_iter().map(delete).collect::<Result<Vec<Item>, Refused>>()
    })?;
    let items: Vec<Value> = gone.iter().map(|item| Value::clone(&item.value())).collect();
    let rv = server.look(|cluster| cluster.store().rv());
    let list = json!({
        "kind": format!("{}List", resource.name),
        "apiVersion": resource.api_version(),
        "metadata": { "resourceVersion": rv.to_string() },
        "items": items,
    });
    Ok(answer::value(wanted, StatusCode::OK, &list))
}
