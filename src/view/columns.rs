//! Which columns a table shows and how wide. Which ones depends on the width alone, so that none comes or goes while one scrolls;
//! how wide depends on the visible rows in steps of four, so that widths seldom move either.
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

/// A name gives way down to this before a column is left out for it.
const NARROW_NAME: u16 = 20;

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

/// What the visible rows say of one column.
#[derive(Clone, Copy, Default)]
struct Seen {
    width: u16,
    number: bool,
}

/// Lays columns out for `rows` within `width`, relative to the left edge.
pub fn lay(model: &Model, table: &Table, rows: &[Ref], width: u16) -> Layout {
    let room = width.saturating_sub(GUTTER);
    let mut chosen = table.columns();
    let name = chosen.iter().position(|(_, heading)| heading.rank == 0).unwrap_or(0);
    let title_of_name = chosen.get(name).map_or("", |(_, heading)| heading.title);
    let mut skip = table.skip;
    chosen.retain(|(_, heading)| {
        let goes = heading.title != title_of_name && skip > 0;
        skip -= usize::from(goes);
        !goes
    });
    let before = chosen.len();
    choose(&mut chosen, room);
    let mut name = chosen.iter().position(|(_, heading)| heading.title == title_of_name).unwrap_or(0);
    let mut seen: Vec<Seen> = chosen.iter().map(|(place, _)| see(model, *place, rows)).collect();
    let sorted = |place: Place| u16::from(table.sort.is_some_and(|sort| sort.by == place));
    let titles: Vec<u16> = chosen
        .iter()
        .map(|(place, heading)| u16::try_from(heading.title.len()).unwrap_or(0) + sorted(*place))
        .collect();
    let (mut widths, mut gap) = share(&chosen, &seen, &titles, name, room);
    // on a very narrow screen what stands beside the name gives way too
    while chosen.len() > 1 && widths.get(name).is_some_and(|width| *width < 8) {
        let last = (0..chosen.len()).rev().find(|n| *n != name).unwrap_or(0);
        chosen.remove(last);
        seen.remove(last);
        name = chosen.iter().position(|(_, heading)| heading.title == title_of_name).unwrap_or(0);
        (widths, gap) = share(&chosen, &seen, &titles, name, room);
    }
    let mut x = GUTTER;
    let columns = chosen.iter().zip(&widths).zip(&seen).enumerate().map(|(n, (((place, heading), width), seen))| {
        let placed =
            Placed { place: *place, title: heading.title, x, width: *width, right: seen.number, name: n == name };
        x = x.saturating_add(*width).saturating_add(gap);
        placed
    });
    let columns: Vec<Placed> = columns.collect();
    Layout { hidden: before - columns.len(), columns }
}

/// Leaves out columns of the highest rank, last first, until the rest fits.
fn choose(columns: &mut Vec<(Place, Heading)>, room: u16) {
    let need = |heading: &Heading| if heading.rank == 0 { heading.width.min(NARROW_NAME) } else { heading.width };
    loop {
        let gaps = u16::try_from(columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
        let total = columns.iter().fold(gaps, |sum, (_, heading)| sum.saturating_add(need(heading)));
        let worst = columns.iter().map(|(_, heading)| heading.rank).max().unwrap_or(0);
        if total <= room || worst == 0 {
            return;
        }
        if let Some(last) = columns.iter().rposition(|(_, heading)| heading.rank == worst) {
            columns.remove(last);
        }
    }
}

/// Widths, and the gap between columns.
fn share(columns: &[(Place, Heading)], seen: &[Seen], titles: &[u16], name: usize, room: u16) -> (Vec<u16>, u16) {
    if columns.is_empty() {
        return (vec![], 1);
    }
    let n = u16::try_from(columns.len()).unwrap_or(u16::MAX);
    let asked = columns.iter().fold(0u16, |sum, (_, heading)| sum.saturating_add(heading.width));
    let stepped = |n: usize| seen[n].width.div_ceil(4).saturating_mul(4);
    if asked.saturating_add(2 * (n - 1)) <= room {
        let mut widths: Vec<u16> =
            columns.iter().zip(titles).map(|((_, heading), title)| heading.width.max(*title)).collect();
        let used = widths.iter().sum::<u16>().saturating_add(2 * (n - 1));
        let mut rest = room.saturating_sub(used);
        // the name first, then the others up to twice what they asked for
        let order = std::iter::once(name).chain((0..columns.len()).filter(|n| *n != name));
        for n in order {
            let most = if n == name { room } else { widths[n].saturating_mul(2) };
            let more = stepped(n).min(most).saturating_sub(widths[n]).min(rest);
            widths[n] += more;
            rest -= more;
        }
        return (widths, 2);
    }
    let mut widths: Vec<u16> = columns
        .iter()
        .zip(titles)
        .enumerate()
        .map(|(n, ((_, heading), title))| stepped(n).min(heading.width).max(*title))
        .collect();
    let gaps = n - 1;
    let others: u16 = (0..columns.len()).filter(|n| *n != name).map(|n| widths[n]).sum::<u16>().saturating_add(gaps);
    let mut rest = room.saturating_sub(others);
    // what the name does not need goes to those that were held short
    let wanted = stepped(name).max(columns[name].1.width.min(NARROW_NAME));
    for n in (0..columns.len()).filter(|n| *n != name) {
        let more = seen[n].width.saturating_sub(widths[n]).min(rest.saturating_sub(wanted));
        widths[n] += more;
        rest -= more;
    }
    widths[name] = rest;
    (widths, 1)
}

fn see(model: &Model, place: Place, rows: &[Ref]) -> Seen {
    let mut seen = Seen::default();
    for row in rows {
        let Some(feed) = model.store.feed(row.feed) else { continue };
        let cell = place.cell(&feed.rows, row.slot, &feed.key.scope);
        seen.number |= matches!(cell, Cell::Int(_) | Cell::Bytes(_) | Cell::Since(_) | Cell::Ratio(..));
        let words = super::table::words(&cell, model.now);
        seen.width = seen.width.max(u16::try_from(text::width(&words)).unwrap_or(u16::MAX));
    }
    seen
}
