//! One table: which rows of which feeds, in which order, and where the cursor stands. Kept up by increments: a change costs one
//! pass over row numbers and a comparison per changed row, never a sort or a filter of everything.
mod marks;

use std::{cmp::Ordering, collections::HashSet, sync::Arc};

use super::{
    filter::{Filter, Place, Words},
    store::{FeedKey, FeedNo, Store},
};
use crate::kinds::{Cell, Heading, Kind, Record, Scope, rows::Touched};

/// A row of some feed, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ref {
    pub feed: FeedNo,
    pub slot: u32,
}

/// A row by what it is: survives a new listing.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Mark {
    pub feed: FeedKey,
    pub id: String,
}

/// Rows whose column says one of these; what a link picked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picked {
    pub column: &'static str,
    pub values: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort {
    pub by: Place,
    pub reverse: bool,
}

impl Sort {
    fn order(self, x: &Cell<'_>, y: &Cell<'_>) -> Ordering {
        match (x, y) {
            // what is missing comes last either way
            (Cell::Missing, _) | (_, Cell::Missing) => x.order(y),
            _ if self.reverse => y.order(x),
            _ => x.order(y),
        }
    }
}

#[derive(Debug)]
pub struct Table {
    pub kind: Kind,
    /// Only feeds within this scope.
    pub scope: Scope,
    pub picked: Option<Picked>,
    /// What the way here is called: `VPC core-app`.
    pub crumb: String,
    pub filter: Filter,
    pub sort: Option<Sort>,
    pub marks: HashSet<Mark>,
    /// The line where a range of marks began, wherever that thing stands now.
    pub anchor: Option<usize>,
    anchored: Option<Mark>,
    /// Columns skipped at the left, for a narrow terminal.
    pub skip: usize,
    feeds: Vec<FeedNo>,
    /// All rows that `picked` lets through, in order; `shown` those that pass the filter too.
    all: Vec<Ref>,
    shown: Vec<Ref>,
    at: Option<Ref>,
    /// What is selected, or was before nothing was shown: its feed and its id.
    home: Option<FeedNo>,
    id: String,
    /// Nobody moved the cursor yet and rows are still arriving: it stays at the top.
    young: bool,
    index: usize,
    offset: usize,
    /// Whether the columns ACCOUNT, REGION, CLUSTER say anything here.
    pub spread: [bool; 3],
}

impl Table {
    #[must_use]
    pub fn new(kind: Kind, scope: Scope, picked: Option<Picked>, crumb: impl Into<String>) -> Self {
        Self {
            kind,
            scope,
            picked,
            crumb: crumb.into(),
            filter: Filter::default(),
            sort: None,
            marks: HashSet::new(),
            anchor: None,
            anchored: None,
            skip: 0,
            feeds: Vec::new(),
            all: Vec::new(),
            shown: Vec::new(),
            at: None,
            home: None,
            id: String::new(),
            young: true,
            index: 0,
            offset: 0,
            spread: [false; 3],
        }
    }

    #[must_use]
    pub fn shown(&self) -> &[Ref] {
        &self.shown
    }

    /// Rows before the filter.
    #[must_use]
    pub fn total(&self) -> usize {
        self.all.len()
    }

    #[must_use]
    pub fn feeds(&self) -> &[FeedNo] {
        &self.feeds
    }

