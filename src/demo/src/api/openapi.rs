//! As much OpenAPI as kubectl needs to leave the checking of fields to the server: which resources have `fieldValidation`. There are no
//! schemas in it, so `kubectl explain` knows nothing. The checking itself is here too.
use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::{
    discovery,
    schema::{self, Message, Shape},
};
use crate::{
    http::{self, Answer},
    kube::{
        refused::Refused,
        resource::{RESOURCES, Resource},
    },
};

fn base(group: &str, version: &str) -> String {
    if group.is_empty() { format!("api/{version}") } else { format!("apis/{group}/{version}") }
}

pub fn answer(path: &[String]) -> Option<Answer> {
    let document = match path.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["v3"] => {
            let entry = |(group, version): (&str, &str)| {
                let base = base(group, version);
                (base.clone(), json!({ "serverRelativeURL": format!("/openapi/v3/{base}?hash=0") }))
            };
            json!({ "paths": discovery::groups().into_iter().map(entry).collect::<Map<_, _>>() })
        }
        ["v3", "api", version] => of("", version)?,
        ["v3", "apis", group, version] => of(group, version)?,
        _ => return None,
    };
    Some(http::answer(StatusCode::OK, "application/json", document.to_string()))
}

fn of(group: &str, version: &str) -> Option<Value> {
    if !discovery::groups().contains(&(group, version)) {
        return None;
    }
    let mut paths = Map::new();
    for row in RESOURCES.iter().filter(|row| row.group == group && row.version == version) {
        let namespace = if row.namespaced { "namespaces/{namespace}/" } else { "" };
        let operation = json!({
            "parameters": [{ "name": "fieldValidation", "in": "query", "schema": { "type": "string" } }],
            "x-kubernetes-group-version-kind": { "group": row.group, "version": row.version, "kind": row.name },
            "responses": {},
        });
        let path = format!("/{}/{namespace}{}/{{name}}", base(group, version), row.plural);
        paths.insert(path, json!({ "put": operation, "patch": operation }));
    }
    Some(json!({
        "openapi": "3.0.0",
        "info": { "title": "Kubernetes", "version": "unversioned" },
        "paths": paths,
        // empty, but there: without it `kubectl explain` stumbles over its own feet instead of saying that it knows nothing
        "components": { "schemas": {} },
    }))
}

/// Looks for fields that the type does not have. What is done about them the client says: `Strict` refuses, `Warn` (which is the default)
/// warns.
pub fn validate(value: &Value, resource: &Resource, how: &str) -> Result<Vec<String>, Refused> {
    let mut unknown = vec![];
    if how != "Ignore"
        && let (Some(message), Some(fields)) = (schema::of(&resource.api_version(), resource.name), value.as_object())
    {
        look(&mut unknown, "", message, fields);
    }
    if how == "Strict" && !unknown.is_empty() {
        let told = format!("strict decoding error: {}", unknown.join(", "));
        let name = resource.name;
        let why = format!("{name} in version \"{}\" cannot be handled as a {name}: {told}", resource.version);
        return Err(Refused::bad_request(why));
    }
    Ok(unknown)
}

fn look(unknown: &mut Vec<String>, path: &str, message: &Message, fields: &Map<String, Value>) {
    for (key, value) in fields {
        if path.is_empty() && ["kind", "apiVersion"].contains(&key.as_str()) {
            continue;
        }
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        let Some(field) = message.field(key) else {
            unknown.push(format!("unknown field \"{path}\""));
            continue;
        };
        let Some(inner) = field.message() else { continue };
        match (field.shape, value) {
            (Shape::One, Value::Object(fields)) => look(unknown, &path, inner, fields),
            (Shape::List, Value::Array(items)) => {
                for (at, fields) in items.iter().enumerate().filter_map(|(at, item)| Some((at, item.as_object()?))) {
                    look(unknown, &format!("{path}[{at}]"), inner, fields);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kube::resource::Kind;

    #[test]
    fn a_misspelt_field_is_warned_of_or_refused() {
        let pod = json!({
            "kind": "Pod",
            "apiVersion": "v1",
            "spec": { "containers": [{ "name": "a", "imagee": "x" }], "volumes": [{ "name": "v", "emptyDir": {} }] },
        });
        let check = |how: &str| validate(&pod, Kind::Pod.resource(), how);
        assert_eq!(check("Warn"), Ok(vec!["unknown field \"spec.containers[0].imagee\"".to_owned()]));
        assert_eq!(check("Ignore"), Ok(vec![]));
        assert!(check("Strict").unwrap_err().message.contains("strict decoding error: unknown field"));
    }
}
