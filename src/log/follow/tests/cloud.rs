//! A CloudWatch Logs of our own, in simulated time: late events, partial and empty pages, ids given twice, throttles, failures, tokens
//! that run out or lead in circles, groups that are deleted and made again. All times in here are the service's own.
use std::collections::BTreeMap;

use super::chance::Chance;
use crate::{
    error::{Error, Trouble},
    log::follow::{
        Failure,
        group::{Ask, Page, Raw},
    },
};

pub const SECOND: i64 = 1000;
pub const MINUTE: i64 = 60 * SECOND;

/// What was said, and from when on it can be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Said {
    pub at: i64,
    pub ingested: i64,
    pub id: String,
    pub stream: String,
    pub message: Vec<u8>,
    pub visible: i64,
}

/// A time in which the group was there; what it held went with it.
#[derive(Clone, Copy, Debug)]
pub struct Life {
    pub from: i64,
    pub to: i64,
}

#[derive(Clone, Debug, Default)]
pub struct Group {
    /// In the order in which the service lists them.
    pub said: Vec<Said>,
    pub lives: Vec<Life>,
}

impl Group {
    pub fn life_at(&self, now: i64) -> Option<Life> {
        match self.lives.as_slice() {
            [] => Some(Life { from: i64::MIN, to: i64::MAX }),
            lives => lives.iter().copied().find(|life| (life.from..life.to).contains(&now)),
        }
    }

    /// Whether it could ever be read, up to then.
    pub fn readable(&self, said: &Said, upto: i64) -> bool {
        let kept = self.life_at(said.ingested);
        said.visible <= upto && kept.is_some_and(|life| said.visible < life.to)
    }
}

/// How badly it behaves; of a thousand calls.
#[derive(Clone, Debug, Default)]
pub struct Manners {
    pub empty_pages: u64,
    pub twice: u64,
    pub throttles: u64,
    pub failures: u64,
    pub bad_tokens: u64,
    pub circles: u64,
    pub page: usize,
    /// Nobody answers in these spans.
    pub outages: Vec<(i64, i64)>,
    /// Colleagues use up the quota in these.
    pub crowded: Vec<(i64, i64)>,
    pub denied: Vec<(i64, i64)>,
    /// Each takes so long, in milliseconds.
    pub latency: (i64, i64),
}

pub struct Cloud {
    pub groups: Vec<Group>,
    pub manners: Manners,
    pub quota: f64,
    pub asked: Vec<i64>,
    pub throttled: u32,
    pub worst: BTreeMap<&'static str, u32>,
    chance: Chance,
    tokens: f64,
    filled: i64,
}

struct Token {
    life: i64,
    start: i64,
    end: i64,
    from_head: bool,
    /// How many of the listing's order were given: the key of the last one.
    after: Option<(i64, i64, String)>,
    /// Empty pages or circles in a row.
    idle: u32,
}

impl Token {
    fn print(&self, nonce: u64) -> Box<str> {
        let after = self.after.as_ref().map_or_else(String::new, |(at, ingested, id)| format!("{at},{ingested},{id}"));
        let (life, start, end, from_head, idle) = (self.life, self.start, self.end, self.from_head, self.idle);
        format!("{life}/{start}/{end}/{from_head}/{idle}/{after}/{nonce}").into()
    }

    fn parse(text: &str) -> Self {
        let parts: Vec<&str> = text.split('/').collect();
        let after = (!parts[5].is_empty()).then(|| {
            let key: Vec<&str> = parts[5].splitn(3, ',').collect();
            (key[0].parse().unwrap(), key[1].parse().unwrap(), key[2].to_owned())
        });
        Self {
            life: parts[0].parse().unwrap(),
            start: parts[1].parse().unwrap(),
            end: parts[2].parse().unwrap(),
            from_head: parts[3] == "true",
            idle: parts[4].parse().unwrap(),
            after,
        }
    }
}

fn error(trouble: Trouble, why: &str) -> Error {
    Error::new(trouble, "could not read the log group", why)
}

