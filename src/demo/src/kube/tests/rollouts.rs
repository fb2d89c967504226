use super::*;
use crate::kube::deployment::annotation;

#[test]
fn a_new_image_rolls_within_its_bounds() {
    let mut cluster = cluster();
    let replicas = cluster.pods_named("checkout").len();
    cluster.set_image("checkout", "1.3.0");
    let mut seen_both = false;
    for _ in 0..600 {
        cluster.pass(200);
        let pods = cluster.pods_named("checkout");
        let active = pods.iter().filter(|pod| pod.is_active()).count();
        let ready = pods.iter().filter(|pod| pod.is_active() && pod.is_ready()).count();
        assert!(active <= replicas + replicas.div_ceil(4), "{active} active pods of {replicas}");
        assert!(ready >= replicas - replicas / 4, "{ready} ready pods of {replicas}");
        seen_both |= pods.iter().any(|pod| pod.template.spec.to_string().contains("1.2.0"))
            && pods.iter().any(|pod| pod.template.spec.to_string().contains("1.3.0"));
    }
    assert!(seen_both && cluster.rolled_out("checkout"));
    let pods = cluster.pods_named("checkout");
    assert_eq!(pods.len(), replicas);
    assert!(pods.iter().all(|pod| *pod.template.containers[0].image == *image("checkout", "1.3.0")));
    let deployment = cluster.read(Kind::Deployment, "checkout");
    assert_eq!(annotation(&deployment, "deployment.kubernetes.io/revision"), Some("4"));
    let zones: std::collections::BTreeMap<String, usize> = cluster.endpoints("shop", "checkout").into_iter().fold(
        std::collections::BTreeMap::new(),
        |mut sum, endpoint| {
            *sum.entry(endpoint.zone).or_default() += 1;
            sum
        },
    );
    assert_eq!(zones.len(), 3, "{zones:?}");
    assert!(zones.values().max().unwrap() - zones.values().min().unwrap() <= 1, "{zones:?}");
}

#[test]
fn going_back_to_a_template_takes_its_replica_set_again() {
    let mut cluster = cluster();
    let before = cluster.sets_of(&cluster.read(Kind::Deployment, "cart")).last().unwrap().name().to_owned();
    cluster.set_image("cart", "1.3.0");
    cluster.pass(2 * MINUTE);
    cluster.set_image("cart", "1.2.0");
    cluster.pass(2 * MINUTE);
    assert!(cluster.rolled_out("cart"));
    let deployment = cluster.read(Kind::Deployment, "cart");
    let live: Vec<_> = cluster.sets_of(&deployment).into_iter().filter(|set| set.wish > 0).collect();
    assert_eq!(live.iter().map(|set| (set.name().to_owned(), set.revision())).collect::<Vec<_>>(), [(before, 5)]);
    assert_eq!(annotation(&live[0].value, "deployment.kubernetes.io/revision-history"), Some("3"));
}

#[test]
fn an_image_that_nobody_has_stops_the_rollout_and_runs_out_of_time() {
    let mut cluster = cluster();
    let replicas = cluster.pods_named("checkout").len();
    cluster.change("checkout", |value| value["spec"]["progressDeadlineSeconds"] = json!(120));
    cluster.set_image("checkout", "9.9.9");
    cluster.pass(30 * SECOND);
    let stuck = cluster.pods_named("checkout").into_iter().find(|pod| !pod.is_ready() && pod.is_active()).unwrap();
    let reasons: Vec<Value> = field::list(&stuck.status(), "/containerStatuses").to_vec();
    let reason = field::text(&reasons[0], "/state/waiting/reason").to_owned();
    assert!(["ErrImagePull", "ImagePullBackOff"].contains(&reason.as_str()), "{reason}");
    assert_eq!(stuck.phase, super::super::pod::Phase::Pending);
    cluster.pass(2 * MINUTE);
    assert_eq!(
        cluster.condition("checkout", "Progressing"),
        ("False".to_owned(), "ProgressDeadlineExceeded".to_owned())
    );
    assert_eq!(cluster.condition("checkout", "Available").0, "True");
    assert!(
        cluster.endpoints("shop", "checkout").iter().filter(|endpoint| endpoint.ready).count()
            >= replicas - replicas / 4
    );
    cluster.set_image("checkout", "1.2.0");
    cluster.pass(2 * MINUTE);
    assert!(cluster.rolled_out("checkout"));
    assert_eq!(cluster.condition("checkout", "Progressing"), ("True".to_owned(), "NewReplicaSetAvailable".to_owned()));
}

