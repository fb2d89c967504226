//! The property: what is shown is what could be read, each event once, and what is missing lies in a gap that was told.
use super::{
    chance::Chance,
    cloud::{Cloud, Group, Life, MINUTE, Manners, SECOND, Speech, speak},
    drive::{Drive, Here},
    seeds,
};
use crate::log::{
    TargetNo,
    follow::{
        HORIZON, Numbers, Standing,
        group::{self, Reading},
        region::Region,
        scheduler::{Scheduler, Weight},
    },
};

/// 2026-11-01, for the service.
pub const START: i64 = 1_793_491_200_000;
/// From the last word on, so that the latest of all comes and is read by the repair after it.
const AFTER: i64 = HORIZON + 7 * MINUTE;

pub struct Plot {
    pub drive: Drive,
    pub end: i64,
}

pub fn region(quota: f64, groups: usize, reading: Reading, now: i64) -> Region {
    let mut region = Region::new(Scheduler::of_quota(quota, now));
    let numbers = Numbers::default();
    for no in 0..groups {
        let who = TargetNo(u32::try_from(no).unwrap());
        region.join(who, group::Group::new(who, reading, numbers.clone(), now), Weight::Visible);
    }
    region
}

fn manners(chance: &mut Chance, end: i64) -> Manners {
    let mut some =
        |one_in: i64, most: i64| if chance.within(1, one_in) == 1 { chance.within(1, most) as u64 } else { 0 };
    let (empty_pages, twice, throttles) = (some(2, 400), some(2, 300), some(2, 80));
    let (failures, bad_tokens, circles) = (some(2, 60), some(2, 100), some(3, 60));
    let mut spans = |one_in: i64, length: i64| -> Vec<(i64, i64)> {
        if chance.within(1, one_in) > 1 {
            return vec![];
        }
        let from = chance.within(START + 5 * SECOND, end - MINUTE);
        vec![(from, from + length)]
    };
    Manners {
        empty_pages,
        twice,
        throttles,
        failures,
        bad_tokens,
        circles,
        outages: spans(2, 20 * SECOND),
        crowded: spans(3, 90 * SECOND),
        denied: spans(6, 5 * MINUTE),
        page: usize::try_from(chance.within(40, 600)).unwrap(),
        latency: (10, 200),
    }
}

fn here(chance: &mut Chance, end: i64) -> Here {
    let skew = |chance: &mut Chance| match chance.within(0, 3) {
        0 => chance.within(-20 * MINUTE, 20 * MINUTE),
        1 => chance.within(-3 * SECOND, 3 * SECOND),
        _ => 0,
    };
    let mut here = Here { pulses: chance.happens(500), ..Here::default() };
    here.skews.push((i64::MIN, skew(chance)));
    if chance.happens(250) {
        here.skews.push((chance.within(START + MINUTE, end - MINUTE), skew(chance)));
    }
    if chance.happens(300) {
        let from = chance.within(START + 10 * SECOND, end - MINUTE);
        let length = if chance.happens(300) { 70 * MINUTE } else { chance.within(5 * SECOND, 20 * MINUTE) };
        here.sleeps.push((from, from + length));
    }
    here
}

fn plot(seed: u64) -> Plot {
    let mut chance = Chance::new(seed);
    let spoken_to = START + chance.within(6, 25) * MINUTE;
    let count = usize::try_from(chance.within(1, 4)).unwrap();
    let mut groups = Vec::new();
    for no in 0..count {
        let speech = Speech {
            from: START - 50 * MINUTE,
            to: spoken_to,
            every: [40_000, 4000, 900, 300][chance.within(0, 3) as usize],
            // Where events are rarely late, nothing but the repair looks back for them.
            late: [(100, 20, 10), (100, 0, 1)][chance.within(0, 1) as usize],
            storms: [0, 2][chance.within(0, 1) as usize],
            ahead: [0, 40 * SECOND][chance.within(0, 1) as usize],
        };
        let mut group = Group { said: speak(seed * 10 + no as u64, speech), lives: vec![] };
        if chance.happens(150) {
            let gone = chance.within(START + MINUTE, spoken_to - MINUTE);
            let back = gone + chance.within(5 * SECOND, 50 * SECOND);
            group.lives = vec![Life { from: 0, to: gone }, Life { from: back, to: i64::MAX }];
        }
        groups.push(group);
    }
    let quota = [5.0, 10.0, 25.0][chance.within(0, 2) as usize];
    let manners = manners(&mut chance, spoken_to);
    let here = here(&mut chance, spoken_to);
    let slept: i64 = here.sleeps.iter().map(|(from, to)| to - from).sum();
    let end = spoken_to + AFTER + slept;
    let since = START - chance.within(0, 45) * MINUTE;
    let reading = Reading { since, until: None, follow: true, newest_first: chance.happens(800) };
    let local = here.clock(START);
    let region = region(quota, groups.len(), reading, local);
    Plot { drive: Drive::new(Cloud::new(seed, groups, manners, quota), here, region, START), end }
}

