//! All that is true right now. Plain data: no async, no terminal, no cloud SDK, no clock of its own.
pub mod detail;
pub mod estate;
pub mod feeds;
pub mod filter;
pub mod logs;
pub mod notice;
pub mod picker;
pub mod screen;
pub mod store;
pub mod table;
pub mod task;
#[cfg(test)]
mod tests;
pub mod work;
pub mod zone;

use std::collections::BTreeMap;

use crate::{
    error::Error,
    key::Key,
    kinds::{Kind, Record, Scope, Wish},
};
use estate::{Estate, Identity, Role};
use screen::{Context, Screen};
use store::FeedKey;
use table::Table;

/// Terminal size, kept so that `update` can page and scroll without a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub width: u16,
    pub height: u16,
}

/// Calls to one service that were answered with "slow down", and when last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Throttle {
    pub service: String,
    pub scope: Scope,
    pub at: i64,
}

#[derive(Debug)]
pub struct Model {
    pub size: Size,
    /// Seconds since 1970, as last told.
    pub now: i64,
    pub zone: zone::Zone,
    /// The zone that one key changes to: of the machine's own and UTC, the one that is not shown.
    pub other_zone: zone::Zone,
    pub estate: Estate,
    pub role: Role,
    pub identities: BTreeMap<String, Identity>,
    /// The accounts that say nothing of who we are, and why; asked again by itself.
    pub unidentified: BTreeMap<String, Error>,
    pub store: store::Store,
    pub tasks: task::Tasks,
    pub screens: Vec<Screen>,
    /// Screens that were left by going back, nearest last: `]` returns to them.
    pub left: Vec<Screen>,
    pub notices: notice::Notices,
    pub throttles: Vec<Throttle>,
    pub pending: Vec<Key>,
    /// Whether the filter or search line takes the keys.
    pub editing: bool,
    pub mouse: bool,
    /// Bytes of scroll-back that a screen of logs keeps.
    pub scroll_back: usize,
    /// Whose logs are opened at the start.
    pub reads: Vec<Wish>,
    pub quit: bool,
}

impl Model {
    /// Starts on the table of `kind`.
    #[must_use]
    pub fn new(size: Size, estate: Estate, kind: Kind, now: i64) -> Self {
        let table = Table::new(kind, Scope::default(), None, kind.title());
        Self {
            size,
            now,
            zone: zone::Zone::default(),
            other_zone: zone::Zone::default(),
            estate,
            role: Role::Read,
            identities: BTreeMap::new(),
            unidentified: BTreeMap::new(),
            store: store::Store::default(),
            tasks: task::Tasks::default(),
            screens: vec![Screen::Table(Box::new(table))],
            left: Vec::new(),
            notices: notice::Notices::default(),
            throttles: Vec::new(),
            pending: Vec::new(),
            editing: false,
            mouse: false,
            scroll_back: logs::ROOM,
            reads: vec![],
            quit: false,
        }
    }

    #[must_use]
    pub fn front(&self) -> Option<&Screen> {
        self.screens.last()
    }

    pub fn front_mut(&mut self) -> Option<&mut Screen> {
        self.screens.last_mut()
    }

    #[must_use]
    pub fn contexts(&self) -> &'static [Context] {
        self.front().map_or(&[Context::Global], |screen| screen.contexts(self.editing))
    }

    /// The contexts of the screen that an overlay lies over: what help explains.
    #[must_use]
    pub fn contexts_below(&self) -> &'static [Context] {
        let below = self.screens.iter().rev().find(|screen| !screen.is_over());
        below.map_or(&[Context::Global], |screen| screen.contexts(false))
    }

    /// The front table, if a table is what the keys go to.
    #[must_use]
    pub fn table(&self) -> Option<&Table> {
        match self.front()? {
            Screen::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The table that an overlay lies over, or the front one.
    #[must_use]
    pub fn table_below(&self) -> Option<&Table> {
        match self.screens.iter().rev().find(|screen| !screen.is_over())? {
            Screen::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The front table beside the store that it reads from.
    pub fn table_and_store(&mut self) -> Option<(&mut Table, &store::Store)> {
        match self.screens.last_mut()? {
            Screen::Table(table) => Some((table, &self.store)),
            _ => None,
        }
    }

    #[must_use]
    pub fn selected(&self) -> Option<(&FeedKey, Record<'_>)> {
        self.table_below()?.selected(&self.store)
    }

    /// Throttles of the last half minute.
    pub fn throttled(&self) -> impl Iterator<Item = &Throttle> {
        self.throttles.iter().filter(|throttle| self.now - throttle.at < 30)
    }

    pub fn push(&mut self, screen: Screen) {
        self.editing = false;
        if !screen.is_over() {
            self.left.clear();
        }
        self.screens.push(screen);
    }

    /// Closes the front screen unless it is the last; what can be returned to is remembered.
    pub fn pop(&mut self) {
        self.editing = false;
        if self.screens.len() > 1
            && let Some(screen) = self.screens.pop()
            && !screen.is_over()
        {
            self.left.push(screen);
        }
    }
}
