//! What programs say: events of logs from any source, on one axis of time. Pure: what asks for logs is `clients` and `jobs`.
//!
//! A **target** is what somebody wanted to read: a log group, a container of a pod, a file. A **source** is where in it a line
//! stands: a stream of the group, one run of the container. Both are numbered, so that a line carries a number and not a name.
pub mod follow;
pub mod store;

use std::sync::Arc;

use crate::{error::Error, kinds::Scope};

/// Which target, in the order in which they were asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TargetNo(pub u32);

/// Which source, in the order in which they first spoke.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceNo(pub u32);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// A log group, all its streams or those whose names begin so.
    Group { scope: Scope, group: Arc<str>, prefixes: Vec<Arc<str>> },
    /// A container of a pod, through the Kubernetes API.
    Container { scope: Scope, namespace: Arc<str>, pod: Arc<str>, uid: Arc<str>, container: Arc<str> },
    /// A file, or what is piped in where the path is `-`.
    File { path: Arc<str> },
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Source {
    pub target: TargetNo,
    /// The stream of the log group, the run of the container (how often it was restarted before); nothing for a file.
    pub part: Arc<str>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Level {
    /// The line does not say.
    #[default]
    Unknown,
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Fatal,
}

impl Level {
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }
}

/// One event as its source gave it. Times are milliseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub source: SourceNo,
    pub at: i64,
    /// When the service had it; `None` where the source does not tell.
    pub ingested: Option<i64>,
    /// What the source calls it, where it has a name for it (`eventId` of CloudWatch Logs).
    pub id: Option<Box<str>>,
    /// Any bytes: they are made safe when they are drawn.
    pub text: Box<[u8]>,
    /// Live Tail gave it: it has no id yet, and is taken for true only once it was read again.
    pub provisional: bool,
}

/// What those who read have to say, in the order in which it is to be taken in.
#[derive(Clone, Debug)]
pub enum News {
    /// This number stands for this target from now on.
    Target(TargetNo, Target),
    /// A part of what was wished for cannot be read; the rest goes on.
    Missing(Error),
    /// Many lines at once, made ready elsewhere.
    Chunk(Arc<store::Chunk>),
    Told(follow::Told),
}

/// A span of time in which a target may have said more than was shown, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    pub target: TargetNo,
    pub from: i64,
    pub to: i64,
    pub why: Arc<str>,
}
