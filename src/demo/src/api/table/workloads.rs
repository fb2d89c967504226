//! The rows of what makes pods, and of what watches over their number.
use serde_json::{Value, json};

use super::{Row, human};
use crate::kube::{field, resource::Kind};

const TEMPLATE: &str = "/spec/template/spec/containers";

pub fn cells(kind: Kind, row: &Row<'_>) -> Vec<Value> {
    let mut cells = vec![row.name()];
    match kind {
        Kind::Deployment => {
            let ready = format!("{}/{}", row.int("/status/readyReplicas"), row.int("/spec/replicas"));
            cells.extend([json!(ready), json!(row.int("/status/updatedReplicas").to_string())]);
            cells.extend([json!(row.int("/status/availableReplicas").to_string()), row.age()]);
            cells.extend(row.containers(TEMPLATE));
            cells.push(row.selector("/spec/selector"));
        }
        Kind::ReplicaSet => {
            let counts = ["/spec/replicas", "/status/replicas", "/status/readyReplicas"];
            cells.extend(counts.map(|pointer| json!(row.int(pointer))));
            cells.push(row.age());
            cells.extend(row.containers(TEMPLATE));
            cells.push(row.selector("/spec/selector"));
        }
        Kind::StatefulSet => {
            cells.push(json!(format!("{}/{}", row.int("/status/readyReplicas"), row.int("/spec/replicas"))));
            cells.push(row.age());
            cells.extend(row.containers(TEMPLATE));
        }
        Kind::DaemonSet => daemon_set(row, &mut cells),
        Kind::ControllerRevision => {
            cells.extend([json!(controller(row)), json!(row.int("/revision")), row.age()]);
        }
        Kind::Job => {
            cells.extend([json!(job(row)), json!(completions(row)), json!(took(row)), row.age()]);
            cells.extend(row.containers(TEMPLATE));
            cells.push(row.selector("/spec/selector"));
        }
        Kind::CronJob => cron(row, &mut cells),
        Kind::HorizontalPodAutoscaler => {
            let of = "/spec/scaleTargetRef";
            let reference = format!("{}/{}", row.text(&format!("{of}/kind")), row.text(&format!("{of}/name")));
            let least = field::int(row.value, "/spec/minReplicas").map_or("<unset>".to_owned(), |n| n.to_string());
            cells.extend([json!(reference), json!(targets(row)), json!(least)]);
            cells.push(json!(row.int("/spec/maxReplicas").to_string()));
            cells.extend([json!(row.int("/status/currentReplicas").to_string()), row.age()]);
        }
        _ => {
            let bound = |pointer: &str| match row.value.pointer(pointer) {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Number(number)) => number.to_string(),
                _ => "N/A".to_owned(),
            };
            cells.extend([json!(bound("/spec/minAvailable")), json!(bound("/spec/maxUnavailable"))]);
            cells.extend([json!(row.int("/status/disruptionsAllowed")), row.age()]);
        }
    }
    cells
}

fn daemon_set(row: &Row<'_>, cells: &mut Vec<Value>) {
    let counts = [
        "/status/desiredNumberScheduled",
        "/status/currentNumberScheduled",
        "/status/numberReady",
        "/status/updatedNumberScheduled",
        "/status/numberAvailable",
    ];
    cells.extend(counts.map(|pointer| json!(row.int(pointer))));
    cells.push(json!(human::labels(row.value, "/spec/template/spec/nodeSelector")));
    cells.push(row.age());
    cells.extend(row.containers(TEMPLATE));
    cells.push(row.selector("/spec/selector"));
}

/// `deployment.apps/web`
fn controller(row: &Row<'_>) -> String {
    let owners = field::list(row.value, "/metadata/ownerReferences");
    let Some(owner) = owners.iter().find(|owner| owner["controller"] == true) else { return "<none>".to_owned() };
    let group = field::text(owner, "/apiVersion").split_once('/').map(|(group, _)| format!(".{group}"));
    let kind = field::text(owner, "/kind").to_lowercase();
    format!("{kind}{}/{}", group.unwrap_or_default(), field::text(owner, "/name"))
}

