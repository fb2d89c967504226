//! Forms: `Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1` as the tree that it stands for.
use bytes::Bytes;
use hyper::http::request::Parts;
use serde_json::{Map, Value};

use super::{SERVICES, service::Service};

/// The service whose version a form names.
#[must_use]
pub fn guess(parts: &Parts, body: &Bytes) -> Option<&'static Service> {
    let form = form(parts, body);
    let version = form.get("Version")?.as_str()?;
    SERVICES.iter().find(|service| service.namespace.trim_end_matches('/').ends_with(version)).copied()
}

/// How deep a form may nest; no operation goes further than half of this.
const DEEPEST: usize = 12;

/// What a form says, whether it came in the body or as the query.
#[must_use]
pub fn form(parts: &Parts, body: &Bytes) -> Value {
    let mut root = Value::Object(Map::new());
    let query = parts.uri.query().unwrap_or_default().as_bytes();
    for (key, value) in form_urlencoded::parse(query).chain(form_urlencoded::parse(body)) {
        let steps: Vec<&str> = key.split('.').filter(|step| *step != "member").collect();
        if steps.len() <= DEEPEST {
            put(&mut root, &steps, &value);
        }
    }
    lists(root)
}

fn put(at: &mut Value, steps: &[&str], value: &str) {
    let [first, rest @ ..] = steps else {
        *at = Value::String(value.to_owned());
        return;
    };
    if !at.is_object() {
        *at = Value::Object(Map::new());
    }
    if let Value::Object(map) = at {
        put(map.entry(*first).or_insert(Value::Null), rest, value);
    }
}

/// Makes lists of what is numbered, in the order of the numbers.
fn lists(value: Value) -> Value {
    let Value::Object(map) = value else { return value };
    let numbered = !map.is_empty() && map.keys().all(|key| key.parse::<u32>().is_ok());
    if numbered {
        let mut all: Vec<(u32, Value)> =
            map.into_iter().filter_map(|(key, value)| Some((key.parse().ok()?, lists(value)))).collect();
        all.sort_by_key(|(number, _)| *number);
        return Value::Array(all.into_iter().map(|(_, value)| value).collect());
    }
    Value::Object(map.into_iter().map(|(key, value)| (key, lists(value))).collect())
}

#[cfg(test)]
mod tests {
    use hyper::Request;
    use serde_json::json;

    use super::*;

    fn read(body: &str) -> Value {
        let parts = Request::builder().uri("/").body(()).unwrap().into_parts().0;
        form(&parts, &Bytes::copy_from_slice(body.as_bytes()))
    }

    #[test]
    fn numbers_make_lists_in_their_order_however_they_came() {
        let told = read("Filter.2.Name=b&Filter.1.Name=a&Filter.1.Value.10=z&Filter.1.Value.9=y&DryRun=true");
        assert_eq!(told, json!({"Filter": [{"Name": "a", "Value": ["y", "z"]}, {"Name": "b"}], "DryRun": "true"}));
    }

    #[test]
    fn the_lists_of_the_query_protocol_read_the_same() {
        let told = read("Names.member.1=a&Names.member.2=b%20c&Filters.member.1.Values.member.1=x&Empty=");
        assert_eq!(told, json!({"Names": ["a", "b c"], "Filters": [{"Values": ["x"]}], "Empty": ""}));
    }

    #[test]
    fn a_form_that_contradicts_itself_or_never_ends_does_no_harm() {
        assert_eq!(read("A=1&A.1=2"), json!({"A": ["2"]}));
        assert_eq!(read(&"A.".repeat(5000)), json!({}));
    }
}
