//! How many lines there were when, by level: equal buckets between two times.
use super::{
    LineNo, Store,
    shown::{Change, Shown},
};
use crate::log::Level;

/// By level, as `Level` numbers them.
pub type Counts = [u32; 7];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    from: i64,
    /// How long a bucket is, in milliseconds.
    step: i64,
    counts: Vec<Counts>,
}

impl Histogram {
    /// So many empty buckets, together at least from one time up to the other.
    #[must_use]
    pub fn new(from: i64, to: i64, buckets: usize) -> Self {
        let buckets = buckets.max(1);
        let span = i128::from(to) - i128::from(from);
        let step = (span.max(1) + buckets as i128 - 1) / buckets as i128;
        Self { from, step: i64::try_from(step).unwrap_or(i64::MAX), counts: vec![[0; 7]; buckets] }
    }

    /// The same of what is shown now.
    #[must_use]
    pub fn of(store: &Store, shown: &Shown, from: i64, to: i64, buckets: usize) -> Self {
        let mut histogram = Self::new(from, to, buckets);
        histogram.fill(store, shown);
        histogram
    }

    fn fill(&mut self, store: &Store, shown: &Shown) {
        if shown.is_all() {
            // the order is of no matter
            for part in store.shelf().parts() {
                part.chunk.entries().iter().for_each(|entry| self.count(entry.at, entry.level, 1));
            }
            store.shelf().open_entries().iter().for_each(|entry| self.count(entry.at, entry.level, 1));
            return;
        }
        shown.lines(store, 0).for_each(|line| self.count(line.at, line.level, 1));
    }

    /// Which bucket has this time.
    #[must_use]
    pub fn bucket(&self, at: i64) -> Option<usize> {
        let since = i128::from(at) - i128::from(self.from);
        let bucket = usize::try_from(since.div_euclid(i128::from(self.step))).ok()?;
        (bucket < self.counts.len()).then_some(bucket)
    }

    fn count(&mut self, at: i64, level: Level, by: i64) {
        if let Some(bucket) = self.bucket(at) {
            let count = &mut self.counts[bucket][level as usize];
            *count = u32::try_from((i64::from(*count) + by).max(0)).unwrap_or(u32::MAX);
        }
    }

    /// Goes on, bucket by bucket, until this time is in the last one: what was in the first ones is forgotten. To be called before
    /// lines of that time are counted.
    pub fn slide(&mut self, to: i64) {
        let beyond = i128::from(to) - i128::from(self.span(self.counts.len()).0);
        if beyond < 0 {
            return;
        }
        let many = beyond / i128::from(self.step) + 1;
        let forgotten = usize::try_from(many).unwrap_or(usize::MAX).min(self.counts.len());
        self.counts.drain(..forgotten);
        self.counts.extend((0..forgotten).map(|_| [0; 7]));
        let from = i128::from(self.from) + many * i128::from(self.step);
        self.from = i64::try_from(from).unwrap_or(i64::MAX);
    }

    /// What came and what went since.
    pub fn absorb(&mut self, store: &Store, change: &Change) {
        for line in change.came.iter().filter_map(|line: &LineNo| store.line(*line)) {
            self.count(line.at, line.level, 1);
        }
        change.went.iter().for_each(|(at, level)| self.count(*at, *level, -1));
    }

    #[must_use]
    pub fn counts(&self) -> &[Counts] {
        &self.counts
    }

    #[must_use]
    pub fn step(&self) -> i64 {
        self.step
    }

    /// When a bucket begins and when the next does.
    #[must_use]
    pub fn span(&self, bucket: usize) -> (i64, i64) {
        let begin = |bucket: usize| {
            self.from.saturating_add(self.step.saturating_mul(i64::try_from(bucket).unwrap_or(i64::MAX)))
        };
        (begin(bucket), begin(bucket + 1))
    }

    /// Lines of all levels together, in the fullest bucket.
    #[must_use]
    pub fn highest(&self) -> u32 {
        self.counts.iter().map(|counts| counts.iter().sum()).max().unwrap_or(0)
    }

    /// All buckets together.
    #[must_use]
    pub fn total(&self) -> [u64; 7] {
        let mut total = [0; 7];
        for counts in &self.counts {
            counts.iter().zip(&mut total).for_each(|(count, total)| *total += u64::from(*count));
        }
        total
    }
}
