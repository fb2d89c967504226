//! Asks Elastic Load Balancing for load balancers.
use aws_sdk_elasticloadbalancingv2::types;

use super::LoadBalancer;
use crate::{
    clients::{
        Clients, Fetch, Sink,
        aws::{
            Ask,
            describe::{self, Style},
            field::{self, seconds, text},
        },
    },
    error::Result,
    kinds::{Scope, rows::Step},
};

const ASK: Ask = Ask::new("list load balancers", "elasticloadbalancing:DescribeLoadBalancers");

impl Fetch for LoadBalancer {
    async fn list(clients: &Clients, scope: &Scope, sink: &Sink<Self>) -> Result<()> {
        let caller = clients.aws.at(scope).await;
        let mut pages = caller.pages(ASK);
        let estate = caller.vpcs().await?;
        let mut all = vec![];
        let ask = |token| caller.elb().describe_load_balancers().page_size(400).set_marker(token).send();
        while let Some(page) = pages.next(ask, |page| page.next_marker()).await? {
            all.extend(page.load_balancers().iter().filter_map(balancer).filter(|row| estate.holds(&row.vpc)));
        }
        sink.send(Step::whole(all)).await;
        Ok(())
    }

    async fn describe(clients: &Clients, scope: &Scope, id: &str) -> Result<serde_json::Value> {
        let caller = clients.aws.at(scope).await;
        let told = caller.ask(ASK, caller.elb().describe_load_balancers().load_balancer_arns(id).send()).await?;
        let found = told.load_balancers().first().ok_or_else(|| field::gone("load balancer", id, caller.region()))?;
        let words = [types::LoadBalancerStateEnum::values(), types::IpAddressType::values()];
        Ok(describe::json(found, Style::Upper, &words))
    }
}

fn balancer(raw: &types::LoadBalancer) -> Option<LoadBalancer> {
    let state = raw.state();
    Some(LoadBalancer {
        arn: raw.load_balancer_arn()?.into(),
        name: text(raw.load_balancer_name()),
        sort: text(raw.r#type().map(types::LoadBalancerTypeEnum::as_str)),
        scheme: text(raw.scheme().map(types::LoadBalancerSchemeEnum::as_str)),
        state: text(state.and_then(types::LoadBalancerState::code).map(types::LoadBalancerStateEnum::as_str)),
        reason: text(state.and_then(types::LoadBalancerState::reason)),
        dns: text(raw.dns_name()),
        zones: raw.availability_zones().iter().filter_map(|zone| zone.zone_name().map(Into::into)).collect(),
        vpc: text(raw.vpc_id()),
        groups: raw.security_groups().iter().map(|id| id.as_str().into()).collect(),
        created: seconds(raw.created_time()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::{Health, Resource};

    #[test]
    fn an_impaired_balancer_says_why() {
        let state = types::LoadBalancerState::builder().code(types::LoadBalancerStateEnum::ActiveImpaired).reason("no IPs");
        let raw = types::LoadBalancer::builder().load_balancer_arn("arn:1").state(state.build()).build();
        let row = balancer(&raw).unwrap();
        assert_eq!((&*row.state, &*row.reason, row.health()), ("active_impaired", "no IPs", Health::Poor));
    }
}
