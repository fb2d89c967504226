//! The verbs of the command line, and the start of the console. The only module beside `main` that prints.
pub mod args;
#[cfg(feature = "live")]
mod check;
#[cfg(feature = "demo")]
mod demo;
#[cfg(feature = "live")]
mod headless;
#[cfg(feature = "live")]
mod list;
#[cfg(feature = "live")]
mod logs;
#[cfg(feature = "live")]
mod start;

#[cfg(feature = "live")]
pub use run::run;

use crate::kinds::Kind;

/// The kinds that `list` and `describe` know.
pub const KINDS: args::Kinds = args::Kinds { names: Kind::NAMES, known: |name| Kind::named(name).is_some() };

/// How a verb ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done = 0,
    Failed = 1,
    Usage = 2,
    /// Nothing failed, and something was found.
    Found = 3,
}

#[cfg(feature = "live")]
mod run;
