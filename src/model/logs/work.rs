//! What is done with lines of logs beside the loop: searched, grouped, saved.
use std::sync::Arc;

use super::names::Names;
use crate::{
    log::{
        Level,
        store::{
            LineNo, Snapshot, patterns,
            query::{Names as Words, Query},
            search::Piece,
        },
    },
    model::zone::Zone,
};

/// A search: of what, and for what.
#[derive(Clone, Debug)]
pub struct Sought {
    pub snapshot: Snapshot,
    pub query: Query,
    pub names: Words,
}

/// Two searches are one only if they are the same task; they are never compared for what they hold.
impl PartialEq for Sought {
    fn eq(&self, other: &Self) -> bool {
        self.query.text() == other.query.text() && self.snapshot.numbers() == other.snapshot.numbers()
    }
}

impl Eq for Sought {}

impl Sought {
    /// Looks through everything, newest first, until `stop` says so.
    pub fn search(&self, stop: &dyn Fn() -> bool, found: &mut dyn FnMut(Piece)) {
        self.snapshot.search(&self.query, &self.names, true, stop, found);
    }
}

/// Lines that look alike: where, and against which time before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alike {
    pub sought: Sought,
    pub now: (i64, i64),
    pub before: (i64, i64),
}

/// So many lines that look alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    pub lines: u64,
    pub level: Level,
    pub text: String,
    /// What it is against the time before.
    pub news: Option<patterns::News>,
}

/// What is written to a file.
#[derive(Clone, Debug)]
pub struct Saving {
    pub path: Arc<str>,
    /// As it came, or as it is shown.
    pub raw: bool,
    /// What is said before the lines: of what they are, and what may be missing.
    pub head: Vec<String>,
    pub zone: Zone,
    pub snapshot: Snapshot,
    pub lines: Vec<LineNo>,
    pub names: Names,
}

impl PartialEq for Saving {
    fn eq(&self, other: &Self) -> bool {
        (&self.path, &self.lines) == (&other.path, &other.lines)
    }
}

impl Eq for Saving {}
