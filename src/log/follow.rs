//! Reading logs so that nothing is lost and nothing shown twice: state machines that say what to ask next and what an answer means.
//!
//! They never ask, sleep or look at a clock. A job carries out what they say and hands back what came; times are milliseconds since
//! 1970. CloudWatch Logs has no cursor by time of ingestion, so a tail of it is a window that is read again and again, with the
//! ids of what was read: that is [`group`]. [`live`] makes it quick, [`scheduler`] keeps it within what the account may ask,
//! [`pod`] reads containers through the Kubernetes API, [`same`] knows a line that came both ways.
pub mod group;
pub mod live;
pub mod pod;
pub mod region;
pub mod same;
pub mod scheduler;
pub mod seen;
mod standing;
#[cfg(test)]
mod tests;

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use hashbrown::HashMap;

pub use self::standing::Standing;
use super::{Event, Gap, Source, SourceNo, TargetNo};
use crate::error::{Error, Trouble};

/// How late an event may become readable, counted from its own time, and still be shown for certain.
pub const HORIZON: i64 = 15 * 60_000;

/// What a machine has to say after an answer, in the order in which it is to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// This number stands for this source from now on.
    Source(SourceNo, Source),
    /// Not shown before; in order of time within themselves.
    Events(Vec<Event>),
    /// A provisional event that was shown was read again, and has its id now.
    Confirmed(Confirmed),
    Standing(TargetNo, Standing),
    Gap(Gap),
    /// This gap, as it was told before, has been read.
    Mended(Gap),
    Cursor(TargetNo, Cursor),
    /// A line of the console's own, to stand among the lines of that source.
    Note {
        source: SourceNo,
        at: i64,
        words: String,
    },
}

/// Which event is meant: provisional ones have no id. Where several are equal in all this, any of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmed {
    pub source: SourceNo,
    pub at: i64,
    pub ingested: Option<i64>,
    /// [`seen::hash`] of the text.
    pub hash: u128,
    pub id: Box<str>,
}

/// How far a target has been read, by the service's clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// All from before this was read, and nothing more is expected to come in there.
    pub settled: i64,
    /// All that could be read at this time was read.
    pub covered: i64,
    /// History is read back to here.
    pub back_to: i64,
}

/// Why an ask was not answered. All but the last two are followed by another try, later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    Throttled,
    Denied(Error),
    /// The log group, the pod or the container is not there.
    Gone(Error),
    Credentials(Error),
    Unreachable(Error),
    /// The service failed (5xx).
    Server(Error),
    /// The token is not known any more: the listing is begun anew where it stood.
    BadToken,
    /// The container waits to be started, or has no former run.
    NotReady(Error),
}

impl Failure {
    /// What a client's error means to a tail. Tokens are told apart by the caller, who knows that it sent one.
    #[must_use]
    pub fn of(error: Error) -> Self {
        match error.trouble {
            Trouble::Throttled => Self::Throttled,
            Trouble::Denied => Self::Denied(error),
            Trouble::NotFound => Self::Gone(error),
            Trouble::Credentials => Self::Credentials(error),
            Trouble::Unreachable => Self::Unreachable(error),
            Trouble::Usage | Trouble::Other => Self::Server(error),
        }
    }
}

/// Hands out the numbers of sources; all that read into one scroll-back share it.
#[derive(Clone, Debug, Default)]
pub struct Numbers(Arc<AtomicU32>);

impl Numbers {
    #[must_use]
    pub fn take(&self) -> SourceNo {
        SourceNo(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// The sources of one target that have spoken.
#[derive(Debug)]
struct Sources {
    target: TargetNo,
    numbers: Numbers,
    known: HashMap<Box<str>, SourceNo>,
}

impl Sources {
    fn new(target: TargetNo, numbers: Numbers) -> Self {
        Self { target, numbers, known: HashMap::new() }
    }

    fn of(&mut self, part: &str, told: &mut Vec<Told>) -> SourceNo {
        if let Some(no) = self.known.get(part) {
            return *no;
        }
        let no = self.numbers.take();
        self.known.insert(part.into(), no);
        told.push(Told::Source(no, Source { target: self.target, part: part.into() }));
        no
    }
}

/// Waits longer after each failure, and not at all after a success.
#[derive(Clone, Copy, Debug, Default)]
struct BackOff {
    failures: u32,
    until: i64,
}

impl BackOff {
    /// A second after the first failure, twice as long after each further one, at most `longest`; never twice quite the same.
    fn failed(&mut self, now: i64, longest: i64, salt: u32) {
        let wait = (1000_i64 << self.failures.min(10)).min(longest);
        self.failures = self.failures.saturating_add(1);
        let jitter =
            i64::from(salt.wrapping_mul(0x9e37_79b9).wrapping_add(self.failures.wrapping_mul(0x85eb_ca6b)) >> 22);
        self.until = now + wait + wait * jitter / 4096;
    }
}
