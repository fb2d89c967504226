//! A control plane that is killed, hangs, forgets or loses its store, under a console that is open on it.
use rustix::process::Signal;

use super::{console, go, leave, plane::Plane, says, shows, shows_no, until};
use crate::pty::terminal::Terminal;

/// A console on the pods of a cluster that holds these.
fn opened(plane: &Plane, pods: &[&str]) -> Terminal {
    for name in pods {
        plane.pod(name);
    }
    let terminal = console(&plane.kubeconfig(), "pod", &[]);
    for name in pods {
        says(&terminal, name, "Pending");
    }
    shows_no(&terminal, "oading");
    terminal
}

/// Marked as old, with its age that grows.
fn is_stale(terminal: &Terminal) {
    let age = |screen: &str| Some(screen.split("STALE ").nth(1)?.split_whitespace().next()?.to_owned());
    until(terminal, "the rows are marked stale", |screen| age(screen).is_some());
    let before = age(&terminal.screen());
    until(terminal, "their age grows", |screen| age(screen).is_some() && age(screen) != before);
}

/// While the cluster is away other screens open, and one comes back to the rows.
fn one_can_go_elsewhere(terminal: &Terminal, row: &str) {
    terminal.press("T");
    shows(terminal, "list pods in lab");
    leave(terminal, "background work");
    terminal.press("!");
    shows(terminal, "what went wrong");
    shows(terminal, "pods of cluster lab");
    leave(terminal, "what went wrong");
    go(terminal, "node", "nodes");
    go(terminal, "pod", "pods");
    shows(terminal, row);
}

/// Another console ends at once while the cluster is away.
fn one_can_quit(plane: &Plane) {
    let mut terminal = console(&plane.kubeconfig(), "pod", &[]);
    shows(&terminal, "pods");
    terminal.press("q");
    terminal.ends_well();
    terminal.is_given_back();
}

#[test]
fn an_api_server_that_is_killed_leaves_its_rows_and_is_followed_again_when_it_is_back() {
    let plane = Plane::new(1);
    let mut terminal = opened(&plane, &["stays", "goes"]);
    plane.stop("apiserver");
    is_stale(&terminal);
    shows(&terminal, "stays");
    one_can_go_elsewhere(&terminal, "stays");
    one_can_quit(&plane);
    plane.start("apiserver");
    plane.ready();
    plane.kubectl("delete pod goes --wait=false --grace-period=0 --force");
    plane.pod("new");
    says(&terminal, "new", "Pending");
    shows_no(&terminal, "goes");
    shows_no(&terminal, "STALE");
    terminal.press("q");
    terminal.ends_well();
}

#[test]
fn an_api_server_that_hangs_leaves_its_rows_and_is_followed_again_when_it_answers() {
    let plane = Plane::new(1);
    let mut terminal = opened(&plane, &["stays"]);
    let mut other = opened(&plane, &["stays"]);
    plane.freeze("apiserver");
    is_stale(&terminal);
    shows(&terminal, "stays");
    one_can_go_elsewhere(&terminal, "stays");
    one_can_quit(&plane);
    other.press("q");
    other.ends_well();
    plane.thaw("apiserver");
    plane.ready();
    plane.pod("new");
    says(&terminal, "new", "Pending");
    shows_no(&terminal, "STALE");
    terminal.press("q");
    terminal.ends_well();
}

#[test]
fn a_history_that_is_gone_is_made_up_for_by_a_new_list() {
    let plane = Plane::new(1);
    let mut terminal = opened(&plane, &["stays", "goes"]);
    // what happens while the console sleeps is in no history when it wakes
    terminal.signal(Signal::STOP);
    terminal.is_stopped();
    plane.kubectl("delete pod goes --wait=false --grace-period=0 --force");
    plane.pod("new");
    plane.compact();
    terminal.signal(Signal::CONT);
    says(&terminal, "new", "Pending");
    shows_no(&terminal, "goes");
    shows(&terminal, "stays");
    plane.pod("newer");
    says(&terminal, "newer", "Pending");
    shows_no(&terminal, "STALE");
    terminal.press("q");
    terminal.ends_well();
}

#[test]
fn a_cluster_that_comes_back_with_less_than_it_had_shows_what_it_has() {
    let plane = Plane::new(1);
    for n in 0..20 {
        plane.kubectl(&format!("create configmap filler-{n}"));
    }
    let mut terminal = opened(&plane, &["old"]);
    plane.forget();
    plane.pod("other");
    says(&terminal, "other", "Pending");
    shows_no(&terminal, "old ");
    plane.pod("another");
    says(&terminal, "another", "Pending");
    shows_no(&terminal, "STALE");
    terminal.press("q");
    terminal.ends_well();
}

#[test]
fn a_lost_store_leaves_the_rows_and_is_followed_again_when_it_is_back() {
    let plane = Plane::new(1);
    let mut terminal = opened(&plane, &["stays"]);
    plane.stop("etcd");
    // the API server itself still answers from memory, and its watches stay open; but nothing new can be known
    let (well, said) = plane.asked("get --raw /readyz/etcd --request-timeout=20s");
    assert!(!well, "the store is gone: {said}");
    is_stale(&terminal);
    terminal.press("!");
    shows(&terminal, "watch pods of cluster lab");
    shows(&terminal, "etcd");
    leave(&terminal, "what went wrong");
    go(&terminal, "node", "nodes");
    go(&terminal, "pod", "pods");
    shows(&terminal, "stays");
    one_can_quit(&plane);
    plane.start("etcd");
    if !plane.runs("apiserver") {
        plane.start("apiserver");
    }
    plane.ready();
    plane.pod("new");
    says(&terminal, "new", "Pending");
    shows(&terminal, "stays");
    shows_no(&terminal, "STALE");
    terminal.press("q");
    terminal.ends_well();
}
