//! Live Tail: what comes in is shown at once, provisionally; FilterLogEvents reads it again and is believed.
//!
//! A session of at most ten groups tells every second what came in, or that nothing did: five seconds of silence are a dead link. It
//! ends after three hours; the next one is opened before, and while both tell, what both tell is taken once. Above 500 events a
//! second it tells a sample: such seconds are gaps until they were read.
mod twins;

use hashbrown::HashMap;

pub use self::twins::Twins;
use super::{BackOff, Failure, seen::hash};
use crate::{error::Error, log::TargetNo};

pub const GROUPS: usize = 10;
/// US$ a minute, for each session.
pub const PRICE: f64 = 0.01;
/// The service tells something every second: so long without is a dead link.
const SILENCE: i64 = 5000;
/// A session that does not begin within this time will not.
const OPENING: i64 = 15_000;
/// It is ended after three hours; the next one is opened some minutes before.
const RENEWED_AFTER: i64 = (2 * 60 + 55) * 60_000;
/// Both tell for so long, so that what is under way in the old one still comes.
const BOTH: i64 = 5000;
/// What came in within this time before a link was found dead may not have been told.
const UNTOLD: i64 = 2000;
/// A gap of sampled seconds is told after so long at the latest.
const GATHERED: i64 = 8000;
/// Refused (too many sessions in the account, or not allowed): asked again after this.
const REFUSED: i64 = 300_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionNo(pub u32);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Open a session for all groups of this tail.
    Open(SessionNo),
    /// Let it go: each open minute is paid.
    Close(SessionNo),
    Wait(i64),
}

/// One event as Live Tail gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    pub target: TargetNo,
    pub stream: Box<str>,
    pub at: i64,
    pub ingested: Option<i64>,
    pub message: Box<[u8]>,
}

/// What a group is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// For [`Group::heard`](super::group::Group::heard).
    Heard(TargetNo, Vec<Heard>),
    /// For [`Group::suspect`](super::group::Group::suspect): what came in between may be missing.
    Suspect { target: TargetNo, from: i64, to: i64, why: &'static str },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    Opening,
    On,
    /// It broke off; the next one is opened at this time.
    Broken {
        until: i64,
    },
    /// The account has as many sessions as it may, or the caller may not: polls go on alone.
    Refused(Error),
}

impl Standing {
    #[must_use]
    pub fn words(&self, now: i64) -> String {
        match self {
            Self::Opening => "live tail is being opened".into(),
            Self::On => "live tail".into(),
            Self::Broken { until } => format!("live tail broke off, opened again in {} s", (until - now).max(0) / 1000),
            Self::Refused(error) => format!("no live tail, polled: {}", error.why),
        }
    }
}

/// What is to be said before it is opened.
#[must_use]
pub fn price_in_words(sessions: usize) -> String {
    let (word, price) = (
        if sessions == 1 { "session" } else { "sessions" },
        PRICE * f64::from(u32::try_from(sessions).unwrap_or(u32::MAX)),
    );
    format!(
        "Live Tail costs US$ {price:.2} a minute ({sessions} {word}; 1,800 minutes a month are free for the account)"
    )
}

#[derive(Clone, Copy, Debug)]
struct Session {
    no: SessionNo,
    asked_at: i64,
    opened_at: Option<i64>,
    /// The last update, before that the opening.
    told_at: i64,
    closing: Option<i64>,
}

/// One event of either session while two are open.
type Key = (TargetNo, u128, i64, Option<i64>, u128);

#[derive(Debug)]
pub struct Live {
    groups: Vec<TargetNo>,
    /// The one that is heard, and the one that takes over from it.
    sessions: Vec<Session>,
    /// Sessions that the job is still to be told to close.
    to_close: Vec<SessionNo>,
    numbers: u32,
    back_off: BackOff,
    /// What each of both sessions told since the newer one was asked for.
    both: HashMap<Key, HashMap<SessionNo, u32>>,
    /// Seconds of which a sample was told, and no gap yet.
    sampled: Option<(i64, i64)>,
    /// Nothing was heard from this time on (ours).
    deaf_since: Option<i64>,
    refused: Option<Error>,
    /// Milliseconds that sessions were open and are closed.
    paid: i64,
}

