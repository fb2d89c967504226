//! Where chunks are built: events one by one, or the text of files at the speed of memory. Of a line only its level and its time
//! are looked for; what else it says is read when it is drawn.
use std::mem;

use hashbrown::HashMap;
use memchr::{memchr, memchr_iter, memrchr};

use super::{
    chunk::{Chunk, Found, Parts, ROOM},
    sniff,
};
use crate::log::{Level, SourceNo};

/// No line is kept longer than that: an index has 32 bits for where a line begins.
const LONGEST: usize = 1 << 30;
/// Lines that belong together were written within so many milliseconds.
const TOGETHER: i64 = 1_000;

/// The line that the next of its source may belong to.
#[derive(Clone, Copy, Debug)]
struct Head {
    /// Where in the chunk it stands.
    line: usize,
    at: i64,
    level: Level,
    /// The line before was one that belongs to it.
    goes_on: bool,
}

/// What the lines of a file said of themselves so far.
#[derive(Clone, Copy, Debug, Default)]
struct Before {
    at: Option<i64>,
    level: Level,
    /// Where in the chunk the line stands that continued lines belong to.
    head: Option<usize>,
}

#[derive(Debug, Default)]
pub struct Builder {
    chunk: Chunk,
    heads: HashMap<SourceNo, Head>,
    before: Before,
    /// Up to here the text of a file is indexed; behind it lies the beginning of a line.
    indexed: usize,
    /// Up to here no line ends but those that are indexed.
    scanned: usize,
    dated: i64,
}

impl Builder {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// About when the lines were written: when the file was changed last, or now. It tells the year where lines do not, and
    /// stands for the time of lines that say none.
    #[must_use]
    pub fn dated(at: i64) -> Self {
        Self { dated: at, ..Self::default() }
    }

    #[must_use]
    pub fn chunk(&self) -> &Chunk {
        &self.chunk
    }

    pub(super) fn chunk_mut(&mut self) -> &mut Chunk {
        &mut self.chunk
    }

    /// Whether a text of this length still goes into the open chunk.
    pub(super) fn has_room(&self, len: usize) -> bool {
        self.chunk.is_empty() || self.chunk.whole().len() + len < ROOM
    }

    /// Puts in one line. Where it has no room in the open chunk, that one is full and comes back.
    pub fn push(&mut self, parts: &Parts<'_>) -> Option<Chunk> {
        let text = &parts.text[..parts.text.len().min(LONGEST)];
        let full = if self.has_room(text.len()) { None } else { self.finish() };
        let level = sniff::level(text);
        let line = self.chunk.len();
        let head = self.heads.get(&parts.source).copied().filter(|head| {
            parts.at.abs_diff(head.at) <= TOGETHER.unsigned_abs() && sniff::is_continuation(text, head.goes_on)
        });
        let back = head.and_then(|head| u16::try_from(line - head.line).ok());
        let level = head.filter(|_| level == Level::Unknown).map_or(level, |head| head.level);
        let start = self.chunk.whole().len();
        let room = self.chunk.text_mut();
        if room.capacity() == 0 {
            // a quiet source needs little; a loud one soon has it all
            room.reserve(text.len().max(ROOM / 64));
        }
        room.extend_from_slice(text);
        room.push(b'\n');
        let (at, source, continued, back) = (parts.at, parts.source, head.is_some(), back.unwrap_or(0));
        self.chunk.put(Found { start, at, source, level, cr: false, stamped: true, continued, back });
        self.chunk.note(parts);
        self.chunk.check_order();
        (self.indexed, self.scanned) = (self.chunk.whole().len(), self.chunk.whole().len());
        let next = match head {
            Some(head) if back > 0 => Head { goes_on: true, ..head },
            _ => Head { line, at, level, goes_on: head.is_some() },
        };
        self.heads.insert(source, next);
        full
    }

    /// Takes in text of a file as it was read, lines cut in two and all, and gives the chunks that are full.
    pub fn take_lines(&mut self, source: SourceNo, mut bytes: &[u8]) -> Vec<Chunk> {
        let mut full = Vec::new();
        while !bytes.is_empty() {
            let text = self.chunk.text_mut();
            if text.capacity() == 0 {
                text.reserve_exact(ROOM);
            }
            let old = text.len();
            let room = ROOM.saturating_sub(old).min(bytes.len());
            text.extend_from_slice(&bytes[..room]);
            bytes = &bytes[room..];
            if text.len() < ROOM {
                break;
            }
            let end = memrchr(b'\n', &text[old..]).map(|end| old + end + 1);
            let end = end.or_else(|| (self.indexed > 0).then_some(self.indexed));
            // nothing but the beginning of one long line
            let end = end.or_else(|| {
                let rest = memchr(b'\n', bytes).map_or(bytes.len(), |end| end + 1).min(LONGEST - text.len());
                text.extend_from_slice(&bytes[..rest]);
                bytes = &bytes[rest..];
                (text.ends_with(b"\n") || text.len() >= LONGEST).then_some(text.len())
            });
            let Some(end) = end else { break };
            full.extend(self.cut(source, end));
        }
        self.index(source, false);
        full
    }

