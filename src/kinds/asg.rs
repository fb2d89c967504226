//! An auto scaling group: how many there should be and how many serve.
#[cfg(feature = "live")]
pub mod fetch;

use super::{Cell, Column, Copyable, Health, Kind, Link, Reach, Resource, Scope, Way};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asg {
    pub name: Box<str>,
    pub arn: Box<str>,
    pub desired: u32,
    pub min: u32,
    pub max: u32,
    pub in_service: u32,
    /// Instances that AWS itself calls unhealthy.
    pub unhealthy: u32,
    pub zones: Box<[Box<str>]>,
    /// Processes that somebody suspended.
    pub suspended: Box<[Box<str>]>,
    /// Set only while it is being deleted.
    pub status: Box<str>,
    pub cluster: Box<str>,
    pub target_groups: Box<[Box<str>]>,
    pub created: Option<i64>,
}

impl Resource for Asg {
    const REACH: Reach = Reach::Region;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAME", width: 40, rank: 0, cell: |a| Cell::text(&a.name) },
        Column { title: "IN-SERVICE", width: 10, rank: 0, cell: |a| Cell::Ratio(a.in_service, a.desired) },
        Column { title: "DESIRED", width: 7, rank: 1, cell: |a| Cell::Int(a.desired.into()) },
        Column { title: "MIN", width: 4, rank: 1, cell: |a| Cell::Int(a.min.into()) },
        Column { title: "MAX", width: 4, rank: 1, cell: |a| Cell::Int(a.max.into()) },
        Column { title: "UNHEALTHY", width: 9, rank: 2, cell: |a| Cell::Int(a.unhealthy.into()) },
        Column { title: "SUSPENDED", width: 22, rank: 1, cell: |a| Cell::list(&a.suspended) },
        Column { title: "STATUS", width: 16, rank: 3, cell: |a| Cell::text(&a.status) },
        Column { title: "AZS", width: 32, rank: 2, cell: |a| Cell::list(&a.zones) },
        Column { title: "CLUSTER", width: 16, rank: 3, cell: |a| Cell::text(&a.cluster) },
        Column { title: "AGE", width: 6, rank: 2, cell: |a| Cell::since(a.created) },
        Column { title: "ARN", width: 0, rank: 9, cell: |a| Cell::text(&a.arn) },
    ];

    fn id(&self) -> &str {
        &self.name
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn health(&self) -> Health {
        if !self.status.is_empty() {
            return Health::Waiting;
        }
        match self.in_service {
            0 if self.desired > 0 => Health::Bad,
            serving if serving < self.desired && self.unhealthy > 0 => Health::Poor,
            serving if serving != self.desired => Health::Waiting,
            _ if self.unhealthy > 0 || !self.suspended.is_empty() => Health::Poor,
            _ => Health::Good,
        }
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let here = |way, label, kind, column, value: &str| Link::new(way, label, kind, scope.clone(), column, value);
        let mut all = vec![here(Way::Down, "instances", Kind::Instance, "ASG", &self.name)];
        all.push(here(Way::Up, "node group", Kind::Nodegroup, "ASG", &self.name));
        if !self.cluster.is_empty() {
            all.push(here(Way::Beside, "cluster", Kind::Cluster, "NAME", &self.cluster));
        }
        all.extend(self.target_groups.iter().map(|arn| here(Way::Beside, "target group", Kind::TargetGroup, "ARN", arn)));
        all
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        let command = "aws autoscaling describe-auto-scaling-groups --region";
        vec![
            Copyable { label: "ARN", text: self.arn.to_string() },
            Copyable {
                label: "aws command",
                text: format!("{command} {} --auto-scaling-group-names '{}'", scope.region, self.name),
            },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suspended_process_shows_even_when_all_serve() {
        let group = |in_service, desired, unhealthy| Asg { desired, in_service, unhealthy, ..Asg::default() };
        assert_eq!(group(2, 2, 0).health(), Health::Good);
        assert_eq!(Asg { suspended: ["Launch".into()].into(), ..group(2, 2, 0) }.health(), Health::Poor);
        assert_eq!(group(1, 2, 0).health(), Health::Waiting);
        assert_eq!(group(1, 2, 1).health(), Health::Poor);
        assert_eq!(group(0, 2, 0).health(), Health::Bad);
        assert_eq!(group(0, 0, 0).health(), Health::Good);
    }
}
