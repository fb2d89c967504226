//! The chunks in the order in which they came, and which line is where.
use std::{collections::VecDeque, sync::Arc};

use super::{
    Confirmed, Line, LineNo, SMALL,
    build::Builder,
    chunk::{Chunk, Entry, Key, Parts},
    notes::Notes,
    order::Keys,
};

/// A chunk with its place.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// The number of its first line.
    pub first: u64,
    pub chunk: Arc<Chunk>,
    /// What became known since it was built, instead of what it knows itself.
    notes: Option<Arc<Notes>>,
}

impl Part {
    pub fn notes(&self) -> &Notes {
        self.notes.as_deref().unwrap_or_else(|| self.chunk.notes())
    }

    /// Whether its lines are in order as they stand.
    pub fn is_sorted(&self) -> bool {
        self.chunk.is_sorted() && self.notes.is_none()
    }

    /// The key of one of its lines.
    pub fn key(&self, no: u64) -> Key<'_> {
        self.chunk.key(usize::try_from(no - self.first).unwrap_or(usize::MAX), self.first, self.notes())
    }

    fn bytes(&self) -> usize {
        self.chunk.bytes() + self.notes.as_ref().map_or(0, |notes| notes.bytes())
    }

    fn end(&self) -> u64 {
        self.first + self.chunk.len() as u64
    }
}

#[derive(Debug, Default)]
pub(super) struct Shelf {
    parts: VecDeque<Part>,
    /// Where the next events go.
    open: Builder,
    /// The number of the first line of the open chunk.
    open_first: u64,
    /// What the parts take.
    bytes: usize,
    /// How often lines were confirmed: what was sorted before may be out of order.
    pub confirms: u64,
}

/// Where a line is.
#[derive(Clone, Copy)]
struct Place<'a> {
    chunk: &'a Chunk,
    notes: &'a Notes,
    first: u64,
    line: usize,
}

impl Shelf {
    pub fn parts(&self) -> impl DoubleEndedIterator<Item = &Part> {
        self.parts.iter()
    }

    /// What is not in a part yet.
    pub fn open_entries(&self) -> &[Entry] {
        self.open.chunk().entries()
    }

    /// The number of the oldest line, or of the next where there is none.
    pub fn first(&self) -> u64 {
        self.parts.front().map_or(self.open_first, |part| part.first)
    }

    /// The number that the next line gets.
    pub fn next(&self) -> u64 {
        self.open_first + self.open.chunk().len() as u64
    }

    pub fn has(&self, no: u64) -> bool {
        (self.first()..self.next()).contains(&no)
    }

    pub fn bytes(&self) -> usize {
        self.bytes + self.open.chunk().bytes()
    }

