//! Marks of a table: on things, not on lines, and gone when their thing is.
use super::{Mark, Ref, Store, Table};

impl Table {
    /// What is gone is marked no longer, and a range that began at it is over.
    pub(super) fn settle_marks(&mut self, store: &Store) {
        let mut marks = std::mem::take(&mut self.marks);
        marks.retain(|mark| self.row_of(store, mark).is_some());
        self.marks = marks;
        if self.anchor.is_some() {
            let row = self.anchored.as_ref().and_then(|mark| self.row_of(store, mark));
            self.anchor = row.and_then(|row| self.line(row));
        }
    }

    /// Where the marked thing stands now.
    fn row_of(&self, store: &Store, mark: &Mark) -> Option<Ref> {
        let feed = store.no(&mark.feed).filter(|no| self.feeds.contains(no))?;
        Some(Ref { feed, slot: store.feed(feed)?.rows.slot(&mark.id)? })
    }

    #[must_use]
    pub fn mark_of(&self, store: &Store, row: Ref) -> Option<Mark> {
        let feed = store.feed(row.feed)?;
        Some(Mark { feed: feed.key.clone(), id: feed.rows.get(row.slot)?.id().to_owned() })
    }

    pub fn toggle_mark(&mut self, store: &Store) {
        if let Some(mark) = self.at.and_then(|row| self.mark_of(store, row))
            && !self.marks.remove(&mark)
        {
            self.marks.insert(mark);
        }
    }

    /// Marks all rows from the anchor to the cursor.
    pub fn mark_range(&mut self, store: &Store) {
        let Some(anchor) = self.anchor.take() else {
            self.anchored = self.at.and_then(|row| self.mark_of(store, row));
            self.anchor = self.anchored.is_some().then_some(self.index);
            return;
        };
        let (from, to) = (anchor.min(self.index), anchor.max(self.index));
        let rows: Vec<Ref> = self.shown.iter().copied().skip(from).take(to + 1 - from).collect();
        self.marks.extend(rows.into_iter().filter_map(|row| self.mark_of(store, row)).collect::<Vec<_>>());
    }

    /// Marks that the filter hides, found without looking at the text of any row.
    #[must_use]
    pub fn hidden_marks(&self, store: &Store) -> usize {
        if self.marks.is_empty() || (self.filter.is_empty() && self.picked.is_none()) {
            return 0;
        }
        let mut marked: Vec<Ref> = self.marks.iter().filter_map(|mark| self.row_of(store, mark)).collect();
        marked.sort_unstable();
        let seen = self.shown.iter().filter(|row| marked.binary_search(row).is_ok()).count();
        self.marks.len() - seen.min(self.marks.len())
    }
}
