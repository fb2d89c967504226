//! How many lines there were when: bars over the time of all that is shown, errors at their feet.
use ratatui::{layout::Rect, style::Style};

use crate::{
    log::{
        Level,
        store::histogram::{Counts, Histogram},
    },
    model::logs::{Logs, Span},
    view::{Theme, canvas::Canvas, text},
};

const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

pub fn draw(canvas: &mut Canvas<'_>, area: Rect, logs: &Logs) {
    let Some(histogram) = logs.histogram.as_ref().filter(|_| area.height > 1 && area.width > 10) else { return };
    let theme = canvas.theme;
    let columns = columns(histogram, usize::from(area.width));
    let highest = columns.iter().map(|(counts, _)| sum(counts)).max().unwrap_or(0).max(1);
    let rows = area.height - 1;
    let full = u64::from(rows) * 8;
    for (x, (counts, (from, to))) in (area.x..area.right()).zip(&columns) {
        let bad = u64::from(counts[Level::Error as usize]) + u64::from(counts[Level::Fatal as usize]);
        let poor = bad + u64::from(counts[Level::Warn as usize]);
        // what is there is seen, however little it is
        let units = |n: u64| (n * full).div_ceil(highest);
        for row in 0..rows {
            let foot = u64::from(rows - 1 - row) * 8;
            let within = |n: u64| usize::try_from(units(n).saturating_sub(foot).min(8)).unwrap_or(8);
            let (glyph, style) = cell(theme, within(bad), within(poor), within(sum(counts)));
            canvas.put(x, area.y + row, 1, glyph, style);
        }
        let marked = match logs.span {
            Some(Span::From(at)) => (*from..*to).contains(&at),
            Some(Span::Between(first, last)) => *from <= last && first < *to,
            None => false,
        };
        if marked {
            canvas.tint(Rect { x, y: area.y, width: 1, height: rows }, theme.selected);
        }
    }
    axis(canvas, Rect { y: area.y + rows, height: 1, ..area }, logs, &columns, highest);
}

/// One cell of a bar, filled so many eighths with errors, with warnings on top of them, and with all that was said. A cell has two
/// colours: where it is full, what is worse stands before the rest.
fn cell(theme: &Theme, bad: usize, poor: usize, all: usize) -> (&'static str, Style) {
    let over = |front: Style, behind: Style| match behind.fg {
        Some(ground) if all == 8 => front.bg(ground),
        _ => front,
    };
    match (bad, poor) {
        (1..8, _) if all == 8 => (EIGHTHS[bad], over(theme.bad, if poor > bad { theme.poor } else { theme.dim })),
        (0, 1..8) if all == 8 => (EIGHTHS[poor], over(theme.poor, theme.dim)),
        (1.., _) => (EIGHTHS[all], theme.bad),
        (0, 1..) => (EIGHTHS[all], theme.poor),
        (0, 0) => (EIGHTHS[all], theme.dim),
    }
}

type Column = (Counts, (i64, i64));

/// The times at both ends, the highest bar's number in the middle, and where the cursor stands.
fn axis(canvas: &mut Canvas<'_>, area: Rect, logs: &Logs, columns: &[Column], highest: u64) {
    let theme = canvas.theme;
    let (Some(first), Some(last)) = (columns.first(), columns.last()) else { return };
    let (from, to) = (canvas.model.zone.clock(first.1.0, false), canvas.model.zone.clock(last.1.1, false));
    let step = (first.1.1 - first.1.0).max(1);
    let most = format!(
        "at most {} in {}.{} s",
        text::thousands(usize::try_from(highest).unwrap_or(usize::MAX)),
        step / 1000,
        step % 1000 / 100
    );
    canvas.put(area.x, area.y, area.width, &from, theme.dim);
    let width = |words: &str| u16::try_from(text::width(words)).unwrap_or(u16::MAX).min(area.width);
    canvas.put(area.right() - width(&to), area.y, area.width, &to, theme.dim);
    if area.width > 60 {
        canvas.put(area.x + (area.width - width(&most)) / 2, area.y, area.width, &most, theme.dim);
    }
    let at = logs.at().and_then(|line| logs.store.line(line)).map(|line| line.at);
    let column = at.and_then(|at| columns.iter().position(|(_, (from, to))| (*from..*to).contains(&at)));
    if let Some(column) = column.and_then(|column| u16::try_from(column).ok()) {
        canvas.put(area.x + column, area.y, 1, "▲", theme.key);
    }
}

fn sum(counts: &Counts) -> u64 {
    counts.iter().map(|count| u64::from(*count)).sum()
}

/// A column for each bucket, or for as many neighbours as there are too many.
fn columns(histogram: &Histogram, width: usize) -> Vec<Column> {
    let all = histogram.counts();
    let each = all.len().div_ceil(width.max(1)).max(1);
    let columns = all.chunks(each).enumerate().map(|(n, chunk)| {
        let mut counts = Counts::default();
        for bucket in chunk {
            counts.iter_mut().zip(bucket).for_each(|(sum, count)| *sum += count);
        }
        let (first, last) = (n * each, n * each + chunk.len() - 1);
        (counts, (histogram.span(first).0, histogram.span(last).1))
    });
    columns.collect()
}
