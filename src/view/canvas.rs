//! Where drawing meets the buffer. It also hears of every text that will read differently later, so that the runtime knows
//! how long it may sleep.
use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use super::{
    text::{self, Cut},
    theme::Theme,
};
use crate::{
    keymap::Keymap,
    kinds::cell,
    model::{Model, Size},
};

pub struct Canvas<'a> {
    pub buf: &'a mut Buffer,
    pub model: &'a Model,
    pub keymap: &'a Keymap,
    pub theme: &'a Theme,
    next: Option<i64>,
}

impl<'a> Canvas<'a> {
    pub fn new(buf: &'a mut Buffer, model: &'a Model, keymap: &'a Keymap, theme: &'a Theme) -> Self {
        Self { buf, model, keymap, theme, next: None }
    }

    /// In how many seconds something drawn reads differently.
    pub const fn next(&self) -> Option<i64> {
        self.next
    }

    /// The size of the frame. The terminal may already have another one than the model has heard of.
    pub const fn size(&self) -> Size {
        Size { width: self.buf.area.width, height: self.buf.area.height }
    }

    pub fn changes_in(&mut self, seconds: i64) {
        let seconds = seconds.max(1);
        self.next = Some(self.next.map_or(seconds, |known| known.min(seconds)));
    }

    /// The age of something that began then.
    pub fn age(&mut self, since: i64) -> String {
        let seconds = self.model.now - since;
        self.changes_in(age_lasts(seconds));
        cell::age(seconds)
    }

    /// Draws text from outside in at most `room` columns; tells how many it took.
    pub fn put(&mut self, x: u16, y: u16, room: u16, words: &str, style: Style) -> u16 {
        self.put_cut(x, y, room, words, style, Cut::End)
    }

    pub fn put_cut(&mut self, x: u16, y: u16, room: u16, words: &str, style: Style, how: Cut) -> u16 {
        let seen = text::clean(words);
        let fitting = text::cut(&seen, usize::from(room), how);
        self.write(x, y, room, &fitting, style)
    }

    /// Writes clean text that fits. Wide characters take two cells, combining ones go into the cell before.
    fn write(&mut self, x: u16, y: u16, room: u16, words: &str, style: Style) -> u16 {
        let area = self.buf.area;
        if y < area.top() || y >= area.bottom() || x < area.left() {
            return 0;
        }
        let end = x.saturating_add(room).min(area.right());
        let mut at = x;
        for c in words.chars() {
            let wide = u16::try_from(text::of_char(c)).unwrap_or(0);
            if wide == 0 {
                if at > x {
                    self.join(at - 1, y, c);
                }
                continue;
            }
            if at + wide > end {
                break;
            }
            self.buf[(at, y)].set_char(c).set_style(style);
            if wide == 2 {
                self.buf[(at + 1, y)].reset();
                self.buf[(at + 1, y)].set_style(style);
            }
            at += wide;
        }
        at - x
    }

    fn join(&mut self, x: u16, y: u16, c: char) {
        const ENOUGH: usize = 16;
        let x = if x > self.buf.area.left() && text::width(self.buf[(x - 1, y)].symbol()) == 2 { x - 1 } else { x };
        let cell = &mut self.buf[(x, y)];
        if cell.symbol().len() < ENOUGH {
            let joined = format!("{}{c}", cell.symbol());
            cell.set_symbol(&joined);
        }
    }

    /// Lays a style over what is there.
    pub fn tint(&mut self, area: Rect, style: Style) {
        self.buf.set_style(area, style);
    }

    /// Empties an area.
    pub fn clear(&mut self, area: Rect) {
        let area = area.intersection(self.buf.area);
        for y in area.top()..area.bottom() {
            for x in area.left()..area.right() {
                self.buf[(x, y)].reset();
            }
            // a wide character that reached into the area would push what is drawn there
            if area.left() > self.buf.area.left() && area.width > 0 {
                let before = &mut self.buf[(area.left() - 1, y)];
                if text::width(before.symbol()) == 2 {
                    before.set_char(' ');
                }
            }
        }
    }
}

/// In how many seconds an age of so many seconds is written differently.
#[must_use]
pub const fn age_lasts(seconds: i64) -> i64 {
    const HOUR: i64 = 3600;
    const DAY: i64 = 86_400;
    let unit = match seconds {
        ..0 => return 1 - seconds,
        0..600 => 1,
        600..28_800 => 60,
        28_800..691_200 => HOUR,
        s if s / DAY < 365 * 8 => DAY,
        _ => 365 * DAY,
    };
    unit - seconds % unit
}

/// `5h`, `43m`, `59s`.
#[must_use]
pub fn left(seconds: i64) -> String {
    match seconds.max(0) {
        s @ 7200.. => format!("{}h", s / 3600),
        s @ 60.. => format!("{}m", s / 60),
        s => format!("{s}s"),
    }
}

/// In how many seconds so much time left is written differently.
#[must_use]
pub const fn left_lasts(seconds: i64) -> i64 {
    match seconds {
        7200.. => seconds % 3600 + 1,
        60.. => seconds % 60 + 1,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_age_is_written_the_same_until_it_is_said_to_change(seconds in prop_oneof![-5i64..1000, 0i64..700_000, 0i64..400_000_000]) {
            let lasts = age_lasts(seconds);
            prop_assert!(lasts >= 1);
            prop_assert_ne!(cell::age(seconds + lasts), cell::age(seconds));
            for part in 1..=20 {
                prop_assert_eq!(cell::age(seconds + (lasts - 1) * part / 20), cell::age(seconds));
            }
        }

        #[test]
        fn a_countdown_is_written_the_same_until_it_is_said_to_change(seconds in prop_oneof![1i64..300, 1i64..20_000]) {
            let lasts = left_lasts(seconds);
            prop_assert_ne!(left(seconds - lasts), left(seconds));
            prop_assert_eq!(left(seconds - (lasts - 1)), left(seconds));
        }
    }
}
