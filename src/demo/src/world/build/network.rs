//! The three VPCs of a region and what joins them.
use std::net::Ipv4Addr;

use super::{ESTATE, Site, ZONES, founded, part_octet};
use crate::{
    clock::{HOUR, MINUTE},
    world::{
        network::{
            Address, Attachment, Block, ClientVpn, InternetGateway, Nat, Part, Peer, Route, RouteTable, Rule,
            SecurityGroup, Subnet, Target, TransitGateway, Vpc, VpcEndpoint, VpnConnection,
        },
        tag::{ESTATE as TAG, ROLE, Tags, VPC},
    },
};

pub struct Net {
    pub vpcs: Vec<Vpc>,
    pub subnets: Vec<Subnet>,
    pub tables: Vec<RouteTable>,
    pub internet_gateways: Vec<InternetGateway>,
    pub nats: Vec<Nat>,
    pub addresses: Vec<Address>,
    pub groups: Vec<SecurityGroup>,
    pub endpoints: Vec<VpcEndpoint>,
    pub transit: TransitGateway,
    pub vpn: ClientVpn,
}

impl Net {
    pub fn vpc(&self, part: Part) -> &Vpc {
        &self.vpcs[part as usize]
    }

    pub fn subnet(&self, name: &str, zone: usize) -> &Subnet {
        let found =
            self.subnets.iter().find(|s| s.zone == zone && s.tags.value("Name").is_some_and(|n| n.starts_with(name)));
        found.unwrap_or(&self.subnets[0])
    }

    pub fn group(&self, name: &str) -> String {
        self.groups.iter().find(|group| group.name == name).map(|group| group.id.clone()).unwrap_or_default()
    }
}

pub fn tags(name: &str) -> Tags {
    Tags::named(name).with(TAG, ESTATE)
}

pub fn lay(site: &Site<'_>) -> Net {
    let vpcs: Vec<Vpc> = Part::ALL.iter().map(|part| vpc(site, *part)).collect();
    let subnets = subnets(site, &vpcs);
    let transit = transit(site, &vpcs, &subnets);
    let gateway = site.id("igw", "lb");
    let (nats, mut addresses) = nats(site, &subnets);
    addresses.extend(entry_addresses(site));
    let tables = tables(site, &vpcs, &subnets, &transit.id, &gateway, &nats);
    let groups = groups(site, &vpcs);
    let endpoints = endpoints(site, &vpcs, &subnets, &tables);
    let vpn = vpn(site, &vpcs, &subnets, &groups);
    let internet_gateways =
        vec![InternetGateway { id: gateway, vpc: vpcs[Part::Lb as usize].id.clone(), tags: tags("lb") }];
    Net { vpcs, subnets, tables, internet_gateways, nats, addresses, groups, endpoints, transit, vpn }
}

fn vpc(site: &Site<'_>, part: Part) -> Vpc {
    let octet = part_octet(site.octet, part);
    Vpc {
        id: site.id("vpc", part.name()),
        part,
        block: Block::new(10, octet, 0, 0, 16),
        dhcp_options: site.id("dopt", "all"),
        flow_log: site.id("fl", part.name()),
        tags: tags(&format!("{ESTATE}-{}", part.name())).with(VPC, part.name()),
    }
}

/// Name, part, third octet of the first zone's, prefix, public. A zone's block follows on the one before.
const LAYOUT: [(&str, Part, u8, u8, bool); 6] = [
    ("security-private", Part::Security, 0, 20, false),
    ("lb-public", Part::Lb, 0, 20, true),
    ("lb-private", Part::Lb, 64, 20, false),
    ("app-node", Part::App, 0, 18, false),
    ("app-data", Part::App, 192, 22, false),
    ("app-endpoint", Part::App, 208, 24, false),
];

fn subnets(site: &Site<'_>, vpcs: &[Vpc]) -> Vec<Subnet> {
    let mut all = vec![];
    for (name, part, third, prefix, public) in LAYOUT {
        let whole = Block::new(10, part_octet(site.octet, part), third, 0, prefix);
        for (zone, place) in site.zones.iter().enumerate() {
            let full = format!("{name}-{}", place.name);
            let base = whole.at(whole.size() * u32::try_from(zone).unwrap_or(0));
            let extra = match name {
                "app-node" => Some(("kubernetes.io/role/internal-elb", "1")),
                "lb-public" => Some(("kubernetes.io/role/elb", "1")),
                _ => None,
            };
            let tags = tags(&full);
            all.push(Subnet {
                id: site.id("subnet", &full),
                vpc: vpcs[part as usize].id.clone(),
                zone,
                block: Block { base, prefix },
                public,
                used: 0,
                tags: if let Some((key, value)) = extra { tags.with(key, value) } else { tags },
            });
        }
    }
    all
}

