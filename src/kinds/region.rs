//! An AWS region that is enabled for the account.
#[cfg(feature = "live")]
pub mod fetch;

use std::sync::Arc;

use super::{Cell, Column, Copyable, Health, Kind, Link, Reach, Resource, Scope, Way};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    pub name: Arc<str>,
    pub endpoint: Box<str>,
    /// `opt-in-not-required` or `opted-in`.
    pub opt_in: Box<str>,
}

impl Resource for Region {
    const REACH: Reach = Reach::Account;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAME", width: 16, rank: 0, cell: |r| Cell::text(&r.name) },
        Column { title: "OPT-IN", width: 20, rank: 1, cell: |r| Cell::text(&r.opt_in) },
        Column { title: "ENDPOINT", width: 32, rank: 2, cell: |r| Cell::text(&r.endpoint) },
    ];

    fn id(&self) -> &str {
        &self.name
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn health(&self) -> Health {
        Health::Good
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let here = scope.at_region(&self.name);
        vec![Link::scoped(Way::Down, "VPCs", Kind::Vpc, here)]
    }

    fn copies(&self, _: &Scope) -> Vec<Copyable> {
        let command = format!("aws ec2 describe-regions --region-names {}", self.name);
        vec![Copyable { label: "aws command", text: command }]
    }
}
