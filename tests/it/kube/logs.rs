//! A container's log through a real API server: followed while the server is stopped, hangs and comes back. Behind it kwok stands in
//! for the kubelet and reads a file that the test writes.
use std::{fs::OpenOptions, io::Write, time::Duration};

use serde_json::{Value, json};

use super::{apply, plane::Plane};
use crate::pty::terminal::Program;

/// Writes numbered lines as a container runtime does, until it is dropped.
fn say(plane: &Plane, lines: std::ops::Range<u32>, every: Duration) {
    let mut file = OpenOptions::new().append(true).open(plane.path("container.log")).expect("the lab made it");
    for line in lines {
        let at = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S.%9fZ");
        writeln!(file, "{at} stdout F line {line}").expect("it can be written");
        std::thread::sleep(every);
    }
}

/// A pod that runs on the lab's node.
fn running(plane: &Plane, name: &str) {
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "default"},
        "spec": {"containers": [{"name": "app", "image": "shop/web:1"}]},
    });
    apply(&plane.kubeconfig(), &pod);
    let (well, said) = plane.asked(&format!("wait --for=condition=Ready pod/{name} --timeout=60s"));
    assert!(well, "{said}");
}

/// What was printed of the numbered lines, in the order in which it was.
fn numbers(said: &str) -> Vec<u32> {
    let records =
        said.lines().map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|e| panic!("{line}: {e}")));
    let message =
        |record: Value| record["message"].as_str().and_then(|text| text.trim().strip_prefix("line ")?.parse().ok());
    records.filter_map(message).collect()
}

#[test]
fn a_log_is_followed_over_a_server_that_goes_hangs_and_comes_back() {
    let plane = Plane::new(1);
    running(&plane, "speaker");
    let follow = ["logs", "-f", "--json", "--since", "1m", "pod/default/speaker", "--kubeconfig", &plane.kubeconfig()];
    let said = Program::new().args(&follow).interrupted(|| {
        std::thread::sleep(Duration::from_secs(2));
        let step = Duration::from_millis(40);
        say(&plane, 0..50, step);
        plane.stop("apiserver");
        say(&plane, 50..100, step);
        plane.start("apiserver");
        plane.ready();
        say(&plane, 100..150, step);
        plane.freeze("apiserver");
        say(&plane, 150..200, step);
        plane.thaw("apiserver");
        say(&plane, 200..250, step);
        std::thread::sleep(Duration::from_secs(20));
    });
    assert_eq!(numbers(&said), (0..250).collect::<Vec<_>>());
}

#[test]
fn what_was_said_is_what_kubectl_says() {
    let plane = Plane::new(1);
    running(&plane, "speaker");
    say(&plane, 0..30, Duration::from_millis(5));
    let words = ["logs", "--json", "--since", "1m", "pod/default/speaker", "--kubeconfig", &plane.kubeconfig()];
    let (code, said) = Program::new().args(&words).run();
    assert_eq!(code, 0, "{said}");
    let theirs = plane.kubectl("logs speaker");
    let theirs: Vec<u32> = theirs.lines().filter_map(|line| line.strip_prefix("line ")?.parse().ok()).collect();
    assert_eq!((numbers(&said), theirs.len()), (theirs.clone(), 30));
}

#[test]
fn a_pod_that_is_not_there_is_said_not_to_be() {
    let words = ["logs", "pod/default/nobody", "--kubeconfig", &super::kubeconfig()];
    let (code, said) = Program::new().args(&words).run();
    assert!(code == 1 && said.contains("no pod is called default/nobody"), "{code}: {said}");
}
