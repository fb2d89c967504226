//! Reading and writing of fields in objects.
use serde_json::{Map, Value};

use super::pod::Labels;

/// A text by its JSON pointer; empty if there is none.
#[must_use]
pub fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

#[must_use]
pub fn int(value: &Value, pointer: &str) -> Option<i64> {
    value.pointer(pointer).and_then(Value::as_i64)
}

#[must_use]
pub fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

#[must_use]
pub fn labels(value: &Value, pointer: &str) -> Labels {
    let pairs = value.pointer(pointer).and_then(Value::as_object).into_iter().flatten();
    pairs.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned()))).collect()
}

/// The number of a UUID.
#[must_use]
pub fn uid_number(text: &str) -> u128 {
    text.bytes().filter_map(|byte| char::from(byte).to_digit(16)).fold(0, |sum, digit| sum << 4 | u128::from(digit))
}

#[must_use]
pub fn uid(value: &Value) -> u128 {
    uid_number(text(value, "/metadata/uid"))
}

/// The uids of an object's owners.
pub fn owners(value: &Value) -> impl Iterator<Item = u128> {
    list(value, "/metadata/ownerReferences").iter().map(|owner| uid_number(text(owner, "/uid")))
}

/// A time as Kubernetes writes it, in milliseconds.
#[must_use]
pub fn time(value: &Value, pointer: &str) -> Option<i64> {
    text(value, pointer).parse::<jiff::Timestamp>().ok().map(|at| at.as_millisecond())
}

/// The map under a key of an object, made if it was not there.
pub fn map<'a>(value: &'a mut Value, key: &str) -> &'a mut Map<String, Value> {
    let value = &mut value[key];
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    match value {
        Value::Object(map) => map,
        _ => unreachable!("it has just been made one"),
    }
}

/// Sets a value where there is none.
pub fn default(value: &mut Value, key: &str, to: Value) {
    if value.get(key).is_none_or(Value::is_null) {
        value[key] = to;
    }
}
