//! A thousand nodes and ten thousand pods. It takes the longest, so its name lets it begin first.
use std::collections::BTreeSet;

use super::{column, console, list, plane::Plane, rows, shows, shows_no, until};

#[test]
fn ten_thousand_pods_on_a_thousand_nodes_are_all_there() {
    let plane = Plane::loaded(1000, 10_000);
    let (code, listed) = list(&plane.kubeconfig(), &["pod"]);
    assert_eq!((code, rows(&listed).len()), (0, 10_000));
    let names: BTreeSet<String> = column(&listed, "name").into_iter().collect();
    assert!((0..10_000).all(|n| names.contains(&format!("svc-{:03}-7c9f8d6b5-{n:05}", n % 200))), "each by its name");
    assert!(column(&listed, "status").iter().all(|word| word == "Running"));
    let restarts: u64 = column(&listed, "restarts").iter().map(|n| n.parse::<u64>().expect("a number")).sum();
    assert_eq!(restarts, (0..10_000).map(|n| n % 7).sum::<u64>());
    let (code, listed) = list(&plane.kubeconfig(), &["node", "--where", "status=Ready"]);
    assert_eq!((code, rows(&listed).len()), (0, 1000));

    let mut terminal = console(&plane.kubeconfig(), "pod", &[]);
    shows(&terminal, "10,000");
    shows_no(&terminal, "oading");
    terminal.press("G");
    // the last by namespace and name
    shows(&terminal, "svc-199-7c9f8d6b5-09999");
    terminal.press("/");
    terminal.types("svc-042-");
    until(&terminal, "fifty of them are left", |screen| {
        screen.contains("50 of 10,000") || screen.contains("50/10,000")
    });
    terminal.press("enter");
    terminal.press("esc");
    until(&terminal, "all are there again", |screen| {
        screen.lines().nth(1).is_some_and(|line| line.ends_with(" 10,000"))
    });
    terminal.press("g g");
    shows(&terminal, "svc-000-7c9f8d6b5-00000");
    terminal.press("q");
    terminal.ends_well();
}
