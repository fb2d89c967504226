//! Label and field selectors: which objects of a list or a watch a client wants.
use crate::kube::{pod::Pod, refused::Refused, resource::Kind, store::Item};

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    Exists,
    Absent,
    In(Vec<String>),
    NotIn(Vec<String>),
    Above(i64),
    Below(i64),
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels(Vec<(String, Test)>);

impl Labels {
    /// `app=web,tier!=cache,env in (a,b),zone notin (c),canary,!old,generation>4`
    pub fn parse(text: &str) -> Result<Self, Refused> {
        let bad = |why: &str| Refused::bad_request(format!("unable to parse requirement: {why}"));
        let mut tests = vec![];
        for clause in clauses(text) {
            let clause = clause.trim();
            if clause.is_empty() {
                return Err(bad("found '', expected: identifier"));
            }
            let (key, test) = requirement(clause).ok_or_else(|| bad(&format!("<nil>: Invalid value: {clause:?}")))?;
            if !is_key(&key) {
                return Err(bad(&format!(
                    "<nil>: Invalid value: {key:?}: name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
                )));
            }
            tests.push((key, test));
        }
        Ok(Self(tests))
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[must_use]
    pub fn matches<'a>(&self, label: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.0.iter().all(|(key, test)| {
            let value = label(key);
            let number = || value.and_then(|value| value.parse::<i64>().ok());
            match test {
                Test::Exists => value.is_some(),
                Test::Absent => value.is_none(),
                Test::In(values) => value.is_some_and(|value| values.iter().any(|wanted| wanted == value)),
                Test::NotIn(values) => value.is_none_or(|value| values.iter().all(|unwanted| unwanted != value)),
                Test::Above(bound) => number().is_some_and(|number| number > *bound),
                Test::Below(bound) => number().is_some_and(|number| number < *bound),
            }
        })
    }
}

/// Split at commas, but not at those within parentheses.
fn clauses(text: &str) -> Vec<&str> {
    let (mut found, mut start, mut depth) = (vec![], 0, 0);
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !text.is_empty() {
        found.push(&text[start..]);
    }
    found
}

fn requirement(clause: &str) -> Option<(String, Test)> {
    let pair = |key: &str, test: Test| Some((key.trim().to_owned(), test));
    if let Some(list) = clause.strip_suffix(')') {
        let (head, list) = list.split_once('(')?;
        let (key, word) = head.trim().rsplit_once(char::is_whitespace)?;
        let values = list.split(',').map(|value| value.trim().to_owned()).collect();
        return match word {
            "in" => pair(key, Test::In(values)),
            "notin" => pair(key, Test::NotIn(values)),
            _ => None,
        };
    }
    if let Some((key, value)) = clause.split_once("!=") {
        return pair(key, Test::NotIn(vec![value.trim().to_owned()]));
    }
    if let Some((key, value)) = clause.split_once("==").or_else(|| clause.split_once('=')) {
        return pair(key, Test::In(vec![value.trim().to_owned()]));
    }
    if let Some((key, value)) = clause.split_once('>') {
        return pair(key, Test::Above(value.trim().parse().ok()?));
    }
    if let Some((key, value)) = clause.split_once('<') {
        return pair(key, Test::Below(value.trim().parse().ok()?));
    }
    match clause.strip_prefix('!') {
        Some(key) => pair(key, Test::Absent),
        None => pair(clause, Test::Exists),
    }
}

fn is_key(key: &str) -> bool {
    let name = key.rsplit('/').next().unwrap_or(key);
    let edge = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
    let inner = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    edge(name.chars().next()) && edge(name.chars().last()) && name.chars().all(inner)
}

/// What can be asked of every kind, and what of some besides.
const ALWAYS: [&str; 2] = ["metadata.name", "metadata.namespace"];

fn more(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Pod => &[
            "spec.nodeName",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.podIPs",
            "status.nominatedNodeName",
        ],
        Kind::Event => &[
            "involvedObject.kind",
            "involvedObject.namespace",
            "involvedObject.name",
            "involvedObject.uid",
            "involvedObject.apiVersion",
            "involvedObject.resourceVersion",
            "involvedObject.fieldPath",
            "reason",
            "reportingComponent",
            "source",
            "type",
        ],
        Kind::Node => &["spec.unschedulable"],
        Kind::Namespace => &["status.phase"],
        Kind::Secret => &["type"],
        Kind::Service => &["spec.clusterIP", "spec.type"],
        Kind::ReplicaSet => &["status.replicas"],
        Kind::Job => &["status.successful"],
        _ => &[],
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String, bool)>);

