//! Asks Elastic Load Balancing for target groups, and each group for the health of its targets.
use std::collections::{BTreeMap, HashMap};

use aws_sdk_elasticloadbalancingv2::types::{self, TargetHealthStateEnum as State};
use futures::future::join_all;

use super::{TargetGroup, Targets};
use crate::{
    clients::{
        Clients, Fetch, Sink,
        aws::{
            Ask, Caller,
            describe::{self, Style},
            field::{self, text},
        },
    },
    error::Result,
    kinds::{Scope, rows::Step},
};

const ASK: Ask = Ask::new("list target groups", "elasticloadbalancing:DescribeTargetGroups");
const HEALTH: Ask = Ask::new("list target health", "elasticloadbalancing:DescribeTargetHealth");

/// What was known at the last listing, so that a refreshed row does not lose it until its group answers again.
#[derive(Default)]
struct Known(HashMap<Box<str>, Targets>);

impl Fetch for TargetGroup {
    async fn list(clients: &Clients, scope: &Scope, sink: &Sink<Self>) -> Result<()> {
        let caller = clients.aws.at(scope).await;
        let known = caller.recall::<Known>().unwrap_or_default();
        let mut pages = caller.pages(ASK);
        let estate = caller.vpcs().await?;
        let mut all = vec![];
        let ask = |token| caller.elb().describe_target_groups().page_size(400).set_marker(token).send();
        while let Some(page) = pages.next(ask, |page| page.next_marker()).await? {
            let mut rows: Vec<Self> = page.target_groups().iter().filter_map(group).filter(|row: &Self| estate.holds(&row.vpc)).collect();
            rows.iter_mut().for_each(|row| row.targets = known.0.get(&row.arn).cloned());
            sink.send(Step::Page(rows.clone())).await;
            all.append(&mut rows);
        }
        let told = join_all(all.iter().map(|row| health(&caller, &row.arn))).await;
        let mut failed = None;
        for (row, told) in all.iter_mut().zip(told) {
            match told {
                Ok(targets) => row.targets = Some(targets),
                Err(error) => failed = Some(error),
            }
        }
        if let Some(error) = failed {
            sink.partial(error).await;
        }
        let now = all.iter().filter_map(|row| Some((row.arn.clone(), row.targets.clone()?))).collect();
        caller.remember(Known(now));
        sink.send(Step::whole(all)).await;
        Ok(())
    }

    async fn describe(clients: &Clients, scope: &Scope, id: &str) -> Result<serde_json::Value> {
        let caller = clients.aws.at(scope).await;
        let told = caller.ask(ASK, caller.elb().describe_target_groups().target_group_arns(id).send()).await?;
        let found = told.target_groups().first().ok_or_else(|| field::gone("target group", id, caller.region()))?;
        let words =
            [types::ProtocolEnum::values(), types::TargetTypeEnum::values(), types::TargetHealthReasonEnum::values()];
        let mut whole = describe::json(found, Style::Upper, &words);
        let asked = caller.elb().describe_target_health().target_group_arn(id).send();
        // the group is worth showing without its targets
        if let Ok(told) = caller.ask(HEALTH, asked).await {
            whole["TargetHealthDescriptions"] = describe::json(&told.target_health_descriptions(), Style::Upper, &words);
        }
        Ok(whole)
    }
}

async fn health(caller: &Caller, arn: &str) -> Result<Targets> {
    let told = caller.ask(HEALTH, caller.elb().describe_target_health().target_group_arn(arn).send()).await?;
    Ok(targets(told.target_health_descriptions()))
}

fn group(raw: &types::TargetGroup) -> Option<TargetGroup> {
    let protocol = raw.protocol().map(types::ProtocolEnum::as_str);
    let listens = match (protocol, raw.port()) {
        (Some(protocol), Some(port)) => format!("{protocol}:{port}"),
        (protocol, _) => protocol.unwrap_or_default().to_owned(),
    };
    Some(TargetGroup {
        arn: raw.target_group_arn()?.into(),
        name: text(raw.target_group_name()),
        listens: listens.into(),
        sort: text(raw.target_type().map(types::TargetTypeEnum::as_str)),
        vpc: text(raw.vpc_id()),
        balancers: raw.load_balancer_arns().iter().map(|arn| arn.as_str().into()).collect(),
        targets: None,
    })
}

fn targets(all: &[types::TargetHealthDescription]) -> Targets {
    let mut told = Targets::default();
    let mut reasons: BTreeMap<&str, u32> = BTreeMap::new();
    for health in all.iter().map(types::TargetHealthDescription::target_health) {
        match health.and_then(types::TargetHealth::state) {
            Some(State::Healthy) => told.healthy += 1,
            Some(State::Initial | State::Draining) => told.waiting += 1,
            state => {
                let reason = health.and_then(types::TargetHealth::reason).map(types::TargetHealthReasonEnum::as_str);
                *reasons.entry(reason.or(state.map(State::as_str)).unwrap_or("unknown")).or_default() += 1;
            }
        }
    }
    let named = |(reason, times): (&str, u32)| if times > 1 { format!("{reason}×{times}") } else { reason.to_owned() };
    told.reasons = reasons.into_iter().map(|reason| named(reason).into()).collect();
    told.ids = all.iter().filter_map(|one| one.target()?.id().map(Into::into)).collect();
    told
}

#[cfg(test)]
mod tests {
    use aws_sdk_elasticloadbalancingv2::types::{
        TargetDescription, TargetHealth, TargetHealthDescription, TargetHealthReasonEnum as Reason,
    };

    use super::*;

    fn target(id: &str, state: State, reason: Option<Reason>) -> TargetHealthDescription {
        let health = TargetHealth::builder().state(state).set_reason(reason).build();
        TargetHealthDescription::builder().target(TargetDescription::builder().id(id).build()).target_health(health).build()
    }

    #[test]
    fn targets_are_counted_and_the_reasons_of_the_sick_are_gathered() {
        let told = targets(&[
            target("i-1", State::Healthy, None),
            target("i-2", State::Unhealthy, Some(Reason::Timeout)),
            target("i-3", State::Unhealthy, Some(Reason::Timeout)),
            target("i-4", State::Initial, Some(Reason::RegistrationInProgress)),
            target("i-5", State::Unused, Some(Reason::NotInUse)),
        ]);
        assert_eq!((told.healthy, told.waiting, told.ids.len()), (1, 1, 5));
        assert_eq!(told.reasons, ["Target.NotInUse", "Target.Timeout×2"].map(Into::into).into());
    }
}
