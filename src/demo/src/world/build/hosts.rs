//! Bastions, jump hosts and nodes, the groups that keep their number, and the EKS cluster as AWS sees it.
use super::{
    ESTATE, Site, founded,
    network::{Net, tags},
};
use crate::{
    clock::{DAY, HOUR, MINUTE},
    world::{
        eks::{AccessEntry, Addon, Cluster, Nodegroup, Update},
        host::{Activity, Ami, Instance, LaunchTemplate, Role, ScalingGroup},
        life,
        network::Part,
        tag::{ROLE, Tags},
    },
};

/// The image of a role: its name's beginning, and how many days ago it was built. The jump hosts' is past its month.
const IMAGES: [(Role, &str, i64); 3] =
    [(Role::Bastion, "bastion", 12), (Role::Jump, "jump", 41), (Role::Node, "node", 19)];

pub fn place(site: &Site<'_>, net: &Net) -> (Vec<Ami>, Vec<Instance>, Vec<ScalingGroup>) {
    let amis: Vec<Ami> = IMAGES
        .iter()
        .flat_map(|(role, name, days)| [image(site, *role, name, *days), image(site, *role, name, days + 30)])
        .collect();
    let scaling = groups(site, net);
    let mut instances = vec![];
    for group in &scaling {
        for number in 0..group.desired {
            instances.push(host(site, net, group, number));
        }
    }
    (amis, instances, scaling)
}

/// The id of the image that a role's hosts are started from.
pub fn ami(site: &Site<'_>, role: Role) -> String {
    let (_, name, days) = IMAGES.iter().find(|(r, _, _)| *r == role).unwrap_or(&IMAGES[0]);
    image_id(site, name, *days)
}

fn image_id(site: &Site<'_>, name: &str, days: i64) -> String {
    site.id("ami", &format!("{name}/{days}"))
}

fn image(site: &Site<'_>, role: Role, name: &str, days: i64) -> Ami {
    let created = site.now - days * DAY;
    let date = crate::clock::seconds(created);
    Ami {
        id: image_id(site, name, days),
        name: format!("{ESTATE}-{name}-{}", &date[..10]),
        description: format!("Amazon Linux 2023, hardened, for {name} hosts"),
        created,
        snapshot: site.id("snap", &format!("{name}/{days}")),
        tags: tags(&format!("{ESTATE}-{name}")).with(ROLE, role.name()),
    }
}

fn template(site: &Site<'_>, name: &str) -> LaunchTemplate {
    LaunchTemplate { id: site.id("lt", name), name: name.to_owned(), version: 3 }
}

fn groups(site: &Site<'_>, net: &Net) -> Vec<ScalingGroup> {
    let mut all = vec![];
    for (zone, place) in site.zones.iter().enumerate() {
        let even = site.nodes / site.zones.len() + usize::from(zone < site.nodes % site.zones.len());
        let nodes = u32::try_from(even).unwrap_or(u32::MAX);
        for (role, prefix, subnet, desired, most) in [
            (Role::Bastion, "bastion", "security-private", 1, 1),
            (Role::Jump, "jump", "app-node", 1, 1),
            (Role::Node, "app", "app-node", nodes, nodes * 2),
        ] {
            let short = format!("{prefix}-{}", place.name);
            let name = match role {
                Role::Node => format!("eks-{short}-{}", site.rng(&short).uuid()),
                _ => format!("{ESTATE}-{short}"),
            };
            let tags = tags(&short).with(ROLE, role.name());
            let tags = match role {
                Role::Node => tags
                    .with("eks:cluster-name", &site.cluster())
                    .with("eks:nodegroup-name", &short)
                    .with(&format!("kubernetes.io/cluster/{}", site.cluster()), "owned"),
                _ => tags,
            };
            all.push(ScalingGroup {
                arn: site.arn(
                    "autoscaling",
                    &format!("autoScalingGroup:{}:autoScalingGroupName/{name}", site.rng(&name).uuid()),
                ),
                template: template(site, &short),
                min: desired.min(1),
                max: most,
                desired,
                zones: vec![zone],
                subnets: vec![net.subnet(subnet, zone).id.clone()],
                created: founded(site.now) + HOUR,
                activities: vec![first_activity(site, &name)],
                tags,
                launch: None,
                name,
            });
        }
    }
    all
}

fn first_activity(site: &Site<'_>, group: &str) -> Activity {
    let started = site.now - 19 * DAY;
    Activity {
        id: site.rng(&format!("activity/{group}")).uuid(),
        description: "Launching a new EC2 instance".to_owned(),
        cause: format!(
            "At {} an instance refresh replaced instances whose image was older than the launch template's.",
            crate::clock::seconds(started),
        ),
        started,
        ended: Some(started + 3 * MINUTE),
        status: "Successful",
        message: String::new(),
    }
}

