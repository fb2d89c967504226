//! A table, written straight into the buffer: only the rows that are seen are looked at, and their text is borrowed.
use std::borrow::Cow;

use ratatui::layout::Rect;

use super::{
    blank,
    canvas::{Canvas, age_lasts},
    columns::{self, Layout, Placed},
    standing::Standing,
    text::{self, Cut},
};
use crate::{
    kinds::{Cell, Health, cell::age},
    model::{
        Model,
        store::{Feed, Load},
        table::{Ref, Table},
    },
};

pub fn draw(canvas: &mut Canvas<'_>, area: Rect, table: &Table, standing: &Standing<'_>) {
    if area.is_empty() {
        return;
    }
    let height = usize::from(area.height - 1);
    let shown = table.shown();
    let first = table.offset().min(shown.len());
    let rows = &shown[first..shown.len().min(first + height)];
    if rows.is_empty() {
        blank::draw(canvas, area, table, standing);
        return;
    }
    let layout = columns::lay(canvas.model, table, rows, area.width);
    titles(canvas, area, table, &layout);
    for (line, row) in rows.iter().enumerate() {
        let y = area.y + 1 + u16::try_from(line).unwrap_or(u16::MAX);
        one(canvas, Rect { y, height: 1, ..area }, table, &layout.columns, *row, first + line);
    }
    let used = u16::try_from(rows.len() + 1).unwrap_or(u16::MAX).min(area.height);
    let rest = Rect { y: area.y + used, height: area.height - used, ..area };
    if says_why(table, area) {
        blank::reasons(canvas, rest, standing);
    }
}

fn titles(canvas: &mut Canvas<'_>, area: Rect, table: &Table, layout: &Layout) {
    let style = canvas.theme.title;
    for column in &layout.columns {
        let sign = table.sort.filter(|sort| sort.by == column.place).map_or("", |s| if s.reverse { "▼" } else { "▲" });
        let words = format!("{}{sign}", column.title);
        let room = column.width.min(area.width.saturating_sub(column.x));
        let pad = if column.right { room.saturating_sub(u16::try_from(text::width(&words)).unwrap_or(0)) } else { 0 };
        canvas.put(area.x + column.x + pad, area.y, room - pad, &words, style);
    }
    // in the gutter, where no title stands
    let dim = canvas.theme.dim;
    if table.skip > 0 {
        canvas.put(area.x, area.y, 1, "‹", dim);
    }
    if layout.hidden > 0 && area.width > columns::GUTTER {
        canvas.put(area.x + 1, area.y, 1, "›", dim);
    }
}

/// Whether what is wrong is said in the body: in place of rows, or under them.
pub fn says_why(table: &Table, area: Rect) -> bool {
    table.shown().is_empty() || table.shown().len() + 5 < usize::from(area.height)
}

fn one(canvas: &mut Canvas<'_>, area: Rect, table: &Table, columns: &[Placed], row: Ref, index: usize) {
    let model = canvas.model;
    let theme = canvas.theme;
    let Some(feed) = model.store.feed(row.feed) else { return };
    let health = feed.rows.get(row.slot).map_or(Health::Unknown, crate::kinds::Record::health);
    let mut style = theme.health(health);
    if is_old(feed) {
        style = style.patch(theme.stale);
    }
    let marked = !table.marks.is_empty() && table.mark_of(&model.store, row).is_some_and(|m| table.marks.contains(&m));
    let ranged =
        table.anchor.is_some_and(|anchor| (anchor.min(table.index())..=anchor.max(table.index())).contains(&index));
    if marked || ranged {
        canvas.put(area.x, area.y, area.width, if marked { "●" } else { "○" }, theme.mark);
    }
    if area.width > 1 {
        canvas.put(area.x + 1, area.y, 1, theme.sign(health), style);
    }
    for column in columns.iter().filter(|column| column.x < area.width) {
        let cell = column.place.cell(&feed.rows, row.slot, &feed.key.scope);
        let room = column.width.min(area.width - column.x);
        let words = words_in(&cell, model, room);
        ticks(canvas, &cell, &words);
        let seen = text::clean(&words);
        let how = if column.name || seen.contains('/') { Cut::Middle } else { Cut::End };
        let pad = if column.right { room.saturating_sub(u16::try_from(text::width(&seen)).unwrap_or(0)) } else { 0 };
        let style = if matches!(cell, Cell::Missing) { style.patch(theme.dim) } else { style };
        canvas.put_cut(area.x + column.x + pad, area.y, room - pad, &seen, style, how);
    }
    if index == table.index() {
        canvas.tint(area, theme.selected);
    }
}

/// Rows of a feed that is broken are from before; so are those that are being asked for again.
fn is_old(feed: &Feed) -> bool {
    match feed.load {
        Load::Lost(_) | Load::Failed(_) => true,
        Load::Loading => feed.whole,
        Load::Ready => false,
    }
}

/// What a cell says in a table: counts stand under each other, however long ago they grew.
pub fn words<'a>(cell: &'a Cell<'_>, model: &Model) -> Cow<'a, str> {
    match cell {
        Cell::Count(n, None) => Cow::Owned(format!("{n:>3}")),
        Cell::Count(n, Some(at)) => Cow::Owned(format!("{n:>3} ({} ago)", age(model.now - at))),
        _ => model.zone.show(cell, model.now),
    }
}

/// The same in less room: when a count grew is told in fewer words, or not at all, rather than cut.
fn words_in<'a>(cell: &'a Cell<'_>, model: &Model, room: u16) -> Cow<'a, str> {
    let full = words(cell, model);
    let fits = |words: &str| words.len() <= usize::from(room);
    match cell {
        Cell::Count(n, Some(at)) if !fits(&full) => {
            let short = format!("{n:>3} {}", age(model.now - at));
            Cow::Owned(if fits(&short) { short } else { format!("{n:>3}") })
        }
        _ => full,
    }
}

/// Tells when the words of a cell will be others, if they hold an age.
fn ticks(canvas: &mut Canvas<'_>, cell: &Cell<'_>, words: &str) {
    let at = match cell {
        Cell::Since(at) => *at,
        Cell::Count(_, Some(at)) if words.trim_start().contains(' ') => *at,
        _ => return,
    };
    canvas.changes_in(age_lasts(canvas.model.now - at));
}
