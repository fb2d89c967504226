//! States that seldom are, written by hand into objects that nobody else looks after, and the words that the API server's own
//! printer has for them.
use serde_json::{Value, json};

use super::{
    apply, fed, kubeconfig,
    lists::{PODS, SERVICES, agrees},
    objects,
};

const NAMESPACE: &str = "words";

fn namespace() {
    apply(&kubeconfig(), &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}));
}

/// A pod that no scheduler looks at, with containers of these names.
fn pod(name: &str, init: &Value, main: &[&str]) -> Value {
    let container = |name: &&str| json!({"name": name, "image": "shop/words:1"});
    let main: Vec<Value> = main.iter().map(container).collect();
    json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": NAMESPACE},
        "spec": {"schedulerName": "nobody", "initContainers": init, "containers": main},
    })
}

fn write_status(kind: &str, name: &str, status: &Value) {
    let patch = json!({"status": status}).to_string();
    let words = format!("patch -n {NAMESPACE} {kind} {name} --subresource=status --type=merge --patch-file=/dev/stdin");
    fed(&kubeconfig(), &words, &patch);
}

/// A container's status: its state, and how often it was started again.
fn container(name: &str, state: &Value, restarts: u32) -> Value {
    let ready = state.get("running").is_some();
    let mut status = json!({
        "name": name, "image": "shop/words:1", "imageID": "", "ready": ready, "started": ready,
        "restartCount": restarts, "state": state,
    });
    if restarts > 0 {
        let ended =
            json!({"exitCode": 137, "reason": "OOMKilled", "finishedAt": "2026-11-20T10:00:00Z", "startedAt": null});
        status["lastState"] = json!({ "terminated": ended });
    }
    status
}

fn running() -> Value {
    json!({"running": {"startedAt": "2026-11-20T10:00:05Z"}})
}

fn waiting(reason: &str) -> Value {
    json!({"waiting": {"reason": reason}})
}

fn ended(code: i32, signal: i32, reason: &str) -> Value {
    json!({"terminated": {"exitCode": code, "signal": signal, "reason": reason}})
}

/// Pods with one or two containers of their own, after what was before them.
fn pods() -> Vec<(Value, Value)> {
    let two_inits = json!([{"name": "a", "image": "shop/words:1"}, {"name": "b", "image": "shop/words:1"}]);
    let sidecar = json!([{"name": "proxy", "image": "shop/words:1", "restartPolicy": "Always"}]);
    let done = ended(0, 0, "Completed");
    let mut all = vec![];
    let mut main = |name: &str, phase: &str, states: &[Value], ready: &str| {
        let names = &["x", "y"][..states.len()];
        let statuses: Vec<Value> = names.iter().zip(states).map(|(name, state)| container(name, state, 2)).collect();
        let ready = json!([{"type": "Ready", "status": ready}]);
        all.push((
            pod(name, &json!([]), names),
            json!({"phase": phase, "conditions": ready, "containerStatuses": statuses}),
        ));
    };
    main("runs", "Running", &[running(), running()], "True");
    main("half-done", "Running", &[done.clone(), running()], "False");
    main("half-done-but-ready", "Running", &[done.clone(), running()], "True");
    main("half-failed", "Running", &[done.clone(), ended(1, 0, "Error")], "False");
    main("failed-first", "Running", &[ended(2, 0, ""), done.clone()], "False");
    main("killed", "Failed", &[ended(137, 9, "")], "False");
    main("coded", "Failed", &[ended(3, 0, "")], "False");
    main("out-of-memory", "Running", &[ended(137, 0, "OOMKilled"), running()], "False");
    main("waits", "Pending", &[waiting("CreateContainerConfigError"), running()], "False");
    main("nameless-wait", "Pending", &[waiting("")], "False");
    let mut init = |name: &str, spec: &Value, statuses: Value, initialized: &str, app: &Value| {
        let conditions = json!([{"type": "Initialized", "status": initialized}]);
        let main = json!([container("x", app, 1)]);
        let status = json!({"phase": "Pending", "conditions": conditions, "initContainerStatuses": statuses, "containerStatuses": main});
        all.push((pod(name, spec, &["x"]), status));
    };
    let before = waiting("PodInitializing");
    init("init-second", &two_inits, json!([container("a", &done, 0), container("b", &running(), 0)]), "False", &before);
    init("init-waits", &two_inits, json!([container("a", &before, 0), container("b", &before, 0)]), "False", &before);
    init("init-crashes", &two_inits, json!([container("a", &waiting("CrashLoopBackOff"), 4)]), "False", &before);
    init("init-code", &two_inits, json!([container("a", &ended(7, 0, ""), 4)]), "False", &before);
    init("init-signal", &two_inits, json!([container("a", &ended(137, 9, ""), 4)]), "False", &before);
    init("init-error", &two_inits, json!([container("a", &ended(1, 0, "Error"), 4)]), "False", &before);
    init("init-over", &two_inits, json!([container("a", &done, 3), container("b", &done, 0)]), "True", &running());
    init("sidecar-up", &sidecar, json!([container("proxy", &running(), 5)]), "True", &running());
    init("sidecar-comes", &sidecar, json!([container("proxy", &before, 0)]), "False", &before);
    all
}

