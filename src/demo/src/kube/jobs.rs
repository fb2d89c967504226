//! Jobs, and the cron jobs that make them.
use std::sync::Arc;

use serde_json::{Value, json};

use super::{
    Cluster, Kind, admit,
    cron::Schedule,
    events::{About, By, Tale},
    field,
    pod::Phase,
    queue::{Key, Step},
};
use crate::clock::{self, MINUTE, SECOND};

const JOB: By<'static> = By::Controller("job-controller");
const CRON: By<'static> = By::Controller("cronjob-controller");

fn finished(job: &Value) -> Option<&'static str> {
    let conditions = field::list(job, "/status/conditions");
    let holds = |kind: &str| conditions.iter().any(|c| c["type"] == kind && c["status"] == "True");
    if holds("Complete") {
        Some("Complete")
    } else if holds("Failed") {
        Some("Failed")
    } else {
        None
    }
}

impl Cluster {
    pub(super) fn reconcile_job(&mut self, key: &Key) {
        let Some(job) = self.store.object(Kind::Job, &key.namespace, &key.name).cloned() else { return };
        let going = !field::text(&job, "/metadata/deletionTimestamp").is_empty();
        if going || finished(&job).is_some() || job["spec"]["suspend"] == true {
            return;
        }
        let pods = self.pods_of(field::uid(&job));
        let count = |phase: Phase| pods.iter().filter(|pod| pod.phase == phase).count();
        let (succeeded, failed) = (count(Phase::Succeeded), count(Phase::Failed));
        let active = pods.iter().filter(|pod| pod.is_active()).count();
        let number = |pointer, default| usize::try_from(field::int(&job, pointer).unwrap_or(default)).unwrap_or(0);
        let (completions, parallelism) = (number("/spec/completions", 1), number("/spec/parallelism", 1));
        let over = failed > number("/spec/backoffLimit", 6);
        let missing = completions.saturating_sub(succeeded).min(parallelism).saturating_sub(active);
        let mut created = 0;
        if !over && succeeded < completions {
            for _ in 0..missing {
                let pod = self.new_pod(&job, Kind::Job);
                let message = format!("Created pod: {}", pod.name);
                self.put_pod(pod);
                self.tell(&About::object(Kind::Job, &job), Tale::normal(JOB, "SuccessfulCreate", &message));
                created += 1;
            }
        }
        let mut status = json!({});
        if active + created > 0 {
            status["active"] = json!(active + created);
        }
        status["startTime"] =
            job.pointer("/status/startTime").cloned().unwrap_or_else(|| json!(clock::seconds(self.now)));
        for (name, count) in [("succeeded", succeeded), ("failed", failed)].into_iter().filter(|(_, count)| *count > 0)
        {
            status[name] = json!(count);
        }
        status["ready"] = json!(pods.iter().filter(|pod| pod.is_active() && pod.is_ready()).count());
        status["terminating"] = json!(pods.iter().filter(|pod| !pod.phase.is_over() && pod.deletion.is_some()).count());
        status["uncountedTerminatedPods"] = json!({});
        let end = if succeeded >= completions { Some(true) } else { over.then_some(false) };
        if let Some(well) = end {
            self.end_job(&job, &mut status, well);
        }
        if job["status"] != status {
            let mut job = Value::clone(&job);
            job["status"] = status;
            self.put(Kind::Job, job);
        }
    }

    fn end_job(&mut self, job: &Value, status: &mut Value, well: bool) {
        let now = clock::seconds(self.now);
        let condition = |kind: &str, reason: &str, message: &str| json!({ "type": kind, "status": "True", "lastProbeTime": now, "lastTransitionTime": now, "reason": reason, "message": message });
        if well {
            let message = "Reached expected number of succeeded pods";
            status["completionTime"] = json!(now);
            status["conditions"] = json!([
                condition("SuccessCriteriaMet", "CompletionsReached", message),
                condition("Complete", "CompletionsReached", message),
            ]);
            self.tell(&About::object(Kind::Job, job), Tale::normal(JOB, "Completed", "Job completed"));
        } else {
            let message = "Job has reached the specified backoff limit";
            status["conditions"] = json!([
                condition("FailureTarget", "BackoffLimitExceeded", message),
                condition("Failed", "BackoffLimitExceeded", message),
            ]);
            self.tell(&About::object(Kind::Job, job), Tale::warning(JOB, "BackoffLimitExceeded", message));
        }
        if let Some(seconds) = field::int(job, "/spec/ttlSecondsAfterFinished") {
            self.queue
                .later(self.now + seconds * SECOND, Key::of(Kind::Job, &super::Item::Object(Arc::new(job.clone()))));
        }
    }

