//! Incidents: scripts of causes, each a data file. Region, zone and times vary with the seed; what follows from the causes is simulated,
//! and ends when somebody removes the cause through the ordinary APIs.
mod script;

use script::{Act, Doom, Script};

use crate::{
    clock::SECOND,
    kube::{Effect, Rule},
    lines,
    rng::Rng,
    world::{World, apps, deed::Deed},
};

const SCRIPTS: [&str; 3] = [
    include_str!("../incidents/bad-deploy.toml"),
    include_str!("../incidents/az-down.toml"),
    include_str!("../incidents/noisy-neighbour.toml"),
];

/// What there is to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub name: String,
    pub title: String,
    pub about: String,
    pub cure: String,
}

/// # Panics
/// Never: a test reads every script.
fn scripts() -> impl Iterator<Item = Script> {
    SCRIPTS.iter().filter_map(|text| script::read(text).ok())
}

#[must_use]
pub fn all() -> Vec<Told> {
    scripts()
        .map(|script| Told { name: script.name, title: script.title, about: script.about, cure: script.cure })
        .collect()
}

/// Begins an incident now; where it happens, and when it shows itself, follows from the seed.
///
/// # Errors
/// If there is none of that name: what there is.
pub fn begin(world: &mut World, name: &str) -> Result<Place, String> {
    let Some(script) = scripts().find(|script| script.name == name) else {
        let names: Vec<String> = all().into_iter().map(|told| told.name).collect();
        return Err(format!("no incident is called `{name}`; there are {}", names.join(", ")));
    };
    let mut rng = Rng::of(world.seed, &format!("incident/{name}"));
    let region = rng.below(world.regions.len() as u64) as usize;
    let zone = rng.below(world.regions[region].zones.len() as u64) as usize;
    for step in &script.step {
        let at = world.now + step.after.pick(&mut rng);
        let deed = deed(world, &step.act, region, zone, &mut rng);
        world.intend(at, deed);
    }
    let place = &world.regions[region];
    Ok(Place { region: place.name.clone(), zone: place.zones[zone].name.clone() })
}

/// Where an incident happens. For tests and scores, not for whoever practises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub region: String,
    pub zone: String,
}

fn deed(world: &World, act: &Act, region: usize, zone: usize, rng: &mut Rng) -> Deed {
    let here = &world.regions[region].zones[zone].name;
    match act {
        Act::Crash { program, version, runs, exit, doom } => Deed::Defect {
            region,
            rule: Rule {
                id: format!("crash/{program}:{version}"),
                image: Some(format!("{}:{version}", apps::repository(program))),
                env: None,
                zone: Some(here.clone()),
                effect: Effect::Crash {
                    after_ms: runs.pick(rng).max(SECOND),
                    exit: *exit,
                    oom: *doom == Doom::Memory,
                    mood: lines::Mood::Doomed((*doom).into()),
                },
            },
        },
        Act::Flood { program, variable, value } => Deed::Defect {
            region,
            rule: Rule {
                id: format!("flood/{program}"),
                image: world.image_of(region, program),
                env: Some((variable.clone(), value.clone())),
                zone: None,
                effect: Effect::Mood(lines::Mood::Flooding),
            },
        },
        Act::Deploy { program, version } => Deed::Deploy { region, program: program.clone(), version: version.clone() },
        Act::Set { program, variable, value } => {
            Deed::Set { region, program: program.clone(), variable: variable.clone(), value: value.clone() }
        }
        Act::BreakZone { capacity } => Deed::BreakZone { region, zone, capacity_after: capacity.pick(rng) },
    }
}

impl World {
    /// The end of the image that a program runs at present.
    fn image_of(&self, region: usize, program: &str) -> Option<String> {
        let repository = apps::repository(program);
        let found = self.regions[region].repositories.iter().find(|r| r.name == repository)?;
        let version = apps::PROGRAMS.iter().find(|p| p.name == program)?.versions.first()?.0;
        Some(format!("{}:{version}", found.name))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::world::build::Scale;

    #[test]
    fn every_script_reads_and_says_what_cures_it() {
        for text in SCRIPTS {
            let script = script::read(text).unwrap();
            assert!(!script.cure.is_empty() && !script.step.is_empty(), "{}", script.name);
        }
        let names: Vec<String> = all().into_iter().map(|told| told.name).collect();
        assert_eq!(names, ["bad-deploy", "az-down", "noisy-neighbour"]);
    }

    #[test]
    fn a_seed_repeats_an_incident_and_others_let_it_happen_elsewhere_and_at_another_time() {
        let begun = |seed: u64| -> Vec<[String; 3]> {
            let mut world = World::new(seed, 1_760_000_000_000, Scale { nodes: 12, pods: 24 });
            let each = all().into_iter().map(|told| {
                let place = begin(&mut world, &told.name).unwrap();
                [place.region, place.zone, format!("{:?}", world.intended())]
            });
            each.collect()
        };
        let seen: Vec<_> = (0..12).map(begun).collect();
        assert_eq!(begun(3), seen[3]);
        for (number, told) in all().into_iter().enumerate() {
            let count = |what: usize| seen.iter().map(|each| &each[number][what]).collect::<BTreeSet<_>>().len();
            let counts = [count(0), count(1), count(2)];
            assert!(counts[0] >= 3 && counts[1] >= 5 && counts[2] >= 10, "{}: {counts:?}", told.name);
        }
        assert!(
            begin(&mut World::new(1, 0, Scale { nodes: 12, pods: 24 }), "bad-luck").unwrap_err().contains("az-down")
        );
    }

    #[test]
    fn a_misspelt_script_is_refused_with_its_line() {
        let wrong = SCRIPTS[0].replace("kind = \"deploy\"", "kind = \"delpoy\"");
        assert!(
            script::read(&wrong).unwrap_err().to_string().contains("line"),
            "{}",
            script::read(&wrong).unwrap_err()
        );
        let wrong = SCRIPTS[0].replace("\"6s\", \"15s\"", "\"15s\", \"6s\"");
        assert!(script::read(&wrong).is_err());
    }
}
