use super::*;
use crate::{
    kube::{DeleteOptions, Effect, Propagation, Rule, pod::State},
    lines::{Doom, Mood},
};

fn crash(zone: Option<&str>) -> Rule {
    Rule {
        id: "bad".to_owned(),
        image: Some("checkout:1.3.0".to_owned()),
        env: None,
        zone: zone.map(str::to_owned),
        effect: Effect::Crash { after_ms: 2_000, exit: 1, oom: false, mood: Mood::Doomed(Doom::Config) },
    }
}

#[test]
fn a_program_that_falls_over_is_started_again_later_and_later() {
    let mut cluster = cluster();
    cluster.add_rule(crash(None));
    cluster.set_image("checkout", "1.3.0");
    cluster.pass(10 * MINUTE);
    let pods = cluster.pods_named("checkout");
    let bad = pods.iter().find(|pod| pod.template.containers[0].image.ends_with("1.3.0")).unwrap();
    let runs = cluster.runs("shop", &bad.name, "checkout");
    let gaps: Vec<i64> = runs.windows(2).map(|pair| (pair[1].started - pair[0].ended.unwrap().0) / SECOND).collect();
    assert_eq!(gaps[..6], [0, 10, 20, 40, 80, 160], "{runs:?}");
    assert!(runs.iter().all(|run| run.mood == Mood::Doomed(Doom::Config)));
    let container = &bad.containers[0];
    assert_eq!(container.restarts, 6);
    assert!(matches!(container.state, State::Waiting { reason: "CrashLoopBackOff", .. }), "{:?}", container.state);
    assert_eq!(container.last.unwrap().exit, 1);
    let (_, count) =
        cluster.events_of("BackOff").into_iter().find(|(message, _)| message.contains(&*bad.name)).unwrap();
    assert!(count >= 6);
    // the others hold the fort
    assert!(cluster.endpoints("shop", "checkout").iter().any(|endpoint| endpoint.ready));
}

