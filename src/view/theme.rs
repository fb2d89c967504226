//! How states look. Every style has a name that says what it means; no other file of the view names a colour.
//!
//! The theme `none` sets no colour at all: with `NO_COLOR` the terminal library writes colours as resets, and a reset after
//! "reversed" takes the selection away. There, signs and words carry what colours carry elsewhere.
use std::str::FromStr;

use ratatui::style::{Color, Modifier, Style};

use crate::{kinds::Health, log::Level, model::estate::Environment};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ThemeName {
    Dark,
    Light,
    None,
    /// Whatever the runtime finds out; dark where nothing was.
    Auto,
}

impl ThemeName {
    pub const ALL: &'static [(&'static str, Self)] =
        &[("auto", Self::Auto), ("dark", Self::Dark), ("light", Self::Light), ("none", Self::None)];
}

impl FromStr for ThemeName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.iter().find(|(name, _)| *name == text).map(|(_, theme)| *theme);
        known.ok_or_else(|| format!("no theme is called `{text}`: auto, dark, light or none"))
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Theme {
    pub text: Style,
    pub dim: Style,
    pub title: Style,
    /// Laid over the row that is selected.
    pub selected: Style,
    /// Laid over rows that are not known to be true any more.
    pub stale: Style,
    pub waiting: Style,
    pub poor: Style,
    pub bad: Style,
    pub over: Style,
    pub mark: Style,
    /// A key in a hint, a field of an object.
    pub key: Style,
    pub prod: Style,
    pub test: Style,
    pub dev: Style,
    pub act: Style,
    pub read_only: Style,
    /// Credentials run out, throttling: look here.
    pub alert: Style,
    /// A place that a search found.
    pub hit: Style,
    pub border: Style,
    pub input: Style,
    /// Who speaks in a log: told apart, and no more.
    pub voices: [Style; 6],
    /// Whether every health has a sign, not only the bad ones.
    pub signs: bool,
}

const fn fg(color: u8) -> Style {
    Style::new().fg(Color::Indexed(color))
}

const fn on(text: u8, ground: u8) -> Style {
    Style::new().fg(Color::Indexed(text)).bg(Color::Indexed(ground)).add_modifier(Modifier::BOLD)
}

const fn with(modifier: Modifier) -> Style {
    Style::new().add_modifier(modifier)
}

const DARK: Theme = Theme {
    text: Style::new(),
    dim: fg(245),
    title: fg(110).add_modifier(Modifier::BOLD),
    selected: Style::new().bg(Color::Indexed(238)).add_modifier(Modifier::BOLD),
    stale: with(Modifier::DIM),
    waiting: fg(80),
    poor: fg(221),
    bad: fg(203),
    over: fg(243),
    mark: fg(213).add_modifier(Modifier::BOLD),
    key: fg(75),
    prod: on(231, 160),
    test: on(16, 178),
    dev: on(16, 71),
    act: on(16, 208),
    read_only: on(16, 110),
    alert: on(16, 221),
    hit: on(16, 220),
    border: fg(240),
    input: fg(231),
    voices: [fg(109), fg(144), fg(139), fg(108), fg(173), fg(103)],
    signs: false,
};

const LIGHT: Theme = Theme {
    text: Style::new(),
    dim: fg(242),
    title: fg(25).add_modifier(Modifier::BOLD),
    selected: Style::new().bg(Color::Indexed(253)).add_modifier(Modifier::BOLD),
    stale: with(Modifier::DIM),
    waiting: fg(30),
    poor: fg(130),
    bad: fg(160),
    over: fg(246),
    mark: fg(127).add_modifier(Modifier::BOLD),
    key: fg(26),
    prod: on(231, 160),
    test: on(16, 178),
    dev: on(231, 28),
    act: on(16, 208),
    read_only: on(231, 25),
    alert: on(16, 220),
    hit: on(16, 226),
    border: fg(248),
    input: fg(16),
    voices: [fg(24), fg(94), fg(90), fg(22), fg(130), fg(60)],
    signs: false,
};

const NONE: Theme = Theme {
    text: Style::new(),
    dim: with(Modifier::DIM),
    title: with(Modifier::BOLD),
    selected: with(Modifier::REVERSED),
    stale: with(Modifier::DIM),
    waiting: Style::new(),
    poor: with(Modifier::BOLD),
    bad: with(Modifier::BOLD),
    over: with(Modifier::DIM),
    mark: with(Modifier::BOLD),
    key: with(Modifier::BOLD),
    prod: with(Modifier::REVERSED.union(Modifier::BOLD)),
    test: with(Modifier::BOLD.union(Modifier::UNDERLINED)),
    dev: with(Modifier::BOLD),
    act: with(Modifier::REVERSED.union(Modifier::BOLD)),
    read_only: with(Modifier::BOLD.union(Modifier::UNDERLINED)),
    alert: with(Modifier::REVERSED.union(Modifier::BOLD)),
    hit: with(Modifier::UNDERLINED.union(Modifier::BOLD)),
    border: Style::new(),
    input: with(Modifier::BOLD),
    voices: [Style::new(); 6],
    signs: true,
};

impl Theme {
    #[must_use]
    pub const fn of(name: ThemeName) -> Self {
        match name {
            ThemeName::Dark | ThemeName::Auto => DARK,
            ThemeName::Light => LIGHT,
            ThemeName::None => NONE,
        }
    }

    /// `auto`, `dark`, `light` or `none`.
    ///
    /// # Errors
    /// If no theme is called so.
    pub fn named(name: &str) -> Result<Self, String> {
        name.parse().map(Self::of)
    }

    #[must_use]
    pub const fn health(&self, health: Health) -> Style {
        match health {
            Health::Unknown | Health::Good => self.text,
            Health::Waiting => self.waiting,
            Health::Poor => self.poor,
            Health::Bad => self.bad,
            Health::Over => self.over,
        }
    }

    /// What stands before a row, so that nobody needs to see colours to find the broken one.
    #[must_use]
    pub const fn sign(&self, health: Health) -> &'static str {
        match health {
            Health::Bad => "✗",
            Health::Poor => "!",
            Health::Waiting => "~",
            Health::Over if self.signs => "·",
            Health::Good if self.signs => "✓",
            Health::Unknown | Health::Good | Health::Over => " ",
        }
    }

    #[must_use]
    pub const fn level(&self, level: Level) -> Style {
        match level {
            Level::Fatal | Level::Error => self.bad,
            Level::Warn => self.poor,
            Level::Debug | Level::Trace => self.dim,
            Level::Info | Level::Unknown => self.text,
        }
    }

    #[must_use]
    pub const fn environment(&self, environment: Environment) -> Style {
        match environment {
            Environment::Dev => self.dev,
            Environment::Test => self.test,
            Environment::Prod | Environment::Unknown => self.prod,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_theme_has_a_name_and_an_unknown_one_is_refused_with_the_names() {
        for (name, theme) in ThemeName::ALL {
            assert_eq!(name.parse(), Ok(*theme));
        }
        assert_eq!(Theme::named("drak").unwrap_err(), "no theme is called `drak`: auto, dark, light or none");
    }

    #[test]
    fn without_colours_every_health_that_matters_has_a_sign_of_its_own() {
        let theme = Theme::of(ThemeName::None);
        let signs = [Health::Good, Health::Waiting, Health::Poor, Health::Bad, Health::Over].map(|h| theme.sign(h));
        let mut distinct = signs.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), signs.len());
    }
}
