//! The screen of logs: what was asked for, what was read of it so far, which of that is shown and where the cursor stands in it.
pub mod lines;
pub mod names;
pub mod over;
pub mod scroll;
mod work;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use super::task::TaskId;
use crate::{
    error::Error,
    kinds::Wish,
    log::{
        Event, Gap, News, SourceNo, TargetNo,
        follow::{Confirmed, Standing, Told, seen},
        store::{self, Added, LineNo, Store, histogram::Histogram, query::Query, search::Piece, shown::Shown},
    },
};
use lines::Form;
use names::Names;
pub use work::{Alike, Group, Saving, Sought};

/// How far back a log is opened, in milliseconds.
pub const BACK: i64 = 15 * 60 * 1000;
/// Bytes of scroll-back that a screen keeps where nothing else is said.
pub const ROOM: usize = 512 << 20;
/// What is less than this is searched at once, on the spot: it takes no longer than a frame.
const AT_ONCE: usize = 4 << 20;

/// What a tail reads: for a screen, or for a terminal without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    pub wishes: Vec<Wish>,
    /// Milliseconds since 1970.
    pub since: i64,
    /// Up to then, and no further; `None`: go on reading what comes.
    pub until: Option<i64>,
    /// Also by sessions of Live Tail, which are paid for by the minute.
    pub live: bool,
}

/// One target, as the list of sources shows it.
#[derive(Clone, Debug)]
pub struct Heard {
    pub no: TargetNo,
    pub name: Arc<str>,
    pub standing: Standing,
}

impl Heard {
    /// Whether it says that something is wrong, or late.
    #[must_use]
    pub const fn is_ill(&self) -> bool {
        !matches!(self.standing, Standing::Reading { .. } | Standing::Live | Standing::Silent { .. } | Standing::Ended)
    }
}

/// A span of time that was marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    From(i64),
    Between(i64, i64),
}

/// By what a provisional line is known again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Likeness {
    source: SourceNo,
    at: i64,
    hash: u128,
}

#[derive(Debug)]
pub struct Logs {
    pub title: String,
    pub wishes: Vec<Wish>,
    /// How far back was read or is being read.
    pub since: i64,
    /// All readings of this screen; the first goes on with what comes.
    pub tails: Vec<TaskId>,
    /// The search that is under way, and what it has found so far.
    pub search: Option<TaskId>,
    /// The grouping of what looks alike that is waited for.
    pub grouping: Option<TaskId>,
    /// What `next-found` looks for.
    pub sought: Option<Query>,
    /// How many lines there were when; none while it is not shown.
    pub histogram: Option<Histogram>,
    pub store: Store,
    pub names: Names,
    pub targets: Vec<Heard>,
    pub gaps: Vec<Gap>,
    /// What was typed, and what it means.
    pub text: String,
    pub query: Query,
    pub trouble: Option<String>,
    /// Parts that cannot be read, while others are.
    pub missing: Vec<Error>,
    /// Why nothing is read at all.
    pub failed: Option<Error>,
    pub shown: Shown,
    /// The last line is kept in sight.
    pub follow: bool,
    /// Lines of Live Tail that were not read again yet, by what they say.
    provisional: HashMap<Likeness, Vec<LineNo>>,
    /// Lines that came since somebody stopped following, and how many of them belong above the newest.
    pub unseen: usize,
    pub late: usize,
    pub wrap: bool,
    unfolded: HashSet<LineNo>,
    pub span: Option<Span>,
    at: Option<LineNo>,
    top: Option<LineNo>,
    index: usize,
    offset: usize,
}

impl Logs {
    #[must_use]
    pub fn new(title: impl Into<String>, wishes: Vec<Wish>, since: i64, room: usize) -> Self {
        Self {
            title: title.into(),
            wishes,
            since,
            tails: vec![],
            search: None,
            grouping: None,
            sought: None,
            histogram: None,
            store: Store::new(room),
            names: Names::default(),
            targets: vec![],
            gaps: vec![],
            text: String::new(),
            query: Query::default(),
            trouble: None,
            missing: vec![],
            failed: None,
            shown: Shown::all(),
            follow: true,
            provisional: HashMap::new(),
            unseen: 0,
            late: 0,
            wrap: false,
            unfolded: HashSet::new(),
            span: None,
            at: None,
            top: None,
            index: 0,
            offset: 0,
        }
    }

    /// Whether this screen reads by that task.
    #[must_use]
    pub fn reads(&self, task: TaskId) -> bool {
        self.tails.contains(&task)
    }

    /// Takes in what a reading has to say.
    pub fn hear(&mut self, task: TaskId, news: Vec<News>) {
        for news in news {
            match news {
                News::Target(no, target) => {
                    let name = names::title(&target).into();
                    let no = self.names.target(task, no, target);
                    self.targets.push(Heard { no, name, standing: Standing::Reading { upto: self.since } });
                }
                News::Missing(error) => self.missing.push(error),
                News::Chunk(chunk) => {
                    let added = self.store.adopt(chunk);
                    self.absorb(&added);
                }
                News::Told(told) => self.told(task, told),
            }
        }
    }

