//! Groups one step at a time: what is asked, and what a standing says.
use super::{
    cloud::{Cloud, Group as Spoken, MINUTE, Manners, SECOND, Speech, speak},
    drive::{Drive, Here},
    whole::{START, hold_against_the_truth, region},
};
use crate::{
    error::{Error, Trouble},
    log::{
        TargetNo,
        follow::{
            Failure, Numbers, Standing, Told,
            group::{Group, NEWEST_FIRST_SINCE, Page, Purpose, Raw, Reading, Step},
        },
    },
};

fn bounded(since: i64, until: i64, newest_first: bool) -> Reading {
    Reading { since, until: Some(until), follow: false, newest_first }
}

fn error(trouble: Trouble) -> Error {
    Error::new(trouble, "could not read it", "so it is")
}

#[test]
fn a_span_is_read_to_its_end_in_order_and_that_is_all() {
    let speech = Speech { from: START - 60 * MINUTE, to: START, every: 300, late: (50, 0, 0), storms: 3, ahead: 0 };
    for newest_first in [false, true] {
        let manners =
            Manners { page: 200, empty_pages: 200, bad_tokens: 50, twice: 100, latency: (5, 50), ..Manners::default() };
        let cloud = Cloud::new(7, vec![Spoken { said: speak(7, speech), lives: vec![] }], manners, 10.0);
        let (since, until) = (START - 50 * MINUTE, START - 20 * MINUTE);
        let region = region(10.0, 1, bounded(since, until, newest_first), START);
        let mut drive = Drive::new(cloud, Here::default(), region, START);
        assert!(drive.until(START + 60 * MINUTE), "it ends");
        drive.cloud.groups[0].said.retain(|said| said.at <= until);
        assert!(hold_against_the_truth(&drive, since, i64::MAX, 7) > 1000);
        assert_eq!(drive.screen.order.is_sorted(), !newest_first);
    }
}

#[test]
fn what_lies_before_newest_first_was_understood_is_read_from_its_oldest() {
    let since = NEWEST_FIRST_SINCE - 1000;
    let mut group = Group::new(TargetNo(0), bounded(since, NEWEST_FIRST_SINCE + 5, true), Numbers::default(), START);
    let mut asks = Vec::new();
    while let Step::Ask(ask) = group.next(START) {
        asks.push((ask.start, ask.end, ask.from_head));
        group.answered(&ask, Page::default(), START);
    }
    let newer = (NEWEST_FIRST_SINCE, Some(NEWEST_FIRST_SINCE + 5), false);
    assert_eq!(asks, [newer, (since, Some(NEWEST_FIRST_SINCE - 1), true)]);
    assert_eq!(group.standing(START), Standing::Ended);
}

#[test]
fn a_bounded_read_that_is_denied_ends_and_says_what_is_missing() {
    let mut group = Group::new(TargetNo(3), bounded(1000, 2000, false), Numbers::default(), START);
    let Step::Ask(ask) = group.next(START) else { panic!("it asks") };
    let told = group.failed(&ask, Failure::Denied(error(Trouble::Denied)), START);
    let gap =
        told.iter().find_map(|told| if let Told::Gap(gap) = told { Some((gap.from, gap.to, &*gap.why)) } else { None });
    assert_eq!(gap, Some((1000, 2000, "denied: so it is")));
    assert_eq!(group.next(START), Step::Done);
}

