//! AWS's own objects: what `describe` prints beside what boto3 has, to the last field.
use std::{env, process::Command};

use serde_json::Value;

use super::lab::{Run, var};

const REGION: &str = "eu-west-1";
/// Objects of a kind that are described; each takes a run of the program.
const OF_EACH: usize = 3;

fn boto3() -> Value {
    let _endpoint = var("AWS_ENDPOINT_URL");
    let cache = env::var("XDG_CACHE_HOME").unwrap_or_else(|_| format!("{}/.cache", var("HOME")));
    let output = Command::new(format!("{cache}/quarterdeck/lab/venv-moto/bin/python"))
        .args([concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/aws/raw.py"), REGION])
        .output()
        .expect("the lab's Python starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("it prints JSON")
}

/// Moments in whole seconds: not every protocol has more.
fn in_seconds(value: Value) -> Value {
    match value {
        Value::String(text) => match text.parse::<jiff::Timestamp>() {
            Ok(at) => jiff::Timestamp::from_second(at.as_second()).expect("it was one").to_string().into(),
            Err(_) => text.into(),
        },
        Value::Array(all) => all.into_iter().map(in_seconds).collect(),
        Value::Object(all) => all.into_iter().map(|(name, value)| (name, in_seconds(value))).collect(),
        other => other,
    }
}

/// Where two objects part, as paths.
fn differences(path: &str, theirs: &Value, ours: &Value, found: &mut Vec<String>) {
    match (theirs, ours) {
        (Value::Object(theirs), Value::Object(ours)) => {
            let mut names: Vec<&String> = theirs.keys().chain(ours.keys()).collect();
            names.sort();
            names.dedup();
            for name in names {
                let of = |side: &serde_json::Map<String, Value>| side.get(name).cloned().unwrap_or("(none)".into());
                differences(&format!("{path}/{name}"), &of(theirs), &of(ours), found);
            }
        }
        (Value::Array(theirs), Value::Array(ours)) if theirs.len() == ours.len() => {
            for (n, (theirs, ours)) in theirs.iter().zip(ours).enumerate() {
                differences(&format!("{path}/{n}"), theirs, ours, found);
            }
        }
        _ if theirs == ours => {}
        _ => found.push(format!("{path}: boto3 has {theirs}, we {ours}")),
    }
}

#[test]
fn each_kind_is_described_as_boto3_has_it() {
    let told = boto3();
    let mut found = vec![];
    for (kind, objects) in told.as_object().expect("kinds by name") {
        let objects = objects.as_object().expect("objects by id");
        assert!(!objects.is_empty(), "the lab has none of {kind}");
        for (id, theirs) in objects.iter().take(OF_EACH) {
            let said = Run::new(&["describe", kind, id, "-o", "json", "--region", REGION]).said();
            assert_eq!(said.code, 0, "{kind} {id}: {said:?}");
            differences(&format!("{kind} {id}"), theirs, &in_seconds(said.json()), &mut found);
        }
    }
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}
