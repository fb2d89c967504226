//! What containers say, as Fluent Bit hands it on.
use serde::de::IgnoredAny;
use serde_json::{Value, json};

use super::{Choice, Say, Stream, Talk};
use crate::{
    aws::logs::walk::Courier,
    clock,
    lines::{self, Line, Run, Voice},
    world::{Region, World},
};

/// One life of a container.
pub struct Container {
    pub seed: u64,
    pub region: String,
    pub zone: String,
    pub namespace: String,
    pub pod: String,
    pub uid: String,
    pub container: String,
    pub id: String,
    pub node: String,
    pub ip: String,
    pub image: String,
    pub run: Run,
}

pub fn streams(_world: &World, _region: &Region, _namespace: &str, _choice: &Choice) -> Vec<Stream> {
    vec![]
}

impl Container {
    pub fn say(&self, from: i64, to: i64, say: &mut Say<'_>) {
        let voice = Voice {
            seed: self.seed,
            region: &self.region,
            zone: &self.zone,
            namespace: &self.namespace,
            pod: &self.pod,
            container: &self.container,
            image: &self.image,
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
        json!({
            "pod_name": self.pod,
            "namespace_name": self.namespace,
            "pod_id": self.uid,
            "host": self.node,
            "pod_ip": self.ip,
            "container_name": self.container,
            "docker_id": self.id,
            "container_image": self.image,
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
