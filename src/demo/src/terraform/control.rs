//! What tests and scripts ask of the provider, under `terraform` in the estate's control: what there is, and faults.
use serde_json::{Value, json};

use super::{
    account::Account,
    fault::{Fault, Faults},
};
use crate::estate::Estate;

/// # Errors
/// If there is no such order, or it is no fault that is given.
pub fn order(estate: &Estate, method: &str, what: &str, body: &Value) -> Result<Value, String> {
    let faults = estate.kept::<Faults>();
    match (method, what) {
        ("GET", "") => {
            let count = estate.kept::<Account>().lock().count();
            Ok(json!({"objects": count.values().sum::<usize>(), "types": count}))
        }
        ("GET", "faults") => {
            let rows = faults.list().into_iter().map(|(id, fault)| json!({"id": id, "fault": fault}));
            Ok(Value::Array(rows.collect()))
        }
        ("POST", "faults") => {
            let fault: Fault = serde_json::from_value(body.clone()).map_err(|e| format!("that is no fault: {e}"))?;
            Ok(json!({"id": faults.add(fault)}))
        }
        ("DELETE", "faults") => Ok(json!({"removed": faults.remove(None)})),
        ("DELETE", one) if one.starts_with("faults/") => {
            let id = one["faults/".len()..].parse::<u32>().map_err(|_| "a fault is named by its number".to_owned())?;
            Ok(json!({"removed": faults.remove(Some(id))}))
        }
        _ => Err(format!("there is no {method} terraform/{what}")),
    }
}
