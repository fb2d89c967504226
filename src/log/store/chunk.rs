//! About a megabyte of text and the index of its lines: what scroll-back is made of. A chunk never changes once it is built, so
//! that jobs read it while the console goes on; what becomes known of its lines later (`Notes`) is kept beside it.
use std::cmp::Ordering;

use super::{id::Id, notes::Notes};
use crate::log::{Level, SourceNo};

/// How much text a chunk has, unless one line is longer.
pub const ROOM: usize = 1 << 20;

/// Live Tail gave it, and nobody confirmed it yet.
const PROVISIONAL: u8 = 1;
/// It belongs to the line before it of its source: the frames of a stack trace.
const CONTINUED: u8 = 1 << 1;
/// Before its end stands a carriage return that is no text.
const CR: u8 = 1 << 2;
/// It said itself when it was.
const STAMPED: u8 = 1 << 3;

/// No time of ingestion is known.
const NO_DELAY: i32 = i32::MIN;
/// It is too far from the time of the event: the notes have it.
const FAR_DELAY: i32 = i32::MAX;

/// What the index keeps of a line: 24 bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub at: i64,
    start: u32,
    source: u32,
    /// Ingested so much later, in milliseconds.
    delay: i32,
    /// So many lines before stands the line that this one belongs to.
    back: u16,
    pub level: Level,
    flags: u8,
}

const _: () = assert!(size_of::<Entry>() == 24);

/// What the order of lines goes by. Lines that belong to another stand right behind it, so they have its key but for the last part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key<'a> {
    pub at: i64,
    ingested: Option<i64>,
    id: Option<Id<'a>>,
    head: u64,
    no: u64,
}

impl Key<'_> {
    /// The key of a line that nobody has any more.
    pub fn of_nothing(no: u64) -> Self {
        Self { at: i64::MIN, ingested: None, id: None, head: no, no }
    }
}

/// A line to be kept, wherever its parts lie.
#[derive(Clone, Copy, Debug)]
pub struct Parts<'a> {
    pub source: SourceNo,
    pub at: i64,
    pub ingested: Option<i64>,
    pub id: Option<&'a str>,
    pub text: &'a [u8],
    pub provisional: bool,
}

impl<'a> From<&'a crate::log::Event> for Parts<'a> {
    fn from(event: &'a crate::log::Event) -> Self {
        let crate::log::Event { source, at, ingested, id, text, provisional } = event;
        let (source, at, ingested, provisional) = (*source, *at, *ingested, *provisional);
        Self { source, at, ingested, id: id.as_deref(), text, provisional }
    }
}

/// What the builder found out about a line before it put it in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub start: usize,
    pub at: i64,
    pub source: SourceNo,
    pub level: Level,
    pub cr: bool,
    pub stamped: bool,
    pub continued: bool,
    /// How many lines before its head stands, where that is in the same chunk.
    pub back: u16,
}

#[derive(Clone, Debug)]
pub struct Chunk {
    /// Every line ends in a line feed; those within an event are part of its text.
    text: Vec<u8>,
    lines: Vec<Entry>,
    notes: Notes,
    /// The earliest and the latest time in it.
    from: i64,
    to: i64,
    /// Which levels occur, a bit each.
    levels: u8,
    has_cr: bool,
    /// A line of it, or of the file before it, said when it was.
    says_times: bool,
    /// The lines in order where they are not in order as they stand.
    order: Option<Box<[u32]>>,
    sorted: bool,
}

impl Default for Chunk {
    fn default() -> Self {
        let (text, lines, notes) = (Vec::new(), Vec::new(), Notes::default());
        Self {
            text,
            lines,
            notes,
            from: i64::MAX,
            to: i64::MIN,
            levels: 0,
            has_cr: false,
            says_times: false,
            order: None,
            sorted: true,
        }
    }
}

