use super::*;
use crate::kube::DeleteOptions;

fn one_with(cluster: &Cluster, prefix: &str) -> Arc<str> {
    cluster.pods_named(prefix)[0].node.as_ref().unwrap().node.clone()
}

fn node(cluster: &Cluster, name: &str) -> Value {
    cluster.store.object(Kind::Node, "", name).map(|value| Value::clone(value)).unwrap_or_default()
}

fn ready(cluster: &Cluster, name: &str) -> (String, String) {
    let node = node(cluster, name);
    let condition =
        field::list(&node, "/status/conditions").iter().find(|c| c["type"] == "Ready").cloned().unwrap_or_default();
    (field::text(&condition, "/status").to_owned(), field::text(&condition, "/reason").to_owned())
}

#[test]
fn a_silent_node_loses_its_pods_after_their_patience_and_they_live_elsewhere() {
    let mut cluster = cluster();
    let lost = one_with(&cluster, "checkout");
    let there = |cluster: &Cluster| {
        cluster.pods_on(&lost).iter().filter(|pod| pod.deletion.is_none() && &*pod.namespace == "shop").count()
    };
    let before = there(&cluster);
    let replicas = cluster.pods_named("checkout").len();
    cluster.lose(&lost);
    cluster.pass(39 * SECOND);
    assert_eq!(ready(&cluster, &lost).0, "True");
    cluster.pass(2 * SECOND);
    assert_eq!(ready(&cluster, &lost), ("Unknown".to_owned(), "NodeStatusUnknown".to_owned()));
    cluster.pass(2 * SECOND);
    assert!(cluster.endpoints("shop", "checkout").iter().any(|endpoint| endpoint.node == lost && !endpoint.ready));
    cluster.pass(4 * MINUTE);
    assert_eq!(there(&cluster), before);
    cluster.pass(90 * SECOND);
    assert_eq!(there(&cluster), 0);
    let active: Vec<Arc<Pod>> = cluster.pods_named("checkout").into_iter().filter(|pod| pod.is_active()).collect();
    assert_eq!(active.len(), replicas);
    assert!(active.iter().all(|pod| pod.is_ready() && pod.node.as_ref().unwrap().node != lost));
    // the dead kubelet cannot say that they are gone; its daemons bear it
    assert!(cluster.pods_on(&lost).iter().any(|pod| pod.deletion.is_some()));
    assert!(cluster.pods_on(&lost).iter().any(|pod| pod.name.starts_with("kube-proxy") && pod.deletion.is_none()));
    cluster.recover(&lost);
    cluster.pass(MINUTE);
    assert_eq!(ready(&cluster, &lost).0, "True");
    assert!(field::list(&node(&cluster, &lost), "/spec/taints").is_empty());
    assert!(cluster.pods_on(&lost).iter().all(|pod| pod.deletion.is_none() && pod.is_ready()));
}

#[test]
fn what_ran_on_a_host_that_failed_says_nothing_more() {
    let mut cluster = cluster();
    let pod = cluster.pods_named("cart").remove(0);
    let lost = pod.node.as_ref().unwrap().node.clone();
    cluster.lose(&lost);
    let at = cluster.now();
    cluster.pass(10 * SECOND);
    assert_eq!(cluster.runs("shop", &pod.name, "cart").last().unwrap().ended, Some((at, 255)));
    cluster.recover(&lost);
    cluster.pass(MINUTE);
    let runs = cluster.runs("shop", &pod.name, "cart");
    let [.., before, now] = &runs[..] else { panic!("{runs:?}") };
    assert_eq!(before.ended, Some((at, 255)));
    assert!(now.started > at && now.ended.is_none());
}

