//! Through the events of a log group in the order of their time, slice by slice: a page costs what it shows, however long
//! the window is.
use super::source::Stream;
use crate::rng::{Rng, hash};

/// A log event.
#[derive(Clone, Debug)]
pub struct Event {
    pub key: Key,
    pub message: String,
    /// Index of its stream.
    pub stream: usize,
}

/// Where an event stands among all of its group: by its time, then by when it came in, then by a number of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    pub at: i64,
    pub ingested: i64,
    pub id: u64,
}

impl Key {
    /// Before all events of a millisecond.
    #[must_use]
    pub const fn before(at: i64) -> Self {
        Self { at, ingested: i64::MIN, id: 0 }
    }

    /// 56 digits, as AWS numbers events.
    #[must_use]
    pub fn event_id(self) -> String {
        format!("{:016}{:020}{:020}", self.at, self.id, self.id.rotate_left(23) ^ self.ingested.cast_unsigned())
    }
}

/// How what is written comes to CloudWatch: gathered for so long, and now and then held up on the way.
#[derive(Clone, Copy, Debug)]
pub struct Courier {
    /// Who gathers; lines of one gatherer travel together.
    pub who: u64,
    pub every: i64,
    pub way: (i64, i64),
    /// One in so many times it takes so much longer.
    pub late: (u64, i64, i64),
}

impl Courier {
    /// Fluent Bit on a node: a flush every five seconds.
    #[must_use]
    pub fn fluent_bit(seed: u64, node: &str) -> Self {
        Self { who: hash(seed, node), every: 5000, way: (120, 900), late: (40, 3000, 12_000) }
    }

    /// When what was written then can be read.
    #[must_use]
    pub fn ingested(&self, at: i64) -> i64 {
        let phase = (self.who % self.every.cast_unsigned()).cast_signed();
        let flush = ((at - phase).div_euclid(self.every) + 1) * self.every + phase;
        let mut rng = Rng::new(self.who ^ flush.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let late = if rng.one_in(self.late.0) { rng.between(self.late.1, self.late.2) } else { 0 };
        flush + rng.between(self.way.0, self.way.1) + late
    }

    /// No line takes longer than this.
    #[must_use]
    pub const fn longest(&self) -> i64 {
        self.every + self.way.1 + self.late.2
    }
}

/// From here to before there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: i64,
    pub to: i64,
}

/// So many lines, and looks at streams, are enough for one answer; what is left is left to the next page.
const BUDGET: usize = 60_000;
const WIDEST: i64 = 6 * 3_600_000;

pub struct Walk<'a> {
    pub streams: &'a [Stream],
    pub window: Window,
    /// What came in later is not there yet.
    pub now: i64,
    pub forward: bool,
    /// About so many events are wanted, so that the first slices are not wider than it takes.
    pub wanted: usize,
}

impl Walk<'_> {
    /// Hands over the events beyond `after`, until `see` says that it is enough (of which it then tells whether it took
    /// the last one), or
    /// it has been work enough. Where to go on; nothing if the window is done.
    pub fn go(&self, after: Option<Key>, mut see: impl FnMut(Event) -> Go) -> Option<Key> {
        let mut window = self.window;
        match after {
            Some(after) if self.forward => window.from = window.from.max(after.at),
            Some(after) => window.to = window.to.min(after.at.saturating_add(1)),
            None => {}
        }
        let wanted = i64::try_from(self.wanted.clamp(1, 2000)).unwrap_or(2000);
        let streams = i64::try_from(self.streams.len().max(1)).unwrap_or(i64::MAX);
        // as if each stream had a line a second
        let mut width = (1000 * wanted / streams).clamp(20, 20_000);
        let mut spent = 0;
        while window.from < window.to {
            let slice = self.slice(window, width);
            let mut events = self.events(slice);
            spent += events.len() + self.streams.len();
            width = adapted(width, events.len());
            events.retain(|event| {
                after.is_none_or(|after| if self.forward { event.key > after } else { event.key < after })
            });
            let mut last = None;
            for event in events {
                let key = event.key;
                match see(event) {
                    Go::On => last = Some(key),
                    Go::Enough => return Some(key),
                    Go::TooMuch => {
                        let start = after.filter(|after| (slice.from..slice.to).contains(&after.at));
                        return last.or(start).or_else(|| Some(self.edge(slice.from, slice.to, false)));
                    }
                }
            }
            if self.forward {
                window.from = slice.to;
            } else {
                window.to = slice.from;
            }
            if spent > BUDGET && window.from < window.to {
                return Some(self.edge(slice.from, slice.to, true));
            }
        }
        None
    }

    /// The beginning of a slice in the direction of the walk, or its end.
    fn edge(&self, from: i64, to: i64, end: bool) -> Key {
        Key::before(if self.forward == end { to } else { from })
    }

    fn slice(&self, window: Window, width: i64) -> Window {
        if self.forward {
            Window { from: window.from, to: window.to.min(window.from.saturating_add(width)) }
        } else {
            Window { from: window.from.max(window.to.saturating_sub(width)), to: window.to }
        }
    }

    /// All that is there of a slice, in order.
    fn events(&self, slice: Window) -> Vec<Event> {
        let mut all = vec![];
        for (stream, of) in self.streams.iter().enumerate() {
            of.say(slice, &mut |nanos, message| {
                let key = of.key(nanos);
                if key.ingested <= self.now {
                    all.push(Event { key, message, stream });
                }
            });
        }
        all.sort_unstable_by_key(|event| event.key);
        if !self.forward {
            all.reverse();
        }
        all
    }
}

/// What whoever is shown an event says to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    On,
    /// This was the last one.
    Enough,
    /// This one does not fit any more; it comes first in the next page.
    TooMuch,
}

const fn adapted(width: i64, found: usize) -> i64 {
    match found {
        0..500 if width < WIDEST => width * 2,
        8000.. if width > 20 => width / 2,
        _ => width,
    }
}