fn job(row: &Row<'_>) -> &'static str {
    let conditions = field::list(row.value, "/status/conditions");
    let has = |kind: &str| conditions.iter().any(|c| c["type"] == kind && c["status"] == "True");
    match () {
        () if has("Complete") => "Complete",
        () if has("Failed") => "Failed",
        () if row.terminating() => "Terminating",
        () if has("Suspended") => "Suspended",
        () if has("FailureTarget") => "FailureTarget",
        () if has("SuccessCriteriaMet") => "SuccessCriteriaMet",
        () => "Running",
    }
}

fn completions(row: &Row<'_>) -> String {
    let done = row.int("/status/succeeded");
    match (field::int(row.value, "/spec/completions"), row.int("/spec/parallelism")) {
        (Some(wanted), _) => format!("{done}/{wanted}"),
        (None, parallel) if parallel > 1 => format!("{done}/1 of {parallel}"),
        (None, _) => format!("{done}/1"),
    }
}

fn took(row: &Row<'_>) -> String {
    let Some(from) = field::time(row.value, "/status/startTime") else { return String::new() };
    human::duration(field::time(row.value, "/status/completionTime").unwrap_or(row.now) - from)
}

fn cron(row: &Row<'_>, cells: &mut Vec<Value>) {
    let last = if row.text("/status/lastScheduleTime").is_empty() {
        "<none>".to_owned()
    } else {
        row.since("/status/lastScheduleTime")
    };
    let suspended = row.value.pointer("/spec/suspend").and_then(Value::as_bool);
    let suspended = suspended.map_or("<unset>", |yes| if yes { "True" } else { "False" });
    cells.extend([json!(row.text("/spec/schedule")), json!(row.or("/spec/timeZone", "<none>")), json!(suspended)]);
    cells.extend([json!(field::list(row.value, "/status/active").len()), json!(last), row.age()]);
    cells.extend(row.containers("/spec/jobTemplate/spec/template/spec/containers"));
    cells.push(row.selector("/spec/jobTemplate/spec/selector"));
}

/// `cpu: 43%/60%`, for the first two metrics.
fn targets(row: &Row<'_>) -> String {
    let metrics = field::list(row.value, "/spec/metrics");
    let current = field::list(row.value, "/status/currentMetrics");
    let mut shown = vec![];
    for (at, metric) in metrics.iter().enumerate() {
        let kind = field::text(metric, "/type");
        let place = kind[..1.min(kind.len())].to_lowercase() + &kind[1.min(kind.len())..];
        let (wanted, is) = (metric.get(&place), current.get(at).and_then(|current| current.get(&place)));
        let percent = |value: Option<&Value>, path: &str| Some(format!("{}%", field::int(value?, path)?));
        let amount = |value: Option<&Value>, path: &str| {
            value.map(|value| field::text(value, path).to_owned()).filter(|text| !text.is_empty())
        };
        let target = percent(wanted, "/target/averageUtilization")
            .or_else(|| amount(wanted, "/target/averageValue"))
            .or_else(|| amount(wanted, "/target/value"));
        let now = percent(is, "/current/averageUtilization").or_else(|| amount(is, "/current/averageValue"));
        let name = wanted.map(|wanted| field::text(wanted, "/name")).unwrap_or_default();
        let name = if name.is_empty() { String::new() } else { format!("{name}: ") };
        let unknown = || "<unknown>".to_owned();
        shown.push(format!("{name}{}/{}", now.unwrap_or_else(unknown), target.unwrap_or_else(|| "<auto>".to_owned())));
    }
    match shown.len() {
        0 => "<none>".to_owned(),
        1 | 2 => shown.join(", "),
        all => format!("{} + {} more...", shown[..2].join(", "), all - 2),
    }
}
