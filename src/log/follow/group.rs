//! One CloudWatch log group, or the streams in it whose names begin so, by FilterLogEvents.
//!
//! The service lists by the time of events and has no cursor by the time of their coming in, and events come in late. So the newest
//! seconds are polled often, and all since what is **settled** now and then (a repair): if a repair began at `T`, what lies before
//! `T` − [`HORIZON`] can have no more late comers, and the next one begins there. Ids tell what was shown already; they are kept for
//! what may be read again and for nothing else. After a long silence of ours, and at the start, the newest is read first.
mod ask;
mod drain;
mod pace;
mod plan;
mod remade;

use std::collections::VecDeque;

pub use self::ask::{Ask, Page, Purpose, Raw, Reading, Step};
use self::{
    drain::{Drain, Turned},
    pace::{Clock, Pace},
    remade::Hole,
};
use super::{
    BackOff, Cursor, Failure, HORIZON, Numbers, Sources, Standing, Told,
    live::{Heard, Twins},
    seen::{Seen, hash},
};
use crate::log::{Event, Gap, TargetNo};

/// Newest first is understood from this time on (2024-01-01).
pub const NEWEST_FIRST_SINCE: i64 = 1_704_067_200_000;
/// A source that said nothing for so long is called silent.
const SILENT: i64 = 5 * 60_000;
/// Longer than a poll takes at the worst in a quiet account: only beyond is it called behind.
const BEHIND: i64 = 12_000;
/// A bounded read gives up after so many failures in a row (about four minutes).
const TRIES: u32 = 10;
/// What came in is listed so much later at the latest, as a rule.
const SETTLES_IN: i64 = 10_000;

#[derive(Debug)]
pub struct Group {
    target: TargetNo,
    reading: Reading,
    sources: Sources,
    seen: Seen,
    twins: Twins,
    pace: Pace,
    clock: Clock,
    /// Pages that were begun and not read to the end. The first of the backlog is read first.
    fast: Option<Drain>,
    repair: Option<Drain>,
    backlog: VecDeque<Drain>,
    drains: u32,
    /// Which of the three has the turn.
    turn: u8,
    /// The listing and the time (ours) of the ask under way.
    asking: Option<(u32, i64)>,
    /// The first page of the first listing came: the newest may be polled.
    opened: bool,
    settled: i64,
    covered: i64,
    /// When the last poll began that looked back over the whole overlap (the service's clock).
    deep: i64,
    poll_every: i64,
    fast_due: i64,
    repaired_at: i64,
    repair_every: i64,
    repair_wanted: bool,
    /// Time jumped: what was known of the clocks is to be learnt anew.
    doubted: bool,
    last_now: i64,
    holes: Vec<Hole>,
    back_off: BackOff,
    /// How often listings led in circles since one was read to its end.
    stuck: u32,
    trouble: Option<Standing>,
    troubled_since: i64,
    /// When it was noticed (the service's clock) that the group is not there, after it had been read.
    gone_at: Option<i64>,
    answered_once: bool,
    /// When the group was made, as far as is known, and what was not read when that was looked up last.
    made: Option<i64>,
    doubtful: Vec<(i64, i64)>,
    identity_due: i64,
    spoke: i64,
    ended: bool,
    told: Option<Standing>,
    salt: u32,
}

impl Group {
    #[must_use]
    pub fn new(target: TargetNo, reading: Reading, numbers: Numbers, now: i64) -> Self {
        let settled = reading.since.max(now - HORIZON);
        let mut group = Self {
            target,
            reading,
            sources: Sources::new(target, numbers),
            seen: Seen::default(),
            twins: Twins::default(),
            pace: Pace::default(),
            clock: Clock::default(),
            fast: None,
            repair: None,
            backlog: VecDeque::new(),
            drains: 0,
            turn: 0,
            asking: None,
            opened: false,
            settled,
            covered: i64::MIN / 2,
            deep: i64::MIN / 2,
            poll_every: 2000,
            fast_due: now,
            repaired_at: now,
            repair_every: 60_000,
            repair_wanted: false,
            doubted: false,
            last_now: now,
            holes: vec![],
            back_off: BackOff::default(),
            stuck: 0,
            trouble: None,
            troubled_since: i64::MAX,
            gone_at: None,
            answered_once: false,
            made: None,
            doubtful: vec![],
            identity_due: now,
            spoke: reading.since.max(now - SILENT),
            ended: false,
            told: None,
            salt: target.0,
        };
        group.plan_history();
        group
    }

    /// How often the newest is asked for; seldom where Live Tail shows it anyway.
    pub fn poll_every(&mut self, ms: i64) {
        self.poll_every = ms;
    }

