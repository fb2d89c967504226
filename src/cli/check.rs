//! `quarterdeck check`: every dependency, tried once, with a remedy for what fails.
use serde_json::json;

use super::{Exit, run::print, start};
use crate::{
    clients::Clients,
    config::Settings,
    error::{Error, Result, Trouble},
    kinds::{Kind, Rows, Scope},
    model::estate::Estate,
};

struct Line {
    what: String,
    said: Result<String>,
}

pub async fn run(settings: &Settings, json: bool) -> Result<Exit> {
    let estate = start::estate(settings)?;
    let clients = start::clients(settings)?;
    let mut lines = Vec::new();
    accounts(&estate, &clients, &mut lines).await;
    let scopes = clusters(settings, &estate, &mut lines).await?;
    servers(&clients, scopes, &mut lines).await;
    if lines.is_empty() {
        let nothing = Error::usage("nothing to check", "neither AWS nor a cluster is configured")
            .hint("log in to AWS, or name a kubeconfig with --kubeconfig or --context");
        lines.push(Line { what: "configuration".into(), said: Err(nothing) });
    }
    print(&if json { as_json(&lines)? } else { as_text(&lines) })?;
    Ok(if lines.iter().any(|line| line.said.is_err()) { Exit::Found } else { Exit::Done })
}

async fn accounts(estate: &Estate, clients: &Clients, lines: &mut Vec<Line>) {
    for account in &estate.accounts {
        let name = if account.is_empty() { "the default credentials" } else { account };
        let said = clients.aws.identity(account).await.map(|who| format!("account {} as {}", who.account, who.arn));
        lines.push(Line { what: format!("AWS with {name}"), said });
    }
}

/// Finds the clusters, and says how finding them went.
async fn clusters(settings: &Settings, estate: &Estate, lines: &mut Vec<Line>) -> Result<Vec<Scope>> {
    let mut scopes: Vec<Scope> =
        estate.contexts.iter().map(|name| Scope { cluster: name.as_str().into(), ..Scope::default() }).collect();
    if !estate.eks || lines.iter().any(|line| line.said.is_err()) {
        return Ok(scopes);
    }
    let model = super::headless::settle(settings, Kind::Cluster).await?;
    for error in super::headless::troubles(&model) {
        lines.push(Line { what: "regions and EKS clusters".into(), said: Err(error) });
    }
    let found = model.store.of_kind(Kind::Cluster).filter_map(|(_, feed)| match &feed.rows {
        Rows::Cluster(rows) if !feed.key.scope.region.is_empty() => Some((feed, rows)),
        _ => None,
    });
    for (feed, rows) in found {
        scopes.extend(rows.iter().map(|cluster| feed.key.scope.at_cluster(&cluster.name)));
    }
    let regions = model.store.of_kind(Kind::Cluster).count();
    let said = format!("{} clusters in {regions} places", scopes.len());
    lines.push(Line { what: "regions and EKS clusters".into(), said: Ok(said) });
    Ok(scopes)
}

async fn servers(clients: &Clients, scopes: Vec<Scope>, lines: &mut Vec<Line>) {
    let tried = scopes.into_iter().map(|scope| async move {
        let what = format!("API server of {}", scope.path());
        let said = version(clients, &scope).await;
        Line { what, said }
    });
    lines.extend(futures::future::join_all(tried).await);
}

async fn version(clients: &Clients, scope: &Scope) -> Result<String> {
    let link = clients.servers.link(scope).await?;
    let client = link.client().await?;
    let asked = tokio::time::timeout(std::time::Duration::from_secs(15), client.apiserver_version()).await;
    let what = || format!("the API server of {} does not answer", scope.path());
    match asked {
        Ok(Ok(version)) => Ok(format!("Kubernetes {}", version.git_version)),
        Ok(Err(e)) => Err(Error::new(Trouble::Unreachable, what(), e.to_string()).hint("check VPN and credentials")),
        Err(_) => {
            Err(Error::new(Trouble::Unreachable, what(), "no answer in 15 s").hint("a private endpoint needs the VPN"))
        }
    }
}

fn as_text(lines: &[Line]) -> String {
    let line = |line: &Line| match &line.said {
        Ok(said) => format!("ok      {}: {said}\n", line.what),
        Err(e) if e.hint.is_empty() => format!("FAILED  {}: {}: {}\n", line.what, e.what, e.why),
        Err(e) => format!("FAILED  {}: {}: {}\n        → {}\n", line.what, e.what, e.why, e.hint),
    };
    lines.iter().map(line).collect()
}

fn as_json(lines: &[Line]) -> Result<String> {
    let checks: Vec<_> = lines
        .iter()
        .map(|line| match &line.said {
            Ok(said) => json!({"what": line.what, "ok": true, "said": said}),
            Err(e) => json!({
                "what": line.what, "ok": false, "trouble": e.trouble.word(), "said": format!("{}: {}", e.what, e.why), "hint": e.hint,
            }),
        })
        .collect();
    let text = serde_json::to_string_pretty(&json!({"version": 1, "checks": checks}));
    text.map(|text| text + "\n").map_err(|e| Error::new(Trouble::Other, "write JSON", e.to_string()))
}
