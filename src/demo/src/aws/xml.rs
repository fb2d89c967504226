//! XML, as EC2, the query services and Route 53 each have it.
use serde_json::Value;

use super::wire;
use crate::clock;

pub const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8"?>"#;

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lists {
    /// Each entry in an element of this name.
    Of(&'static str),
    /// The list's own element once for each entry.
    Flat,
}

/// An element with what is in it; nothing where there is nothing.
pub fn element(to: &mut String, name: &str, value: &Value, lists: Lists) {
    match (value, lists) {
        (Value::Null, _) => {}
        (Value::Array(all), Lists::Flat) => all.iter().for_each(|one| element(to, name, one, lists)),
        (Value::Array(all), _) if all.is_empty() => to.push_str(&format!("<{name}/>")),
        (Value::Object(map), _) if map.is_empty() => to.push_str(&format!("<{name}/>")),
        _ => {
            to.push_str(&format!("<{name}>"));
            content(to, value, lists);
            to.push_str(&format!("</{name}>"));
        }
    }
}

/// What stands between the tags of an element.
pub fn content(to: &mut String, value: &Value, lists: Lists) {
    if let Some(ms) = wire::as_time(value) {
        to.push_str(&clock::millis(ms));
        return;
    }
    match (value, lists) {
        (Value::Null, _) => {}
        (Value::Bool(flag), _) => to.push_str(if *flag { "true" } else { "false" }),
        (Value::Number(number), _) => to.push_str(&number.to_string()),
        (Value::String(text), _) => escape(to, text),
        (Value::Array(all), Lists::Of(name)) => all.iter().for_each(|one| element(to, name, one, lists)),
        (Value::Array(all), Lists::Flat) => all.iter().for_each(|one| content(to, one, lists)),
        (Value::Object(map), _) => map.iter().for_each(|(key, value)| element(to, key, value, lists)),
    }
}

pub fn escape(to: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => to.push_str("&amp;"),
            '<' => to.push_str("&lt;"),
            '>' => to.push_str("&gt;"),
            '"' => to.push_str("&quot;"),
            '\r' => to.push_str("&#xD;"),
            // XML knows no other control characters, in no form
            other if other < ' ' && !matches!(other, '\n' | '\t') => to.push('\u{fffd}'),
            other => to.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn written(value: &Value, lists: Lists) -> String {
        let mut text = String::new();
        content(&mut text, value, lists);
        text
    }

    #[test]
    fn each_kind_of_service_writes_lists_in_its_way() {
        let value = json!({"set": [{"a": 1}, {"a": true}], "none": [], "gone": null});
        assert_eq!(
            written(&value, Lists::Of("item")),
            "<set><item><a>1</a></item><item><a>true</a></item></set><none/>"
        );
        assert_eq!(written(&value, Lists::Flat), "<set><a>1</a></set><set><a>true</a></set>");
    }

    #[test]
    fn text_and_moments_are_written_so_that_they_can_be_read() {
        let value = json!({"t": "a<b>&\"\u{1b}\n", "at": wire::time(1_700_000_000_123)});
        assert_eq!(
            written(&value, Lists::Of("member")),
            "<t>a&lt;b&gt;&amp;&quot;\u{fffd}\n</t><at>2023-11-14T22:13:20.123Z</at>"
        );
    }
}
