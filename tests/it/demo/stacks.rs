//! `infra` stood up by the real Terraform in an account that is empty, and taken down again.
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};

use super::{
    Estate,
    terraform::{Folder, boto3, listed, rows},
    until,
};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A copy of `infra` whose states are files, with the values of `dev` cut down to one region.
fn infra(estate: &Estate) -> PathBuf {
    let to = estate.cache.join("infra");
    for name in ["modules", "stacks", "env", "chart", "platform", "images"] {
        copy(&Path::new(ROOT).join("infra").join(name), &to.join(name));
    }
    to
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("it can be read") {
        let entry = entry.expect("it can be read");
        let (name, path) = (entry.file_name(), entry.path());
        let left_out = name.to_string_lossy().starts_with(".terraform") || name == "tests";
        if left_out {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(&name));
        } else {
            fs::copy(&path, to.join(&name)).expect("it can be copied");
        }
    }
}

const STACKS: [&str; 9] =
    ["bootstrap", "global", "registry", "network", "transit", "perimeter", "images", "edge", "cluster"];
const ONE_REGION: &str =
    r#"-var=regions={ us-east-1 = { block = "10.0.0.0/15", zones = ["us-east-1a", "us-east-1b"] } }"#;

#[test]
fn the_estate_as_code_stands_up_in_an_empty_account_and_goes_again() {
    let estate = Estate::serve(&["--empty", "--speed", "20"]);
    let tree = infra(&estate);
    let stacks = STACKS.map(|name| {
        let folder = Folder { estate: &estate, path: tree.join("stacks").join(name) };
        fs::write(folder.path.join("offline_override.tf"), "terraform {\n  backend \"local\" {}\n}\n")
            .expect("written");
        folder.run(&["init", "-input=false"]).well();
        let files = ["common", "us-east-1", name].map(|file| tree.join(format!("env/dev/{file}.tfvars")));
        let files = files.iter().filter(|path| path.exists()).map(|path| format!("-var-file={}", path.display()));
        (folder, files.chain([ONE_REGION.to_owned()]).collect::<Vec<String>>())
    });
    let run = |stack: &(Folder<'_>, Vec<String>), words: &[&str]| {
        let values = stack.1.iter().map(String::as_str);
        stack.0.run(&words.iter().copied().chain(values).collect::<Vec<_>>()).well()
    };
    for stack in &stacks {
        run(stack, &["apply", "-json", "-auto-approve"]);
        let again = run(stack, &["plan", "-json"]);
        assert_eq!(again.planned(), BTreeMap::new(), "{}", stack.0.path.display());
    }
    let mut vpcs: Vec<String> =
        listed(&estate, &["vpc"]).iter().map(|row| row["name"].as_str().expect("a name").to_owned()).collect();
    vpcs.sort();
    assert_eq!(vpcs, ["shop-dev-app", "shop-dev-lb", "shop-dev-security"]);
    until("a bastion runs in each zone", || {
        let hosts = listed(&estate, &["instance", "--where", "role=bastion", "--filter", "state:running"]);
        hosts.len() == 2
    });
    let clusters = boto3(&estate, "eks", "list_clusters", &json!({}));
    assert_eq!(clusters["clusters"], json!(["shop-dev-us-east-1"]));
    until("its nodes are ready", || {
        let nodes: Value = serde_json::from_str(&estate.kubectl("get nodes -o json")).expect("it is JSON");
        let ready = |node: &Value| {
            rows(&node["status"]["conditions"]).iter().any(|one| one["type"] == "Ready" && one["status"] == "True")
        };
        rows(&nodes["items"]).len() == 2 && rows(&nodes["items"]).iter().all(ready)
    });
    for name in ["cluster", "edge"] {
        let stack = &stacks[STACKS.iter().position(|one| *one == name).expect("a stack")];
        run(stack, &["destroy", "-json", "-auto-approve"]);
    }
    assert_eq!(boto3(&estate, "eks", "list_clusters", &json!({}))["clusters"], json!([]));
    until("its hosts are gone", || listed(&estate, &["instance", "--filter", "state:running"]).is_empty());
    assert_eq!(listed(&estate, &["vpc"]).len(), 3, "the network stands on");
}
