//! Pods that clients make or change themselves.
use std::sync::Arc;

use serde_json::Value;

use super::{LETTERS, forbidden};
use crate::kube::{
    Cluster, Kind, Pod, Refused, defaults, field,
    pod::{Container, Labels, Owner, Phase},
    template::Template,
};

/// A pod of an object that [`new`] is done with.
pub fn pod(cluster: &mut Cluster, value: &Value) -> Pod {
    let mut spec = value["spec"].clone();
    let suffix = cluster.rng.letters(5, LETTERS);
    defaults::admit_pod(&mut spec, &suffix);
    let wish = spec.as_object_mut().and_then(|spec| spec.remove("nodeName"));
    let labels = Arc::new(field::labels(value, "/metadata/labels"));
    let annotations = Arc::new(field::labels(value, "/metadata/annotations"));
    let template = Arc::new(Template::of(spec, labels, annotations));
    let mut pod = Pod::of(template, field::text(value, "/metadata/namespace"), field::text(value, "/metadata/name"));
    pod.uid = field::uid(value);
    pod.created = cluster.now;
    pod.ready = (false, cluster.now);
    let prefix = field::text(value, "/metadata/generateName");
    pod.generate_name = (!prefix.is_empty()).then(|| prefix.into());
    pod.owner = field::list(value, "/metadata/ownerReferences").iter().find_map(owner).map(Arc::new);
    if let Some(node) = wish.as_ref().and_then(Value::as_str) {
        pod.node = cluster.place(node);
    }
    pod
}

fn owner(reference: &Value) -> Option<Owner> {
    let kind = Kind::named(field::text(reference, "/kind"))?;
    Some(Owner {
        api_version: match kind.resource().group {
            "apps" => "apps/v1",
            "batch" => "batch/v1",
            _ => "v1",
        },
        kind: kind.resource().name,
        name: field::text(reference, "/name").into(),
        uid: field::uid_number(field::text(reference, "/uid")),
    })
}

/// A pod after a change by a client, and whether it is one.
pub fn changed_pod(pod: &Pod, value: &Value) -> Result<(Pod, bool), Refused> {
    let mut next = pod.clone();
    let share =
        |given: Labels, current: &Arc<Labels>| if given == **current { current.clone() } else { Arc::new(given) };
    next.labels = share(field::labels(value, "/metadata/labels"), &pod.labels);
    next.annotations = share(field::labels(value, "/metadata/annotations"), &pod.annotations);
    let mut changed = !Arc::ptr_eq(&next.labels, &pod.labels) || !Arc::ptr_eq(&next.annotations, &pod.annotations);
    if pod.owner.is_some() && field::list(value, "/metadata/ownerReferences").is_empty() {
        next.owner = None;
        changed = true;
    }
    let mut given = value["spec"].clone();
    defaults::pod_spec(&mut given);
    let mut spec = pod.spec();
    if given == spec {
        return Ok((next, changed));
    }
    for key in ["initContainers", "containers"] {
        let images: Vec<Value> = field::list(&given, &format!("/{key}")).iter().map(|c| c["image"].clone()).collect();
        let containers = spec.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten();
        for (container, image) in containers.zip(images) {
            container["image"] = image;
        }
    }
    spec["tolerations"] = given["tolerations"].clone();
    if given != spec {
        let message = "Forbidden: pod updates may not change fields other than \
                       `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only \
                       additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was \
                       previously negative)";
        return Err(Refused::invalid(Kind::Pod, &pod.name, vec![forbidden("spec", message)]));
    }
    if let Some(spec) = spec.as_object_mut() {
        spec.remove("nodeName");
    }
    next.template = Arc::new(Template::of(spec, pod.template.labels.clone(), pod.template.annotations.clone()));
    Ok((next, true))
}

impl Pod {
    /// A new one of a template, that nothing has happened to yet.
    #[must_use]
    pub fn of(template: Arc<Template>, namespace: &str, name: &str) -> Self {
        Self {
            namespace: namespace.into(),
            name: name.into(),
            uid: 0,
            rv: 0,
            generate_name: None,
            owner: None,
            labels: template.labels.clone(),
            annotations: template.annotations.clone(),
            created: 0,
            deletion: None,
            phase: Phase::Pending,
            why: None,
            node: None,
            unschedulable: None,
            ip: None,
            sandboxed: None,
            initialized: None,
            ready: (false, 0),
            silent: None,
            disrupted: None,
            containers: template.containers.iter().map(|_| Container::default()).collect(),
            template,
        }
    }
}