fn within(spans: &[(i64, i64)], now: i64) -> bool {
    spans.iter().any(|(from, to)| (*from..*to).contains(&now))
}

impl Cloud {
    pub fn new(seed: u64, groups: Vec<Group>, manners: Manners, quota: f64) -> Self {
        let chance = Chance::new(seed ^ 0xc10d);
        let worst = BTreeMap::new();
        let mut cloud =
            Self { groups, manners, quota, asked: vec![], throttled: 0, worst, chance, tokens: quota, filled: 0 };
        for group in &mut cloud.groups {
            group.said.sort();
        }
        cloud
    }

    pub fn latency(&mut self) -> i64 {
        let (least, most) = self.manners.latency;
        if self.chance.happens(5) { most * 10 } else { self.chance.within(least, most) }
    }

    fn note(&mut self, what: &'static str) {
        *self.worst.entry(what).or_default() += 1;
    }

    /// One FilterLogEvents, looked up at this time. `date` of the answer is for the caller to add.
    pub fn filter(&mut self, index: usize, ask: &Ask, now: i64) -> Result<Page, Failure> {
        if within(&self.manners.outages, now) {
            self.note("outage");
            return Err(Failure::Unreachable(error(Trouble::Unreachable, "connection refused")));
        }
        self.asked.push(now);
        self.tokens = (self.tokens + (now - self.filled).max(0) as f64 / 1000.0 * self.quota).min(self.quota);
        self.filled = self.filled.max(now);
        let crowd = within(&self.manners.crowded, now) && self.chance.happens(700);
        if self.tokens < 1.0 || crowd || self.chance.happens(self.manners.throttles) {
            self.throttled += 1;
            self.note("throttle");
            return Err(Failure::Throttled);
        }
        self.tokens -= 1.0;
        if within(&self.manners.denied, now) {
            self.note("denied");
            return Err(Failure::Denied(error(Trouble::Denied, "not allowed")));
        }
        if self.chance.happens(self.manners.failures) {
            self.note("5xx");
            return Err(Failure::Server(error(Trouble::Other, "500")));
        }
        let Some(life) = self.groups[index].life_at(now) else {
            self.note("gone");
            return Err(Failure::Gone(error(Trouble::NotFound, "no such log group")));
        };
        self.page(index, life, ask, now)
    }

    /// `creationTime` of the group.
    pub fn made(&self, index: usize, now: i64) -> Option<i64> {
        let refused = within(&self.manners.outages, now) || within(&self.manners.denied, now);
        self.groups[index].life_at(now).filter(|_| !refused).map(|life| life.from)
    }

    fn page(&mut self, index: usize, life: Life, ask: &Ask, now: i64) -> Result<Page, Failure> {
        let mut token = match &ask.token {
            Some(token) => Token::parse(token),
            None => Token {
                life: life.from,
                start: ask.start,
                end: ask.end.unwrap_or(i64::MAX),
                from_head: ask.from_head,
                after: None,
                idle: 0,
            },
        };
        assert!(ask.from_head || ask.start >= super::super::group::NEWEST_FIRST_SINCE, "refused by the service");
        assert_eq!((token.start, token.end, token.from_head), (ask.start, ask.end.unwrap_or(i64::MAX), ask.from_head));
        let expired = ask.token.is_some() && self.chance.happens(self.manners.bad_tokens);
        if expired || token.life != life.from {
            self.note("bad token");
            return Err(Failure::BadToken);
        }
        let nonce = self.chance.next();
        if token.idle < 4 && ask.token.is_some() && self.chance.happens(self.manners.circles) {
            self.note("circle");
            return Ok(Page { next: ask.token.clone(), ..Page::default() });
        }
        if token.idle < 4 && self.chance.happens(self.manners.empty_pages) {
            self.note("empty page");
            token.idle += 1;
            return Ok(Page { next: Some(token.print(nonce)), ..Page::default() });
        }
        token.idle = 0;
        let most = self.manners.page as i64;
        let size = if self.chance.happens(300) { self.chance.within(1, most) } else { most } as usize;
        let (twice, idle) = (self.chance.happens(self.manners.twice), self.chance.happens(self.manners.empty_pages));
        if twice {
            self.note("id twice");
        }
        let (page, more) = self.groups[index].list(&token, life, size, now);
        let mut events: Vec<Raw> = page.iter().map(|said| raw(said)).collect();
        if let Some(mut last) = page.last().copied() {
            if twice {
                events.push(raw(page[nonce as usize % page.len()]));
                // The next page begins with one of this page again.
                last = page[page.len().saturating_sub(2)];
            }
            token.after = Some((last.at, last.ingested, last.id.clone()));
        }
        let idle = !more && idle;
        let more = more || idle;
        token.idle = if idle { 4 } else { 0 };
        Ok(Page { events, next: more.then(|| token.print(nonce)), server_date: None })
    }
}

