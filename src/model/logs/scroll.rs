//! Where the cursor stands, and what is seen around it. Both are kept as lines, not as numbers: what comes late goes in above without
//! moving what somebody reads.
use super::{
    Logs,
    lines::{self, Form},
};
use crate::log::store::LineNo;

/// The room that events have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    pub width: usize,
    pub height: usize,
}

impl Logs {
    /// The positions of cursor and top, after lines came or went.
    pub(super) fn stand(&mut self) {
        let count = self.count();
        let place = |line: Option<LineNo>, old: usize| {
            let found = line.map(|line| self.shown.nearest(&self.store, line));
            found.unwrap_or(old).min(count.saturating_sub(1))
        };
        let (index, offset) = (place(self.at, self.index), place(self.top, self.offset));
        self.index = if self.follow { count.saturating_sub(1) } else { index };
        self.offset = offset.min(self.index);
        self.remember();
    }

    fn remember(&mut self) {
        self.at = self.shown.at(&self.store, self.index);
        self.top = self.shown.at(&self.store, self.offset);
    }

    /// Moves the cursor; at the last line it follows again.
    pub fn step(&mut self, by: isize) {
        let last = self.count().saturating_sub(1);
        self.index = self.index.saturating_add_signed(by).min(last);
        if self.index == last && by > 0 {
            self.resume();
        } else {
            self.stay();
        }
        self.remember();
    }

    /// The lines stay where they are; reading goes on.
    pub fn stay(&mut self) {
        if self.follow {
            (self.follow, self.unseen, self.late) = (false, 0, 0);
        }
    }

    pub fn resume(&mut self) {
        (self.follow, self.unseen, self.late) = (true, 0, 0);
        self.stand();
    }

    /// Puts the cursor on the first line at or after a time.
    pub fn seek(&mut self, at: i64) {
        let line = self.store.at(self.store.seek(at)).or_else(|| self.store.at(self.store.len().saturating_sub(1)));
        self.stay();
        self.at = line;
        self.stand();
        self.offset = self.index;
        self.remember();
    }

    /// Puts the cursor on a line, if it is shown.
    pub fn go(&mut self, line: LineNo) {
        self.stay();
        self.at = Some(line);
        self.stand();
    }

    /// Makes what is seen hold the cursor.
    pub fn scroll(&mut self, room: Room) {
        self.offset = self.offset.min(self.index);
        let mut used = 0;
        let mut first = self.index;
        // upwards from the cursor, as far as there is room
        for position in (0..=self.index).rev() {
            used += self.height(position, room);
            if used > room.height && position != self.index {
                break;
            }
            first = position;
        }
        self.offset = self.offset.max(first);
        if self.count() > 0 && self.tall(self.offset, room) < room.height {
            // at the end no row is left empty while there are lines above
            self.offset = first_that_fills(self, room).min(self.offset);
        }
        self.top = self.shown.at(&self.store, self.offset);
    }

    /// Rows from there to the end, counted no further than the room is high.
    fn tall(&self, from: usize, room: Room) -> usize {
        let mut used = 0;
        for position in from..self.count() {
            used += self.height(position, room);
            if used >= room.height {
                break;
            }
        }
        used
    }

    fn height(&self, position: usize, room: Room) -> usize {
        let Some(line) = self.shown.at(&self.store, position) else { return 1 };
        match self.form(line) {
            Form::Cut => 1,
            form => {
                self.store.line(line).map_or(1, |line| lines::height(line.text, room.width, form, room.height.max(1)))
            }
        }
    }
}

fn first_that_fills(logs: &Logs, room: Room) -> usize {
    let mut used = 0;
    let count = logs.count();
    for position in (0..count).rev() {
        used += logs.height(position, room);
        if used > room.height {
            return (position + 1).min(count - 1);
        }
    }
    0
}
