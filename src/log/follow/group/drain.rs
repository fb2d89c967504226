//! One listing, page by page, until no token comes; begun anew where it stood when its token is of no use any more.
use hashbrown::HashSet;

use super::{Ask, Purpose};
use crate::log::follow::seen::hash;

/// A listing that is begun anew reads this much of what it read before: pages were seen to come a little out of order.
pub const SLACK: i64 = 1000;
/// So often it may be begun anew without finding anything new.
const PATIENCE: u32 = 3;

#[derive(Debug)]
pub struct Drain {
    pub no: u32,
    pub purpose: Purpose,
    /// Both ends belong to it; `i64::MAX` leaves it open.
    pub from: i64,
    pub to: i64,
    pub from_head: bool,
    /// All on this side of it was read: before it if read from the head, after it otherwise.
    pub cursor: i64,
    /// By the service's clock; known with the first answer.
    pub began: Option<i64>,
    /// New events that it found.
    pub found: u64,
    /// It reaches back to what is settled, so that more is settled when it is done.
    pub settles: bool,
    pub pages: u32,
    /// Where the listing that goes on by `token` was begun.
    begun_at: i64,
    token: Option<Box<str>>,
    tokens: HashSet<u128>,
    restarts: u32,
}

/// What a page meant to the listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turned {
    More,
    Done,
    /// The service leads in circles.
    Stuck,
}

impl Drain {
    pub fn new(no: u32, purpose: Purpose, (from, to): (i64, i64), from_head: bool) -> Self {
        let first = if from_head { from } else { to };
        Self {
            no,
            purpose,
            from,
            to,
            from_head,
            cursor: first,
            began: None,
            found: 0,
            settles: false,
            pages: 0,
            begun_at: first,
            token: None,
            tokens: HashSet::new(),
            restarts: 0,
        }
    }

    pub fn ask(&self) -> Ask {
        // A token goes on with the listing for which it was given: bounds stay as they were when that was begun.
        let (start, end) = if self.from_head { (self.begun_at, self.to) } else { (self.from, self.begun_at) };
        Ask {
            start,
            end: (end != i64::MAX).then_some(end),
            token: self.token.clone(),
            from_head: self.from_head,
            purpose: self.purpose,
            drain: self.no,
        }
    }

    /// What is not read yet, and what is needed to begin anew: ids in there must not be forgotten.
    pub fn unread(&self) -> (i64, i64) {
        let slack = 2 * SLACK;
        let begun = self.begun_at;
        if self.from_head {
            (begun.min(self.cursor).saturating_sub(slack), self.to)
        } else {
            (self.from.saturating_sub(slack), begun.max(self.cursor).saturating_add(slack))
        }
    }

    /// Takes note of a page: the times of its events, how many of them were new, the token of the next one.
    pub fn turned(&mut self, span: Option<(i64, i64)>, fresh: u64, next: Option<Box<str>>) -> Turned {
        self.pages += 1;
        self.found += fresh;
        if let Some((earliest, latest)) = span {
            self.cursor = if self.from_head { self.cursor.max(latest) } else { self.cursor.min(earliest) };
        }
        if fresh > 0 {
            self.restarts = 0;
            self.tokens.clear();
        }
        let Some(next) = next else { return Turned::Done };
        let again = self.token.as_ref() == Some(&next) || !self.tokens.insert(hash(next.as_bytes()));
        if again {
            return if self.begin_anew() { Turned::More } else { Turned::Stuck };
        }
        self.token = Some(next);
        Turned::More
    }

    /// Drops the token and begins where it stands. `false` when that was tried too often to no avail.
    pub fn begin_anew(&mut self) -> bool {
        self.token = None;
        self.tokens.clear();
        self.restarts += 1;
        self.begun_at = if self.from_head {
            self.cursor.saturating_sub(SLACK).max(self.from)
        } else {
            self.cursor.saturating_add(SLACK).min(self.to)
        };
        if self.restarts <= PATIENCE {
            return true;
        }
        self.restarts = 0;
        false
    }
}
