//! A subnet, and where its traffic really goes.
#[cfg(feature = "live")]
pub mod fetch;

use super::{Cell, Column, Copyable, Health, Kind, Link, Reach, Resource, Scope, Way};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subnet {
    pub id: Box<str>,
    pub name: Box<str>,
    pub zone: Box<str>,
    pub cidr: Box<str>,
    pub free: i64,
    pub state: Box<str>,
    pub vpc: Box<str>,
    pub arn: Box<str>,
    pub public_ips: bool,
    /// `None` while the route tables are not known.
    pub routes: Option<Routes>,
}

/// What the route table in force says: the subnet's own, else the main one of its VPC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Routes {
    pub table: Box<str>,
    /// The VPC's main table, because the subnet has none of its own.
    pub main: bool,
    /// `public`, `private` or `isolated`.
    pub sort: &'static str,
    /// Where the default route leads, such as `nat-0a`.
    pub via: Box<str>,
    /// Destinations whose target is gone.
    pub blackholes: Box<[Box<str>]>,
}

impl Resource for Subnet {
    const REACH: Reach = Reach::Region;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAME", width: 26, rank: 0, cell: |s| Cell::text(&s.name) },
        Column { title: "ID", width: 24, rank: 1, cell: |s| Cell::text(&s.id) },
        Column { title: "AZ", width: 15, rank: 0, cell: |s| Cell::text(&s.zone) },
        Column { title: "CIDR", width: 18, rank: 0, cell: |s| Cell::text(&s.cidr) },
        Column { title: "FREE-IPS", width: 8, rank: 1, cell: |s| Cell::Int(s.free) },
        Column { title: "ROUTES", width: 8, rank: 0, cell: |s| s.route(|r| Cell::text(r.sort)) },
        Column { title: "VIA", width: 22, rank: 2, cell: |s| s.route(|r| Cell::text(&r.via)) },
        Column { title: "BLACKHOLES", width: 18, rank: 2, cell: |s| s.route(|r| Cell::list(&r.blackholes)) },
        Column { title: "STATE", width: 9, rank: 4, cell: |s| Cell::text(&s.state) },
        Column { title: "PUBLIC-IPS", width: 10, rank: 5, cell: |s| Cell::Flag(s.public_ips) },
        Column { title: "ROUTE-TABLE", width: 21, rank: 4, cell: |s| s.route(|r| Cell::text(&r.table)) },
        Column { title: "MAIN-TABLE", width: 10, rank: 6, cell: |s| s.route(|r| Cell::Flag(r.main)) },
        Column { title: "VPC", width: 21, rank: 3, cell: |s| Cell::text(&s.vpc) },
        Column { title: "ARN", width: 0, rank: 9, cell: |s| Cell::text(&s.arn) },
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        if self.name.is_empty() { &self.id } else { &self.name }
    }

    fn health(&self) -> Health {
        match &*self.state {
            "pending" => Health::Waiting,
            "available" if self.free == 0 => Health::Bad,
            "available" if self.routes.as_ref().is_some_and(|r| !r.blackholes.is_empty()) => Health::Poor,
            "available" if self.free < 8 => Health::Poor,
            "available" => Health::Good,
            "failed" | "failed-insufficient-capacity" => Health::Bad,
            _ => Health::Unknown,
        }
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        vec![
            Link::new(Way::Down, "instances", Kind::Instance, scope.clone(), "SUBNET", &*self.id),
            Link::new(Way::Up, "VPC", Kind::Vpc, scope.clone(), "ID", &*self.vpc),
        ]
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        let command = format!("aws ec2 describe-subnets --region {} --subnet-ids {}", scope.region, self.id);
        vec![
            Copyable { label: "ARN", text: self.arn.to_string() },
            Copyable { label: "CIDR", text: self.cidr.to_string() },
            Copyable { label: "aws command", text: command },
        ]
    }
}

impl Subnet {
    fn route<'a>(&'a self, cell: impl Fn(&'a Routes) -> Cell<'a>) -> Cell<'a> {
        self.routes.as_ref().map_or(Cell::Missing, cell)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subnet_without_free_addresses_is_bad_and_one_with_a_blackhole_is_poor() {
        let with = |free, blackholes: &[&str]| {
            let blackholes = blackholes.iter().map(|b| (*b).into()).collect();
            let routes = Some(Routes { blackholes, ..Routes::default() });
            Subnet { free, routes, state: "available".into(), ..Subnet::default() }.health()
        };
        assert_eq!(with(100, &[]), Health::Good);
        assert_eq!(with(0, &[]), Health::Bad);
        assert_eq!(with(100, &["0.0.0.0/0"]), Health::Poor);
    }
}
