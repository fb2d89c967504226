//! JSON, as `application/x-amz-json-1.x` and REST-JSON have it.
use bytes::Bytes;
use serde_json::{Map, Value};

use super::{fail::Fail, wire};

pub fn read(body: &Bytes) -> Result<Value, Fail> {
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    serde_json::from_slice(body)
        .ok()
        .filter(Value::is_object)
        .ok_or_else(|| Fail::bad("SerializationException", "The request body is not a JSON object"))
}

/// The tree as JSON: moments become seconds since 1970, and what is not there is left out.
#[must_use]
pub fn write(value: &Value) -> Vec<u8> {
    plain(value).to_string().into_bytes()
}

fn plain(value: &Value) -> Value {
    if let Some(ms) = wire::as_time(value) {
        return Value::from(wire::seconds(ms));
    }
    match value {
        Value::Object(map) => Value::Object(
            map.iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key.clone(), plain(value))).collect(),
        ),
        Value::Array(all) => Value::Array(all.iter().map(plain).collect()),
        other => other.clone(),
    }
}