    /// A finished job whose time is over goes.
    pub(super) fn expire_job(&mut self, key: &Key) {
        let Some(job) = self.store.object(Kind::Job, &key.namespace, &key.name).cloned() else { return };
        let (Some(_), Some(seconds)) = (finished(&job), field::int(&job, "/spec/ttlSecondsAfterFinished")) else {
            return;
        };
        let ended =
            field::list(&job, "/status/conditions").iter().filter_map(|c| field::time(c, "/lastTransitionTime")).max();
        if ended.is_some_and(|ended| ended + seconds * SECOND <= self.now) {
            self.drop_with_pods(&job);
        }
    }

    fn drop_with_pods(&mut self, job: &Value) {
        let (namespace, name) = (field::text(job, "/metadata/namespace"), field::text(job, "/metadata/name"));
        self.remove(Kind::Job, namespace, name);
        self.queue.at(self.now + 20, Step::Collect(field::uid(job)));
    }

    /// Puts a cron job's next time into the queue, and its history in order.
    pub(super) fn reconcile_cron_job(&mut self, key: &Key) {
        let Some(cron) = self.store.object(Kind::CronJob, &key.namespace, &key.name).cloned() else { return };
        if let Some(schedule) = Schedule::of(field::text(&cron, "/spec/schedule"))
            && let Some(next) = schedule.after(self.now)
        {
            // a status that changes calls here too
            if self.crons.insert(key.clone(), next) != Some(next) {
                self.queue.at(next, Step::Cron(key.clone()));
            }
        }
        self.cron_history(&cron);
        self.cron_status(key, None);
    }

    pub(super) fn cron(&mut self, key: &Key) {
        if self.crons.get(key) != Some(&self.now) {
            return;
        }
        self.crons.remove(key);
        let Some(cron) = self.store.object(Kind::CronJob, &key.namespace, &key.name).cloned() else { return };
        let active = self.active_jobs(&cron);
        let policy = field::text(&cron, "/spec/concurrencyPolicy");
        let about = About::object(Kind::CronJob, &cron);
        let mut held = cron["spec"]["suspend"] == true;
        if policy == "Forbid" && !active.is_empty() {
            let message = "Not starting job because prior execution is running and concurrency policy is Forbid";
            self.tell(&about, Tale::normal(CRON, "JobAlreadyActive", message));
            held = true;
        }
        if policy == "Replace" {
            for job in active.iter().filter(|_| !held) {
                self.drop_with_pods(job);
            }
        }
        if !held {
            let job = self.make_job(&cron, self.now);
            let message = format!("Created job {}", field::text(&job, "/metadata/name"));
            self.tell(&about, Tale::normal(CRON, "SuccessfulCreate", &message));
            self.cron_status(key, Some(self.now));
        }
        self.mark(key.clone(), SECOND);
    }

    /// The job of a cron job for a time.
    pub(super) fn make_job(&mut self, cron: &Value, at: i64) -> Arc<Value> {
        let name = format!("{}-{}", field::text(cron, "/metadata/name"), at / MINUTE);
        let mut spec = cron["spec"]["jobTemplate"]["spec"].clone();
        field::map(&mut spec["template"], "metadata");
        let mut metadata = json!({
            "name": name,
            "annotations": { "batch.kubernetes.io/cronjob-scheduled-timestamp": clock::seconds(at) },
            "ownerReferences": [{
                "apiVersion": "batch/v1",
                "kind": "CronJob",
                "name": cron["metadata"]["name"],
                "uid": cron["metadata"]["uid"],
                "controller": true,
                "blockOwnerDeletion": true,
            }],
        });
        if let Some(labels) = cron.pointer("/spec/jobTemplate/metadata/labels") {
            metadata["labels"] = labels.clone();
        }
        let namespace = field::text(cron, "/metadata/namespace").to_owned();
        let job = json!({ "metadata": metadata, "spec": spec });
        match admit::new(self, Kind::Job, &namespace, job) {
            Ok(job) => self.put(Kind::Job, job),
            Err(_) => Arc::new(json!({})),
        }
    }

