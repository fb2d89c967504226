//! What is looked for in logs. Terms are separated by spaces and all must hold; `!` before one turns it round:
//!
//! * `timeout` text, whatever its case unless it has a capital; `"connection refused"` text with spaces; `/time(d )?out/` a regular
//!   expression;
//! * `level:error`, `level:warn,error`, `level>=warn`;
//! * `source:api-7c9d` text in the name of the target or the stream;
//! * `status:500` text in a field of a JSON or logfmt line, `user.id=7` the field exactly, `dur_ms>=800` its number; in a line
//!   without fields the text `status:500` itself;
//! * `since:15m`, `until:12:30`, `since:2026-11-01T00:00`.
mod field;
mod parse;
mod text;

use std::{ops::Range, sync::Arc};

use field::Check;
pub(super) use text::Needle;

use super::Line;
use crate::log::{Level, SourceNo};

/// What sources are called, for terms that ask.
#[derive(Clone, Debug, Default)]
pub struct Names(Arc<Vec<Arc<str>>>);

impl Names {
    /// The target's name and the stream's, as the screen shows them.
    pub fn set(&mut self, source: SourceNo, name: &str) {
        let (names, at) = (Arc::make_mut(&mut self.0), source.0 as usize);
        if names.len() <= at {
            names.resize(at + 1, "".into());
        }
        names[at] = name.into();
    }

    #[must_use]
    pub fn of(&self, source: SourceNo) -> &str {
        self.0.get(source.0 as usize).map_or("", |name| name)
    }
}

/// Why a query cannot be meant so, and where in its text (in bytes).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub why: String,
    pub at: Range<usize>,
}

#[derive(Clone, Debug)]
pub struct Query {
    text: String,
    terms: Vec<Term>,
    /// Which levels may pass, a bit each.
    levels: u8,
    since: i64,
    until: i64,
}

#[derive(Clone, Debug)]
struct Term {
    not: bool,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    Text(Needle),
    Source(Needle),
    Field(Box<Check>),
}

pub(super) const ALL_LEVELS: u8 = 0x7f;

impl Default for Query {
    fn default() -> Self {
        Self { text: String::new(), terms: Vec::new(), levels: ALL_LEVELS, since: i64::MIN, until: i64::MAX }
    }
}

impl Query {
    /// `now` is what times of the query are counted from, in milliseconds since 1970; `offset` is how far local time is from UTC,
    /// in milliseconds.
    pub fn parse(text: &str, now: i64, offset: i64) -> Result<Self, Mistake> {
        parse::query(text, now, offset)
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it lets everything through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.levels == ALL_LEVELS && self.since == i64::MIN && self.until == i64::MAX
    }

    #[must_use]
    pub fn matches(&self, line: &Line<'_>, names: &Names) -> bool {
        self.admits(line.level, line.at)
            && self.terms.iter().all(|term| term.holds(line.text, || names.of(line.source)))
    }

    /// Whether a line of this level and time may pass.
    pub(super) fn admits(&self, level: Level, at: i64) -> bool {
        self.levels >> level as u8 & 1 == 1 && (self.since..=self.until).contains(&at)
    }

    /// The levels, a bit each, and the times, both included, outside of which nothing passes.
    pub(super) fn bounds(&self) -> (u8, i64, i64) {
        (self.levels, self.since, self.until)
    }

    /// Whether the level and the time decide alone.
    pub(super) fn is_only_bounds(&self) -> bool {
        self.terms.is_empty()
    }

    /// The text that is found fastest and that every line must have.
    pub(super) fn driver(&self) -> Option<&Needle> {
        let needles = self.terms.iter().filter(|term| !term.not).filter_map(|term| match &term.test {
            Test::Text(needle) => Some(needle),
            Test::Source(_) | Test::Field(_) => None,
        });
        needles.filter(|needle| needle.is_of_lines()).max_by_key(|needle| needle.worth())
    }

    /// The terms but for the driver, for a line whose level and time are fine.
    pub(super) fn rest_holds<'a>(&self, driver: Option<&Needle>, text: &[u8], name: impl Fn() -> &'a str) -> bool {
        let is_driver = |term: &Term| match (&term.test, driver) {
            (Test::Text(needle), Some(driver)) => std::ptr::eq(needle, driver),
            _ => false,
        };
        self.terms.iter().all(|term| is_driver(term) || term.holds(text, &name))
    }

    /// What in a line is to be shown as found: where the positive text terms are in it.
    #[must_use]
    pub fn marks(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut marks: Vec<Range<usize>> = Vec::new();
        for term in self.terms.iter().filter(|term| !term.not) {
            if let Test::Text(needle) = &term.test {
                let mut from = 0;
                while marks.len() < 256
                    && let Some((start, end)) = needle.find(text, from)
                {
                    if end > start {
                        marks.push(start..end);
                    }
                    from = end.max(start + 1);
                }
            }
        }
        marks.sort_by_key(|mark| (mark.start, mark.end));
        marks
    }
}

impl Term {
    fn holds<'a>(&self, text: &[u8], name: impl FnOnce() -> &'a str) -> bool {
        let yes = match &self.test {
            Test::Text(needle) => needle.is_in(text),
            Test::Source(needle) => needle.is_in(name().as_bytes()),
            Test::Field(check) => check.holds(text),
        };
        yes != self.not
    }
}