#[test]
fn what_crashes_in_one_zone_runs_in_the_others_and_is_cured_by_going_back() {
    let mut cluster = cluster();
    cluster.change("checkout", |value| value["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] = json!("100%"));
    cluster.add_rule(crash(Some("us-east-1b")));
    cluster.set_image("checkout", "1.3.0");
    cluster.pass(5 * MINUTE);
    let (mut bad, mut good) = (0, 0);
    for pod in cluster.pods_named("checkout") {
        let node = pod.node.as_ref().unwrap();
        let there = cluster.host(&node.node).unwrap().spec.zone == "us-east-1b";
        assert_eq!(pod.is_ready(), !there, "{}", pod.value());
        if there { bad += 1 } else { good += 1 }
    }
    assert!(bad > 0 && good > 0);
    cluster.set_image("checkout", "1.2.0");
    cluster.pass(2 * MINUTE);
    assert!(cluster.rolled_out("checkout"));
}

#[test]
fn a_rule_that_is_lifted_lets_the_container_live() {
    let mut cluster = cluster();
    cluster.add_rule(Rule { image: Some("checkout:1.2.0".to_owned()), ..crash(Some("us-east-1a")) });
    cluster.pass(MINUTE);
    assert!(cluster.pods_named("checkout").iter().any(|pod| !pod.is_ready()));
    cluster.remove_rule("bad");
    cluster.pass(7 * MINUTE);
    assert!(cluster.pods_named("checkout").iter().all(|pod| pod.is_ready()));
}

#[test]
fn memory_that_runs_out_shows_as_such() {
    let mut cluster = cluster();
    let effect = Effect::Crash { after_ms: 5_000, exit: 137, oom: true, mood: Mood::Doomed(Doom::Memory) };
    cluster.add_rule(Rule { image: Some("cart:1.2.0".to_owned()), effect, ..crash(None) });
    cluster.pass(20 * SECOND);
    let pod = cluster.pods_named("cart").remove(0);
    let status = pod.status();
    let last = status.pointer("/containerStatuses/0/lastState/terminated").unwrap();
    assert_eq!((&last["reason"], &last["exitCode"]), (&json!("OOMKilled"), &json!(137)));
}

#[test]
fn a_probe_that_fails_takes_the_pod_from_its_endpoints_and_gives_it_back() {
    let mut cluster = cluster();
    cluster.add_rule(Rule {
        image: Some("cart:1.2.0".to_owned()),
        effect: Effect::Unready { after_ms: 4_000 },
        ..crash(None)
    });
    cluster.pass(30 * SECOND);
    assert!(cluster.endpoints("shop", "cart").iter().all(|endpoint| !endpoint.ready));
    assert_eq!(cluster.condition("cart", "Available").0, "False");
    assert!(cluster.events_of("Unhealthy").iter().any(|(message, _)| message.contains("statuscode: 503")));
    let slice = cluster
        .store
        .objects(Kind::EndpointSlice, Some("shop"))
        .find(|s| field::text(s, "/metadata/name").starts_with("cart"))
        .unwrap();
    assert!(field::list(slice, "/endpoints").iter().all(|endpoint| endpoint["conditions"]["ready"] == false));
    cluster.remove_rule("bad");
    cluster.pass(30 * SECOND);
    assert!(cluster.endpoints("shop", "cart").iter().all(|endpoint| endpoint.ready));
}

#[test]
fn an_eviction_that_the_budget_forbids_is_told_so() {
    let mut cluster = cluster();
    let pods = cluster.pods_named("cart");
    let how = DeleteOptions::default();
    cluster.evict("shop", &pods[0].name, &how, false).unwrap();
    cluster.pass(100);
    let refused = cluster.evict("shop", &pods[1].name, &how, false).unwrap_err();
    assert_eq!((refused.code, refused.reason), (429, "TooManyRequests"));
    let needs = pods.len() - 1;
    let cause = &refused.details.unwrap().causes[0];
    assert_eq!(
        cause.message,
        format!("The disruption budget cart needs {needs} healthy pods and has {needs} currently")
    );
    cluster.pass(MINUTE);
    cluster.evict("shop", &pods[1].name, &how, false).unwrap();
}

#[test]
fn dependents_go_with_their_owner_or_stay_as_one_likes() {
    let mut cluster = cluster();
    let how = DeleteOptions::default();
    cluster.delete(Kind::Deployment, "shop", "cart", &how).unwrap();
    let orphan = DeleteOptions { propagation: Propagation::Orphan, ..how.clone() };
    cluster.delete(Kind::Deployment, "shop", "checkout", &orphan).unwrap();
    let foreground = DeleteOptions { propagation: Propagation::Foreground, ..how };
    cluster.delete(Kind::Deployment, "shop", "web", &foreground).unwrap();
    assert!(cluster.read(Kind::Deployment, "web")["metadata"]["deletionTimestamp"].is_string());
    cluster.pass(MINUTE);
    assert!(cluster.pods_named("cart").is_empty() && cluster.pods_named("web").is_empty());
    assert_eq!(cluster.read(Kind::Deployment, "web"), Value::Null);
    assert!(!cluster.pods_named("checkout").is_empty());
    assert!(
        !cluster
            .store
            .objects(Kind::ReplicaSet, Some("shop"))
            .any(|set| field::text(set, "/metadata/name").starts_with("cart"))
    );
}

#[test]
fn a_namespace_takes_everything_with_it() {
    let mut cluster = cluster();
    cluster.delete(Kind::Namespace, "", "shop", &DeleteOptions::default()).unwrap();
    let refused = cluster.create(Kind::ConfigMap, "shop", json!({ "metadata": { "name": "late" } })).unwrap_err();
    assert_eq!(refused.code, 403);
    cluster.pass(MINUTE);
    for row in super::super::resource::RESOURCES.iter().filter(|row| row.namespaced && row.kind != Kind::Event) {
        assert_eq!(cluster.store.list(row.kind, Some("shop")).count(), 0, "{}", row.plural);
    }
    assert!(cluster.store.object(Kind::Namespace, "", "shop").is_none());
}

#[test]
fn writes_are_refused_in_the_words_of_the_real_server() {
    let mut cluster = cluster();
    let stale = cluster.read(Kind::Deployment, "cart");
    cluster.set_image("cart", "1.3.0");
    let refused = cluster.update(Kind::Deployment, "shop", "cart", stale, Part::Whole).unwrap_err();
    assert_eq!((refused.code, refused.reason), (409, "Conflict"));
    assert_eq!(
        refused.message,
        "Operation cannot be fulfilled on deployments.apps \"cart\": the object has been modified; please apply your changes to the \
         latest version and try again"
    );
    let refused = cluster.delete(Kind::Pod, "shop", "nobody", &DeleteOptions::default()).unwrap_err();
    assert_eq!(refused.message, "pods \"nobody\" not found");
    let refused = cluster.create(Kind::Deployment, "shop", cluster.read(Kind::Deployment, "web")).unwrap_err();
    assert_eq!(refused.message, "deployments.apps \"web\" already exists");
    let mut changed = cluster.read(Kind::Deployment, "web");
    changed["spec"]["selector"]["matchLabels"]["more"] = json!("than before");
    let refused = cluster.update(Kind::Deployment, "shop", "web", changed, Part::Whole).unwrap_err();
    assert_eq!(refused.code, 422);
}

#[test]
fn jobs_of_a_cron_job_run_to_their_end_and_few_are_kept() {
    let mut cluster = cluster();
    cluster.pass(61 * MINUTE);
    let jobs: Vec<Value> = cluster.store.objects(Kind::Job, Some("shop")).map(|job| Value::clone(job)).collect();
    assert!((3..=4).contains(&jobs.len()), "{}", jobs.len());
    assert!(jobs.iter().filter(|job| job["status"]["succeeded"] == 1).count() >= 3);
    let cron = cluster.read(Kind::CronJob, "report");
    assert!(field::time(&cron, "/status/lastScheduleTime").unwrap() > NOW + 49 * MINUTE);
    let pod = cluster.pods_named("report").remove(0);
    assert!(!cluster.runs("shop", &pod.name, "report").is_empty());
}
