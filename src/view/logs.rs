//! Logs: one event after another, each with its time, who said it and what. Only what is seen is looked at.
mod histogram;

use ratatui::{layout::Rect, style::Style};

use super::{
    blank,
    canvas::Canvas,
    parts::Part,
    text::{self, Cut},
};
use crate::{
    layout::{self, LogColumns},
    log::store::Line,
    model::logs::{Logs, Span, lines},
};

pub fn draw(canvas: &mut Canvas<'_>, area: Rect, logs: &Logs) {
    let above = layout::histogram_rows(canvas.size(), logs);
    histogram::draw(canvas, Rect { height: above, ..area }, logs);
    let area = Rect { y: area.y + above, height: area.height - above, ..area };
    if logs.count() == 0 {
        nothing(canvas, area, logs);
        return;
    }
    let columns = layout::log_columns(canvas.size(), logs);
    let mut y = area.y;
    for position in logs.offset()..logs.count() {
        if y >= area.bottom() {
            break;
        }
        let Some(line) = logs.shown.at(&logs.store, position).and_then(|no| logs.store.line(no)) else { continue };
        let rest = Rect { y, height: area.bottom() - y, ..area };
        let rows = event(canvas, rest, logs, &line, columns);
        if position == logs.index() {
            let style = canvas.theme.selected;
            canvas.tint(Rect { height: rows, ..rest }, style);
        }
        y += rows;
    }
}

/// Draws one event; tells how many rows it took.
fn event(canvas: &mut Canvas<'_>, area: Rect, logs: &Logs, line: &Line<'_>, columns: LogColumns) -> u16 {
    let theme = canvas.theme;
    let mut x = area.x + 1;
    let marked = match logs.span {
        Some(Span::From(from)) => line.at == from,
        Some(Span::Between(from, to)) => (from..=to).contains(&line.at),
        None => false,
    };
    let sign = match () {
        () if marked => ("▌", theme.mark),
        () if line.provisional => ("?", theme.dim),
        () if line.continued => (" ", theme.dim),
        () => match line.level {
            crate::log::Level::Fatal | crate::log::Level::Error => ("✗", theme.bad),
            crate::log::Level::Warn => ("!", theme.poor),
            _ => (" ", theme.dim),
        },
    };
    canvas.put(area.x, area.y, 1, sign.0, sign.1);
    if columns.time > 0 {
        let time = canvas.model.zone.clock(line.at, columns.time > 8);
        canvas.put(x, area.y, columns.time, &time, theme.dim);
        x += columns.time + 1;
    }
    if columns.source > 0 {
        let name = logs.names.of(line.source).map_or("", |named| &named.short);
        let style = theme.voices[voice(name) % theme.voices.len()];
        canvas.put_cut(x, area.y, columns.source, name, style, Cut::Middle);
        x += columns.source + 1;
    }
    let form = logs.form(line.no);
    let rows = lines::rows(line.text, usize::from(columns.text), form, usize::from(area.height).max(1));
    let style = theme.level(line.level);
    for (n, row) in rows.iter().enumerate() {
        let y = area.y + u16::try_from(n).unwrap_or(u16::MAX);
        if y >= area.bottom() {
            break;
        }
        canvas.put(x, y, columns.text, &row.text, style);
        if row.key > 0 {
            let key = u16::try_from(row.key).unwrap_or(u16::MAX).min(columns.text);
            canvas.tint(Rect { x, y, width: key, height: 1 }, theme.key);
        }
        hits(canvas, Rect { x, y, width: columns.text, height: 1 }, &row.text, logs);
    }
    u16::try_from(rows.len()).unwrap_or(u16::MAX).min(area.height).max(1)
}

/// Marks what the filter found.
fn hits(canvas: &mut Canvas<'_>, area: Rect, words: &str, logs: &Logs) {
    let style = canvas.theme.hit;
    for std::ops::Range { start: from, end: to } in logs.query.marks(words.as_bytes()) {
        if !words.is_char_boundary(from) || !words.is_char_boundary(to) {
            continue;
        }
        let before = u16::try_from(text::width(&words[..from])).unwrap_or(u16::MAX).min(area.width);
        let width = u16::try_from(text::width(&words[from..to])).unwrap_or(u16::MAX).min(area.width - before);
        canvas.tint(Rect { x: area.x + before, width, ..area }, style);
    }
}

