//! The table follows what happens in the cluster.
use serde_json::{Value, json};

use super::{
    apply, console, kubeconfig, kubectl, lines_with,
    plane::{Plane, pod},
    says, shows, shows_no, until,
};

/// A namespace of a test's own in the shared lab, gone with the test.
pub struct Corner(&'static str);

impl Corner {
    pub fn new(name: &'static str) -> Self {
        apply(&kubeconfig(), &json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}));
        Self(name)
    }

    pub fn add(&self, mut object: Value) {
        object["metadata"]["namespace"] = json!(self.0);
        apply(&kubeconfig(), &object);
    }

    pub fn kubectl(&self, words: &str) -> String {
        kubectl(&kubeconfig(), &format!("-n {} {words}", self.0))
    }
}

impl Drop for Corner {
    fn drop(&mut self) {
        let mut command = std::process::Command::new("kubectl");
        command.args(["--kubeconfig", &kubeconfig(), "delete", "namespace", self.0, "--wait=false"]);
        let _gone = super::ran(&mut command, "");
    }
}

#[test]
fn a_pod_that_is_deleted_and_made_again_goes_and_comes() {
    let corner = Corner::new("follow-pods");
    corner.add(pod("phoenix-1"));
    corner.add(pod("phoenix-2"));
    let mut terminal = console(&kubeconfig(), "pod", &[]);
    terminal.press("/");
    terminal.types("phoenix-");
    terminal.press("enter");
    shows(&terminal, "phoenix-1");
    shows(&terminal, "phoenix-2");
    corner.kubectl("delete pod phoenix-1 --wait=true");
    shows_no(&terminal, "phoenix-1");
    shows(&terminal, "phoenix-2");
    corner.add(pod("phoenix-1"));
    shows(&terminal, "phoenix-1");
    // gone and back at once, under another uid: one row, and the new one's
    let old = corner.kubectl("get pod phoenix-1 -o jsonpath={.metadata.uid}");
    corner.kubectl("delete pod phoenix-1 --wait=true");
    corner.add(pod("phoenix-1"));
    let new = corner.kubectl("get pod phoenix-1 -o jsonpath={.metadata.uid}");
    assert_ne!(old, new);
    until(&terminal, "there is one row of each", |screen| {
        lines_with(screen, "phoenix-1 ") == 1 && lines_with(screen, "phoenix-2 ") == 1
    });
    terminal.press("g g");
    terminal.press("y");
    shows(&terminal, "apiVersion");
    terminal.press("/");
    terminal.types(&format!("uid: {new}"));
    terminal.press("enter");
    shows(&terminal, &format!("uid: {new}"));
    terminal.press("ctrl-c");
    terminal.ends_well();
}

#[test]
fn a_deployment_that_is_scaled_says_so() {
    let corner = Corner::new("follow-scale");
    let template = json!({"metadata": {"labels": {"app": "wide"}}, "spec": {"containers": [{"name": "app", "image": "shop/web:1"}]}});
    corner.add(json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "wide-load"},
        "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "wide"}}, "template": template},
    }));
    let terminal = console(&kubeconfig(), "deployment", &[]);
    terminal.press("/");
    terminal.types("wide-load");
    terminal.press("enter");
    says(&terminal, "wide-load", "2/2");
    corner.kubectl("scale deployment wide-load --replicas=5");
    says(&terminal, "wide-load", "5/5");
    corner.kubectl("scale deployment wide-load --replicas=1");
    says(&terminal, "wide-load", "1/1");
    corner.kubectl("set image deployment/wide-load app=shop/web:bad");
    says(&terminal, "wide-load", "Updating");
    corner.kubectl("delete deployment wide-load");
    shows(&terminal, "No deployments");
}

#[test]
fn a_node_that_falls_silent_is_not_ready_until_it_speaks_again() {
    let plane = Plane::new(3);
    let names = plane.kubectl("get nodes -o jsonpath={.items[*].metadata.name}");
    let name = names.split(' ').next().expect("there are three");
    let terminal = console(&plane.kubeconfig(), "node", &[]);
    says(&terminal, name, "Ready");
    plane.kubectl(&format!("label node {name} lab/down=true"));
    says(&terminal, name, "NotReady");
    plane.kubectl(&format!("label node {name} lab/down-"));
    says(&terminal, name, "Ready");
    plane.kubectl(&format!("cordon {name}"));
    until(&terminal, "it is cordoned", |screen| screen.contains("SchedulingDis"));
    plane.kubectl(&format!("delete node {name}"));
    shows_no(&terminal, name);
}
