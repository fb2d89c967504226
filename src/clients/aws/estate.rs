//! What of an account belongs to the estate, where a tag says so: its VPCs, and all that is in them.
use std::collections::HashSet;

use aws_sdk_ec2::types::Filter;

use super::{Ask, Caller};
use crate::error::Result;

const VPCS: Ask = Ask::new("list the estate's VPCs", "ec2:DescribeVpcs");
const SUBNETS: Ask = Ask::new("list the estate's subnets", "ec2:DescribeSubnets");

/// A tag and the value that it must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub tag: String,
    pub value: String,
}

/// The ids that belong to the estate; none are named where no tag narrows it.
#[derive(Clone, Debug, Default)]
pub struct Within(Option<HashSet<String>>);

impl Within {
    #[must_use]
    pub fn holds(&self, id: &str) -> bool {
        self.0.as_ref().is_none_or(|ids| ids.contains(id))
    }

    /// Whether any of these belongs to it; they are given as AWS joins them, by commas.
    #[must_use]
    pub fn holds_any(&self, ids: &str) -> bool {
        self.0.as_ref().is_none_or(|known| ids.split(',').any(|id| known.contains(id.trim())))
    }
}

impl Caller {
    /// The estate's VPCs here. Asked anew for each listing: what was tagged a moment ago counts.
    ///
    /// # Errors
    /// What EC2 or the way to it says.
    pub async fn vpcs(&self) -> Result<Within> {
        let Some(mark) = &self.aws.0.setup.mark else { return Ok(Within::default()) };
        let tagged = Filter::builder().name(format!("tag:{}", mark.tag)).values(&mark.value).build();
        let mut ids = HashSet::new();
        let mut pages = self.pages(VPCS);
        let ask =
            |token| self.ec2().describe_vpcs().filters(tagged.clone()).max_results(1000).set_next_token(token).send();
        while let Some(page) = pages.next(ask, |page| page.next_token()).await? {
            ids.extend(page.vpcs().iter().filter_map(|vpc| vpc.vpc_id().map(str::to_owned)));
        }
        Ok(Within(Some(ids)))
    }

    /// The subnets of the estate's VPCs here.
    ///
    /// # Errors
    /// What EC2 or the way to it says.
    pub async fn subnets(&self) -> Result<Within> {
        let vpcs = self.vpcs().await?;
        if vpcs.0.is_none() {
            return Ok(vpcs);
        }
        let mut ids = HashSet::new();
        let mut pages = self.pages(SUBNETS);
        let ask = |token| self.ec2().describe_subnets().max_results(1000).set_next_token(token).send();
        while let Some(page) = pages.next(ask, |page| page.next_token()).await? {
            let own = page.subnets().iter().filter(|subnet| subnet.vpc_id().is_some_and(|id| vpcs.holds(id)));
            ids.extend(own.filter_map(|subnet| subnet.subnet_id().map(str::to_owned)));
        }
        Ok(Within(Some(ids)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_tag_all_belongs_to_the_estate_and_with_one_only_what_is_named() {
        assert!(Within::default().holds("vpc-1") && Within::default().holds_any(""));
        let some = Within(Some(["subnet-1".to_owned()].into()));
        assert!(some.holds("subnet-1") && !some.holds("subnet-2") && !some.holds(""));
        assert!(some.holds_any("subnet-9, subnet-1") && !some.holds_any("subnet-9") && !some.holds_any(""));
        assert!(!Within(Some(HashSet::new())).holds("vpc-1"), "where nothing is tagged, nothing belongs to it");
    }
}
