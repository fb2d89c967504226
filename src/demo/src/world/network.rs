//! VPCs and what joins them: subnets, route tables, gateways, security groups, the Transit Gateway, the Client VPN.
use std::net::Ipv4Addr;

use super::tag::Tags;

/// An IPv4 network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    pub base: Ipv4Addr,
    pub prefix: u8,
}

impl std::fmt::Display for Block {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.base, self.prefix)
    }
}

impl Block {
    #[must_use]
    pub const fn new(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Self {
        Self { base: Ipv4Addr::new(a, b, c, d), prefix }
    }

    /// How many addresses it has.
    #[must_use]
    pub const fn size(self) -> u32 {
        1 << (32 - self.prefix)
    }

    /// The address so far into it.
    #[must_use]
    pub fn at(self, offset: u32) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.base.to_bits() + offset)
    }
}

/// Which of the three VPCs of a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Security,
    Lb,
    App,
}

impl Part {
    pub const ALL: [Self; 3] = [Self::Security, Self::Lb, Self::App];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::Lb => "lb",
            Self::App => "app",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Vpc {
    pub id: String,
    pub part: Part,
    pub block: Block,
    pub dhcp_options: String,
    pub flow_log: String,
    pub tags: Tags,
}

#[derive(Clone, Debug)]
pub struct Subnet {
    pub id: String,
    pub vpc: String,
    /// Index into the region's zones.
    pub zone: usize,
    pub block: Block,
    /// Whether instances get a public address.
    pub public: bool,
    /// Addresses in use, beside the five that AWS keeps.
    pub used: u32,
    pub tags: Tags,
}

#[derive(Clone, Debug)]
pub struct RouteTable {
    pub id: String,
    pub vpc: String,
    /// The VPC's main table.
    pub main: bool,
    /// Association id and subnet; the main association has none.
    pub associations: Vec<(String, Option<String>)>,
    pub routes: Vec<Route>,
    pub tags: Tags,
}

#[derive(Clone, Debug)]
pub struct Route {
    pub destination: String,
    pub target: Target,
    /// Its target is gone.
    pub blackhole: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Local,
    Internet(String),
    Nat(String),
    Transit(String),
    Peering(String),
    /// A gateway endpoint; its destination is a prefix list.
    Endpoint(String),
}

#[derive(Clone, Debug)]
pub struct InternetGateway {
    pub id: String,
    pub vpc: String,
    pub tags: Tags,
}

#[derive(Clone, Debug)]
pub struct Nat {
    pub id: String,
    pub vpc: String,
    pub subnet: String,
    pub zone: usize,
    pub allocation: String,
    pub interface: String,
    pub private_ip: Ipv4Addr,
    pub public_ip: Ipv4Addr,
    /// `available`, `failed`.
    pub state: &'static str,
    pub created: i64,
    pub tags: Tags,
}

/// An Elastic IP address.
#[derive(Clone, Debug)]
pub struct Address {
    pub allocation: String,
    pub association: String,
    pub public_ip: Ipv4Addr,
    pub private_ip: Ipv4Addr,
    pub interface: String,
    pub tags: Tags,
}

#[derive(Clone, Debug)]
pub struct SecurityGroup {
    pub id: String,
    pub vpc: String,
    pub name: String,
    pub description: String,
    pub ingress: Vec<Rule>,
    pub egress: Vec<Rule>,
    pub tags: Tags,
}

#[derive(Clone, Debug)]
pub struct Rule {
    pub id: String,
    /// `tcp`, `udp`, or `-1` for all.
    pub protocol: &'static str,
    pub ports: Option<(u16, u16)>,
    pub peer: Peer,
    pub description: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peer {
    Block(String),
    Group(String),
}

#[derive(Clone, Debug)]
pub struct VpcEndpoint {
    pub id: String,
    pub vpc: String,
    /// `com.amazonaws.us-east-1.logs`.
    pub service: String,
    /// `Interface` or `Gateway`.
    pub kind: &'static str,
    pub subnets: Vec<String>,
    pub tables: Vec<String>,
    pub groups: Vec<String>,
    pub created: i64,
    pub tags: Tags,
}

#[derive(Clone, Debug)]
pub struct TransitGateway {
    pub id: String,
    pub asn: u32,
    pub created: i64,
    pub attachments: Vec<Attachment>,
    pub tags: Tags,
}

#[derive(Clone, Debug)]
pub struct Attachment {
    pub id: String,
    pub vpc: String,
    pub subnets: Vec<String>,
    /// `available`, …
    pub state: &'static str,
    pub created: i64,
    pub tags: Tags,
}

#[derive(Clone, Debug)]
pub struct ClientVpn {
    pub id: String,
    pub vpc: String,
    pub groups: Vec<String>,
    /// What clients get their addresses from.
    pub block: Block,
    pub created: i64,
    pub certificate: String,
    pub log_group: String,
    /// Association id, subnet.
    pub associations: Vec<(String, String)>,
    /// Destination and group (empty: all).
    pub authorizations: Vec<(String, String)>,
    pub connections: Vec<VpnConnection>,
    pub tags: Tags,
}

#[derive(Clone, Debug)]
pub struct VpnConnection {
    pub id: String,
    /// The common name of the client's certificate.
    pub name: String,
    pub address: Ipv4Addr,
    pub since: i64,
    pub ended: Option<i64>,
    pub bytes_in: u64,
    pub bytes_out: u64,
}

impl TransitGateway {
    /// Where a region has none, its id is empty.
    #[must_use]
    pub const fn none() -> Self {
        Self { id: String::new(), asn: 0, created: 0, attachments: vec![], tags: Tags(vec![]) }
    }

    #[must_use]
    pub const fn is_there(&self) -> bool {
        !self.id.is_empty()
    }
}

impl ClientVpn {
    /// Where a region has none, its id is empty.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            id: String::new(),
            vpc: String::new(),
            groups: vec![],
            block: Block::new(0, 0, 0, 0, 32),
            created: 0,
            certificate: String::new(),
            log_group: String::new(),
            associations: vec![],
            authorizations: vec![],
            connections: vec![],
            tags: Tags(vec![]),
        }
    }

    #[must_use]
    pub const fn is_there(&self) -> bool {
        !self.id.is_empty()
    }
}