#[test]
fn a_node_whose_instance_is_gone_goes_with_its_pods() {
    let mut cluster = cluster();
    let gone = one_with(&cluster, "web");
    let lost: Vec<Arc<str>> = cluster.pods_on(&gone).iter().map(|pod| pod.name.clone()).collect();
    cluster.remove_node(&gone);
    assert_eq!(node(&cluster, &gone), Value::Null);
    cluster.pass(2 * MINUTE);
    assert!(cluster.store.pods(None).all(|pod| pod.node.as_ref().is_some_and(|placed| placed.node != gone)));
    let voices: Vec<_> = cluster.voices().filter(|voice| voice.gone && lost.contains(&voice.pod)).collect();
    assert!(!voices.is_empty() && voices.iter().all(|voice| voice.runs.iter().all(|run| run.ended.is_some())));
    let set = cluster.store.object(Kind::DaemonSet, "kube-system", "kube-proxy").unwrap();
    assert_eq!(field::int(set, "/status/desiredNumberScheduled"), Some(8));
    assert!(cluster.rolled_out("web"));
}

#[test]
fn a_node_that_joins_gets_its_daemons_and_what_waits() {
    let mut cluster = cluster();
    cluster.scale(Kind::Deployment, "shop", "cart", 400, None).unwrap();
    cluster.pass(3 * MINUTE);
    let waiting = cluster.homeless().len();
    assert!(waiting > 50, "{waiting}");
    let (message, _) = cluster.events_of("FailedScheduling").remove(0);
    assert!(message.starts_with("0/9 nodes are available: ") && message.contains("9 Insufficient cpu"), "{message}");
    let new = spec(30, "m5.xlarge");
    cluster.join(new.clone());
    assert_eq!(ready(&cluster, &new.name).0, "False");
    cluster.pass(2 * MINUTE);
    assert_eq!(ready(&cluster, &new.name).0, "True");
    assert!(cluster.homeless().len() < waiting);
    let on = cluster.pods_on(&new.name);
    assert!(on.iter().any(|pod| pod.name.starts_with("aws-node") && pod.is_ready()));
    assert!(on.iter().any(|pod| pod.name.starts_with("cart")));
}

#[test]
fn a_drain_with_a_budget_takes_turns() {
    let mut cluster = cluster();
    let drained = one_with(&cluster, "cart");
    let mut value = node(&cluster, &drained);
    value["spec"]["unschedulable"] = json!(true);
    cluster.update(Kind::Node, "", &drained, value, Part::Whole).unwrap();
    cluster.pass(SECOND);
    assert_eq!(node(&cluster, &drained)["spec"]["taints"][0]["key"], "node.kubernetes.io/unschedulable");
    let daemons = |pod: &Pod| pod.owner.as_ref().is_some_and(|owner| owner.kind == "DaemonSet");
    for _ in 0..60 {
        for pod in cluster.pods_on(&drained).iter().filter(|pod| !daemons(pod) && pod.deletion.is_none()) {
            match cluster.evict(&pod.namespace, &pod.name, &DeleteOptions::default(), false) {
                Ok(()) => {}
                Err(refused) => assert_eq!(refused.code, 429, "{refused:?}"),
            }
        }
        cluster.pass(5 * SECOND);
        for name in ["cart", "checkout", "web"] {
            let ready = cluster.endpoints("shop", name).iter().filter(|endpoint| endpoint.ready).count();
            let wish = field::int(&cluster.read(Kind::Deployment, name), "/spec/replicas").unwrap();
            assert!(i64::try_from(ready).unwrap() >= wish - 1, "{name}: {ready} of {wish}");
        }
    }
    assert!(cluster.pods_on(&drained).iter().all(|pod| daemons(pod) && pod.is_ready()));
}

#[test]
fn usage_is_smooth_and_the_same_for_everyone() {
    let mut cluster = cluster();
    let pod = cluster.pods_named("web").remove(0);
    let first = cluster.pod_usage(&pod);
    assert_eq!(first, cluster.pod_usage(&pod));
    assert!(first.cpu > 0 && first.memory > 1 << 20);
    cluster.pass(10 * SECOND);
    let then = cluster.pod_usage(&pod);
    assert!((then.cpu - first.cpu).abs() <= first.cpu / 5 + 2, "{first:?} {then:?}");
    assert!(cluster.node_usage(&pod.node.as_ref().unwrap().node).unwrap().cpu > first.cpu);
}
