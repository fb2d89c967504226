//! One call of an operation: who asks, where, and for what.
use std::sync::Arc;

use serde_json::Value;

use super::{
    fail::Fail,
    service::{Operation, Service},
    wire::Wire,
};
use crate::{
    estate::Estate,
    world::{Region, World},
};

pub struct Call<'a> {
    pub estate: &'a Arc<Estate>,
    pub service: &'static Service,
    pub operation: &'static Operation,
    pub region: &'a str,
    pub wire: Wire,
    /// What was asked, as a tree: of a form all ends are texts, else they are what JSON and CBOR know. Path and query of REST are
    /// in it.
    pub input: Value,
    /// The number of the request.
    pub id: &'a str,
    /// The ARN of who asks.
    pub user: String,
    /// How far the service's clock is off, in milliseconds.
    pub skew: i64,
}

/// The role that the demo's credentials have taken on.
pub const ROLE: &str = "demo-on-call-act";
pub const SESSION: &str = "on-call";
/// The role's own id, which goes before the session's name.
pub const ROLE_ID: &str = "AROADEMOONCALLEXAMPLE";

#[must_use]
pub fn user(estate: &Estate) -> String {
    estate.look(|world| format!("arn:aws:sts::{}:assumed-role/{ROLE}/{SESSION}", world.account))
}

impl Call<'_> {
    /// Looks at the world and the region that is asked.
    pub fn look<T>(&self, at: impl FnOnce(&World, &Region) -> T) -> Result<T, Fail> {
        self.estate
            .look(|world| world.region(self.region).map(|region| at(world, region)))
            .ok_or_else(|| self.nowhere())
    }

    /// Changes the world, after a look whether there is such a region.
    pub fn change<T>(&self, how: impl FnOnce(&mut World) -> T) -> T {
        self.estate.change(how)
    }

    fn nowhere(&self) -> Fail {
        super::fail::unknown_key(self.wire)
    }

    /// A field that is there and not empty.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.input.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// A list of texts; a single one counts as a list of one, as forms without a number have it.
    #[must_use]
    pub fn texts(&self, name: &str) -> Vec<String> {
        texts(self.input.get(name).unwrap_or(&Value::Null))
    }

    /// The objects of a list.
    #[must_use]
    pub fn objects(&self, name: &str) -> Vec<&Value> {
        self.input.get(name).and_then(Value::as_array).into_iter().flatten().filter(|one| one.is_object()).collect()
    }

    /// A whole number; a thing that is none is refused.
    pub fn number(&self, name: &str) -> Result<Option<i64>, Fail> {
        let told = match self.input.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::String(text)) if text.is_empty() => return Ok(None),
            Some(Value::String(text)) => text.parse().ok(),
            // CBOR and JSON may write whole numbers as others
            Some(value) => value.as_i64().or_else(|| value.as_f64().filter(|number| number.fract() == 0.0).map(whole)),
        };
        told.map(Some).ok_or_else(|| super::fail::not_a(self, name, "integer"))
    }

    #[must_use]
    pub fn flag(&self, name: &str) -> bool {
        match self.input.get(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => text.eq_ignore_ascii_case("true"),
            _ => false,
        }
    }

    /// A moment, in milliseconds: an ISO text, or seconds since 1970.
    #[must_use]
    pub fn moment(&self, name: &str) -> Option<i64> {
        moment(self.input.get(name)?)
    }
}

#[must_use]
pub fn moment(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text
            .parse::<jiff::Timestamp>()
            .ok()
            .map(|at| at.as_millisecond())
            .or_else(|| text.parse::<f64>().ok().map(|seconds| whole(seconds * 1000.0))),
        other => other.as_f64().map(|seconds| whole(seconds * 1000.0)),
    }
}

#[allow(clippy::cast_possible_truncation, reason = "what is too large becomes the largest")]
fn whole(number: f64) -> i64 {
    number.round() as i64
}

/// The texts of a list.
#[must_use]
pub fn texts(value: &Value) -> Vec<String> {
    let plain = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    };
    match value {
        Value::Array(all) => all.iter().filter_map(plain).collect(),
        Value::String(text) if text.is_empty() => vec![],
        other => plain(other).into_iter().collect(),
    }
}
