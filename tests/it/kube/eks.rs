//! EKS's tokens, before the API server that has AWS's own verifier behind it.
use std::process::Command;

use serde_json::{Value, json};

use super::{column, errors, kubeconfig, lab, objects, ran, rows, text};
use crate::pty::terminal::Program;

/// `quarterdeck list node` as somebody who has only AWS credentials.
fn nodes(region: &str, secret: &str) -> (i32, Value) {
    let program = Program::new()
        .env("AWS_ENDPOINT_URL", &lab("MOTO_URL"))
        .env("AWS_ACCESS_KEY_ID", &lab("AWS_ACCESS_KEY_ID"))
        .env("AWS_SECRET_ACCESS_KEY", secret);
    let (code, said) = program.args(&["list", "node", "--json", "--region", region]).run();
    let listed = serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"));
    (code, listed)
}

#[test]
fn the_right_token_is_let_in() {
    let (code, listed) = nodes("us-west-2", &lab("AWS_SECRET_ACCESS_KEY"));
    assert_eq!((code, errors(&listed)), (0, vec![]));
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    let right = objects(&kubeconfig(), "nodes").iter().map(|node| text(&node["metadata"]["name"])).collect();
    assert_eq!(sorted(column(&listed, "name")), sorted(right));
    assert!(rows(&listed).iter().all(|row| row["scope"]["cluster"] == "shop-us-west-2"), "{listed}");
}

#[test]
fn a_wrong_secret_is_refused_and_said_so() {
    let (code, listed) = nodes("us-west-2", "wrong");
    let errors = errors(&listed);
    assert_eq!((code, rows(&listed).len()), (1, 0));
    assert!(errors.iter().any(|e| e.starts_with("list nodes of cluster shop-us-west-2: Unauthorized")), "{errors:?}");
    assert!(errors.iter().any(|e| e.contains("aws eks list-access-entries")), "{errors:?}");
}

#[test]
fn a_cluster_by_another_name_is_refused_and_said_so() {
    // in a region that no other test looks at
    let region = "ca-central-1";
    let body = json!({"name": "stranger", "roleArn": "arn:aws:iam::123456789012:role/stranger", "resourcesVpcConfig": {"subnetIds": []}});
    let signed = format!(
        "Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/{region}/eks/aws4_request, SignedHeaders=host, Signature=none"
    );
    let url = format!("{}/clusters", lab("MOTO_URL"));
    // another run may have made it
    let (well, said) = ran(
        Command::new("curl").args([
            "-s",
            "-H",
            &signed,
            "-H",
            "content-type: application/json",
            "-d",
            &body.to_string(),
            &url,
        ]),
        "",
    );
    assert!(well && said.contains("stranger"), "{said}");
    let (code, listed) = nodes(region, &lab("AWS_SECRET_ACCESS_KEY"));
    let errors = errors(&listed);
    assert_eq!((code, rows(&listed).len()), (1, 0));
    assert!(errors.iter().any(|e| e.starts_with("list nodes of cluster stranger: Unauthorized")), "{errors:?}");
}
