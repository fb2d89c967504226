//! What Terraform calls a value: as JSON has it, and beside that `unknown`, for what is told only after the apply. On the wire it is msgpack.
use std::collections::BTreeMap;

use rmpv::Value as Packed;

/// The fields of a block or an object.
pub type Fields = BTreeMap<String, Value>;

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    #[default]
    Null,
    Unknown,
    Bool(bool),
    Number(f64),
    Text(String),
    /// Lists and sets: the order of a set is Terraform's affair.
    List(Vec<Value>),
    Map(Fields),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Value {
    fn from(is: bool) -> Self {
        Self::Bool(is)
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Self::Number(f64::from(number))
    }
}

impl FromIterator<String> for Value {
    fn from_iter<T: IntoIterator<Item = String>>(all: T) -> Self {
        Self::List(all.into_iter().map(Self::Text).collect())
    }
}

impl Value {
    /// A map of texts, such as tags are.
    pub fn texts<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        Self::Map(pairs.into_iter().map(|(key, value)| (key.to_owned(), value.into())).collect())
    }

    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Nothing in it is unknown.
    #[must_use]
    pub fn is_known(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::List(items) => items.iter().all(Self::is_known),
            Self::Map(fields) => fields.values().all(Self::is_known),
            _ => true,
        }
    }

    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    #[must_use]
    pub const fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    #[must_use]
    pub fn items(&self) -> &[Self] {
        if let Self::List(items) = self { items } else { &[] }
    }

    #[must_use]
    pub const fn fields(&self) -> Option<&Fields> {
        if let Self::Map(fields) = self { Some(fields) } else { None }
    }

    /// The texts of a list or a set.
    #[must_use]
    pub fn list(&self) -> Vec<String> {
        self.items().iter().filter_map(Self::text).map(str::to_owned).collect()
    }

    /// What lies at a path of names and numbers.
    #[must_use]
    pub fn at(&self, path: &[&str]) -> &Self {
        const NOTHING: &Value = &Value::Null;
        path.iter().fold(self, |value, step| match value {
            Self::Map(fields) => fields.get(*step).unwrap_or(NOTHING),
            Self::List(items) => step.parse::<usize>().ok().and_then(|n| items.get(n)).unwrap_or(NOTHING),
            _ => NOTHING,
        })
    }

    /// # Errors
    /// If the bytes are no msgpack.
    pub fn unpack(bytes: &[u8]) -> Result<Self, String> {
        if bytes.is_empty() {
            return Ok(Self::Null);
        }
        let mut rest = bytes;
        rmpv::decode::read_value(&mut rest).map(Self::from).map_err(|e| format!("a value is no msgpack: {e}"))
    }

    #[must_use]
    pub fn pack(&self) -> Vec<u8> {
        let mut bytes = vec![];
        // nothing fails that writes to memory
        let _written = rmpv::encode::write_value(&mut bytes, &self.packed());
        bytes
    }

    fn packed(&self) -> Packed {
        match self {
            Self::Null => Packed::Nil,
            Self::Unknown => Packed::Ext(0, vec![0]),
            Self::Bool(is) => Packed::from(*is),
            // whole numbers as such: Terraform reads others exactly too, but writes states with what it was told
            Self::Number(number) if number.fract() == 0.0 && number.abs() < 9e15 => Packed::from(*number as i64),
            Self::Number(number) => Packed::from(*number),
            Self::Text(text) => Packed::from(text.as_str()),
            Self::List(items) => Packed::Array(items.iter().map(Self::packed).collect()),
            Self::Map(fields) => {
                Packed::Map(fields.iter().map(|(name, value)| (Packed::from(name.as_str()), value.packed())).collect())
            }
        }
    }

    /// From JSON, as states are kept.
    #[must_use]
    pub fn of_json(json: &serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::Null,
            serde_json::Value::Bool(is) => Self::Bool(*is),
            serde_json::Value::Number(number) => Self::Number(number.as_f64().unwrap_or_default()),
            serde_json::Value::String(text) => Self::Text(text.clone()),
            serde_json::Value::Array(items) => Self::List(items.iter().map(Self::of_json).collect()),
            serde_json::Value::Object(fields) => {
                Self::Map(fields.iter().map(|(name, value)| (name.clone(), Self::of_json(value))).collect())
            }
        }
    }
}

impl From<Packed> for Value {
    fn from(packed: Packed) -> Self {
        match packed {
            Packed::Nil => Self::Null,
            Packed::Boolean(is) => Self::Bool(is),
            // numbers that fit nothing else come as text; so do all that are not asked to be numbers
            Packed::Integer(number) => Self::Number(number.as_f64().unwrap_or_default()),
            Packed::F32(number) => Self::Number(f64::from(number)),
            Packed::F64(number) => Self::Number(number),
            Packed::String(text) => Self::Text(text.into_str().unwrap_or_default()),
            Packed::Binary(bytes) => Self::Text(String::from_utf8_lossy(&bytes).into_owned()),
            Packed::Array(items) => Self::List(items.into_iter().map(Self::from).collect()),
            Packed::Map(fields) => {
                let named = fields.into_iter().filter_map(|(name, value)| Some((name.as_str()?.to_owned(), value)));
                Self::Map(named.map(|(name, value)| (name, Self::from(value))).collect())
            }
            // with or without what is known of it
            Packed::Ext(..) => Self::Unknown,
        }
    }
}

/// Short ways to read the fields of an object.
pub trait Told {
    fn value(&self, name: &str) -> &Value;

    /// The text of a field, or nothing where it has none.
    fn text(&self, name: &str) -> &str {
        self.value(name).text().unwrap_or_default()
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.value(name).number()
    }

    fn count(&self, name: &str) -> Option<u32> {
        self.number(name).map(|number| number as u32)
    }
}

impl Told for Fields {
    fn value(&self, name: &str) -> &Value {
        self.get(name).unwrap_or(&Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_as_it_was() {
        let value = Value::Map(Fields::from([
            ("a".to_owned(), Value::List(vec![Value::Null, Value::Unknown, true.into()])),
            ("b".to_owned(), Value::Number(1.5)),
            ("c".to_owned(), Value::Number(-7.0)),
            ("d".to_owned(), "text".into()),
        ]));
        assert_eq!(Value::unpack(&value.pack()), Ok(value));
        assert!(Value::unpack(&[0x92, 1]).is_err());
    }

    #[test]
    fn an_unknown_value_with_refinements_is_unknown() {
        // an extension of type 12, as Terraform sends `not null`
        assert_eq!(Value::unpack(&[0xc7, 3, 12, 0x81, 1, 0xc2]), Ok(Value::Unknown));
    }

    #[test]
    fn a_path_leads_through_names_and_numbers() {
        let value = Value::of_json(&serde_json::json!({"a": [{"b": "c"}]}));
        assert_eq!(value.at(&["a", "0", "b"]).text(), Some("c"));
        assert!(value.at(&["a", "1", "b"]).is_null());
    }
}
