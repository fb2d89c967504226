//! What lies over a screen: lists to choose from, questions, a line to type.
use ratatui::{layout::Rect, style::Style};

use super::{
    canvas::Canvas,
    text::{self, Cut},
};
use crate::{
    layout,
    model::{
        Size,
        picker::{Item, Picker, Purpose},
        screen::{Context, Prompt, Question, Screen},
    },
};

/// Where a line is being typed.
pub const CARET: &str = "█";

/// An empty box with a title; what is within its border is returned.
fn window(canvas: &mut Canvas<'_>, area: Rect, title: &str, style: Style) -> Rect {
    canvas.clear(area);
    if area.width < 2 || area.height < 2 {
        return area;
    }
    let border = canvas.theme.border;
    let bar = "─".repeat(usize::from(area.width - 2));
    canvas.put(area.x, area.y, area.width, &format!("┌{bar}┐"), border);
    canvas.put(area.x, area.bottom() - 1, area.width, &format!("└{bar}┘"), border);
    for y in area.y + 1..area.bottom() - 1 {
        canvas.put(area.x, y, 1, "│", border);
        canvas.put(area.right() - 1, y, 1, "│", border);
    }
    if !title.is_empty() && area.width > 6 {
        canvas.put(area.x + 2, area.y, area.width - 4, &format!(" {title} "), style);
    }
    Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - 2)
}

/// The box of a picker, and the columns of its labels.
fn place(size: Size, picker: &Picker) -> (Rect, u16) {
    const WIDEST: usize = 116;
    let of = |part: fn(&Item) -> &str| {
        picker.items.iter().map(|item| text::width(&text::clean(part(item)))).max().unwrap_or(0)
    };
    let label = of(|item| &item.label).min(if picker.purpose == Purpose::Help { 28 } else { 44 });
    let width = (label + of(|item| &item.hint) + 5).clamp(40, WIDEST);
    // as high as all items want, so that the box stands still while typing narrows the list
    let lines = picker.items.len().clamp(1, layout::picker_lines(size).max(1));
    let area = layout::over(size, u16::try_from(width).unwrap_or(u16::MAX), lines + 1);
    let most = if area.width < 60 { area.width / 3 } else { area.width / 2 };
    let hints = picker.items.iter().any(|item| !item.hint.is_empty());
    (area, u16::try_from(label).unwrap_or(u16::MAX).min(if hints { most } else { area.width.saturating_sub(4) }))
}

/// What the box cuts off of the chosen item, for the footer.
pub fn hidden_hint(canvas: &Canvas<'_>) -> Option<String> {
    let Some(Screen::Picker(picker)) = canvas.model.front() else { return None };
    let item = picker.chosen()?;
    let (area, label) = place(canvas.size(), picker);
    let room = usize::from(area.width.saturating_sub(label + 6));
    let width = |words: &str| text::width(&text::clean(words));
    let cut = width(&item.hint) > room || width(&item.label) > usize::from(label);
    cut.then(|| format!("{}  {}", item.label, item.hint))
}

pub fn picker(canvas: &mut Canvas<'_>, size: Size, picker: &Picker) {
    let theme = canvas.theme;
    let (area, label) = place(size, picker);
    let title = if picker.purpose == Purpose::Palette { "Go to or run" } else { &picker.title };
    let inner = window(canvas, area, title, theme.title);
    let sign = if picker.purpose == Purpose::Palette { ":" } else { "/" };
    typed(canvas, Rect { height: inner.height.min(1), ..inner }, sign, &picker.text);
    let list = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    if picker.found.is_empty() {
        canvas.put(
            list.x + 1,
            list.y,
            list.width.saturating_sub(2) * u16::from(list.height > 0),
            "nothing matches",
            theme.dim,
        );
        return;
    }
    let seen = usize::from(list.height);
    let first = (picker.index + 1).saturating_sub(seen);
    for (line, n) in picker.found.iter().enumerate().skip(first).take(seen) {
        let Some(item) = picker.items.get(*n) else { continue };
        let y = list.y + u16::try_from(line - first).unwrap_or(0);
        one(canvas, Rect { y, height: 1, ..list }, item, label, picker);
        if line == picker.index {
            canvas.tint(Rect { y, height: 1, ..list }, theme.selected);
        }
    }
    if picker.found.len() > seen && area.width > 16 {
        let place = format!(" {}/{} ", picker.index + 1, picker.found.len());
        let width = u16::try_from(place.len()).unwrap_or(0);
        canvas.put(area.right().saturating_sub(width + 2), area.bottom() - 1, width, &place, theme.dim);
    }
}

