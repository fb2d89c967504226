//! The rows of one feed. A row keeps its slot for as long as it lives, so that tables can refer to it by number; an index finds
//! it by id without keeping the id twice.
use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::Resource;

/// One step of a listing. A poll sends `Whole`; a watch sends pages for a quick start, then `Whole`, then what changed.
#[derive(Clone, Debug, PartialEq)]
pub enum Step<T> {
    /// Some rows, more to come: adds and replaces, removes nothing.
    Page(Vec<T>),
    /// All rows there are.
    Whole(Slots<T>),
    Changed(Vec<Change<T>>),
}

impl<T: Resource> Step<T> {
    #[must_use]
    pub fn whole(rows: Vec<T>) -> Self {
        Self::Whole(rows.into())
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change<T> {
    Upsert(T),
    /// By id.
    Remove(Box<str>),
}

/// What a step touched, so that tables need not look at the rest.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Touched {
    /// All was replaced: look at everything again.
    pub all: bool,
    /// New or changed rows.
    pub set: Vec<u32>,
    /// Slots that are empty now (or were emptied and used again, then they are in `set` too).
    pub gone: Vec<u32>,
}

#[derive(Clone, Debug)]
pub struct Slots<T> {
    rows: Vec<Option<T>>,
    free: Vec<u32>,
    index: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl<T> Default for Slots<T> {
    fn default() -> Self {
        Self { rows: Vec::new(), free: Vec::new(), index: HashTable::new(), hasher: DefaultHashBuilder::default() }
    }
}

impl<T: PartialEq> PartialEq for Slots<T> {
    fn eq(&self, other: &Self) -> bool {
        self.rows.iter().flatten().eq(other.rows.iter().flatten())
    }
}

/// Built where the rows were read, so that the index is ready before the list reaches the screen.
impl<T: Resource> From<Vec<T>> for Slots<T> {
    fn from(all: Vec<T>) -> Self {
        let mut slots = Self { index: HashTable::with_capacity(all.len()), ..Self::default() };
        slots.rows.reserve_exact(all.len());
        for row in all {
            slots.put(row);
        }
        slots
    }
}

fn id_of<T: Resource>(rows: &[Option<T>], slot: u32) -> &str {
    rows.get(slot as usize).and_then(Option::as_ref).map_or("", Resource::id)
}

impl<T: Resource> Slots<T> {
    #[must_use]
    pub fn len(&self) -> usize {
        self.index.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.index.is_empty()
    }

    #[must_use]
    pub fn get(&self, slot: u32) -> Option<&T> {
        self.rows.get(slot as usize)?.as_ref()
    }

    #[must_use]
    pub fn slot(&self, id: &str) -> Option<u32> {
        self.index.find(self.hasher.hash_one(id), |slot| id_of(&self.rows, *slot) == id).copied()
    }

    pub fn slots(&self) -> impl Iterator<Item = u32> {
        (0u32..).zip(&self.rows).filter(|(_, row)| row.is_some()).map(|(slot, _)| slot)
    }

    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.rows.iter().flatten()
    }

    /// Puts a row in, in place of the one with its id if there is one.
    fn put(&mut self, row: T) -> u32 {
        if let Some(slot) = self.slot(row.id()) {
            self.rows[slot as usize] = Some(row);
            return slot;
        }
        let hash = self.hasher.hash_one(row.id());
        let slot = if let Some(slot) = self.free.pop() {
            self.rows[slot as usize] = Some(row);
            slot
        } else {
            self.rows.push(Some(row));
            u32::try_from(self.rows.len() - 1).unwrap_or(u32::MAX)
        };
        let (rows, hasher) = (&self.rows, &self.hasher);
        self.index.insert_unique(hash, slot, |slot| hasher.hash_one(id_of(rows, *slot)));
        slot
    }

    fn remove(&mut self, id: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(id);
        let rows = &self.rows;
        let slot = self.index.find_entry(hash, |slot| id_of(rows, *slot) == id).ok()?.remove().0;
        self.rows[slot as usize] = None;
        self.free.push(slot);
        Some(slot)
    }

    pub fn apply(&mut self, step: Step<T>) -> Touched {
        let mut touched = Touched::default();
        match step {
            Step::Page(rows) => {
                touched.set.extend(rows.into_iter().map(|row| self.put(row)));
                // a service that pages while things change names some of them twice
                touched.set.sort_unstable();
                touched.set.dedup();
            }
            Step::Whole(slots) => {
                *self = slots;
                touched.all = true;
            }
            Step::Changed(changes) => {
                for change in changes {
                    match change {
                        Change::Upsert(row) => touched.set.push(self.put(row)),
                        Change::Remove(id) => touched.gone.extend(self.remove(&id)),
                    }
                }
                touched.set.sort_unstable();
                touched.set.dedup();
                // set and then removed again in one batch
                touched.set.retain(|slot| self.rows[*slot as usize].is_some());
            }
        }
        touched
    }
}
