//! The applications of a new cluster, with the revisions that they have behind them.
use std::sync::Arc;

use serde_json::{Value, json};

use super::Rota;
use crate::{
    clock::{HOUR, MINUTE, SECOND},
    kube::{
        Cluster, Kind,
        catalog::{self, Portion},
        cron, field,
        host::Load,
        plan::{App, AppKind},
        pod::Phase,
        queue::Key,
    },
    rng::Rng,
};

impl Cluster {
    pub(super) fn be_born_apps(&mut self, founded: i64, rota: &mut Rota, rng: &mut Rng) {
        let portion = Portion::of(&self.plan);
        let apps = self.plan.apps.clone();
        let mut spaces: Vec<&str> = apps.iter().map(|app| app.namespace.as_str()).collect();
        spaces.sort_unstable();
        spaces.dedup();
        for space in spaces {
            self.now = founded + HOUR;
            let of: Vec<&App> = apps.iter().filter(|app| app.namespace == *space).collect();
            for map in catalog::config_maps(&self.plan, &of) {
                self.give(Kind::ConfigMap, space, map);
            }
        }
        let factor = self.factor(&apps);
        for app in &apps {
            self.now = founded + HOUR + rng.between(0, HOUR);
            self.give(Kind::ServiceAccount, &app.namespace, json!({ "metadata": { "name": app.name } }));
            match app.kind {
                AppKind::Deployment => self.be_born_deployment(app, factor, portion, rota, rng),
                AppKind::StatefulSet => self.be_born_stateful_set(app, portion, rota, rng),
                AppKind::CronJob => self.be_born_cron_job(app, portion, rota, rng),
            }
        }
        // once the pods are there, so that not each of them is looked at by each of these
        for app in &apps {
            self.now = founded + 2 * HOUR;
            if app.service {
                self.give(Kind::Service, &app.namespace, catalog::service(app));
            }
            if app.kind != AppKind::CronJob && app.replicas > 1 {
                self.give(Kind::PodDisruptionBudget, &app.namespace, catalog::budget(app));
            }
            self.releases(app, rng);
        }
    }

    /// Helm keeps each release as a secret.
    fn releases(&mut self, app: &App, rng: &mut Rng) {
        for (at, version) in app.previous.iter().map(|(_, when)| *when).chain([self.now]).zip(1..) {
            self.now = at + rng.between(0, 4_000);
            let secret = json!({
                "metadata": {
                    "name": format!("sh.helm.release.v1.{}.v{version}", app.name),
                    "labels": { "name": app.name, "owner": "helm", "version": version.to_string() },
                },
                "type": "helm.sh/release.v1",
            });
            self.give(Kind::Secret, &app.namespace, secret);
        }
    }

    /// By how much the deployments' replicas are multiplied to come to about so many pods as planned.
    fn factor(&self, apps: &[App]) -> f64 {
        let sum = |kind| apps.iter().filter(|app| app.kind == kind).map(|app| app.replicas).sum::<usize>();
        let there = self.store.len(Kind::Pod) + sum(AppKind::StatefulSet) + 3 * sum(AppKind::CronJob);
        let wanted = self.plan.pods.saturating_sub(there);
        (wanted as f64 / sum(AppKind::Deployment).max(1) as f64).max(0.01)
    }

