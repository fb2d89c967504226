//! The autoscaler: looks at the load now and then, and does not hurry.
use std::{collections::VecDeque, sync::Arc};

use serde_json::{Value, json};

use super::{
    Cluster, Kind, Part,
    events::{About, By, Tale},
    field,
    queue::{Key, Step},
};
use crate::clock::{self, MINUTE, SECOND};

const NAME: By<'static> = By::Controller("horizontal-pod-autoscaler");
/// Between two looks.
const PERIOD: i64 = 30 * SECOND;
/// So long it must have been too much before there are fewer.
const PATIENCE: i64 = 5 * MINUTE;

impl Cluster {
    pub(super) fn autoscale(&mut self) {
        let scalers: Vec<Arc<Value>> = self.store.objects(Kind::HorizontalPodAutoscaler, None).cloned().collect();
        for scaler in scalers {
            self.autoscale_one(&scaler);
        }
        self.queue.at(self.now + PERIOD, Step::Autoscale);
    }

    fn autoscale_one(&mut self, scaler: &Value) {
        let namespace = field::text(scaler, "/metadata/namespace");
        let name = field::text(scaler, "/spec/scaleTargetRef/name");
        let Some(kind) = Kind::named(field::text(scaler, "/spec/scaleTargetRef/kind")) else { return };
        let Some(target) = self.store.object(kind, namespace, name).cloned() else { return };
        let replicas = field::int(&target, "/spec/replicas").unwrap_or(1);
        let number = |pointer, default| field::int(scaler, pointer).unwrap_or(default);
        let (least, most) = (number("/spec/minReplicas", 1), number("/spec/maxReplicas", 1));
        let aim = number("/spec/metrics/0/resource/target/averageUtilization", 80).max(1);
        let (used, asked, ready) = self.measure(kind, &target);
        let key = Key::new(Kind::HorizontalPodAutoscaler, namespace, field::text(scaler, "/metadata/name"));
        if replicas == 0 || asked == 0 {
            return;
        }
        let percent = used * 100 / asked;
        self.serving.insert(format!("{namespace}/{name}"), ready);
        // upstream leaves it alone within a tenth of the aim
        let near = (percent - aim).abs() * 10 <= aim;
        let wish = if near { replicas } else { (ready * percent + aim - 1) / aim };
        let bounded = wish.clamp(least, most);
        let wish = self.patient(&key, bounded, replicas).min((replicas * 2).max(4));
        if wish != replicas {
            let reason = if wish > replicas {
                "cpu resource utilization (percentage of request) above target"
            } else {
                "All metrics below target"
            };
            let message = format!("New size: {wish}; reason: {reason}");
            let resource = Some(field::text(&target, "/metadata/resourceVersion"));
            if self.scale(kind, namespace, name, wish, resource).is_ok() {
                self.tell(
                    &About::object(Kind::HorizontalPodAutoscaler, scaler),
                    Tale::normal(NAME, "SuccessfulRescale", &message),
                );
            }
        }
        self.scaler_status(scaler, [replicas, wish, percent, used / ready.max(1)], (bounded, least, most));
    }

    /// What the ready pods use and ask for, in thousandths of a CPU, and how many they are.
    fn measure(&self, kind: Kind, target: &Value) -> (i64, i64, i64) {
        let mut owners = vec![field::uid(target)];
        if kind == Kind::Deployment {
            owners.extend(self.sets_of(target).iter().map(|set| field::uid(&set.value)));
        }
        let pods =
            owners.into_iter().flat_map(|owner| self.pods_of(owner)).filter(|pod| pod.is_active() && pod.is_ready());
        pods.fold((0, 0, 0), |(used, asked, count), pod| {
            (used + self.pod_usage(&pod).cpu, asked + pod.template.cpu, count + 1)
        })
    }

