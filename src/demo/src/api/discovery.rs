//! What the server serves, in the old form (a document for each group and version) and in the aggregated one that kubectl asks first.
use hyper::StatusCode;
use serde_json::{Value, json};

use super::{Ask, Server, answer, route::REVIEWS};
use crate::{
    http::{self, Answer},
    kube::{
        refused::Refused,
        resource::{RESOURCES, Resource},
    },
};

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

pub fn version(server: &Server) -> Value {
    let version = server.look(|cluster| cluster.plan.version.clone());
    let mut numbers = version.trim_start_matches('v').split('.');
    let (major, minor) = (numbers.next().unwrap_or("1"), numbers.next().unwrap_or("33"));
    json!({
        "major": major,
        "minor": minor,
        "emulationMajor": major,
        "emulationMinor": minor,
        "gitVersion": version,
        "gitTreeState": "clean",
        "platform": "linux/amd64",
    })
}

/// Groups with their version, in the order in which they are told; the core group is the empty one.
pub fn groups() -> Vec<(&'static str, &'static str)> {
    let mut groups: Vec<(&str, &str)> = vec![];
    let served = RESOURCES.iter().map(|row| (row.group, row.version));
    let besides = REVIEWS.iter().map(|row| (row.0, "v1"));
    for group in served.chain(besides).chain([("metrics.k8s.io", "v1beta1")]) {
        if !groups.contains(&group) {
            groups.push(group);
        }
    }
    groups
}

/// A resource in either form; of a subresource the name is `pods/log`.
struct Served {
    name: String,
    singular: String,
    namespaced: bool,
    kind: (&'static str, &'static str, &'static str),
    verbs: &'static [&'static str],
    short: &'static [&'static str],
    categories: &'static [&'static str],
}

fn served(group: &str, version: &str) -> Vec<Served> {
    let mut all: Vec<Served> =
        RESOURCES.iter().filter(|row| row.group == group && row.version == version).flat_map(of).collect();
    let plain = |group, version, name: &str, kind, namespaced, verbs| Served {
        name: name.to_owned(),
        singular: kind_singular(kind),
        namespaced,
        kind: (group, version, kind),
        verbs,
        short: &[],
        categories: &[],
    };
    if group == "metrics.k8s.io" {
        all.push(plain("metrics.k8s.io", "v1beta1", "nodes", "NodeMetrics", false, &["get", "list"]));
        all.push(plain("metrics.k8s.io", "v1beta1", "pods", "PodMetrics", true, &["get", "list"]));
    }
    let reviews = REVIEWS.iter().filter(|row| row.0 == group);
    all.extend(reviews.map(|row| plain(row.0, "v1", row.1, row.2, false, &["create"])));
    all
}

/// What the metrics server and the reviews call one of them.
fn kind_singular(kind: &str) -> String {
    if kind.ends_with("Metrics") { String::new() } else { kind.to_lowercase() }
}

fn of(row: &'static Resource) -> Vec<Served> {
    let mut all = vec![Served {
        name: row.plural.to_owned(),
        singular: row.singular.to_owned(),
        namespaced: row.namespaced,
        kind: (row.group, row.version, row.name),
        verbs: row.verbs,
        short: row.short,
        categories: row.categories,
    }];
    all.extend(row.subresources.iter().map(|sub| Served {
        name: format!("{}/{}", row.plural, sub.name),
        singular: String::new(),
        namespaced: row.namespaced,
        kind: sub.kind.unwrap_or((row.group, row.version, row.name)),
        verbs: sub.verbs,
        short: &[],
        categories: &[],
    }));
    all
}

pub fn answer(_server: &Server, path: &[String], ask: &Ask) -> Result<Answer, Refused> {
    let words: Vec<&str> = path.iter().map(String::as_str).collect();
    let aggregated = ask.header("accept").is_some_and(|text| {
        text.split(',').any(|clause| clause.contains("g=apidiscovery.k8s.io") && clause.contains("v=v2;"))
    });
    if aggregated && words.len() == 1 {
        let body = ask.wanted.json(&self::aggregated(words[0] == "api"));
        return Ok(http::answer(StatusCode::OK, AGGREGATED, body));
    }
    let document = match words[..] {
        ["api"] => json!({
            "kind": "APIVersions",
            "versions": ["v1"],
            "serverAddressByClientCIDRs": [{ "clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1" }],
        }),
        ["apis"] => {
            let groups = groups().into_iter().filter(|(name, _)| !name.is_empty());
            json!({ "kind": "APIGroupList", "apiVersion": "v1", "groups": groups.map(|g| group(g, false)).collect::<Vec<_>>() })
        }
        ["api", "v1"] => resources("", "v1"),
        ["apis", name] => match groups().into_iter().find(|(group, _)| *group == name) {
            Some(found) => group(found, true),
            None => return Err(answer::not_found()),
        },
        ["apis", name, version] if groups().contains(&(name, version)) => resources(name, version),
        _ => return Err(answer::not_found()),
    };
    Ok(answer::value(ask.wanted, StatusCode::OK, &document))
}