impl Live {
    /// At most [`GROUPS`] of them.
    #[must_use]
    pub fn new(groups: Vec<TargetNo>) -> Self {
        debug_assert!(groups.len() <= GROUPS);
        Self {
            groups,
            sessions: vec![],
            to_close: vec![],
            numbers: 0,
            back_off: BackOff::default(),
            both: HashMap::new(),
            sampled: None,
            deaf_since: None,
            refused: None,
            paid: 0,
        }
    }

    #[must_use]
    pub fn groups(&self) -> &[TargetNo] {
        &self.groups
    }

    pub fn next(&mut self, now: i64) -> Step {
        let dead = |session: &Session| match session.opened_at {
            Some(_) => now - session.told_at >= SILENCE || now < session.told_at - SILENCE,
            None => now - session.asked_at >= OPENING,
        };
        if let Some(session) = self.sessions.iter().find(|session| dead(session)).copied() {
            self.drop_session(session, now);
            self.to_close.push(session.no);
            self.back_off.failed(now, 60_000, session.no.0);
        }
        if let Some(over) = self.sessions.iter().find(|session| session.closing.is_some_and(|at| now >= at)).copied() {
            self.sessions.retain(|session| session.no != over.no);
            self.paid += now - over.asked_at;
            self.to_close.push(over.no);
            self.both.clear();
        }
        if let Some(no) = self.to_close.pop() {
            return Step::Close(no);
        }
        let renew = |session: &Session| session.opened_at.is_some_and(|at| now - at >= RENEWED_AFTER);
        let wanted = match self.sessions.as_slice() {
            [] => true,
            [one] => renew(one),
            _ => false,
        };
        if wanted && now >= self.back_off.until {
            let no = SessionNo(self.numbers);
            self.numbers += 1;
            self.sessions.push(Session { no, asked_at: now, opened_at: None, told_at: now, closing: None });
            return Step::Open(no);
        }
        Step::Wait(self.due(now))
    }

    fn due(&self, now: i64) -> i64 {
        let each = self.sessions.iter().map(|session| {
            let dead = if session.opened_at.is_some() { session.told_at + SILENCE } else { session.asked_at + OPENING };
            dead.min(session.closing.unwrap_or(i64::MAX))
        });
        let renewal = match self.sessions.as_slice() {
            [] => self.back_off.until,
            [Session { opened_at: Some(at), .. }] => (at + RENEWED_AFTER).max(self.back_off.until),
            _ => i64::MAX,
        };
        each.chain([renewal]).min().unwrap_or(i64::MAX).max(now)
    }

    /// `sessionStart` came. From the second session on, the older one is closed soon.
    pub fn opened(&mut self, no: SessionNo, now: i64) -> Vec<Said> {
        let Some(session) = self.sessions.iter_mut().find(|session| session.no == no) else { return vec![] };
        (session.opened_at, session.told_at) = (Some(now), now);
        self.refused = None;
        for older in self.sessions.iter_mut().filter(|session| session.no < no) {
            older.closing = Some(now + BOTH);
        }
        let deaf = self.deaf_since.take();
        deaf.map_or_else(Vec::new, |since| self.suspect(since - UNTOLD, now, "Live Tail broke off; being read"))
    }

    /// `sessionUpdate` came: each second, and empty where nothing came in.
    pub fn updated(&mut self, no: SessionNo, heard: Vec<Heard>, sampled: bool, now: i64) -> Vec<Said> {
        let Some(session) = self.sessions.iter_mut().find(|session| session.no == no) else { return vec![] };
        let before = std::mem::replace(&mut session.told_at, now);
        self.back_off = BackOff::default();
        let mut said = Vec::new();
        if sampled {
            // A sample stands for what came in since the last one, and that may be older by its own time.
            let earliest = heard.iter().map(|event| event.at).min().unwrap_or(before).min(before) - UNTOLD;
            self.sampled = Some(self.sampled.map_or((earliest, now), |(from, _)| (from.min(earliest), now)));
        }
        // Seconds of sampling on end are one gap, and it is not kept back for long.
        if let Some((from, to)) = self.sampled.filter(|(from, _)| !sampled || now - from >= GATHERED) {
            self.sampled = None;
            said = self.suspect(from, to, "more than 500 events a second: Live Tail gave a sample; being read");
        }
        let mut by_group: Vec<(TargetNo, Vec<Heard>)> = Vec::new();
        let two = self.sessions.len() > 1;
        for event in heard {
            if two && !self.newly_heard(no, &event) {
                continue;
            }
            match by_group.iter_mut().find(|(target, _)| *target == event.target) {
                Some((_, events)) => events.push(event),
                None => by_group.push((event.target, vec![event])),
            }
        }
        said.extend(by_group.into_iter().map(|(target, events)| Said::Heard(target, events)));
        said
    }