fn transit(site: &Site<'_>, vpcs: &[Vpc], subnets: &[Subnet]) -> TransitGateway {
    let attachments = vpcs.iter().map(|vpc| {
        let first = match vpc.part {
            Part::Security => "security-private",
            Part::Lb => "lb-private",
            Part::App => "app-endpoint",
        };
        let within = subnets.iter().filter(|s| s.tags.value("Name").is_some_and(|name| name.starts_with(first)));
        Attachment {
            id: site.id("tgw-attach", vpc.part.name()),
            vpc: vpc.id.clone(),
            subnets: within.map(|s| s.id.clone()).collect(),
            state: "available",
            created: founded(site.now) + 6 * MINUTE,
            tags: tags(vpc.part.name()),
        }
    });
    TransitGateway {
        id: site.id("tgw", "hub"),
        asn: 64512 + u32::from(site.octet),
        created: founded(site.now),
        attachments: attachments.collect(),
        tags: tags("hub"),
    }
}

/// From the ranges for documentation, so that nobody's address is shown; no two the same.
fn public_ip(site: &Site<'_>, entry: bool, zone: usize) -> Ipv4Addr {
    let last = site.octet + u8::try_from(zone).unwrap_or(0);
    if entry { Ipv4Addr::new(203, 0, 113, last) } else { Ipv4Addr::new(198, 51, 100, last) }
}

fn nats(site: &Site<'_>, subnets: &[Subnet]) -> (Vec<Nat>, Vec<Address>) {
    let public = subnets.iter().filter(|s| s.public);
    public
        .map(|subnet| {
            let name = format!("nat-{}", site.zones[subnet.zone].name);
            let nat = Nat {
                id: site.id("nat", &name),
                vpc: subnet.vpc.clone(),
                subnet: subnet.id.clone(),
                zone: subnet.zone,
                allocation: site.id("eipalloc", &name),
                interface: site.id("eni", &name),
                private_ip: subnet.block.at(10),
                public_ip: public_ip(site, false, subnet.zone),
                state: "available",
                created: founded(site.now) + 10 * MINUTE,
                tags: tags(&name).with(ROLE, "nat"),
            };
            let address = Address {
                allocation: nat.allocation.clone(),
                association: site.id("eipassoc", &name),
                public_ip: nat.public_ip,
                private_ip: nat.private_ip,
                interface: nat.interface.clone(),
                tags: tags(&name),
            };
            (nat, address)
        })
        .unzip()
}

/// The load balancer's address in each zone.
fn entry_addresses(site: &Site<'_>) -> Vec<Address> {
    (0..ZONES)
        .map(|zone| {
            let name = format!("entry-{}", site.zones[zone].name);
            Address {
                allocation: site.id("eipalloc", &name),
                association: site.id("eipassoc", &name),
                public_ip: public_ip(site, true, zone),
                private_ip: Block::new(10, part_octet(site.octet, Part::Lb), 0, 0, 20)
                    .at(4096 * u32::try_from(zone).unwrap_or(0) + 20),
                interface: site.id("eni", &name),
                tags: tags(&name),
            }
        })
        .collect()
}

