//! Protobuf back to JSON: what Kubernetes' own clients send when they write.
use serde_json::{Map, Value, json};

use super::{
    super::{
        base64,
        schema::{self, Field, Message, Shape, Type},
    },
    MAGIC,
};

enum Wire<'a> {
    Int(u64),
    Bytes(&'a [u8]),
    Fixed64([u8; 8]),
}

/// The object within an envelope, with its `apiVersion` and `kind`.
#[must_use]
pub fn enveloped(bytes: &[u8]) -> Option<Value> {
    let mut rest = bytes.strip_prefix(MAGIC)?;
    let (mut version, mut kind, mut raw) = (String::new(), String::new(), &[][..]);
    while !rest.is_empty() {
        match next(&mut rest)? {
            (1, Wire::Bytes(mut meta)) => {
                while !meta.is_empty() {
                    match next(&mut meta)? {
                        (1, Wire::Bytes(text)) => version = String::from_utf8_lossy(text).into_owned(),
                        (2, Wire::Bytes(text)) => kind = String::from_utf8_lossy(text).into_owned(),
                        _ => {}
                    }
                }
            }
            (2, Wire::Bytes(bytes)) => raw = bytes,
            _ => {}
        }
    }
    // the options of a request have the version of the group that they are sent to
    let message = schema::of(&version, &kind).or_else(|| schema::message(&format!("meta.v1.{kind}")))?;
    let Value::Object(fields) = object(message, raw)? else { return None };
    let mut value = Map::from_iter([("apiVersion".to_owned(), json!(version)), ("kind".to_owned(), json!(kind))]);
    value.extend(fields);
    Some(Value::Object(value))
}

#[must_use]
pub fn object(message: &Message, bytes: &[u8]) -> Option<Value> {
    let mut value = Map::new();
    fill(&mut value, message, bytes)?;
    Some(Value::Object(value))
}

fn fill(value: &mut Map<String, Value>, message: &Message, mut bytes: &[u8]) -> Option<()> {
    while !bytes.is_empty() {
        let (number, wire) = next(&mut bytes)?;
        let Some((name, field)) = message.numbered(number) else { continue };
        match field.shape {
            Shape::Inline => {
                if let (Some(inner), Wire::Bytes(bytes)) = (field.message(), wire) {
                    fill(value, inner, bytes)?;
                }
            }
            Shape::List => {
                let list = value.entry(name).or_insert_with(|| json!([])).as_array_mut()?;
                list.push(one(field, &wire)?);
            }
            Shape::Map => {
                let Wire::Bytes(mut entry) = wire else { return None };
                let (mut key, mut kept) = (String::new(), Value::Null);
                while !entry.is_empty() {
                    match next(&mut entry)? {
                        (1, Wire::Bytes(text)) => key = String::from_utf8_lossy(text).into_owned(),
                        (2, wire) => kept = one(field, &wire)?,
                        _ => {}
                    }
                }
                value.entry(name).or_insert_with(|| json!({})).as_object_mut()?.insert(key, kept);
            }
            Shape::One => {
                let got = one(field, &wire)?;
                // an empty text or message is what Go's types write where nothing is
                let zero = field.omits_zero && (got == json!(0) || got == json!(false));
                let empty = zero || got == json!("") || got == Value::Null || got == json!({}) && !may_be_empty(name);
                if !empty {
                    value.insert(name.to_owned(), got);
                }
            }
        }
    }
    Some(())
}

/// Messages that say something by being there. The others are written empty by Go's types where nothing is.
fn may_be_empty(name: &str) -> bool {
    ["emptyDir", "selector", "podSelector", "namespaceSelector", "labelSelector", "securityContext"].contains(&name)
}

fn one(field: Field, wire: &Wire<'_>) -> Option<Value> {
    let text = |bytes: &[u8]| Value::String(String::from_utf8_lossy(bytes).into_owned());
    Some(match (field.kind, wire) {
        (Type::Str, Wire::Bytes(bytes)) => text(bytes),
        (Type::Int, Wire::Int(value)) => json!(value.cast_signed()),
        (Type::Bool, Wire::Int(value)) => json!(*value != 0),
        (Type::Bytes, Wire::Bytes(bytes)) => json!(base64::encode(bytes)),
        (Type::Double, Wire::Fixed64(bytes)) => json!(f64::from_le_bytes(*bytes)),
        (Type::Time, Wire::Bytes(bytes)) => {
            let (seconds, nanos) = (number(bytes, 1)?, number(bytes, 2)?);
            if seconds == 0 && nanos == 0 || bytes.is_empty() {
                Value::Null
            } else {
                json!(jiff::Timestamp::new(seconds, i32::try_from(nanos).ok()?).ok()?.to_string())
            }
        }
        (Type::Quantity | Type::Raw, &Wire::Bytes(mut bytes)) => {
            let mut inner = &[][..];
            while !bytes.is_empty() {
                if let (1, Wire::Bytes(found)) = next(&mut bytes)? {
                    inner = found;
                }
            }
            if field.kind == Type::Quantity { text(inner) } else { serde_json::from_slice(inner).unwrap_or_default() }
        }
        (Type::IntOrString, Wire::Bytes(bytes)) => {
            let mut rest = *bytes;
            let mut word = Value::Null;
            while !rest.is_empty() {
                if let (3, Wire::Bytes(found)) = next(&mut rest)? {
                    word = text(found);
                }
            }
            if number(bytes, 1)? == 1 { word } else { json!(number(bytes, 2)?) }
        }
        (Type::Strings, &Wire::Bytes(mut bytes)) => {
            let mut list = vec![];
            while !bytes.is_empty() {
                if let (1, Wire::Bytes(found)) = next(&mut bytes)? {
                    list.push(text(found));
                }
            }
            Value::Array(list)
        }
        (Type::Message(_), Wire::Bytes(bytes)) => object(field.message()?, bytes)?,
        _ => return None,
    })
}

/// The last value of a numeric field of a message; 0 if it is not there.
fn number(mut bytes: &[u8], wanted: u32) -> Option<i64> {
    let mut value = 0;
    while !bytes.is_empty() {
        if let (number, Wire::Int(found)) = next(&mut bytes)?
            && number == wanted
        {
            value = found.cast_signed();
        }
    }
    Some(value)
}

fn next<'a>(rest: &mut &'a [u8]) -> Option<(u32, Wire<'a>)> {
    let key = varint(rest)?;
    let wire = match key & 7 {
        0 => Wire::Int(varint(rest)?),
        1 => Wire::Fixed64(take(rest, 8)?.try_into().ok()?),
        2 => {
            let length = usize::try_from(varint(rest)?).ok()?;
            Wire::Bytes(take(rest, length)?)
        }
        _ => return None,
    };
    Some((u32::try_from(key >> 3).ok()?, wire))
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, left) = rest.split_first()?;
        *rest = left;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
