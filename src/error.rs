//! What went wrong, why, and what to do about it. Made at the edges, shown by the view, printed by `main`.
use std::fmt;

/// What sort of trouble it is: decides the banner, whether a retry makes sense, and how a row is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// Credentials are missing or have run out.
    Credentials,
    /// The caller may not do this.
    Denied,
    /// Asked too often; it is retried by itself.
    Throttled,
    /// Nobody answered, or the link broke.
    Unreachable,
    /// It is not there (any more).
    NotFound,
    /// What the user gave is wrong.
    Usage,
    /// Anything else.
    Other,
}

impl Trouble {
    /// What programs read in `--json`: part of its documented shape.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Denied => "denied",
            Self::Throttled => "throttled",
            Self::Unreachable => "unreachable",
            Self::NotFound => "not-found",
            Self::Usage => "usage",
            Self::Other => "other",
        }
    }
}

/// An error in three sentences: what failed, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub trouble: Trouble,
    pub what: String,
    pub why: String,
    /// May be empty where nothing useful can be said.
    pub hint: String,
}

impl Error {
    #[must_use]
    pub fn new(trouble: Trouble, what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { trouble, what: what.into(), why: why.into(), hint: String::new() }
    }

    #[must_use]
    pub fn usage(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self::new(Trouble::Usage, what, why)
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// Exit code of a verb that ended with this.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self.trouble {
            Trouble::Usage => 2,
            _ => 1,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if !self.why.is_empty() {
            write!(f, ": {}", self.why)?;
        }
        if !self.hint.is_empty() {
            write!(f, " ({})", self.hint)?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

pub type Result<T, E = Error> = std::result::Result<T, E>;
