//! What happens in the world by itself: hosts come up and go down, groups keep their number, a minute's metrics are taken. Everything that
//! will happen lies in one schedule; between its moments nothing runs.
mod power;
mod scaling;

use std::{collections::BTreeMap, net::Ipv4Addr};

pub use power::{Change, Refusal};

use super::{
    Region, World, Zone,
    deed::Deed,
    host::{Check, Instance, Role, ScalingGroup, State},
    network::Subnet,
};
use crate::{
    clock::{MINUTE, SECOND},
    kube::NodeSpec,
    rng::Rng,
};

#[derive(Debug, Default)]
pub struct Schedule {
    /// By moment, and in the order in which it was planned.
    rows: BTreeMap<(i64, u64), Due>,
    planned: u64,
}

#[derive(Clone, Debug)]
enum Due {
    /// The instance's next step on its way.
    Host {
        region: usize,
        id: String,
        step: Step,
    },
    /// A group looks whether it has what it wants.
    Scaling {
        region: usize,
        group: String,
    },
    /// Metrics are taken and alarms looked at, in every region.
    Minute,
    Deed(Box<Deed>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Running,
    /// Agent and kubelet are up.
    Speaking,
    ChecksPassed,
    Stopped,
    Terminated,
    /// A terminated instance is no longer told.
    Forgotten,
    /// A reboot is over.
    Rebooted,
    /// Its zone failed under it; the checks have noticed.
    Impaired,
}

impl World {
    pub(super) fn begin(&mut self) {
        super::metrics::backfill(self);
        let minute = (self.now / MINUTE + 1) * MINUTE;
        self.plan(minute, Due::Minute);
    }

    fn plan(&mut self, at: i64, due: Due) {
        self.schedule.planned += 1;
        self.schedule.rows.insert((at, self.schedule.planned), due);
    }

    /// What an incident does, at its time.
    pub fn intend(&mut self, at: i64, deed: Deed) {
        self.plan(at, Due::Deed(Box::new(deed)));
    }

    /// What incidents will do, and when.
    #[cfg(test)]
    pub(crate) fn intended(&self) -> Vec<(i64, &Deed)> {
        let rows = self.schedule.rows.iter();
        rows.filter_map(|(key, due)| if let Due::Deed(deed) = due { Some((key.0, &**deed)) } else { None }).collect()
    }

    /// Lets time pass, moment by moment in the order of what is due; whether anything changed.
    pub fn advance(&mut self, now: i64) -> bool {
        let mut changed = false;
        while let Some(at) = self.due().filter(|at| *at <= now) {
            self.now = self.now.max(at);
            for region in &mut self.regions {
                changed |= region.kube.advance(self.now);
            }
            while let Some(entry) = self.schedule.rows.first_entry().filter(|entry| entry.key().0 <= at) {
                let due = entry.remove();
                self.happen(due);
                changed = true;
            }
        }
        self.now = self.now.max(now);
        for region in &mut self.regions {
            changed |= region.kube.advance(self.now);
        }
        changed
    }

    /// When something will next happen by itself.
    #[must_use]
    pub fn due(&self) -> Option<i64> {
        let own = self.schedule.rows.keys().next().map(|(at, _)| *at);
        own.into_iter().chain(self.regions.iter().filter_map(|region| region.kube.due())).min()
    }

    fn happen(&mut self, due: Due) {
        match due {
            Due::Host { region, id, step } => self.step(region, &id, step),
            Due::Scaling { region, group } => self.scale(region, &group),
            Due::Minute => {
                super::metrics::minute(self);
                self.plan(self.now + MINUTE, Due::Minute);
            }
            Due::Deed(deed) => super::deed::perform(self, *deed),
        }
    }

    /// Chance for what happens now.
    pub(super) fn chance(&self, what: &str) -> Rng {
        Rng::of(self.seed ^ self.schedule.planned, what)
    }
}

/// The role that a group's hosts have.
#[must_use]
pub fn role(group: &ScalingGroup) -> Role {
    match group.tags.value(super::tag::ROLE) {
        Some("bastion") => Role::Bastion,
        Some("jump") => Role::Jump,
        _ => Role::Node,
    }
}

#[must_use]
pub const fn shape(role: Role) -> &'static str {
    match role {
        Role::Bastion | Role::Jump => "t3.small",
        Role::Node => "m6i.2xlarge",
    }
}

