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
        Column { title: "CREDENTIALS-UNTIL", width: 20, rank: 1, cell: |a| moment(a.until) },
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

/// A point in time that lies ahead: an age would say nothing.
fn moment(at: Option<i64>) -> Cell<'static> {
    let moment = at.and_then(|at| jiff::Timestamp::from_second(at).ok());
    moment.map_or(Cell::Missing, |moment| Cell::Owned(moment.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_credentials_is_a_moment_not_an_age() {
        assert_eq!(moment(Some(1_700_000_000)), Cell::Owned("2023-11-14T22:13:20Z".into()));
        assert_eq!(moment(None), Cell::Missing);
    }
}
