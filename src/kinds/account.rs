//! An AWS account, as one profile sees it.
#[cfg(feature = "live")]
pub mod fetch;

use super::{Cell, Column, Copyable, Health, Kind, Link, Reach, Resource, Scope, Way};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// `default` for the default chain.
    pub profile: Box<str>,
    pub number: Box<str>,
    pub arn: Box<str>,
    /// When the credentials end, in seconds since 1970.
    pub until: Option<i64>,
}

impl Resource for Account {
    const REACH: Reach = Reach::Account;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "PROFILE", width: 20, rank: 0, cell: |a| Cell::text(&a.profile) },
        Column { title: "ID", width: 12, rank: 0, cell: |a| Cell::text(&a.number) },
        Column { title: "CREDENTIALS-UNTIL", width: 20, rank: 1, cell: |a| a.until.map_or(Cell::Missing, Cell::At) },
        Column { title: "ARN", width: 60, rank: 2, cell: |a| Cell::text(&a.arn) },
    ];

    fn id(&self) -> &str {
        &self.profile
    }

    fn name(&self) -> &str {
        &self.profile
    }

    fn health(&self) -> Health {
        Health::Good
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        vec![Link::scoped(Way::Down, "regions", Kind::Region, scope.at_region(""))]
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        let profile = if scope.account.is_empty() { String::new() } else { format!(" --profile {}", scope.account) };
        vec![
            Copyable { label: "account", text: self.number.to_string() },
            Copyable { label: "ARN", text: self.arn.to_string() },
            Copyable { label: "aws command", text: format!("aws sts get-caller-identity{profile}") },
        ]
    }
}
