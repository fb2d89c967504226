//! Every kind's rows beside what `kubectl` says: fields of the objects, and the words of its tables.
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use serde_json::Value;

use super::{PATIENCE, column, kubeconfig, kubectl, list, objects, rows, text};

/// Cells by title.
type Cells = BTreeMap<String, String>;

/// A kind, and who says what of it.
pub struct Look {
    pub kind: &'static str,
    /// What `kubectl get` calls it, with where to look.
    pub of: &'static str,
    /// Cells that a column of kubectl's table tells.
    pub table: &'static [(&'static str, &'static str)],
    /// Cells that fields of the object tell.
    pub fields: fn(&Value) -> Vec<(&'static str, String)>,
}

/// The table of `kubectl get … -o wide`, by namespace and name.
fn table(kubeconfig: &str, of: &str) -> BTreeMap<String, Cells> {
    let printed = kubectl(kubeconfig, &format!("get {of} -o wide"));
    let mut lines = printed.lines();
    let heads = heads(lines.next().unwrap_or_default());
    let row = |line: &str| -> Cells {
        let line: Vec<char> = line.chars().collect();
        let cell = |(at, title): &(usize, String), end: usize| {
            let cell: String = line.get(*at..end.min(line.len())).unwrap_or_default().iter().collect();
            let cell = cell.trim();
            let unknown = matches!(cell, "<none>" | "<unset>");
            (title.clone(), if unknown { String::new() } else { cell.to_owned() })
        };
        let ends = heads.iter().skip(1).map(|(at, _)| *at).chain([usize::MAX]);
        heads.iter().zip(ends).map(|(head, end)| cell(head, end)).collect()
    };
    lines.map(row).map(|row| (path(row.get("NAMESPACE").map_or("", String::as_str), &row["NAME"]), row)).collect()
}

/// Where each column begins, and its title: titles are three spaces apart.
fn heads(line: &str) -> Vec<(usize, String)> {
    let mut heads = vec![];
    let mut at = 0;
    for part in line.split("   ") {
        let title = part.trim();
        if !title.is_empty() {
            heads.push((at + part.len() - part.trim_start().len(), title.to_owned()));
        }
        at += part.len() + 3;
    }
    heads
}

fn path(namespace: &str, name: &str) -> String {
    format!("{namespace}/{name}")
}

/// What the cells of each row are to be, by uid.
fn expected(kubeconfig: &str, look: &Look) -> BTreeMap<String, Cells> {
    let printed = if look.table.is_empty() { BTreeMap::new() } else { table(kubeconfig, look.of) };
    let objects = objects(kubeconfig, look.of);
    let expect = |object: &Value| {
        let meta = &object["metadata"];
        let mut cells = Cells::new();
        for (title, value) in (look.fields)(object) {
            cells.insert(title.to_owned(), value);
        }
        // an object that came after its table was printed will do another time
        let row = printed.get(&path(&text(&meta["namespace"]), &text(&meta["name"])));
        for (title, head) in look.table {
            let said = row.map_or("", |row| row.get(*head).unwrap_or_else(|| panic!("{} has no {head}", look.of)));
            // `12 (4s ago)`: when it was is a field of the object
            cells.insert((*title).to_owned(), said.split(" (").next().unwrap_or_default().to_owned());
        }
        (text(&meta["uid"]), cells)
    };
    objects.iter().map(expect).collect()
}

/// Every row is as kubectl says. The cluster moves meanwhile: what kubectl says alike before and after is what counts, and
/// it is looked again until every row was seen so.
pub fn agrees(kubeconfig: &str, look: &Look) {
    let begun = Instant::now();
    let mut seen = BTreeSet::new();
    loop {
        let before = expected(kubeconfig, look);
        let (code, listed) = list(kubeconfig, &[look.kind]);
        let after = expected(kubeconfig, look);
        assert_eq!((code, &listed["errors"]), (0, &serde_json::json!([])), "{}", look.kind);
        let ours: BTreeMap<String, &Value> = rows(&listed).iter().map(|row| (text(&row["id"]), row)).collect();
        assert_eq!(ours.len(), rows(&listed).len(), "no row stands there twice");
        let still: Vec<&String> = before.keys().filter(|uid| after.contains_key(*uid)).collect();
        for uid in &still {
            let row = ours.get(*uid).unwrap_or_else(|| panic!("{} {:?} is not listed", look.kind, before[*uid]));
            if before[*uid] == after[*uid] {
                let cells: Cells =
                    before[*uid].keys().map(|title| (title.clone(), text(&row["cells"][title]))).collect();
                assert_eq!(cells, before[*uid], "{} {}: ours left, kubectl's right", look.kind, row["name"]);
                seen.insert((*uid).clone());
            }
        }
        for uid in ours.keys() {
            assert!(before.contains_key(uid) || after.contains_key(uid), "{}: nobody knows {}", look.kind, ours[uid]);
        }
        if after.keys().all(|uid| seen.contains(uid)) {
            assert!(!after.is_empty(), "the lab has no {}", look.kind);
            return;
        }
        let moving: Vec<_> = after.iter().filter(|(uid, _)| !seen.contains(*uid)).collect();
        assert!(begun.elapsed() < PATIENCE, "{}: never still: {moving:?}", look.kind);
    }
}

/// Every kind that `kubectl get` can tell of.
pub fn all() -> [Look; 11] {
    [
        PODS,
        nodes(),
        namespaces(),
        deployments(),
        replica_sets(),
        stateful_sets(),
        daemon_sets(),
        jobs(),
        SERVICES,
        autoscalers(),
        events(),
    ]
}

fn at(object: &Value, pointer: &str) -> String {
    object.pointer(pointer).map(text).unwrap_or_default()
}

fn label(object: &Value, name: &str) -> String {
    text(&object["metadata"]["labels"][name])
}

/// The namespace, name and age that all have, and the kind's own.
fn with_meta<const N: usize>(object: &Value, own: [(&'static str, String); N]) -> Vec<(&'static str, String)> {
    let mut all = vec![
        ("name", at(object, "/metadata/name")),
        ("age", at(object, "/metadata/creationTimestamp")),
        ("uid", at(object, "/metadata/uid")),
    ];
    if object["metadata"].get("namespace").is_some() {
        all.push(("namespace", at(object, "/metadata/namespace")));
    }
    all.extend(own);
    all
}

fn images(object: &Value) -> String {
    let containers = object.pointer("/spec/template/spec/containers").and_then(Value::as_array);
    containers.into_iter().flatten().map(|one| text(&one["image"])).collect::<Vec<_>>().join(",")
}

fn controller(object: &Value, field: &str) -> String {
    let owners = object["metadata"]["ownerReferences"].as_array();
    let owner = owners.into_iter().flatten().find(|owner| owner["controller"] == true);
    owner.map(|owner| text(&owner[field])).unwrap_or_default()
}

pub const PODS: Look = Look {
    kind: "pod",
    of: "pods -A",
    table: &[("ready", "READY"), ("status", "STATUS"), ("restarts", "RESTARTS"), ("ip", "IP"), ("node", "NODE")],
    fields: |pod| {
        let kind = controller(pod, "kind");
        let hash = format!("-{}", label(pod, "pod-template-hash"));
        let owner = controller(pod, "name");
        let owner = if kind == "ReplicaSet" { owner.trim_end_matches(&hash).to_owned() } else { owner };
        with_meta(pod, [("owner", owner), ("owner_uid", controller(pod, "uid"))])
    },
};

#[test]
fn pods_are_as_kubectl_says() {
    agrees(&kubeconfig(), &PODS);
    let (_, listed) = list(&kubeconfig(), &["pod"]);
    let words: BTreeSet<String> = column(&listed, "status").into_iter().collect();
    for word in ["Running", "CrashLoopBackOff", "ImagePullBackOff", "Completed"] {
        assert!(words.contains(word), "the lab has pods that are {word}, and no row is: {words:?}");
    }
}

fn nodes() -> Look {
    let fields = |node: &Value| {
        let taint = |taint: &Value| {
            let value = text(&taint["value"]);
            let value = if value.is_empty() { value } else { format!("={value}") };
            format!("{}{value}:{}", text(&taint["key"]), text(&taint["effect"]))
        };
        let taints: Vec<String> = node["spec"]["taints"].as_array().into_iter().flatten().map(taint).collect();
        let id = at(node, "/spec/providerID");
        with_meta(
            node,
            [
                ("instance", id.rsplit('/').next().unwrap_or_default().to_owned()),
                ("zone", label(node, "topology.kubernetes.io/zone")),
                ("nodegroup", label(node, "eks.amazonaws.com/nodegroup")),
                ("type", label(node, "node.kubernetes.io/instance-type")),
                ("arch", at(node, "/status/nodeInfo/architecture")),
                ("cpu", at(node, "/status/allocatable/cpu")),
                ("memory", at(node, "/status/allocatable/memory")),
                ("pods", at(node, "/status/allocatable/pods")),
                ("taints", taints.join(",")),
            ],
        )
    };
    let table = &[
        ("status", "STATUS"),
        ("roles", "ROLES"),
        ("version", "VERSION"),
        ("ip", "INTERNAL-IP"),
        ("os", "OS-IMAGE"),
        ("kernel", "KERNEL-VERSION"),
        ("runtime", "CONTAINER-RUNTIME"),
    ];
    Look { kind: "node", of: "nodes", table, fields }
}

#[test]
fn nodes_are_as_kubectl_says() {
    agrees(&kubeconfig(), &nodes());
}

fn namespaces() -> Look {
    let fields = |namespace: &Value| with_meta(namespace, []);
    Look { kind: "namespace", of: "namespaces", table: &[("status", "STATUS")], fields }
}

#[test]
fn namespaces_are_as_kubectl_says() {
    agrees(&kubeconfig(), &namespaces());
}

fn deployments() -> Look {
    let fields = |deployment: &Value| with_meta(deployment, [("images", images(deployment))]);
    let table = &[("ready", "READY"), ("up_to_date", "UP-TO-DATE"), ("available", "AVAILABLE"), ("images", "IMAGES")];
    Look { kind: "deployment", of: "deployments -A", table, fields }
}

#[test]
fn deployments_are_as_kubectl_says() {
    agrees(&kubeconfig(), &deployments());
}

fn replica_sets() -> Look {
    let fields = |set: &Value| {
        let revision = text(&set["metadata"]["annotations"]["deployment.kubernetes.io/revision"]);
        let (owner, uid) = (controller(set, "name"), controller(set, "uid"));
        with_meta(set, [("revision", revision), ("owner", owner), ("owner_uid", uid)])
    };
    let table = &[("desired", "DESIRED"), ("current", "CURRENT"), ("ready", "READY"), ("images", "IMAGES")];
    Look { kind: "replicaset", of: "replicasets -A", table, fields }
}

#[test]
fn replica_sets_are_as_kubectl_says() {
    agrees(&kubeconfig(), &replica_sets());
}

fn stateful_sets() -> Look {
    let fields = |set: &Value| with_meta(set, [("up_to_date", at(set, "/status/updatedReplicas"))]);
    let table = &[("ready", "READY"), ("images", "IMAGES")];
    Look { kind: "statefulset", of: "statefulsets -A", table, fields }
}

#[test]
fn stateful_sets_are_as_kubectl_says() {
    agrees(&kubeconfig(), &stateful_sets());
}

fn daemon_sets() -> Look {
    let fields = |set: &Value| with_meta(set, [("misplaced", at(set, "/status/numberMisscheduled"))]);
    let table = &[
        ("desired", "DESIRED"),
        ("current", "CURRENT"),
        ("ready", "READY"),
        ("up_to_date", "UP-TO-DATE"),
        ("available", "AVAILABLE"),
        ("images", "IMAGES"),
    ];
    Look { kind: "daemonset", of: "daemonsets -A", table, fields }
}

#[test]
fn daemon_sets_are_as_kubectl_says() {
    agrees(&kubeconfig(), &daemon_sets());
}

fn jobs() -> Look {
    let fields = |job: &Value| {
        let failed = at(job, "/status/failed");
        with_meta(job, [("failed", if failed.is_empty() { "0".to_owned() } else { failed })])
    };
    let table = &[("status", "STATUS"), ("completions", "COMPLETIONS"), ("duration", "DURATION"), ("images", "IMAGES")];
    Look { kind: "job", of: "jobs -A", table, fields }
}

#[test]
fn jobs_are_as_kubectl_says() {
    let done = "wait -n shop job/reindex --for=condition=complete --timeout=60s";
    kubectl(&kubeconfig(), done);
    agrees(&kubeconfig(), &jobs());
}

pub const SERVICES: Look = Look {
    kind: "service",
    of: "services -A",
    table: &[
        ("type", "TYPE"),
        ("cluster_ip", "CLUSTER-IP"),
        ("external_ip", "EXTERNAL-IP"),
        ("ports", "PORT(S)"),
        ("selector", "SELECTOR"),
    ],
    fields: |service| with_meta(service, []),
};

#[test]
fn services_are_as_kubectl_says() {
    agrees(&kubeconfig(), &SERVICES);
}

#[test]
fn a_service_tells_who_stands_behind_it_as_its_endpoint_slices_do() {
    let begun = Instant::now();
    loop {
        let behind = || -> BTreeMap<String, Vec<(String, String, bool)>> {
            let mut behind = BTreeMap::<_, Vec<_>>::new();
            for slice in objects(&kubeconfig(), "endpointslices -A") {
                let service = path(&at(&slice, "/metadata/namespace"), &label(&slice, "kubernetes.io/service-name"));
                let all = behind.entry(service).or_default();
                for end in slice["endpoints"].as_array().into_iter().flatten() {
                    let ready = end["conditions"]["ready"] != false;
                    all.push((text(&end["addresses"][0]), text(&end["targetRef"]["uid"]), ready));
                }
                all.sort();
            }
            behind
        };
        let before = behind();
        let (_, listed) = list(&kubeconfig(), &["service"]);
        if behind() != before {
            assert!(begun.elapsed() < PATIENCE, "the endpoints are never still");
            continue;
        }
        for row in rows(&listed) {
            let cells = &row["cells"];
            let ends =
                before.get(&path(&text(&cells["namespace"]), &text(&cells["name"]))).cloned().unwrap_or_default();
            let ready = ends.iter().filter(|(_, _, ready)| *ready).count();
            assert_eq!(text(&cells["serving"]), format!("{ready}/{}", ends.len()), "{row}");
            let sorted = |cell: &Value| {
                let mut all: Vec<String> =
                    text(cell).split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect();
                all.sort();
                all
            };
            let column = |pick: fn(&(String, String, bool)) -> String| {
                let mut all: Vec<String> = ends.iter().map(pick).filter(|one| !one.is_empty()).collect();
                all.sort();
                all
            };
            assert_eq!(sorted(&cells["endpoints"]), column(|end| end.0.clone()), "{row}");
            assert_eq!(sorted(&cells["pods"]), column(|end| end.1.clone()), "{row}");
        }
        let web = column(&listed, "name").iter().position(|name| name == "web").expect("the lab has a service web");
        assert!(text(&rows(&listed)[web]["cells"]["serving"]).ends_with("/6"), "six pods stand behind it");
        return;
    }
}

fn autoscalers() -> Look {
    let fields = |hpa: &Value| with_meta(hpa, [("wanted", at(hpa, "/status/desiredReplicas"))]);
    let table = &[
        ("reference", "REFERENCE"),
        ("targets", "TARGETS"),
        ("minpods", "MINPODS"),
        ("maxpods", "MAXPODS"),
        ("replicas", "REPLICAS"),
    ];
    Look { kind: "hpa", of: "horizontalpodautoscalers -A", table, fields }
}

#[test]
fn autoscalers_are_as_kubectl_says() {
    agrees(&kubeconfig(), &autoscalers());
}

fn events() -> Look {
    let fields = |event: &Value| {
        let object = &event["involvedObject"];
        let or = |first: String, second: String| if first.is_empty() { second } else { first };
        let count = at(event, "/count");
        vec![
            ("namespace", at(event, "/metadata/namespace")),
            ("type", at(event, "/type")),
            ("reason", at(event, "/reason")),
            ("object", format!("{}/{}", text(&object["kind"]).to_lowercase(), text(&object["name"]))),
            ("object_uid", text(&object["uid"])),
            ("message", at(event, "/message").trim().to_owned()),
            ("source", or(at(event, "/source/component"), at(event, "/reportingComponent"))),
            ("count", if count.is_empty() || count == "0" { "1".to_owned() } else { count }),
            ("last_seen", or(at(event, "/lastTimestamp"), whole_second(&at(event, "/eventTime")))),
            ("first_seen", or(at(event, "/firstTimestamp"), whole_second(&at(event, "/eventTime")))),
        ]
    };
    Look { kind: "event", of: "events -A", table: &[], fields }
}

#[test]
fn events_are_as_kubectl_says() {
    agrees(&kubeconfig(), &events());
}

/// `2026-11-23T20:00:00.123456Z` without its fraction.
fn whole_second(time: &str) -> String {
    time.split_once('.').map_or(time.to_owned(), |(whole, _)| format!("{whole}Z"))
}

#[test]
fn what_describe_prints_is_the_object_itself() {
    let name = "web";
    let (code, said) = crate::pty::terminal::Program::new()
        .args(&["describe", "deployment", name, "-o", "json", "--kubeconfig", &kubeconfig()])
        .run();
    assert_eq!(code, 0, "{said}");
    let ours: Value = serde_json::from_str(&said).expect("it is JSON");
    let right: Value =
        serde_json::from_str(&kubectl(&kubeconfig(), "get -n shop deployment web -o json")).expect("it is JSON");
    assert_eq!((&ours["spec"], &ours["metadata"]["uid"]), (&right["spec"], &right["metadata"]["uid"]));
}
