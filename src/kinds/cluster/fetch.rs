//! Asks EKS for clusters: their names, then each.
use aws_sdk_eks::types;
use futures::future::join_all;
use kube::config::Kubeconfig;
use serde_json::json;

use super::Cluster;
use crate::{
    clients::{
        Clients, Fetch, Sink,
        aws::{
            Ask, Caller,
            describe::{self, Style},
            field::{self, seconds, text},
        },
    },
    error::{Error, Result, Trouble},
    kinds::{Scope, rows::Step},
};

const NAMES: Ask = Ask::new("list clusters", "eks:ListClusters");
const ASK: Ask = Ask::new("describe clusters", "eks:DescribeCluster");

impl Fetch for Cluster {
    /// Without a region: the clusters that the kubeconfig names.
    async fn list(clients: &Clients, scope: &Scope, sink: &Sink<Self>) -> Result<()> {
        if scope.region.is_empty() {
            let mut all = contexts(&clients.servers.kubeconfig()?);
            all.retain(|cluster| clients.servers.contexts().iter().any(|name| **name == *cluster.name));
            sink.send(Step::whole(all)).await;
            return Ok(());
        }
        let caller = clients.aws.at(scope).await;
        let (estate, names) = (caller.vpcs().await?, names(&caller).await?);
        let told = join_all(names.iter().map(|name| one(&caller, name))).await;
        let mut all = vec![];
        let mut failed = None;
        for (name, told) in names.iter().zip(told) {
            match told {
                Ok(raw) => all.extend(cluster(&raw).filter(|row| estate.holds(&row.vpc))),
                Err(error) => {
                    // that it is there is known all the same
                    all.push(Self { name: name.as_str().into(), source: "EKS", ..Self::default() });
                    failed = Some(error);
                }
            }
        }
        if let Some(error) = failed {
            sink.partial(error).await;
        }
        sink.send(Step::whole(all)).await;
        Ok(())
    }

    async fn describe(clients: &Clients, scope: &Scope, id: &str) -> Result<serde_json::Value> {
        if scope.region.is_empty() {
            return context(&clients.servers.kubeconfig()?, id);
        }
        let caller = clients.aws.at(scope).await;
        let words = [types::IpFamily::values(), types::LogType::values(), types::ClusterIssueCode::values()];
        Ok(describe::json(&one(&caller, id).await?, Style::Lower, &words))
    }
}

/// The names of all clusters in a region.
///
/// # Errors
/// What EKS or the way to it says.
pub async fn names(caller: &Caller) -> Result<Vec<String>> {
    let mut pages = caller.pages(NAMES);
    let mut all = vec![];
    let ask = |token| caller.eks().list_clusters().max_results(100).set_next_token(token).send();
    while let Some(page) = pages.next(ask, |page| page.next_token()).await? {
        all.extend(page.clusters.unwrap_or_default());
    }
    Ok(all)
}

/// A cluster as EKS describes it: endpoint and certificate authority too.
///
/// # Errors
/// What EKS or the way to it says.
pub async fn one(caller: &Caller, name: &str) -> Result<types::Cluster> {
    let told = caller.ask(ASK, caller.eks().describe_cluster().name(name).send()).await?;
    told.cluster.ok_or_else(|| field::gone("cluster", name, caller.region()))
}

fn contexts(config: &Kubeconfig) -> Vec<Cluster> {
    let named = config.contexts.iter().map(|context| {
        let cluster = context.context.as_ref().map_or("", |c| &*c.cluster);
        let server = config.clusters.iter().find(|c| c.name == cluster).and_then(|c| c.cluster.as_ref()?.server.as_deref());
        Cluster { name: (&*context.name).into(), endpoint: text(server), source: "kubeconfig", ..Cluster::default() }
    });
    named.collect()
}