    #[must_use]
    pub const fn index(&self) -> usize {
        self.index
    }

    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }

    #[must_use]
    pub const fn at(&self) -> Option<Ref> {
        self.at
    }

    /// The columns this table could show: those of the scope that say something, then the kind's own.
    #[must_use]
    pub fn columns(&self) -> Vec<(Place, Heading)> {
        let of_scope =
            Place::OF_SCOPE.iter().zip(self.spread).filter(|(_, spread)| *spread).map(|((title, place), _)| {
                (*place, Heading { title, width: if *title == "REGION" { 12 } else { 14 }, rank: 1 })
            });
        let own = self.kind.headings().into_iter().enumerate().map(|(n, heading)| (Place::Own(n), heading));
        of_scope.chain(own).filter(|(_, heading)| heading.rank < 9).collect()
    }

    fn rank(&self, feed: FeedNo) -> usize {
        self.feeds.iter().position(|f| *f == feed).unwrap_or(usize::MAX)
    }

    fn order(&self, store: &Store, a: Ref, b: Ref) -> Ordering {
        let (Some(left), Some(right)) = (store.feed(a.feed), store.feed(b.feed)) else { return a.cmp(&b) };
        let sorted = self.sort.map_or(Ordering::Equal, |sort| {
            let x = sort.by.cell(&left.rows, a.slot, &left.key.scope);
            let y = sort.by.cell(&right.rows, b.slot, &right.key.scope);
            sort.order(&x, &y)
        });
        sorted.then_with(|| self.natural_order(store, a, b))
    }

    /// The order of a table that nobody sorted.
    fn natural_order(&self, store: &Store, a: Ref, b: Ref) -> Ordering {
        if a.feed != b.feed {
            return self.rank(a.feed).cmp(&self.rank(b.feed));
        }
        let own = store.feed(a.feed).map_or(Ordering::Equal, |feed| feed.rows.order(a.slot, b.slot));
        own.then_with(|| a.slot.cmp(&b.slot))
    }

    fn admitted(&self, store: &Store, row: Ref) -> bool {
        let Some(feed) = store.feed(row.feed) else { return false };
        let Some(picked) = &self.picked else { return true };
        let Some(column) = self.kind.column(picked.column) else { return false };
        let cell = feed.rows.cell(row.slot, column);
        let words = cell.words();
        picked.values.iter().any(|value| words == value || words.split(',').any(|part| part == value))
    }

    fn passes(&self, store: &Store, row: Ref, now: i64, words: &mut Words) -> bool {
        let Some(feed) = store.feed(row.feed) else { return false };
        self.filter.admits(&feed.rows, row.slot, (&feed.key.scope, self.spread), now, words)
    }

    /// Shows these feeds, in this order. Does nothing if it does so already.
    pub fn watch(&mut self, store: &Store, feeds: Vec<FeedNo>, now: i64) {
        if feeds == self.feeds {
            return;
        }
        self.feeds = feeds;
        let scopes: Vec<&Scope> =
            self.feeds.iter().filter_map(|no| store.feed(*no)).map(|feed| &feed.key.scope).collect();
        let differ = |part: fn(&Scope) -> &Arc<str>| scopes.windows(2).any(|pair| part(pair[0]) != part(pair[1]));
        self.spread = [differ(|s| &s.account), differ(|s| &s.region), differ(|s| &s.cluster)];
        self.rebuild(store, now);
    }

    /// Everything anew.
    pub fn rebuild(&mut self, store: &Store, now: i64) {
        let feeds = self.feeds.iter().filter_map(|no| Some((*no, store.feed(*no)?)));
        let rows = feeds.flat_map(|(no, feed)| feed.rows.slots().into_iter().map(move |slot| Ref { feed: no, slot }));
        let mut all: Vec<Ref> = rows.filter(|row| self.admitted(store, *row)).collect();
        // rows mostly stand in their slots in this order already, as they were listed
        all.sort_by(|a, b| self.natural_order(store, *a, *b));
        if let Some(sort) = self.sort {
            // each cell is made once, not at every comparison; rows that say the same stay as they stood
            let cell = |row: &Ref| store.feed(row.feed).map(|f| sort.by.cell(&f.rows, row.slot, &f.key.scope));
            let mut keyed: Vec<(Cell<'_>, Ref)> =
                all.iter().map(|row| (cell(row).unwrap_or(Cell::Missing), *row)).collect();
            keyed.sort_by(|(x, _), (y, _)| sort.order(x, y));
            all = keyed.into_iter().map(|(_, row)| row).collect();
        }
        self.all = all;
        self.refilter(store, now, false);
    }

    fn refilter(&mut self, store: &Store, now: i64, narrowed: bool) {
        if self.filter.is_empty() {
            self.shown.clone_from(&self.all);
        } else {
            let from = if narrowed { &self.shown } else { &self.all };
            let mut words = Words::default();
            self.shown = from.iter().copied().filter(|row| self.passes(store, *row, now, &mut words)).collect();
        }
        self.settle(store);
    }

    pub fn set_filter(&mut self, store: &Store, text: &str, now: i64) {
        let filter = Filter::parse(self.kind, text);
        let narrowed = !self.filter.is_empty() && filter.narrows(&self.filter);
        self.filter = filter;
        self.anchor = None;
        self.refilter(store, now, narrowed);
    }

    /// It is later now: rows come into a filter by age, and leave it.
    pub fn grow_older(&mut self, store: &Store, now: i64) {
        if self.filter.looks_at_columns() {
            self.refilter(store, now, false);
        }
    }

    pub fn set_sort(&mut self, store: &Store, sort: Option<Sort>, now: i64) {
        self.sort = sort;
        self.rebuild(store, now);
    }

    /// Takes in what changed in one of the feeds.
    pub fn absorb(&mut self, store: &Store, feed: FeedNo, touched: &Touched, now: i64) {
        if !self.feeds.contains(&feed) {
            return;
        }
        // past an eighth of the rows one sort is cheaper than many insertions
        if touched.all || touched.set.len() + touched.gone.len() > self.all.len() / 8 + 64 {
            self.rebuild(store, now);
            return;
        }
        let slots = || touched.set.iter().chain(&touched.gone).map(|slot| *slot as usize);
        let mut dirty = vec![false; slots().max().map_or(0, |slot| slot + 1)];
        slots().for_each(|slot| dirty[slot] = true);
        let stays = |row: &Ref| row.feed != feed || !dirty.get(row.slot as usize).is_some_and(|dirty| *dirty);
        let mut fresh: Vec<Ref> = touched.set.iter().map(|slot| Ref { feed, slot: *slot }).collect();
        fresh.retain(|row| self.admitted(store, *row));
        fresh.sort_by(|a, b| self.order(store, *a, *b));
        let mut all = std::mem::take(&mut self.all);
        all.retain(stays);
        self.all = self.merge(store, all, &fresh);
        if self.filter.is_empty() {
            self.shown.clone_from(&self.all);
        } else {
            let mut words = Words::default();
            fresh.retain(|row| self.passes(store, *row, now, &mut words));
            let mut shown = std::mem::take(&mut self.shown);
            shown.retain(stays);
            self.shown = self.merge(store, shown, &fresh);
        }
        self.settle(store);
    }

    /// Puts sorted new rows among sorted old ones.
    fn merge(&self, store: &Store, old: Vec<Ref>, fresh: &[Ref]) -> Vec<Ref> {
        if fresh.is_empty() {
            return old;
        }
        let mut merged = Vec::with_capacity(old.len() + fresh.len());
        let mut from = 0;
        for row in fresh {
            let to = from + old[from..].partition_point(|other| self.order(store, *other, *row) == Ordering::Less);
            merged.extend_from_slice(&old[from..to]);
            merged.push(*row);
            from = to;
        }
        merged.extend_from_slice(&old[from..]);
        merged
    }

    /// Finds the selected thing again by its id; if it is gone, what now stands in its place is selected.
    fn settle(&mut self, store: &Store) {
        self.settle_marks(store);
        if self.young {
            self.young = self.feeds.is_empty() || self.feeds.iter().any(|no| store.feed(*no).is_none_or(|f| !f.whole));
            return self.select(store, 0);
        }
        let again = self.home.and_then(|feed| Some(Ref { feed, slot: store.feed(feed)?.rows.slot(&self.id)? }));
        let found = again.and_then(|row| self.line(row));
        self.select(store, found.unwrap_or_else(|| if again.is_some() { 0 } else { self.index }));
    }

    fn line(&self, row: Ref) -> Option<usize> {
        self.shown.iter().position(|other| *other == row)
    }

    fn select(&mut self, store: &Store, index: usize) {
        self.index = index.min(self.shown.len().saturating_sub(1));
        self.at = self.shown.get(self.index).copied();
        // an empty table remembers what was selected, for when its rows come back
        if let Some(at) = self.at
            && let Some(record) = store.record(at.feed, at.slot)
        {
            record.id().clone_into(&mut self.id);
            self.home = Some(at.feed);
        }
    }

    /// Moves the cursor and keeps it within the `height` rows that are seen.
    pub fn step(&mut self, store: &Store, by: isize, height: usize) {
        self.young = false;
        self.select(store, self.index.saturating_add_signed(by));
        self.scroll(height);
    }

    pub fn jump(&mut self, store: &Store, index: usize, height: usize) {
        self.young = false;
        self.select(store, index);
        self.scroll(height);
    }

    pub fn scroll(&mut self, height: usize) {
        let height = height.max(1);
        if self.index < self.offset {
            self.offset = self.index;
        } else if self.index >= self.offset + height {
            self.offset = self.index + 1 - height;
        }
        self.offset = self.offset.min(self.shown.len().saturating_sub(height));
    }

    #[must_use]
    pub fn selected<'a>(&self, store: &'a Store) -> Option<(&'a FeedKey, Record<'a>)> {
        let at = self.at?;
        let feed = store.feed(at.feed)?;
        Some((&feed.key, feed.rows.get(at.slot)?))
    }
}
