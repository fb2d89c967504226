//! Everything that can run in the background, as data. One variant, one file under `jobs/`.
use super::{
    logs::{Alike, Reading, Saving, Sought},
    store::FeedKey,
};
use crate::kinds::Wish;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// List or watch one feed.
    List(FeedKey),
    /// Fetch the whole of one thing: feed, address.
    Describe(FeedKey, String),
    /// Whose credentials are in use in this account, and until when; kept up.
    Identify(String),
    /// Read logs, and go on reading.
    Tail(Reading),
    /// Search what was read of logs.
    Search(Box<Sought>),
    /// Group lines of logs that look alike.
    Alike(Box<Alike>),
    /// Write lines of logs to a file.
    Save(Box<Saving>),
}

/// How work is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// It only reads: dropping it is enough.
    Drop,
    /// It holds something (a state lock, a remote shell): it is asked, and leaves by itself.
    Ask,
}

impl Work {
    #[must_use]
    pub const fn stop(&self) -> Stop {
        match self {
            Self::List(_)
            | Self::Describe(..)
            | Self::Identify(_)
            | Self::Tail(_)
            | Self::Search(_)
            | Self::Alike(_) => Stop::Drop,
            // half a file is worse than none
            Self::Save(_) => Stop::Ask,
        }
    }

    #[must_use]
    pub fn title(&self) -> String {
        match self {
            Self::List(feed) => format!("list {}", feed.words()),
            Self::Describe(feed, id) => format!("describe {} {id}", feed.kind.name()),
            Self::Identify(account) if account.is_empty() => "who am I".into(),
            Self::Identify(account) => format!("who am I in {account}"),
            Self::Tail(reading) => {
                format!("logs of {}", reading.wishes.iter().map(Wish::words).collect::<Vec<_>>().join(", "))
            }
            Self::Alike(_) => "group lines of logs that look alike".into(),
            Self::Save(saving) => format!("save {}", saving.path),
            Self::Search(sought) => format!("search logs for {}", sought.query.text()),
        }
    }
}