/// The same number for the same name, whoever else speaks.
fn voice(name: &str) -> usize {
    name.bytes().fold(7usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(usize::from(byte)))
}

/// Why no line is shown: nothing was said, nothing matches, it is being read, or it could not be.
fn nothing(canvas: &mut Canvas<'_>, area: Rect, logs: &Logs) {
    let theme = canvas.theme;
    let now = canvas.model.now * 1000;
    let mut said: Vec<(Style, String)> = vec![];
    if let Some(error) = &logs.failed {
        said.push((theme.bad, format!("✗ {}: {}", error.what, error.why)));
        said.extend((!error.hint.is_empty()).then(|| (theme.text, format!("  {}", error.hint))));
    } else if !logs.store.is_empty() {
        said.push((theme.text, format!("None of {} lines matches.", text::thousands(logs.store.len()))));
    } else if logs.targets.is_empty() {
        said.push((theme.waiting, "Looking where its logs are…".to_owned()));
    } else {
        let since = canvas.model.zone.moment(logs.since.div_euclid(1000));
        said.push((theme.text, format!("Nothing was said since {since} as far as is known.")));
        canvas.changes_in(1);
    }
    for heard in logs.targets.iter().take(usize::from(area.height)) {
        let style = if heard.is_ill() { theme.poor } else { theme.dim };
        said.push((style, format!("  {}: {}", heard.name, heard.standing.words(now))));
    }
    let top = u16::from(area.height > 3);
    blank::paragraphs(canvas, Rect { y: area.y + top, height: area.height - top, ..area }, &said);
}

/// What stands at the right of the crumbs.
pub fn parts(canvas: &Canvas<'_>, logs: &Logs) -> Vec<Part> {
    let theme = canvas.theme;
    let now = canvas.model.now * 1000;
    let mut parts = vec![];
    if !logs.text.is_empty() && !canvas.model.editing {
        let words = format!("/{}", logs.text);
        let short = text::cut(&text::clean(&words), 10, Cut::End).into_owned();
        parts.push(Part::new(3, theme.input, [words, short]));
    }
    if let Some(heard) = logs.trouble() {
        let words = heard.standing.words(now);
        let part = Part::new(1, theme.poor, [format!("{}: {words}", heard.name), words]);
        parts.push(part);
    }
    if let Some(error) = logs.missing.last() {
        let words = format!("{}: {}", error.what, error.why);
        parts.push(Part::new(1, theme.poor, [words, error.what.clone(), "PARTIAL".to_owned()]));
    }
    if !logs.gaps.is_empty() {
        parts.push(Part::new(1, theme.bad, [format!("{} gaps", logs.gaps.len())]));
    }
    let dropped = logs.store.dropped();
    if dropped.lines > 0 {
        let lines = text::thousands(usize::try_from(dropped.lines).unwrap_or(usize::MAX));
        parts.push(Part::new(4, theme.dim, [format!("{lines} older lines dropped")]));
    }
    let (count, all) = (logs.count(), logs.store.len());
    let words = if count == all {
        text::thousands(all)
    } else {
        format!("{}/{}", text::thousands(count), text::thousands(all))
    };
    parts.push(Part::new(2, theme.text, [words]));
    let state = if logs.follow { "following".to_owned() } else { waiting(logs) };
    parts.push(Part::new(0, if logs.follow { theme.dim } else { theme.waiting }, [state]));
    parts
}

/// What came while one was reading elsewhere.
fn waiting(logs: &Logs) -> String {
    match (logs.unseen, logs.late) {
        (0, _) => "paused".to_owned(),
        (new, 0) => format!("paused, {} new", text::thousands(new)),
        (new, late) => format!("paused, {} new, {} of them late", text::thousands(new), text::thousands(late.min(new))),
    }
}
