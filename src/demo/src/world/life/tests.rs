use super::*;
use crate::{
    clock::{HOUR, SECOND},
    world::{build::Scale, deed::Deed, watch::AlarmState},
};

const NOW: i64 = 1_760_000_000_000;

fn world() -> World {
    World::new(7, NOW, Scale::default())
}

fn bastion(world: &World) -> Instance {
    world.regions[0].instances.iter().find(|i| i.role == Role::Bastion).unwrap().clone()
}

fn later(world: &mut World, by: i64) {
    world.advance(world.now + by);
}

#[test]
fn a_seed_repeats_the_world_and_another_makes_another() {
    let ids = |seed| -> Vec<String> {
        World::new(seed, NOW, Scale::default()).regions.into_iter().flat_map(|r| r.instances).map(|i| i.id).collect()
    };
    assert_eq!(ids(1), ids(1));
    assert!(ids(1).iter().all(|id| !ids(2).contains(id)));
    let all = ids(1);
    assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), all.len(), "no id twice");
}

#[test]
fn every_host_stands_in_a_subnet_of_its_zone_with_an_address_of_its_own() {
    let world = World::new(7, NOW, Scale { nodes: 400, pods: 400 });
    for region in &world.regions {
        let mut addresses = std::collections::BTreeSet::new();
        for instance in &region.instances {
            let subnet = region.subnets.iter().find(|s| s.id == instance.subnet).unwrap();
            assert_eq!((subnet.zone, &subnet.vpc), (instance.zone, &instance.vpc));
            let offset = instance.private_ip.to_bits() - subnet.block.base.to_bits();
            assert!(offset >= 5 && offset < subnet.block.size().min(NODE_ADDRESSES));
            assert!(addresses.insert(instance.private_ip), "{} twice", instance.private_ip);
            assert!(region.group(instance.asg.as_deref().unwrap()).is_some());
        }
    }
}

#[test]
fn the_app_vpc_has_no_default_route() {
    for region in world().regions {
        let app = &region.vpcs[2].id;
        let routes = region.tables.iter().filter(|t| &t.vpc == app).flat_map(|t| &t.routes);
        assert!(routes.clone().count() > 3 && routes.clone().all(|r| r.destination != "0.0.0.0/0"));
    }
}

#[test]
fn a_terminated_bastion_is_replaced_by_its_group() {
    let mut world = world();
    let old = bastion(&world);
    assert_eq!(world.terminate(0, &old.id).unwrap().after, State::ShuttingDown);
    later(&mut world, 5 * MINUTE);
    let region = &world.regions[0];
    assert_eq!(region.instance(&old.id).unwrap().state, State::Terminated);
    let group = old.asg.as_deref().unwrap();
    let now: Vec<&Instance> = region.members(group).collect();
    assert!(matches!(now[..], [new] if new.healthy() && new.id != old.id && new.agent_online(world.now)));
    assert!(region.group(group).unwrap().activities[0].description.starts_with("Launching"));
    later(&mut world, HOUR);
    assert!(world.regions[0].instance(&old.id).is_none(), "it is forgotten after an hour");
}

#[test]
fn a_group_that_wants_more_gets_more_and_gives_back_the_oldest() {
    let mut world = world();
    let group = world.regions[1].scaling.iter().find(|g| role(g) == Role::Node).unwrap().name.clone();
    let before = world.regions[1].members(&group).count();
    assert!(world.resize(1, &group, None, None, Some(before as u32 + 2)));
    later(&mut world, 5 * MINUTE);
    assert_eq!(world.regions[1].members(&group).filter(|i| i.healthy()).count(), before + 2);
    world.resize(1, &group, None, None, Some(before as u32));
    later(&mut world, MINUTE);
    assert_eq!(world.regions[1].members(&group).count(), before);
    assert!(!world.resize(1, "no-such-group", None, None, Some(1)));
}

#[test]
fn what_does_not_run_cannot_be_rebooted_and_what_is_gone_is_not_found() {
    let mut world = world();
    let id = bastion(&world).id;
    world.stop(0, &id).unwrap();
    assert_eq!(world.reboot(0, &id), Err(Refusal::State(State::Stopping)));
    assert_eq!(world.start(0, "i-00000000000000000"), Err(Refusal::NotFound));
}

#[test]
fn hosts_of_a_failed_zone_stay_impaired_until_somebody_terminates_them() {
    let mut world = world();
    world.intend(NOW + SECOND, Deed::BreakZone { region: 2, zone: 1, capacity_after: 5 * MINUTE });
    later(&mut world, 3 * MINUTE);
    let sick = |world: &World| {
        world.regions[2].instances.iter().filter(|i| i.impaired_since.is_some() && i.state == State::Running).count()
    };
    let hit = sick(&world);
    assert_eq!(hit, world.regions[2].instances.iter().filter(|i| i.zone == 1).count());
    let ids: Vec<String> = world.regions[2].instances.iter().filter(|i| i.zone == 1).map(|i| i.id.clone()).collect();
    world.terminate(2, &ids[0]).unwrap();
    later(&mut world, MINUTE);
    let failed = |world: &World| {
        world.regions[2].scaling.iter().flat_map(|g| &g.activities).filter(|a| a.status == "Failed").count()
    };
    assert!(failed(&world) > 0, "there is no capacity yet");
    later(&mut world, HOUR);
    assert_eq!(sick(&world), hit - 1, "nobody terminated the others");
    ids[1..].iter().for_each(|id| drop(world.terminate(2, id).unwrap()));
    later(&mut world, 10 * MINUTE);
    assert_eq!(sick(&world), 0);
    let healthy = world.regions[2].instances.iter().filter(|i| i.zone == 1 && i.healthy()).count();
    assert_eq!((healthy, world.regions[2].broken.len()), (hit, 0));
}

#[test]
fn failed_nodes_raise_an_alarm_and_their_end_clears_it() {
    let mut world = world();
    let state =
        |world: &World, name: &str| world.regions[0].alarms.iter().find(|a| a.name.contains(name)).unwrap().state;
    later(&mut world, 5 * MINUTE);
    assert_eq!(state(&world, "nodes-failed"), AlarmState::Ok);
    world.intend(world.now + SECOND, Deed::BreakZone { region: 0, zone: 0, capacity_after: MINUTE });
    later(&mut world, 5 * MINUTE);
    assert_eq!(state(&world, "nodes-failed"), AlarmState::Alarm);
    let hit: Vec<String> = world.regions[0].instances.iter().filter(|i| i.zone == 0).map(|i| i.id.clone()).collect();
    hit.iter().for_each(|id| drop(world.terminate(0, id).unwrap()));
    later(&mut world, 20 * MINUTE);
    assert_eq!(state(&world, "nodes-failed"), AlarmState::Ok, "their groups replaced them");
}

#[test]
fn a_day_leaves_no_more_behind_than_it_may() {
    let mut world = world();
    for _ in 0..24 {
        later(&mut world, HOUR);
    }
    let region = &world.regions[3];
    assert!(region.metrics.values().all(|series| series.values.len() <= 1440));
    assert!(world.schedule.rows.len() < 50, "{} things are planned", world.schedule.rows.len());
}
