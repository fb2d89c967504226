//! One step of a rollout at a time, and what the deployment says of it.
use serde_json::{Value, json};

use super::{
    Cluster, Kind,
    deployment::{Bounds, Set, split},
    field,
    queue::Key,
};
use crate::clock::{self, SECOND};

impl Cluster {
    /// Brings the new up and the old down, as far as the bounds allow just now.
    pub(super) fn roll(&mut self, deployment: &Value, new: &Set, old: &[Set]) {
        let bounds = Bounds::of(deployment);
        let recreate = field::text(deployment, "/spec/strategy/type") == "Recreate";
        let old_total: i64 = old.iter().map(|set| set.wish).sum();
        let grown = if recreate || new.wish >= bounds.replicas {
            bounds.replicas
        } else {
            let spare = bounds.replicas + bounds.surge - old_total - new.wish;
            if spare <= 0 { new.wish } else { new.wish + spare.min(bounds.replicas - new.wish) }
        };
        if grown != new.wish {
            return self.scale_set(deployment, new, grown);
        }
        if !recreate && old_total > 0 {
            self.shrink_old(deployment, bounds, new, old);
        }
    }

    fn shrink_old(&mut self, deployment: &Value, bounds: Bounds, new: &Set, old: &[Set]) {
        let total: i64 = old.iter().map(|set| set.wish).sum::<i64>() + new.wish;
        let least = bounds.replicas - bounds.unavailable;
        let mut spare = total - least - (new.wish - new.available);
        if spare <= 0 {
            return;
        }
        let mut wishes: Vec<i64> = old.iter().map(|set| set.wish).collect();
        // first those that do nobody any good
        for (set, wish) in old.iter().zip(&mut wishes) {
            let less = (set.wish - set.available).clamp(0, spare);
            *wish -= less;
            spare -= less;
        }
        let available: i64 = old.iter().map(|set| set.available).sum::<i64>() + new.available;
        let mut spare = (available - least).max(0);
        for wish in &mut wishes {
            let less = (*wish).min(spare);
            *wish -= less;
            spare -= less;
        }
        for (set, wish) in old.iter().zip(wishes).filter(|(set, wish)| set.wish != *wish) {
            self.scale_set(deployment, set, wish);
        }
    }

    /// A change of size in the middle of a rollout is spread over the ReplicaSets by their shares.
    pub(super) fn scale_in_proportion(&mut self, deployment: &Value, new: Option<&Set>, old: &[Set]) {
        let bounds = Bounds::of(deployment);
        let all: Vec<&Set> = new.into_iter().chain(old).filter(|set| set.wish > 0).collect();
        if let [only] = all[..] {
            return self.scale_set(deployment, only, bounds.replicas);
        }
        let total: i64 = all.iter().map(|set| set.wish).sum();
        let allowed = if bounds.replicas > 0 { bounds.replicas + bounds.surge } else { 0 };
        let mut left = allowed - total;
        let mut by_size = all;
        by_size.sort_by_key(|set| std::cmp::Reverse(set.wish));
        let mut wishes: Vec<i64> = vec![];
        for set in &by_size {
            let part = ((allowed - total) * set.wish + (allowed - total).signum() * total / 2) / total.max(1);
            let part = if left > 0 { part.clamp(0, left) } else { part.clamp(left, 0) }.max(-set.wish);
            left -= part;
            wishes.push(set.wish + part);
        }
        if let Some(first) = wishes.first_mut() {
            *first = (*first + left).max(0);
        }
        for (set, wish) in by_size.into_iter().zip(wishes) {
            self.scale_set(deployment, set, wish);
        }
    }

    /// Brings the deployment's status up to date. `new` is the newest ReplicaSet's name, and whether it has just been made.
    pub(super) fn deployment_status(&mut self, key: &Key, new: Option<(&str, bool)>) {
        let Some(deployment) = self.store.object(Kind::Deployment, &key.namespace, &key.name).cloned() else { return };
        let sets = self.sets_of(&deployment);
        let (newest, old) = split(&deployment, sets);
        let sum = |of: fn(&Set) -> i64| newest.iter().chain(&old).map(of).sum::<i64>();
        let wish = sum(|set| set.wish);
        let counts = [
            ("replicas", sum(|set| set.replicas)),
            ("updatedReplicas", newest.as_ref().map_or(0, |set| set.replicas)),
            ("readyReplicas", sum(|set| set.ready)),
            ("availableReplicas", sum(|set| set.available)),
            ("unavailableReplicas", (wish - sum(|set| set.available)).max(0)),
        ];
        let mut status = json!({ "observedGeneration": deployment["metadata"]["generation"] });
        for (name, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            status[name] = json!(count);
        }
        if let Some(collisions) = deployment.pointer("/status/collisionCount") {
            status["collisionCount"] = collisions.clone();
        }
        let mut conditions = field::list(&deployment, "/status/conditions").to_vec();
        self.judge_available(&deployment, &status, &mut conditions);
        self.judge_progress(key, &deployment, &status, new, &mut conditions);
        status["conditions"] = json!(conditions);
        if deployment["status"] != status {
            let mut deployment = Value::clone(&deployment);
            deployment["status"] = status;
            self.put(Kind::Deployment, deployment);
        }
    }

