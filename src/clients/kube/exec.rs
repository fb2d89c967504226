//! Credential plugins of a kubeconfig (`aws eks get-token`, `kubelogin` …), run by ourselves: once, with a time limit, with
//! nothing to read from and with what they print caught, so that none ever reaches the terminal that the screen is drawn on.
use std::{process::Stdio, time::Duration};

use kube::config::ExecConfig;
use serde::Deserialize;
use serde_json::json;

use crate::error::{Error, Result, Trouble};

const LIMIT: Duration = Duration::from_secs(30);

/// What a plugin answered.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Answer {
    pub token: Option<String>,
    pub client_certificate_data: Option<String>,
    pub client_key_data: Option<String>,
    pub expiration_timestamp: Option<jiff::Timestamp>,
}

/// Runs the plugin; `user` is the kubeconfig's name for it, for the error.
pub(super) async fn run(plugin: &ExecConfig, user: &str) -> Result<Answer> {
    let name = plugin.command.as_deref().unwrap_or_default();
    let what = || format!("get credentials of user {user} from {name:?}");
    let refused = |why: String| {
        let hint = plugin
            .install_hint
            .clone()
            .unwrap_or_else(|| format!("run {:?} in a shell: it may want a login", line(plugin)));
        Error::new(Trouble::Credentials, what(), why).hint(hint)
    };
    if name.is_empty() {
        return Err(Error::new(Trouble::Credentials, what(), "the kubeconfig names no command"));
    }
    let child = command(plugin).spawn().map_err(|e| refused(format!("it cannot be started: {e}")))?;
    let output = match tokio::time::timeout(LIMIT, child.wait_with_output()).await {
        Ok(output) => output.map_err(|e| refused(e.to_string()))?,
        Err(_) => return Err(refused(format!("it did not answer within {} s", LIMIT.as_secs()))),
    };
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().lines().last().unwrap_or("it said nothing").to_owned();
        return Err(refused(format!("{}: {said}", output.status)));
    }
    answer(&output.stdout).map_err(refused)
}

fn command(plugin: &ExecConfig) -> tokio::process::Command {
    let mut command = tokio::process::Command::new(plugin.command.as_deref().unwrap_or_default());
    command.args(plugin.args.iter().flatten());
    for pair in plugin.env.iter().flatten() {
        if let (Some(name), Some(value)) = (pair.get("name"), pair.get("value")) {
            command.env(name, value);
        }
    }
    for name in plugin.drop_env.iter().flatten() {
        command.env_remove(name);
    }
    let mut spec = json!({ "interactive": false });
    if let Some(cluster) = plugin.cluster.as_ref().filter(|_| plugin.provide_cluster_info) {
        spec["cluster"] = serde_json::to_value(cluster).unwrap_or_default();
    }
    let info = json!({ "apiVersion": plugin.api_version, "kind": "ExecCredential", "spec": spec });
    command.env("KUBERNETES_EXEC_INFO", info.to_string());
    // a group of its own: Ctrl-C is not for it, and reading from the terminal stops it instead of taking keys away
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0).kill_on_drop(true);
    command
}

fn line(plugin: &ExecConfig) -> String {
    let words = plugin.command.iter().chain(plugin.args.iter().flatten());
    words.map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// Plugins are to print JSON, but kubectl takes YAML from them too.
fn answer(stdout: &[u8]) -> Result<Answer, String> {
    #[derive(Deserialize)]
    struct Credential {
        status: Option<Answer>,
    }
    let credential: Credential =
        serde_saphyr::from_slice(stdout).map_err(|e| format!("its answer cannot be read: {e}"))?;
    let answer = credential.status.ok_or("its answer has no status")?;
    if answer.token.is_none() && (answer.client_certificate_data.is_none() || answer.client_key_data.is_none()) {
        return Err("its answer holds neither a token nor a certificate with its key".to_owned());
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plugin(script: &str) -> ExecConfig {
        serde_json::from_value(json!({
            "apiVersion": "client.authentication.k8s.io/v1", "command": "sh", "args": ["-c", script],
            "env": [{"name": "FROM_KUBECONFIG", "value": "yes"}],
        }))
        .unwrap()
    }

    #[tokio::test]
    async fn a_plugin_s_token_is_taken_with_its_end() {
        let script = r#"echo noise >&2; test "$FROM_KUBECONFIG" = yes && case "$KUBERNETES_EXEC_INFO" in *'"interactive":false'*)
            echo '{"status":{"token":"t0k","expirationTimestamp":"2026-11-23T20:00:00Z"}}';; esac"#;
        let answer = run(&plugin(script), "ops").await.unwrap();
        assert_eq!(answer.token.as_deref(), Some("t0k"));
        assert_eq!(answer.expiration_timestamp.map(jiff::Timestamp::as_second), Some(1_795_464_000));
    }

    #[tokio::test]
    async fn what_a_failing_plugin_said_is_the_reason() {
        let error = run(&plugin("echo first >&2; echo 'session has expired' >&2; exit 3"), "ops").await.unwrap_err();
        assert_eq!(error.trouble, Trouble::Credentials);
        assert!(error.why.contains("session has expired") && error.why.contains('3'), "{error}");
    }

    #[tokio::test]
    async fn a_plugin_reads_nothing_from_the_terminal() {
        let script = r#"read line; echo "{\"status\":{\"token\":\"got<$line>\"}}""#;
        assert_eq!(run(&plugin(script), "ops").await.unwrap().token.as_deref(), Some("got<>"));
    }

    #[test]
    fn an_answer_without_credentials_is_an_error() {
        assert!(answer(br#"{"status":{}}"#).unwrap_err().contains("neither"));
        assert!(answer(br#"{"kind":"ExecCredential"}"#).is_err());
        assert!(answer(b"please log in").is_err());
        assert_eq!(answer(b"status:\n  token: yaml\n").unwrap().token.as_deref(), Some("yaml"));
    }
}
