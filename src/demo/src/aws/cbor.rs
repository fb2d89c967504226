//! CBOR, as `rpc-v2-cbor` has it.
use bytes::Bytes;
use ciborium::Value as Cbor;
use serde_json::{Map, Value};

use super::{fail::Fail, wire};

/// The tag of a moment, in seconds since 1970.
const EPOCH: u64 = 1;

pub fn read(body: &Bytes) -> Result<Value, Fail> {
    if body.is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    ciborium::from_reader::<Cbor, _>(body.as_ref())
        .ok()
        .map(tree)
        .filter(Value::is_object)
        .ok_or_else(|| Fail::bad("SerializationException", "The request body is not a CBOR map"))
}

fn tree(cbor: Cbor) -> Value {
    match cbor {
        Cbor::Integer(number) => i64::try_from(i128::from(number)).map_or(Value::Null, Value::from),
        Cbor::Float(number) => Value::from(number),
        Cbor::Text(text) => Value::String(text),
        Cbor::Bool(flag) => Value::Bool(flag),
        Cbor::Array(all) => Value::Array(all.into_iter().map(tree).collect()),
        Cbor::Map(pairs) => {
            let pair = |(key, value): (Cbor, Cbor)| Some((key.into_text().ok()?, tree(value)));
            Value::Object(pairs.into_iter().filter_map(pair).collect())
        }
        Cbor::Tag(_, inner) => tree(*inner),
        _ => Value::Null,
    }
}

#[must_use]
pub fn write(value: &Value) -> Vec<u8> {
    let mut bytes = vec![];
    // a vector takes all that is written to it
    let _infallible = ciborium::into_writer(&plain(value), &mut bytes);
    bytes
}

fn plain(value: &Value) -> Cbor {
    if let Some(ms) = wire::as_time(value) {
        return Cbor::Tag(EPOCH, Box::new(Cbor::Float(wire::seconds(ms))));
    }
    match value {
        Value::Null => Cbor::Null,
        Value::Bool(flag) => Cbor::Bool(*flag),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Cbor::from(whole),
            (None, broken) => Cbor::Float(broken.unwrap_or_default()),
        },
        Value::String(text) => Cbor::Text(text.clone()),
        Value::Array(all) => Cbor::Array(all.iter().map(plain).collect()),
        Value::Object(map) => {
            let there = map.iter().filter(|(_, value)| !value.is_null());
            Cbor::Map(there.map(|(key, value)| (Cbor::Text(key.clone()), plain(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_moment_is_tagged_and_a_whole_float_stays_a_float() {
        let bytes =
            write(&json!({"Timestamp": wire::time(1_700_000_000_500), "Value": 2.0, "Period": 60, "None": null}));
        let told: Cbor = ciborium::from_reader(bytes.as_slice()).unwrap();
        let pair = |name: &str, value| (Cbor::Text(name.to_owned()), value);
        let at = Cbor::Tag(1, Box::new(Cbor::Float(1_700_000_000.5)));
        let pairs = vec![pair("Timestamp", at), pair("Value", Cbor::Float(2.0)), pair("Period", Cbor::from(60))];
        assert_eq!(told, Cbor::Map(pairs));
    }

    #[test]
    fn what_is_no_map_is_refused() {
        assert!(read(&Bytes::from_static(b"\x80")).is_err() && read(&Bytes::from_static(b"{}")).is_err());
        assert_eq!(
            read(&Bytes::from_static(b"\xa1\x61a\xc1\x1a\x65\x53\xf1\x00")).unwrap(),
            json!({"a": 1_700_000_000})
        );
    }
}