fn host(site: &Site<'_>, net: &Net, group: &ScalingGroup, number: u32) -> Instance {
    let zone = group.zones[0];
    let what = format!("{}/{number}", group.name);
    let mut rng = site.rng(&format!("host/{what}"));
    let role = life::role(group);
    let subnet = net.subnets.iter().find(|s| s.id == group.subnets[0]).unwrap_or(&net.subnets[0]);
    let launched = site.now - rng.between(3 * DAY, 18 * DAY);
    let mut instance = life::draft(life::Draft {
        id: site.id("i", &what),
        rng: &mut rng,
        group,
        zone_name: &site.zones[zone].name,
        subnet,
        // nodes first in their subnet's space; the jump hosts share it, far behind
        address: life::address(subnet, role, number),
        ami: ami(site, role),
        security_group: net.group(role.name()),
        account: site.account,
        now: launched,
    });
    life::settle(&mut instance, launched, site.now);
    instance
}

pub fn eks(site: &Site<'_>, net: &Net, scaling: &[ScalingGroup]) -> Cluster {
    let name = site.cluster();
    let created = founded(site.now) + 2 * HOUR;
    let role = |what: &str| format!("arn:aws:iam::{}:role/{ESTATE}-{what}", site.account);
    let entry = |what: &str, groups: &[&str]| AccessEntry {
        principal: role(what),
        groups: groups.iter().map(ToString::to_string).collect(),
        created,
    };
    let addon = |name: &str, version: &str| Addon { name: name.to_owned(), version: version.to_owned(), created };
    Cluster {
        arn: site.arn("eks", &format!("cluster/{name}")),
        version: "1.33".to_owned(),
        platform: "eks.9".to_owned(),
        created,
        endpoint: String::new(),
        authority: String::new(),
        role: role("cluster"),
        kms_key: site.arn("kms", &format!("key/{}", site.rng("kms").uuid())),
        vpc: net.vpc(Part::App).id.clone(),
        subnets: net
            .subnets
            .iter()
            .filter(|s| s.tags.value("Name").is_some_and(|n| n.starts_with("app-node")))
            .map(|s| s.id.clone())
            .collect(),
        group: net.group("cluster"),
        oidc: format!(
            "https://oidc.eks.{}.amazonaws.com/id/{}",
            site.name,
            site.rng("oidc").letters(32, b"0123456789ABCDEF")
        ),
        updates: vec![Update {
            id: site.rng("update").uuid(),
            kind: "VersionUpdate",
            status: "Successful",
            created: site.now - 47 * DAY,
            params: vec![("Version".to_owned(), "1.33".to_owned()), ("PlatformVersion".to_owned(), "eks.9".to_owned())],
            nodegroup: None,
        }],
        addons: vec![
            addon("vpc-cni", "v1.20.4-eksbuild.1"),
            addon("coredns", "v1.12.4-eksbuild.1"),
            addon("kube-proxy", "v1.33.3-eksbuild.10"),
            addon("aws-ebs-csi-driver", "v1.51.1-eksbuild.1"),
        ],
        access: vec![
            entry("on-call-read", &["quarterdeck:read"]),
            entry("on-call-act", &["quarterdeck:act"]),
            entry("deployer", &["quarterdeck:deploy"]),
        ],
        nodegroups: nodegroups(site, &name, created, scaling),
        tags: Tags::named(&name).with(crate::world::tag::ESTATE, ESTATE),
        name,
    }
}

/// A node group a zone, over its Auto Scaling group.
fn nodegroups(site: &Site<'_>, cluster: &str, created: i64, scaling: &[ScalingGroup]) -> Vec<Nodegroup> {
    let groups = scaling.iter().filter(|group| life::role(group) == Role::Node).map(|group| {
        let short = group.tags.value("Name").unwrap_or_default().to_owned();
        Nodegroup {
            arn: site.arn("eks", &format!("nodegroup/{cluster}/{short}/{}", site.rng(&short).uuid())),
            asg: group.name.clone(),
            shape: life::shape(Role::Node).to_owned(),
            release: "1.33.5-20261105".to_owned(),
            template: group.template.clone(),
            subnets: group.subnets.clone(),
            role: format!("arn:aws:iam::{}:role/{ESTATE}-node", site.account),
            created: created + 30 * MINUTE,
            tags: tags(&short),
            name: short,
        }
    });
    groups.collect()
}
