//! How many lines there were when, over the whole of what is shown: kept up with each line that comes, counted anew only where what
//! is shown changes, or its time grows beyond the buckets.
use super::{Logs, Sought};
use crate::log::store::{
    histogram::Histogram,
    shown::{Change, Shown},
};

/// Buckets, whatever the screen is wide: neighbours are added up where there are fewer columns.
const BUCKETS: usize = 240;
/// The least time that is shown.
const LEAST: i64 = 60_000;

impl Logs {
    /// What is shown, as it is now.
    #[must_use]
    pub fn everything(&self) -> Sought {
        Sought { snapshot: self.store.snapshot(), query: self.query.clone(), names: self.names.words().clone() }
    }

    pub fn toggle_histogram(&mut self) {
        if self.histogram.take().is_none() {
            self.histogram = Some(self.counted());
        }
    }

    /// The times of the first and the last line.
    fn times(&self) -> Option<(i64, i64)> {
        let at = |position: usize| self.store.at(position).and_then(|no| self.store.line(no)).map(|line| line.at);
        Some((at(0)?, at(self.store.len().checked_sub(1)?)?))
    }

    fn counted(&self) -> Histogram {
        let (from, last) = self.times().unwrap_or((self.since, self.since));
        // room for what comes, so that not every line counts all anew
        let to = last + ((last - from) / 8).max(LEAST);
        Histogram::of(&self.store, &self.shown, from, to, BUCKETS)
    }

    /// What is shown is another now.
    pub(super) fn recount(&mut self) {
        if self.histogram.is_some() {
            self.histogram = Some(self.counted());
        }
    }

    pub(super) fn count_in(&mut self, change: &Change) {
        let Some(histogram) = &mut self.histogram else { return };
        histogram.absorb(&self.store, change);
        let (first, last) = (histogram.span(0).0, histogram.span(BUCKETS - 1).1);
        if self.times().is_some_and(|(from, to)| from < first || to >= last) {
            self.recount();
        }
    }

    /// Whether a filter is in force.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        !Shown::is_all(&self.shown)
    }
}
