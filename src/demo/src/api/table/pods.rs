//! The row of a pod: its status is the worst that any of its containers has to tell.
use serde_json::{Value, json};

use super::human::duration;
use crate::kube::pod::{Container, Ended, Pod, State};

pub fn cells(pod: &Pod, now: i64) -> Vec<Value> {
    let containers = || pod.named_containers().filter(|(spec, _)| !spec.init).map(|(_, container)| container);
    let ready = containers().filter(|c| c.ready && matches!(c.state, State::Running { .. })).count();
    let (reason, initializing) = status(pod);
    let counted = |init: bool| pod.named_containers().filter(move |(spec, _)| spec.init == init).map(|(_, c)| c);
    let restarts: u32 = counted(initializing).map(|container| container.restarts).sum();
    let last = counted(initializing).filter_map(|container| Some(container.last.as_ref()?.finished)).max();
    let restarts = match last.filter(|_| restarts > 0) {
        Some(last) => format!("{restarts} ({} ago)", duration(now - last)),
        None => restarts.to_string(),
    };
    vec![
        json!(&*pod.name),
        json!(format!("{}/{}", if initializing { 0 } else { ready }, containers().count())),
        json!(reason),
        json!(restarts),
        json!(duration(now - pod.created)),
        json!(pod.ip.map_or_else(|| "<none>".to_owned(), |ip| ip.to_string())),
        json!(pod.node.as_ref().map_or("<none>", |placed| &*placed.node)),
        json!("<none>"),
        json!("<none>"),
    ]
}

/// And whether it is still at its init containers.
fn status(pod: &Pod) -> (String, bool) {
    let phase = pod.why.as_ref().map_or(pod.phase.text(), |(reason, _)| reason);
    let init = pod.named_containers().filter(|(spec, _)| spec.init).map(|(_, container)| container);
    let stuck = if pod.node.is_some() { initializing(init) } else { None };
    let initializing = stuck.is_some() && pod.initialized.is_none();
    let reason = match stuck.filter(|_| initializing) {
        Some(reason) => reason,
        None => main(pod, phase),
    };
    let lost = pod.why.as_ref().is_some_and(|(reason, _)| *reason == "NodeLost");
    match pod.deletion {
        Some(_) if lost => ("Unknown".to_owned(), initializing),
        Some(_) if !pod.phase.is_over() => ("Terminating".to_owned(), initializing),
        _ => (reason, initializing),
    }
}

fn initializing<'a>(init: impl Iterator<Item = &'a Container>) -> Option<String> {
    let init: Vec<&Container> = init.collect();
    let all = init.len();
    let (at, stuck) =
        init.into_iter().enumerate().find(|(_, c)| !matches!(c.state, State::Terminated(Ended { exit: 0, .. })))?;
    Some(match &stuck.state {
        State::Terminated(ended) => format!("Init:{}", why(ended)),
        State::Waiting { reason, .. } if !reason.is_empty() && *reason != "PodInitializing" => format!("Init:{reason}"),
        _ => format!("Init:{at}/{all}"),
    })
}

fn why(ended: &Ended) -> String {
    if ended.reason.is_empty() { format!("ExitCode:{}", ended.exit) } else { ended.reason.to_owned() }
}

fn main(pod: &Pod, phase: &str) -> String {
    let (mut reason, mut error, mut runs) = (phase.to_owned(), None, false);
    let containers: Vec<&Container> =
        pod.named_containers().filter(|(spec, _)| !spec.init).map(|(_, container)| container).collect();
    if pod.node.is_some() {
        for container in containers.into_iter().rev() {
            match &container.state {
                State::Waiting { reason: waits, .. } if !waits.is_empty() => reason = (*waits).to_owned(),
                State::Terminated(ended) => {
                    reason = why(ended);
                    if ended.exit != 0 {
                        error = Some(reason.clone());
                    }
                }
                State::Running { .. } if container.ready => runs = true,
                State::Waiting { .. } | State::Running { .. } => {}
            }
        }
    }
    if reason == "Completed" {
        if runs && pod.is_ready() {
            return "Running".to_owned();
        }
        return error.unwrap_or(if runs { "NotReady".to_owned() } else { reason });
    }
    reason
}
