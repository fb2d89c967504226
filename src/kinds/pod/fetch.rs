//! Reads pods: the few fields of the message that a row needs, and the word that kubectl prints for their state.
mod wire;

use std::sync::Arc;

use self::wire::{ContainerSpec, ContainerStatus, Spec, Status, Wire};
use super::{super::container::Container, Pod};
use crate::clients::kube::{Names, Project, Source, meta::Time};

/// What kubectl's columns say: counted the way the API server's printer counts.
#[derive(Debug, Default, PartialEq)]
struct Summary {
    word: String,
    ready: usize,
    of: usize,
    restarts: u32,
    restarted: Option<i64>,
}

impl Summary {
    fn count(&mut self, container: &ContainerStatus) {
        self.restarts += container.restarts();
        self.restarted = self.restarted.max(container.ended());
    }
}

fn summary(deleted: bool, spec: &Spec, status: &Status) -> Summary {
    let stays = |name: &str| spec.init_containers.iter().any(|c| c.name == name && c.stays());
    let sidecars = spec.init_containers.iter().filter(|c| c.stays()).count();
    let mut all = Summary { of: spec.containers.len() + sidecars, ..Summary::default() };
    let gated = status.conditions.iter().any(|c| c.kind == "PodScheduled" && c.reason == "SchedulingGated");
    all.word = match (gated, status.reason.as_str()) {
        (true, _) => "SchedulingGated".to_owned(),
        (false, "") => status.phase.clone(),
        (false, reason) => reason.to_owned(),
    };
    let mut beside = Summary::default();
    let mut initializing = false;
    for (place, container) in status.init_container_statuses.iter().enumerate() {
        all.count(container);
        if stays(&container.name) {
            beside.count(container);
        }
        match container.terminated() {
            Some(ended) if ended.exit_code == 0 => continue,
            _ if stays(&container.name) && container.started => {
                all.ready += usize::from(container.ready);
                continue;
            }
            Some(ended) => all.word = format!("Init:{}", ended.word()),
            None => match container.waiting() {
                Some(reason) if !reason.is_empty() && reason != "PodInitializing" => {
                    all.word = format!("Init:{reason}")
                }
                _ => all.word = format!("Init:{place}/{}", spec.init_containers.len()),
            },
        }
        initializing = true;
        break;
    }
    if !initializing || status.is("Initialized") {
        (all.restarts, all.restarted) = (beside.restarts, beside.restarted);
        started(&mut all, status);
    }
    if deleted && status.reason == "NodeLost" {
        all.word = "Unknown".to_owned();
    } else if deleted && !matches!(status.phase.as_str(), "Succeeded" | "Failed") {
        all.word = "Terminating".to_owned();
    }
    if all.restarts == 0 {
        all.restarted = None;
    }
    all
}

/// The word of a pod whose init containers are through.
fn started(all: &mut Summary, status: &Status) {
    let mut runs = false;
    let mut failed = None;
    for container in status.container_statuses.iter().rev() {
        all.count(container);
        if let Some(reason) = container.waiting().filter(|reason| !reason.is_empty()) {
            reason.clone_into(&mut all.word);
        } else if let Some(ended) = container.terminated() {
            all.word = ended.word();
            if ended.exit_code != 0 {
                failed = Some(all.word.clone());
            }
        } else if container.ready && container.running().is_some() {
            runs = true;
            all.ready += 1;
        }
    }
    if all.word == "Completed" {
        match failed {
            _ if runs && status.is("Ready") => "Running".clone_into(&mut all.word),
            Some(failed) => all.word = failed,
            None if runs => "NotReady".clone_into(&mut all.word),
            None => {}
        }
    }
}

fn container(spec: &ContainerSpec, init: bool, statuses: &[ContainerStatus], names: &mut Names) -> Container {
    let none = ContainerStatus::default();
    let status = statuses.iter().find(|s| s.name == spec.name).unwrap_or(&none);
    let state = match (status.waiting(), status.terminated(), status.running()) {
        (Some(reason), _, _) if !reason.is_empty() => names.share(reason),
        (_, Some(ended), _) => names.share(&ended.word()),
        (_, _, Some(_)) => names.share("Running"),
        _ => names.share("Waiting"),
    };
    let last: Option<Arc<str>> =
        status.last().map(|last| names.share(format!("{} {}", last.exit_code, last.reason).trim_end()));
    Container {
        name: names.share(&spec.name),
        image: names.share(&spec.image),
        state,
        ready: status.ready,
        init,
        restarts: status.restarts(),
        started: status.running().and_then(|r| r.started_at).map(|at| at.seconds),
        last,
    }
}

impl Project for Pod {
    const SOURCE: Source = Source { api: "/api/v1", plural: "pods", namespaced: true };
    type Wire = Wire;

