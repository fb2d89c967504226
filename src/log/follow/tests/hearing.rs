//! Live Tail beside the polls: each event once, and what was sampled or not heard is a gap until it was read.
use std::collections::BTreeMap;

use super::{
    chance::Chance,
    cloud::{Cloud, Group, MINUTE, Manners, SECOND, Speech, speak},
    drive::{Drive, Here},
    seeds,
    whole::{START, hold_against_the_truth, region},
};
use crate::{
    error::{Error, Trouble},
    log::{
        TargetNo,
        follow::{
            Failure,
            group::Reading,
            live::{Heard, Live, Said, SessionNo, Standing, Step, price_in_words},
        },
    },
};

/// The service's side of Live Tail: what came in each second, a sample where it is much.
struct Sessions {
    live: Live,
    open: BTreeMap<SessionNo, i64>,
    most_open: usize,
    opened: u32,
    closed: u32,
    sampled: u32,
    /// Sessions die unseen at these times.
    dead: Vec<i64>,
    silent: Vec<SessionNo>,
    sample_above: usize,
}

impl Sessions {
    fn tick(&mut self, drive: &mut Drive, chance: &mut Chance) {
        let now = drive.now;
        if self.dead.first().is_some_and(|at| *at <= now) {
            self.dead.remove(0);
            self.silent = self.open.keys().copied().collect();
        }
        loop {
            match self.live.next(now) {
                Step::Open(no) => {
                    self.open.insert(no, now);
                    self.opened += 1;
                    let said = self.live.opened(no, now);
                    Self::carry(drive, said);
                }
                Step::Close(no) => {
                    self.closed += 1;
                    self.open.remove(&no);
                }
                Step::Wait(_) => break,
            }
        }
        self.most_open = self.most_open.max(self.open.len());
        for (no, since) in self.open.clone() {
            if self.silent.contains(&no) {
                continue;
            }
            let heard = came_in(drive, since.max(now - SECOND), now);
            let sampled = heard.len() > self.sample_above;
            self.sampled += u32::from(sampled);
            let heard = heard.into_iter().filter(|_| !sampled || chance.happens(500)).collect();
            let said = self.live.updated(no, heard, sampled, now);
            Self::carry(drive, said);
        }
    }

    fn carry(drive: &mut Drive, said: Vec<Said>) {
        for said in said {
            let told = match said {
                Said::Heard(target, heard) => drive.region.group(target).unwrap().heard(heard),
                Said::Suspect { target, from, to, why } => drive.region.group(target).unwrap().suspect(from, to, why),
            };
            drive.screen.take(told, drive.now);
        }
    }
}

fn came_in(drive: &Drive, after: i64, upto: i64) -> Vec<Heard> {
    let mut heard = Vec::new();
    for (no, group) in drive.cloud.groups.iter().enumerate() {
        for said in group.said.iter().filter(|said| said.ingested > after && said.ingested <= upto) {
            heard.push(Heard {
                target: TargetNo(u32::try_from(no).unwrap()),
                stream: said.stream.as_str().into(),
                at: said.at,
                ingested: Some(said.ingested),
                message: said.message.clone().into(),
            });
        }
    }
    heard
}

fn hear(seed: u64, minutes: i64, (every, storms): (i64, u64), dead: Vec<i64>) -> (Drive, Sessions) {
    let mut chance = Chance::new(seed);
    let speech =
        Speech { from: START - MINUTE, to: START + minutes * MINUTE, every, late: (100, 0, 0), storms, ahead: 0 };
    let groups = (0..2).map(|no| Group { said: speak(seed * 2 + no, speech), lives: vec![] }).collect();
    let manners =
        Manners { page: 500, twice: 100, empty_pages: 100, throttles: 20, latency: (10, 150), ..Manners::default() };
    let cloud = Cloud::new(seed, groups, manners, 10.0);
    let reading = Reading { since: START - MINUTE, until: None, follow: true, newest_first: true };
    let mut drive = Drive::new(cloud, Here::default(), region(10.0, 2, reading, START), START);
    drive.heard = true;
    let mut sessions = Sessions {
        live: Live::new(vec![TargetNo(0), TargetNo(1)]),
        open: BTreeMap::new(),
        most_open: 0,
        opened: 0,
        closed: 0,
        sampled: 0,
        dead,
        silent: vec![],
        sample_above: 30,
    };
    let end = START + (minutes + 8) * MINUTE;
    while drive.now < end {
        let next = drive.now + SECOND;
        drive.until(next);
        sessions.tick(&mut drive, &mut chance);
    }
    (drive, sessions)
}

