//! EC2's filters, by a table of names and where in an answer's tree the value stands.
use serde_json::Value;

use super::{
    call::{Call, texts},
    fail::Fail,
    wire,
};
use crate::clock;

/// A filter's name, and the path of what it looks at: `groupSet.groupId` looks at every entry of the list. `tag` stands for all
/// `tag:KEY`, and its path for the thing that has the tags.
pub type Names = &'static [(&'static str, &'static str)];

/// Keeps the rows that all filters let pass.
pub fn keep(call: &Call<'_>, rows: Vec<Value>, names: Names) -> Result<Vec<Value>, Fail> {
    let filters = read(call, names)?;
    Ok(rows.into_iter().filter(|row| filters.iter().all(|filter| filter.passes(row))).collect())
}

struct Filter {
    what: What,
    values: Vec<String>,
}

enum What {
    Path(&'static str),
    /// The value of a tag, and where the thing stands whose tag it is.
    Tag {
        key: String,
        of: &'static str,
    },
}

fn read(call: &Call<'_>, names: Names) -> Result<Vec<Filter>, Fail> {
    let mut filters = vec![];
    for given in call.objects("Filter") {
        let name = given.get("Name").and_then(Value::as_str).unwrap_or_default();
        let values = texts(given.get("Value").unwrap_or(&Value::Null));
        let path = names.iter().find(|(known, _)| *known == name).map(|(_, path)| *path);
        let tagged = names.iter().find(|(known, _)| *known == "tag").map(|(_, of)| *of);
        let what = match (path, name.strip_prefix("tag:"), tagged) {
            (_, Some(key), Some(of)) => What::Tag { key: key.to_owned(), of },
            (Some(path), None, _) if name != "tag" => What::Path(path),
            _ => return Err(unknown(name)),
        };
        if values.is_empty() && !matches!(given.get("Value"), Some(Value::String(_) | Value::Array(_))) {
            return Err(Fail::bad("InvalidParameterValue", format!("The filter '{name}' requires a value")));
        }
        filters.push(Filter { what, values });
    }
    Ok(filters)
}

fn unknown(name: &str) -> Fail {
    Fail::bad("InvalidParameterValue", format!("The filter '{name}' is invalid"))
}

impl Filter {
    fn passes(&self, row: &Value) -> bool {
        let mut found = vec![];
        match &self.what {
            What::Path(path) => collect(row, path, &mut |value| found.extend(told(value))),
            What::Tag { key, of } => collect(row, of, &mut |thing| {
                let tags = thing.get("tagSet").and_then(Value::as_array).into_iter().flatten();
                let mine = tags.filter(|tag| tag.get("key").and_then(Value::as_str) == Some(key));
                found.extend(mine.filter_map(|tag| Some(tag.get("value")?.as_str()?.to_owned())));
            }),
        }
        self.values.iter().any(|wish| found.iter().any(|is| like(wish, is)))
    }
}

fn told(value: &Value) -> Vec<String> {
    wire::as_time(value).map_or_else(|| texts(value), |ms| vec![clock::millis(ms)])
}

/// All that stands at a path, through lists.
fn collect(at: &Value, path: &str, found: &mut impl FnMut(&Value)) {
    match at {
        Value::Array(all) => all.iter().for_each(|one| collect(one, path, found)),
        _ if path.is_empty() => found(at),
        _ => {
            let (step, rest) = path.split_once('.').unwrap_or((path, ""));
            if let Some(next) = at.get(step) {
                collect(next, rest, found);
            }
        }
    }
}

/// Whether a text is as a pattern wants it: `*` for any letters, `?` for one, `\` before one that is meant itself.
#[must_use]
pub fn like(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // where to go on from when the last star has to take one letter more
    let mut star = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
                continue;
            }
            Some('?') => {
                (p, t) = (p + 1, t + 1);
                continue;
            }
            Some('\\') if pattern.get(p + 1) == Some(&text[t]) => {
                (p, t) = (p + 2, t + 1);
                continue;
            }
            Some(letter) if *letter == text[t] => {
                (p, t) = (p + 1, t + 1);
                continue;
            }
            _ => {}
        }
        let Some((at, taken)) = star else { return false };
        star = Some((at, taken + 1));
        (p, t) = (at + 1, taken + 1);
    }
    pattern[p..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_ec2_matches_them() {
        for (pattern, text, is) in [
            ("app-*", "app-use1a", true),
            ("app-*", "app", false),
            ("*", "", true),
            ("*a*b*", "xxaxxbxx", true),
            ("*ab", "aab", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a\\*c", "a*c", true),
            ("a\\*c", "abc", false),
            ("running", "Running", false),
        ] {
            assert_eq!(like(pattern, text), is, "{pattern} on {text}");
        }
    }

    #[test]
    fn a_path_goes_through_lists() {
        let row = serde_json::json!({"a": [{"b": {"c": 1}}, {"b": {"c": true}}, {"d": 1}]});
        let mut found = vec![];
        collect(&row, "a.b.c", &mut |value| found.extend(texts(value)));
        assert_eq!(found, ["1", "true"]);
    }
}
