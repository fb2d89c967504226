//! REST: which operation a method and a path mean, and what they carry.
use bytes::Bytes;
use hyper::http::request::Parts;
use serde_json::{Map, Value};

use super::{
    SERVICES,
    fail::Fail,
    json,
    service::{Operation, Service},
    wire::Wire,
};

type Found = (&'static Operation, Vec<(&'static str, String)>);

/// The operation, and what stands in the places of its path.
#[must_use]
pub fn find(service: &'static Service, parts: &Parts) -> Option<Found> {
    let path: Vec<&str> = parts.uri.path().trim_matches('/').split('/').collect();
    service.operations.iter().find_map(|operation| {
        let (method, route) = operation.route.split_once(' ')?;
        let route: Vec<&'static str> = route.trim_matches('/').split('/').collect();
        if method != parts.method.as_str() || route.len() != path.len() {
            return None;
        }
        let mut places = vec![];
        for (step, given) in route.into_iter().zip(&path) {
            match step.strip_prefix('{').and_then(|step| step.strip_suffix('}')) {
                Some(name) if !given.is_empty() => places.push((name, unescape(given))),
                None if step == *given => {}
                _ => return None,
            }
        }
        Some((operation, places))
    })
}

/// The service that has such a path.
#[must_use]
pub fn guess(parts: &Parts) -> Option<&'static Service> {
    SERVICES.iter().find(|service| find(service, parts).is_some()).copied()
}

/// `%2F` and the like; a `+` in a path is a `+`.
fn unescape(text: &str) -> String {
    let kept = text.replace('+', "%2B");
    form_urlencoded::parse(kept.as_bytes()).next().map(|(name, _)| name.into_owned()).unwrap_or_default()
}

/// Path, query and body in one tree.
pub fn input(wire: Wire, path: &[(&'static str, String)], parts: &Parts, body: &Bytes) -> Result<Value, Fail> {
    // no operation that is served takes XML
    let told = if wire == Wire::RestJson { json::read(body)? } else { Value::Null };
    let mut map = match told {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    for (name, value) in form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()) {
        let value = Value::String(value.into_owned());
        match map.get_mut(name.as_ref()) {
            Some(Value::Array(all)) => all.push(value),
            Some(one) => *one = Value::Array(vec![one.take(), value]),
            None => drop(map.insert(name.into_owned(), value)),
        }
    }
    for (name, value) in path {
        map.insert((*name).to_owned(), Value::String(value.clone()));
    }
    Ok(Value::Object(map))
}
