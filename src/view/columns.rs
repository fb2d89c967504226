//! Which columns a table shows and how wide. Which ones depends on the width and on the first rows of the table, never on those
//! one scrolls to, so that no column comes or goes on the way; how wide goes in steps of four, so that they seldom move either.
use super::text;
use crate::{
    kinds::{Cell, Heading},
    model::{
        Model,
        filter::Place,
        table::{Ref, Table},
    },
};

/// Columns before the first: mark, health, space.
pub const GUTTER: u16 = 3;

/// A name gives way down to this before a column is left out for it …
const NARROW_NAME: u16 = 20;
/// … but for columns that matter little it keeps this.
const FAIR_NAME: u16 = 28;
/// What a long text that is not the name makes do with.
const NARROW_TEXT: u16 = 24;
/// Rows that stand for all.
const SAMPLE: usize = 48;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    pub place: Place,
    pub title: &'static str,
    pub x: u16,
    pub width: u16,
    pub right: bool,
    /// Whether this is the name, which is cut in its middle.
    pub name: bool,
}

pub struct Layout {
    pub columns: Vec<Placed>,
    /// Columns that found no room.
    pub hidden: usize,
}

/// A column that may be shown, and what its rows say.
struct Candidate {
    place: Place,
    heading: Heading,
    name: bool,
    /// Columns of its title with the sign of the order.
    title: u16,
    /// The widest cell of the first rows, in steps of four.
    first: u16,
    /// The same of the visible rows.
    seen: u16,
    number: bool,
}

impl Candidate {
    /// The least it is worth showing with, beside columns of this rank.
    fn least(&self, worst: u8) -> u16 {
        let asked = self.heading.width.max(self.title);
        match self.heading.rank {
            _ if self.name && worst >= 2 => self.first.clamp(NARROW_NAME, FAIR_NAME).min(asked),
            _ if self.name => NARROW_NAME.min(asked),
            // a state must be legible when it turns bad, however short it is while all is well
            0 => asked,
            _ => self.modest(self.first),
        }
    }

    fn modest(&self, cells: u16) -> u16 {
        let most = if self.heading.rank == 0 { u16::MAX } else { NARROW_TEXT };
        cells.min(self.heading.width).min(most).max(self.title)
    }

    fn cells(&self) -> u16 {
        self.first.max(self.seen)
    }
}

/// Lays columns out for `rows` within `width`, relative to the left edge.
pub fn lay(model: &Model, table: &Table, rows: &[Ref], width: u16) -> Layout {
    let room = width.saturating_sub(GUTTER);
    let mut columns = candidates(model, table);
    let before = columns.len();
    choose(&mut columns, room);
    for column in &mut columns {
        (column.seen, column.number) = see(model, column.place, rows);
    }
    let (mut widths, mut gap) = share(&columns, room);
    // on a very narrow screen what stands beside the name gives way too
    while columns.len() > 1 && columns.iter().zip(&widths).any(|(column, width)| column.name && *width < 8) {
        if let Some(last) = columns.iter().rposition(|column| !column.name) {
            columns.remove(last);
        }
        (widths, gap) = share(&columns, room);
    }
    let mut x = GUTTER;
    let placed = columns.iter().zip(&widths).map(|(column, width)| {
        let (place, title) = (column.place, column.heading.title);
        let placed = Placed { place, title, x, width: *width, right: column.number, name: column.name };
        x = x.saturating_add(*width).saturating_add(gap);
        placed
    });
    let placed: Vec<Placed> = placed.collect();
    Layout { hidden: before - placed.len(), columns: placed }
}

/// All columns but those skipped. The name is the widest of those that are always shown, and is never skipped.
fn candidates(model: &Model, table: &Table) -> Vec<Candidate> {
    let all = table.columns();
    let mut name = 0;
    for (n, (_, heading)) in all.iter().enumerate() {
        let known = all[name].1;
        if heading.rank == 0 && (known.rank > 0 || heading.width > known.width) {
            name = n;
        }
    }
    let sample = &table.shown()[..table.shown().len().min(SAMPLE)];
    let mut skip = table.skip;
    let mut candidates = Vec::with_capacity(all.len());
    for (n, (place, mut heading)) in all.into_iter().enumerate() {
        if n != name && skip > 0 {
            skip -= 1;
            continue;
        }
        if place == Place::Region {
            // one region must never look like its neighbour: `ap-southeast-2` fits
            heading.width = heading.width.max(14);
        }
        let sorted = usize::from(table.sort.is_some_and(|sort| sort.by == place));
        let title = u16::try_from(heading.title.len() + sorted).unwrap_or(u16::MAX);
        let first = if sample.is_empty() { heading.width } else { see(model, place, sample).0 };
        candidates.push(Candidate { place, heading, name: n == name, title, first, seen: 0, number: false });
    }
    candidates
}

