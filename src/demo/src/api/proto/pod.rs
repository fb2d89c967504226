//! Pods straight to protobuf: there are too many of them to make JSON of each first. Their spec is encoded once for all siblings.
use super::{super::schema, bytes, int, nested, object, text, time};
use crate::kube::pod::{self, Container, Ended, Pod, State};

/// The fields of a pod, without an envelope.
pub fn encode(out: &mut Vec<u8>, pod: &Pod) {
    nested(out, 1, |out| metadata(out, pod));
    nested(out, 2, |out| {
        out.extend_from_slice(pod.template.proto.get_or_init(|| {
            let mut spec = vec![];
            if let (Some(message), Some(value)) = (schema::message("core.v1.PodSpec"), pod.template.spec.as_object()) {
                object(&mut spec, message, value);
            }
            spec.into()
        }));
        if let Some(placed) = &pod.node {
            text(out, 10, &placed.node);
        }
    });
    nested(out, 3, |out| status(out, pod));
}

fn seconds(out: &mut Vec<u8>, number: u32, ms: i64) {
    time(out, number, ms.div_euclid(1000), 0);
}

pub fn metadata(out: &mut Vec<u8>, pod: &Pod) {
    text(out, 1, &pod.name);
    if let Some(prefix) = &pod.generate_name {
        text(out, 2, prefix);
    }
    text(out, 3, &pod.namespace);
    text(out, 5, &pod.uid());
    text(out, 6, &pod.rv.to_string());
    seconds(out, 8, pod.created);
    if let Some(deletion) = pod.deletion {
        seconds(out, 9, deletion.at);
        int(out, 10, deletion.grace);
    }
    for (number, map) in [(11, &pod.labels), (12, &pod.annotations)] {
        for (key, value) in map.iter() {
            nested(out, number, |out| {
                text(out, 1, key);
                text(out, 2, value);
            });
        }
    }
    if let Some(owner) = &pod.owner {
        nested(out, 13, |out| {
            text(out, 1, owner.kind);
            text(out, 3, &owner.name);
            text(out, 4, &pod::uid_text(owner.uid));
            text(out, 5, owner.api_version);
            int(out, 6, 1);
            int(out, 7, 1);
        });
    }
}

fn status(out: &mut Vec<u8>, pod: &Pod) {
    text(out, 1, pod.phase.text());
    for condition in pod.conditions() {
        nested(out, 2, |out| {
            text(out, 1, condition.kind);
            text(out, 2, if condition.status { "True" } else { "False" });
            seconds(out, 4, condition.since);
            some(out, 5, condition.reason);
            some(out, 6, &condition.message);
        });
    }
    if let Some((reason, message)) = &pod.why {
        text(out, 3, message);
        text(out, 4, reason);
    }
    if let Some(placed) = &pod.node {
        let address = placed.address.to_string();
        text(out, 5, &address);
        nested(out, 16, |out| text(out, 1, &address));
        if let Some(ip) = pod.ip {
            text(out, 6, &ip.to_string());
            nested(out, 12, |out| text(out, 1, &ip.to_string()));
        }
        seconds(out, 7, placed.at);
        for (spec, container) in pod.named_containers() {
            nested(out, if spec.init { 10 } else { 8 }, |out| self::container(out, &spec.name, &spec.image, container));
        }
    }
    text(out, 9, pod.template.qos);
}

fn some(out: &mut Vec<u8>, number: u32, value: &str) {
    if !value.is_empty() {
        text(out, number, value);
    }
}

fn container(out: &mut Vec<u8>, name: &str, image: &str, container: &Container) {
    text(out, 1, name);
    nested(out, 2, |out| match &container.state {
        State::Waiting { reason, message } => nested(out, 1, |out| {
            text(out, 1, reason);
            some(out, 2, message.as_deref().unwrap_or_default());
        }),
        State::Running { since } => nested(out, 2, |out| seconds(out, 1, *since)),
        State::Terminated(end) => ended(out, end),
    });
    nested(out, 3, |out| container.last.iter().for_each(|end| ended(out, end)));
    int(out, 4, i64::from(container.ready));
    int(out, 5, i64::from(container.restarts));
    text(out, 6, image);
    if container.id != 0 {
        text(out, 7, &pod::image_id(image));
        text(out, 8, &format!("containerd://{}", pod::container_id(container.id)));
    }
    int(out, 9, i64::from(container.started && matches!(container.state, State::Running { .. })));
}

fn ended(out: &mut Vec<u8>, end: &Ended) {
    nested(out, 3, |out| {
        int(out, 1, i64::from(end.exit));
        text(out, 3, end.reason);
        seconds(out, 5, end.started);
        seconds(out, 6, end.finished);
        bytes(out, 7, format!("containerd://{}", pod::container_id(end.id)).as_bytes());
    });
}