impl Chunk {
    /// How many lines.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// What it takes of memory.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let order = self.order.as_ref().map_or(0, |order| order.len() * 4);
        self.text.capacity() + self.lines.capacity() * size_of::<Entry>() + self.notes.bytes() + order
    }

    /// The text of all lines, one after the other.
    #[must_use]
    pub fn whole(&self) -> &[u8] {
        &self.text
    }

    /// The earliest and the latest time of its lines; nothing in an empty one.
    #[must_use]
    pub fn span(&self) -> Option<(i64, i64)> {
        (!self.is_empty()).then_some((self.from, self.to))
    }

    pub(super) fn text_mut(&mut self) -> &mut Vec<u8> {
        &mut self.text
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.lines
    }

    pub(super) fn notes(&self) -> &Notes {
        &self.notes
    }

    pub(super) fn levels(&self) -> u8 {
        self.levels
    }

    pub(super) fn has_cr(&self) -> bool {
        self.has_cr
    }

    pub(super) fn order(&self) -> Option<&[u32]> {
        self.order.as_deref()
    }

    pub(super) fn is_sorted(&self) -> bool {
        self.sorted
    }

    /// Where the text of a line begins and ends in the whole, without what ends it.
    pub(super) fn bounds(&self, line: usize) -> (usize, usize) {
        let entry = &self.lines[line];
        let end = self.next_start(line) - 1 - usize::from(entry.flags & CR != 0);
        (entry.start as usize, end)
    }

    /// Where the line after this begins.
    pub(super) fn next_start(&self, line: usize) -> usize {
        self.lines.get(line + 1).map_or(self.text.len(), |next| next.start as usize)
    }

    pub(super) fn text(&self, line: usize) -> &[u8] {
        let (start, end) = self.bounds(line);
        &self.text[start..end]
    }

    /// The line that has this byte, which is not before the line `after`.
    pub(super) fn line_with(&self, byte: usize, after: usize) -> usize {
        let mut step = 1;
        while self.lines.get(after + step).is_some_and(|entry| entry.start as usize <= byte) {
            step *= 2;
        }
        let (low, high) = (after + step / 2, (after + step).min(self.lines.len()));
        low + self.lines[low..high].partition_point(|entry| entry.start as usize <= byte) - 1
    }

    pub(super) fn source(&self, line: usize) -> SourceNo {
        SourceNo(self.lines[line].source)
    }

    pub(super) fn is_continued(&self, line: usize) -> bool {
        self.lines[line].flags & CONTINUED != 0
    }

    pub(super) fn is_stamped(&self, line: usize) -> bool {
        self.lines[line].flags & STAMPED != 0
    }

    /// The line of the same chunk that this line belongs to: itself, mostly.
    pub(super) fn head(&self, line: usize) -> usize {
        line - usize::from(self.lines[line].back)
    }

    pub(super) fn is_provisional(&self, line: usize, notes: &Notes) -> bool {
        self.lines[line].flags & PROVISIONAL != 0 && !notes.is_confirmed(line)
    }

    pub(super) fn ingested(&self, line: usize, notes: &Notes) -> Option<i64> {
        let entry = &self.lines[line];
        let told = || notes.ingested.get(&u32::try_from(line).ok()?).copied();
        match entry.delay {
            NO_DELAY if notes.ingested.is_empty() => None,
            NO_DELAY | FAR_DELAY => told(),
            delay if notes.ingested.is_empty() => Some(entry.at + i64::from(delay)),
            delay => told().or(Some(entry.at + i64::from(delay))),
        }
    }

    /// `first` is the number of the chunk's first line.
    pub(super) fn key<'a>(&self, line: usize, first: u64, notes: &'a Notes) -> Key<'a> {
        let head = self.head(line);
        let (at, ingested) = (self.lines[head].at, self.ingested(head, notes));
        Key { at, ingested, id: notes.id(head), head: first + head as u64, no: first + line as u64 }
    }
}

/// What only the builder does.
impl Chunk {
    /// About so many lines will come.
    pub(super) fn expect(&mut self, lines: usize) {
        self.lines.reserve(lines + lines / 16);
    }

    /// Puts in a line whose text is there already, up to where the text ends now.
    pub(super) fn put(&mut self, found: Found) {
        let flag = |on: bool, flag: u8| if on { flag } else { 0 };
        let flags = flag(found.cr, CR) | flag(found.stamped, STAMPED) | flag(found.continued, CONTINUED);
        let start = u32::try_from(found.start).unwrap_or(u32::MAX);
        let (at, source, level, back) = (found.at, found.source.0, found.level, found.back);
        self.lines.push(Entry { at, start, source, delay: NO_DELAY, back, level, flags });
        self.has_cr |= found.cr;
        self.says_times |= found.stamped;
        self.levels |= 1 << level as u8;
        (self.from, self.to) = (self.from.min(at), self.to.max(at));
    }

