//! Label selectors.
use serde_json::Value;

use super::{field, pod::Labels};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    all: Vec<Need>,
    /// Selects nothing, whatever the labels.
    none: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Need {
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Exists(String),
    Absent(String),
}

impl Selector {
    /// Of `{matchLabels, matchExpressions}`. An empty one selects all, a missing one nothing.
    #[must_use]
    pub fn of(value: Option<&Value>) -> Self {
        let Some(value) = value.filter(|value| value.is_object()) else {
            return Self { none: true, ..Self::default() };
        };
        let equal = field::labels(value, "/matchLabels").into_iter().map(|(key, value)| Need::In(key, vec![value]));
        let expressions = field::list(value, "/matchExpressions").iter().filter_map(|expression| {
            let key = field::text(expression, "/key").to_owned();
            let values =
                field::list(expression, "/values").iter().filter_map(Value::as_str).map(str::to_owned).collect();
            match field::text(expression, "/operator") {
                "In" => Some(Need::In(key, values)),
                "NotIn" => Some(Need::NotIn(key, values)),
                "Exists" => Some(Need::Exists(key)),
                "DoesNotExist" => Some(Need::Absent(key)),
                _ => None,
            }
        });
        Self { all: equal.chain(expressions).collect(), none: false }
    }

    /// Of a plain map of labels, as services have it. An empty one selects nothing.
    #[must_use]
    pub fn plain(value: Option<&Value>) -> Self {
        let pairs = value.map(|value| field::labels(value, "")).unwrap_or_default();
        let none = pairs.is_empty();
        Self { all: pairs.into_iter().map(|(key, value)| Need::In(key, vec![value])).collect(), none }
    }

    #[must_use]
    pub fn matches(&self, labels: &Labels) -> bool {
        !self.none
            && self.all.iter().all(|need| match need {
                Need::In(key, values) => labels.get(key).is_some_and(|value| values.contains(value)),
                Need::NotIn(key, values) => labels.get(key).is_none_or(|value| !values.contains(value)),
                Need::Exists(key) => labels.contains_key(key),
                Need::Absent(key) => !labels.contains_key(key),
            })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn selectors_match_as_upstream_does() {
        let labels = Labels::from([("app".to_owned(), "web".to_owned())]);
        let of = |value: Value| Selector::of(Some(&value)).matches(&labels);
        assert!(of(json!({})) && of(json!({"matchLabels": {"app": "web"}})));
        assert!(!of(json!({"matchLabels": {"app": "web", "tier": "front"}})));
        assert!(of(json!({"matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["front"]}]})));
        assert!(!of(json!({"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]})));
        assert!(!Selector::of(None).matches(&labels) && !Selector::plain(Some(&json!({}))).matches(&labels));
    }
}
