//! What incidents are made of: causes. A defect in a version, a roll-out, a setting, a zone that fails. What follows is the world's affair.
use serde_json::Value;

use super::{
    Broken, World, apps,
    build::records::{Deed as Done, PIPELINE, event},
    cluster,
    host::{Check, State},
    life::Step,
};
use crate::{
    clock::{MINUTE, SECOND},
    kube::{Effect, Rule},
};

#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// From now on this is what such containers do: a mistake that lies in an image or comes with a setting.
    Defect { region: usize, rule: Rule },
    /// The pipeline rolls a version of a program out.
    Deploy { region: usize, program: String, version: String },
    /// Somebody sets a variable of a program.
    Set { region: usize, program: String, variable: String, value: String },
    /// The hosts of a zone fail; new ones can be had after so long.
    BreakZone { region: usize, zone: usize, capacity_after: i64 },
}

pub(super) fn perform(world: &mut World, deed: Deed) {
    match deed {
        Deed::Defect { region, rule } => {
            let now = world.now;
            cluster::add_rule(&mut world.regions[region].kube, rule, now);
        }
        Deed::Deploy { region, program, version } => deploy(world, region, &program, &version),
        Deed::Set { region, program, variable, value } => {
            let by = Author { user: "carla.reyes", groups: &["quarterdeck:act"] };
            edit(world, region, &program, &by, |template| set_variable(template, &variable, &value));
        }
        Deed::BreakZone { region, zone, capacity_after } => break_zone(world, region, zone, capacity_after),
    }
}

pub struct Author {
    pub user: &'static str,
    pub groups: &'static [&'static str],
}

fn deploy(world: &mut World, region: usize, program: &str, version: &str) {
    let by = Author { user: "pipeline", groups: &["quarterdeck:deploy"] };
    let repository = format!("{}:{version}", apps::repository(program));
    edit(world, region, program, &by, |template| set_image(template, program, &repository));
    let mut rng = world.chance("deploy");
    let session = format!("job-{}", 41_001 + rng.below(900));
    let cluster = world.regions[region].eks.name.clone();
    let done = Done {
        at: world.now - 20 * SECOND,
        service: "eks",
        name: "DescribeCluster",
        role: PIPELINE,
        session: &session,
        resources: vec![("AWS::EKS::Cluster".to_owned(), cluster.clone())],
        request: serde_json::json!({"name": cluster}),
    };
    let event = event(&world.account, &mut rng, done);
    world.regions[region].trail.push_front(event);
}

/// Changes a deployment's template as somebody with kubectl would.
fn edit(world: &mut World, region: usize, program: &str, by: &Author, change: impl FnOnce(&mut Value)) {
    let now = world.now;
    let kube = &mut world.regions[region].kube;
    let Some(mut deployment) = cluster::deployment(kube, apps::NAMESPACE, program) else { return };
    change(&mut deployment["spec"]["template"]);
    cluster::change(kube, by, apps::NAMESPACE, program, deployment, now);
}

fn set_image(template: &mut Value, container: &str, repository: &str) {
    let Some(containers) = template["spec"]["containers"].as_array_mut() else { return };
    for found in containers.iter_mut().filter(|c| c["name"] == container) {
        let registry =
            found["image"].as_str().and_then(|image| image.split_once('/')).map(|(registry, _)| registry.to_owned());
        found["image"] = format!("{}/{repository}", registry.unwrap_or_default()).into();
    }
}

fn set_variable(template: &mut Value, variable: &str, value: &str) {
    let Some(first) = template["spec"]["containers"].get_mut(0) else { return };
    if !first["env"].is_array() {
        first["env"] = Value::Array(vec![]);
    }
    let Some(env) = first["env"].as_array_mut() else { return };
    match env.iter_mut().find(|entry| entry["name"] == variable) {
        Some(entry) => entry["value"] = value.into(),
        None => env.push(serde_json::json!({"name": variable, "value": value})),
    }
}

fn break_zone(world: &mut World, region: usize, zone: usize, capacity_after: i64) {
    let now = world.now;
    world.regions[region].broken.push(Broken { zone, capacity_from: now + capacity_after });
    let here = world.regions[region].instances.iter().filter(|i| i.zone == zone && i.state == State::Running);
    let hit: Vec<String> = here.map(|i| i.id.clone()).collect();
    for id in hit {
        if let Some(instance) = world.regions[region].instance_mut(&id) {
            // dead at once; EC2 notices it with its next check
            instance.agent = Some(now);
            instance.system = Check::Ok;
        }
        world.with_node(region, &id, |kube, node, _| cluster::lose(kube, node, now));
        world.soon(region, &id, Step::Impaired, MINUTE + 10 * SECOND);
    }
}

/// Of a defect that makes a program's containers talk without end.
#[must_use]
pub const fn flood() -> Effect {
    Effect::Mood(crate::lines::Mood::Flooding)
}
