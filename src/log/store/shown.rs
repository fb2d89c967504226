//! What a query lets through, in the order of display. Without a query that is everything and costs nothing; with one, new lines
//! are looked at as they come, and old ones by a search whose pieces are put in as they are found.
use super::{
    Added, Line, LineNo, Store,
    order::{Keys, Order},
    query::{Names, Query},
    search::Piece,
};
use crate::log::Level;

#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// Nothing where everything is shown.
    hits: Option<Order>,
    /// A search is under way for the lines below this number.
    searching: Option<u64>,
}

/// What came to be shown and what no longer is.
#[derive(Clone, Debug, Default)]
pub struct Change {
    pub came: Vec<LineNo>,
    /// The times and levels of the lines that were let go.
    pub went: Vec<(i64, Level)>,
    /// How many came in before the line that was the last.
    pub late: usize,
}

impl Shown {
    /// Everything.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// What a search will find below `upto` (the end of its snapshot's numbers), and what comes after. Nothing yet, that is.
    #[must_use]
    pub fn searching(upto: LineNo) -> Self {
        Self { hits: Some(Order::default()), searching: Some(upto.0) }
    }

    /// Whether a search is still under way.
    #[must_use]
    pub fn is_searching(&self) -> bool {
        self.searching.is_some()
    }

    #[must_use]
    pub fn is_all(&self) -> bool {
        self.hits.is_none()
    }

    /// Looks at what came and lets go of what went. What is shown without a query needs no look: the change tells all.
    pub fn absorb(&mut self, store: &Store, added: &Added, query: &Query, names: &Names) -> Change {
        let Some(hits) = &mut self.hits else {
            let came = added.lines.clone().filter(|no| store.shelf().has(*no)).map(LineNo).collect();
            let went = added.evicted.clone().filter_map(|no| added.gone(no)).collect();
            return Change { came, went, late: added.late };
        };
        let went = hits.forget_before(store.numbers().start).into_iter().filter_map(|no| added.gone(no)).collect();
        let mut moved: Vec<u64> = Vec::new();
        for LineNo(no) in &added.moved {
            // its time is what it was, so it is found among those of its time
            let at = store.shelf().key(*no).at;
            if hits.remove(*no, at, store.shelf()) {
                moved.push(*no);
            }
        }
        for no in moved {
            hits.merge(&[no], store.shelf());
        }
        let passes = |no: &u64| store.shelf().line(*no).is_some_and(|line| query.matches(&line, names));
        let mut came: Vec<u64> = added.lines.clone().filter(passes).collect();
        sort(&mut came, store);
        let late = hits.merge(&came, store.shelf());
        Change { came: came.into_iter().map(LineNo).collect(), went, late }
    }

    /// Puts in what a piece of the search has. The last one ends it.
    pub fn take(&mut self, store: &Store, piece: &Piece) -> Change {
        let (Some(hits), Some(upto)) = (&mut self.hits, self.searching) else { return Change::default() };
        let mut came: Vec<u64> = piece.lines.iter().map(|line| line.0).collect();
        came.retain(|no| *no < upto && store.shelf().has(*no));
        if piece.confirms != store.shelf().confirms {
            sort(&mut came, store);
        }
        let late = hits.merge(&came, store.shelf());
        Change { came: came.into_iter().map(LineNo).collect(), went: Vec::new(), late }
    }

    /// All that was to be searched was.
    pub fn searched(&mut self) {
        self.searching = None;
    }

    #[must_use]
    pub fn len(&self, store: &Store) -> usize {
        self.hits.as_ref().map_or(store.len(), Order::len)
    }

    #[must_use]
    pub fn is_empty(&self, store: &Store) -> bool {
        self.len(store) == 0
    }

    #[must_use]
    pub fn at(&self, store: &Store, position: usize) -> Option<LineNo> {
        match &self.hits {
            Some(hits) => hits.at(position).map(LineNo),
            None => store.at(position),
        }
    }

    /// The lines from a place on, for a screen.
    #[must_use]
    pub fn lines<'a>(&'a self, store: &'a Store, position: usize) -> Box<dyn Iterator<Item = Line<'a>> + 'a> {
        match &self.hits {
            Some(hits) => Box::new(hits.from(position).filter_map(|no| store.shelf().line(no))),
            None => Box::new(store.from(position).filter_map(|line| store.line(line))),
        }
    }

    /// Where a line is shown, if it is.
    #[must_use]
    pub fn position(&self, store: &Store, line: LineNo) -> Option<usize> {
        match &self.hits {
            _ if !store.shelf().has(line.0) => None,
            Some(hits) => hits.position(line.0, store.shelf()),
            None => store.position(line),
        }
    }

    /// Where a line is shown, or else the line after it, or else the last. A line that is gone is before all.
    #[must_use]
    pub fn nearest(&self, store: &Store, line: LineNo) -> usize {
        if !store.shelf().has(line.0) {
            return 0;
        }
        let key = store.shelf().key(line.0);
        let position = match &self.hits {
            Some(hits) => hits.partition(|no| store.shelf().key(no) < key),
            None => store.position(line).unwrap_or(0),
        };
        position.min(self.len(store).saturating_sub(1))
    }

    /// The first place whose line is at this time or later.
    #[must_use]
    pub fn seek(&self, store: &Store, at: i64) -> usize {
        match &self.hits {
            Some(hits) => hits.partition(|no| store.shelf().key(no).at < at),
            None => store.seek(at),
        }
    }

    /// The shown line after a line, whether that is shown or not.
    #[must_use]
    pub fn after(&self, store: &Store, line: LineNo) -> Option<LineNo> {
        if !store.shelf().has(line.0) {
            return self.at(store, 0);
        }
        let key = store.shelf().key(line.0);
        let position = match &self.hits {
            Some(hits) => hits.partition(|no| store.shelf().key(no) <= key),
            None => store.position(line)? + 1,
        };
        self.at(store, position)
    }

    /// The shown line before a line, whether that is shown or not.
    #[must_use]
    pub fn before(&self, store: &Store, line: LineNo) -> Option<LineNo> {
        if !store.shelf().has(line.0) {
            return None;
        }
        let key = store.shelf().key(line.0);
        let position = match &self.hits {
            Some(hits) => hits.partition(|no| store.shelf().key(no) < key),
            None => store.position(line)?,
        };
        self.at(store, position.checked_sub(1)?)
    }
}

fn sort(lines: &mut [u64], store: &Store) {
    if !lines.is_sorted_by_key(|no| store.shelf().key(*no)) {
        lines.sort_by_key(|no| store.shelf().key(*no));
    }
}