    /// Fewer only when it has been so for a while.
    fn patient(&mut self, key: &Key, wish: i64, replicas: i64) -> i64 {
        let now = self.now;
        // what it had when it was first looked at counts as its wish
        let wishes = self.wishes.entry(key.clone()).or_insert_with(|| VecDeque::from([(now, replicas)]));
        wishes.push_back((now, wish));
        while wishes.front().is_some_and(|(at, _)| *at < now - PATIENCE) {
            wishes.pop_front();
        }
        let recent = wishes.iter().map(|(_, wish)| *wish).max().unwrap_or(wish);
        if wish >= replicas { wish } else { recent.min(replicas) }
    }

    fn scaler_status(&mut self, scaler: &Value, numbers: [i64; 4], (bounded, least, most): (i64, i64, i64)) {
        let [replicas, wish, percent, average] = numbers;
        let before = field::list(scaler, "/status/conditions");
        let now = clock::seconds(self.now);
        let condition = |kind: &str, status: &str, reason: &str, message: &str| {
            let kept = before.iter().find(|before| before["type"] == kind && before["status"] == status);
            let since = kept.map_or_else(|| json!(now), |kept| kept["lastTransitionTime"].clone());
            json!({ "type": kind, "status": status, "lastTransitionTime": since, "reason": reason, "message": message })
        };
        let (limited, able) = verdicts(&condition, wish < replicas, replicas, (bounded, least, most));
        let message = "the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)";
        let mut status = json!({ "currentReplicas": replicas, "desiredReplicas": wish });
        let last = scaler.pointer("/status/lastScaleTime").cloned();
        if let Some(last) = if wish == replicas { last } else { Some(json!(now)) } {
            status["lastScaleTime"] = last;
        }
        status["currentMetrics"] = json!([{
            "type": "Resource",
            "resource": {
                "name": "cpu",
                "current": { "averageUtilization": percent, "averageValue": super::quantity::cpu(average) },
            },
        }]);
        status["conditions"] = json!([able, condition("ScalingActive", "True", "ValidMetricFound", message), limited]);
        if !same(&scaler["status"], &status) {
            let mut value = scaler.clone();
            value["status"] = status;
            let (namespace, name) = (field::text(scaler, "/metadata/namespace"), field::text(scaler, "/metadata/name"));
            value["metadata"]["resourceVersion"] = json!("");
            _ = self.update(Kind::HorizontalPodAutoscaler, namespace, name, value, Part::Status);
        }
    }
}

/// What limits the size, and whether it may change just now.
fn verdicts(
    condition: &dyn Fn(&str, &str, &str, &str) -> Value,
    shrinks: bool,
    replicas: i64,
    (bounded, least, most): (i64, i64, i64),
) -> (Value, Value) {
    let limited = match bounded {
        at if at == least => condition(
            "ScalingLimited",
            "True",
            "TooFewReplicas",
            "the desired replica count is less than the minimum replica count",
        ),
        at if at == most => condition(
            "ScalingLimited",
            "True",
            "TooManyReplicas",
            "the desired replica count is more than the maximum replica count",
        ),
        _ => condition(
            "ScalingLimited",
            "False",
            "DesiredWithinRange",
            "the desired count is within the acceptable range",
        ),
    };
    let able = if shrinks || bounded >= replicas {
        condition("AbleToScale", "True", "ReadyForNewScale", "recommended size matches current size")
    } else {
        let message = "recent recommendations were higher than current one, applying the highest recent recommendation";
        condition("AbleToScale", "True", "ScaleDownStabilized", message)
    };
    (limited, able)
}

/// Whether two statuses say the same; a percent more or less is no news.
fn same(a: &Value, b: &Value) -> bool {
    let strip = |value: &Value| {
        let mut value = value.clone();
        value["currentMetrics"] = Value::Null;
        value
    };
    let percent =
        |value: &Value| field::int(value, "/currentMetrics/0/resource/current/averageUtilization").unwrap_or(-9);
    strip(a) == strip(b) && (percent(a) - percent(b)).abs() < 2
}
