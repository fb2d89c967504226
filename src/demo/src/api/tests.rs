//! The server over the wire, in plain HTTP: what no client library lets one see.
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{Server, proto, schema};
use crate::{
    clock::Clock,
    estate::{Estate, Keys},
    fault::{Fault, Kind},
    http,
    kube::Cluster,
    world::{World, build::Scale},
};

const NOW: i64 = 1_764_000_000_000;

struct Wire {
    server: Arc<Server>,
    address: std::net::SocketAddr,
}

struct Told {
    status: u16,
    head: String,
    body: Vec<u8>,
    /// Whether the answer came whole.
    whole: bool,
}

impl Told {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    fn message(&self) -> String {
        self.json()["message"].as_str().unwrap_or_default().to_owned()
    }
}

async fn wire() -> Wire {
    let keys = Keys { access: String::new(), secret: String::new(), session: String::new(), token: "token".to_owned() };
    // six nodes in each region
    let world = World::new(7, NOW, Scale { nodes: 24, pods: 200 });
    let server = Arc::new(Server::of(Arc::new(Estate::new(world, Clock::new(NOW, 1.0), keys)), 0));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let handling = server.clone();
    tokio::spawn(http::serve(listener, None, move |request| super::handle(handling.clone(), request)));
    Wire { server, address }
}

impl Wire {
    async fn send(&self, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    async fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> Told {
        let length = body.len();
        let head = format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n");
        let bearer = if headers.contains("authorization") { "" } else { "authorization: Bearer token\r\n" };
        let mut stream = self.send(&format!("{head}{bearer}{headers}\r\n{body}")).await;
        let mut bytes = vec![];
        let read = stream.read_to_end(&mut bytes).await;
        told(&bytes, read.is_ok())
    }

    async fn get(&self, path: &str) -> Told {
        self.ask("GET", path, "", "").await
    }

    async fn patch(&self, path: &str, kind: &str, body: &Value) -> Told {
        self.ask("PATCH", path, &format!("content-type: application/{kind}\r\n"), &body.to_string()).await
    }

    /// Befalls the next request of this kind.
    fn fault(&self, operation: &str, what: Kind) {
        let operation = Some(operation.to_owned());
        let (region, service, cluster) = (None, Some("kubernetes".to_owned()), None);
        self.server.estate.faults.add(Fault {
            region,
            service,
            operation,
            cluster,
            times: Some(1),
            one_in: None,
            what,
        });
    }
}

fn told(bytes: &[u8], clean: bool) -> Told {
    let split = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(bytes.len());
    let head = String::from_utf8_lossy(&bytes[..split]).to_lowercase();
    let mut body = bytes.get(split + 4..).unwrap_or_default().to_vec();
    let mut whole = clean;
    if head.contains("transfer-encoding: chunked") {
        whole &= body.ends_with(b"0\r\n\r\n");
        body = unchunked(&body);
    } else if let Some((_, rest)) = head.split_once("content-length: ") {
        whole &= rest.split("\r\n").next() == Some(&body.len().to_string());
    }
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(0);
    Told { status, head, body, whole }
}

fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut body = vec![];
    while let Some(end) = rest.windows(2).position(|two| two == b"\r\n") {
        let size = usize::from_str_radix(&String::from_utf8_lossy(&rest[..end]), 16).unwrap_or(0);
        let Some(chunk) = rest.get(end + 2..end + 2 + size).filter(|_| size > 0) else { break };
        body.extend_from_slice(chunk);
        rest = rest.get(end + 4 + size..).unwrap_or_default();
    }
    body
}

const PODS: &str = "/api/v1/namespaces/shop/pods";
const CHECKOUT: &str = "/apis/apps/v1/namespaces/shop/deployments/checkout";

#[tokio::test]
async fn nobody_comes_in_without_the_token_but_health_is_told_to_all() {
    let wire = wire().await;
    let other = wire.ask("GET", PODS, "authorization: Bearer other\r\n", "").await;
    assert_eq!((other.status, other.json()["reason"].as_str()), (401, Some("Unauthorized")));
    assert_eq!(wire.ask("GET", "/readyz", "authorization: none\r\n", "").await.body, b"ok");
    let mine = wire.get(PODS).await;
    assert!(mine.status == 200 && mine.head.contains("audit-id: ") && mine.whole);
}

