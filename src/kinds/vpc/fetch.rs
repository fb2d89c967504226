//! Asks EC2 for VPCs.
use aws_sdk_ec2::types;

use super::Vpc;
use crate::{
    clients::{
        Clients, Fetch, Sink,
        aws::{
            Ask,
            describe::{self, Style},
            field::{self, tag, text},
        },
    },
    error::Result,
    kinds::{Scope, rows::Step},
};

const ASK: Ask = Ask::new("list VPCs", "ec2:DescribeVpcs");

impl Fetch for Vpc {
    async fn list(clients: &Clients, scope: &Scope, sink: &Sink<Self>) -> Result<()> {
        let caller = clients.aws.at(scope).await;
        let mut pages = caller.pages(ASK);
        let estate = caller.vpcs().await?;
        let mut all = vec![];
        let ask = |token| caller.ec2().describe_vpcs().max_results(1000).set_next_token(token).send();
        while let Some(page) = pages.next(ask, |page| page.next_token()).await? {
            let rows = page.vpcs().iter().filter_map(|raw| vpc(raw, &caller.tags().vpc));
            all.extend(rows.filter(|row| estate.holds(&row.id)));
        }
        sink.send(Step::whole(all)).await;
        Ok(())
    }

    async fn describe(clients: &Clients, scope: &Scope, id: &str) -> Result<serde_json::Value> {
        let caller = clients.aws.at(scope).await;
        let told = caller.ask(ASK, caller.ec2().describe_vpcs().vpc_ids(id).send()).await?;
        let found = told.vpcs().first().ok_or_else(|| field::gone("VPC", id, caller.region()))?;
        Ok(describe::json(found, Style::Upper, &[]))
    }
}

fn vpc(raw: &types::Vpc, role: &str) -> Option<Vpc> {
    Some(Vpc {
        id: raw.vpc_id()?.into(),
        name: tag(raw.tags(), "Name").into(),
        role: tag(raw.tags(), role).into(),
        cidr: text(raw.cidr_block()),
        state: text(raw.state().map(types::VpcState::as_str)),
        default: raw.is_default().unwrap_or(false),
        owner: text(raw.owner_id()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vpc_takes_its_name_and_its_role_from_tags() {
        let tag = |k, v| types::Tag::builder().key(k).value(v).build();
        let raw = types::Vpc::builder()
            .vpc_id("vpc-1")
            .cidr_block("10.0.0.0/16")
            .state(types::VpcState::Available)
            .tags(tag("quarterdeck:vpc", "lb"))
            .tags(tag("Name", "front"))
            .build();
        let row = vpc(&raw, "quarterdeck:vpc").unwrap();
        assert_eq!((&*row.name, &*row.role, &*row.state), ("front", "lb", "available"));
        assert!(vpc(&types::Vpc::builder().build(), "quarterdeck:vpc").is_none());
    }
}
