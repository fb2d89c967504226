//! The messages of Terraform's plugin protocol 6, as far as a provider without functions and ephemeral resources meets them. Numbers of
//! fields are the protocol's; what is not listed is skipped by whoever reads.
use std::collections::HashMap;

use prost::Message;

use super::value::Value;

#[derive(Clone, PartialEq, Message)]
pub struct Dynamic {
    #[prost(bytes = "vec", tag = "1")]
    pub msgpack: Vec<u8>,
    #[prost(bytes = "vec", tag = "2")]
    pub json: Vec<u8>,
}

impl Dynamic {
    pub fn of(value: &Value) -> Self {
        Self { msgpack: value.pack(), json: vec![] }
    }
}

/// What a message holds, or null where it holds nothing.
///
/// # Errors
/// If it is neither msgpack nor JSON.
pub fn read(dynamic: Option<&Dynamic>) -> Result<Value, String> {
    match dynamic {
        None => Ok(Value::Null),
        Some(Dynamic { msgpack, json }) if msgpack.is_empty() && !json.is_empty() => read_json(json),
        Some(Dynamic { msgpack, .. }) => Value::unpack(msgpack),
    }
}

/// # Errors
/// If it is no JSON.
pub fn read_json(json: &[u8]) -> Result<Value, String> {
    let read: serde_json::Value = serde_json::from_slice(json).map_err(|e| format!("a value is no JSON: {e}"))?;
    Ok(Value::of_json(&read))
}