    fn project(wire: Wire, names: &mut Names) -> Self {
        let meta = wire.metadata.unwrap_or_default();
        let spec = wire.spec.unwrap_or_default();
        let status = wire.status.unwrap_or_default();
        let summary = summary(meta.deletion_timestamp.is_some(), &spec, &status);
        let init = spec.init_containers.iter().map(|c| (c, true, &status.init_container_statuses));
        let main = spec.containers.iter().map(|c| (c, false, &status.container_statuses));
        let containers = init.chain(main).map(|(c, init, statuses)| container(c, init, statuses, names)).collect();
        Self {
            owner: names.owner(&meta.owner_references),
            namespace: names.share(&meta.namespace),
            node: names.share(&spec.node_name),
            status: names.share(&summary.word),
            created: Time::of(meta.creation_timestamp.as_ref()),
            ready: summary.ready.try_into().unwrap_or(u16::MAX),
            of: summary.of.try_into().unwrap_or(u16::MAX),
            restarts: summary.restarts,
            restarted: summary.restarted,
            containers,
            uid: meta.uid.into(),
            name: meta.name.into(),
            ip: status.pod_ip.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn pod(spec: Value, status: Value) -> Pod {
        let object = json!({ "metadata": { "name": "web-1", "namespace": "shop", "uid": "u1" }, "spec": spec, "status": status });
        Pod::project(serde_json::from_value(object).unwrap(), &mut Names::default())
    }

    fn word(spec: &Value, status: &Value) -> String {
        pod(spec.clone(), status.clone()).status.to_string()
    }

    #[test]
    fn an_init_container_that_runs_waits_or_fails_names_the_state() {
        let spec = json!({ "initContainers": [{"name": "a"}, {"name": "b"}], "containers": [{"name": "c"}] });
        let of = |second: Value| {
            let statuses =
                json!([{"name": "a", "state": {"terminated": {"exitCode": 0}}}, {"name": "b", "state": second}]);
            word(&spec, &json!({ "phase": "Pending", "initContainerStatuses": statuses }))
        };
        assert_eq!(of(json!({"running": {}})), "Init:1/2");
        assert_eq!(of(json!({"waiting": {"reason": "CrashLoopBackOff"}})), "Init:CrashLoopBackOff");
        assert_eq!(of(json!({"waiting": {"reason": "PodInitializing"}})), "Init:1/2");
        assert_eq!(of(json!({"terminated": {"exitCode": 2}})), "Init:ExitCode:2");
        assert_eq!(of(json!({"terminated": {"exitCode": 0, "signal": 9}})), "Pending");
        assert_eq!(of(json!({"terminated": {"exitCode": 1, "reason": "Error"}})), "Init:Error");
    }

    #[test]
    fn a_sidecar_counts_among_the_containers_once_it_has_started() {
        let spec = json!({ "initContainers": [{"name": "proxy", "restartPolicy": "Always"}], "containers": [{"name": "app"}] });
        let proxy =
            json!({"name": "proxy", "ready": true, "started": true, "restartCount": 2, "state": {"running": {}}});
        let app = json!({"name": "app", "ready": true, "restartCount": 1, "state": {"running": {}}});
        let row =
            pod(spec, json!({ "phase": "Running", "initContainerStatuses": [proxy], "containerStatuses": [app] }));
        assert_eq!((row.ready, row.of, row.restarts, &*row.status), (2, 2, 3, "Running"));
        assert!(row.containers[0].init && !row.containers[1].init);
    }

    #[test]
    fn a_container_s_trouble_is_the_pod_s() {
        let spec = json!({ "containers": [{"name": "app", "image": "web:2"}] });
        let of = |state: Value| {
            word(&spec, &json!({ "phase": "Running", "containerStatuses": [{"name": "app", "state": state}] }))
        };
        assert_eq!(of(json!({"waiting": {"reason": "ImagePullBackOff"}})), "ImagePullBackOff");
        assert_eq!(of(json!({"terminated": {"exitCode": 0, "reason": "Completed"}})), "Completed");
        assert_eq!(of(json!({"terminated": {"exitCode": 137, "reason": "OOMKilled"}})), "OOMKilled");
        assert_eq!(of(json!({"terminated": {"exitCode": 139, "signal": 11}})), "Signal:11");
        assert_eq!(of(json!({"terminated": {"exitCode": 3}})), "ExitCode:3");
    }

    #[test]
    fn a_pod_half_done_is_not_ready_and_half_failed_says_how() {
        let spec = json!({ "containers": [{"name": "a"}, {"name": "b"}] });
        let done = json!({"name": "a", "state": {"terminated": {"exitCode": 0, "reason": "Completed"}}});
        let runs = json!({"name": "b", "ready": true, "state": {"running": {}}});
        let died = json!({"name": "b", "state": {"terminated": {"exitCode": 1, "reason": "Error"}}});
        assert_eq!(word(&spec, &json!({ "phase": "Running", "containerStatuses": [done, runs] })), "NotReady");
        assert_eq!(word(&spec, &json!({ "phase": "Running", "containerStatuses": [done, died] })), "Error");
    }

    #[test]
    fn a_pod_that_is_deleted_terminates_unless_it_is_over_or_its_node_is_lost() {
        let of = |status: Value| {
            let meta = json!({ "name": "a", "deletionTimestamp": "2026-11-23T20:00:00Z" });
            let object = json!({ "metadata": meta, "spec": {}, "status": status });
            Pod::project(serde_json::from_value(object).unwrap(), &mut Names::default()).status.to_string()
        };
        assert_eq!(of(json!({"phase": "Running"})), "Terminating");
        assert_eq!(of(json!({"phase": "Succeeded"})), "Succeeded");
        assert_eq!(of(json!({"phase": "Running", "reason": "NodeLost"})), "Unknown");
    }

    #[test]
    fn restarts_carry_the_time_of_the_last_end() {
        let spec = json!({ "containers": [{"name": "a"}] });
        let last =
            json!({"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": "2026-11-23T20:00:00Z"}});
        let status = json!([{"name": "a", "restartCount": 4, "state": {"running": {}}, "lastState": last}]);
        let row = pod(spec, json!({ "phase": "Running", "containerStatuses": status }));
        assert_eq!((row.restarts, row.restarted), (4, Some(1_795_464_000)));
        assert_eq!(row.containers[0].last.as_deref(), Some("137 OOMKilled"));
    }

    #[test]
    fn what_gates_or_evicts_a_pod_is_said() {
        let gate = json!([{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}]);
        assert_eq!(word(&json!({}), &json!({ "phase": "Pending", "conditions": gate })), "SchedulingGated");
        assert_eq!(word(&json!({}), &json!({ "phase": "Failed", "reason": "Evicted" })), "Evicted");
    }
}