    fn jobs_of(&self, cron: &Value) -> Vec<Arc<Value>> {
        let keys = self.index.owned_by(field::uid(cron)).filter(|key| key.kind == Kind::Job);
        let mut jobs: Vec<_> =
            keys.filter_map(|key| self.store.object(key.kind, &key.namespace, &key.name).cloned()).collect();
        jobs.sort_by_key(|job| field::time(job, "/metadata/creationTimestamp"));
        jobs
    }

    fn active_jobs(&self, cron: &Value) -> Vec<Arc<Value>> {
        self.jobs_of(cron).into_iter().filter(|job| finished(job).is_none()).collect()
    }

    fn cron_history(&mut self, cron: &Value) {
        let jobs = self.jobs_of(cron);
        for (kind, limit, default) in
            [("Complete", "/spec/successfulJobsHistoryLimit", 3), ("Failed", "/spec/failedJobsHistoryLimit", 1)]
        {
            let of_kind: Vec<&Arc<Value>> = jobs.iter().filter(|job| finished(job) == Some(kind)).collect();
            let limit = usize::try_from(field::int(cron, limit).unwrap_or(default)).unwrap_or(0);
            let surplus = of_kind.len().saturating_sub(limit);
            for job in of_kind.into_iter().take(surplus) {
                let message = format!("Deleted job {}", field::text(job, "/metadata/name"));
                self.drop_with_pods(job);
                self.tell(&About::object(Kind::CronJob, cron), Tale::normal(CRON, "SuccessfulDelete", &message));
            }
        }
    }

    fn cron_status(&mut self, key: &Key, started: Option<i64>) {
        let Some(cron) = self.store.object(Kind::CronJob, &key.namespace, &key.name).cloned() else { return };
        let before = field::list(&cron, "/status/active");
        let active = self.active_jobs(&cron);
        let reference = |job: &Arc<Value>| {
            json!({
                "kind": "Job",
                "namespace": &*key.namespace,
                "name": job["metadata"]["name"],
                "uid": job["metadata"]["uid"],
                "apiVersion": "batch/v1",
                "resourceVersion": job["metadata"]["resourceVersion"],
            })
        };
        for seen in before {
            let name = field::text(seen, "/name");
            let Some(job) = self.store.object(Kind::Job, &key.namespace, name).cloned() else { continue };
            if let Some(how) = finished(&job) {
                let message = format!("Saw completed job: {name}, condition: {how}");
                self.tell(&About::object(Kind::CronJob, &cron), Tale::normal(CRON, "SawCompletedJob", &message));
            }
        }
        let mut status = json!({});
        let known = |uid: &Value| before.iter().find(|seen| seen["uid"] == *uid).cloned();
        if !active.is_empty() {
            let rows = active.iter().map(|job| known(&job["metadata"]["uid"]).unwrap_or_else(|| reference(job)));
            status["active"] = rows.collect();
        }
        let last =
            started.map(|at| json!(clock::seconds(at))).or_else(|| cron.pointer("/status/lastScheduleTime").cloned());
        if let Some(last) = last {
            status["lastScheduleTime"] = last;
        }
        let jobs = self.jobs_of(&cron);
        let done = jobs.iter().filter_map(|job| job.pointer("/status/completionTime")).next_back();
        if let Some(done) = done.or_else(|| cron.pointer("/status/lastSuccessfulTime")) {
            status["lastSuccessfulTime"] = done.clone();
        }
        if cron["status"] != status {
            let mut cron = Value::clone(&cron);
            cron["status"] = status;
            self.put(Kind::CronJob, cron);
        }
    }
}