    /// While two sessions are open: whether the other one has not told as many of these yet.
    fn newly_heard(&mut self, no: SessionNo, event: &Heard) -> bool {
        let key = (event.target, hash(event.stream.as_bytes()), event.at, event.ingested, hash(&event.message));
        let counts = self.both.entry(key).or_default();
        let most = counts.values().copied().max().unwrap_or(0);
        let own = counts.entry(no).or_default();
        *own += 1;
        *own > most
    }

    /// The stream of a session ended, or it could not be opened.
    /// What may be missing is said once the next one is open.
    pub fn ended(&mut self, no: SessionNo, failure: Option<Failure>, now: i64) {
        let Some(session) = self.sessions.iter().find(|session| session.no == no).copied() else { return };
        self.drop_session(session, now);
        self.back_off.failed(now, 60_000, no.0);
        match failure {
            // `LimitExceededException` too: the sessions of the account are taken.
            Some(Failure::Throttled) => {
                let why = "the account has as many Live Tail sessions open as it may";
                self.refused = Some(Error::new(crate::error::Trouble::Throttled, "could not open Live Tail", why));
                self.back_off.until = now + REFUSED;
            }
            Some(Failure::Denied(error) | Failure::Gone(error)) => {
                self.refused = Some(error);
                self.back_off.until = now + REFUSED;
            }
            _ => {}
        }
    }

    fn drop_session(&mut self, session: Session, now: i64) {
        self.sessions.retain(|other| other.no != session.no);
        self.paid += now - session.asked_at;
        let heard = self.sessions.iter().any(|session| session.opened_at.is_some());
        if !heard && session.opened_at.is_some() {
            let since = self.sampled.take().map_or(session.told_at, |(from, _)| from.min(session.told_at));
            self.deaf_since.get_or_insert(since);
        }
        self.sessions.iter_mut().for_each(|session| session.closing = None);
    }

    fn suspect(&self, from: i64, to: i64, why: &'static str) -> Vec<Said> {
        self.groups.iter().map(|target| Said::Suspect { target: *target, from, to, why }).collect()
    }

    /// The machine slept or a clock was set: no link lives through that.
    pub fn pulse(&mut self, now: i64) {
        for session in std::mem::take(&mut self.sessions) {
            self.drop_session(session, now.max(session.asked_at));
            if session.opened_at.is_some() {
                self.deaf_since.get_or_insert(session.told_at.min(now));
            }
            self.to_close.push(session.no);
        }
        self.back_off = BackOff::default();
        self.both.clear();
    }

    /// All sessions that are open; they are to be closed when nobody looks any more.
    #[must_use]
    pub fn open(&self) -> Vec<SessionNo> {
        self.sessions.iter().map(|session| session.no).collect()
    }

    /// Whether events are shown as they come in: polls may be rarer meanwhile.
    #[must_use]
    pub fn hears(&self) -> bool {
        self.sessions.iter().any(|session| session.opened_at.is_some())
    }

    #[must_use]
    pub fn standing(&self) -> Standing {
        match (&self.refused, self.hears(), self.sessions.is_empty()) {
            (_, true, _) => Standing::On,
            (Some(error), ..) => Standing::Refused(error.clone()),
            (None, _, false) => Standing::Opening,
            (None, _, true) => Standing::Broken { until: self.back_off.until },
        }
    }

    /// What was spent so far, in words.
    #[must_use]
    pub fn spent_in_words(&self, now: i64) -> String {
        let open: i64 = self.sessions.iter().map(|session| (now - session.asked_at).max(0)).sum();
        let minutes = (self.paid + open + 59_999) / 60_000;
        let dollars = minutes * 100 / 10_000;
        let cents = minutes % 100;
        format!("Live Tail: {minutes} min, US$ {dollars}.{cents:02}")
    }
}
