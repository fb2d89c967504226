//! A target group, and how its targets are doing.
#[cfg(feature = "live")]
pub mod fetch;

use super::{Cell, Column, Copyable, Health, Kind, Link, Pick, Reach, Resource, Scope, Way};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetGroup {
    pub arn: Box<str>,
    pub name: Box<str>,
    /// `HTTP:8080`.
    pub listens: Box<str>,
    /// `instance`, `ip`, `lambda`, `alb`.
    pub sort: Box<str>,
    pub vpc: Box<str>,
    pub balancers: Box<[Box<str>]>,
    /// `None` while it is not known.
    pub targets: Option<Targets>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Targets {
    pub healthy: u32,
    /// Those that come (initial) or go (draining).
    pub waiting: u32,
    pub ids: Box<[Box<str>]>,
    /// Why the others are not healthy: `Target.Timeout×2`.
    pub reasons: Box<[Box<str>]>,
}

impl Resource for TargetGroup {
    const REACH: Reach = Reach::Region;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAME", width: 32, rank: 0, cell: |g| Cell::text(&g.name) },
        Column { title: "PROTOCOL", width: 11, rank: 1, cell: |g| Cell::text(&g.listens) },
        Column { title: "TYPE", width: 8, rank: 2, cell: |g| Cell::text(&g.sort) },
        Column { title: "HEALTHY", width: 7, rank: 0, cell: |g| g.told(|t| Cell::Ratio(t.healthy, t.all())) },
        Column { title: "REASONS", width: 36, rank: 1, cell: |g| g.told(|t| Cell::list(&t.reasons)) },
        Column { title: "LOAD-BALANCER", width: 28, rank: 2, cell: TargetGroup::balancer_names },
        Column { title: "VPC", width: 21, rank: 4, cell: |g| Cell::text(&g.vpc) },
        Column { title: "ARN", width: 0, rank: 9, cell: |g| Cell::text(&g.arn) },
        Column { title: "LOAD-BALANCER-ARN", width: 0, rank: 9, cell: |g| Cell::list(&g.balancers) },
        Column { title: "TARGETS", width: 0, rank: 9, cell: |g| g.told(|t| Cell::list(&t.ids)) },
    ];

    fn id(&self) -> &str {
        &self.arn
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn health(&self) -> Health {
        // AWS checks nobody's health before a load balancer uses the group
        let Some(targets) = self.targets.as_ref().filter(|_| !self.balancers.is_empty()) else { return Health::Unknown };
        match targets.all() {
            0 => Health::Unknown,
            all if targets.healthy == all => Health::Good,
            all if targets.healthy + targets.waiting == all => Health::Waiting,
            _ if targets.healthy == 0 => Health::Bad,
            _ => Health::Poor,
        }
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let mut all = vec![];
        let ids = self.targets.as_ref().map(|t| t.ids.iter().map(std::string::ToString::to_string).collect::<Vec<_>>());
        if let Some(ids) = ids.filter(|ids| !ids.is_empty()) {
            let column = if &*self.sort == "ip" { "PRIVATE-IP" } else { "ID" };
            let pick = Pick::Where(scope.clone(), column, ids);
            all.push(Link { label: "targets", kind: Kind::Instance, way: Way::Down, pick });
        }
        let up = |arn: &str| Link::new(Way::Up, "load balancer", Kind::LoadBalancer, scope.clone(), "ARN", arn);
        all.extend(self.balancers.iter().map(|arn| up(arn)));
        all.push(Link::new(Way::Up, "VPC", Kind::Vpc, scope.clone(), "ID", &*self.vpc));
        all
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        let command = format!("aws elbv2 describe-target-health --region {} --target-group-arn {}", scope.region, self.arn);
        vec![
            Copyable { label: "ARN", text: self.arn.to_string() },
            Copyable { label: "aws command", text: command },
        ]
    }
}

impl TargetGroup {
    fn told<'a>(&'a self, cell: impl Fn(&'a Targets) -> Cell<'a>) -> Cell<'a> {
        self.targets.as_ref().map_or(Cell::Missing, cell)
    }

    /// `front` of `arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/net/front/50dc6c495c0c9188`.
    fn balancer_names(&self) -> Cell<'_> {
        let names: Vec<&str> = self.balancers.iter().map(|arn| arn.rsplit('/').nth(1).unwrap_or(arn)).collect();
        if names.is_empty() { Cell::Missing } else { Cell::Owned(names.join(",")) }
    }
}

impl Targets {
    fn all(&self) -> u32 {
        u32::try_from(self.ids.len()).unwrap_or(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(healthy: u32, waiting: u32, all: usize) -> TargetGroup {
        let ids = (0..all).map(|n| format!("i-{n}").into()).collect();
        let targets = Some(Targets { healthy, waiting, ids, ..Targets::default() });
        TargetGroup { targets, balancers: ["arn".into()].into(), ..TargetGroup::default() }
    }

    #[test]
    fn a_group_is_bad_only_when_nobody_answers() {
        let health = [(2, 0, 2), (1, 1, 2), (1, 0, 2), (0, 0, 2), (0, 0, 0)].map(|(h, w, n)| group(h, w, n).health());
        assert_eq!(health, [Health::Good, Health::Waiting, Health::Poor, Health::Bad, Health::Unknown]);
    }

    #[test]
    fn a_group_that_nobody_uses_is_not_sick() {
        assert_eq!(TargetGroup { balancers: [].into(), ..group(0, 0, 2) }.health(), Health::Unknown);
    }

    #[test]
    fn targets_by_address_lead_to_the_instances_with_these_addresses() {
        let mut row = group(1, 0, 1);
        row.sort = "ip".into();
        assert!(matches!(&row.links(&Scope::default())[0].pick, Pick::Where(_, "PRIVATE-IP", _)));
    }

    #[test]
    fn a_load_balancer_is_named_from_its_arn() {
        let arn = "arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/net/front/50dc6c495c0c9188";
        let row = TargetGroup { balancers: [arn.into()].into(), ..TargetGroup::default() };
        assert_eq!(row.balancer_names(), Cell::Owned("front".into()));
    }
}