/// Leaves out columns of the highest rank, last first, until the rest fits.
fn choose(columns: &mut Vec<Candidate>, room: u16) {
    loop {
        let worst = columns.iter().map(|column| column.heading.rank).max().unwrap_or(0);
        let total = columns.iter().fold(gaps(columns, 1), |sum, column| sum.saturating_add(column.least(worst)));
        if total <= room || worst == 0 {
            return;
        }
        if let Some(last) = columns.iter().rposition(|column| column.heading.rank == worst) {
            columns.remove(last);
        }
    }
}

fn gaps(columns: &[Candidate], gap: u16) -> u16 {
    u16::try_from(columns.len().saturating_sub(1)).unwrap_or(u16::MAX).saturating_mul(gap)
}

/// Widths, and the gap between columns: as asked for where there is room for that and more, else as little as the cells need.
fn share(columns: &[Candidate], room: u16) -> (Vec<u16>, u16) {
    let sum =
        |widths: &[u16], gap: u16| widths.iter().fold(gaps(columns, gap), |sum, width| sum.saturating_add(*width));
    let asked: Vec<u16> = columns.iter().map(|column| column.heading.width.max(column.title)).collect();
    let roomy = sum(&asked, 2) <= room;
    let gap = if roomy { 2 } else { 1 };
    let mut widths = asked;
    if !roomy {
        for (column, width) in columns.iter().zip(&mut widths) {
            *width = if column.name { 0 } else { column.modest(column.cells()) };
        }
    }
    let mut rest = room.saturating_sub(sum(&widths, gap));
    // the name first, then the others up to twice what they asked for, then the name again
    let names = columns.iter().enumerate().filter(|(_, column)| column.name);
    let others = columns.iter().enumerate().filter(|(_, column)| !column.name);
    for (n, column) in names.chain(others) {
        let wanted = match (column.name, roomy) {
            (true, true) => column.cells(),
            (true, false) => column.cells().max(NARROW_NAME),
            (false, _) => column.cells().min(column.heading.width.saturating_mul(2)),
        };
        let more = wanted.saturating_sub(widths[n]).min(rest);
        widths[n] += more;
        rest -= more;
    }
    if let Some(name) = columns.iter().position(|column| column.name).filter(|_| !roomy) {
        widths[name] += rest;
    }
    (widths, gap)
}

/// The widest cell of these rows in steps of four, and whether they are numbers.
fn see(model: &Model, place: Place, rows: &[Ref]) -> (u16, bool) {
    let mut widest = 0;
    let mut number = false;
    for row in rows {
        let Some(feed) = model.store.feed(row.feed) else { continue };
        let cell = place.cell(&feed.rows, row.slot, &feed.key.scope);
        number |= matches!(cell, Cell::Int(_) | Cell::Bytes(_) | Cell::Since(_) | Cell::Ratio(..));
        widest = widest.max(text::width(&text::clean(&super::table::words(&cell, model))));
    }
    (u16::try_from(widest.next_multiple_of(4)).unwrap_or(u16::MAX), number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        kinds::{Kind, Scope},
        model::{Size, estate::Estate},
    };

    #[test]
    fn columns_of_every_kind_stand_beside_each_other_within_any_width() {
        for kind in Kind::ALL {
            let model = Model::new(Size { width: 80, height: 24 }, Estate::default(), *kind, 0);
            for (skip, spread) in [(0, [false; 3]), (2, [true; 3]), (99, [false, true, false])] {
                let mut table = Table::new(*kind, Scope::default(), None, "");
                (table.skip, table.spread) = (skip, spread);
                for width in 0..240 {
                    let layout = lay(&model, &table, &[], width);
                    assert!(layout.columns.iter().filter(|column| column.name).count() == 1, "{} {width}", kind.name());
                    let mut free = GUTTER;
                    for column in &layout.columns {
                        assert!(column.x >= free, "{} {} at {width}", kind.name(), column.title);
                        free = column.x + column.width + 1;
                    }
                    assert!(free <= (width + 1).max(GUTTER + 1), "{} ends at {free} of {width}", kind.name());
                }
            }
        }
    }
}