    /// From when on it has something to ask; `i64::MAX` while an ask is under way, nothing when all is read.
    pub fn due(&mut self, now: i64) -> Option<i64> {
        if now - self.last_now > 60_000 || now < self.last_now - 1000 {
            self.pulse(now);
        }
        self.last_now = now;
        let idle = self.fast.is_none() && self.repair.is_none() && self.backlog.is_empty();
        if self.ended || (idle && !self.reading.follow && self.asking.is_none()) {
            self.ended = true;
            return None;
        }
        if self.asking.is_some() {
            return Some(i64::MAX);
        }
        let due = if idle && !self.doubted { self.fast_due.min(self.repair_due()) } else { now };
        Some(due.max(self.back_off.until))
    }

    pub fn next(&mut self, now: i64) -> Step {
        match self.due(now) {
            None => return Step::Done,
            Some(due) if due > now => return Step::Wait(due),
            Some(_) => {}
        }
        if self.reading.follow && self.opened {
            self.plan(now);
        }
        let Some(ask) = self.pick() else { return Step::Wait(self.fast_due.min(self.repair_due()).max(now + 1)) };
        self.asking = Some((ask.drain, now));
        Step::Ask(ask)
    }

    /// The newest has every second turn; what else waits shares the others.
    fn pick(&mut self) -> Option<Ask> {
        self.turn = (self.turn + 1) % 4;
        let (fast, repair, backlog) = (self.fast.as_ref(), self.repair.as_ref(), self.backlog.front());
        let drain = match self.turn {
            1 => repair.or(backlog).or(fast),
            3 => backlog.or(repair).or(fast),
            _ => fast.or(repair).or(backlog),
        };
        drain.map(Drain::ask)
    }

    fn drain(&mut self, no: u32) -> Option<&mut Drain> {
        let all = self.fast.iter_mut().chain(self.repair.iter_mut()).chain(self.backlog.iter_mut());
        all.into_iter().find(|drain| drain.no == no)
    }

    pub fn answered(&mut self, ask: &Ask, page: Page, now: i64) -> Vec<Told> {
        let mut told = Vec::new();
        let asked_at = self.asking.take().map_or(now, |(_, at)| at);
        let elapsed = (now - asked_at).max(0);
        if let Some(date) = page.server_date {
            self.clock.told(date, now);
        }
        // Not later than the service looked: its answer may have been under way for long.
        let began = page.server_date.map_or_else(|| self.clock.server(asked_at), |date| date - elapsed);
        self.recovered(now, &mut told);
        let Some(drain) = self.drain(ask.drain) else {
            self.tell_standing(now, &mut told);
            return told;
        };
        let first = drain.began.is_none();
        drain.began.get_or_insert(began);
        let more = page.next.is_some();
        let times = page.events.iter().map(|event| event.at);
        let span = times.clone().min().zip(times.max());
        let fresh = self.take_events(page.events, now, &mut told);
        let turned = self.drain(ask.drain).map_or(Turned::Done, |drain| drain.turned(span, fresh, page.next));
        if first {
            self.opened_by(ask.drain, began, more, now, &mut told);
        }
        match turned {
            Turned::More => {}
            Turned::Done => self.finish(ask.drain, now, &mut told),
            Turned::Stuck => {
                // Answers came, so nothing else slows this down.
                self.back_off.failures = self.stuck;
                self.back_off.failed(now, 30_000, self.salt);
                self.stuck += 1;
            }
        }
        self.tell_standing(now, &mut told);
        told
    }

    /// Shows what is new in a page, in order of time.
    fn take_events(&mut self, page: Vec<Raw>, now: i64, told: &mut Vec<Told>) -> u64 {
        let mut fresh: Vec<Raw> =
            page.into_iter().filter(|raw| self.seen.first(raw.at, hash(raw.id.as_bytes()))).collect();
        fresh.sort_unstable_by(|a, b| (a.at, a.ingested, &a.id).cmp(&(b.at, b.ingested, &b.id)));
        let count = fresh.len() as u64;
        let mut events = Vec::with_capacity(fresh.len());
        for raw in fresh {
            if let Some(ingested) = raw.ingested {
                self.pace.event(ingested - raw.at, now);
            }
            self.spoke = self.spoke.max(raw.at);
            let source = self.sources.of(&raw.stream, told);
            if let Some(confirmed) = self.twins.read(source, &raw) {
                told.push(Told::Confirmed(confirmed));
                continue;
            }
            events.push(Event {
                source,
                at: raw.at,
                ingested: raw.ingested,
                id: Some(raw.id),
                text: raw.message,
                provisional: false,
            });
        }
        if !events.is_empty() {
            told.push(Told::Events(events));
        }
        count
    }

