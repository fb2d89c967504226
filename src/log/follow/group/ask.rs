//! What a group asks for, and what it is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Ask(Ask),
    /// Nothing to ask before this time; `i64::MAX` while an ask is under way.
    Wait(i64),
    /// What was wanted is read, and nothing more is.
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    History,
    Fast,
    Repair,
}

/// One page of FilterLogEvents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    pub start: i64,
    /// Belongs to what is asked for.
    pub end: Option<i64>,
    pub token: Option<Box<str>>,
    pub from_head: bool,
    pub purpose: Purpose,
    /// Which listing this page belongs to.
    pub drain: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    pub stream: Box<str>,
    pub at: i64,
    pub ingested: Option<i64>,
    pub id: Box<str>,
    pub message: Box<[u8]>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    pub events: Vec<Raw>,
    pub next: Option<Box<str>>,
    /// The `Date` of the answer.
    pub server_date: Option<i64>,
}

/// What is wanted of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    pub since: i64,
    /// The last millisecond wanted, where it is not followed.
    pub until: Option<i64>,
    pub follow: bool,
    /// For a screen. A listing that is printed wants the oldest first, and what is followed after it.
    pub newest_first: bool,
}