    fn be_born_deployment(&mut self, app: &App, factor: f64, portion: Portion, rota: &mut Rota, rng: &mut Rng) {
        let usual = ((app.replicas as f64 * factor).round() as i64).max(1);
        let key = format!("{}/{}", app.namespace, app.name);
        let mut replicas = usual;
        let mut bounds = None;
        if let Some((least, most, percent)) = app.hpa {
            let scale = |count: i64| ((count as f64 * factor).round() as i64).max(1);
            let (least, most) = (scale(least).min(usual), scale(most).max(usual));
            let load = self.load(&app.namespace, &app.name, self.plan.now);
            replicas = ((usual as f64 * load).round() as i64).clamp(least, most);
            bounds = Some((least, most, percent));
            self.aims.insert(key.clone(), percent);
        }
        self.usual.insert(key.clone(), usual);
        self.serving.insert(key, replicas);
        let count = usize::try_from(replicas).unwrap_or(1);
        let founded = self.now;
        let first = app.previous.first().map_or(founded, |(_, when)| *when);
        let last = app.previous.last().map_or(founded, |(_, when)| *when);
        self.now = first;
        let image = app.previous.first().map_or(&app.image, |(image, _)| image);
        let manifest = catalog::deployment(&self.plan, app, image, count, portion);
        let mut deployment = self.give(Kind::Deployment, &app.namespace, manifest);
        for (revision, (image, when)) in (1..).zip(&app.previous) {
            self.now = *when;
            let set = Value::clone(&deployment);
            deployment = self.with_image(set, image);
            let set = self.make_set(&deployment, 0, revision);
            self.reconcile_replica_set(&Key::new(Kind::ReplicaSet, &app.namespace, set.name()));
        }
        let since = last + (rng.share() * 0.4 * (self.plan.now - last) as f64) as i64 + HOUR;
        let since = since.min(self.plan.now - 3 * HOUR).max(last.min(self.plan.now - 3 * HOUR));
        let set = Value::clone(&deployment);
        deployment = self.with_image(set, &app.image);
        let revision = i64::try_from(app.previous.len()).unwrap_or(0) + 1;
        self.populate(&deployment, revision, since, rota, rng);
        if let Some(bounds) = bounds {
            self.give(Kind::HorizontalPodAutoscaler, &app.namespace, catalog::autoscaler(app, bounds));
        }
    }

    fn with_image(&mut self, mut deployment: Value, image: &str) -> Arc<Value> {
        let template = &mut deployment["spec"]["template"]["spec"]["containers"][0];
        if template["image"] != image {
            template["image"] = json!(image);
            let generation = field::int(&deployment, "/metadata/generation").unwrap_or(1);
            deployment["metadata"]["generation"] = json!(generation + 1);
        }
        deployment["metadata"]["labels"]["app.kubernetes.io/version"] = json!(image.rsplit(':').next());
        self.put(Kind::Deployment, deployment)
    }

    fn be_born_stateful_set(&mut self, app: &App, portion: Portion, rota: &mut Rota, rng: &mut Rng) {
        let manifest = catalog::stateful_set(&self.plan, app, &app.image, app.replicas, portion);
        let set = self.give(Kind::StatefulSet, &app.namespace, manifest);
        let revision = self.revision(&set, Kind::StatefulSet);
        let since = self.now;
        for number in 0..app.replicas {
            let mut pod = self.member(&set, number, &revision);
            let Some(node) = self.turn(rota, Load::of(&pod)) else { break };
            self.lives(&mut pod, &node, since + number as i64 * 15 * SECOND, rng);
            self.put_pod(pod);
        }
    }

    fn be_born_cron_job(&mut self, app: &App, portion: Portion, rota: &mut Rota, rng: &mut Rng) {
        let manifest = catalog::cron_job(&self.plan, app, &app.image, portion);
        let cron = self.give(Kind::CronJob, &app.namespace, manifest);
        let Some(schedule) = cron::Schedule::of(field::text(&cron, "/spec/schedule")) else { return };
        let mut times = vec![];
        let mut at = self.plan.now - 2 * HOUR;
        while let Some(next) = schedule.after(at).filter(|next| *next < self.plan.now - MINUTE) {
            times.push(next);
            at = next;
        }
        let skip = times.len().saturating_sub(3);
        for at in times.into_iter().skip(skip) {
            self.now = at;
            let mut job = Value::clone(&self.make_job(&cron, at));
            job["status"] = json!({ "startTime": crate::clock::seconds(at) });
            let job = self.put(Kind::Job, job);
            let mut pod = self.new_pod(&job, Kind::Job);
            let Some(node) = self.turn(rota, Load::of(&pod)) else { break };
            self.lives(&mut pod, &node, at, rng);
            self.now = at + rng.between(12, 40) * SECOND;
            self.end_container(&mut pod, 0, 0, "Completed");
            pod.phase = Phase::Succeeded;
            pod.ready = (false, self.now);
            self.put_pod(pod);
            self.reconcile_job(&Key::new(Kind::Job, &app.namespace, field::text(&job, "/metadata/name")));
        }
        let mut value = Value::clone(&cron);
        value["status"] = json!({ "lastScheduleTime": crate::clock::seconds(self.now / MINUTE * MINUTE) });
        self.put(Kind::CronJob, value);
    }
}