fn group((name, version): (&str, &str), alone: bool) -> Value {
    let version = json!({ "groupVersion": format!("{name}/{version}"), "version": version });
    let group = json!({ "name": name, "versions": [version], "preferredVersion": version });
    if !alone {
        return group;
    }
    let mut whole = json!({ "kind": "APIGroup", "apiVersion": "v1" });
    whole.as_object_mut().into_iter().for_each(|whole| whole.extend(group.as_object().cloned().unwrap_or_default()));
    whole
}

fn resources(group: &str, version: &str) -> Value {
    let one = |served: &Served| {
        let mut value = json!({
            "name": served.name,
            "singularName": served.singular,
            "namespaced": served.namespaced,
            "kind": served.kind.2,
            "verbs": served.verbs,
        });
        if (served.kind.0, served.kind.1) != (group, version) {
            value["group"] = json!(served.kind.0);
            value["version"] = json!(served.kind.1);
        }
        if !served.short.is_empty() {
            value["shortNames"] = json!(served.short);
        }
        if !served.categories.is_empty() {
            value["categories"] = json!(served.categories);
        }
        value
    };
    let name = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    let list: Vec<Value> = served(group, version).iter().map(one).collect();
    json!({ "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": name, "resources": list })
}

fn aggregated(core: bool) -> Value {
    let items: Vec<Value> = groups()
        .into_iter()
        .filter(|(name, _)| name.is_empty() == core)
        .map(|(name, version)| {
            json!({
                "metadata": { "name": name, "creationTimestamp": null },
                "versions": [{ "version": version, "resources": tree(name, version), "freshness": "Current" }],
            })
        })
        .collect();
    json!({ "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": {}, "items": items })
}

/// Resources with their subresources below them.
fn tree(group: &str, version: &str) -> Vec<Value> {
    let kind = |served: &Served| json!({ "group": served.kind.0, "version": served.kind.1, "kind": served.kind.2 });
    let mut tree: Vec<Value> = vec![];
    for served in served(group, version) {
        if let Some((_, sub)) = served.name.split_once('/') {
            let sub = json!({ "subresource": sub, "responseKind": kind(&served), "verbs": served.verbs });
            let parent = tree.last_mut().and_then(|parent| parent["subresources"].as_array_mut());
            parent.into_iter().for_each(|list| list.push(sub.clone()));
            continue;
        }
        tree.push(json!({
            "resource": served.name,
            "responseKind": kind(&served),
            "scope": if served.namespaced { "Namespaced" } else { "Cluster" },
            "singularResource": served.singular,
            "verbs": served.verbs,
            "shortNames": served.short,
            "categories": served.categories,
            "subresources": [],
        }));
    }
    tree
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subresources_stand_below_their_resource() {
        let pods = tree("", "v1").into_iter().find(|entry| entry["resource"] == "pods").unwrap();
        let names: Vec<&str> =
            pods["subresources"].as_array().unwrap().iter().map(|sub| sub["subresource"].as_str().unwrap()).collect();
        assert!(names.contains(&"log") && names.contains(&"eviction"));
    }

    #[test]
    fn groups_are_told_once_and_in_order() {
        let names: Vec<&str> = groups().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names[..2], ["", "apps"]);
        assert!(names.contains(&"metrics.k8s.io") && names.contains(&"authorization.k8s.io"));
        assert_eq!(names.iter().filter(|name| **name == "authorization.k8s.io").count(), 1);
    }

    #[test]
    fn a_scale_says_that_it_is_of_another_group() {
        let list = resources("apps", "v1");
        let scale =
            list["resources"].as_array().unwrap().iter().find(|row| row["name"] == "deployments/scale").unwrap();
        assert_eq!((scale["group"].as_str(), scale["kind"].as_str()), (Some("autoscaling"), Some("Scale")));
    }
}