fn tables(
    site: &Site<'_>,
    vpcs: &[Vpc],
    subnets: &[Subnet],
    transit: &str,
    internet: &str,
    nats: &[Nat],
) -> Vec<RouteTable> {
    let to =
        |destination: &str, target: Target| Route { destination: destination.to_owned(), target, blackhole: false };
    let local = |part: Part| to(&vpcs[part as usize].block.to_string(), Target::Local);
    let inside = || to("10.0.0.0/8", Target::Transit(transit.to_owned()));
    let all_of = |prefix: &str, zone: Option<usize>| -> Vec<String> {
        let here = subnets.iter().filter(|s| zone.is_none_or(|zone| zone == s.zone));
        here.filter(|s| s.tags.value("Name").is_some_and(|n| n.starts_with(prefix))).map(|s| s.id.clone()).collect()
    };
    let table = |name: &str, part: Part, main: bool, subnets: Vec<String>, routes: Vec<Route>| {
        let of_main = main.then(|| (site.id("rtbassoc", name), None));
        let of_subnets = subnets.into_iter().map(|s| (site.id("rtbassoc", &format!("{name}{s}")), Some(s)));
        RouteTable {
            id: site.id("rtb", name),
            vpc: vpcs[part as usize].id.clone(),
            main,
            associations: of_main.into_iter().chain(of_subnets).collect(),
            routes,
            tags: tags(name),
        }
    };
    let s3 = || to("pl-63a5400a", Target::Endpoint(site.id("vpce", "app/s3")));
    let mut all: Vec<RouteTable> = Part::ALL
        .iter()
        .map(|part| table(&format!("{}-main", part.name()), *part, true, vec![], vec![local(*part)]))
        .collect();
    all.push(table(
        "security",
        Part::Security,
        false,
        all_of("security-private", None),
        vec![local(Part::Security), inside()],
    ));
    let public = vec![local(Part::Lb), inside(), to("0.0.0.0/0", Target::Internet(internet.to_owned()))];
    all.push(table("lb-public", Part::Lb, false, all_of("lb-public", None), public));
    for nat in nats {
        let name = format!("lb-private-{}", site.zones[nat.zone].name);
        let routes = vec![local(Part::Lb), inside(), to("0.0.0.0/0", Target::Nat(nat.id.clone()))];
        all.push(table(&name, Part::Lb, false, all_of("lb-private", Some(nat.zone)), routes));
    }
    // no default route: the App VPC reaches only what is inside, and AWS by endpoints
    let apps = [all_of("app-node", None), all_of("app-endpoint", None)].concat();
    all.push(table("app", Part::App, false, apps, vec![local(Part::App), inside(), s3()]));
    all
}

/// A rule as it is laid: protocol, ports, who, and what for.
type Laid<'a> = (&'static str, Option<(u16, u16)>, Peer, &'a str);

const fn tcp(port: u16, peer: Peer, text: &str) -> Laid<'_> {
    ("tcp", Some((port, port)), peer, text)
}

fn group(site: &Site<'_>, vpc: &Vpc, name: &str, description: &str, ingress: Vec<Laid<'_>>) -> SecurityGroup {
    let rules = ingress.into_iter().enumerate().map(|(number, (protocol, ports, peer, description))| Rule {
        id: site.id("sgr", &format!("{name}/in{number}")),
        protocol,
        ports,
        peer,
        description: description.to_owned(),
    });
    SecurityGroup {
        id: site.id("sg", name),
        vpc: vpc.id.clone(),
        name: name.to_owned(),
        description: description.to_owned(),
        ingress: rules.collect(),
        egress: vec![Rule {
            id: site.id("sgr", &format!("{name}/out")),
            protocol: "-1",
            ports: None,
            peer: Peer::Block("10.0.0.0/8".to_owned()),
            description: "inside only".to_owned(),
        }],
        tags: tags(name),
    }
}

fn groups(site: &Site<'_>, vpcs: &[Vpc]) -> Vec<SecurityGroup> {
    let block = |part: Part| Peer::Block(vpcs[part as usize].block.to_string());
    let from = |name: &str| Peer::Group(site.id("sg", name));
    let world = || Peer::Block("0.0.0.0/0".to_owned());
    let clients = Peer::Block(format!("10.250.{}.0/22", site.octet));
    let lay = |part: Part, name, text, rules| group(site, &vpcs[part as usize], name, text, rules);
    let bastion = vec![tcp(22, from("vpn"), "SSH from the VPN"), tcp(22, clients, "SSH from VPN clients")];
    let entry = vec![tcp(443, world(), "HTTPS"), tcp(80, world(), "redirected to HTTPS")];
    let node = vec![
        tcp(22, from("jump"), "SSH from the jump hosts"),
        ("tcp", Some((8080, 8443)), block(Part::Lb), "traffic from the load balancer"),
        ("-1", None, from("node"), "among themselves"),
        tcp(10250, from("cluster"), "kubelet"),
    ];
    let cluster = vec![tcp(443, from("jump"), "API from the jump hosts"), tcp(443, from("node"), "API from the nodes")];
    vec![
        lay(Part::Security, "vpn", "Client VPN endpoint", vec![("udp", Some((443, 443)), world(), "VPN clients")]),
        lay(Part::Security, "bastion", "Bastions", bastion),
        lay(Part::Lb, "entry", "Load balancer", entry),
        lay(Part::App, "jump", "Jump hosts", vec![tcp(22, block(Part::Security), "SSH from the bastions")]),
        lay(Part::App, "node", "EKS nodes", node),
        lay(Part::App, "cluster", "EKS control plane", cluster),
        lay(Part::App, "endpoint", "VPC endpoints", vec![tcp(443, block(Part::App), "AWS APIs")]),
        lay(Part::App, "data", "Databases", vec![tcp(5432, from("node"), "PostgreSQL")]),
    ]
}

