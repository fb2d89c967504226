//! What can be done. An action is one entry in one of the tables below; keys, help, footer, palette, action menu and the README's
//! key table are all made from it.
use std::{borrow::Cow, sync::LazyLock};

use crate::{
    effect::Effect,
    kinds::Kind,
    model::{Model, screen::Context},
};

pub mod app;
pub mod detail;
pub mod feed;
pub mod log;
pub mod picker;
pub mod table;

pub struct Action {
    /// The name a keymap binds.
    pub name: Cow<'static, str>,
    /// One line, shown in help, the palette and the README.
    pub doc: Cow<'static, str>,
    /// Where it may be bound.
    pub contexts: &'static [Context],
    /// Whether it changes anything outside: such actions do not exist with `--read-only`.
    pub mutates: bool,
    /// Whether it can run now; if not, help greys it and the key does nothing.
    pub enabled: fn(&Model) -> bool,
    /// What it does to the model, and what it asks of the world.
    pub run: fn(&mut Model, Arg) -> Vec<Effect>,
    pub arg: Arg,
}

/// What tells apart actions that share a `run`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arg {
    None,
    Kind(Kind),
    Step(Step),
}

/// How far a cursor goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Rows(isize),
    HalfPage(isize),
    Page(isize),
    First,
    Last,
}

impl Step {
    /// In rows, where `height` rows are seen.
    #[must_use]
    pub fn rows(self, height: usize) -> isize {
        let height = isize::try_from(height.max(1)).unwrap_or(isize::MAX);
        match self {
            Self::Rows(n) => n,
            Self::HalfPage(n) => n * (height / 2).max(1),
            Self::Page(n) => n * height,
            Self::First => isize::MIN,
            Self::Last => isize::MAX,
        }
    }
}

impl std::fmt::Debug for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

impl Action {
    /// An action that is always there and needs no argument; the rest is told with struct update.
    #[must_use]
    pub const fn new(
        name: &'static str,
        doc: &'static str,
        contexts: &'static [Context],
        run: fn(&mut Model, Arg) -> Vec<Effect>,
    ) -> Self {
        Self {
            name: Cow::Borrowed(name),
            doc: Cow::Borrowed(doc),
            contexts,
            mutates: false,
            enabled: |_| true,
            run,
            arg: Arg::None,
        }
    }

    #[must_use]
    pub const fn when(mut self, enabled: fn(&Model) -> bool) -> Self {
        self.enabled = enabled;
        self
    }

    #[must_use]
    pub const fn with(mut self, arg: Arg) -> Self {
        self.arg = arg;
        self
    }

    #[must_use]
    pub const fn mutating(mut self) -> Self {
        self.mutates = true;
        self
    }

    /// Whether it exists for this user at all.
    #[must_use]
    pub const fn allowed(&self, model: &Model) -> bool {
        !(self.mutates && model.estate.read_only)
    }

    /// Whether it can run now.
    #[must_use]
    pub fn ready(&self, model: &Model) -> bool {
        self.allowed(model) && (self.enabled)(model)
    }
}

/// `goto-<kind>`, one for each kind that is asked for on its own.
static GOTO: LazyLock<Vec<Action>> = LazyLock::new(|| Kind::ALL.iter().filter_map(|kind| table::goto(*kind)).collect());

pub fn all() -> impl Iterator<Item = &'static Action> {
    let tables = [app::ACTIONS, table::ACTIONS, detail::ACTIONS, log::ACTIONS, log::more::ACTIONS, picker::ACTIONS];
    tables.into_iter().flatten().chain(GOTO.iter())
}

#[must_use]
pub fn find(name: &str) -> Option<&'static Action> {
    all().find(|action| action.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn names_are_unique_kebab_case_and_docs_are_short_sentences_without_a_stop() {
        let mut seen = HashSet::new();
        for action in all() {
            assert!(seen.insert(&*action.name), "two actions are called {}", action.name);
            assert!(action.name.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{}", action.name);
            assert!(!action.doc.ends_with('.') && action.doc.len() < 60 && !action.doc.is_empty(), "{}", action.name);
            assert!(!action.contexts.is_empty(), "{} can be done nowhere", action.name);
        }
    }
}
