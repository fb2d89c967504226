//! An EC2 instance, with what SSM, its image and its status checks say of it.
#[cfg(feature = "live")]
pub mod fetch;

use super::{Cell, Column, Copyable, Health, Kind, Link, Pick, Reach, Resource, Scope, Way, region::partition};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instance {
    pub id: Box<str>,
    pub name: Box<str>,
    /// What the tag `quarterdeck:role` says.
    pub role: Box<str>,
    pub state: Box<str>,
    /// `ok`, `impaired`, `initializing`: the worse of system and instance checks.
    pub status: Box<str>,
    pub shape: Box<str>,
    pub zone: Box<str>,
    pub private_ip: Box<str>,
    pub public_ip: Box<str>,
    pub image: Box<str>,
    /// When the image was made; unknown if it is gone.
    pub image_made: Option<i64>,
    pub launched: Option<i64>,
    /// `Online`, `ConnectionLost`, `Inactive`; empty if SSM does not know the instance.
    pub ssm: Box<str>,
    pub vpc: Box<str>,
    pub subnet: Box<str>,
    pub asg: Box<str>,
    pub cluster: Box<str>,
    pub nodegroup: Box<str>,
    pub groups: Box<[Box<str>]>,
    pub owner: Box<str>,
}

impl Resource for Instance {
    const REACH: Reach = Reach::Region;
    const COLUMNS: &'static [Column<Self>] = &[
        Column { title: "NAME", width: 26, rank: 0, cell: |i| Cell::text(&i.name) },
        Column { title: "ID", width: 19, rank: 1, cell: |i| Cell::text(&i.id) },
        Column { title: "ROLE", width: 8, rank: 2, cell: |i| Cell::text(&i.role) },
        Column { title: "STATE", width: 10, rank: 0, cell: |i| Cell::text(&i.state) },
        Column { title: "STATUS", width: 12, rank: 1, cell: |i| Cell::text(&i.status) },
        Column { title: "TYPE", width: 12, rank: 2, cell: |i| Cell::text(&i.shape) },
        Column { title: "AZ", width: 15, rank: 1, cell: |i| Cell::text(&i.zone) },
        Column { title: "PRIVATE-IP", width: 15, rank: 1, cell: |i| Cell::text(&i.private_ip) },
        Column { title: "PUBLIC-IP", width: 15, rank: 3, cell: |i| Cell::text(&i.public_ip) },
        Column { title: "SSM", width: 14, rank: 3, cell: |i| Cell::text(&i.ssm) },
        Column { title: "AGE", width: 6, rank: 1, cell: |i| Cell::since(i.launched) },
        Column { title: "AMI-AGE", width: 7, rank: 4, cell: |i| Cell::since(i.image_made) },
        Column { title: "AMI", width: 21, rank: 6, cell: |i| Cell::text(&i.image) },
        Column { title: "VPC", width: 21, rank: 6, cell: |i| Cell::text(&i.vpc) },
        Column { title: "SUBNET", width: 24, rank: 7, cell: |i| Cell::text(&i.subnet) },
        Column { title: "CLUSTER", width: 16, rank: 5, cell: |i| Cell::text(&i.cluster) },
        Column { title: "NODEGROUP", width: 16, rank: 5, cell: |i| Cell::text(&i.nodegroup) },
        Column { title: "ASG", width: 24, rank: 6, cell: |i| Cell::text(&i.asg) },
        Column { title: "SECURITY-GROUPS", width: 0, rank: 9, cell: |i| Cell::list(&i.groups) },
        Column { title: "NODEGROUP-ID", width: 0, rank: 9, cell: |i| i.nodegroup_id().map_or(Cell::Missing, Cell::Owned) },
    ];

    fn id(&self) -> &str {
        &self.id
    }

    fn name(&self) -> &str {
        if self.name.is_empty() { &self.id } else { &self.name }
    }

    fn health(&self) -> Health {
        match (&*self.state, &*self.status) {
            ("running", "impaired") => Health::Bad,
            ("running", "initializing") => Health::Waiting,
            ("running", _) if &*self.ssm == "ConnectionLost" => Health::Poor,
            ("running", _) => Health::Good,
            ("stopped" | "terminated", _) => Health::Over,
            ("pending" | "stopping" | "shutting-down", _) => Health::Waiting,
            _ => Health::Unknown,
        }
    }

    fn links(&self, scope: &Scope) -> Vec<Link> {
        let here = |way, label, kind, column, value: &str| Link::new(way, label, kind, scope.clone(), column, value);
        let mut all = vec![];
        if !self.cluster.is_empty() || &*self.role == "node" {
            all.push(here(Way::Down, "node", Kind::Node, "INSTANCE", &self.id));
        }
        all.extend([
            here(Way::Up, "VPC", Kind::Vpc, "ID", &self.vpc),
            here(Way::Beside, "subnet", Kind::Subnet, "ID", &self.subnet),
        ]);
        if !self.groups.is_empty() {
            let ids = self.groups.iter().map(std::string::ToString::to_string).collect();
            let pick = Pick::Where(scope.clone(), "ID", ids);
            all.push(Link { label: "security groups", kind: Kind::SecurityGroup, way: Way::Beside, pick });
        }
        if !self.asg.is_empty() {
            all.push(here(Way::Beside, "auto scaling group", Kind::Asg, "NAME", &self.asg));
        }
        if let Some(id) = self.nodegroup_id() {
            all.push(here(Way::Beside, "node group", Kind::Nodegroup, "ID", &id));
        }
        if !self.cluster.is_empty() {
            all.push(here(Way::Beside, "cluster", Kind::Cluster, "NAME", &self.cluster));
        }
        all.push(here(Way::Beside, "target groups", Kind::TargetGroup, "TARGETS", &self.id));
        all
    }

    fn copies(&self, scope: &Scope) -> Vec<Copyable> {
        let (region, id) = (&scope.region, &self.id);
        let arn = format!("arn:{}:ec2:{region}:{}:instance/{id}", partition(region), self.owner);
        let of = |label, text: &str| Copyable { label, text: text.to_owned() };
        let mut all = vec![of("ARN", &arn), of("private IP", &self.private_ip)];
        if !self.public_ip.is_empty() {
            all.push(of("public IP", &self.public_ip));
        }
        all.push(of("SSM session", &format!("aws ssm start-session --region {region} --target {id}")));
        all.push(of("aws command", &format!("aws ec2 describe-instances --region {region} --instance-ids {id}")));
        all
    }
}

impl Instance {
    /// As the node group kind names itself: the same name may occur in each cluster.
    fn nodegroup_id(&self) -> Option<String> {
        (!self.nodegroup.is_empty()).then(|| format!("{}/{}", self.cluster, self.nodegroup))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn running(status: &str, ssm: &str) -> Instance {
        Instance { state: "running".into(), status: status.into(), ssm: ssm.into(), ..Instance::default() }
    }

    #[test]
    fn failed_checks_are_worse_than_a_lost_agent() {
        let health = [("ok", "Online"), ("ok", "ConnectionLost"), ("impaired", "ConnectionLost"), ("initializing", "")];
        let health = health.map(|(status, ssm)| running(status, ssm).health());
        assert_eq!(health, [Health::Good, Health::Poor, Health::Bad, Health::Waiting]);
    }

    #[test]
    fn an_instance_leads_to_all_its_security_groups_at_once() {
        let row = Instance { groups: ["sg-1".into(), "sg-2".into()].into(), ..Instance::default() };
        let link = row.links(&Scope::default()).into_iter().find(|l| l.kind == Kind::SecurityGroup).unwrap();
        assert!(matches!(link.pick, Pick::Where(_, "ID", ids) if ids == ["sg-1", "sg-2"]));
    }
}