fn one(canvas: &mut Canvas<'_>, area: Rect, item: &Item, label: u16, picker: &Picker) {
    let theme = canvas.theme;
    let (left, right) = if !item.enabled {
        (theme.over, theme.over)
    } else if picker.purpose == Purpose::Help {
        (theme.key, theme.text)
    } else {
        (theme.text, theme.dim)
    };
    let sign = if item.enabled { " " } else { "-" };
    canvas.put(area.x, area.y, 1, sign, theme.over);
    canvas.put_cut(area.x + 1, area.y, label.min(area.width.saturating_sub(1)), &item.label, left, Cut::End);
    let x = area.x.saturating_add(label + 3);
    if x < area.right() {
        canvas.put_cut(x, area.y, (area.right() - x).saturating_sub(1), &item.hint, right, Cut::End);
    }
}

/// A line that is being typed: its end is what one must see.
pub fn typed(canvas: &mut Canvas<'_>, area: Rect, sign: &str, words: &str) -> u16 {
    let theme = canvas.theme;
    if area.is_empty() {
        return 0;
    }
    let mut x = area.x;
    x += canvas.put(x, area.y, area.width, sign, theme.key);
    let room = area.right().saturating_sub(x).saturating_sub(1);
    x += canvas.put_cut(x, area.y, room, words, theme.input, Cut::Start);
    x += canvas.put(x, area.y, area.right().saturating_sub(x), CARET, theme.input);
    x - area.x
}

/// A question, with the exact list of what a yes concerns.
pub fn question(canvas: &mut Canvas<'_>, size: Size, question: &Question) {
    const WIDEST: usize = 76;
    let theme = canvas.theme;
    let most = usize::from(layout::of(size).body.width).saturating_sub(4).clamp(1, WIDEST);
    let wrapped = |words: &str, style: Style| {
        text::wrap(&text::clean(words), most).into_iter().map(move |line| (line, style)).collect::<Vec<_>>()
    };
    let key = |action: &str| canvas.keymap.keys_of(&[Context::Confirm], action).into_iter().next().unwrap_or_default();
    let (yes, no) = (key("yes"), key("no"));
    let mut end = match &question.demand {
        Some(demand) => wrapped(&format!("Type {demand} and then {yes} to do it. {no} leaves it."), theme.text),
        None => wrapped(&format!("{yes} does it. {no} leaves it."), theme.text),
    };
    let room = usize::from(layout::of(size).body.height)
        .saturating_sub(2 + end.len() + usize::from(question.demand.is_some()));
    let mut lines = Vec::new();
    // what does not fit is counted: nobody says yes to a list whose end was cut off unseen
    for (n, target) in question.lines.iter().enumerate() {
        let mut more = wrapped(target, theme.text);
        let last = n + 1 == question.lines.len();
        if lines.len() + more.len() + usize::from(!last) > room {
            lines.push((format!("… and {} more", question.lines.len() - n), theme.bad));
            break;
        }
        lines.append(&mut more);
    }
    lines.append(&mut end);
    let height = lines.len() + usize::from(question.demand.is_some());
    let widest = lines.iter().map(|(line, _)| text::width(line)).max().unwrap_or(0);
    let width = widest.max(text::width(&text::clean(&question.title)) + 4).clamp(36, WIDEST) + 2;
    let area = layout::over(size, u16::try_from(width).unwrap_or(u16::MAX), height);
    let inner = window(canvas, area, &question.title, theme.poor);
    let mut y = inner.y;
    for (line, style) in lines {
        if y < inner.bottom() {
            canvas.put(inner.x + 1, y, inner.width.saturating_sub(1), &line, style);
        }
        y += 1;
    }
    if question.demand.is_some() && y < inner.bottom() {
        typed(canvas, Rect { y, height: 1, ..inner }, "> ", &question.typed);
    }
}

pub fn prompt(canvas: &mut Canvas<'_>, size: Size, prompt: &Prompt) {
    let theme = canvas.theme;
    let most = usize::from(layout::of(size).body.width).saturating_sub(4).clamp(1, 66);
    let hint = text::wrap(&text::clean(&prompt.hint), most);
    let area = layout::over(size, 68, hint.len() + 1);
    let inner = window(canvas, area, &prompt.title, theme.title);
    let mut y = inner.y;
    for line in hint {
        if y < inner.bottom() {
            canvas.put(inner.x + 1, y, inner.width.saturating_sub(1), &line, theme.dim);
        }
        y += 1;
    }
    if y < inner.bottom() {
        typed(canvas, Rect { y, height: 1, ..inner }, "> ", &prompt.text);
    }
}