    fn judge_available(&self, deployment: &Value, status: &Value, conditions: &mut Vec<Value>) {
        let bounds = Bounds::of(deployment);
        let enough = count(status, "availableReplicas") >= bounds.replicas - bounds.unavailable;
        let (reason, message) = if enough {
            ("MinimumReplicasAvailable", "Deployment has minimum availability.")
        } else {
            ("MinimumReplicasUnavailable", "Deployment does not have minimum availability.")
        };
        self.set_condition(conditions, "Available", if enough { "True" } else { "False" }, reason, message);
    }

    fn judge_progress(
        &mut self,
        key: &Key,
        deployment: &Value,
        status: &Value,
        new: Option<(&str, bool)>,
        conditions: &mut Vec<Value>,
    ) {
        let Some(deadline) = field::int(deployment, "/spec/progressDeadlineSeconds").filter(|s| *s < 2_147_483_647)
        else {
            return conditions.retain(|condition| condition["type"] != "Progressing");
        };
        let before = conditions.iter().find(|condition| condition["type"] == "Progressing").cloned();
        let reason = before.as_ref().map_or("", |before| field::text(before, "/reason")).to_owned();
        let paused = deployment.pointer("/spec/paused").and_then(Value::as_bool).unwrap_or(false);
        if paused {
            if reason != "DeploymentPaused" {
                self.set_condition(conditions, "Progressing", "Unknown", "DeploymentPaused", "Deployment is paused");
            }
            return;
        }
        if reason == "DeploymentPaused" {
            return self.set_condition(
                conditions,
                "Progressing",
                "Unknown",
                "DeploymentResumed",
                "Deployment is resumed",
            );
        }
        let Some((name, created)) = new else { return };
        let (complete, moves) = progress(deployment, status);
        if complete {
            let message = format!("ReplicaSet \"{name}\" has successfully progressed.");
            // a deployment that was done before is not done anew by a pod that comes and goes
            if reason != "NewReplicaSetAvailable"
                || before.is_some_and(|before| field::text(&before, "/message") != message)
            {
                self.set_condition(conditions, "Progressing", "True", "NewReplicaSetAvailable", &message);
            }
            return;
        }
        if created {
            let message = format!("Created new replica set \"{name}\"");
            self.set_condition(conditions, "Progressing", "True", "NewReplicaSetCreated", &message);
        } else if before.is_none() || (reason == "NewReplicaSetAvailable" && !said(before.as_ref(), name)) {
            let message = format!("Found new replica set \"{name}\"");
            self.set_condition(conditions, "Progressing", "True", "FoundNewReplicaSet", &message);
        } else if reason == "NewReplicaSetAvailable" {
            return;
        } else if moves {
            let message = format!("ReplicaSet \"{name}\" is progressing.");
            self.set_condition(conditions, "Progressing", "True", "ReplicaSetUpdated", &message);
        }
        let since = conditions.iter().find(|condition| condition["type"] == "Progressing");
        let since = since.and_then(|condition| field::time(condition, "/lastUpdateTime")).unwrap_or(self.now);
        let over = since + deadline * SECOND;
        if over > self.now {
            self.mark_late(key, over + SECOND);
        } else if reason != "ProgressDeadlineExceeded" || moves {
            let message = format!("ReplicaSet \"{name}\" has timed out progressing.");
            self.set_condition(conditions, "Progressing", "False", "ProgressDeadlineExceeded", &message);
        }
    }

    /// Has an object looked at again at a later time, though it be looked at sooner too.
    fn mark_late(&mut self, key: &Key, when: i64) {
        self.queue.later(when, key.clone());
    }

    /// Sets a condition; when its status stays, so does the time of its last transition.
    pub(super) fn set_condition(
        &self,
        conditions: &mut Vec<Value>,
        kind: &str,
        status: &str,
        reason: &str,
        message: &str,
    ) {
        let now = clock::seconds(self.now);
        let before = conditions.iter_mut().find(|condition| condition["type"] == kind);
        if let Some(before) = &before
            && before["status"] == status
            && before["reason"] == reason
            && kind == "Available"
        {
            return;
        }
        let since = before
            .as_ref()
            .filter(|before| before["status"] == status)
            .map(|before| before["lastTransitionTime"].clone());
        let condition = json!({
            "type": kind,
            "status": status,
            "lastUpdateTime": now,
            "lastTransitionTime": since.unwrap_or_else(|| json!(now)),
            "reason": reason,
            "message": message,
        });
        match before {
            Some(before) => *before = condition,
            None => conditions.push(condition),
        }
    }
}

/// Whether a rollout is done, and whether it has come on since the status before.
fn progress(deployment: &Value, status: &Value) -> (bool, bool) {
    let replicas = field::int(deployment, "/spec/replicas").unwrap_or(1);
    let all = |name| count(status, name) == replicas;
    let was = &deployment["status"];
    let old = |status: &Value| count(status, "replicas") - count(status, "updatedReplicas");
    let more = |name| count(status, name) > count(was, name);
    let moves = more("updatedReplicas") || more("readyReplicas") || more("availableReplicas") || old(status) < old(was);
    (all("updatedReplicas") && all("replicas") && all("availableReplicas"), moves)
}

fn count(status: &Value, name: &str) -> i64 {
    status.get(name).and_then(Value::as_i64).unwrap_or(0)
}

fn said(condition: Option<&Value>, name: &str) -> bool {
    condition.is_some_and(|condition| field::text(condition, "/message").contains(&format!("\"{name}\"")))
}
