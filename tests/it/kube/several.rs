//! Two real clusters in one table: what one loses, the other keeps.
use serde_json::{Value, json};

use super::{
    follows::Corner,
    go, kubeconfig, kubectl,
    plane::{Plane, pod},
    says, shows, until,
};
use crate::pty::terminal::{Program, Terminal};

/// A kubeconfig with the context `near` of the lab's own cluster and `far` of another.
fn both(program: &Program, far: &Plane) -> String {
    let mut whole = json!({"apiVersion": "v1", "kind": "Config", "current-context": "near"});
    let parts = [("near", kubeconfig()), ("far", far.kubeconfig())].map(|(name, file)| {
        let read: Value =
            serde_json::from_str(&kubectl(&file, "config view --raw --flatten --minify -o json")).expect("it is JSON");
        (name, read)
    });
    for (list, sort) in [("clusters", "cluster"), ("users", "user")] {
        whole[list] = parts
            .iter()
            .map(|(name, read)| json!({"name": name, sort: read[list][0][sort]}))
            .collect::<Vec<_>>()
            .into();
    }
    whole["contexts"] = json!([
        {"name": "near", "context": {"cluster": "near", "user": "near"}},
        {"name": "far", "context": {"cluster": "far", "user": "far"}},
    ]);
    let path = program.home().join("both.json");
    std::fs::write(&path, whole.to_string()).expect("the home can be written");
    path.display().to_string()
}

/// Keeps the pods that this test made.
fn filtered(terminal: &Terminal, text: &str) {
    terminal.press("/");
    terminal.types(text);
    terminal.press("enter");
}

#[test]
fn of_two_clusters_in_one_table_one_is_lost_and_the_other_goes_on() {
    let (far, near) = (Plane::new(1), Corner::new("several"));
    far.pod("twin-far");
    near.add(pod("twin-near"));
    let program = Program::new();
    let kubeconfig = both(&program, &far);
    let args = ["--kubeconfig", &kubeconfig, "--context", "near,far", "--at", "pod"];
    let mut terminal = program.args(&args).open(140, 40);
    shows(&terminal, "? keys");
    filtered(&terminal, "twin-");
    says(&terminal, "twin-far", "far");
    says(&terminal, "twin-near", "near");
    far.stop("apiserver");
    until(&terminal, "one of both is stale", |screen| screen.contains("1 of 2 STALE"));
    shows(&terminal, "pods of cluster far");
    // the lost one's rows stay, the other's go on
    near.add(pod("twin-new"));
    says(&terminal, "twin-new", "near");
    says(&terminal, "twin-far", "far");
    near.kubectl("delete pod twin-near --wait=false --grace-period=0 --force");
    until(&terminal, "what is gone there goes here", |screen| !screen.contains("twin-near"));
    assert!(terminal.screen().contains("1 of 2 STALE"), "{}", terminal.screen());
    // another table of both says so too
    go(&terminal, "namespace", "namespaces");
    shows(&terminal, "several");
    shows(&terminal, "1 of 2");
    go(&terminal, "pod", "pods");
    far.start("apiserver");
    far.ready();
    far.pod("twin-back");
    filtered(&terminal, "twin-");
    says(&terminal, "twin-back", "far");
    until(&terminal, "nothing is stale", |screen| !screen.contains("STALE"));
    terminal.press("q");
    terminal.ends_well();
}
