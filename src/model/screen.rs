//! The stack of screens. The front one takes the keys.
use serde::Deserialize;

use super::{detail::Detail, logs::Logs, picker::Picker, table::Table, work::Work};
use crate::{key::Key, kinds::Wish};

/// A table of the keymap. `Global` is the outermost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
pub enum Context {
    Global,
    Table,
    Detail,
    Log,
    List,
    Picker,
    Input,
    Confirm,
}

impl Context {
    pub const ALL: &'static [Self] =
        &[Self::Global, Self::Table, Self::Detail, Self::Log, Self::List, Self::Picker, Self::Input, Self::Confirm];

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Table => "table",
            Self::Detail => "detail",
            Self::Log => "log",
            Self::List => "list",
            Self::Picker => "picker",
            Self::Input => "input",
            Self::Confirm => "confirm",
        }
    }
}

/// A question. It carries what a yes does, so that no key can be bound past it.
#[derive(Debug)]
pub struct Question {
    pub title: String,
    pub lines: Vec<String>,
    pub then: Then,
    /// What must be typed before yes counts; `None` where `y` is enough.
    pub demand: Option<String>,
    pub typed: String,
    /// Keys count only once the question has been drawn: what was typed before was not an answer to it.
    pub drawn: bool,
    /// The key that opened it, while it may still be repeating by being held down.
    pub held: Option<(Key, i64)>,
}

/// What a yes does.
#[derive(Debug)]
pub enum Then {
    Quit,
    Start(Work),
    /// Read the logs of these anew, by Live Tail.
    Live(Vec<Wish>),
}

/// A line of text that an action waits for.
#[derive(Debug)]
pub struct Prompt {
    pub title: String,
    pub hint: String,
    pub text: String,
    pub what: Asked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Why the act role is needed.
    ActReason,
    /// To which time to jump in a log.
    Time,
    /// What to find in a log.
    Find,
    /// To which file to save a log.
    Save,
}

#[derive(Debug)]
pub enum Screen {
    Table(Box<Table>),
    Detail(Box<Detail>),
    Logs(Box<Logs>),
    /// Background work; the number is the first line seen.
    Tasks(usize),
    /// The log of errors.
    Errors(usize),
    Picker(Picker),
    Confirm(Question),
    Prompt(Prompt),
}

impl Screen {
    /// Innermost first. A question and a text field shut out every other key.
    #[must_use]
    pub const fn contexts(&self, editing: bool) -> &'static [Context] {
        match self {
            Self::Table(_) | Self::Detail(_) | Self::Logs(_) if editing => &[Context::Input],
            Self::Table(_) => &[Context::Table, Context::Global],
            Self::Detail(_) => &[Context::Detail, Context::Global],
            Self::Logs(_) => &[Context::Log, Context::Global],
            Self::Tasks(_) | Self::Errors(_) => &[Context::List, Context::Global],
            Self::Picker(_) => &[Context::Picker],
            Self::Prompt(_) => &[Context::Input],
            // a name that must be typed may have a `y` and an `n` in it
            Self::Confirm(question) if question.demand.is_some() => &[Context::Input],
            Self::Confirm(_) => &[Context::Confirm],
        }
    }

    /// Whether it covers only a part, so that the screen below is drawn too.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Picker(_) | Self::Confirm(_) | Self::Prompt(_))
    }
}
