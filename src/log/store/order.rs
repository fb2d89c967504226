//! Numbers of lines in the order in which they are shown. Lines that came in order are kept as runs and cost nothing; where late
//! ones went in between, their neighbourhood is kept as a list. Putting lines in moves only what stands near them.
use std::cmp::Ordering;

use super::chunk::Key;

/// A list is split when it is longer.
const LONG: usize = 4096;
/// A run that is shorter is kept in a list with its neighbours.
const SHORT: usize = 512;

/// Who knows the keys that lines are ordered by.
pub(super) trait Keys {
    fn key(&self, no: u64) -> Key<'_>;
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Block {
    /// Lines that follow each other in arrival too.
    Run { first: u64, len: usize },
    /// The low halves of the numbers, and the oldest of them.
    List { nos: Vec<u32>, oldest: u64 },
}

#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    blocks: Vec<Block>,
    len: usize,
    /// No line is older.
    floor: u64,
}

impl Block {
    fn len(&self) -> usize {
        match self {
            Self::Run { len, .. } => *len,
            Self::List { nos, .. } => nos.len(),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is what is kept")]
fn low(no: u64) -> u32 {
    no as u32
}

impl Order {
    pub fn len(&self) -> usize {
        self.len
    }

    fn in_block(&self, block: &Block, at: usize) -> u64 {
        match block {
            Block::Run { first, .. } => first + at as u64,
            Block::List { nos, .. } => self.whole(nos[at]),
        }
    }

    /// The number that has this low half: all lines that are kept are nearer to each other than 2³².
    fn whole(&self, no: u32) -> u64 {
        self.floor + u64::from(no.wrapping_sub(low(self.floor)))
    }

    pub fn at(&self, position: usize) -> Option<u64> {
        if position >= self.len {
            return None;
        }
        // most look at the end
        if position >= self.len / 2 {
            let mut end = self.len;
            let block = self.blocks.iter().rev().find(|block| {
                end -= block.len();
                position >= end
            })?;
            return Some(self.in_block(block, position - end));
        }
        let mut start = 0;
        let block = self.blocks.iter().find(|block| {
            start += block.len();
            position < start
        })?;
        Some(self.in_block(block, position - (start - block.len())))
    }

    pub fn last(&self) -> Option<u64> {
        self.blocks.last().map(|block| self.in_block(block, block.len() - 1))
    }

    /// All of them from a position on.
    pub fn from(&self, position: usize) -> impl Iterator<Item = u64> + '_ {
        let mut skip = position.min(self.len);
        let first = self.blocks.iter().position(|block| {
            let here = skip < block.len();
            skip -= if here { 0 } else { block.len() };
            here
        });
        let blocks = self.blocks.get(first.unwrap_or(self.blocks.len())..).unwrap_or_default();
        blocks.iter().enumerate().flat_map(move |(at, block)| {
            let begin = if at == 0 { skip } else { 0 };
            (begin..block.len()).map(move |at| self.in_block(block, at))
        })
    }

    /// How many lines come before what `is_before` says of: it must say so of a beginning of the order.
    pub fn partition(&self, mut is_before: impl FnMut(u64) -> bool) -> usize {
        // the last block whose first line is before
        let block = self.blocks.partition_point(|block| is_before(self.in_block(block, 0)));
        let Some(block) = block.checked_sub(1) else { return 0 };
        let before: usize = self.blocks[..block].iter().map(Block::len).sum();
        before + self.partition_block(&self.blocks[block], 0, is_before)
    }

    /// The same within a block, for a search that begins at `low`.
    fn partition_block(&self, block: &Block, low: usize, mut is_before: impl FnMut(u64) -> bool) -> usize {
        let (mut low, mut high) = (low, block.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if is_before(self.in_block(block, middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    pub fn position(&self, no: u64, keys: &impl Keys) -> Option<usize> {
        let key = keys.key(no);
        let position = self.partition(|other| keys.key(other) < key);
        (self.at(position) == Some(no)).then_some(position)
    }

    /// Puts in lines that are in order among themselves. How many of them went in before the line that was last.
    pub fn merge(&mut self, batch: &[u64], keys: &impl Keys) -> usize {
        let Some(last) = self.last() else {
            batch.iter().for_each(|no| self.push(*no));
            return 0;
        };
        let last = keys.key(last);
        let late = match batch.first() {
            Some(first) if keys.key(*first) > last => 0,
            _ => batch.partition_point(|no| keys.key(*no) < last),
        };
        self.insert(&batch[..late], keys);
        batch[late..].iter().for_each(|no| self.push(*no));
        late
    }

    /// Puts lines at the end that follow each other in arrival and order.
    pub fn push_run(&mut self, first: u64, len: usize) {
        push_run(&mut self.blocks, first, len, LONG);
        self.len += len;
    }

    fn push(&mut self, no: u64) {
        push_run(&mut self.blocks, no, 1, LONG);
        self.len += 1;
    }

    /// Lines that all have their place before the last one.
    fn insert(&mut self, mut batch: &[u64], keys: &impl Keys) {
        self.len += batch.len();
        let mut block = 0;
        while let Some(first) = batch.first() {
            let key = keys.key(*first);
            let next = block + self.blocks[block..].partition_point(|other| keys.key(self.in_block(other, 0)) < key);
            block = next.saturating_sub(1).max(block);
            let here = match self.blocks.get(block + 1) {
                None => batch.len(),
                Some(next) => {
                    let next = keys.key(self.in_block(next, 0));
                    batch.partition_point(|no| keys.key(*no) < next)
                }
            };
            let (into, rest) = batch.split_at(here.max(1));
            let blocks = self.rebuilt(block, into, keys);
            let many = blocks.len();
            self.blocks.splice(block..=block, blocks);
            (block, batch) = (block + many - 1, rest);
        }
    }

    /// A block with lines put in.
    fn rebuilt(&self, block: usize, into: &[u64], keys: &impl Keys) -> Vec<Block> {
        let block = &self.blocks[block];
        let mut built = Vec::new();
        let mut done = 0;
        let copy = |built: &mut Vec<Block>, from: usize, to: usize| match block {
            Block::Run { first, .. } => push_run(built, first + from as u64, to - from, usize::MAX),
            Block::List { nos, .. } => {
                nos[from..to].iter().for_each(|no| push_run(built, self.whole(*no), 1, usize::MAX))
            }
        };
        let mut rest = into;
        while let Some(no) = rest.first() {
            let key = keys.key(*no);
            let place = self.partition_block(block, done, |other| keys.key(other) < key);
            copy(&mut built, done, place);
            // all that go in at this place at once
            let many = if place == block.len() {
                rest.len()
            } else {
                let next = keys.key(self.in_block(block, place));
                beginning(rest, |no| keys.key(no) < next)
            };
            let (here, after) = rest.split_at(many.max(1));
            here.iter().for_each(|no| push_run(&mut built, *no, 1, usize::MAX));
            (done, rest) = (place, after);
        }
        copy(&mut built, done, block.len());
        built.into_iter().flat_map(|block| self.split(block)).collect()
    }

    /// A list that has grown too long, in equal parts.
    fn split(&self, block: Block) -> Vec<Block> {
        match block {
            Block::List { nos, .. } if nos.len() > LONG => {
                let len = nos.len().div_ceil(nos.len().div_ceil(LONG));
                let list = |nos: &[u32]| {
                    let oldest = nos.iter().map(|no| self.whole(*no)).min().unwrap_or(self.floor);
                    Block::List { nos: nos.to_vec(), oldest }
                };
                nos.chunks(len).map(list).collect()
            }
            other => vec![other],
        }
    }

    /// Takes a line out, wherever it stands among those of its time.
    pub fn remove(&mut self, no: u64, at: i64, keys: &impl Keys) -> bool {
        let from = self.partition(|other| keys.key(other).at < at);
        let among = self.from(from).take_while(|other| keys.key(*other).at.cmp(&at) == Ordering::Equal);
        let Some(place) = among.enumerate().find(|(_, other)| *other == no).map(|(place, _)| from + place) else {
            return false;
        };
        let mut start = 0;
        let block = self.blocks.iter().position(|block| {
            start += block.len();
            place < start
        });
        let Some(block) = block else { return false };
        let place = place - (start - self.blocks[block].len());
        let mut built = Vec::new();
        for at in (0..self.blocks[block].len()).filter(|at| *at != place) {
            push_run(&mut built, self.in_block(&self.blocks[block], at), 1, usize::MAX);
        }
        self.blocks.splice(block..=block, built);
        self.len -= 1;
        true
    }

    /// Lets go of all lines that arrived before `floor`, and gives them.
    pub fn forget_before(&mut self, floor: u64) -> Vec<u64> {
        let old = self.floor;
        let mut gone = Vec::new();
        self.blocks.retain_mut(|block| {
            match block {
                Block::Run { first, len } => {
                    let lost = floor.saturating_sub(*first).min(*len as u64);
                    gone.extend(*first..*first + lost);
                    *first += lost;
                    *len -= usize::try_from(lost).unwrap_or(*len);
                }
                Block::List { nos, oldest } if *oldest < floor => {
                    let whole = |no: u32| old + u64::from(no.wrapping_sub(low(old)));
                    *oldest = u64::MAX;
                    nos.retain(|no| {
                        let no = whole(*no);
                        if no < floor {
                            gone.push(no);
                        } else {
                            *oldest = no.min(*oldest);
                        }
                        no >= floor
                    });
                }
                Block::List { .. } => {}
            }
            block.len() > 0
        });
        self.floor = floor.max(old);
        self.len -= gone.len();
        gone
    }
}

/// How many numbers at the beginning are such; found soon where there are few.
fn beginning(nos: &[u64], is_such: impl Fn(u64) -> bool) -> usize {
    let mut step = 1;
    while nos.get(step).is_some_and(|no| is_such(*no)) {
        step *= 2;
    }
    let (low, high) = (step / 2, step.min(nos.len()));
    low + nos[low..high].partition_point(|no| is_such(*no))
}

/// Appends lines that follow each other, to a list as long as it is no longer than `long`.
fn push_run(blocks: &mut Vec<Block>, from: u64, many: usize, long: usize) {
    if many == 0 {
        return;
    }
    match blocks.last_mut() {
        Some(Block::Run { first, len }) if *first + *len as u64 == from => *len += many,
        Some(Block::Run { first, len }) if *len < SHORT && many < SHORT => {
            let nos = (*first..*first + *len as u64).chain(from..from + many as u64).map(low).collect();
            let oldest = from.min(*first);
            blocks.pop();
            blocks.push(Block::List { nos, oldest });
        }
        Some(Block::List { nos, oldest }) if many < SHORT && nos.len() + many <= long => {
            nos.extend((from..from + many as u64).map(low));
            *oldest = from.min(*oldest);
        }
        _ => blocks.push(Block::Run { first: from, len: many }),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::log::store::{Store, tests::event};

    impl Order {
        fn all(&self) -> Vec<u64> {
            self.from(0).collect()
        }
    }

    #[test]
    fn what_comes_in_order_is_one_run() {
        let mut order = Order::default();
        order.push_run(7, 10);
        order.push_run(17, 1_000_000);
        assert_eq!((order.blocks.len(), order.len(), order.at(1_000_009)), (1, 1_000_010, Some(1_000_016)));
        assert_eq!(order.forget_before(500_000).len(), 499_993);
        assert_eq!((order.at(0), order.len()), (Some(500_000), 500_017));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn batches_in_any_order_end_up_in_order(
            times in prop::collection::vec(0_i64..6000, 1..9000),
            sizes in prop::collection::vec(1_usize..2000, 1..9),
            cut in 0_u64..9000,
        ) {
            let time = |no: u64| times[usize::try_from(no).unwrap()];
            let mut store = Store::new(usize::MAX);
            let events: Vec<_> = times.iter().map(|at| event(0, *at, "x")).collect();
            store.add(&events);
            let mut order = Order::default();
            let (mut done, mut sizes) = (0, sizes.iter().cycle());
            while done < times.len() {
                let end = (done + sizes.next().unwrap()).min(times.len());
                let mut batch: Vec<u64> = (done as u64..end as u64).collect();
                batch.sort_by_key(|no| time(*no));
                order.merge(&batch, store.shelf());
                done = end;
            }
            let mut expected: Vec<u64> = (0..times.len() as u64).collect();
            expected.sort_by_key(|no| time(*no));
            prop_assert_eq!(order.all(), expected.clone());
            let gone = order.forget_before(cut);
            expected.retain(|no| *no >= cut);
            prop_assert_eq!(order.all(), expected.clone());
            prop_assert_eq!(gone.len() + order.len(), times.len());
            for (at, no) in expected.iter().enumerate() {
                prop_assert_eq!((order.at(at), order.position(*no, store.shelf())), (Some(*no), Some(at)));
            }
        }
    }
}