    /// Live Tail told these: shown at once, unless they were read already.
    pub fn heard(&mut self, heard: Vec<Heard>) -> Vec<Told> {
        let mut told = Vec::new();
        let mut events = Vec::with_capacity(heard.len());
        for Heard { stream, at, ingested, message, .. } in heard {
            let source = self.sources.of(&stream, &mut told);
            self.spoke = self.spoke.max(at);
            if self.twins.arrived(source, at, ingested, &message) {
                events.push(Event { source, at, ingested, id: None, text: message, provisional: true });
            }
        }
        events.sort_by_key(|event| (event.at, event.ingested));
        if !events.is_empty() {
            told.push(Told::Events(events));
        }
        told
    }

    pub fn failed(&mut self, _ask: &Ask, failure: Failure, now: i64) -> Vec<Told> {
        let mut told = Vec::new();
        let asked = self.asking.take();
        self.troubled_since = self.troubled_since.min(now);
        let longest = match failure {
            Failure::Throttled => 4000,
            Failure::Denied(_) => 120_000,
            _ => 30_000,
        };
        let salt = self.salt;
        match failure {
            Failure::BadToken => {
                let stuck = asked.and_then(|(no, _)| self.drain(no)).is_some_and(|drain| !drain.begin_anew());
                if stuck {
                    self.back_off.failed(now, longest, salt);
                }
                self.tell_standing(now, &mut told);
                return told;
            }
            _ => self.back_off.failed(now, longest, salt),
        }
        let final_word = matches!(failure, Failure::Denied(_) | Failure::Gone(_)) || self.back_off.failures >= TRIES;
        self.trouble = Some(match failure {
            Failure::Throttled | Failure::BadToken => Standing::Throttled { until: self.back_off.until },
            Failure::Denied(error) => Standing::Denied(error),
            Failure::Gone(error) => {
                self.gone(now);
                Standing::Gone(error)
            }
            Failure::Credentials(error)
            | Failure::Unreachable(error)
            | Failure::Server(error)
            | Failure::NotReady(error) => Standing::Lost(error),
        });
        self.tell_standing(now, &mut told);
        if final_word && !self.reading.follow {
            told.extend(self.leave(now));
        }
        told
    }

    /// Time jumped: the machine slept, or a clock was set. What is new is asked for at once, and what lies between is read again.
    pub fn pulse(&mut self, now: i64) {
        self.doubted = true;
        self.back_off.until = now;
        self.fast_due = now;
        self.repaired_at = self.repaired_at.min(now);
        self.last_now = now;
    }

    /// Says what changed by time alone; to be called about once a second.
    pub fn look(&mut self, now: i64) -> Vec<Told> {
        let mut told = Vec::new();
        self.tell_standing(now, &mut told);
        told
    }

    fn tell_standing(&mut self, now: i64, told: &mut Vec<Told>) {
        let standing = self.standing(now);
        if self.told.as_ref().is_none_or(|before| standing.differs(before)) {
            self.told = Some(standing.clone());
            told.push(Told::Standing(self.target, standing));
        }
    }

    #[must_use]
    pub fn standing(&self, now: i64) -> Standing {
        if let Some(trouble) = &self.trouble {
            return trouble.clone();
        }
        if self.ended {
            return Standing::Ended;
        }
        let by_ms = self.behind(now);
        if self.opened && by_ms > BEHIND {
            return Standing::Behind { by_ms };
        }
        if let Some(drain) = self.backlog.iter().find(|drain| drain.cursor != i64::MAX) {
            return Standing::Reading { upto: drain.cursor };
        }
        let server = self.clock.server(now);
        if self.backlog.is_empty() && server - self.spoke > SILENT {
            return Standing::Silent { since: self.spoke };
        }
        Standing::Live
    }

    /// How much older than now the newest is that was certainly read.
    #[must_use]
    pub fn behind(&self, now: i64) -> i64 {
        let upto = self.fast.as_ref().map_or(self.covered, |drain| drain.cursor.max(self.covered));
        (self.clock.server(now) - upto - self.poll_every).max(0)
    }

    #[must_use]
    pub fn cursor(&self) -> Cursor {
        let unread = self.backlog.iter().map(|drain| drain.unread().1).filter(|at| *at != i64::MAX);
        let back_to = unread.max().unwrap_or(self.reading.since).max(self.reading.since);
        Cursor { settled: self.settled, covered: self.covered.max(0), back_to }
    }

    #[must_use]
    pub fn reading(&self) -> Reading {
        self.reading
    }

    /// How many ids are kept, and the memory they take.
    #[must_use]
    pub fn remembered(&self) -> (usize, usize) {
        (self.seen.len(), self.seen.bytes())
    }
}
