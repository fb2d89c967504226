//! EC2 instances, their images, and the Auto Scaling groups that keep their number.
use std::net::Ipv4Addr;

use super::tag::Tags;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Bastion,
    Jump,
    Node,
}

impl Role {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bastion => "bastion",
            Self::Jump => "jump",
            Self::Node => "node",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Pending,
    Running,
    ShuttingDown,
    Terminated,
    Stopping,
    Stopped,
}

impl State {
    /// EC2's number and word for it.
    #[must_use]
    pub const fn told(self) -> (u16, &'static str) {
        match self {
            Self::Pending => (0, "pending"),
            Self::Running => (16, "running"),
            Self::ShuttingDown => (32, "shutting-down"),
            Self::Terminated => (48, "terminated"),
            Self::Stopping => (64, "stopping"),
            Self::Stopped => (80, "stopped"),
        }
    }
}

/// A status check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Check {
    Initializing,
    Ok,
    Impaired,
}

impl Check {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Initializing => "initializing",
            Self::Ok => "ok",
            Self::Impaired => "impaired",
        }
    }

    /// What `Details[].Status` says.
    #[must_use]
    pub const fn detail(self) -> &'static str {
        match self {
            Self::Initializing => "initializing",
            Self::Ok => "passed",
            Self::Impaired => "failed",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Instance {
    pub id: String,
    pub reservation: String,
    pub role: Role,
    pub shape: String,
    pub zone: usize,
    pub vpc: String,
    pub subnet: String,
    pub private_ip: Ipv4Addr,
    pub public_ip: Option<Ipv4Addr>,
    pub interface: String,
    pub volume: String,
    pub ami: String,
    pub launched: i64,
    pub state: State,
    /// Since when it is in this state.
    pub since: i64,
    /// Why it is not running: EC2's `StateReason` code and message.
    pub reason: Option<(&'static str, &'static str)>,
    pub system: Check,
    pub reachability: Check,
    pub impaired_since: Option<i64>,
    /// When the SSM agent last spoke; it is `Online` while that is recent.
    pub agent: Option<i64>,
    pub groups: Vec<String>,
    pub asg: Option<String>,
    pub nodegroup: Option<String>,
    pub profile: String,
    pub tags: Tags,
}

impl Instance {
    #[must_use]
    pub fn name(&self) -> &str {
        self.tags.value("Name").unwrap_or(&self.id)
    }

    /// `ip-10-12-3-4.ec2.internal`, which is the node's name too.
    #[must_use]
    pub fn private_dns(&self, region: &str) -> String {
        let [a, b, c, d] = self.private_ip.octets();
        let domain =
            if region == "us-east-1" { "ec2.internal".to_owned() } else { format!("{region}.compute.internal") };
        format!("ip-{a}-{b}-{c}-{d}.{domain}")
    }

    /// SSM calls an agent lost that was silent for a while.
    #[must_use]
    pub fn agent_online(&self, now: i64) -> bool {
        self.agent.is_some_and(|spoke| self.state == State::Running && (self.healthy() || now - spoke < 300_000))
    }

    #[must_use]
    pub const fn healthy(&self) -> bool {
        matches!(self.state, State::Running)
            && matches!(self.system, Check::Ok)
            && matches!(self.reachability, Check::Ok)
    }
}

#[derive(Clone, Debug)]
pub struct Ami {
    pub id: String,
    pub name: String,
    pub description: String,
    pub created: i64,
    pub snapshot: String,
    pub tags: Tags,
}

/// An Auto Scaling group.
#[derive(Clone, Debug)]
pub struct ScalingGroup {
    pub name: String,
    pub arn: String,
    pub template: LaunchTemplate,
    pub min: u32,
    pub max: u32,
    pub desired: u32,
    /// Indices into the region's zones, and the subnets in them.
    pub zones: Vec<usize>,
    pub subnets: Vec<String>,
    pub created: i64,
    pub activities: Vec<Activity>,
    pub tags: Tags,
    /// What its template starts, where that is not what the estate's own hosts of its role are.
    pub launch: Option<Launch>,
}

/// What a launch template says of the hosts that it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    pub ami: String,
    pub groups: Vec<String>,
    pub shape: String,
    pub profile: String,
}

#[derive(Clone, Debug)]
pub struct LaunchTemplate {
    pub id: String,
    pub name: String,
    pub version: u32,
}

/// What an Auto Scaling group did, newest first in its group.
#[derive(Clone, Debug)]
pub struct Activity {
    pub id: String,
    pub description: String,
    pub cause: String,
    pub started: i64,
    pub ended: Option<i64>,
    /// `Successful`, `Failed`, `InProgress`.
    pub status: &'static str,
    pub message: String,
}