#[test]
fn a_group_says_that_it_is_throttled_denied_gone_or_lost_and_goes_on_when_it_may() {
    let reading = Reading { since: START, until: None, follow: true, newest_first: true };
    let mut group = Group::new(TargetNo(0), reading, Numbers::default(), START);
    let mut now = START;
    let failures = [
        Failure::Throttled,
        Failure::Denied(error(Trouble::Denied)),
        Failure::Gone(error(Trouble::NotFound)),
        Failure::Credentials(error(Trouble::Credentials)),
        Failure::Server(error(Trouble::Other)),
    ];
    for failure in failures {
        let Step::Ask(ask) = group.next(now) else { panic!("it asks again after {failure:?}") };
        let told = group.failed(&ask, failure.clone(), now);
        let Some(Told::Standing(_, standing)) = told.last() else { panic!("{told:?}") };
        let fits = matches!(
            (&failure, standing),
            (Failure::Throttled, Standing::Throttled { .. })
                | (Failure::Denied(_), Standing::Denied(_))
                | (Failure::Gone(_), Standing::Gone(_))
                | (Failure::Credentials(_) | Failure::Server(_), Standing::Lost(_))
        );
        assert!(fits, "{failure:?} is {standing:?}");
        let Step::Wait(until) = group.next(now) else { panic!("it waits after {failure:?}") };
        assert!(until > now && until <= now + 150 * SECOND);
        now = until;
    }
    let Step::Ask(ask) = group.next(now) else { panic!("it asks again") };
    let told = group.answered(&ask, Page::default(), now);
    assert!(told.contains(&Told::Standing(TargetNo(0), Standing::Live)), "{told:?}");
}

#[test]
fn a_service_that_leads_in_circles_is_not_asked_for_ever_and_the_rest_is_said_to_be_missing() {
    for circle in [&["a"][..], &["a", "b", "c"]] {
        let reading = Reading { since: START - MINUTE, until: None, follow: true, newest_first: true };
        let mut group = Group::new(TargetNo(0), reading, Numbers::default(), START);
        let (mut now, mut asks) = (START, 0);
        while now < START + MINUTE {
            match group.next(now) {
                Step::Ask(ask) => {
                    let next = Some(circle[asks % circle.len()].into());
                    group.answered(&ask, Page { next, ..Page::default() }, now + 10);
                    (now, asks) = (now + 10, asks + 1);
                }
                Step::Wait(until) => now = until.min(START + MINUTE),
                Step::Done => panic!("it is followed"),
            }
        }
        assert!((10..200).contains(&asks), "{asks} asks in a minute");
        assert!(group.cursor().covered <= START + MINUTE);
        let told = group.leave(now);
        assert!(told.iter().any(|told| matches!(told, Told::Gap(_))), "{told:?}");
    }
}

#[test]
fn one_event_is_one_event_whatever_bytes_it_is_made_of() {
    let reading = bounded(0, 10, false);
    let mut group = Group::new(TargetNo(0), reading, Numbers::default(), START);
    let Step::Ask(ask) = group.next(START) else { panic!("it asks") };
    assert_eq!(ask.purpose, Purpose::History);
    let message: Box<[u8]> = b"two\nlines \x1b[31m\0\xff\r\n".to_vec().into();
    let raw = Raw { stream: "s".into(), at: 5, ingested: Some(6), id: "1".into(), message: message.clone() };
    let told = group.answered(&ask, Page { events: vec![raw], ..Page::default() }, START);
    let Some(Told::Events(events)) = told.iter().find(|told| matches!(told, Told::Events(_))) else { panic!() };
    assert_eq!((events.len(), &events[0].text), (1, &message));
}

#[test]
fn ids_are_kept_for_what_is_read_again_and_no_longer() {
    let speech = Speech {
        from: START - 10 * MINUTE,
        to: START + 90 * MINUTE,
        every: 200,
        late: (50, 0, 0),
        storms: 0,
        ahead: 0,
    };
    let manners = Manners { page: 2000, latency: (5, 50), ..Manners::default() };
    let cloud = Cloud::new(9, vec![Spoken { said: speak(9, speech), lives: vec![] }], manners, 25.0);
    let reading = Reading { since: START - 10 * MINUTE, until: None, follow: true, newest_first: true };
    let mut drive = Drive::new(cloud, Here::default(), region(25.0, 1, reading, START), START);
    drive.until(START + 90 * MINUTE);
    let kept_for = drive.most_remembered as f64 / 5.0 / 60.0;
    println!("ids of {kept_for:.1} minutes at the most");
    assert!((15.0..24.0).contains(&kept_for), "ids of {kept_for} minutes");
}