/// The address of a role's host with this number in its subnet. Nodes come first, and leave the rest of the space to their pods.
#[must_use]
pub fn address(subnet: &Subnet, role: Role, number: u32) -> Ipv4Addr {
    let first = match role {
        Role::Node => 10,
        Role::Bastion => 20,
        Role::Jump => NODE_ADDRESSES - 200,
    };
    // a small subnet has its hosts where it begins
    let first = if first + 200 < subnet.block.size() { first } else { 4 };
    subnet.block.at(first + number)
}

/// So many addresses at the beginning of a node subnet are for hosts, the rest is for pods.
pub const NODE_ADDRESSES: u32 = 2048;

/// What a new instance is made from.
pub struct Draft<'a> {
    pub id: String,
    pub rng: &'a mut Rng,
    pub group: &'a ScalingGroup,
    pub zone_name: &'a str,
    pub subnet: &'a Subnet,
    pub address: Ipv4Addr,
    pub ami: String,
    pub security_group: String,
    pub account: &'a str,
    pub now: i64,
}

/// An instance as it is told right after RunInstances.
#[must_use]
pub fn draft(of: Draft<'_>) -> Instance {
    let role = role(of.group);
    let mut tags = of.group.tags.clone();
    if role == Role::Node {
        tags.set("Name", &format!("{}-{}", of.group.tags.value("Name").unwrap_or_default(), &of.id[of.id.len() - 4..]));
    }
    tags.set("aws:autoscaling:groupName", &of.group.name);
    tags.set("aws:ec2launchtemplate:id", &of.group.template.id);
    tags.set("aws:ec2launchtemplate:version", &of.group.template.version.to_string());
    Instance {
        reservation: format!("r-0{}", of.rng.hex(16)),
        role,
        shape: shape(role).to_owned(),
        zone: of.subnet.zone,
        vpc: of.subnet.vpc.clone(),
        subnet: of.subnet.id.clone(),
        private_ip: of.address,
        public_ip: None,
        interface: format!("eni-0{}", of.rng.hex(16)),
        volume: format!("vol-0{}", of.rng.hex(16)),
        ami: of.ami,
        launched: of.now,
        state: State::Pending,
        since: of.now,
        reason: None,
        system: Check::Initializing,
        reachability: Check::Initializing,
        impaired_since: None,
        agent: None,
        groups: vec![of.security_group],
        asg: Some(of.group.name.clone()),
        nodegroup: of.group.tags.value("eks:nodegroup-name").map(str::to_owned),
        profile: format!("arn:aws:iam::{}:instance-profile/demo-{}", of.account, role.name()),
        tags,
        id: of.id,
    }
}

/// An instance that came up long ago.
pub fn settle(instance: &mut Instance, launched: i64, now: i64) {
    instance.state = State::Running;
    instance.since = launched + 10 * SECOND;
    instance.system = Check::Ok;
    instance.reachability = Check::Ok;
    instance.agent = Some(now);
}

/// A node as its kubelet would present it.
#[must_use]
pub fn node_spec(instance: &Instance, region: &str, zones: &[Zone], subnets: &[Subnet]) -> NodeSpec {
    let subnet = subnets.iter().find(|s| s.id == instance.subnet);
    NodeSpec {
        name: instance.private_dns(region),
        instance: instance.id.clone(),
        zone: zones.get(instance.zone).map(|zone| zone.name.clone()).unwrap_or_default(),
        instance_type: instance.shape.clone(),
        address: instance.private_ip,
        nodegroup: instance.nodegroup.clone().unwrap_or_default(),
        ami: instance.ami.clone(),
        joined: instance.launched + 75 * SECOND,
        pod_network: subnet.map_or((instance.private_ip, 32), |s| {
            (s.block.at(NODE_ADDRESSES.min(s.block.size() / 2)), s.block.prefix)
        }),
    }
}

impl Region {
    #[must_use]
    pub fn instance(&self, id: &str) -> Option<&Instance> {
        self.instances.iter().find(|instance| instance.id == id)
    }

    pub(super) fn instance_mut(&mut self, id: &str) -> Option<&mut Instance> {
        self.instances.iter_mut().find(|instance| instance.id == id)
    }

    #[must_use]
    pub fn group(&self, name: &str) -> Option<&ScalingGroup> {
        self.scaling.iter().find(|group| group.name == name)
    }

    /// The names of the group's instances that count for it.
    pub fn members<'a>(&'a self, group: &'a str) -> impl Iterator<Item = &'a Instance> {
        self.instances.iter().filter(move |i| {
            i.asg.as_deref() == Some(group) && !matches!(i.state, State::ShuttingDown | State::Terminated)
        })
    }
}

#[cfg(test)]
mod tests;
