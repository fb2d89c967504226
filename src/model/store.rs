//! Everything listed so far: a feed is one kind in one scope, written by the one task that owns it.
use std::{collections::HashMap, sync::Arc};

use super::task::TaskId;
use crate::{
    error::Error,
    kinds::{Batch, Kind, Reach, Record, Rows, Scope, rows::Touched},
};

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FeedKey {
    pub kind: Kind,
    pub scope: Scope,
}

impl FeedKey {
    #[must_use]
    pub const fn new(kind: Kind, scope: Scope) -> Self {
        Self { kind, scope }
    }

    /// The feed in whose rows this one is found.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        match self.kind.reach() {
            Reach::Within(kind) => Some(Self::new(kind, Scope { within: "".into(), ..self.scope.clone() })),
            _ => None,
        }
    }

    /// `pods in shop/us-east-1/prod`.
    #[must_use]
    pub fn words(&self) -> String {
        let path = self.scope.path();
        if path.is_empty() { self.kind.title().to_owned() } else { format!("{} in {path}", self.kind.title()) }
    }
}

/// A feed's place in the store. It is never given to another feed.
pub type FeedNo = u32;

/// What may be believed of a feed's rows. They stay in every state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Load {
    /// No whole answer yet: what stands is a beginning, or from before.
    Loading,
    /// True now (a watch), or true when it was asked (a list).
    Ready,
    /// True no longer, being mended by itself.
    Lost(Arc<Error>),
    /// Asking failed, and nobody asks again until told to.
    Failed(Arc<Error>),
}

#[derive(Debug)]
pub struct Feed {
    pub key: FeedKey,
    /// The task allowed to write here; reports of older tasks are dropped.
    owner: TaskId,
    pub rows: Rows,
    pub load: Load,
    /// Whether a whole answer was ever here: only then no rows means none exist.
    pub whole: bool,
    /// When the rows were last known to be true.
    pub at: i64,
    /// What is missing in an answer that is otherwise good.
    pub partial: Vec<Error>,
}

#[derive(Debug, Default)]
pub struct Store {
    by_key: HashMap<FeedKey, FeedNo>,
    feeds: Vec<Feed>,
}

impl Store {
    #[must_use]
    pub fn no(&self, key: &FeedKey) -> Option<FeedNo> {
        self.by_key.get(key).copied()
    }

    #[must_use]
    pub fn feed(&self, no: FeedNo) -> Option<&Feed> {
        self.feeds.get(no as usize)
    }

    #[must_use]
    pub fn get(&self, key: &FeedKey) -> Option<&Feed> {
        self.feed(self.no(key)?)
    }

    #[must_use]
    pub fn record(&self, no: FeedNo, slot: u32) -> Option<Record<'_>> {
        self.feed(no)?.rows.get(slot)
    }

    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (FeedNo, &Feed)> {
        (0..).zip(&self.feeds).filter(move |(_, feed)| feed.key.kind == kind)
    }

    /// The task that writes this feed.
    #[must_use]
    pub fn owner(&self, key: &FeedKey) -> Option<TaskId> {
        self.get(key).map(|feed| feed.owner)
    }

    /// Hands the feed to `owner`; rows stay until the new owner's answer stands.
    pub fn begin(&mut self, key: &FeedKey, owner: TaskId, now: i64) -> FeedNo {
        if let Some(no) = self.no(key) {
            let feed = &mut self.feeds[no as usize];
            feed.owner = owner;
            feed.load = Load::Loading;
            feed.partial.clear();
            return no;
        }
        let no = FeedNo::try_from(self.feeds.len()).unwrap_or(FeedNo::MAX);
        let feed = Feed {
            key: key.clone(),
            owner,
            rows: key.kind.rows(),
            load: Load::Loading,
            whole: false,
            at: now,
            partial: Vec::new(),
        };
        self.feeds.push(feed);
        self.by_key.insert(key.clone(), no);
        no
    }

    fn owned(&mut self, key: &FeedKey, owner: TaskId) -> Option<&mut Feed> {
        let no = self.no(key)?;
        self.feeds.get_mut(no as usize).filter(|feed| feed.owner == owner)
    }

    /// Takes rows in if `owner` still owns the feed; tells what they touched.
    pub fn apply(&mut self, key: &FeedKey, owner: TaskId, batch: Batch, now: i64) -> Option<(FeedNo, Touched)> {
        let no = self.no(key)?;
        let feed = self.owned(key, owner)?;
        // a first page beside rows from before would mix old and new: the old ones stay until the whole is here
        if batch.is_page() && feed.whole {
            return None;
        }
        let page = batch.is_page();
        let touched = feed.rows.apply(batch);
        feed.at = now;
        if !page {
            feed.whole = true;
            feed.load = Load::Ready;
        }
        Some((no, touched))
    }

    /// What is found in the rows of `from` may be believed as far as those.
    pub fn echo(&mut self, from: &FeedKey, to: &FeedKey) {
        let Some(feed) = self.get(from) else { return };
        let (load, whole, at, partial) = (feed.load.clone(), feed.whole, feed.at, feed.partial.clone());
        if let Some(feed) = self.no(to).and_then(|no| self.feeds.get_mut(no as usize)) {
            (feed.load, feed.whole, feed.at, feed.partial) = (load, whole, at, partial);
        }
    }

    /// Says how far the rows may be believed now.
    pub fn mark(&mut self, key: &FeedKey, owner: TaskId, load: Load, now: i64) -> bool {
        let Some(feed) = self.owned(key, owner) else { return false };
        if load == Load::Ready {
            feed.at = now;
            feed.whole = true;
        } else if feed.load == Load::Ready {
            // a watch was true until this moment
            feed.at = now;
        }
        feed.load = load;
        true
    }

    /// This part is missing too.
    pub fn miss(&mut self, key: &FeedKey, owner: TaskId, error: Error) {
        let Some(feed) = self.owned(key, owner) else { return };
        if !feed.partial.contains(&error) {
            feed.partial.push(error);
        }
    }

    /// These parts are missing, and no others.
    pub fn miss_only(&mut self, key: &FeedKey, owner: TaskId, errors: Vec<Error>) {
        if let Some(feed) = self.owned(key, owner) {
            feed.partial = errors;
        }
    }
}
