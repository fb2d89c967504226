//! Where the logs of a thing are: in which log groups and streams, and behind which API server.
use std::sync::Arc;

use regex::Regex;

use super::{desk::Desk, groups};
use crate::{
    clients::kube::{self, Link, Project, Source},
    error::{Error, Result, Trouble},
    kinds::{
        Kind, Scope, Wish, daemonset::DaemonSet, deployment::Deployment, hpa::Hpa, job::Job, namespace::Namespace,
        node::Node, pod::Pod, replicaset::ReplicaSet, service::Service, statefulset::StatefulSet,
    },
    log::{
        News, Target,
        follow::{Standing, Told},
    },
};

/// Where something is to be read.
pub enum Place {
    Group(groups::Wanted),
    Pods(Pods),
    File(Arc<str>),
}

/// Pods that are followed: which, and which of their containers.
pub struct Pods {
    pub scope: Scope,
    pub link: Arc<Link>,
    pub namespace: Option<Arc<str>>,
    /// `labelSelector` or `fieldSelector`, and what it says.
    pub selector: (&'static str, String),
    pub container: Option<Arc<str>>,
}

/// Looks where what was wished for is, and tells of all places that are worth reading.
pub async fn look(desk: &Arc<Desk>, wish: Wish) -> Result<()> {
    match wish {
        Wish::Group { scope, group } => {
            desk.found(Place::Group(groups::Wanted::whole(scope, group)));
            Ok(())
        }
        Wish::File { path } => {
            desk.found(Place::File(path));
            Ok(())
        }
        Wish::Pod { scope, namespace, pod, container } => one_pod(desk, scope, namespace, pod, container).await,
        Wish::Workload { scope, kind, namespace, name } => workload(desk, scope, kind, namespace, name).await,
        Wish::Node { scope, node } => of_node(desk, scope, node).await,
        Wish::Cluster { scope } => of_cluster(desk, scope).await,
        Wish::Deeds { scope, kind, address } => {
            desk.found(Place::Group(deeds(scope, kind, &address)?));
            Ok(())
        }
    }
}

async fn one_pod(
    desk: &Arc<Desk>,
    scope: Scope,
    namespace: Arc<str>,
    pod: Arc<str>,
    container: Option<Arc<str>>,
) -> Result<()> {
    let link = desk.clients.servers.link(&scope).await?;
    let whole = kube::object(&link, Pod::SOURCE, Some(&namespace), &pod).await;
    let node = whole.as_ref().ok().and_then(|pod| pod.pointer("/spec/nodeName")?.as_str().map(str::to_owned));
    // the same name may have been on other nodes before: only those of a stateful set come back under their names
    let stays = whole
        .as_ref()
        .ok()
        .and_then(|pod| pod.pointer("/metadata/ownerReferences/0/kind")?.as_str().map(str::to_owned));
    let only = container.as_deref().unwrap_or_default();
    let wanted = match node.filter(|_| stays.as_deref() != Some("StatefulSet")) {
        Some(node) => groups::Wanted {
            prefix: format!("{node}-application.var.log.containers.{pod}_{namespace}_{only}").into(),
            ..groups::Wanted::whole(scope.clone(), application(&scope))
        },
        None => groups::Wanted {
            pattern: pattern(&namespace, &pod, container.as_deref()).into(),
            ..groups::Wanted::whole(scope.clone(), application(&scope))
        },
    };
    collected(desk, wanted).await;
    let region = scope.region.clone();
    desk.found(Place::Pods(Pods {
        scope,
        link,
        namespace: Some(namespace),
        selector: ("fieldSelector", format!("metadata.name={pod}")),
        container,
    }));
    // a pod that is gone may still be read of in CloudWatch, where there is that
    match whole {
        Err(error) if error.trouble != Trouble::NotFound || region.is_empty() => Err(error),
        _ => Ok(()),
    }
}

async fn workload(desk: &Arc<Desk>, scope: Scope, kind: Kind, namespace: Arc<str>, name: Arc<str>) -> Result<()> {
    let link = desk.clients.servers.link(&scope).await?;
    let source = source(kind)?;
    let whole = kube::object(&link, source, Some(&namespace), &name).await?;
    let labels = selector(&whole).ok_or_else(|| {
        Error::new(Trouble::Other, format!("cannot find the pods of {} {name}", kind.name()), "it has no selector")
    })?;
    let wanted = groups::Wanted {
        pattern: pattern(&namespace, &format!("{name}-*"), None).into(),
        admits: Some(members(kind, &name)?),
        ..groups::Wanted::whole(scope.clone(), application(&scope))
    };
    collected(desk, wanted).await;
    let selector = ("labelSelector", labels);
    desk.found(Place::Pods(Pods { scope, link, namespace: Some(namespace), selector, container: None }));
    Ok(())
}

async fn of_node(desk: &Arc<Desk>, scope: Scope, node: Arc<str>) -> Result<()> {
    let link = desk.clients.servers.link(&scope).await?;
    for (part, between) in [("application", "-"), ("dataplane", "-"), ("host", ".")] {
        let group = format!("/aws/containerinsights/{}/{part}", scope.cluster);
        let prefix = format!("{node}{between}{part}.").into();
        collected(desk, groups::Wanted { prefix, ..groups::Wanted::whole(scope.clone(), group.into()) }).await;
    }
    let selector = ("fieldSelector", format!("spec.nodeName={node}"));
    desk.found(Place::Pods(Pods { scope, link, namespace: None, selector, container: None }));
    Ok(())
}

/// Every group that is called after the cluster: its control plane's, and its collectors'.
async fn of_cluster(desk: &Arc<Desk>, scope: Scope) -> Result<()> {
    if scope.region.is_empty() {
        let what = format!("no logs of the whole of cluster {} are known", scope.cluster);
        return Err(Error::new(Trouble::NotFound, what, "it comes from a kubeconfig, which names no log groups")
            .hint("read those of a pod, a workload or a node"));
    }
    let caller = desk.clients.aws.at(&scope).await;
    let mut names = vec![];
    for family in ["/aws/containerinsights/", "/aws/eks/"] {
        names.extend(caller.groups_beginning(&format!("{family}{}/", scope.cluster)).await?);
    }
    // Container Insights' own records are numbers in the clothes of a log
    names.retain(|name| !name.ends_with("/performance") && !name.ends_with("/prometheus"));
    if names.is_empty() {
        let what = format!("cluster {} has no log groups", scope.cluster);
        return Err(Error::new(Trouble::NotFound, what, "neither its control plane's nor its collectors' is there")
            .hint("control-plane logging and Container Insights are switched on for each cluster"));
    }
    for name in names {
        desk.found(Place::Group(groups::Wanted::whole(scope.clone(), name.into())));
    }
    Ok(())
}

/// The group in CloudWatch, if there is one; a cluster without is told of once, as a part that is missing.
async fn collected(desk: &Arc<Desk>, wanted: groups::Wanted) {
    if wanted.scope.region.is_empty() {
        return;
    }
    let caller = desk.clients.aws.at(&wanted.scope).await;
    let there = caller.groups_beginning(&wanted.group).await;
    match there {
        Ok(names) if names.iter().any(|name| **name == *wanted.group) => desk.found(Place::Group(wanted)),
        // whoever may not list groups may still be let to read one
        Err(_) => desk.found(Place::Group(wanted)),
        Ok(_) => {
            let target = Target::Group { scope: wanted.scope.clone(), group: wanted.group.clone(), prefixes: vec![] };
            let no = desk.target(target).await;
            let why = "Container Insights does not collect this cluster's logs, or elsewhere";
            let error = Error::new(Trouble::NotFound, format!("there is no log group {}", wanted.group), why);
            desk.tell(News::Told(Told::Standing(no, Standing::Gone(error)))).await;
        }
    }
}

fn application(scope: &Scope) -> Arc<str> {
    format!("/aws/containerinsights/{}/application", scope.cluster).into()
}

/// What was done to one object, but for looking at it.
fn deeds(scope: Scope, kind: Kind, address: &str) -> Result<groups::Wanted> {
    let (namespace, name) = address.split_once('/').unwrap_or(("", address));
    let mut tests = format!(r#"($.objectRef.resource = "{}") && ($.objectRef.name = "{name}")"#, source(kind)?.plural);
    if !namespace.is_empty() {
        tests.push_str(&format!(r#" && ($.objectRef.namespace = "{namespace}")"#));
    }
    for verb in ["get", "list", "watch"] {
        tests.push_str(&format!(r#" && ($.verb != "{verb}")"#));
    }
    let group = format!("/aws/eks/{}/cluster", scope.cluster).into();
    Ok(groups::Wanted {
        prefix: "kube-apiserver-audit-".into(),
        pattern: format!("{{ {tests} }}").into(),
        ..groups::Wanted::whole(scope, group)
    })
}

/// What picks the records of some pods out of a group that holds all.
fn pattern(namespace: &str, pod: &str, container: Option<&str>) -> String {
    let mut tests = format!(r#"$.kubernetes.namespace_name = "{namespace}" && $.kubernetes.pod_name = "{pod}""#);
    if let Some(container) = container {
        tests.push_str(&format!(r#" && $.kubernetes.container_name = "{container}""#));
    }
    format!("{{ {tests} }}")
}

/// The names that pods of a workload have: `web-admin-7d9f8-x2x4z` begins with `web-`, and is not of `web`.
fn members(kind: Kind, name: &str) -> Result<Regex> {
    let name = regex::escape(name);
    let ending = match kind {
        Kind::Deployment => "[a-z0-9]{1,10}-[a-z0-9]{5}",
        Kind::StatefulSet => "[0-9]+",
        _ => "(?:[0-9]+-)?[a-z0-9]{5}",
    };
    let what = || format!("tell the pods of {name} by their names");
    Regex::new(&format!("^{name}-{ending}$")).map_err(|e| Error::new(Trouble::Other, what(), e.to_string()))
}

fn source(kind: Kind) -> Result<Source> {
    Ok(match kind {
        Kind::Deployment => Deployment::SOURCE,
        Kind::ReplicaSet => ReplicaSet::SOURCE,
        Kind::StatefulSet => StatefulSet::SOURCE,
        Kind::DaemonSet => DaemonSet::SOURCE,
        Kind::Job => Job::SOURCE,
        Kind::Pod => Pod::SOURCE,
        Kind::Node => Node::SOURCE,
        Kind::Namespace => Namespace::SOURCE,
        Kind::Service => Service::SOURCE,
        Kind::Hpa => Hpa::SOURCE,
        other => return Err(Error::usage(format!("a {} is not read of in logs", other.name()), "")),
    })
}

/// A workload's own selector, as a query has it.
fn selector(whole: &serde_json::Value) -> Option<String> {
    let selector = whole.pointer("/spec/selector")?;
    let mut tests = vec![];
    for (label, value) in selector.get("matchLabels").and_then(|labels| labels.as_object()).into_iter().flatten() {
        tests.push(format!("{label}={}", value.as_str()?));
    }
    for test in selector.get("matchExpressions").and_then(|all| all.as_array()).into_iter().flatten() {
        let key = test.get("key")?.as_str()?;
        let values: Vec<&str> =
            test.get("values").and_then(|v| v.as_array()).into_iter().flatten().filter_map(|v| v.as_str()).collect();
        tests.push(match test.get("operator")?.as_str()? {
            "In" => format!("{key} in ({})", values.join(",")),
            "NotIn" => format!("{key} notin ({})", values.join(",")),
            "Exists" => key.to_owned(),
            "DoesNotExist" => format!("!{key}"),
            _ => return None,
        });
    }
    (!tests.is_empty()).then(|| tests.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workload_s_pods_are_told_from_those_of_its_neighbours_by_their_names() {
        let web = members(Kind::Deployment, "web").expect("it is a name");
        assert!(web.is_match("web-7d9f8b6c5d-x2x4z") && !web.is_match("web-admin-7d9f8b6c5d-x2x4z"));
        let db = members(Kind::StatefulSet, "db.v1").expect("it is a name");
        assert!(db.is_match("db.v1-0") && !db.is_match("db-v1-0") && !db.is_match("db.v1-0-x"));
    }

    #[test]
    fn a_selector_is_asked_for_as_it_is_written() {
        let whole = serde_json::json!({"spec": {"selector": {"matchLabels": {"app": "web"},
            "matchExpressions": [{"key": "tier", "operator": "In", "values": ["a", "b"]}, {"key": "old", "operator": "DoesNotExist"}]}}});
        assert_eq!(selector(&whole).as_deref(), Some("app=web,tier in (a,b),!old"));
        assert_eq!(selector(&serde_json::json!({"spec": {}})), None);
    }
}
