//! A Kubernetes cluster, as EKS describes it or as a kubeconfig names it.
#[cfg(feature = "live")]
pub mod fetch;

use super::{Wish, Cell, Column, Copyable, Health, Kind, Link, Reach, Resource, Scope, Way};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cluster {
    pub name: Box<str>,
    pub version: Box<str>,
    pub status: Box<str>,
    pub private: bool,
    pub public: bool,
    /// Who may reach the public endpoint.
    pub cidrs: Box<[Box<str>]>,
    pub endpoint: Box<str>,
    pub platform: Box<str>,
    pub created: Option<i64>,
    /// How callers are let in: `API`, `CONFIG_MAP`, `API_AND_CONFIG_MAP`.
    pub auth: Box<str>,
    /// `EKS`, or `kubeconfig`.
    pub source: &'static str,
    pub issues: Box<[Box<str>]>,
    pub vpc: Box<str>,
    pub groups: Box<[Box<str>]>,
    pub arn: Box<str>,
}

impl Resource for Cluster {
    const REACH: Reach = Reach::Region;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAME", width: 28, rank: 0, cell: |c| Cell::text(&c.name) },
        Column { title: "VERSION", width: 7, rank: 0, cell: |c| Cell::text(&c.version) },
        Column { title: "STATUS", width: 10, rank: 0, cell: |c| Cell::text(&c.status) },
        Column { title: "ENDPOINT", width: 16, rank: 1, cell: Cluster::access },
        Column { title: "ISSUES", width: 24, rank: 1, cell: |c| Cell::list(&c.issues) },
        Column { title: "PLATFORM", width: 9, rank: 2, cell: |c| Cell::text(&c.platform) },
        Column { title: "AUTH", width: 18, rank: 3, cell: |c| Cell::text(&c.auth) },
        Column { title: "AGE", width: 6, rank: 1, cell: |c| Cell::since(c.created) },
        Column { title: "SOURCE", width: 10, rank: 3, cell: |c| Cell::text(c.source) },
        Column { title: "VPC", width: 21, rank: 4, cell: |c| Cell::text(&c.vpc) },
        Column { title: "PUBLIC-CIDRS", width: 0, rank: 9, cell: |c| Cell::list(&c.cidrs) },
        Column { title: "URL", width: 0, rank: 9, cell: |c| Cell::text(&c.endpoint) },
        Column { title: "ARN", width: 0, rank: 9, cell: |c| Cell::text(&c.arn) },
        Column { title: "SECURITY-GROUPS", width: 0, rank: 9, cell: |c| Cell::list(&c.groups) },
    ];

    fn id(&self) -> &str {
        &self.name
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn health(&self) -> Health {
        match &*self.status {
            "ACTIVE" if self.issues.is_empty() => Health::Good,
            "ACTIVE" => Health::Poor,
            "CREATING" | "UPDATING" | "DELETING" | "PENDING" => Health::Waiting,
            "FAILED" => Health::Bad,
            _ => Health::Unknown,
        }
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let inside = scope.at_cluster(&self.name);
        let mut all = vec![
            Link::scoped(Way::Down, "nodes", Kind::Node, inside.clone()),
            Link::scoped(Way::Beside, "pods", Kind::Pod, inside.clone()),
            Link::scoped(Way::Beside, "deployments", Kind::Deployment, inside.clone()),
            Link::scoped(Way::Beside, "events", Kind::Event, inside),
        ];
        if scope.region.is_empty() {
            return all;
        }
        let here = |way, label, kind, column, value: &str| Link::new(way, label, kind, scope.clone(), column, value);
        all.push(here(Way::Beside, "node groups", Kind::Nodegroup, "CLUSTER", &self.name));
        if !self.vpc.is_empty() {
            all.push(here(Way::Up, "VPC", Kind::Vpc, "ID", &self.vpc));
        }
        all.push(here(Way::Beside, "instances", Kind::Instance, "CLUSTER", &self.name));
        all.push(here(Way::Beside, "auto scaling groups", Kind::Asg, "CLUSTER", &self.name));
        all.extend(self.groups.iter().map(|id| here(Way::Beside, "security group", Kind::SecurityGroup, "ID", id)));
        let logs = format!("/aws/eks/{}/cluster", self.name);
        all.push(here(Way::Beside, "control plane logs", Kind::LogGroup, "NAME", &logs));
        all
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        let (region, name) = (&scope.region, &self.name);
        let profile = if scope.account.is_empty() { String::new() } else { format!(" --profile {}", scope.account) };
        let of = |label, text: String| Copyable { label, text };
        if region.is_empty() {
            return vec![of("URL", self.endpoint.to_string()), of("kubectl command", format!("kubectl --context {name} cluster-info"))];
        }
        vec![
            of("ARN", self.arn.to_string()),
            of("URL", self.endpoint.to_string()),
            of("kubeconfig command", format!("aws eks update-kubeconfig --region {region}{profile} --name {name}")),
            of("aws command", format!("aws eks describe-cluster --region {region}{profile} --name {name}")),
        ]
    }

    fn logs(&self, scope: &Scope) -> Option<Wish> {
        Some(Wish::Cluster { scope: scope.at_cluster(&self.name) })
    }
}

impl Cluster {
    /// From where the API can be reached; a public endpoint that is not for everybody is marked.
    fn access(&self) -> Cell<'_> {
        let limited = !self.cidrs.is_empty() && !self.cidrs.iter().any(|cidr| &**cidr == "0.0.0.0/0" || &**cidr == "::/0");
        Cell::text(match (self.private, self.public, limited) {
            (true, false, _) => "private",
            (true, true, false) => "private+public",
            (true, true, true) => "private+limited",
            (false, true, false) => "public",
            (false, true, true) => "limited",
            (false, false, _) => "",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_endpoint_for_a_few_is_told_from_one_for_all() {
        let of = |private, public, cidr: &str| {
            let cluster = Cluster { private, public, cidrs: [cidr.into()].into(), ..Cluster::default() };
            cluster.access().words().to_owned()
        };
        assert_eq!(of(true, false, "0.0.0.0/0"), "private");
        assert_eq!(of(true, true, "0.0.0.0/0"), "private+public");
        assert_eq!(of(true, true, "192.0.2.0/24"), "private+limited");
        assert_eq!(of(false, true, "0.0.0.0/0"), "public");
    }

    #[test]
    fn an_active_cluster_with_issues_is_poor() {
        let row = Cluster { status: "ACTIVE".into(), issues: ["Ec2SubnetNotFound".into()].into(), ..Cluster::default() };
        assert_eq!(row.health(), Health::Poor);
    }
}