impl Fields {
    /// `metadata.name=web,status.phase!=Running`
    pub fn parse(kind: Kind, text: &str) -> Result<Self, Refused> {
        let mut tests = vec![];
        for clause in text.split(',').filter(|clause| !clause.is_empty()) {
            let (key, value, equal) = if let Some((key, value)) = clause.split_once("!=") {
                (key, value, false)
            } else if let Some((key, value)) = clause.split_once("==").or_else(|| clause.split_once('=')) {
                (key, value, true)
            } else {
                let why = format!("invalid selector: '{text}'; can't understand '{clause}'");
                return Err(Refused::bad_request(why));
            };
            let known = more(kind);
            if !ALWAYS.contains(&key) && !known.contains(&key) {
                return Err(Refused::bad_request(if known.is_empty() {
                    format!("{key:?} is not a known field selector: only \"metadata.name\", \"metadata.namespace\"")
                } else {
                    format!("field label not supported: {key}")
                }));
            }
            tests.push((key.to_owned(), value.replace("\\,", ",").replace("\\=", "="), equal));
        }
        Ok(Self(tests))
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[must_use]
    pub fn matches(&self, item: &Item) -> bool {
        self.0.iter().all(|(key, wanted, equal)| is(item, key, wanted) == *equal)
    }

    /// The one name that is asked for, as watches of a single object do.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.iter().find(|(key, _, equal)| key == "metadata.name" && *equal).map(|(_, name, _)| name.as_str())
    }
}

fn is(item: &Item, key: &str, wanted: &str) -> bool {
    match (key, item) {
        ("metadata.name", _) => item.name() == wanted,
        ("metadata.namespace", _) => item.namespace() == wanted,
        (_, Item::Pod(pod)) => pod_is(pod, key, wanted),
        (_, Item::Object(value)) => {
            let text = |path: &str| value.pointer(path).and_then(|value| value.as_str()).unwrap_or_default();
            match key {
                "source" => text("/source/component") == wanted || text("/reportingComponent") == wanted,
                "status.successful" => number(value, "/status/succeeded") == wanted,
                "status.replicas" => number(value, "/status/replicas") == wanted,
                "spec.unschedulable" => {
                    let is = value.pointer("/spec/unschedulable").and_then(|value| value.as_bool()).unwrap_or(false);
                    wanted == if is { "true" } else { "false" }
                }
                key => text(&format!("/{}", key.replace('.', "/"))) == wanted,
            }
        }
    }
}

fn number(value: &serde_json::Value, path: &str) -> String {
    value.pointer(path).and_then(|value| value.as_i64()).unwrap_or_default().to_string()
}

fn pod_is(pod: &Pod, key: &str, wanted: &str) -> bool {
    let spec = |field: &str| pod.template.spec.get(field).and_then(|value| value.as_str()).unwrap_or_default();
    match key {
        "spec.nodeName" => pod.node.as_ref().map(|placed| &*placed.node).unwrap_or_default() == wanted,
        "status.phase" => pod.phase.text() == wanted,
        "status.podIP" | "status.podIPs" => pod.ip.map(|ip| ip.to_string()).unwrap_or_default() == wanted,
        "spec.hostNetwork" => wanted == if pod.template.host_network { "true" } else { "false" },
        "status.nominatedNodeName" => wanted.is_empty(),
        key => spec(key.trim_start_matches("spec.")) == wanted,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;

    fn matches(selector: &str, labels: &[(&str, &str)]) -> bool {
        let label = |key: &str| labels.iter().find(|(name, _)| *name == key).map(|(_, value)| *value);
        Labels::parse(selector).unwrap().matches(label)
    }

    #[test]
    fn every_operator_of_label_selectors_works() {
        let web = [("app", "web"), ("tier", "front"), ("k8s.io/gen", "5")];
        for yes in [
            "",
            "app=web",
            "app==web,tier!=back",
            "app in (db, web),tier notin (back)",
            "app,!old",
            "k8s.io/gen>4,k8s.io/gen<6",
            "missing!=x",
            "missing notin (x)",
        ] {
            assert!(matches(yes, &web), "{yes}");
        }
        for no in ["app=db", "tier notin (front,back)", "old", "!app", "k8s.io/gen>5", "app>1", "missing in (x)"] {
            assert!(!matches(no, &web), "{no}");
        }
    }

    #[test]
    fn a_selector_that_cannot_be_read_is_a_bad_request() {
        for bad in ["a b", "a in b", "=x", "a,,b", "-a=b"] {
            assert_eq!(Labels::parse(bad).map_err(|refused| refused.code), Err(400), "{bad}");
        }
    }

    #[test]
    fn fields_are_those_that_the_kind_knows() {
        let event = json!({
            "metadata": { "name": "e", "namespace": "shop" },
            "involvedObject": { "kind": "Pod", "name": "web-1" },
            "type": "Warning",
        });
        let event = Item::Object(Arc::new(event));
        let of = |text: &str| Fields::parse(Kind::Event, text).unwrap().matches(&event);
        assert!(of("involvedObject.kind=Pod,type!=Normal,metadata.namespace=shop"));
        assert!(!of("involvedObject.name=web-2"));
        let refused = Fields::parse(Kind::ConfigMap, "data=x").unwrap_err();
        assert_eq!(
            refused.message,
            "\"data\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
        );
        assert_eq!(Fields::parse(Kind::Pod, "spec.foo=x").unwrap_err().message, "field label not supported: spec.foo");
    }
}
