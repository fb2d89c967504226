//! Following, against a small server on loopback that says what it is told to. It speaks JSON, so the fallback is tried as well.
use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use kube::config::Kubeconfig;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::*;
use crate::kinds::{Resource, namespace::Namespace, pod::Pod};

/// What a request is answered with.
enum Reply {
    Json(u16, Value),
    /// These events, and then the end of the answer.
    Events(Vec<Value>),
    /// These events, and then nothing for as long as anybody listens.
    Open(Vec<Value>),
    /// A list that breaks off.
    Torn,
}

type Asked = Arc<Mutex<Vec<String>>>;

/// A server that answers the `n`-th request of each sort (list or watch, of each namespace) as `script` says.
fn server(script: impl Fn(&str, usize) -> Reply + Send + Sync + 'static) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (script, asked) = (Arc::new(script), Asked::default());
    let log = asked.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (script, log) = (script.clone(), log.clone());
            thread::spawn(move || answer(stream.unwrap(), &*script, &log));
        }
    });
    (url, asked)
}

fn answer(mut stream: TcpStream, script: &dyn Fn(&str, usize) -> Reply, log: &Asked) -> Option<()> {
    let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
    let path = lines.next()?.ok()?.split(' ').nth(1)?.to_owned();
    while lines.next()?.ok()? != "" {}
    let before = {
        let mut log = log.lock().unwrap();
        let sort = |path: &str| (path.split('?').next().map(str::to_owned), path.contains("watch=1"));
        let before = log.iter().filter(|known| sort(known) == sort(&path)).count();
        log.push(path.clone());
        before
    };
    let (status, body, end) = match script(&path, before) {
        Reply::Json(status, value) => (status, value.to_string(), true),
        Reply::Events(events) => (200, text(&events), true),
        Reply::Open(events) => (200, text(&events), false),
        Reply::Torn => (200, r#"{"metadata":{"resourceVersion":"9"},"items":[{"meta"#.to_owned(), false),
    };
    write!(stream, "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n").ok()?;
    if !body.is_empty() {
        write!(stream, "{:x}\r\n{body}\r\n", body.len()).ok()?;
    }
    if end {
        write!(stream, "0\r\n\r\n").ok()?;
    } else if path.contains("watch=1") {
        // until the client hangs up
        lines.next();
    }
    Some(())
}

fn text(events: &[Value]) -> String {
    events.iter().map(|event| format!("{event}\n")).collect()
}

fn list(version: &str, names: &[&str]) -> Reply {
    let items: Vec<_> =
        names.iter().map(|name| json!({ "metadata": {"name": name, "uid": name, "namespace": "x"} })).collect();
    Reply::Json(200, json!({ "metadata": {"resourceVersion": version}, "items": items }))
}

fn event(kind: &str, name: &str, version: &str) -> Value {
    json!({ "type": kind, "object": {"metadata": {"name": name, "uid": name, "resourceVersion": version}} })
}

fn refusal(code: u16) -> Reply {
    Reply::Json(code, json!({ "kind": "Status", "code": code, "message": "because" }))
}

/// Follows `T` on that server; every piece of news is one line.
fn lines<T: Project>(url: &str, namespaces: &[&str]) -> mpsc::UnboundedReceiver<String> {
    let yaml = json!({
        "clusters": [{"name": "c", "cluster": {"server": url}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "namespace": namespaces.first().unwrap_or(&"")}}],
        "current-context": "x",
    });
    let link = Link::given("lab", Kubeconfig::from_yaml(&yaml.to_string()).unwrap());
    let link = link.trying(namespaces.iter().map(|n| (*n).to_owned()));
    let (send, lines) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let tell = |news: News<T>| {
            let _ = send.send(line(&news));
            std::future::ready(())
        };
        follow(&link, None, tell).await
    });
    lines
}

