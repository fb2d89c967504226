//! The cluster of a region: AWS's side of it, and with it a control plane that begins empty and gets nodes by its node groups.
use base64::{Engine, engine::general_purpose::STANDARD};

use super::{Change, Shown, host, set, tags, upsert};
use crate::{
    terraform::{
        account::Objects,
        value::{Fields, Told, Value},
    },
    world::{
        Region, World,
        eks::{AccessEntry, Addon, Cluster, Nodegroup},
        tag::Tags,
    },
};

pub fn cluster(world: &mut World, at: usize, change: &Change<'_>, state: &mut Fields) -> Result<Shown, String> {
    let (now, name) = (world.now, state.text("name").to_owned());
    let region = &world.regions[at];
    if region.eks.is_there() && region.eks.name != name {
        let why = format!(
            "{} has the cluster {} already, and room for one. Terraform keeps {name} all the same.",
            region.name, region.eks.name
        );
        return Ok(Shown::NoRoom(why));
    }
    if region.eks.is_there() && change.old.is_none() {
        return Err(format!("api error ResourceInUseException: Cluster already exists with name: {name}"));
    }
    let version = Some(state.text("version")).filter(|text| text.contains('.')).unwrap_or("1.33").to_owned();
    let place = state.value("vpc_config").at(&["0"]).clone();
    let subnets = place.at(&["subnet_ids"]).list();
    let vpc = region
        .subnets
        .iter()
        .find(|one| Some(&one.id) == subnets.first())
        .map(|one| one.vpc.clone())
        .unwrap_or_default();
    let group = place.at(&["cluster_security_group_id"]).text().unwrap_or_default().to_owned();
    let encryption =
        state.value("encryption_config").at(&["0", "provider", "0", "key_arn"]).text().unwrap_or_default().to_owned();
    let old = region.eks.clone();
    let new = Cluster {
        name: name.clone(),
        arn: state.text("arn").to_owned(),
        version: version.clone(),
        platform: "eks.9".to_owned(),
        created: if old.is_there() { old.created } else { now },
        role: state.text("role_arn").to_owned(),
        kms_key: encryption,
        vpc: vpc.clone(),
        subnets,
        group,
        tags: tags(state),
        ..old
    };
    set(state, "version", version.clone());
    set(state, "platform_version", "eks.9");
    set(state, "status", "ACTIVE");
    set(state, "endpoint", new.endpoint.clone());
    let authority = Value::texts([("data", STANDARD.encode(new.authority.as_bytes()).as_str())]);
    set(state, "certificate_authority", Value::List(vec![authority]));
    let issuer = Value::List(vec![Value::texts([("issuer", new.oidc.as_str())])]);
    let identity = Value::Map(Fields::from([("oidc".to_owned(), issuer)]));
    set(state, "identity", Value::List(vec![identity]));
    if let Value::Map(mut place) = place {
        set(&mut place, "vpc_id", vpc);
        set(state, "vpc_config", Value::List(vec![Value::Map(place)]));
    }
    world.regions[at].eks = new;
    if change.old.is_none() {
        world.found_cluster(at);
    }
    Ok(Shown::Yes)
}

pub fn remove(world: &mut World, at: usize, _objects: &Objects) -> Result<(), String> {
    let eks = &world.regions[at].eks;
    if let Some(group) = eks.nodegroups.first() {
        return Err(format!("api error ResourceInUseException: Cluster has nodegroups attached: {}", group.name));
    }
    world.raze_cluster(at);
    Ok(())
}

pub fn seen(region: &Region, state: &mut Fields) -> bool {
    if region.eks.name != state.text("name") {
        return false;
    }
    set(state, "version", region.eks.version.clone());
    super::overlay(state, &region.eks.tags);
    true
}

fn ours(world: &World, at: usize, state: &Fields) -> bool {
    world.regions[at].eks.is_there() && world.regions[at].eks.name == state.text("cluster_name")
}

fn short(state: &Fields) -> String {
    state.text("node_group_name").to_owned()
}

