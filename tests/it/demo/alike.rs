//! One world, told by three: the console, boto3 and kubectl say the same of every kind.
use std::{collections::BTreeMap, process::Command};

use serde_json::Value;

use super::Estate;
use crate::{aws, kube};

const REGIONS: [&str; 4] = ["us-east-1", "us-east-2", "us-west-1", "us-west-2"];

const AWS_KINDS: [&str; 10] = [
    "vpc",
    "subnet",
    "instance",
    "security-group",
    "cluster",
    "nodegroup",
    "asg",
    "load-balancer",
    "target-group",
    "log-group",
];

fn boto3(estate: &Estate) -> Value {
    let oracle = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/lab/oracle");
    let output = Command::new(oracle).args(REGIONS).envs(&estate.variables).output().expect("the oracle starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the oracle prints JSON")
}

#[test]
fn every_kind_of_aws_is_as_boto3_says() {
    let estate = Estate::serve(&["--seed", "5"]);
    let told = boto3(&estate);
    for kind in AWS_KINDS {
        let (code, said) = estate.pointed(&["list", kind, "--json", "--region", &REGIONS.join(",")]).run();
        assert_eq!(code, 0, "{kind}: {said}");
        let said: Value = serde_json::from_str(&said).expect("it is JSON");
        let by_region = |region: &str| -> BTreeMap<String, Value> {
            let rows = told[region][kind].as_object().expect("the oracle knows it");
            rows.iter().map(|(id, row)| (id.clone(), row.clone())).collect()
        };
        // the kubeconfig's context is a row of its own among the clusters
        let rows = said["rows"].as_array().expect("there are rows").iter().filter(|row| row["scope"]["region"] != "");
        let rows: Vec<Value> = rows.filter(|row| !row["scope"]["region"].is_null()).cloned().collect();
        aws::alike::compare(kind, &rows, &REGIONS, by_region);
    }
}

#[test]
fn every_kind_of_kubernetes_is_as_kubectl_says() {
    let estate = Estate::serve(&["--seed", "5"]);
    for look in kube::lists::all() {
        kube::lists::agrees(&estate.variables["KUBECONFIG"], &look);
    }
}

#[test]
fn a_node_is_the_same_machine_to_ec2_and_to_kubernetes() {
    let estate = Estate::serve(&["--seed", "5"]);
    let listed = |kind: &str| -> Vec<Value> {
        let (code, said) = estate.pointed(&["list", kind, "--json"]).run();
        assert_eq!(code, 0, "{kind}: {said}");
        let said: Value = serde_json::from_str(&said).expect("it is JSON");
        said["rows"].as_array().expect("there are rows").clone()
    };
    let hosts: BTreeMap<String, Value> = listed("instance")
        .into_iter()
        .map(|row| (row["id"].as_str().expect("an id").to_owned(), row["cells"].clone()))
        .collect();
    let nodes = listed("node");
    assert_eq!(nodes.len(), hosts.values().filter(|host| host["role"] == "node").count());
    for node in nodes {
        let host = &hosts[node["cells"]["instance"].as_str().expect("an instance")];
        assert_eq!(
            (&host["az"], &host["private_ip"], &host["type"]),
            (&node["cells"]["zone"], &node["cells"]["ip"], &node["cells"]["type"])
        );
    }
}
