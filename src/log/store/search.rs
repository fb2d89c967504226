//! Looking through all of the scroll-back: for jobs, in pieces, so that the first screen is there at once and a search that nobody
//! waits for any more ends soon. A text is looked for in whole chunks; only where it is, lines are looked at.
use std::{ops::Range, sync::Arc};

use super::{
    Line, LineNo,
    chunk::Chunk,
    order::Keys,
    query::{Names, Needle, Query},
    shelf::{Part, Shelf, line_of},
};

/// How much is looked through between two looks at whether to stop. The first slice is smaller: somebody waits for it.
const SLICE: usize = 8 << 20;
const FIRST_SLICE: usize = 2 << 20;
/// A text that was found across the ends of lines so often is looked for line by line from there on.
const CROSSINGS: usize = 8;

/// What a slice had.
#[derive(Clone, Debug, Default)]
pub struct Piece {
    /// The lines that were found, in the order of display.
    pub lines: Vec<LineNo>,
    /// How much text was looked through, this slice with it, and how much there is.
    pub searched: usize,
    pub of: usize,
    /// How often lines had been confirmed when the order was made.
    pub(super) confirms: u64,
}

/// The lines as they were at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    shelf: Arc<Shelf>,
    /// Those that this one is for, by the number of their first line.
    parts: Vec<Part>,
}

impl Snapshot {
    pub(super) fn new(shelf: Shelf) -> Self {
        let parts = shelf.parts().cloned().collect();
        Self { shelf: Arc::new(shelf), parts }
    }

    /// How many lines.
    #[must_use]
    pub fn len(&self) -> usize {
        self.parts.iter().map(|part| part.chunk.len()).sum()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// How much text.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        self.parts.iter().map(|part| part.chunk.whole().len()).sum()
    }

    /// The numbers of its lines; of a part that was split off, those of the scroll-back that it was split from.
    #[must_use]
    pub fn numbers(&self) -> Range<u64> {
        self.shelf.first()..self.shelf.next()
    }

    #[must_use]
    pub fn line(&self, line: LineNo) -> Option<Line<'_>> {
        self.shelf.line(line.0)
    }

    #[must_use]
    pub fn id(&self, line: LineNo) -> Option<String> {
        self.shelf.id(line.0)
    }

    /// All lines in the order in which they came.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        self.parts.iter().flat_map(|part| {
            (0..part.chunk.len()).map(|line| line_of(&part.chunk, part.notes(), line, part.first + line as u64))
        })
    }

    /// Parts of about the same length for so many threads, the newest first.
    #[must_use]
    pub fn split(&self, many: usize) -> Vec<Self> {
        let mut parts = self.newest_first();
        let share = self.text_bytes().div_ceil(many.max(1)).max(1);
        let mut split = Vec::new();
        while !parts.is_empty() {
            let mut bytes = 0;
            let here = parts.iter().take_while(|part| {
                let goes_in = bytes < share;
                bytes += part.chunk.whole().len();
                goes_in
            });
            let rest = parts.split_off(here.count());
            split.push(Self { shelf: Arc::clone(&self.shelf), parts });
            parts = rest;
        }
        split
    }

    fn newest_first(&self) -> Vec<Part> {
        let mut parts = self.parts.clone();
        parts.sort_by_key(|part| std::cmp::Reverse((part.chunk.span().map(|(_, to)| to), part.first)));
        parts
    }

    /// Gives what the query lets through, slice by slice, until all was looked through or `stop` says so.
    pub fn search(
        &self,
        query: &Query,
        names: &Names,
        newest_first: bool,
        stop: &dyn Fn() -> bool,
        found: &mut dyn FnMut(Piece),
    ) {
        let mut parts = self.newest_first();
        if !newest_first {
            parts.sort_by_key(|part| (part.chunk.span(), part.first));
        }
        let of = self.text_bytes();
        let (mut searched, mut slice, mut runs) = (0, 0, Vec::new());
        let mut limit = FIRST_SLICE;
        for part in &parts {
            if stop() {
                return;
            }
            let mut run = Vec::new();
            matching(part, query, names, &mut |line| run.push(part.first + line as u64));
            if !part.is_sorted() {
                run.sort_by_key(|no| part.key(*no));
            }
            runs.push(run);
            slice += part.chunk.whole().len();
            if slice >= limit {
                searched += slice;
                found(self.piece(std::mem::take(&mut runs), searched, of));
                (slice, limit) = (0, SLICE);
            }
        }
        if slice > 0 || of == 0 {
            found(self.piece(runs, of, of));
        }
    }

    /// How many lines the query lets through; nothing where it was stopped.
    #[must_use]
    pub fn count(&self, query: &Query, names: &Names, stop: &dyn Fn() -> bool) -> Option<usize> {
        let mut count = 0;
        for part in &self.parts {
            if stop() {
                return None;
            }
            matching(part, query, names, &mut |_| count += 1);
        }
        Some(count)
    }

    /// Puts runs of lines together, each of which is in order.
    fn piece(&self, mut runs: Vec<Vec<u64>>, searched: usize, of: usize) -> Piece {
        let key = |no: &u64| self.shelf.key(*no);
        runs.retain(|run| !run.is_empty());
        runs.sort_by_key(|run| run.first().map(key));
        let overlap = runs.windows(2).any(|two| two[0].last().map(key) > two[1].first().map(key));
        let mut lines: Vec<u64> = runs.concat();
        if overlap {
            lines.sort_by_key(key);
        }
        let lines = lines.into_iter().map(LineNo).collect();
        Piece { lines, searched, of, confirms: self.shelf.confirms }
    }
}

