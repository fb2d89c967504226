//! What containers say, as Fluent Bit hands it on.
use std::sync::Arc;

use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::{Choice, Say, Stream, Talk};
use crate::{
    aws::logs::walk::Courier,
    clock,
    kube::{pod::image_id, voices::Speaker},
    lines::{self, Line, Run, Voice},
    rng,
    world::{Region, World},
};

/// The namespace of the cluster's own parts, which has a log group of its own.
const SYSTEM: &str = "kube-system";

/// One life of a container.
pub struct Container {
    seed: u64,
    region: String,
    speaker: Arc<Speaker>,
    id: String,
    run: Run,
}

/// So long a run's first and last lines may be away from its beginning and end.
const EDGE: i64 = 1000;

/// A stream for each run, since the runtime gives each a file of its own.
pub fn streams(world: &World, region: &Region, namespace: &str, choice: &Choice) -> Vec<Stream> {
    let mut all = vec![];
    let part = if namespace.is_empty() { "application" } else { "dataplane" };
    for speaker in region.kube.voices() {
        let wanted =
            if namespace.is_empty() { &*speaker.namespace != SYSTEM } else { &*speaker.namespace == namespace };
        let Speaker { node, pod, namespace, container, .. } = &speaker;
        let start = format!("{node}-{part}.var.log.containers.{pod}_{namespace}_{container}-");
        if !wanted || !choice.may_take(&start) {
            continue;
        }
        let speaker = Arc::new(speaker);
        let courier = Courier::fluent_bit(world.seed, &speaker.node);
        all.extend(speaker.runs.iter().map(|run| {
            let id = speaker.container_id(run.number);
            let span = (run.started, run.ended.map(|(at, _)| at + EDGE));
            let container = Container {
                // the kubelet tells the same lines
                seed: region.kube.plan.seed,
                region: region.name.clone(),
                speaker: speaker.clone(),
                id: id.clone(),
                run: *run,
            };
            Stream::new(world.seed, format!("{start}{id}"), courier, span, Talk::Container(Box::new(container)))
        }));
    }
    all
}

impl Container {
    pub fn say(&self, from: i64, to: i64, say: &mut Say<'_>) {
        let voice = Voice {
            seed: self.seed,
            region: &self.region,
            zone: &self.speaker.zone,
            namespace: &self.speaker.namespace,
            pod: &self.speaker.pod,
            container: &self.speaker.container,
            image: &self.speaker.image,
            run: self.run,
        };
        let lines = lines::between(&voice, from, to);
        if lines.is_empty() {
            return;
        }
        let origin = self.origin();
        lines.iter().for_each(|line| say(line.at, record(line, &origin)));
    }

    /// The part of each record that tells where it is from, in JSON.
    fn origin(&self) -> String {
        let speaker = &self.speaker;
        json!({
            "pod_name": *speaker.pod,
            "namespace_name": *speaker.namespace,
            "pod_id": rng::uuid(speaker.uid),
            "host": *speaker.node,
            "pod_ip": speaker.ip.map(|ip| ip.to_string()),
            "container_name": *speaker.container,
            "docker_id": self.id,
            "container_hash": image_id(&speaker.image),
            "container_image": *speaker.image,
        })
        .to_string()
    }
}

fn record(line: &Line, origin: &str) -> String {
    let merged = line.text.starts_with('{') && serde_json::from_str::<IgnoredAny>(&line.text).is_ok();
    let processed = if merged { format!(",\"log_processed\":{}", line.text) } else { String::new() };
    format!(
        "{{\"time\":\"{}\",\"stream\":\"{}\",\"_p\":\"F\",\"log\":{}{processed},\"kubernetes\":{origin}}}",
        clock::nanos(line.at),
        if line.stderr { "stderr" } else { "stdout" },
        Value::from(line.text.as_str()),
    )
}
