//! Objects as protobuf, from their JSON and the table of fields: what Kubernetes' own clients ask for.
//!
//! An answer is `k8s` and a zero byte, then a `runtime.Unknown` that names the type and holds the object's bytes.
use bytes::Bytes;
use serde_json::{Map, Value};

use super::{
    base64,
    schema::{Field, Message, Shape, Type},
};

pub mod decode;
pub mod pod;

pub const MAGIC: &[u8] = b"k8s\0";

pub fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

/// A field of bytes, text, or a message that is there already.
pub fn bytes(out: &mut Vec<u8>, number: u32, value: &[u8]) {
    varint(out, u64::from(number) << 3 | 2);
    varint(out, value.len() as u64);
    out.extend_from_slice(value);
}

pub fn text(out: &mut Vec<u8>, number: u32, value: &str) {
    bytes(out, number, value.as_bytes());
}

pub fn int(out: &mut Vec<u8>, number: u32, value: i64) {
    varint(out, u64::from(number) << 3);
    varint(out, value.cast_unsigned());
}

/// A message within: its length is known when it is written, and then put before it.
pub fn nested(out: &mut Vec<u8>, number: u32, write: impl FnOnce(&mut Vec<u8>)) {
    varint(out, u64::from(number) << 3 | 2);
    let start = out.len();
    write(out);
    let length = out.len() - start;
    varint(out, length as u64);
    let digits = out.len() - start - length;
    out[start..].rotate_right(digits);
}

/// A time: seconds since 1970 and nanoseconds of the second.
pub fn time(out: &mut Vec<u8>, number: u32, seconds: i64, nanos: i64) {
    nested(out, number, |out| {
        int(out, 1, seconds);
        int(out, 2, nanos);
    });
}

/// The fields of an object, after the table; what the table does not know is left out, as the API server's types do.
pub fn object(out: &mut Vec<u8>, message: &Message, value: &Map<String, Value>) {
    for (key, value) in value {
        if let Some(field) = message.own(key) {
            member(out, field, value);
        }
    }
    for inline in &message.inline {
        let mut inner = vec![];
        if let Some(message) = inline.message() {
            object(&mut inner, message, value);
        }
        if !inner.is_empty() {
            bytes(out, inline.number, &inner);
        }
    }
}

fn member(out: &mut Vec<u8>, field: Field, value: &Value) {
    match (field.shape, value) {
        (_, Value::Null) => {}
        (Shape::List, Value::Array(items)) => items.iter().for_each(|item| one(out, field, item)),
        (Shape::Map, Value::Object(entries)) => {
            for (key, value) in entries {
                nested(out, field.number, |out| {
                    text(out, 1, key);
                    one(out, Field { number: 2, shape: Shape::One, ..field }, value);
                });
            }
        }
        (Shape::One | Shape::Inline, value) => one(out, field, value),
        // of another shape than the type has: the object would not have been let in
        (Shape::List | Shape::Map, _) => {}
    }
}

fn one(out: &mut Vec<u8>, field: Field, value: &Value) {
    let number = field.number;
    let word = value.as_str().unwrap_or_default();
    match field.kind {
        Type::Str => text(out, number, word),
        Type::Int => int(out, number, value.as_i64().unwrap_or_default()),
        Type::Bool => int(out, number, i64::from(value.as_bool().unwrap_or_default())),
        Type::Bytes => bytes(out, number, &base64::decode(word).unwrap_or_default()),
        Type::Double => {
            varint(out, u64::from(number) << 3 | 1);
            out.extend_from_slice(&value.as_f64().unwrap_or_default().to_le_bytes());
        }
        Type::Time => {
            if let Ok(at) = word.parse::<jiff::Timestamp>() {
                time(out, number, at.as_second(), i64::from(at.subsec_nanosecond()));
            }
        }
        Type::Quantity => match value {
            Value::Number(amount) => nested(out, number, |out| text(out, 1, &amount.to_string())),
            _ => nested(out, number, |out| text(out, 1, word)),
        },
        Type::IntOrString => nested(out, number, |out| {
            int(out, 1, i64::from(!value.is_number()));
            value.as_i64().into_iter().for_each(|value| int(out, 2, value));
            value.as_str().into_iter().for_each(|word| text(out, 3, word));
        }),
        Type::Raw => nested(out, number, |out| text(out, 1, &value.to_string())),
        Type::Strings => nested(out, number, |out| {
            value.as_array().into_iter().flatten().for_each(|item| text(out, 1, item.as_str().unwrap_or_default()));
        }),
        Type::Message(_) => {
            if let (Some(message), Value::Object(value)) = (field.message(), value) {
                nested(out, number, |out| object(out, message, value));
            }
        }
    }
}