fn line<T: Resource>(news: &News<T>) -> String {
    let names = |rows: &mut dyn Iterator<Item = &T>| rows.map(Resource::name).collect::<Vec<_>>().join(" ");
    match news {
        News::Rows(Step::Page(rows)) => format!("page {}", names(&mut rows.iter())),
        News::Rows(Step::Whole(rows)) => format!("whole {}", names(&mut rows.iter())),
        News::Rows(Step::Changed(changes)) => changes
            .iter()
            .map(|change| match change {
                Change::Upsert(row) => format!("+{}", row.name()),
                Change::Remove(id) => format!("-{id}"),
            })
            .collect::<Vec<_>>()
            .join(" "),
        News::Live => "live".to_owned(),
        News::Partial(errors) => format!("partial {}", errors.iter().map(|e| &*e.what).collect::<Vec<_>>().join("; ")),
        News::Lost(error) => format!("lost {:?}", error.trouble),
    }
}

async fn next(lines: &mut mpsc::UnboundedReceiver<String>) -> String {
    timeout(Duration::from_secs(10), lines.recv())
        .await
        .expect("news within ten seconds")
        .expect("the follower goes on")
}

async fn some(lines: &mut mpsc::UnboundedReceiver<String>, count: usize) -> Vec<String> {
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(next(lines).await);
    }
    all
}

fn is_watch(path: &str) -> bool {
    path.contains("watch=1")
}

#[tokio::test]
async fn a_watch_that_ends_is_resumed_where_it_ended() {
    let (url, asked) = server(|path, n| match (is_watch(path), n) {
        (false, _) => list("10", &["a", "b"]),
        (true, 0) => {
            Reply::Events(vec![event("ADDED", "c", "11"), event("DELETED", "a", "12"), event("BOOKMARK", "", "15")])
        }
        (true, _) => Reply::Open(vec![event("MODIFIED", "b", "16")]),
    });
    let mut news = lines::<Namespace>(&url, &[]);
    assert_eq!(some(&mut news, 4).await, ["whole a b", "live", "+c -a", "+b"]);
    let watches: Vec<_> = asked.lock().unwrap().iter().filter(|path| is_watch(path)).cloned().collect();
    assert!(watches[0].contains("resourceVersion=10&") && watches[1].contains("resourceVersion=15&"), "{watches:?}");
}

#[tokio::test]
async fn a_version_that_is_gone_is_listed_anew_without_a_word_of_loss() {
    let gone = json!({ "type": "ERROR", "object": {"kind": "Status", "code": 410, "message": "too old"} });
    let (url, asked) = server(move |path, n| match (is_watch(path), n) {
        (false, 0 | 1) => list("10", &["a"]),
        (false, _) => list("20", &["b"]),
        (true, 0) => Reply::Events(vec![gone.clone()]),
        (true, _) => Reply::Open(vec![]),
    });
    let mut news = lines::<Namespace>(&url, &[]);
    assert_eq!(some(&mut news, 3).await, ["whole a", "live", "whole b"]);
    let lists: Vec<_> = asked.lock().unwrap().iter().filter(|path| !is_watch(path)).cloned().collect();
    assert!(
        !lists.last().unwrap().contains("resourceVersion=0"),
        "a stale cache would answer the same again: {lists:?}"
    );
}

#[tokio::test]
async fn a_lost_server_is_told_of_once_and_its_return_too() {
    let (url, asked) = server(|path, n| match (is_watch(path), n) {
        (false, _) => list("10", &["a"]),
        (true, 0..3) => refusal(503),
        (true, _) => Reply::Open(vec![event("ADDED", "b", "11")]),
    });
    let mut news = lines::<Namespace>(&url, &[]);
    assert_eq!(some(&mut news, 4).await, ["whole a", "lost Unreachable", "live", "+b"]);
    assert!(asked.lock().unwrap().iter().any(|path| path.ends_with("limit=1")), "what it still knows was asked");
}

