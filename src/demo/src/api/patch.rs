//! The four ways of saying what shall change of an object.
use serde_json::{Value, json};

use super::schema::Message;
use crate::kube::{refused::Refused, resource::Kind};

pub mod strategic;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Json,
    Merge,
    Strategic,
    Apply,
}

impl Way {
    pub fn of(content_type: &str) -> Result<Self, Refused> {
        match content_type.split(';').next().unwrap_or_default().trim() {
            "application/json-patch+json" => Ok(Self::Json),
            "application/merge-patch+json" => Ok(Self::Merge),
            "application/strategic-merge-patch+json" => Ok(Self::Strategic),
            // kubectl sends YAML's media type, and JSON in it
            "application/apply-patch+yaml" => Ok(Self::Apply),
            _ => Err(Refused {
                code: 415,
                reason: "UnsupportedMediaType",
                message: "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml".to_owned(),
                details: None,
            }),
        }
    }

    /// The object with the patch put on.
    pub fn put(
        self,
        message: Option<&Message>,
        object: &Value,
        patch: &[u8],
        of: (Kind, &str),
    ) -> Result<Value, Refused> {
        let unreadable = |error: serde_json::Error| Refused::bad_request(format!("error decoding patch: {error}"));
        let mut patched = object.clone();
        match self {
            Self::Json => {
                let patch: json_patch::Patch = serde_json::from_slice(patch).map_err(unreadable)?;
                json_patch::patch(&mut patched, &patch).map_err(|error| invalid(of, &error.to_string()))?;
            }
            Self::Merge => {
                let patch: Value = serde_json::from_slice(patch).map_err(unreadable)?;
                if !patch.is_object() {
                    return Err(Refused::bad_request(
                        "error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}",
                    ));
                }
                json_patch::merge(&mut patched, &patch);
            }
            Self::Strategic => {
                let patch: Value = serde_json::from_slice(patch).map_err(unreadable)?;
                strategic::merge(&mut patched, &patch, message).map_err(Refused::bad_request)?;
            }
            // Fields that a former apply of the same manager set, and that are no longer there, stay; nobody owns fields, so nobody conflicts.
            Self::Apply => {
                let mut patch: Value = serde_json::from_slice(patch).map_err(|_| {
                    Refused::bad_request(
                        "error decoding YAML: this server reads the JSON subset of YAML only; kubectl sends that",
                    )
                })?;
                if let Some(metadata) = patch.get_mut("metadata").and_then(Value::as_object_mut) {
                    metadata.remove("managedFields");
                }
                strategic::merge(&mut patched, &patch, message).map_err(Refused::bad_request)?;
            }
        }
        Ok(patched)
    }
}

fn invalid((kind, name): (Kind, &str), why: &str) -> Refused {
    let mut refused = Refused::invalid(kind, name, vec![]);
    refused.message = format!("the server rejected our request due to an error in our request: {why}");
    refused
}

/// Says who wrote last, and how; one entry for each writer, without the fields.
pub fn sign(object: &mut Value, manager: &str, operation: &str, api_version: &str, time: &str, subresource: &str) {
    let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) else { return };
    let list = metadata.entry("managedFields").or_insert_with(|| json!([]));
    let Some(list) = list.as_array_mut() else { return };
    let same = |entry: &Value| {
        entry["manager"] == manager
            && entry["operation"] == operation
            && entry.get("subresource").and_then(Value::as_str).unwrap_or_default() == subresource
    };
    list.retain(|entry| !same(entry));
    let mut entry = json!({
        "manager": manager,
        "operation": operation,
        "apiVersion": api_version,
        "time": time,
        "fieldsType": "FieldsV1",
        "fieldsV1": {},
    });
    if !subresource.is_empty() {
        entry["subresource"] = json!(subresource);
    }
    list.push(entry);
}
