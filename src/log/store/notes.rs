//! What is known of a chunk's lines beside their text and index: what their service calls them, and what it told of them later.
use std::collections::BTreeMap;

use super::id::Id;

/// What is known of a line beside its text; what its source may only tell later.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    /// By line, one more than where its id lies; nothing while no line has one.
    pub places: Vec<u32>,
    pub ids: Vec<u8>,
    /// Where the time of ingestion is far from that of the event, or was told later.
    pub ingested: BTreeMap<u32, i64>,
    /// Lines that were provisional and no longer are, one bit each.
    confirmed: Vec<u64>,
}

impl Notes {
    pub fn bytes(&self) -> usize {
        self.places.capacity() * 4 + self.ids.capacity() + self.ingested.len() * 24 + self.confirmed.capacity() * 8
    }

    pub fn id(&self, line: usize) -> Option<Id<'_>> {
        let place = *self.places.get(line)?;
        Id::unpack(&self.ids, usize::try_from(place.checked_sub(1)?).ok()?)
    }

    pub fn set_id(&mut self, line: usize, id: &str) {
        if self.places.len() <= line {
            self.places.resize(line + 1, 0);
        }
        self.places[line] = u32::try_from(self.ids.len() + 1).unwrap_or(0);
        Id::pack(id, &mut self.ids);
    }

    pub fn is_confirmed(&self, line: usize) -> bool {
        self.confirmed.get(line / 64).is_some_and(|bits| bits >> (line % 64) & 1 == 1)
    }

    /// The line was read again, by a call that gives ids.
    pub fn confirm(&mut self, line: usize, ingested: Option<i64>, id: Option<&str>) {
        if self.confirmed.len() <= line / 64 {
            self.confirmed.resize(line / 64 + 1, 0);
        }
        self.confirmed[line / 64] |= 1 << (line % 64);
        if let (Some(ingested), Ok(line)) = (ingested, u32::try_from(line)) {
            self.ingested.insert(line, ingested);
        }
        if let Some(id) = id {
            self.set_id(line, id);
        }
    }
}
