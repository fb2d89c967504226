//! Carries out what the tail says, as a job would, against the simulated service, and keeps what it told.
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::cloud::{Cloud, SECOND};
use crate::log::{
    Event, Gap, Source, SourceNo, TargetNo,
    follow::{
        Cursor, Failure, Standing, Told,
        group::{Ask, Page},
        region::{Do, Region},
    },
};

/// What a person would have before them.
#[derive(Default)]
pub struct Screen {
    pub sources: BTreeMap<SourceNo, Source>,
    /// By id; when it was shown, by the service's clock.
    pub shown: BTreeMap<(TargetNo, Box<str>), (Event, i64)>,
    pub provisional: Vec<(Event, i64)>,
    pub gaps: Vec<Gap>,
    pub gaps_told: usize,
    pub standings: Vec<(TargetNo, Standing, i64)>,
    pub cursors: BTreeMap<TargetNo, Cursor>,
    pub first_at: Option<i64>,
    pub order: Vec<i64>,
}

impl Screen {
    pub fn take(&mut self, told: Vec<Told>, now: i64) {
        for told in told {
            match told {
                Told::Source(no, source) => assert!(self.sources.insert(no, source).is_none(), "numbered once"),
                Told::Events(events) => self.events(events, now),
                Told::Confirmed(confirmed) => {
                    let meant = self.provisional.iter().position(|(event, _)| {
                        (event.source, event.at, event.ingested) == (confirmed.source, confirmed.at, confirmed.ingested)
                            && crate::log::follow::seen::hash(&event.text) == confirmed.hash
                    });
                    let (mut event, at) = self.provisional.swap_remove(meant.expect("it was shown before"));
                    (event.id, event.provisional) = (Some(confirmed.id), false);
                    self.add(event, at);
                }
                Told::Standing(target, standing) => self.standings.push((target, standing, now)),
                Told::Gap(gap) => {
                    self.gaps_told += 1;
                    self.gaps.push(gap);
                }
                Told::Mended(gap) => {
                    let meant = self.gaps.iter().position(|known| *known == gap);
                    self.gaps.swap_remove(meant.expect("it was told before"));
                }
                Told::Cursor(target, cursor) => {
                    let before = self.cursors.insert(target, cursor).unwrap_or_default();
                    assert!(before.settled <= cursor.settled && before.covered <= cursor.covered, "never back");
                }
                Told::Note { .. } => panic!("a group says nothing of its own"),
            }
        }
    }

    fn events(&mut self, events: Vec<Event>, now: i64) {
        assert!(!events.is_empty());
        let keys: Vec<_> = events.iter().map(|event| (event.at, event.ingested, event.id.clone())).collect();
        assert!(keys.is_sorted(), "in order within themselves");
        self.first_at.get_or_insert(now);
        for event in events {
            assert!(self.sources.contains_key(&event.source), "its source was told before");
            self.order.push(event.at);
            if event.provisional {
                self.provisional.push((event, now));
            } else {
                self.add(event, now);
            }
        }
    }

    fn add(&mut self, event: Event, now: i64) {
        let target = self.sources[&event.source].target;
        let id = event.id.clone().expect("CloudWatch names its events");
        let twice = self.shown.insert((target, id), (event, now));
        assert_eq!(twice, None, "shown twice");
    }
}

/// What happens on this side of the line.
#[derive(Clone, Debug, Default)]
pub struct Here {
    /// The clock is ahead of the service's by this, from this time (of the service) on.
    pub skews: Vec<(i64, i64)>,
    /// The machine sleeps.
    pub sleeps: Vec<(i64, i64)>,
    /// The job notices the jump by itself and says so; otherwise the machines have to.
    pub pulses: bool,
}

impl Here {
    fn ahead(&self, now: i64) -> i64 {
        self.skews.iter().rfind(|(from, _)| *from <= now).map_or(0, |(_, ahead)| *ahead)
    }

    pub fn clock(&self, now: i64) -> i64 {
        now + self.ahead(now)
    }
}

struct Under {
    who: TargetNo,
    ask: Ask,
    answer: Result<Page, Failure>,
    at: i64,
}

pub struct Drive {
    pub cloud: Cloud,
    pub here: Here,
    pub screen: Screen,
    pub region: Region,
    pub now: i64,
    /// When each target was asked for, by the service's clock.
    pub asked: BTreeMap<TargetNo, Vec<i64>>,
    pub most_remembered: usize,
    /// Live Tail tells events before they can be read.
    pub heard: bool,
    under_way: Vec<Under>,
    looked: i64,
    jumps: VecDeque<i64>,
}