#[test]
fn each_event_is_shown_once_whether_it_was_heard_or_read_first_and_gaps_are_mended() {
    let (mut sampled, mut gaps, mut soon, mut all) = (0, 0, 0, 0);
    for seed in seeds(24) {
        let dead = vec![START + 100 * SECOND, START + 200 * SECOND];
        let (drive, sessions) = hear(seed, 6, (400, 2), dead);
        assert_eq!(drive.screen.provisional.len(), 0, "seed {seed}: all was read again");
        hold_against_the_truth(&drive, START - MINUTE, i64::MAX, seed);
        assert_eq!(sessions.opened, 3, "two died of silence");
        assert!(drive.screen.gaps_told >= 4, "both groups, for each death");
        sampled += sessions.sampled;
        gaps += drive.screen.gaps_told;
        for ((target, id), (_, shown)) in &drive.screen.shown {
            let said = drive.cloud.groups[target.0 as usize].said.iter().find(|said| *said.id == **id).unwrap();
            all += 1;
            soon += u32::from(shown - said.ingested <= SECOND);
        }
    }
    assert!(sampled > 10 && soon * 2 > all, "{sampled} samples, {gaps} gaps, {soon} of {all} within a second");
    println!("{sampled} samples, {gaps} gaps told and mended, {soon} of {all} shown within a second of coming in");
}

#[test]
fn a_session_is_renewed_before_its_three_hours_end_and_nothing_is_shown_twice_meanwhile() {
    let (drive, sessions) = hear(5, 2 * 60 + 58, (2000, 0), vec![]);
    assert_eq!((sessions.opened, sessions.closed, sessions.most_open), (2, 1, 2));
    hold_against_the_truth(&drive, START - MINUTE, i64::MAX, 5);
    assert_eq!((sessions.sampled, drive.screen.gaps_told), (0, 0), "nothing was missed");
    assert_eq!(drive.screen.provisional.len(), 0, "what both told was shown once");
}

#[test]
fn a_session_that_may_not_be_opened_leaves_the_polls_alone_for_five_minutes() {
    let mut live = Live::new(vec![TargetNo(0)]);
    let Step::Open(no) = live.next(0) else { panic!("it opens") };
    assert_eq!(live.standing(), Standing::Opening);
    live.ended(no, Some(Failure::Throttled), 100);
    assert_eq!(live.next(100), Step::Wait(300_100));
    assert_eq!(
        live.standing().words(0),
        "no live tail, polled: the account has as many Live Tail sessions open as it may"
    );
    assert!(matches!(live.next(300_100), Step::Open(_)));
    let refused = Error::new(Trouble::Denied, "could not open Live Tail", "not allowed");
    live.ended(SessionNo(1), Some(Failure::Denied(refused.clone())), 300_200);
    assert_eq!(live.standing(), Standing::Refused(refused));
}

#[test]
fn what_live_tail_costs_is_said() {
    assert!(price_in_words(1).starts_with("Live Tail costs US$ 0.01 a minute (1 session;"));
    assert!(price_in_words(4).starts_with("Live Tail costs US$ 0.04 a minute (4 sessions;"));
    let mut live = Live::new(vec![TargetNo(0)]);
    let Step::Open(no) = live.next(0) else { panic!("it opens") };
    live.opened(no, 10);
    for second in 1..=150 {
        live.updated(no, vec![], false, second * 1000);
    }
    assert_eq!(live.spent_in_words(150_000), "Live Tail: 3 min, US$ 0.03");
}
