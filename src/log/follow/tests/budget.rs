//! How often the service is asked, and how soon what it has is shown.
use super::{
    cloud::{Cloud, Group, MINUTE, Manners, SECOND, Speech, speak},
    drive::{Drive, Here},
    whole::{START, hold_against_the_truth, region},
};
use crate::log::{
    TargetNo,
    follow::{
        group::Reading,
        scheduler::{Operation, Scheduler, Turn, Weight},
    },
};

const QUIET: Manners = Manners {
    empty_pages: 0,
    twice: 0,
    throttles: 0,
    failures: 0,
    bad_tokens: 0,
    circles: 0,
    page: 4400,
    outages: vec![],
    crowded: vec![],
    denied: vec![],
    latency: (40, 120),
};

fn following(since: i64) -> Reading {
    Reading { since, until: None, follow: true, newest_first: true }
}

fn groups(count: u64, every: i64, late: (u64, u64, u64), minutes: i64) -> Vec<Group> {
    let speech = Speech { from: START - 20 * MINUTE, to: START + minutes * MINUTE, every, late, storms: 0, ahead: 0 };
    (0..count).map(|no| Group { said: speak(no, speech), lives: vec![] }).collect()
}

#[test]
fn forty_groups_within_a_quota_of_ten_are_each_asked_every_eight_seconds_and_nobody_is_throttled() {
    let cloud = Cloud::new(1, groups(40, 4000, (100, 0, 0), 15), QUIET, 10.0);
    let region = region(10.0, 40, following(START - 10 * MINUTE), START);
    let mut drive = Drive::new(cloud, Here::default(), region, START);
    drive.until(START + 15 * MINUTE);
    assert_eq!(drive.cloud.throttled, 0);
    let settled = START + 30 * SECOND;
    let calls = drive.cloud.asked.iter().filter(|at| **at > settled).count();
    let seconds = 15 * 60 - 30;
    let average = calls as f64 / f64::from(seconds);
    assert!(calls <= 5 * seconds as usize + 2, "{average} calls a second, and two at once");
    let gaps = drive
        .asked
        .values()
        .flat_map(|asked| asked.windows(2).filter(|two| two[0] > settled).map(|two| two[1] - two[0]));
    let longest = gaps.max().unwrap();
    println!("{average:.2} calls a second, each group asked after {longest} ms at the latest");
    assert!(longest <= 8 * SECOND + 200, "one of them waited {longest} ms");
    assert_eq!(drive.asked.len(), 40);
}

#[test]
fn a_late_event_is_shown_within_a_poll_and_a_second_of_the_time_when_it_can_be_read() {
    let cloud = Cloud::new(2, groups(2, 500, (100, 0, 0), 10), QUIET, 10.0);
    let region = region(10.0, 2, following(START), START);
    let mut drive = Drive::new(cloud, Here::default(), region, START);
    drive.until(START + 11 * MINUTE);
    hold_against_the_truth(&drive, START, START + 10 * MINUTE, 0);
    let mut waits = Vec::new();
    for ((target, id), (event, shown)) in &drive.screen.shown {
        let said = &drive.cloud.groups[target.0 as usize].said;
        let said = said.iter().find(|said| *said.id == **id).unwrap();
        if said.visible > START + MINUTE && said.ingested - event.at > 3 * SECOND {
            waits.push(shown - said.visible);
        }
    }
    waits.sort_unstable();
    let (p95, most) = (waits[waits.len() * 95 / 100], waits[waits.len() - 1]);
    println!("{} late events: p95 {p95} ms, {most} ms at the most", waits.len());
    assert!(waits.len() > 200 && most <= 3 * SECOND, "p95 {p95} ms, {most} ms at the most");
}

