//! `aws_iam_policy_document`: the JSON that the provider writes of a document's blocks, in its order and with its indentation.
use serde_json::{Map, Value as Json, json};

use super::value::{Fields, Told, Value};

/// # Errors
/// If a document that it builds on is no JSON.
pub fn document(config: &Fields) -> Result<Fields, String> {
    let mut statements = vec![];
    for text in config.value("source_policy_documents").list() {
        statements.extend(read(&text)?);
    }
    statements.extend(config.value("statement").items().iter().map(statement));
    for text in config.value("override_policy_documents").list() {
        for one in read(&text)? {
            let same = one.get("Sid").is_some_and(|sid| sid != "").then(|| one.get("Sid").cloned()).flatten();
            match statements.iter_mut().find(|old| same.is_some() && old.get("Sid").cloned() == same) {
                Some(old) => *old = one,
                None => statements.push(one),
            }
        }
    }
    let version = config.value("version").text().unwrap_or("2012-10-17");
    let mut whole = Map::from_iter([("Version".to_owned(), json!(version))]);
    if let Some(id) = config.value("policy_id").text() {
        whole.insert("Id".to_owned(), json!(id));
    }
    whole.insert("Statement".to_owned(), Json::Array(statements));
    let whole = Json::Object(whole);
    let text = serde_json::to_string_pretty(&whole).map_err(|e| e.to_string())?;
    let id = crate::rng::hash(0, &text) & 0xffff_ffff;
    Ok(Fields::from([
        ("id".to_owned(), id.to_string().into()),
        ("json".to_owned(), text.into()),
        ("minified_json".to_owned(), whole.to_string().into()),
    ]))
}

fn read(text: &str) -> Result<Vec<Json>, String> {
    let read: Json = serde_json::from_str(text).map_err(|e| format!("a policy document is no JSON: {e}"))?;
    Ok(match read.get("Statement") {
        Some(Json::Array(all)) => all.clone(),
        Some(one) => vec![one.clone()],
        None => vec![],
    })
}

fn statement(block: &Value) -> Json {
    let mut made = Map::new();
    if let Some(sid) = block.at(&["sid"]).text().filter(|sid| !sid.is_empty()) {
        made.insert("Sid".to_owned(), json!(sid));
    }
    made.insert("Effect".to_owned(), json!(block.at(&["effect"]).text().unwrap_or("Allow")));
    for (attribute, key) in [
        ("actions", "Action"),
        ("not_actions", "NotAction"),
        ("resources", "Resource"),
        ("not_resources", "NotResource"),
    ] {
        let all = block.at(&[attribute]).list();
        if !all.is_empty() {
            made.insert(key.to_owned(), few(all));
        }
    }
    for (attribute, key) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
        let all = block.at(&[attribute]).items();
        if !all.is_empty() {
            made.insert(key.to_owned(), principals(all));
        }
    }
    let conditions = block.at(&["condition"]).items();
    if !conditions.is_empty() {
        made.insert("Condition".to_owned(), condition(conditions));
    }
    Json::Object(made)
}

/// One stands alone; several are written from the last to the first, as the provider does.
fn few(mut all: Vec<String>) -> Json {
    if all.len() == 1 {
        return json!(all[0]);
    }
    all.sort_by(|a, b| b.cmp(a));
    json!(all)
}

fn principals(all: &[Value]) -> Json {
    let mut by_type: Map<String, Json> = Map::new();
    for one in all {
        let (kind, who) = (one.at(&["type"]).text().unwrap_or_default(), one.at(&["identifiers"]).list());
        if kind == "*" {
            return json!("*");
        }
        let mut together: Vec<String> = match by_type.get(kind) {
            Some(Json::String(one)) => vec![one.clone()],
            Some(Json::Array(several)) => several.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
            _ => vec![],
        };
        together.extend(who);
        by_type.insert(kind.to_owned(), few(together));
    }
    Json::Object(by_type)
}

fn condition(all: &[Value]) -> Json {
    let mut by_test: Map<String, Json> = Map::new();
    for one in all {
        let (test, variable) =
            (one.at(&["test"]).text().unwrap_or_default(), one.at(&["variable"]).text().unwrap_or_default());
        let values = one.at(&["values"]).list();
        let values = if values.len() == 1 { json!(values[0]) } else { json!(values) };
        let place = by_test.entry(test).or_insert_with(|| json!({}));
        place[variable] = values;
    }
    Json::Object(by_test)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(config: &Json) -> Json {
        let config = Value::of_json(config);
        serde_json::from_str(document(config.fields().unwrap()).unwrap().text("json")).unwrap()
    }

    #[test]
    fn a_document_is_written_as_the_provider_writes_it() {
        let made = made(&json!({"statement": [{
            "sid": "Read", "actions": ["s3:GetObject", "s3:ListBucket"], "resources": ["*"],
            "principals": [{"type": "AWS", "identifiers": ["arn:a"]}],
            "condition": [{"test": "StringEquals", "variable": "aws:x", "values": ["1"]}],
        }]}));
        assert_eq!(
            made.to_string(),
            r#"{"Version":"2012-10-17","Statement":[{"Sid":"Read","Effect":"Allow","Action":["s3:ListBucket","s3:GetObject"],"Resource":"*","Principal":{"AWS":"arn:a"},"Condition":{"StringEquals":{"aws:x":"1"}}}]}"#
        );
    }

    #[test]
    fn documents_build_on_others_and_override_them_by_sid() {
        let base = json!({"Statement": [{"Sid": "A", "Effect": "Allow"}, {"Sid": "B", "Effect": "Allow"}]}).to_string();
        let over = json!({"Statement": {"Sid": "A", "Effect": "Deny"}}).to_string();
        let made = made(&json!({"source_policy_documents": [base], "override_policy_documents": [over]}));
        assert_eq!(made["Statement"], json!([{"Sid": "A", "Effect": "Deny"}, {"Sid": "B", "Effect": "Allow"}]));
    }
}