/// A context with its server; never the user's secrets.
fn context(config: &Kubeconfig, name: &str) -> Result<serde_json::Value> {
    let gone = || Error::new(Trouble::NotFound, format!("no kubeconfig context is called {name}"), "");
    let found = config.contexts.iter().find(|context| context.name == name).ok_or_else(gone)?;
    let context = found.context.as_ref();
    let cluster = config.clusters.iter().find(|c| context.is_some_and(|context| context.cluster == c.name));
    Ok(json!({
        "context": name,
        "cluster": context.map(|c| &c.cluster),
        "user": context.map(|c| &c.user),
        "namespace": context.map(|c| &c.namespace),
        "server": cluster.and_then(|c| c.cluster.as_ref()).map(|c| &c.server),
    }))
}

fn cluster(raw: &types::Cluster) -> Option<Cluster> {
    let net = raw.resources_vpc_config();
    let auth = raw.access_config().and_then(types::AccessConfigResponse::authentication_mode);
    let issues = raw.health().map(types::ClusterHealth::issues).unwrap_or_default();
    let own = net.and_then(types::VpcConfigResponse::cluster_security_group_id).filter(|id| !id.is_empty());
    let groups = net.map(types::VpcConfigResponse::security_group_ids).unwrap_or_default();
    Some(Cluster {
        name: raw.name()?.into(),
        version: text(raw.version()),
        status: text(raw.status().map(types::ClusterStatus::as_str)),
        private: net.is_some_and(types::VpcConfigResponse::endpoint_private_access),
        public: net.is_some_and(types::VpcConfigResponse::endpoint_public_access),
        cidrs: net.map(|n| n.public_access_cidrs().iter().map(|c| c.as_str().into()).collect()).unwrap_or_default(),
        endpoint: text(raw.endpoint()),
        platform: text(raw.platform_version()),
        created: seconds(raw.created_at()),
        auth: text(auth.map(types::AuthenticationMode::as_str)),
        source: "EKS",
        issues: issues.iter().filter_map(|issue| Some(issue.code()?.as_str().into())).collect(),
        vpc: text(net.and_then(types::VpcConfigResponse::vpc_id)),
        groups: own.into_iter().chain(groups.iter().map(String::as_str)).map(Into::into).collect(),
        arn: text(raw.arn()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_of_the_kubeconfig_is_a_cluster_without_its_secrets() {
        let text = "
contexts: [{name: lab, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: 'https://127.0.0.1:6443'}}]
users: [{name: u, user: {token: s3cret}}]
";
        let config = Kubeconfig::from_yaml(text).unwrap();
        let all = contexts(&config);
        assert_eq!((&*all[0].name, &*all[0].endpoint, all[0].source), ("lab", "https://127.0.0.1:6443", "kubeconfig"));
        let told = context(&config, "lab").unwrap().to_string();
        assert!(told.contains("127.0.0.1") && !told.contains("s3cret"), "{told}");
        assert_eq!(context(&config, "lba").unwrap_err().trouble, Trouble::NotFound);
    }

    #[test]
    fn a_private_cluster_with_an_issue_becomes_a_row() {
        let net = types::VpcConfigResponse::builder()
            .endpoint_private_access(true)
            .endpoint_public_access(false)
            .cluster_security_group_id("sg-own")
            .security_group_ids("sg-1")
            .vpc_id("vpc-1");
        let issue = types::ClusterIssue::builder().code(types::ClusterIssueCode::Ec2SubnetNotFound).build();
        let raw = types::Cluster::builder()
            .name("app")
            .status(types::ClusterStatus::Active)
            .resources_vpc_config(net.build())
            .health(types::ClusterHealth::builder().issues(issue).build())
            .build();
        let row = cluster(&raw).unwrap();
        assert_eq!((row.private, row.public, &*row.vpc), (true, false, "vpc-1"));
        assert_eq!(row.groups, ["sg-own".into(), "sg-1".into()].into());
        assert_eq!(row.issues, ["Ec2SubnetNotFound".into()].into());
    }
}
