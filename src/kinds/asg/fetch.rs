//! Asks Auto Scaling for its groups.
use aws_sdk_autoscaling::types::{self, LifecycleState};

use super::Asg;
use crate::{
    clients::{
        Clients, Fetch, Sink,
        aws::{
            Ask,
            describe::{self, Style},
            field::{self, count, seconds, text},
        },
    },
    error::Result,
    kinds::{Scope, rows::Step},
};

const ASK: Ask = Ask::new("list auto scaling groups", "autoscaling:DescribeAutoScalingGroups");

impl Fetch for Asg {
    async fn list(clients: &Clients, scope: &Scope, sink: &Sink<Self>) -> Result<()> {
        let caller = clients.aws.at(scope).await;
        let mut pages = caller.pages(ASK);
        let estate = caller.subnets().await?;
        let mut all = vec![];
        let ask = |token| caller.auto_scaling().describe_auto_scaling_groups().max_records(100).set_next_token(token).send();
        while let Some(page) = pages.next(ask, |page| page.next_token()).await? {
            let own = page.auto_scaling_groups().iter();
            let own = own.filter(|raw| estate.holds_any(raw.vpc_zone_identifier().unwrap_or_default()));
            all.extend(own.filter_map(group));
        }
        sink.send(Step::whole(all)).await;
        Ok(())
    }

    async fn describe(clients: &Clients, scope: &Scope, id: &str) -> Result<serde_json::Value> {
        let caller = clients.aws.at(scope).await;
        let asked = caller.auto_scaling().describe_auto_scaling_groups().auto_scaling_group_names(id).send();
        let told = caller.ask(ASK, asked).await?;
        let found = told.auto_scaling_groups().first();
        let found = found.ok_or_else(|| field::gone("auto scaling group", id, caller.region()))?;
        // AWS says InService here, not in-service
        Ok(describe::json(found, Style::Upper, &[LifecycleState::values()]))
    }
}

fn group(raw: &types::AutoScalingGroup) -> Option<Asg> {
    let all = raw.instances();
    let serve = all.iter().filter(|i| i.lifecycle_state() == Some(&LifecycleState::InService));
    let sick = all.iter().filter(|i| i.health_status().is_some_and(|h| h.eq_ignore_ascii_case("unhealthy")));
    let count_of = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let named = raw.tags().iter().find(|tag| tag.key() == Some("eks:cluster-name")).and_then(|tag| tag.value());
    let owned = || raw.tags().iter().find_map(|tag| tag.key()?.strip_prefix("kubernetes.io/cluster/"));
    Some(Asg {
        name: raw.auto_scaling_group_name()?.into(),
        arn: text(raw.auto_scaling_group_arn()),
        desired: count(raw.desired_capacity()),
        min: count(raw.min_size()),
        max: count(raw.max_size()),
        in_service: count_of(serve.count()),
        unhealthy: count_of(sick.count()),
        zones: raw.availability_zones().iter().map(|zone| zone.as_str().into()).collect(),
        suspended: raw.suspended_processes().iter().filter_map(|p| p.process_name().map(Into::into)).collect(),
        status: text(raw.status()),
        cluster: text(named.or_else(owned)),
        target_groups: raw.target_group_arns().iter().map(|arn| arn.as_str().into()).collect(),
        created: seconds(raw.created_time()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_instances_in_service_count_as_serving() {
        let one = |state, health| types::Instance::builder().lifecycle_state(state).health_status(health).build();
        let raw = types::AutoScalingGroup::builder()
            .auto_scaling_group_name("web")
            .desired_capacity(3)
            .instances(one(LifecycleState::InService, "Healthy"))
            .instances(one(LifecycleState::Pending, "Healthy"))
            .instances(one(LifecycleState::Terminating, "Unhealthy"))
            .tags(types::TagDescription::builder().key("kubernetes.io/cluster/app").value("owned").build())
            .suspended_processes(types::SuspendedProcess::builder().process_name("AZRebalance").build())
            .build();
        let row = group(&raw).unwrap();
        assert_eq!((row.in_service, row.desired, row.unhealthy), (1, 3, 1));
        assert_eq!((&*row.cluster, &*row.suspended[0]), ("app", "AZRebalance"));
    }
}
