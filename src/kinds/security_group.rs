//! A security group, and what of it is open to the world.
#[cfg(feature = "live")]
pub mod fetch;

use super::{Cell, Column, Copyable, Health, Kind, Link, Reach, Resource, Scope, Way};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecurityGroup {
    pub id: Box<str>,
    pub name: Box<str>,
    pub description: Box<str>,
    pub vpc: Box<str>,
    pub ingress: u32,
    pub egress: u32,
    /// What anybody may reach: `all`, `tcp/443`, `udp/1000-2000`.
    pub world: Box<[Box<str>]>,
    pub owner: Box<str>,
    pub arn: Box<str>,
}

impl Resource for SecurityGroup {
    const REACH: Reach = Reach::Region;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAME", width: 28, rank: 0, cell: |g| Cell::text(&g.name) },
        Column { title: "ID", width: 20, rank: 0, cell: |g| Cell::text(&g.id) },
        Column { title: "OPEN-TO-WORLD", width: 18, rank: 0, cell: |g| Cell::list(&g.world) },
        Column { title: "INGRESS", width: 7, rank: 1, cell: |g| Cell::Int(g.ingress.into()) },
        Column { title: "EGRESS", width: 6, rank: 2, cell: |g| Cell::Int(g.egress.into()) },
        Column { title: "VPC", width: 21, rank: 2, cell: |g| Cell::text(&g.vpc) },
        Column { title: "DESCRIPTION", width: 36, rank: 3, cell: |g| Cell::text(&g.description) },
        Column { title: "OWNER", width: 12, rank: 5, cell: |g| Cell::text(&g.owner) },
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        &self.name
    }

    /// Web ports are open for a reason; a shell, a desktop or everything hardly ever is.
    fn health(&self) -> Health {
        let risky = |open: &&str| !matches!(*open, "tcp/80" | "tcp/443" | "udp/443" | "icmp" | "icmpv6");
        if self.world.iter().map(AsRef::as_ref).any(|open| risky(&open)) { Health::Poor } else { Health::Good }
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let uses = |way, label, kind| Link::new(way, label, kind, scope.clone(), "SECURITY-GROUPS", &*self.id);
        vec![
            uses(Way::Down, "instances", Kind::Instance),
            Link::new(Way::Up, "VPC", Kind::Vpc, scope.clone(), "ID", &*self.vpc),
            uses(Way::Beside, "load balancers", Kind::LoadBalancer),
            uses(Way::Beside, "clusters", Kind::Cluster),
        ]
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        let command = format!("aws ec2 describe-security-groups --region {} --group-ids {}", scope.region, self.id);
        let mut all = vec![Copyable { label: "aws command", text: command }];
        if !self.arn.is_empty() {
            all.insert(0, Copyable { label: "ARN", text: self.arn.to_string() });
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_that_is_open_to_the_world_stands_out_and_a_web_port_does_not() {
        let open = |world: &[&str]| {
            let world = world.iter().map(|w| (*w).into()).collect();
            SecurityGroup { world, ..SecurityGroup::default() }.health()
        };
        assert_eq!(open(&[]), Health::Good);
        assert_eq!(open(&["tcp/443", "tcp/80"]), Health::Good);
        assert_eq!(open(&["tcp/443", "tcp/22"]), Health::Poor);
        assert_eq!(open(&["all"]), Health::Poor);
    }
}