pub fn nodegroup(world: &mut World, at: usize, change: &Change<'_>, state: &mut Fields) -> Result<Shown, String> {
    if !ours(world, at, state) {
        return Ok(Shown::No);
    }
    let (now, name, cluster) = (world.now, short(state), state.text("cluster_name").to_owned());
    let digits = state.text("arn").rsplit('/').next().unwrap_or_default().to_owned();
    let asg = format!("eks-{name}-{digits}");
    let sizes = state.value("scaling_config").at(&["0"]);
    let count = |key: &str| sizes.at(&[key]).number().map(|number| number as u32);
    let shape = state.value("instance_types").list().into_iter().next().unwrap_or_else(|| "t3.medium".to_owned());
    let template = state.value("launch_template").at(&["0"]).clone();
    let tags = node_tags(change.objects, change.region, &template, &cluster, &name, &tags(state));
    let subnets = state.value("subnet_ids").list();
    let wished = host::Wished {
        name: asg.clone(),
        arn: format!(
            "arn:aws:autoscaling:{}:{}:autoScalingGroup:{digits}:autoScalingGroupName/{asg}",
            change.region, world.account
        ),
        subnets: subnets.clone(),
        tags,
        sizes: [count("min_size"), count("max_size"), count("desired_size")],
        template,
        shape: shape.clone(),
    };
    host::scale(world, at, change.objects, wished)?;
    let region = &mut world.regions[at];
    let template = region.group(&asg).map(|group| group.template.clone());
    let template = template.ok_or("the Auto Scaling group of the node group is not there")?;
    let release = format!("{}.0-20261105", region.eks.version);
    set(state, "status", "ACTIVE");
    set(state, "version", region.eks.version.clone());
    let names = Value::List(vec![Value::texts([("name", asg.as_str())])]);
    let made = Fields::from([
        ("autoscaling_groups".to_owned(), names),
        ("remote_access_security_group_id".to_owned(), "".into()),
    ]);
    set(state, "resources", Value::List(vec![Value::Map(made)]));
    let created = region.eks.nodegroups.iter().find(|one| one.name == name).map_or(now, |old| old.created);
    let (arn, role) = (state.text("arn").to_owned(), state.text("node_role_arn").to_owned());
    let new = Nodegroup {
        name: name.clone(),
        arn,
        asg,
        shape,
        release,
        template,
        subnets,
        role,
        created,
        tags: super::tags(state),
    };
    upsert(&mut region.eks.nodegroups, |one| one.name == name, new);
    Ok(Shown::Yes)
}

/// What the group's hosts are tagged with: by EKS, and by the template that Terraform gives it.
fn node_tags(objects: &Objects, region: &str, template: &Value, cluster: &str, name: &str, own: &Tags) -> Tags {
    let mut all = Tags::named(name);
    let id = template.at(&["id"]).text().unwrap_or_default();
    if let Some((_, object)) = objects.find("aws_launch_template", region, "id", id) {
        let specified = object.state.value("tag_specifications").items().iter();
        let of = specified.filter(|one| one.at(&["resource_type"]).text() == Some("instance"));
        for (key, value) in of.filter_map(|one| one.at(&["tags"]).fields()).flatten() {
            all.set(key, value.text().unwrap_or_default());
        }
    }
    if let Some(estate) = own.value(crate::world::tag::ESTATE) {
        all.set(crate::world::tag::ESTATE, estate);
    }
    all.set(crate::world::tag::ROLE, "node");
    all.with("eks:cluster-name", cluster)
        .with("eks:nodegroup-name", name)
        .with(&format!("kubernetes.io/cluster/{cluster}"), "owned")
}

pub fn remove_nodegroup(world: &mut World, at: usize, state: &Fields) {
    let name = short(state);
    let asg = world.regions[at].eks.nodegroups.iter().find(|one| one.name == name).map(|one| one.asg.clone());
    if let Some(asg) = asg {
        host::remove_group(world, at, &asg);
    }
    world.regions[at].eks.nodegroups.retain(|one| one.name != name);
}

pub fn nodegroup_seen(region: &Region, state: &mut Fields) -> bool {
    let Some(group) = region.eks.nodegroups.iter().find(|one| one.name == short(state)) else { return false };
    if let Some(scaling) = region.group(&group.asg) {
        let sizes = [("min_size", scaling.min), ("max_size", scaling.max), ("desired_size", scaling.desired)];
        let sizes = sizes.map(|(name, number)| (name.to_owned(), number.into()));
        set(state, "scaling_config", Value::List(vec![Value::Map(Fields::from(sizes))]));
    }
    true
}

pub fn addon(world: &mut World, at: usize, state: &Fields) -> Shown {
    if !ours(world, at, state) {
        return Shown::No;
    }
    let name = state.text("addon_name").to_owned();
    let new = Addon { name: name.clone(), version: state.text("addon_version").to_owned(), created: world.now };
    upsert(&mut world.regions[at].eks.addons, |one| one.name == name, new);
    Shown::Yes
}

pub fn access(world: &mut World, at: usize, state: &Fields) -> Shown {
    if !ours(world, at, state) {
        return Shown::No;
    }
    let principal = state.text("principal_arn").to_owned();
    let new = AccessEntry {
        principal: principal.clone(),
        groups: state.value("kubernetes_groups").list(),
        created: world.now,
    };
    upsert(&mut world.regions[at].eks.access, |one| one.principal == principal, new);
    Shown::Yes
}
