use super::{
    source::{Choice, Stream, oldest, streams},
    walk::{Courier, Event, Go, Key, Walk, Window},
};
use crate::{
    clock::{MINUTE, SECOND},
    world::{
        World,
        build::Scale,
        watch::{LogGroup, Source},
    },
};

const NOW: i64 = 1_795_560_000_000;

fn world() -> World {
    World::new(3, NOW, Scale::default())
}

fn of(world: &World, source: Source, choice: &Choice) -> Vec<Stream> {
    let region = &world.regions[0];
    streams(world, region, group(world, source), choice)
}

fn group(world: &World, source: Source) -> &LogGroup {
    world.regions[0].log_groups.iter().find(|group| group.source == source).unwrap()
}

/// All events of a window, in pages of so many, and how many pages there were.
fn paged(walk: &Walk<'_>, size: usize) -> (Vec<Event>, usize) {
    let (mut all, mut after, mut pages) = (vec![], None, 0);
    loop {
        let before = all.len();
        after = walk.go(after, |event| {
            all.push(event);
            if all.len() - before == size { Go::Enough } else { Go::On }
        });
        pages += 1;
        if after.is_none() {
            return (all, pages);
        }
    }
}

fn keys(events: &[Event]) -> Vec<Key> {
    events.iter().map(|event| event.key).collect()
}

#[test]
fn pages_of_any_size_and_direction_hold_the_same_events() {
    let world = world();
    let window = Window { from: NOW - 90 * SECOND, to: NOW - MINUTE };
    for source in [Source::Containers(""), Source::Containers("kube-system"), Source::Hosts, Source::ControlPlane] {
        let streams = of(&world, source, &Choice::default());
        let walk = |forward, wanted| Walk { streams: &streams, window, now: NOW, forward, wanted };
        let (whole, _) = paged(&walk(true, usize::MAX), usize::MAX);
        assert!(whole.len() > 5, "{source:?}: {}", whole.len());
        assert!(whole.windows(2).all(|pair| pair[0].key < pair[1].key), "{source:?}");
        for size in [3, 70] {
            let (some, pages) = paged(&walk(true, size), size);
            assert_eq!(keys(&some), keys(&whole), "{source:?} by {size}");
            assert!(pages >= whole.len() / size, "{source:?} by {size}");
        }
        let (mut backward, _) = paged(&walk(false, 7), 7);
        backward.reverse();
        assert_eq!(keys(&backward), keys(&whole), "{source:?} backward");
    }
}

#[test]
fn what_has_not_come_in_yet_cannot_be_read() {
    let world = world();
    let streams = of(&world, Source::Containers(""), &Choice::default());
    let window = Window { from: NOW - MINUTE, to: NOW };
    let read = |now| paged(&Walk { streams: &streams, window, now, forward: true, wanted: 100 }, usize::MAX).0;
    let (early, late) = (read(NOW), read(NOW + MINUTE));
    assert!(early.len() < late.len());
    assert!(early.iter().all(|event| event.key.ingested <= NOW && event.key.ingested > event.key.at));
    let missing: Vec<&Event> = late.iter().filter(|event| !keys(&early).contains(&event.key)).collect();
    assert!(missing.iter().all(|event| event.key.ingested > NOW));
}

#[test]
fn a_courier_travels_every_five_seconds_and_is_late_now_and_then() {
    let courier = Courier::fluent_bit(1, "node");
    let delays: Vec<i64> = (0..2000).map(|n| NOW + n * 1000).map(|at| courier.ingested(at) - at).collect();
    assert!(delays.iter().all(|delay| (100..=courier.longest()).contains(delay)));
    let late = delays.iter().filter(|delay| **delay > 5900).count();
    assert!((10..200).contains(&late), "{late} of 2000 are late");
    // lines of the same five seconds come in together
    let at = NOW - NOW % 5000 + (courier.who % 5000).cast_signed();
    assert_eq!(courier.ingested(at), courier.ingested(at + 4999));
    assert_ne!(courier.ingested(at), courier.ingested(at + 5000));
}

#[test]
fn a_stream_is_found_by_the_pod_and_its_record_says_where_it_is_from() {
    let world = world();
    let speaker = world.regions[0].kube.voices().find(|speaker| &*speaker.namespace == "shop").unwrap();
    let prefix = format!("{}-application.var.log.containers.{}_{}_", speaker.node, speaker.pod, speaker.namespace);
    let found = of(&world, Source::Containers(""), &Choice { names: vec![], prefixes: vec![prefix] });
    assert!(!found.is_empty() && found.len() <= 12, "{}", found.len());
    let window = Window { from: NOW - 10 * MINUTE, to: NOW - MINUTE };
    let (events, _) = paged(&Walk { streams: &found, window, now: NOW, forward: true, wanted: 100 }, usize::MAX);
    let record: serde_json::Value = serde_json::from_str(&events[0].message).unwrap();
    assert_eq!(record["kubernetes"]["pod_name"], *speaker.pod);
    assert_eq!(record["kubernetes"]["host"], *speaker.node);
    assert!(found[events[0].stream].name.ends_with(record["kubernetes"]["docker_id"].as_str().unwrap()));
}

#[test]
fn a_window_as_long_as_the_retention_costs_a_page_no_more() {
    let world = world();
    let group = group(&world, Source::Containers(""));
    let streams = of(&world, Source::Containers(""), &Choice::default());
    let window = Window { from: oldest(group, NOW), to: NOW };
    let mut seen = 0;
    let walk = Walk { streams: &streams, window, now: NOW, forward: false, wanted: 100 };
    let next = walk.go(None, |_| {
        seen += 1;
        if seen == 100 { Go::Enough } else { Go::On }
    });
    assert!(next.is_some_and(|key| key.at > NOW - 30 * SECOND));
    // with nothing that fits, a page ends after so much work and tells where to go on
    let mut looked = 0;
    let next = walk.go(None, |_| {
        looked += 1;
        Go::On
    });
    assert!(next.is_some() && looked < 200_000, "{looked}");
}