#[test]
fn an_event_that_is_late_by_minutes_in_a_busy_group_is_shown_with_the_next_repair() {
    let mut groups = groups(1, 100, (0, 0, 0), 33);
    let late = |said: &mut super::cloud::Said, by: i64| {
        (said.ingested, said.visible) = (said.at + by, said.at + by + SECOND);
        said.id.clone()
    };
    // So far apart that the overlap has forgotten the first when the second comes.
    let said = &mut groups[0].said;
    let (first, second) = (said.len() / 2, said.len() - 9000);
    let ids = [late(&mut said[first], 5 * MINUTE), late(&mut said[second], 7 * MINUTE)];
    let cloud = Cloud::new(4, groups, QUIET, 10.0);
    let region = region(10.0, 1, following(START - 20 * MINUTE), START);
    let mut drive = Drive::new(cloud, Here::default(), region, START);
    drive.until(START + 34 * MINUTE);
    for id in ids {
        let said = drive.cloud.groups[0].said.iter().find(|said| said.id == id).unwrap();
        let (_, shown) = &drive.screen.shown[&(TargetNo(0), id.as_str().into())];
        let wait = shown - said.visible;
        println!("shown {} s after it could be read", wait / SECOND);
        assert!(wait <= 5 * MINUTE + 10 * SECOND, "shown {wait} ms after it could be read");
    }
}

#[test]
fn the_first_screen_comes_with_the_first_answer_and_is_the_newest() {
    let cloud = Cloud::new(3, groups(1, 100, (100, 0, 0), 1), QUIET, 10.0);
    let region = region(10.0, 1, following(START - 20 * MINUTE), START);
    let mut drive = Drive::new(cloud, Here::default(), region, START);
    drive.until(START + SECOND);
    assert!(drive.screen.first_at.unwrap() <= START + 130);
    assert!(drive.screen.order.iter().take(100).all(|at| *at > START - 8 * MINUTE), "the newest page came first");
}

#[test]
fn who_is_on_the_screen_is_asked_four_times_as_often_and_nobody_starves() {
    let mut scheduler = Scheduler::new(Operation::FilterLogEvents, "eu-central-1", 0);
    for no in 0..10 {
        scheduler.join(TargetNo(no), if no == 0 { Weight::Visible } else { Weight::Background });
    }
    let mut turns = [0; 10];
    let mut now = 0;
    while now < 600_000 {
        (0..10).for_each(|no| scheduler.want(TargetNo(no), now));
        match scheduler.next(now) {
            Turn::Go(who) => {
                turns[who.0 as usize] += 1;
                scheduler.done(who, false, now);
            }
            Turn::Wait(until) => now = until,
            Turn::Idle => panic!("all of them want to ask"),
        }
    }
    let all: i32 = turns.iter().sum();
    assert!((1490..=1503).contains(&all), "half of five a second: {all}");
    assert!(turns[1..].iter().all(|turns| (110..=120).contains(turns)), "{turns:?}");
    assert!((450..=475).contains(&turns[0]), "{turns:?}");
}

#[test]
fn the_rate_halves_when_throttled_and_comes_back_slowly() {
    let mut scheduler = Scheduler::of_quota(10.0, 0);
    scheduler.join(TargetNo(1), Weight::Visible);
    scheduler.want(TargetNo(1), 0);
    assert_eq!(scheduler.next(0), Turn::Go(TargetNo(1)));
    scheduler.want(TargetNo(1), 0);
    assert_eq!(scheduler.next(5000), Turn::Idle, "one ask at a time");
    scheduler.done(TargetNo(1), true, 0);
    scheduler.done(TargetNo(1), true, 10);
    assert_eq!(scheduler.rate(), (2.5, 5.0), "told twice at once counts once");
    assert_eq!(scheduler.next(20), Turn::Wait(250));
    assert_eq!(scheduler.behind().collect::<Vec<_>>(), [(TargetNo(1), 0)]);
    (0..10).for_each(|_| scheduler.done(TargetNo(1), false, 1000));
    assert!((scheduler.rate().0 - 3.0).abs() < 1e-9);
    (0..100).for_each(|_| scheduler.done(TargetNo(1), false, 1000));
    assert!((scheduler.rate().0 - 5.0).abs() < 1e-9, "never above half the quota");
}

#[test]
fn quotas_are_those_of_the_region() {
    let of = |operation: Operation, region| operation.quota(region);
    assert_eq!(of(Operation::FilterLogEvents, "us-east-1"), 25);
    assert_eq!(of(Operation::FilterLogEvents, "eu-central-1"), 5);
    assert_eq!(of(Operation::FilterLogEvents, "eu-west-1"), 10);
    assert_eq!(of(Operation::GetLogEvents, "eu-west-1"), 10);
    assert_eq!(of(Operation::GetLogEvents, "eu-west-3"), 30);
    assert_eq!(of(Operation::GetLogEvents, "us-east-1"), 25);
}