/// Gives the lines of a chunk that the query lets through, by their places in it.
fn matching(part: &Part, query: &Query, names: &Names, found: &mut dyn FnMut(usize)) {
    let chunk = &*part.chunk;
    let (levels, since, until) = query.bounds();
    let Some((from, to)) = chunk.span() else { return };
    if chunk.levels() & levels == 0 || to < since || from > until {
        return;
    }
    // whether it may be skipped to look at each line's level and time
    let all_pass = chunk.levels() & !levels == 0 && from >= since && to <= until;
    let passes = |line: usize| {
        let entry = &chunk.entries()[line];
        all_pass || query.admits(entry.level, entry.at)
    };
    if query.is_only_bounds() {
        return (0..chunk.len()).filter(|line| passes(*line)).for_each(found);
    }
    // a carriage return at the end of a line is none of its text, but an expression would find it
    let driver = query.driver().filter(|driver| !chunk.has_cr() || driver.is_plain());
    let mut holds = |line: usize| {
        if passes(line) && query.rest_holds(driver, chunk.text(line), || names.of(chunk.source(line))) {
            found(line);
        }
    };
    match driver {
        Some(driver) => with_text(chunk, driver, &mut holds),
        None => (0..chunk.len()).for_each(holds),
    }
}

/// Gives the lines that have this text.
fn with_text(chunk: &Chunk, needle: &Needle, found: &mut dyn FnMut(usize)) {
    let text = chunk.whole();
    let (mut from, mut line, mut crossings) = (0, 0, 0);
    if needle.is_within_lines() {
        // then where it ends is enough, and that is known sooner than where it begins
        while from < text.len()
            && let Some(end) = needle.find_end(text, from)
        {
            line = chunk.line_with(end.max(from + 1) - 1, line);
            found(line);
            from = chunk.next_start(line);
        }
        return;
    }
    while from < text.len()
        && let Some((start, end)) = needle.find(text, from)
        && start < text.len()
    {
        line = chunk.line_with(start, line);
        let (_, end_of_line) = chunk.bounds(line);
        if end <= end_of_line {
            found(line);
        } else {
            // what was found goes on in the next line: this one may have it all the same
            crossings += 1;
            if needle.is_in(chunk.text(line)) {
                found(line);
            }
        }
        from = chunk.next_start(line);
        if crossings == CROSSINGS {
            (line + 1..chunk.len()).filter(|line| needle.is_in(chunk.text(*line))).for_each(found);
            return;
        }
    }
}