#[tokio::test]
async fn a_list_is_continued_until_its_place_is_forgotten() {
    let wire = wire().await;
    let page = wire.get(&format!("{PODS}?limit=3")).await.json();
    let (next, left) =
        (page["metadata"]["continue"].as_str().unwrap(), page["metadata"]["remainingItemCount"].as_u64());
    assert!(page["items"].as_array().unwrap().len() == 3 && left > Some(3));
    let names = |page: &Value| {
        page["items"].as_array().unwrap().iter().map(|pod| pod["metadata"]["name"].clone()).collect::<Vec<_>>()
    };
    let second = wire.get(&format!("{PODS}?limit=3&continue={next}")).await.json();
    assert!(names(&second).iter().all(|name| !names(&page).contains(name)));
    assert_eq!(second["metadata"]["resourceVersion"], page["metadata"]["resourceVersion"]);
    wire.fault("list pods", Kind::Gone);
    let gone = wire.get(&format!("{PODS}?limit=3&continue={next}")).await;
    assert_eq!((gone.status, gone.json()["reason"].as_str()), (410, Some("Expired")));
    assert_eq!(wire.get(&format!("{PODS}?continue=nonsense")).await.status, 400);
}

#[tokio::test]
async fn versions_of_the_future_and_versions_that_are_none_are_refused() {
    let wire = wire().await;
    let future = wire.get(&format!("{PODS}?resourceVersion=999999999999")).await;
    assert_eq!((future.status, future.json()["reason"].as_str()), (504, Some("Timeout")));
    assert_eq!(wire.get(&format!("{PODS}?resourceVersion=x")).await.status, 400);
    assert_eq!(wire.get(&format!("{PODS}?resourceVersion=0")).await.status, 200);
}

#[tokio::test]
async fn the_three_patches_change_a_deployment_each_in_its_way() {
    let wire = wire().await;
    let image = json!({ "spec": { "template": { "spec": { "containers": [{ "name": "checkout", "image": "x/checkout:9" }] } } } });
    let patched = wire.patch(CHECKOUT, "strategic-merge-patch+json", &image).await.json();
    let containers = patched["spec"]["template"]["spec"]["containers"].as_array().unwrap();
    assert!(containers.len() == 3 && containers.iter().any(|c| c["image"] == "x/checkout:9"));
    let merged = wire.patch(CHECKOUT, "merge-patch+json", &json!({ "metadata": { "labels": { "a": "b" } } })).await;
    assert_eq!(merged.json()["metadata"]["labels"]["a"], "b");
    let test = json!([{ "op": "test", "path": "/metadata/labels/a", "value": "c" }]);
    assert_eq!(wire.patch(CHECKOUT, "json-patch+json", &test).await.status, 422);
    let remove = json!([{ "op": "remove", "path": "/metadata/labels/a" }]);
    assert!(wire.patch(CHECKOUT, "json-patch+json", &remove).await.json()["metadata"]["labels"].get("a").is_none());
    assert_eq!(wire.patch(CHECKOUT, "x-yaml", &remove).await.status, 415);
    let stale = json!({ "metadata": { "resourceVersion": "1", "labels": { "a": "c" } } });
    assert_eq!(wire.patch(CHECKOUT, "merge-patch+json", &stale).await.json()["reason"], "Conflict");
    let verbs: Vec<(String, u16)> =
        wire.server.look(|cluster| cluster.audit().iter().map(|audit| (audit.verb.clone(), audit.code)).collect());
    assert!(verbs.contains(&("patch deployments.apps".to_owned(), 422)), "{verbs:?}");
}

#[tokio::test]
async fn a_watch_begins_with_all_there_is_and_says_when_it_has_told_that() {
    let wire = wire().await;
    let query =
        "watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=1";
    let watched = wire.get(&format!("/api/v1/nodes?{query}")).await;
    let events: Vec<Value> =
        String::from_utf8_lossy(&watched.body).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.iter().filter(|event| event["type"] == "ADDED").count(), 6);
    let mark = events.iter().position(|event| event["type"] == "BOOKMARK").unwrap();
    assert_eq!(events[mark]["object"]["metadata"]["annotations"]["k8s.io/initial-events-end"], "true");
    // and the last thing is how far it came
    assert_eq!(events.last().unwrap()["type"], "BOOKMARK");
    assert!(watched.whole);
}