#[derive(Clone, PartialEq, Message)]
pub struct Diagnostic {
    /// 1 error, 2 warning.
    #[prost(int32, tag = "1")]
    pub severity: i32,
    #[prost(string, tag = "2")]
    pub summary: String,
    #[prost(string, tag = "3")]
    pub detail: String,
    #[prost(message, optional, tag = "4")]
    pub attribute: Option<Path>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Path {
    #[prost(message, repeated, tag = "1")]
    pub steps: Vec<Step>,
}

/// A name, a key or a number; only names are said here.
#[derive(Clone, PartialEq, Message)]
pub struct Step {
    #[prost(string, optional, tag = "1")]
    pub name: Option<String>,
    #[prost(string, optional, tag = "2")]
    pub key: Option<String>,
    #[prost(int64, optional, tag = "3")]
    pub number: Option<i64>,
}

impl Path {
    pub fn to(name: &str) -> Self {
        Self { steps: vec![Step { name: Some(name.to_owned()), key: None, number: None }] }
    }
}

#[derive(Clone, PartialEq, Message)]
pub struct RawState {
    #[prost(bytes = "vec", tag = "1")]
    pub json: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Schema {
    #[prost(int64, tag = "1")]
    pub version: i64,
    #[prost(message, optional, tag = "2")]
    pub block: Option<Block>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Block {
    #[prost(message, repeated, tag = "2")]
    pub attributes: Vec<Attribute>,
    #[prost(message, repeated, tag = "3")]
    pub blocks: Vec<Nested>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Attribute {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(bytes = "vec", tag = "2")]
    pub kind: Vec<u8>,
    #[prost(bool, tag = "4")]
    pub required: bool,
    #[prost(bool, tag = "5")]
    pub optional: bool,
    #[prost(bool, tag = "6")]
    pub computed: bool,
    #[prost(bool, tag = "7")]
    pub sensitive: bool,
    #[prost(message, optional, tag = "10")]
    pub nested: Option<Object>,
    #[prost(bool, tag = "11")]
    pub write_only: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct Object {
    #[prost(message, repeated, tag = "1")]
    pub attributes: Vec<Attribute>,
    #[prost(int32, tag = "3")]
    pub nesting: i32,
}

#[derive(Clone, PartialEq, Message)]
pub struct Nested {
    #[prost(string, tag = "1")]
    pub name: String,
    #[prost(message, optional, tag = "2")]
    pub block: Option<Block>,
    #[prost(int32, tag = "3")]
    pub nesting: i32,
    #[prost(int64, tag = "4")]
    pub least: i64,
    #[prost(int64, tag = "5")]
    pub most: i64,
}

#[derive(Clone, PartialEq, Message)]
pub struct Capabilities {
    #[prost(bool, tag = "1")]
    pub plan_destroy: bool,
    #[prost(bool, tag = "2")]
    pub schema_optional: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct Schemas {
    #[prost(message, optional, tag = "1")]
    pub provider: Option<Schema>,
    #[prost(map = "string, message", tag = "2")]
    pub resources: HashMap<String, Schema>,
    #[prost(map = "string, message", tag = "3")]
    pub data: HashMap<String, Schema>,
    #[prost(message, optional, tag = "5")]
    pub meta: Option<Schema>,
    #[prost(message, optional, tag = "6")]
    pub capabilities: Option<Capabilities>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Nothing {}

#[derive(Clone, PartialEq, Message)]
pub struct Complaints {
    #[prost(message, repeated, tag = "1")]
    pub diagnostics: Vec<Diagnostic>,
}

/// Of a resource or a data source with this configuration; `ConfigureProvider` has its own in the same field.
#[derive(Clone, PartialEq, Message)]
pub struct OfConfig {
    #[prost(string, tag = "1")]
    pub kind: String,
    #[prost(message, optional, tag = "2")]
    pub config: Option<Dynamic>,
}

#[derive(Clone, PartialEq, Message)]
pub struct UpgradeAsked {
    #[prost(string, tag = "1")]
    pub kind: String,
    #[prost(message, optional, tag = "3")]
    pub raw: Option<RawState>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Upgraded {
    #[prost(message, optional, tag = "1")]
    pub state: Option<Dynamic>,
    #[prost(message, repeated, tag = "2")]
    pub diagnostics: Vec<Diagnostic>,
}

#[derive(Clone, PartialEq, Message)]
pub struct ReadAsked {
    #[prost(string, tag = "1")]
    pub kind: String,
    #[prost(message, optional, tag = "2")]
    pub state: Option<Dynamic>,
    #[prost(bytes = "vec", tag = "3")]
    pub private: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub struct ReadTold {
    #[prost(message, optional, tag = "1")]
    pub state: Option<Dynamic>,
    #[prost(message, repeated, tag = "2")]
    pub diagnostics: Vec<Diagnostic>,
    #[prost(bytes = "vec", tag = "3")]
    pub private: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub struct PlanAsked {
    #[prost(string, tag = "1")]
    pub kind: String,
    #[prost(message, optional, tag = "2")]
    pub prior: Option<Dynamic>,
    #[prost(message, optional, tag = "3")]
    pub proposed: Option<Dynamic>,
    #[prost(message, optional, tag = "4")]
    pub config: Option<Dynamic>,
    #[prost(bytes = "vec", tag = "5")]
    pub private: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Planned {
    #[prost(message, optional, tag = "1")]
    pub state: Option<Dynamic>,
    #[prost(message, repeated, tag = "2")]
    pub replaces: Vec<Path>,
    #[prost(bytes = "vec", tag = "3")]
    pub private: Vec<u8>,
    #[prost(message, repeated, tag = "4")]
    pub diagnostics: Vec<Diagnostic>,
    /// The real provider is of the older type system too: it may turn null into what it knows.
    #[prost(bool, tag = "5")]
    pub legacy: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct ApplyAsked {
    #[prost(string, tag = "1")]
    pub kind: String,
    #[prost(message, optional, tag = "2")]
    pub prior: Option<Dynamic>,
    #[prost(message, optional, tag = "3")]
    pub planned: Option<Dynamic>,
    #[prost(bytes = "vec", tag = "5")]
    pub private: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Applied {
    #[prost(message, optional, tag = "1")]
    pub state: Option<Dynamic>,
    #[prost(bytes = "vec", tag = "2")]
    pub private: Vec<u8>,
    #[prost(message, repeated, tag = "3")]
    pub diagnostics: Vec<Diagnostic>,
    #[prost(bool, tag = "4")]
    pub legacy: bool,
}

#[derive(Clone, PartialEq, Message)]
pub struct ImportAsked {
    #[prost(string, tag = "1")]
    pub kind: String,
    #[prost(string, tag = "2")]
    pub id: String,
}

#[derive(Clone, PartialEq, Message)]
pub struct Import {
    #[prost(string, tag = "1")]
    pub kind: String,
    #[prost(message, optional, tag = "2")]
    pub state: Option<Dynamic>,
    #[prost(bytes = "vec", tag = "3")]
    pub private: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
pub struct Imported {
    #[prost(message, repeated, tag = "1")]
    pub resources: Vec<Import>,
    #[prost(message, repeated, tag = "2")]
    pub diagnostics: Vec<Diagnostic>,
}

/// Of a data source, or of stopping, whose error has the first field and is never said.
#[derive(Clone, PartialEq, Message)]
pub struct DataTold {
    #[prost(message, optional, tag = "1")]
    pub state: Option<Dynamic>,
    #[prost(message, repeated, tag = "2")]
    pub diagnostics: Vec<Diagnostic>,
}