#[test]
fn every_word_for_a_pod_is_the_one_that_kubectl_prints() {
    namespace();
    let mut gated = pod("gated", &json!([]), &["x"]);
    gated["spec"]["schedulingGates"] = json!([{"name": "lab/gate"}]);
    let mut held = pod("held", &json!([]), &["x"]);
    held["metadata"]["finalizers"] = json!(["lab/held"]);
    let mut lost = held.clone();
    lost["metadata"]["name"] = json!("lost");
    let evicted = pod("evicted", &json!([]), &["x"]);
    let pods = pods();
    let mut items: Vec<Value> = pods.iter().map(|(pod, _)| pod.clone()).collect();
    items.extend([gated, held, lost, evicted]);
    // those that end already are as they were left by an earlier run
    let known = objects(&kubeconfig(), &format!("pods -n {NAMESPACE}"));
    let ends = |item: &Value| {
        let same = |one: &&Value| one["metadata"]["name"] == item["metadata"]["name"];
        known.iter().find(same).is_some_and(|one| one["metadata"].get("deletionTimestamp").is_some())
    };
    items.retain(|item| !ends(item));
    apply(&kubeconfig(), &json!({"apiVersion": "v1", "kind": "List", "items": items}));
    for (pod, status) in &pods {
        write_status("pod", pod["metadata"]["name"].as_str().expect("it has a name"), status);
    }
    write_status("pod", "evicted", &json!({"phase": "Failed", "reason": "Evicted"}));
    fed(&kubeconfig(), &format!("delete -n {NAMESPACE} pod held lost --wait=false"), "");
    // the cluster calls pods that end without a node failed: they are to have been somewhere
    write_status("pod", "held", &json!({"phase": "Running"}));
    write_status("pod", "lost", &json!({"phase": "Running", "reason": "NodeLost"}));
    agrees(&kubeconfig(), &PODS);
}

#[test]
fn every_sort_of_service_says_its_addresses_and_ports_as_kubectl_does() {
    namespace();
    let service = |name: &str, spec: Value| json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": NAMESPACE}, "spec": spec});
    let ports = json!([{"name": "http", "port": 80}, {"name": "dns", "port": 53, "protocol": "UDP"}]);
    let balanced = json!({"type": "LoadBalancer", "ports": ports, "selector": {"b": "2", "a": "1"}});
    let outside = json!({"ports": ports, "externalIPs": ["192.0.2.7", "192.0.2.8"]});
    let items = [
        service("headless", json!({"clusterIP": "None", "ports": ports, "selector": {"app": "x"}})),
        service("named", json!({"type": "ExternalName", "externalName": "db.example.com"})),
        service("node-port", json!({"type": "NodePort", "ports": ports})),
        service("outside", outside),
        service("balanced", balanced.clone()),
        service("balanced-pending", balanced),
    ];
    apply(&kubeconfig(), &json!({"apiVersion": "v1", "kind": "List", "items": items}));
    let ingress = json!([{"hostname": "shop-1234567890.us-east-1.elb.amazonaws.com"}]);
    write_status("service", "balanced", &json!({"loadBalancer": {"ingress": ingress}}));
    agrees(&kubeconfig(), &SERVICES);
}