#[tokio::test]
async fn a_watch_from_what_is_forgotten_is_told_so_within_the_stream() {
    let wire = wire().await;
    wire.server.change(Cluster::compact);
    let watched = wire.get("/api/v1/nodes?watch=true&resourceVersion=1&timeoutSeconds=5").await;
    let event = watched.json();
    assert_eq!(
        (watched.status, event["type"].as_str(), event["object"]["code"].as_u64()),
        (200, Some("ERROR"), Some(410))
    );
}

#[tokio::test]
async fn protobuf_is_enveloped_and_a_table_is_json() {
    let wire = wire().await;
    let list = wire.ask("GET", "/api/v1/nodes", "accept: application/vnd.kubernetes.protobuf\r\n", "").await;
    assert!(list.head.contains("content-type: application/vnd.kubernetes.protobuf") && list.whole);
    let decoded = proto::decode::enveloped(&list.body).unwrap();
    assert_eq!((decoded["kind"].as_str(), decoded["items"].as_array().map(Vec::len)), (Some("NodeList"), Some(6)));
    let accept = "accept: application/json;as=Table;v=v1;g=meta.k8s.io,application/json\r\n";
    let table = wire.ask("GET", "/api/v1/nodes", accept, "").await.json();
    assert_eq!(
        (table["kind"].as_str(), table["rows"][0]["object"]["kind"].as_str()),
        (Some("Table"), Some("PartialObjectMetadata"))
    );
    assert_eq!(wire.ask("GET", "/api/v1/nodes", "accept: text/html\r\n", "").await.status, 406);
}

#[tokio::test]
async fn pods_are_the_same_straight_to_protobuf_as_by_way_of_json() {
    let wire = wire().await;
    let pods: Vec<_> = wire.server.look(|cluster| cluster.store().pods(None).cloned().collect());
    assert!(pods.len() > 20);
    let message = schema::message("core.v1.Pod").unwrap();
    for pod in pods {
        let (mut straight, mut around) = (vec![], vec![]);
        proto::pod::encode(&mut straight, &pod);
        proto::object(&mut around, message, pod.value().as_object().unwrap());
        let [straight, around] = [straight, around].map(|bytes| proto::decode::object(message, &bytes).unwrap());
        assert_eq!(straight, around, "{}", pod.name);
    }
}

#[tokio::test]
async fn a_long_answer_is_packed_for_who_can_unpack_it() {
    let wire = wire().await;
    let plain = wire.get("/api/v1/pods").await;
    let packed = wire.ask("GET", "/api/v1/pods", "accept-encoding: gzip\r\n", "").await;
    assert!(plain.body.len() > 128 * 1024 && packed.head.contains("content-encoding: gzip"));
    let mut unpacked = String::new();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&packed.body[..]), &mut unpacked).unwrap();
    let count = |text: &str| serde_json::from_str::<Value>(text).unwrap()["items"].as_array().map(Vec::len);
    assert_eq!(count(&unpacked), count(&String::from_utf8_lossy(&plain.body)));
    let short = wire.ask("GET", "/api/v1/namespaces", "accept-encoding: gzip\r\n", "").await;
    assert!(!short.head.contains("content-encoding"));
}

#[tokio::test]
async fn faults_are_carried_out_in_the_words_of_kubernetes() {
    let wire = wire().await;
    let once = |what: Kind| wire.fault("list pods", what);
    once(Kind::Throttle);
    let told = wire.get(PODS).await;
    assert!(told.status == 429 && told.head.contains("retry-after: 1"));
    once(Kind::Expired);
    assert_eq!(wire.get(PODS).await.status, 401);
    once(Kind::Error { status: 503 });
    assert_eq!(wire.get(PODS).await.json()["reason"], "ServiceUnavailable");
    once(Kind::Denied);
    let denied = wire.get(PODS).await;
    let words = "cannot list resource \"pods\" in API group \"\" in the namespace \"shop\"";
    assert!(denied.status == 403 && denied.message().contains(words), "{}", denied.message());
    once(Kind::Reset { after: Some(100) });
    let cut = wire.get(PODS).await;
    assert!(cut.status == 200 && !cut.whole && cut.body.len() <= 100);
    once(Kind::Reset { after: None });
    assert_eq!(wire.get(PODS).await.status, 0);
    let start = std::time::Instant::now();
    once(Kind::Latency { ms: 300 });
    assert!(wire.get(PODS).await.status == 200 && start.elapsed().as_millis() >= 300);
    once(Kind::Hang);
    let hung = tokio::time::timeout(std::time::Duration::from_millis(300), wire.get(PODS)).await;
    assert!(hung.is_err());
    assert_eq!(wire.get(PODS).await.status, 200);
}

