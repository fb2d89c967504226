//! Background work and the log of errors. The model scrolls them by lines: one for a task, three for an error.
use ratatui::layout::Rect;

use super::{blank, canvas::Canvas, text};
use crate::{
    kinds::cell,
    model::{
        notice::Logged,
        task::{State, Task},
    },
};

pub fn tasks(canvas: &mut Canvas<'_>, area: Rect, offset: usize) {
    let model = canvas.model;
    let mut tasks = model.tasks.all().skip(offset).take(area.height.into()).peekable();
    if tasks.peek().is_none() {
        let dim = canvas.theme.dim;
        blank::paragraphs(canvas, area, &[(dim, "Nothing has run in the background yet.".into())]);
        return;
    }
    for (y, (_, one)) in (area.y..).zip(tasks) {
        task(canvas, Rect { y, height: 1, ..area }, one);
    }
}

fn task(canvas: &mut Canvas<'_>, area: Rect, task: &Task) {
    let theme = canvas.theme;
    let (sign, style) = match &task.state {
        State::Running => ("▸", theme.text),
        State::Cancelling => ("~", theme.waiting),
        State::Done => ("✓", theme.dim),
        State::Cancelled => ("·", theme.over),
        State::Failed(_) => ("✗", theme.bad),
    };
    let time = match task.ended {
        Some(ended) => cell::age(ended - task.started),
        None => canvas.age(task.started),
    };
    let mut x = area.x;
    x += canvas.put(x, area.y, area.width, sign, style) + 1;
    if area.width >= 60 {
        canvas.put(x, area.y, 10, task.state.word(), style);
        x += 11;
    }
    canvas.put(x, area.y, area.right().saturating_sub(x), &format!("{time:>7}"), theme.dim);
    x = (x + 8).min(area.right());
    let words = match &task.state {
        State::Failed(error) => format!("{}: {}", task.title, error.why),
        _ => task.title.clone(),
    };
    canvas.put(x, area.y, area.right() - x, &words, style);
}

/// What went wrong, why, and what to do about it: a line for each.
pub fn errors(canvas: &mut Canvas<'_>, area: Rect, offset: usize) {
    let model = canvas.model;
    let (first, mut line) = (offset / 3, offset % 3);
    let mut y = area.y;
    let mut log = model.notices.log().skip(first).peekable();
    if log.peek().is_none() {
        let dim = canvas.theme.dim;
        blank::paragraphs(canvas, area, &[(dim, "Nothing has gone wrong.".into())]);
        return;
    }
    for entry in log {
        while line < 3 {
            if y >= area.bottom() {
                return;
            }
            error(canvas, Rect { y, height: 1, ..area }, entry, line);
            line += 1;
            y += 1;
        }
        line = 0;
    }
}

fn error(canvas: &mut Canvas<'_>, area: Rect, entry: &Logged, line: usize) {
    const INDENT: u16 = 10;
    let theme = canvas.theme;
    let indent = if area.width >= 60 { INDENT } else { 2 };
    let rest = area.width.saturating_sub(indent);
    let times = if entry.times > 1 { format!(" (×{})", entry.times) } else { String::new() };
    let hint = &entry.error.hint;
    match line {
        0 => {
            let time = canvas.model.zone.time_of_day(entry.at);
            let used = canvas.put(area.x, area.y, area.width, &time, theme.dim) + 1;
            let words = format!("{}{times}", entry.error.what);
            canvas.put(area.x + used, area.y, area.width.saturating_sub(used), &words, theme.bad);
        }
        // where there is no hint, both lines are for the reason
        1 => {
            let why = first_of(&entry.error.why, usize::from(rest), hint.is_empty());
            canvas.put(area.x + indent, area.y, rest, &why.0, theme.text);
        }
        _ if hint.is_empty() => {
            let why = first_of(&entry.error.why, usize::from(rest), true);
            canvas.put(area.x + indent, area.y, rest, &why.1, theme.text);
        }
        _ => {
            canvas.put(area.x + indent, area.y, rest, hint, theme.key);
        }
    }
}

/// The first line of a text and what follows it; all in the first if it is not to be broken.
fn first_of(words: &str, room: usize, broken: bool) -> (String, String) {
    let clean = text::clean(words);
    if !broken {
        return (clean.into_owned(), String::new());
    }
    let mut lines = text::wrap(&clean, room.max(1)).into_iter();
    let first = lines.next().unwrap_or_default();
    (first, lines.collect::<Vec<_>>().join(" "))
}