#[tokio::test]
async fn a_server_that_comes_back_with_less_is_listed_anew() {
    let (url, _asked) = server(|path, n| match (is_watch(path), n) {
        (true, 0) => refusal(500),
        (true, _) => Reply::Open(vec![]),
        (false, n) if n < 2 && !path.ends_with("limit=1") => list("100", &["a"]),
        (false, _) => list("7", &["b"]),
    });
    let mut news = lines::<Namespace>(&url, &[]);
    assert_eq!(some(&mut news, 4).await, ["whole a", "lost Unreachable", "whole b", "live"]);
}

#[tokio::test]
async fn refused_credentials_are_no_empty_list() {
    let (url, _asked) = server(|_, _| refusal(401));
    assert_eq!(next(&mut lines::<Namespace>(&url, &[])).await, "lost Credentials");
}

#[tokio::test]
async fn a_list_that_breaks_off_is_no_shorter_list() {
    let (url, _asked) = server(|path, n| match (is_watch(path), n) {
        (false, 0 | 1) => Reply::Torn,
        (false, _) => list("10", &["a", "b"]),
        (true, _) => Reply::Open(vec![]),
    });
    assert_eq!(some(&mut lines::<Namespace>(&url, &[]), 3).await, ["lost Unreachable", "whole a b", "live"]);
}

#[tokio::test]
async fn where_the_cluster_is_denied_its_namespaces_are_listed_and_what_is_denied_is_named() {
    let (url, _asked) = server(|path, _| match path.split('?').next().unwrap_or_default() {
        "/api/v1/namespaces/shop/pods" if is_watch(path) => Reply::Open(vec![event("ADDED", "s2", "11")]),
        "/api/v1/namespaces/shop/pods" => list("10", &["s1"]),
        "/api/v1/namespaces/blog/pods" if is_watch(path) => Reply::Open(vec![]),
        "/api/v1/namespaces/blog/pods" => list("10", &["b1"]),
        _ => refusal(403),
    });
    let mut news = lines::<Pod>(&url, &["shop", "blog", "secret"]);
    let mut all = some(&mut news, 4).await;
    all.sort();
    let denied = "partial list pods of cluster lab; list pods in namespace secret of cluster lab";
    assert_eq!(all, ["+s2", "live", denied, "whole s1 b1"]);
}

#[tokio::test]
async fn what_is_denied_everywhere_says_so() {
    let (url, _asked) = server(|_, _| refusal(403));
    assert_eq!(next(&mut lines::<Pod>(&url, &["shop"])).await, "lost Denied");
}

/// A list that says that there is more of it.
fn part(names: &[&str], next: &str) -> Reply {
    let Reply::Json(status, mut value) = list("10", names) else { unreachable!("a list is JSON here") };
    value["metadata"]["continue"] = next.into();
    Reply::Json(status, value)
}

#[tokio::test]
async fn a_list_that_comes_in_parts_unasked_is_read_to_its_end() {
    let (url, asked) = server(|path, _| match path {
        _ if is_watch(path) => Reply::Open(vec![]),
        _ if path.contains("continue=t%2Bo") => list("10", &["b"]),
        _ => part(&["a"], "t+o"),
    });
    let mut news = lines::<Namespace>(&url, &[]);
    let first = next(&mut news).await;
    // the page that is asked for beside the whole may come before it
    let whole = if first == "page a" { next(&mut news).await } else { first };
    assert_eq!(whole, "whole a b", "{:?}", asked.lock().unwrap());
}

#[tokio::test]
async fn a_list_whose_parts_lead_in_a_circle_is_an_error_and_no_list() {
    let (url, asked) = server(|path, _| match path {
        _ if is_watch(path) => Reply::Open(vec![]),
        _ if path.contains("continue=two") => part(&["b"], "three"),
        _ if path.contains("continue=three") => part(&["c"], "two"),
        _ => part(&["a"], "two"),
    });
    let mut news = lines::<Namespace>(&url, &[]);
    let first = next(&mut news).await;
    let lost = if first == "page a" { next(&mut news).await } else { first };
    assert_eq!(lost, "lost Other");
    assert!(asked.lock().unwrap().len() < 8, "it is not asked round and round: {:?}", asked.lock().unwrap());
}
