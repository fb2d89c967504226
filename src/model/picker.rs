//! A list to choose from while typing narrows it: palette, help, action menu, sort, copy, related things.
use super::table::Mark;
use crate::{kinds::Link, model::table::Sort};

/// What choosing an item does. Names of actions are looked up when it is done, so that the list holds no code.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    Act(String),
    Sort(Option<Sort>),
    Copy(String),
    Follow(Link),
    /// Only these regions; empty: all.
    Region(String),
    Account(String),
    Namespace(String),
    /// Only this source of a log; empty: all.
    Source(String),
    /// Only lines of a log that this filter lets through.
    Filter(String),
}

#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub label: String,
    pub hint: String,
    pub enabled: bool,
    pub choice: Choice,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Palette,
    Help,
    Menu,
}

#[derive(Debug)]
pub struct Picker {
    pub title: String,
    pub purpose: Purpose,
    pub items: Vec<Item>,
    /// The row it was opened for: what is chosen is done to that one or to none.
    pub about: Option<Mark>,
    pub text: String,
    /// Which items match, best first.
    pub found: Vec<usize>,
    pub index: usize,
}

impl Picker {
    #[must_use]
    pub fn new(title: impl Into<String>, purpose: Purpose, items: Vec<Item>) -> Self {
        let found = (0..items.len()).collect();
        Self { title: title.into(), purpose, items, about: None, text: String::new(), found, index: 0 }
    }

    pub fn narrow(&mut self, text: String) {
        self.text = text;
        // in the palette what follows the first word is for the thing chosen: `:pod web`
        let wanted = match self.purpose {
            Purpose::Palette => self.text.split(' ').next().unwrap_or("").to_lowercase(),
            _ => self.text.to_lowercase(),
        };
        let mut found: Vec<(u32, usize)> = self
            .items
            .iter()
            .enumerate()
            .filter_map(|(n, item)| Some((score(&wanted, item, self.purpose)?, n)))
            .collect();
        found.sort_by_key(|(score, n)| (std::cmp::Reverse(*score), *n));
        self.found = found.into_iter().map(|(_, n)| n).collect();
        self.index = 0;
    }

    /// What follows the first word.
    #[must_use]
    pub fn argument(&self) -> &str {
        self.text.split_once(' ').map_or("", |(_, rest)| rest.trim())
    }

    pub fn step(&mut self, by: isize) {
        self.index = self.index.saturating_add_signed(by).min(self.found.len().saturating_sub(1));
    }

    #[must_use]
    pub fn chosen(&self) -> Option<&Item> {
        self.items.get(*self.found.get(self.index)?)
    }
}

/// How well it fits: the whole name, its beginning, a part, its letters in order, a part of the description.
fn score(wanted: &str, item: &Item, purpose: Purpose) -> Option<u32> {
    let label = item.label.to_lowercase();
    if wanted.is_empty() {
        return Some(0);
    }
    let mut words = label.split([' ', ',', '(', ')']).filter(|w| !w.is_empty());
    if words.clone().any(|word| word == wanted) {
        Some(5)
    } else if words.any(|word| word.starts_with(wanted)) {
        Some(4)
    } else if label.contains(wanted) {
        Some(3)
    } else if item.hint.to_lowercase().contains(wanted) {
        Some(2)
    } else if purpose != Purpose::Help && in_order(wanted, &label) {
        Some(1)
    } else {
        None
    }
}

fn in_order(wanted: &str, text: &str) -> bool {
    let mut letters = text.chars();
    wanted.chars().all(|c| letters.any(|l| l == c))
}