#[test]
fn a_paused_deployment_waits_and_can_still_be_scaled() {
    let mut cluster = cluster();
    cluster.change("cart", |value| value["spec"]["paused"] = json!(true));
    cluster.set_image("cart", "1.3.0");
    cluster.pass(MINUTE);
    assert_eq!(cluster.condition("cart", "Progressing"), ("Unknown".to_owned(), "DeploymentPaused".to_owned()));
    assert!(cluster.pods_named("cart").iter().all(|pod| pod.template.containers[0].image.ends_with("1.2.0")));
    cluster.scale(Kind::Deployment, "shop", "cart", 7, None).unwrap();
    cluster.pass(MINUTE);
    assert_eq!(cluster.pods_named("cart").len(), 7);
    cluster.change("cart", |value| value["spec"]["paused"] = json!(false));
    cluster.pass(2 * MINUTE);
    assert!(cluster.rolled_out("cart"));
    assert!(cluster.pods_named("cart").iter().all(|pod| pod.template.containers[0].image.ends_with("1.3.0")));
}

#[test]
fn recreate_lets_the_old_go_first() {
    let mut cluster = cluster();
    cluster.change("cart", |value| value["spec"]["strategy"] = json!({ "type": "Recreate" }));
    cluster.pass(SECOND);
    cluster.set_image("cart", "1.3.0");
    for _ in 0..200 {
        cluster.pass(300);
        let images: std::collections::BTreeSet<String> =
            cluster.pods_named("cart").iter().map(|pod| pod.template.containers[0].image.to_string()).collect();
        assert!(images.len() <= 1, "{images:?}");
    }
    assert!(cluster.rolled_out("cart"));
}

#[test]
fn old_revisions_go_beyond_the_limit() {
    let mut cluster = cluster();
    cluster.change("cart", |value| value["spec"]["revisionHistoryLimit"] = json!(1));
    cluster.set_image("cart", "1.3.0");
    cluster.pass(3 * MINUTE);
    let deployment = cluster.read(Kind::Deployment, "cart");
    assert_eq!(cluster.sets_of(&deployment).iter().map(|set| set.revision()).collect::<Vec<_>>(), [3, 4]);
}

#[test]
fn a_stateful_set_goes_from_the_highest_number_down() {
    let mut cluster = cluster();
    let mut set = cluster.read(Kind::StatefulSet, "sessions");
    set["spec"]["template"]["spec"]["containers"][0]["image"] = json!(image("sessions", "1.3.0"));
    cluster.update(Kind::StatefulSet, "shop", "sessions", set, Part::Whole).unwrap();
    let mut order = vec![];
    for _ in 0..600 {
        cluster.pass(200);
        for pod in cluster.pods_named("sessions-") {
            let new = pod.template.containers[0].image.ends_with("1.3.0");
            if new && !order.contains(&pod.name) {
                order.push(pod.name.clone());
            }
        }
        let away =
            cluster.pods_named("sessions-").iter().filter(|pod| pod.is_ready() && pod.deletion.is_none()).count();
        assert!(away >= 2, "{away} members");
    }
    assert_eq!(order.iter().map(|name| &**name).collect::<Vec<_>>(), ["sessions-2", "sessions-1", "sessions-0"]);
    let set = cluster.read(Kind::StatefulSet, "sessions");
    assert_eq!(set["status"]["currentRevision"], set["status"]["updateRevision"]);
    assert_eq!(set["status"]["readyReplicas"], 3);
}

#[test]
fn a_daemon_set_replaces_one_at_a_time() {
    let mut cluster = cluster();
    let mut set = Value::clone(cluster.store.object(Kind::DaemonSet, "kube-system", "kube-proxy").unwrap());
    set["spec"]["template"]["metadata"]["annotations"] = json!({ "kubectl.kubernetes.io/restartedAt": "now" });
    cluster.update(Kind::DaemonSet, "kube-system", "kube-proxy", set, Part::Whole).unwrap();
    for _ in 0..400 {
        cluster.pass(500);
        let pods = cluster.store.pods(Some("kube-system")).filter(|pod| pod.name.starts_with("kube-proxy"));
        let ready = pods.filter(|pod| pod.is_ready() && pod.deletion.is_none()).count();
        assert!(ready >= 8, "{ready}");
    }
    let set = cluster.store.object(Kind::DaemonSet, "kube-system", "kube-proxy").unwrap();
    assert_eq!(
        (field::int(set, "/status/updatedNumberScheduled"), field::int(set, "/status/numberReady")),
        (Some(9), Some(9))
    );
}

#[test]
fn a_pod_that_is_given_other_labels_lives_on_beside_its_replacement() {
    let mut cluster = cluster();
    let pods = cluster.pods_named("cart");
    let mut value = pods[0].value();
    value["metadata"]["labels"] = json!({ "quarantine": "yes" });
    cluster.update(Kind::Pod, "shop", &pods[0].name, value, Part::Whole).unwrap();
    cluster.pass(MINUTE);
    let now = cluster.pods_named("cart");
    assert_eq!(now.len(), pods.len() + 1);
    let alone = now.iter().find(|pod| pod.name == pods[0].name).unwrap();
    assert!(alone.owner.is_none() && alone.is_ready());
    assert_eq!(cluster.endpoints("shop", "cart").len(), pods.len());
}