/// Compares what is shown with the truth. Returns how many were to be shown.
pub fn hold_against_the_truth(drive: &Drive, since: i64, upto: i64, seed: u64) -> usize {
    let mut expected = 0;
    for (no, group) in drive.cloud.groups.iter().enumerate() {
        let target = TargetNo(u32::try_from(no).unwrap());
        let mut missing = Vec::new();
        for said in group.said.iter().filter(|said| said.at >= since && group.readable(said, upto)) {
            expected += 1;
            match drive.screen.shown.get(&(target, said.id.as_str().into())) {
                None => missing.push(said),
                Some((event, at)) => {
                    let stream = &drive.screen.sources[&event.source].part;
                    assert_eq!((event.at, event.ingested), (said.at, Some(said.ingested)));
                    assert_eq!((&*event.text, &**stream), (said.message.as_slice(), said.stream.as_str()));
                    assert!(
                        *at >= if drive.heard { said.ingested } else { said.visible },
                        "seed {seed}: shown too soon"
                    );
                }
            }
        }
        let gaps: Vec<_> = drive.screen.gaps.iter().filter(|gap| gap.target == target).collect();
        for said in &missing {
            let told = gaps.iter().any(|gap| (gap.from..=gap.to).contains(&said.at));
            assert!(
                told,
                "seed {seed}: {said:?} is missing in {target:?} and no gap says so: {gaps:?}; {}",
                told_of(drive, target)
            );
        }
        if group.lives.is_empty() {
            assert_eq!(gaps, Vec::<&crate::log::Gap>::new(), "seed {seed}: all could be read again");
        }
        for gap in gaps {
            let gone = group.lives[0].to;
            let near = gap.from >= (gone - HORIZON - 75 * MINUTE) && gap.to <= group.lives[1].from + 90 * MINUTE;
            // Or history, of which the rest went with the group.
            let lacks = missing.iter().any(|said| (gap.from..=gap.to).contains(&said.at));
            let about = near && (lacks || gap.to >= gone - MINUTE);
            assert!(about, "seed {seed}: {gap:?} is not about {:?}", group.lives);
        }
    }
    for (target, id) in drive.screen.shown.keys() {
        let group = &drive.cloud.groups[target.0 as usize];
        assert!(group.said.iter().any(|said| *said.id == **id), "seed {seed}: nobody said {id}");
    }
    expected
}

/// The budget may be small for what is to be read: so long, and no longer, it goes on.
fn read_all(drive: &mut Drive, end: i64, seed: u64) {
    let busy = |standing: Standing| matches!(standing, Standing::Reading { .. } | Standing::Behind { .. });
    for more in 0..48 {
        let upto = end + more * 5 * MINUTE;
        assert!(!drive.until(upto), "what is followed does not end");
        let local = drive.here.clock(drive.now);
        let lags =
            |group: &group::Group| busy(group.standing(local)) || group.cursor().settled < end - HORIZON - 6 * MINUTE;
        if !drive.region.groups().any(|(_, group)| lags(group)) {
            return;
        }
    }
    panic!("seed {seed}: not read after four hours more: {}", told_of(drive, TargetNo(0)));
}

fn told_of(drive: &Drive, target: TargetNo) -> String {
    let group = drive.region.groups().find(|(who, _)| **who == target).map(|(_, group)| group);
    let standings: Vec<_> = drive.screen.standings.iter().filter(|(who, ..)| *who == target).rev().take(5).collect();
    format!("since {:?}, at {:?}, {standings:?}", group.map(|group| group.reading()), group.map(|group| group.cursor()))
}

/// Nowhere more calls than the budget and what may come at once: at first, and when a clock is set or a machine wakes.
fn hold_within_the_budget(drive: &Drive, seed: u64) {
    let mut asked: Vec<i64> = drive.asked.values().flatten().copied().collect();
    asked.sort_unstable();
    let mut first = 0;
    for (last, at) in asked.iter().enumerate() {
        while asked[first] < at - 10 * SECOND {
            first += 1;
        }
        let most = drive.cloud.quota / 2.0 * 10.0 + 5.0;
        assert!(((last - first + 1) as f64) <= most, "seed {seed}: {} calls in ten seconds", last - first + 1);
    }
}

#[test]
fn nothing_is_lost_and_nothing_shown_twice_whatever_the_service_does() {
    let (mut expected, mut worst) = (0, std::collections::BTreeMap::<&str, u32>::new());
    let (mut gaps, mut asks) = (0, 0);
    for seed in seeds(80) {
        let Plot { mut drive, end } = plot(seed);
        let since = drive.region.groups().next().map(|(_, group)| group.reading().since).unwrap();
        read_all(&mut drive, end, seed);
        expected += hold_against_the_truth(&drive, since, i64::MAX, seed);
        hold_within_the_budget(&drive, seed);
        drive.cloud.worst.iter().for_each(|(what, times)| *worst.entry(what).or_default() += times);
        gaps += drive.screen.gaps_told;
        asks += drive.cloud.asked.len();
    }
    // So that a quiet day of the fake is not taken for a proof.
    for what in ["bad token", "circle", "denied", "empty page", "gone", "id twice", "outage", "throttle", "5xx"] {
        assert!(worst.get(what).is_some_and(|times| *times > 20), "{what} hardly happened: {worst:?}");
    }
    assert!(expected > 100_000 && gaps > 5, "{expected} events, {gaps} gaps");
    println!("{expected} events, {asks} asks, {gaps} gaps told; {worst:?}");
}
