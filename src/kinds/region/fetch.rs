//! Asks EC2 which regions the account has.
use aws_sdk_ec2::types;

use super::Region;
use crate::{
    clients::{
        Clients, Fetch, Sink,
        aws::{
            Ask,
            describe::{self, Style},
            field,
        },
    },
    error::Result,
    kinds::{Scope, rows::Step},
};

const ASK: Ask = Ask::new("list regions", "ec2:DescribeRegions");

impl Fetch for Region {
    async fn list(clients: &Clients, scope: &Scope, sink: &Sink<Self>) -> Result<()> {
        let caller = clients.aws.at(&scope.at_region("")).await;
        let told = caller.ask(ASK, caller.ec2().describe_regions().all_regions(false).send()).await?;
        let wanted = &clients.aws.setup().regions;
        let all = told.regions().iter().filter_map(region);
        let all = all.filter(|r| wanted.is_empty() || wanted.iter().any(|name| **name == *r.name));
        sink.send(Step::whole(all.collect())).await;
        Ok(())
    }

    async fn describe(clients: &Clients, scope: &Scope, id: &str) -> Result<serde_json::Value> {
        let caller = clients.aws.at(&scope.at_region("")).await;
        let told = caller.ask(ASK, caller.ec2().describe_regions().region_names(id).send()).await?;
        let found = told.regions().first().ok_or_else(|| field::gone("region", id, caller.region()))?;
        Ok(describe::json(found, Style::Upper, &[]))
    }
}

/// `None` for a region that is not enabled: asking it can only fail.
fn region(raw: &types::Region) -> Option<Region> {
    if raw.opt_in_status() == Some("not-opted-in") {
        return None;
    }
    Some(Region {
        name: raw.region_name()?.into(),
        endpoint: field::text(raw.endpoint()),
        opt_in: field::text(raw.opt_in_status()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_that_is_not_enabled_is_left_out() {
        let raw = |status| types::Region::builder().region_name("af-south-1").opt_in_status(status).build();
        assert!(region(&raw("not-opted-in")).is_none());
        assert_eq!(region(&raw("opted-in")).unwrap().opt_in.as_ref(), "opted-in");
    }
}