    /// Makes a chunk of text that the caller need not keep, without copying it: whole lines, about `ROOM` of them.
    pub fn whole(&mut self, source: SourceNo, text: Vec<u8>) -> Vec<Chunk> {
        let mut chunks: Vec<Chunk> = self.finish().into_iter().collect();
        if text.len() > LONGEST {
            chunks.extend(self.take_lines(source, &text));
        } else {
            *self.chunk.text_mut() = text;
            self.index(source, true);
        }
        chunks.extend(self.finish());
        chunks
    }

    /// Copies a chunk behind what is there.
    pub(super) fn append(&mut self, chunk: &Chunk) {
        self.chunk.append(chunk);
        (self.indexed, self.scanned) = (self.chunk.whole().len(), self.chunk.whole().len());
    }

    /// The open chunk, however little it has; the line that was not ended yet with it.
    pub fn finish(&mut self) -> Option<Chunk> {
        if self.indexed < self.chunk.whole().len() {
            let source = self.chunk.len().checked_sub(1).map_or(SourceNo(0), |line| self.chunk.source(line));
            self.index(source, true);
        }
        self.heads.clear();
        self.before.head = None;
        (self.indexed, self.scanned) = (0, 0);
        let mut chunk = mem::take(&mut self.chunk);
        if chunk.is_empty() {
            return None;
        }
        chunk.seal();
        Some(chunk)
    }

    /// Ends the open chunk at `end`, which is the end of a line; what follows begins the next.
    fn cut(&mut self, source: SourceNo, end: usize) -> Option<Chunk> {
        let text = self.chunk.text_mut();
        let rest = text[end..].to_vec();
        text.truncate(end);
        self.scanned = self.scanned.min(end);
        self.index(source, true);
        let full = self.finish();
        let text = self.chunk.text_mut();
        text.reserve_exact(ROOM.max(rest.len()));
        text.extend_from_slice(&rest);
        full
    }

    /// Indexes what was read; `all` of it, or up to where the last line ends.
    fn index(&mut self, source: SourceNo, all: bool) {
        let mut text = mem::take(self.chunk.text_mut());
        if all && text.len() > self.indexed && !text.ends_with(b"\n") {
            text.push(b'\n');
        }
        let begin = self.scanned;
        if self.chunk.is_empty() {
            // as many lines as there will be, were all as long as the first
            let first = memchr(b'\n', &text).unwrap_or(text.len()) + 1;
            self.chunk.expect(ROOM.max(text.len()) / first.max(64));
        }
        for end in memchr_iter(b'\n', &text[begin..]) {
            self.put(source, &text, begin + end);
        }
        self.scanned = text.len();
        *self.chunk.text_mut() = text;
    }

    /// Puts in the line of a file that begins where the last ended.
    fn put(&mut self, source: SourceNo, text: &[u8], end: usize) {
        let start = self.indexed;
        let line = &text[start..end];
        let cr = line.ends_with(b"\r");
        let line = &line[..line.len() - usize::from(cr)];
        let said = sniff::line(line, self.dated);
        let no = self.chunk.len();
        let is_first = self.before.at.is_none();
        // among lines that say their time, one that says nothing belongs to the one before
        let plain = !is_first && said.level == Level::Unknown && !sniff::is_json(line);
        let continued = said.at.is_none() && (plain || no > 0 && sniff::is_continuation(line, false));
        let at = said.at.or(self.before.at).unwrap_or(self.dated);
        let back = self.before.head.filter(|_| continued).and_then(|head| u16::try_from(no - head).ok()).unwrap_or(0);
        let level = if continued && said.level == Level::Unknown { self.before.level } else { said.level };
        self.indexed = end + 1;
        if let (true, Some(at)) = (is_first, said.at) {
            // what came before the first line that says its time stood there as early
            self.chunk.inherit(at);
        }
        let stamped = said.at.is_some();
        self.chunk.put(Found { start, at, source, level, cr, stamped, continued, back });
        self.chunk.check_order();
        let head = if back > 0 { self.before.head } else { Some(no) };
        self.before = Before { at: said.at.or(self.before.at), level, head };
    }
}
