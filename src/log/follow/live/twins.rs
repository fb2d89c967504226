//! Events that were shown before they were read, and the other way round.
use hashbrown::HashMap;

use crate::log::{
    SourceNo,
    follow::{Confirmed, group::Raw, seen::hash},
};

/// What is the same in both copies of an event: Live Tail gives no id.
type Key = (SourceNo, i64, Option<i64>, u128);

/// Events that were shown provisionally and events that were read before Live Tail gave them, as multisets.
#[derive(Debug, Default)]
pub struct Twins {
    shown: HashMap<Key, u32>,
    read: HashMap<Key, u32>,
    /// A session is or was open: copies are to be expected.
    expected: bool,
}

impl Twins {
    /// Live Tail gave it. Whether it is to be shown.
    pub fn arrived(&mut self, source: SourceNo, at: i64, ingested: Option<i64>, text: &[u8]) -> bool {
        self.expected = true;
        let key = (source, at, ingested, hash(text));
        if take(&mut self.read, &key) {
            return false;
        }
        *self.shown.entry(key).or_default() += 1;
        true
    }

    /// It was read for the first time. The event that was shown already, if there is one.
    pub fn read(&mut self, source: SourceNo, raw: &Raw) -> Option<Confirmed> {
        if !self.expected {
            return None;
        }
        let hash = hash(&raw.message);
        let key = (source, raw.at, raw.ingested, hash);
        if take(&mut self.shown, &key) {
            return Some(Confirmed { source, at: raw.at, ingested: raw.ingested, hash, id: raw.id.clone() });
        }
        *self.read.entry(key).or_default() += 1;
        None
    }

    /// What is settled will not be read again; what was read long ago Live Tail will not give any more.
    pub fn forget(&mut self, settled: i64, covered: i64) {
        self.shown.retain(|key, _| key.1 >= settled);
        self.read.retain(|key, _| key.2.unwrap_or(key.1) >= covered - 120_000);
        if self.shown.is_empty() && self.read.is_empty() {
            self.shown.shrink_to_fit();
            self.read.shrink_to_fit();
        }
    }
}

fn take(from: &mut HashMap<Key, u32>, key: &Key) -> bool {
    match from.get_mut(key) {
        Some(1) => drop(from.remove(key)),
        Some(count) => *count -= 1,
        None => return false,
    }
    true
}