impl Group {
    /// The next of a listing, and whether there are more.
    fn list(&self, token: &Token, life: Life, size: usize, now: i64) -> (Vec<&Said>, bool) {
        let first = self.said.partition_point(|said| said.at < token.start);
        let end = self.said.partition_point(|said| said.at <= token.end);
        let here = |said: &&Said| {
            said.visible <= now && (life.from..life.to).contains(&said.ingested) && said.visible < life.to
        };
        let key = |said: &Said, other: &(i64, i64, String)| {
            (said.at, said.ingested).cmp(&(other.0, other.1)).then_with(|| said.id.cmp(&other.2))
        };
        let span = self.said.get(first..end.max(first)).unwrap_or_default();
        let after = token.after.as_ref();
        let mut page: Vec<&Said> = if token.from_head {
            let rest = span.partition_point(|said| after.is_some_and(|after| key(said, after).is_le()));
            span[rest..].iter().filter(here).take(size + 1).collect()
        } else {
            let rest = span.partition_point(|said| after.is_none_or(|after| key(said, after).is_lt()));
            span[..rest].iter().rev().filter(here).take(size + 1).collect()
        };
        let more = page.len() > size;
        page.truncate(size);
        (page, more)
    }
}

fn raw(said: &Said) -> Raw {
    Raw {
        stream: said.stream.as_str().into(),
        at: said.at,
        ingested: Some(said.ingested),
        id: said.id.as_str().into(),
        message: said.message.clone().into(),
    }
}

/// How the programs of a group speak.
#[derive(Clone, Copy, Debug)]
pub struct Speech {
    pub from: i64,
    pub to: i64,
    /// Milliseconds between two events, on average.
    pub every: i64,
    /// So many of a thousand are late by 3 to 12 seconds, by up to five minutes, by up to a quarter of an hour.
    pub late: (u64, u64, u64),
    /// So many of a thousand are storms of one millisecond.
    pub storms: u64,
    /// The clock of one stream is ahead by so much.
    pub ahead: i64,
}

pub fn speak(seed: u64, speech: Speech) -> Vec<Said> {
    let mut chance = Chance::new(seed);
    let mut said = Vec::new();
    let mut now = speech.from;
    while now < speech.to {
        now += chance.within(1, 2 * speech.every);
        let times = if chance.happens(speech.storms) { chance.within(50, 400) } else { 1 };
        for _ in 0..times {
            let n = said.len();
            let stream = chance.within(0, 5);
            let at = if stream == 0 { now + speech.ahead } else { now };
            let (some, more, most) = speech.late;
            let late = match chance.next() % 1000 {
                n if n < most => chance.within(5 * MINUTE, 15 * MINUTE - 4 * SECOND),
                n if n < most + more => chance.within(12 * SECOND, 5 * MINUTE),
                n if n < most + more + some => chance.within(3 * SECOND, 12 * SECOND),
                _ => chance.within(100, 900),
            };
            let ingested = now + late;
            let visible = ingested + chance.within(100, 1500);
            // Two that say the same at the same time are two.
            let message = format!("{} says {}", stream, chance.within(0, 3)).into_bytes();
            let id = format!("{seed}-{n:06}-{}", chance.next() % 10);
            said.push(Said { at, ingested, id, stream: format!("pod-{stream}"), message, visible });
        }
    }
    said
}
