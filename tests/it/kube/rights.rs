//! Somebody with few rights sees what those allow, and is told what is denied.
use serde_json::json;

use super::{apply, column, console, errors, go, kubeconfig, lab, leave, list, objects, rows, shows, text};

fn names(kubeconfig: &str, what: &str) -> Vec<String> {
    let mut names: Vec<String> = objects(kubeconfig, what).iter().map(|one| text(&one["metadata"]["name"])).collect();
    names.sort();
    names
}

fn sorted(mut names: Vec<String>) -> Vec<String> {
    names.sort();
    names
}

#[test]
fn what_is_denied_is_named_with_verb_resource_and_place() {
    let (code, listed) = list(&lab("QD_LAB_VIEWER"), &["node"]);
    let errors = errors(&listed);
    assert_eq!((code, rows(&listed).len(), errors.len()), (1, 0, 1), "{listed}");
    assert!(errors[0].starts_with("list nodes of cluster lab: "), "{}", errors[0]);
    assert!(
        errors[0].contains("cannot list resource \"nodes\"") && errors[0].contains("cluster scope"),
        "{}",
        errors[0]
    );
    assert!(errors[0].contains("kubectl auth can-i list nodes"), "{}", errors[0]);
}

#[test]
fn who_may_list_no_pods_of_the_whole_cluster_is_told_to_name_a_namespace() {
    let (code, listed) = list(&lab("QD_LAB_VIEWER"), &["pod"]);
    let errors = errors(&listed);
    assert_eq!((code, rows(&listed).len(), errors.len()), (1, 0, 1), "{listed}");
    assert!(errors[0].starts_with("list pods of cluster lab: "), "{}", errors[0]);
    assert!(errors[0].contains("cluster scope") && errors[0].contains("--namespace"), "{}", errors[0]);
}

#[test]
fn a_kind_that_is_allowed_everywhere_is_whole() {
    let (code, listed) = list(&lab("QD_LAB_VIEWER"), &["namespace"]);
    assert_eq!((code, errors(&listed)), (0, vec![]));
    for name in ["default", "kube-system", "observe", "shop"] {
        assert!(column(&listed, "name").contains(&name.to_owned()), "{listed}");
    }
}

#[test]
fn the_namespaces_that_one_may_see_are_shown_together_and_the_rest_is_named() {
    let place = "corner";
    let role = "rbac.authorization.k8s.io/v1";
    let of = |name: &str| json!({"name": name, "namespace": place});
    let rules = json!([{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}]);
    let group = json!([{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "lab:viewers"}]);
    let refers = json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "pods"});
    let mut pod = super::plane::pod("cornered");
    pod["metadata"]["namespace"] = json!(place);
    let items = json!([
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": place}},
        {"apiVersion": role, "kind": "Role", "metadata": of("pods"), "rules": rules},
        {"apiVersion": role, "kind": "RoleBinding", "metadata": of("pods"), "subjects": group, "roleRef": refers},
        pod,
    ]);
    apply(&kubeconfig(), &json!({"apiVersion": "v1", "kind": "List", "items": items}));

    let (code, listed) = list(&lab("QD_LAB_VIEWER"), &["pod", "--namespace", place]);
    assert_eq!((code, column(&listed, "name")), (1, vec!["cornered".to_owned()]), "{listed}");
    assert_eq!(errors(&listed).len(), 1, "{listed}");
    assert!(errors(&listed)[0].starts_with("list pods of cluster lab: "), "{listed}");

    let (code, listed) = list(&lab("QD_LAB_VIEWER"), &["pod", "--namespace", "corner,shop,observe"]);
    let right = sorted([names(&kubeconfig(), "pods -n corner"), names(&kubeconfig(), "pods -n shop")].concat());
    assert_eq!((code, sorted(column(&listed, "name"))), (1, right));
    let errors = errors(&listed);
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].starts_with("list pods of cluster lab: "), "{errors:?}");
    assert!(errors[1].starts_with("list pods in namespace observe of cluster lab: "), "{errors:?}");
}

#[test]
fn services_without_the_right_to_their_endpoints_are_there_and_that_is_named() {
    let (code, listed) = list(&lab("QD_LAB_VIEWER"), &["service", "--namespace", "shop"]);
    assert_eq!((code, sorted(column(&listed, "name"))), (1, names(&kubeconfig(), "services -n shop")));
    assert!(column(&listed, "serving").iter().all(String::is_empty), "who serves is not known: {listed}");
    let errors = errors(&listed);
    assert!(errors.iter().any(|error| error.starts_with("list endpointslices")), "{errors:?}");
    assert!(errors.iter().any(|error| error.starts_with("list services of cluster lab")), "{errors:?}");
}

#[test]
fn the_console_shows_what_is_allowed_and_says_that_it_is_not_all() {
    let mut terminal = console(&lab("QD_LAB_VIEWER"), "pod", &["--namespace", "shop"]);
    shows(&terminal, "cart-0");
    shows(&terminal, "INCOMPLETE");
    terminal.press("!");
    shows(&terminal, "list pods of cluster lab");
    shows(&terminal, "cluster scope");
    leave(&terminal, "what went wrong");
    go(&terminal, "node", "nodes");
    shows(&terminal, "list nodes of cluster lab");
    terminal.press("q");
    terminal.ends_well();
}