/// What comes before an object of so many bytes.
#[must_use]
pub fn envelope(api_version: &str, kind: &str, length: usize) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    nested(&mut out, 1, |out| {
        text(out, 1, api_version);
        text(out, 2, kind);
    });
    varint(&mut out, 2 << 3 | 2);
    varint(&mut out, length as u64);
    out
}

/// The end of every envelope: no content encoding, and no other content type.
pub const TAIL: &[u8] = &[3 << 3 | 2, 0, 4 << 3 | 2, 0];

/// A whole object in its envelope.
#[must_use]
pub fn enveloped(api_version: &str, kind: &str, raw: &[u8]) -> Vec<u8> {
    let mut out = envelope(api_version, kind, raw.len());
    out.extend_from_slice(raw);
    out.extend_from_slice(TAIL);
    out
}

/// One frame of a watch: four bytes of length, then the event around an enveloped object.
#[must_use]
pub fn frame(verb: &str, object: &[u8]) -> Bytes {
    let mut event = vec![0; 4];
    text(&mut event, 1, verb);
    nested(&mut event, 2, |out| bytes(out, 1, object));
    let length = u32::try_from(event.len() - 4).unwrap_or(u32::MAX);
    event[..4].copy_from_slice(&length.to_be_bytes());
    event.into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{super::schema, *};

    fn encoded(kind: &str, value: &Value) -> Vec<u8> {
        let mut out = vec![];
        object(&mut out, schema::message(kind).unwrap(), value.as_object().unwrap());
        out
    }

    #[test]
    fn scalars_lists_and_maps_are_written_after_their_numbers() {
        let port = json!({ "name": "http", "containerPort": 8080, "protocol": "TCP", "nothing": 1 });
        assert_eq!(encoded("core.v1.ContainerPort", &port), b"\x0a\x04http\x18\x90\x3f\x22\x03TCP");
        let meta = json!({ "labels": { "a": "b" }, "creationTimestamp": "1970-01-01T00:00:05Z" });
        assert_eq!(encoded("meta.v1.ObjectMeta", &meta), b"\x5a\x06\x0a\x01a\x12\x01b\x42\x04\x08\x05\x10\x00");
        let volume = json!({ "name": "v", "emptyDir": {} });
        assert_eq!(encoded("core.v1.Volume", &volume), b"\x0a\x01v\x12\x02\x12\x00");
    }

    #[test]
    fn a_message_longer_than_a_byte_can_say_has_its_length_before_it() {
        let mut out = vec![];
        nested(&mut out, 1, |out| out.extend_from_slice(&[7; 300]));
        assert_eq!((&out[..3], out.len()), (&[0x0a, 0xac, 0x02][..], 303));
    }

    #[test]
    fn a_zero_that_go_writes_where_nothing_is_does_not_become_a_field() {
        let spec = json!({ "replicas": 0, "minReadySeconds": 0, "paused": false });
        let message = schema::message("apps.v1.DeploymentSpec").unwrap();
        assert_eq!(decode::object(message, &encoded("apps.v1.DeploymentSpec", &spec)), Some(json!({ "replicas": 0 })));
    }

    #[test]
    fn what_is_encoded_comes_back_the_same() {
        let service = json!({
            "metadata": { "name": "web", "namespace": "shop", "annotations": { "x": "y" } },
            "spec": {
                "ports": [{ "port": 80, "targetPort": "http" }, { "port": 443, "targetPort": 8443 }],
                "selector": { "app": "web" },
                "publishNotReadyAddresses": true,
            },
        });
        let message = schema::message("core.v1.Service").unwrap();
        assert_eq!(decode::object(message, &encoded("core.v1.Service", &service)), Some(service));
    }
}