const SERVICES: [&str; 12] = [
    "ec2",
    "ecr.api",
    "ecr.dkr",
    "sts",
    "logs",
    "monitoring",
    "eks",
    "ssm",
    "ssmmessages",
    "ec2messages",
    "secretsmanager",
    "elasticloadbalancing",
];

fn endpoints(site: &Site<'_>, vpcs: &[Vpc], subnets: &[Subnet], tables: &[RouteTable]) -> Vec<VpcEndpoint> {
    let within = |prefix: &str| -> Vec<String> {
        subnets
            .iter()
            .filter(|s| s.tags.value("Name").is_some_and(|n| n.starts_with(prefix)))
            .map(|s| s.id.clone())
            .collect()
    };
    let interface = |part: Part, service: &str, prefix: &str| VpcEndpoint {
        id: site.id("vpce", &format!("{}/{service}", part.name())),
        vpc: vpcs[part as usize].id.clone(),
        service: format!("com.amazonaws.{}.{service}", site.name),
        kind: "Interface",
        subnets: within(prefix),
        tables: vec![],
        groups: vec![site.id("sg", "endpoint")],
        created: founded(site.now) + HOUR,
        tags: tags(&format!("{}-{service}", part.name())),
    };
    let mut all: Vec<VpcEndpoint> =
        SERVICES.iter().map(|service| interface(Part::App, service, "app-endpoint")).collect();
    all.extend(
        ["ssm", "ssmmessages", "ec2messages", "logs"]
            .map(|service| interface(Part::Security, service, "security-private")),
    );
    let app = tables.iter().filter(|t| t.tags.value("Name") == Some("app"));
    all.push(VpcEndpoint {
        kind: "Gateway",
        subnets: vec![],
        tables: app.map(|t| t.id.clone()).collect(),
        groups: vec![],
        ..interface(Part::App, "s3", "-")
    });
    all
}

fn vpn(site: &Site<'_>, vpcs: &[Vpc], subnets: &[Subnet], groups: &[SecurityGroup]) -> ClientVpn {
    let associated = subnets.iter().filter(|s| s.vpc == vpcs[Part::Security as usize].id);
    let people = ["ada.okafor", "bo.lindqvist", "carla.reyes", "dmitri.volkov"];
    let mut rng = site.rng("vpn");
    let connections = people.iter().enumerate().take(1 + rng.below(3) as usize).map(|(number, name)| VpnConnection {
        id: site.id("cvpn-connection", name),
        name: (*name).to_owned(),
        address: Ipv4Addr::new(10, 250, site.octet, 2 + number as u8),
        since: site.now - rng.between(10 * MINUTE, 6 * HOUR),
        ended: None,
        bytes_in: rng.below(40_000_000),
        bytes_out: rng.below(400_000_000),
    });
    ClientVpn {
        id: site.id("cvpn-endpoint", "vpn"),
        vpc: vpcs[Part::Security as usize].id.clone(),
        groups: groups.iter().filter(|g| g.name == "vpn").map(|g| g.id.clone()).collect(),
        block: Block::new(10, 250, site.octet, 0, 22),
        created: founded(site.now) + 20 * MINUTE,
        certificate: site.arn("acm", &format!("certificate/{}", site.rng("certificate").uuid())),
        log_group: format!("/{ESTATE}/client-vpn"),
        associations: associated.map(|s| (site.id("cvpn-assoc", &s.id), s.id.clone())).collect(),
        authorizations: vec![("10.0.0.0/8".to_owned(), "on-call".to_owned())],
        connections: connections.collect(),
        tags: tags("vpn").with(ROLE, "vpn"),
    }
}
