//! Disruption budgets: how many pods may be taken away just now.
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use serde_json::{Value, json};

use super::{Cluster, Kind, Pod, deployment::share, field, queue::Key, selector::Selector};
use crate::clock::{self, MINUTE};

impl Cluster {
    pub(super) fn reconcile_budget(&mut self, key: &Key) {
        let Some(budget) = self.store.object(Kind::PodDisruptionBudget, &key.namespace, &key.name).cloned() else {
            return;
        };
        let selector = Selector::of(budget.pointer("/spec/selector"));
        let pods: Vec<Arc<Pod>> = self
            .store
            .pods(Some(&key.namespace))
            .filter(|pod| !pod.phase.is_over() && selector.matches(&pod.labels))
            .cloned()
            .collect();
        let expected = self.expected(&pods);
        let desired = match (budget.pointer("/spec/minAvailable"), budget.pointer("/spec/maxUnavailable")) {
            (Some(least), _) => share(least, expected, true),
            (None, Some(most)) => (expected - share(most, expected, true)).max(0),
            (None, None) => 0,
        };
        // what was evicted a moment ago counts as gone, though it may not show yet
        let evicted: BTreeMap<String, Value> = budget
            .pointer("/status/disruptedPods")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter(|(name, at)| {
                let at = at.as_str().and_then(|at| at.parse::<jiff::Timestamp>().ok());
                let recent = at.is_some_and(|at| at.as_millisecond() + 2 * MINUTE > self.now);
                recent && pods.iter().any(|pod| *pod.name == **name && pod.deletion.is_none())
            })
            .map(|(name, at)| (name.clone(), at.clone()))
            .collect();
        let healthy = pods.iter().filter(|pod| pod.is_ready() && pod.deletion.is_none());
        let healthy = i64::try_from(healthy.filter(|pod| !evicted.contains_key(&*pod.name)).count()).unwrap_or(0);
        let allowed = if expected > 0 { (healthy - desired).max(0) } else { 0 };
        let mut status = json!({ "observedGeneration": budget["metadata"]["generation"] });
        if !evicted.is_empty() {
            status["disruptedPods"] = json!(evicted);
        }
        status["disruptionsAllowed"] = json!(allowed);
        status["currentHealthy"] = json!(healthy);
        status["desiredHealthy"] = json!(desired);
        status["expectedPods"] = json!(expected);
        status["conditions"] = json!([self.allowance(&budget, allowed)]);
        if budget["status"] != status {
            let mut budget = Value::clone(&budget);
            budget["status"] = status;
            self.put(Kind::PodDisruptionBudget, budget);
        }
    }

    fn allowance(&self, budget: &Value, allowed: i64) -> Value {
        let (status, reason) = if allowed > 0 { ("True", "SufficientPods") } else { ("False", "InsufficientPods") };
        let before = field::list(budget, "/status/conditions").first();
        let since =
            before.filter(|before| before["status"] == status).map(|before| before["lastTransitionTime"].clone());
        json!({
            "type": "DisruptionAllowed",
            "status": status,
            "observedGeneration": budget["metadata"]["generation"],
            "lastTransitionTime": since.unwrap_or_else(|| json!(clock::seconds(self.now))),
            "reason": reason,
            "message": "",
        })
    }

    /// How many pods there should be, by those who own them.
    fn expected(&self, pods: &[Arc<Pod>]) -> i64 {
        let mut owners: HashMap<u128, i64> = HashMap::new();
        let mut alone = 0;
        for pod in pods {
            let Some(owner) = &pod.owner else {
                alone += 1;
                continue;
            };
            let Some(kind) = Kind::named(owner.kind) else { continue };
            let Some(value) = self.store.object(kind, &pod.namespace, &owner.name) else { continue };
            let above = field::list(value, "/metadata/ownerReferences").iter().find_map(|above| {
                let kind = Kind::named(field::text(above, "/kind"))?;
                self.store.object(kind, &pod.namespace, field::text(above, "/name"))
            });
            let scaled = above.unwrap_or(value);
            owners.insert(field::uid(scaled), field::int(scaled, "/spec/replicas").unwrap_or(1));
        }
        owners.values().sum::<i64>() + alone
    }
}