    fn told(&mut self, task: TaskId, told: Told) {
        match told {
            Told::Source(no, source) => self.names.source(task, no, source),
            Told::Events(mut events) => {
                events.iter_mut().for_each(|event| event.source = self.names.own_source(task, event.source));
                self.take(&events);
            }
            Told::Note { source, at, words } => {
                let source = self.names.own_source(task, source);
                let text = words.into_bytes().into();
                self.take(&[Event { source, at, ingested: None, id: None, text, provisional: false }]);
            }
            Told::Confirmed(confirmed) => self.confirm(task, &confirmed),
            Told::Standing(no, standing) => {
                let no = self.names.own_target(task, no);
                if let Some(heard) = self.targets.iter_mut().find(|heard| heard.no == no) {
                    heard.standing = standing;
                }
            }
            Told::Gap(gap) => self.gaps.push(self.own_gap(task, gap)),
            Told::Mended(gap) => {
                let gap = self.own_gap(task, gap);
                self.gaps.retain(|known| *known != gap);
            }
            Told::Cursor(..) => {}
        }
    }

    fn take(&mut self, events: &[Event]) {
        let added = self.store.add(events);
        // lines of Live Tail are kept in mind until they were read again
        for (event, no) in events.iter().zip(added.lines.clone()).filter(|(event, _)| event.provisional) {
            let likeness = Likeness { source: event.source, at: event.at, hash: seen::hash(&event.text) };
            self.provisional.entry(likeness).or_default().push(LineNo(no));
        }
        self.absorb(&added);
    }

    /// A provisional line was read again: it is the same line, and now it has a name.
    fn confirm(&mut self, task: TaskId, told: &Confirmed) {
        let source = self.names.own_source(task, told.source);
        let likeness = Likeness { source, at: told.at, hash: told.hash };
        let Some(lines) = self.provisional.get_mut(&likeness) else { return };
        let line = lines.remove(0);
        if lines.is_empty() {
            self.provisional.remove(&likeness);
        }
        let confirmed = store::Confirmed { line, ingested: told.ingested, id: Some(&told.id) };
        let added = self.store.confirm(&[confirmed]);
        self.absorb(&added);
    }

    fn own_gap(&self, task: TaskId, gap: Gap) -> Gap {
        Gap { target: self.names.own_target(task, gap.target), ..gap }
    }

    fn absorb(&mut self, added: &Added) {
        let change = self.shown.absorb(&self.store, added, &self.query, self.names.words());
        self.count_in(&change);
        if !self.follow {
            self.unseen += change.came.len();
            self.late += change.late;
        }
        self.stand();
    }

    /// Whether all there is can be searched on the spot.
    #[must_use]
    pub fn is_small(&self) -> bool {
        self.store.bytes() <= AT_ONCE
    }

    /// Shows what the text means. Where there is too much to search on the spot, the search is to be started.
    pub fn ask(&mut self, text: &str, now: i64, offset: i64) -> Option<Sought> {
        text.clone_into(&mut self.text);
        match Query::parse(text, now, offset) {
            Ok(query) => (self.query, self.trouble) = (query, None),
            Err(mistake) => {
                // what could not be read yet changes nothing: somebody is still typing
                self.trouble = Some(mistake.why);
                return None;
            }
        }
        if self.query.is_empty() {
            self.shown = Shown::all();
            self.stand();
            return None;
        }
        let sought = self.everything();
        self.shown = Shown::searching(LineNo(sought.snapshot.numbers().end));
        self.recount();
        if !self.is_small() {
            return Some(sought);
        }
        sought.search(&|| false, &mut |piece| self.found(&piece));
        self.searched();
        None
    }

    /// Shows what a search has found.
    pub fn found(&mut self, piece: &Piece) {
        let change = self.shown.take(&self.store, piece);
        self.count_in(&change);
        self.stand();
    }

    /// All was searched.
    pub fn searched(&mut self) {
        self.shown.searched();
        self.stand();
    }

    #[must_use]
    pub fn count(&self) -> usize {
        self.shown.len(&self.store)
    }

    #[must_use]
    pub const fn index(&self) -> usize {
        self.index
    }

    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// The line under the cursor.
    #[must_use]
    pub const fn at(&self) -> Option<LineNo> {
        self.at
    }

    #[must_use]
    pub fn form(&self, line: LineNo) -> Form {
        match self.wrap {
            _ if self.unfolded.contains(&line) => Form::Unfolded,
            true => Form::Wrapped,
            false => Form::Cut,
        }
    }

    /// Unfolds the line under the cursor, or folds it again.
    pub fn fold(&mut self) {
        if let Some(line) = self.at
            && !self.unfolded.remove(&line)
        {
            self.unfolded.insert(line);
            self.stay();
        }
    }

    /// Whether any target says that something is wrong with it, or that it is behind.
    #[must_use]
    pub fn trouble(&self) -> Option<&Heard> {
        self.targets.iter().find(|heard| heard.is_ill())
    }

    /// The earliest time that is shown.
    #[must_use]
    pub fn begin(&self) -> Option<i64> {
        self.store.at(0).and_then(|line| self.store.line(line)).map(|line| line.at)
    }
}
