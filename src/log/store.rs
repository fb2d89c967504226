//! The scroll-back: all that was read, as text and as little else as possible, in the order of time whatever the order in which it
//! came. It takes so many bytes and no more: what is over is let go by whole chunks, oldest arrival first, and it says so.
pub mod audit;
mod build;
mod chunk;
pub mod fields;
pub mod histogram;
mod id;
mod notes;
mod order;
pub mod patterns;
pub mod query;
pub mod search;
mod shelf;
pub mod shown;
mod sniff;
#[cfg(test)]
mod tests;

use std::{ops::Range, sync::Arc};

pub use build::Builder;
pub use chunk::{Chunk, Parts, ROOM};
use order::{Keys, Order};
pub use search::Snapshot;
use shelf::{Part, Shelf};
pub use sniff::{Said, is_json, level, line as said};

use super::{Event, Level, SourceNo};

/// The number of a line in the order of arrival. No two lines ever have the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineNo(pub u64);

/// A line as it is kept.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    pub no: LineNo,
    pub at: i64,
    pub ingested: Option<i64>,
    pub source: SourceNo,
    pub level: Level,
    /// Live Tail gave it, and it was not read again yet.
    pub provisional: bool,
    /// It belongs to the line before it: a frame of a stack trace.
    pub continued: bool,
    /// It said itself when it was, or its service did; what did not has the time of the line before.
    pub stamped: bool,
    pub text: &'a [u8],
}

/// What was let go to stay within the cap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    pub lines: u64,
    pub bytes: u64,
    /// The latest time of a line that was let go: up to here the scroll-back has holes.
    pub upto: Option<i64>,
}

/// What a change did to the scroll-back.
#[derive(Clone, Debug, Default)]
pub struct Added {
    /// The numbers of the lines that came.
    pub lines: Range<u64>,
    /// How many of them went in before the line that was the newest.
    pub late: usize,
    /// The numbers of the lines that were let go.
    pub evicted: Range<u64>,
    /// Lines of before that stand elsewhere now: they were confirmed.
    pub moved: Vec<LineNo>,
    /// What was let go, for those who count lines.
    gone: Vec<Part>,
}

impl Added {
    /// The time and the level of the lines that were let go.
    fn gone(&self, no: u64) -> Option<(i64, Level)> {
        let part = self.gone.get(self.gone.partition_point(|part| part.first <= no).checked_sub(1)?)?;
        let entry = part.chunk.entries().get(usize::try_from(no - part.first).ok()?)?;
        Some((entry.at, entry.level))
    }
}

/// What a line that was provisional turned out to be.
#[derive(Clone, Copy, Debug)]
pub struct Confirmed<'a> {
    pub line: LineNo,
    pub ingested: Option<i64>,
    pub id: Option<&'a str>,
}

#[derive(Debug)]
pub struct Store {
    cap: usize,
    shelf: Shelf,
    order: Order,
    dropped: Dropped,
}

/// A chunk that is smaller is copied into the open one: many chunks are slower than few.
const SMALL: usize = ROOM / 16;

impl Store {
    /// A scroll-back that takes so many bytes, text and index together.
    #[must_use]
    pub fn new(cap: usize) -> Self {
        Self { cap, shelf: Shelf::default(), order: Order::default(), dropped: Dropped::default() }
    }

    /// Takes in events as they came.
    pub fn add(&mut self, events: &[Event]) -> Added {
        let first = self.shelf.next();
        for event in events {
            self.shelf.push(&Parts::from(event));
        }
        self.taken(first, None)
    }

    /// Takes in a chunk that was built elsewhere. The work was done there: here it only gets its place.
    pub fn adopt(&mut self, chunk: Arc<Chunk>) -> Added {
        let first = self.shelf.next();
        let len = chunk.len();
        let known = chunk.order().map(|order| order.iter().map(|line| first + u64::from(*line)).collect());
        let is_sorted = chunk.is_sorted();
        self.shelf.adopt(chunk);
        if is_sorted && len > 0 && self.order.last().is_none_or(|last| self.shelf.key(last) < self.shelf.key(first)) {
            self.order.push_run(first, len);
            return Added { lines: first..self.shelf.next(), ..self.evict() };
        }
        self.taken(first, known)
    }