impl Drive {
    pub fn new(cloud: Cloud, here: Here, region: Region, now: i64) -> Self {
        let jumps: BTreeSet<i64> = here.skews.iter().map(|(at, _)| *at).filter(|at| *at > now).collect();
        Self {
            cloud,
            here,
            screen: Screen::default(),
            region,
            now,
            asked: BTreeMap::new(),
            most_remembered: 0,
            heard: false,
            under_way: vec![],
            looked: now,
            jumps: jumps.into_iter().collect(),
        }
    }

    /// Until this time (of the service), or until all is read.
    pub fn until(&mut self, end: i64) -> bool {
        let mut steps = 0;
        while self.now < end {
            steps += 1;
            assert!(steps < 3_000_000, "it goes on and on");
            if self.step(end) {
                return true;
            }
        }
        false
    }

    fn step(&mut self, end: i64) -> bool {
        if let Some((from, to)) = self.here.sleeps.iter().copied().find(|(from, to)| (*from..*to).contains(&self.now)) {
            self.sleep(from, to);
        }
        if self.jumps.front().is_some_and(|at| *at <= self.now) {
            self.jumps.pop_front();
            if self.here.pulses {
                self.region.pulse(self.here.clock(self.now));
            }
        }
        let local = self.here.clock(self.now);
        if self.now - self.looked >= SECOND {
            self.looked = self.now;
            let told = self.region.look(local);
            self.screen.take(told, self.now);
        }
        let wait = match self.region.next(local) {
            Do::Ask(who, ask) => {
                self.ask(who, ask);
                return false;
            }
            Do::Wait(until) => until,
            Do::Done => return true,
        };
        assert!(wait > local || !self.under_way.is_empty(), "it waits for what is past");
        let woken = wait.saturating_sub(self.here.ahead(self.now));
        let answer = self.under_way.iter().map(|under| under.at).min().unwrap_or(i64::MAX);
        let sleep = self.here.sleeps.iter().map(|(from, _)| *from).find(|from| *from > self.now).unwrap_or(i64::MAX);
        let jump = self.jumps.front().copied().unwrap_or(i64::MAX);
        self.now = woken.min(answer).min(sleep).min(jump).min(self.looked + SECOND).min(end).max(self.now);
        self.answers();
        false
    }

    fn ask(&mut self, who: TargetNo, ask: Ask) {
        let latency = self.cloud.latency();
        let looked_up = self.now + latency / 2;
        self.asked.entry(who).or_default().push(self.now);
        let answer = self.cloud.filter(who.0 as usize, &ask, looked_up);
        let at = self.now + latency;
        let answer = answer.map(|page| Page { server_date: Some(at.div_euclid(1000) * 1000), ..page });
        assert!(!self.under_way.iter().any(|under| under.who == who), "one ask at a time for each group");
        self.under_way.push(Under { who, ask, answer, at });
    }

    fn answers(&mut self) {
        self.under_way.sort_by_key(|under| under.at);
        while self.under_way.first().is_some_and(|under| under.at <= self.now) {
            let Under { who, ask, answer, .. } = self.under_way.remove(0);
            let local = self.here.clock(self.now);
            let told = match answer {
                Ok(page) => self.region.answered(who, &ask, page, local),
                Err(failure) => self.region.failed(who, &ask, failure, local),
            };
            self.screen.take(told, self.now);
            self.look_up(who, local);
            let remembered: usize = self.region.groups().map(|(_, group)| group.remembered().0).sum();
            self.most_remembered = self.most_remembered.max(remembered);
        }
    }

    /// DescribeLogGroups, when it is wanted and can be had.
    fn look_up(&mut self, who: TargetNo, local: i64) {
        let Some(group) = self.region.group(who).filter(|group| group.identity_due() <= local) else { return };
        if let Some(made) = self.cloud.made(who.0 as usize, self.now) {
            let told = group.made(made, local);
            self.screen.take(told, self.now);
        }
    }

    /// What was under way is broken off when the machine wakes.
    fn sleep(&mut self, from: i64, to: i64) {
        self.here.sleeps.retain(|sleep| *sleep != (from, to));
        self.now = to;
        let local = self.here.clock(self.now);
        for Under { who, ask, .. } in std::mem::take(&mut self.under_way) {
            let error =
                crate::error::Error::new(crate::error::Trouble::Unreachable, "could not ask", "connection reset");
            let told = self.region.failed(who, &ask, Failure::Unreachable(error), local);
            self.screen.take(told, self.now);
        }
        if self.here.pulses {
            self.region.pulse(local);
        }
    }
}