#[tokio::test]
async fn a_right_that_a_fault_denies_is_denied_in_reviews_too() {
    let wire = wire().await;
    let review =
        json!({ "spec": { "resourceAttributes": { "verb": "delete", "resource": "pods", "namespace": "shop" } } });
    let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let body =
        json!({ "kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1", "spec": review["spec"] })
            .to_string();
    assert_eq!(wire.ask("POST", path, "", &body).await.json()["status"]["allowed"], true);
    wire.fault("delete pods", Kind::Denied);
    assert_eq!(wire.ask("POST", path, "", &body).await.json()["status"]["allowed"], false);
    // asking did not use it up
    let pod = wire.get(PODS).await.json()["items"][0]["metadata"]["name"].as_str().unwrap().to_owned();
    assert_eq!(wire.ask("DELETE", &format!("{PODS}/{pod}"), "", "").await.status, 403);
}

#[tokio::test]
async fn an_eviction_that_a_budget_forbids_is_told_to_come_again() {
    let wire = wire().await;
    let pods = wire.get(&format!("{PODS}?fieldSelector=status.phase=Running")).await.json();
    let names = pods["items"].as_array().unwrap().iter().map(|pod| pod["metadata"]["name"].as_str().unwrap());
    let mut told = vec![];
    for name in names.filter(|name| name.starts_with("checkout")) {
        let eviction =
            json!({ "kind": "Eviction", "apiVersion": "policy/v1", "metadata": { "name": name } }).to_string();
        told.push(wire.ask("POST", &format!("{PODS}/{name}/eviction"), "", &eviction).await);
    }
    assert_eq!(told[0].status, 201, "{}", told[0].message());
    let last = told.last().unwrap();
    assert_eq!((last.status, last.json()["reason"].as_str()), (429, Some("TooManyRequests")));
    let cause = &last.json()["details"]["causes"][0];
    assert_eq!(cause["reason"], "DisruptionBudget");
    assert!(cause["message"].as_str().unwrap().contains("healthy pods and has"), "{cause}");
}

#[tokio::test]
async fn what_is_no_number_is_refused_and_nothing_is_scaled_by_it() {
    let wire = wire().await;
    let replicas = || async { wire.get(CHECKOUT).await.json()["spec"]["replicas"].clone() };
    let before = replicas().await;
    for bad in [json!("many"), json!(1_u64 << 40), json!(1.5), json!([])] {
        let wish = json!({ "spec": { "replicas": bad } });
        let told = wire.patch(&format!("{CHECKOUT}/scale"), "merge-patch+json", &wish).await;
        assert_eq!(told.status, 400, "{bad}");
    }
    assert_eq!(replicas().await, before);
    for query in ["limit=abc", "limit=99999999999999999999", "watch=true&timeoutSeconds=soon"] {
        let told = wire.get(&format!("{PODS}?{query}")).await;
        assert!(told.status == 400 && told.message().contains("strconv.ParseInt"), "{query}: {}", told.message());
    }
}

#[tokio::test]
async fn a_body_that_is_too_long_or_of_another_kind_is_refused_in_words() {
    let wire = wire().await;
    let maps = "/api/v1/namespaces/default/configmaps";
    let long = wire.ask("POST", maps, "", &"x".repeat(4 << 20)).await;
    assert_eq!((long.status, long.json()["reason"].as_str()), (413, Some("RequestEntityTooLarge")));
    for kind in ["text/xml", "application/x-www-form-urlencoded"] {
        let told = wire.ask("POST", maps, &format!("content-type: {kind}\r\n"), "{}").await;
        assert_eq!((told.status, told.json()["reason"].as_str()), (415, Some("UnsupportedMediaType")), "{kind}");
    }
    assert_eq!(wire.ask("PUT", maps, "", "{}").await.status, 405);
}