    /// Puts the lines from `first` on into the order and lets go of what is over.
    fn taken(&mut self, first: u64, known: Option<Vec<u64>>) -> Added {
        let next = self.shelf.next();
        let batch = known.unwrap_or_else(|| {
            let mut batch: Vec<u64> = (first..next).collect();
            if !batch.is_sorted_by_key(|no| self.shelf.key(*no)) {
                batch.sort_by_key(|no| self.shelf.key(*no));
            }
            batch
        });
        let late = self.order.merge(&batch, &self.shelf);
        Added { lines: first..next, late, ..self.evict() }
    }

    fn evict(&mut self) -> Added {
        let first = self.shelf.first();
        let mut gone = Vec::new();
        while self.bytes() > self.cap
            && let Some(part) = self.shelf.drop_oldest()
        {
            self.dropped.lines += part.chunk.len() as u64;
            self.dropped.bytes += part.chunk.whole().len() as u64;
            self.dropped.upto = self.dropped.upto.max(part.chunk.span().map(|(_, to)| to));
            gone.push(part);
        }
        let evicted = first..self.shelf.first();
        if !evicted.is_empty() {
            self.order.forget_before(evicted.end);
        }
        Added { evicted, gone, ..Added::default() }
    }

    /// Lines of Live Tail were read again by a call that gives their ids: they are true now, and keep their numbers. Where others
    /// of the same moment stand, they may change places with them.
    pub fn confirm(&mut self, confirmed: &[Confirmed<'_>]) -> Added {
        let mut moved = Vec::new();
        for one in confirmed {
            if !self.shelf.has(one.line.0) {
                continue;
            }
            let family = self.shelf.family(one.line.0);
            let at = self.shelf.key(one.line.0).at;
            for no in &family {
                self.order.remove(*no, at, &self.shelf);
            }
            self.shelf.confirm(one);
            self.order.merge(&family, &self.shelf);
            moved.extend(family.into_iter().map(LineNo));
        }
        let next = self.shelf.next();
        Added { lines: next..next, moved, ..self.evict() }
    }

    /// How many lines there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.len() == 0
    }

    /// What text and index take of memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.shelf.bytes()
    }

    #[must_use]
    pub fn cap(&self) -> usize {
        self.cap
    }

    /// Takes another cap; what is over then is let go.
    pub fn set_cap(&mut self, cap: usize) -> Added {
        self.cap = cap;
        let next = self.shelf.next();
        Added { lines: next..next, ..self.evict() }
    }

    #[must_use]
    pub fn dropped(&self) -> &Dropped {
        &self.dropped
    }

    /// The number of the oldest line that is kept, and the one that the next to come will have.
    #[must_use]
    pub fn numbers(&self) -> Range<u64> {
        self.shelf.first()..self.shelf.next()
    }

    /// The line at a place in the order of time; among those of one millisecond in the order of ingestion, id and arrival.
    #[must_use]
    pub fn at(&self, position: usize) -> Option<LineNo> {
        self.order.at(position).map(LineNo)
    }

    /// The lines from a place on, for whoever wants many.
    pub fn from(&self, position: usize) -> impl Iterator<Item = LineNo> + '_ {
        self.order.from(position).map(LineNo)
    }

    #[must_use]
    pub fn position(&self, line: LineNo) -> Option<usize> {
        self.shelf.has(line.0).then(|| self.order.position(line.0, &self.shelf)).flatten()
    }

    #[must_use]
    pub fn line(&self, line: LineNo) -> Option<Line<'_>> {
        self.shelf.line(line.0)
    }

    /// What the service calls it.
    #[must_use]
    pub fn id(&self, line: LineNo) -> Option<String> {
        self.shelf.id(line.0)
    }

    /// The first place whose line is at this time or later.
    #[must_use]
    pub fn seek(&self, at: i64) -> usize {
        self.order.partition(|no| self.shelf.key(no).at < at)
    }

    /// All that is there now, for jobs: shared, not copied.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::new(self.shelf.frozen())
    }

    fn shelf(&self) -> &Shelf {
        &self.shelf
    }
}