    fn place(&self, no: u64) -> Option<Place<'_>> {
        if !self.has(no) {
            return None;
        }
        let place = |chunk, notes, first| Place { chunk, notes, first, line: usize::try_from(no - first).unwrap_or(0) };
        if no >= self.open_first {
            let chunk = self.open.chunk();
            return Some(place(chunk, chunk.notes(), self.open_first));
        }
        let part = self.parts.get(self.parts.partition_point(|part| part.first <= no).checked_sub(1)?)?;
        Some(place(&part.chunk, part.notes(), part.first))
    }

    pub fn line(&self, no: u64) -> Option<Line<'_>> {
        self.place(no).map(|Place { chunk, notes, line, .. }| line_of(chunk, notes, line, no))
    }

    pub fn id(&self, no: u64) -> Option<String> {
        let place = self.place(no)?;
        place.notes.id(place.line).map(|id| id.show().into_owned())
    }

    pub fn push(&mut self, parts: &Parts<'_>) {
        if let Some(full) = self.open.push(parts) {
            self.shelve(full);
        }
    }

    pub fn adopt(&mut self, chunk: Arc<Chunk>) {
        if chunk.whole().len() <= SMALL && self.open.has_room(chunk.whole().len()) {
            self.open.append(&chunk);
            return;
        }
        if let Some(full) = self.open.finish() {
            self.shelve(full);
        }
        self.shelve_arc(chunk);
    }

    fn shelve(&mut self, chunk: Chunk) {
        self.shelve_arc(Arc::new(chunk));
    }

    fn shelve_arc(&mut self, chunk: Arc<Chunk>) {
        if chunk.is_empty() {
            return;
        }
        let part = Part { first: self.open_first, chunk, notes: None };
        self.bytes += part.bytes();
        self.open_first = part.end();
        self.parts.push_back(part);
    }

    /// Lets go of the oldest chunk. What is being written now is never let go.
    pub fn drop_oldest(&mut self) -> Option<Part> {
        let part = self.parts.pop_front()?;
        self.bytes -= part.bytes();
        Some(part)
    }

    /// A line and those that belong to it, in their order.
    pub fn family(&self, no: u64) -> Vec<u64> {
        let Some(Place { chunk, line, first, .. }) = self.place(no) else { return Vec::new() };
        let head = chunk.head(line);
        let members = (head..chunk.len()).take(1 + usize::from(u16::MAX)).filter(|other| chunk.head(*other) == head);
        if head == line { members.map(|line| first + line as u64).collect() } else { vec![no] }
    }

    #[cfg(test)]
    pub fn family_head(&self, no: u64) -> u64 {
        self.place(no).map_or(no, |place| place.first + place.chunk.head(place.line) as u64)
    }

    #[cfg(test)]
    pub fn shelve_for_test(&mut self, chunk: Arc<Chunk>) {
        if let Some(full) = self.open.finish() {
            self.shelve(full);
        }
        self.shelve_arc(chunk);
    }

    pub fn confirm(&mut self, one: &Confirmed<'_>) {
        let no = one.line.0;
        self.confirms += 1;
        if no >= self.open_first {
            let line = usize::try_from(no - self.open_first).unwrap_or(usize::MAX);
            self.open.chunk_mut().confirm(line, one.ingested, one.id);
            return;
        }
        let Some(at) = self.parts.partition_point(|part| part.first <= no).checked_sub(1) else { return };
        let part = &mut self.parts[at];
        self.bytes -= part.bytes();
        let notes = part.notes.get_or_insert_with(|| Arc::new(part.chunk.notes().clone()));
        Arc::make_mut(notes).confirm(usize::try_from(no - part.first).unwrap_or(usize::MAX), one.ingested, one.id);
        self.bytes += part.bytes();
    }

    /// The same lines, to be read elsewhere while this goes on: chunks are shared, the open one is copied.
    pub fn frozen(&self) -> Self {
        let mut parts = self.parts.clone();
        let mut open_first = self.open_first;
        if !self.open.chunk().is_empty() {
            let part = Part { first: open_first, chunk: Arc::new(self.open.chunk().clone()), notes: None };
            open_first = part.end();
            parts.push_back(part);
        }
        Self { parts, open: Builder::new(), open_first, bytes: self.bytes, confirms: self.confirms }
    }
}

impl Keys for Shelf {
    fn key(&self, no: u64) -> Key<'_> {
        match self.place(no) {
            Some(Place { chunk, notes, first, line }) => chunk.key(line, first, notes),
            // nobody asks for a line that is gone; should one do so, it is older than all
            None => Key::of_nothing(no),
        }
    }
}

/// A line of a chunk, of which more may be known than the chunk knows.
pub(super) fn line_of<'a>(chunk: &'a Chunk, notes: &Notes, line: usize, no: u64) -> Line<'a> {
    let entry = &chunk.entries()[line];
    Line {
        no: LineNo(no),
        at: entry.at,
        ingested: chunk.ingested(line, notes),
        source: chunk.source(line),
        level: entry.level,
        provisional: chunk.is_provisional(line, notes),
        continued: chunk.is_continued(line),
        stamped: chunk.is_stamped(line),
        text: chunk.text(line),
    }
}