    /// What the service said of the line that was put in last.
    pub(super) fn note(&mut self, parts: &Parts<'_>) {
        let line = self.lines.len() - 1;
        if let Some(id) = parts.id {
            self.notes.set_id(line, id);
        }
        let entry = &mut self.lines[line];
        entry.flags |= if parts.provisional { PROVISIONAL } else { 0 };
        if let Some(ingested) = parts.ingested {
            let delay = ingested.checked_sub(entry.at).and_then(|delay| i32::try_from(delay).ok());
            entry.delay = delay.filter(|delay| ![NO_DELAY, FAR_DELAY].contains(delay)).unwrap_or(FAR_DELAY);
            if entry.delay == FAR_DELAY {
                self.notes.ingested.insert(u32::try_from(line).unwrap_or(u32::MAX), ingested);
            }
        }
    }

    /// Copies all lines of another behind those of this one.
    pub(super) fn append(&mut self, other: &Self) {
        let (text, lines) = (self.text.len(), self.lines.len());
        self.text.extend_from_slice(&other.text);
        for (line, entry) in other.lines.iter().enumerate() {
            let start = u32::try_from(text + entry.start as usize).unwrap_or(u32::MAX);
            self.lines.push(Entry { start, ..*entry });
            if let Some(id) = other.notes.id(line) {
                self.notes.set_id(lines + line, &id.show());
            }
        }
        for (line, ingested) in &other.notes.ingested {
            self.notes.ingested.insert(u32::try_from(lines).unwrap_or(u32::MAX) + line, *ingested);
        }
        self.has_cr |= other.has_cr;
        self.says_times |= other.says_times;
        self.levels |= other.levels;
        (self.from, self.to) = (self.from.min(other.from), self.to.max(other.to));
        self.sorted &= other.sorted
            && (lines == 0 || other.is_empty() || {
                self.key(lines - 1, 0, &self.notes) < self.key(lines, 0, &self.notes)
            });
    }

    /// Keeps in mind whether the line put in last stands where it belongs.
    pub(super) fn check_order(&mut self) {
        let line = self.lines.len() - 1;
        if self.sorted && line > 0 {
            self.sorted = match self.lines[line].at.cmp(&self.lines[line - 1].at) {
                Ordering::Greater if self.lines[line].back == 0 && self.lines[line - 1].back == 0 => true,
                _ => self.key(line - 1, 0, &self.notes) < self.key(line, 0, &self.notes),
            };
        }
    }

    pub(super) fn confirm(&mut self, line: usize, ingested: Option<i64>, id: Option<&str>) {
        self.notes.confirm(line, ingested, id);
        self.sorted = false;
    }

    /// Gives lines at the beginning that did not say when they were the time of what was before them.
    pub(super) fn inherit(&mut self, at: i64) {
        for entry in self.lines.iter_mut().take_while(|entry| entry.flags & STAMPED == 0) {
            entry.at = at;
        }
        (self.from, self.to) = (i64::MAX, i64::MIN);
        for entry in &self.lines {
            (self.from, self.to) = (self.from.min(entry.at), self.to.max(entry.at));
        }
    }

    /// A chunk of a file that was built apart from the one before it: lines at its beginning that do not say when they were belong
    /// to the last of that one.
    pub fn follow(&mut self, before: &Self) {
        let Some(last) = before.lines.last() else { return };
        if !before.says_times {
            return;
        }
        self.says_times = true;
        let mut level = last.level;
        for line in 0..self.lines.len() {
            if self.lines[line].flags & STAMPED != 0 {
                break;
            }
            let plain = self.lines[line].level == Level::Unknown && !super::is_json(self.text(line));
            let entry = &mut self.lines[line];
            if plain {
                (entry.level, entry.flags) = (level, entry.flags | CONTINUED);
                self.levels |= 1 << level as u8;
            }
            level = entry.level;
        }
        self.inherit(last.at);
        (self.sorted, self.order) = (false, None);
        self.seal();
    }

    /// Lets go of room that is not needed and finds the order of the lines.
    pub(super) fn seal(&mut self) {
        if self.text.capacity() - self.text.len() > self.text.len() / 16 {
            self.text.shrink_to_fit();
        }
        self.lines.shrink_to_fit();
        self.notes.places.shrink_to_fit();
        self.notes.ids.shrink_to_fit();
        if !self.sorted {
            let mut order: Vec<u32> = (0..u32::try_from(self.lines.len()).unwrap_or(u32::MAX)).collect();
            order.sort_by_key(|line| self.key(*line as usize, 0, &self.notes));
            self.sorted = order.is_sorted();
            self.order = (!self.sorted).then(|| order.into());
        }
    }
}
