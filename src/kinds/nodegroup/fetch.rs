//! Asks EKS for node groups: the clusters, the names in each, then each group.
use aws_sdk_eks::types;
use futures::future::join_all;

use super::Nodegroup;
use crate::{
    clients::{
        Clients, Fetch, Sink,
        aws::{
            Ask, Caller,
            describe::{self, Style},
            field::{self, count, seconds, text},
        },
    },
    error::Result,
    kinds::{Scope, cluster::fetch::names, rows::Step},
};

const NAMES: Ask = Ask::new("list node groups", "eks:ListNodegroups");
const ASK: Ask = Ask::new("describe node groups", "eks:DescribeNodegroup");

impl Fetch for Nodegroup {
    async fn list(clients: &Clients, scope: &Scope, sink: &Sink<Self>) -> Result<()> {
        let caller = clients.aws.at(scope).await;
        let (estate, clusters) = (caller.subnets().await?, names(&caller).await?);
        let told = join_all(clusters.iter().map(|cluster| of(&caller, cluster))).await;
        let mut all = vec![];
        let mut failed = None;
        for told in told.into_iter().flat_map(|told| told.unwrap_or_else(|error| vec![Err(error)])) {
            match told {
                Ok(raw) if estate.holds_any(&raw.subnets().join(",")) => all.extend(nodegroup(&raw)),
                Ok(_) => {}
                Err(error) => failed = Some(error),
            }
        }
        if let Some(error) = failed {
            sink.partial(error).await;
        }
        sink.send(Step::whole(all)).await;
        Ok(())
    }

    async fn describe(clients: &Clients, scope: &Scope, id: &str) -> Result<serde_json::Value> {
        let caller = clients.aws.at(scope).await;
        let (cluster, name) = id.split_once('/').ok_or_else(|| field::gone("node group", id, caller.region()))?;
        let raw = one(&caller, cluster, name).await?;
        let words = [types::AmiTypes::values(), types::NodegroupIssueCode::values()];
        Ok(describe::json(&raw, Style::Lower, &words))
    }
}

async fn of(caller: &Caller, cluster: &str) -> Result<Vec<Result<types::Nodegroup>>> {
    let mut pages = caller.pages(NAMES);
    let mut names = vec![];
    let ask = |token| caller.eks().list_nodegroups().cluster_name(cluster).max_results(100).set_next_token(token).send();
    while let Some(page) = pages.next(ask, |page| page.next_token()).await? {
        names.extend(page.nodegroups.unwrap_or_default());
    }
    Ok(join_all(names.iter().map(|name| one(caller, cluster, name))).await)
}

async fn one(caller: &Caller, cluster: &str, name: &str) -> Result<types::Nodegroup> {
    let asked = caller.eks().describe_nodegroup().cluster_name(cluster).nodegroup_name(name).send();
    caller.ask(ASK, asked).await?.nodegroup.ok_or_else(|| field::gone("node group", name, caller.region()))
}

fn nodegroup(raw: &types::Nodegroup) -> Option<Nodegroup> {
    let (name, cluster) = (raw.nodegroup_name()?, raw.cluster_name()?);
    let scaling = raw.scaling_config();
    let issues = raw.health().map(types::NodegroupHealth::issues).unwrap_or_default();
    let asgs = raw.resources().map(types::NodegroupResources::auto_scaling_groups).unwrap_or_default();
    Some(Nodegroup {
        id: format!("{cluster}/{name}").into(),
        name: name.into(),
        cluster: cluster.into(),
        status: text(raw.status().map(types::NodegroupStatus::as_str)),
        version: text(raw.version()),
        release: text(raw.release_version()),
        desired: count(scaling.and_then(types::NodegroupScalingConfig::desired_size)),
        min: count(scaling.and_then(types::NodegroupScalingConfig::min_size)),
        max: count(scaling.and_then(types::NodegroupScalingConfig::max_size)),
        ami: text(raw.ami_type().map(types::AmiTypes::as_str)),
        capacity: text(raw.capacity_type().map(types::CapacityTypes::as_str)),
        shapes: raw.instance_types().iter().map(|shape| shape.as_str().into()).collect(),
        issues: issues.iter().filter_map(|issue| Some(issue.code()?.as_str().into())).collect(),
        asgs: asgs.iter().filter_map(|asg| asg.name().map(Into::into)).collect(),
        created: seconds(raw.created_at()),
        arn: text(raw.nodegroup_arn()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{Health, Resource};

    #[test]
    fn a_group_is_known_by_its_cluster_and_its_name_and_says_what_ails_it() {
        let issue = types::Issue::builder().code(types::NodegroupIssueCode::AsgInstanceLaunchFailures).build();
        let raw = types::Nodegroup::builder()
            .nodegroup_name("blue")
            .cluster_name("app")
            .status(types::NodegroupStatus::Degraded)
            .scaling_config(types::NodegroupScalingConfig::builder().min_size(1).desired_size(3).max_size(9).build())
            .ami_type(types::AmiTypes::Al2023X8664Standard)
            .health(types::NodegroupHealth::builder().issues(issue).build())
            .build();
        let row = nodegroup(&raw).unwrap();
        assert_eq!((row.id(), row.min, row.desired, row.max), ("app/blue", 1, 3, 9));
        assert_eq!((&*row.ami, row.health()), ("AL2023_x86_64_STANDARD", Health::Bad));
        assert_eq!(row.issues, ["AsgInstanceLaunchFailures".into()].into());
    }
}
