//! The second line: the way here, the filter in force, and how far the rows may be believed.
use ratatui::{layout::Rect, style::Style};

use super::{
    canvas::Canvas,
    parts::{self, Part},
    standing::{Ill, Standing},
    text::{self, Cut},
};
use crate::{
    layout,
    model::{
        Model,
        detail::{Detail, Form},
        screen::Screen,
        table::Table,
    },
};

/// Columns that the path keeps when the rest of the line wants them.
const PATH: usize = 14;

pub fn draw(canvas: &mut Canvas<'_>, area: Rect, standing: Option<&Standing<'_>>) {
    let below = canvas.model.screens.iter().rposition(|screen| !screen.is_over());
    let Some(at) = below else { return };
    let path = path(canvas.model, at);
    let right = match (canvas.model.screens.get(at), standing) {
        (Some(Screen::Table(table)), Some(standing)) => table_parts(canvas, table, standing),
        (Some(Screen::Detail(detail)), _) => detail_parts(canvas, detail),
        (Some(Screen::Logs(logs)), _) => super::logs::parts(canvas, logs),
        _ => vec![],
    };
    let room = usize::from(area.width);
    let least = text::width(&path).min(if room < 60 { PATH } else { room / 3 });
    let chosen = parts::fit(&right, room.saturating_sub(least + 2), 2);
    let mut to = area.right();
    for (part, form) in right.iter().zip(&chosen).rev() {
        let Some(words) = form.and_then(|form| part.forms.get(form)) else { continue };
        let width = u16::try_from(text::width(&text::clean(words))).unwrap_or(u16::MAX);
        to = to.saturating_sub(width).max(area.x);
        canvas.put(to, area.y, width, words, part.style);
        to = to.saturating_sub(2).max(area.x);
        part.changes.into_iter().for_each(|seconds| canvas.changes_in(seconds));
    }
    let (path, style) = (text::clean(&path).into_owned(), canvas.theme.title);
    canvas.put_cut(area.x, area.y, to.saturating_sub(area.x), &path, style, Cut::Start);
}

fn path(model: &Model, at: usize) -> String {
    let names = model.screens.iter().take(at + 1).filter_map(|screen| match screen {
        Screen::Table(table) => Some(table.crumb.clone()),
        Screen::Detail(detail) => {
            let form = match detail.form {
                Form::Pairs => "details",
                Form::Yaml if detail.feed.is_none() => "text",
                Form::Yaml => "YAML",
                Form::Json => "JSON",
            };
            Some(format!("{} {} › {form}", detail.what, detail.name))
        }
        Screen::Logs(logs) => Some(logs.title.clone()),
        Screen::Tasks(_) => Some("background work".into()),
        Screen::Errors(_) => Some("what went wrong".into()),
        Screen::Picker(_) | Screen::Confirm(_) | Screen::Prompt(_) => None,
    });
    names.collect::<Vec<_>>().join(" › ")
}

fn table_parts(canvas: &mut Canvas<'_>, table: &Table, standing: &Standing<'_>) -> Vec<Part> {
    let theme = canvas.theme;
    let mut parts = Vec::new();
    if let Some(sort) = table.sort
        && let Some((_, heading)) = table.columns().into_iter().find(|(place, _)| *place == sort.by)
    {
        let arrow = if sort.reverse { "▼" } else { "▲" };
        parts.push(Part::new(5, theme.dim, [format!("by {}{arrow}", heading.title.to_lowercase())]));
    }
    if !table.filter.text().is_empty() && !canvas.model.editing {
        let words = format!("/{}", table.filter.text());
        let short = text::cut(&text::clean(&words), 10, Cut::End).into_owned();
        parts.push(Part::new(3, theme.input, [words, short]));
    }
    if !table.marks.is_empty() {
        let marks = table.marks.len();
        let hidden = table.hidden_marks(&canvas.model.store);
        let forms = if hidden > 0 {
            vec![format!("●{marks} marked, {hidden} of them hidden"), format!("●{marks} ({hidden} hidden)")]
        } else {
            vec![format!("●{marks} marked"), format!("●{marks}")]
        };
        parts.push(Part::new(2, theme.mark, forms));
    }
    // "0" is said only when it is true: until then the state says why
    if table.total() > 0 || standing.whole() {
        let count = text::thousands(table.shown().len());
        let filtered = !table.filter.is_empty();
        let words = if filtered { format!("{count}/{}", text::thousands(table.total())) } else { count };
        parts.push(Part::new(1, theme.text, [words]));
    }
    if let Some(short) = standing.short(canvas) {
        parts.push(state(canvas, table, standing, short));
    }
    parts
}

fn state(canvas: &Canvas<'_>, table: &Table, standing: &Standing<'_>, short: String) -> Part {
    let theme = canvas.theme;
    let style: Style = match standing.worst().map(|complaint| complaint.ill) {
        Some(Ill::Failed) => theme.bad,
        Some(Ill::Lost | Ill::Partial) => theme.poor,
        None if standing.loading > 0 || standing.searching || standing.again > 0 => theme.waiting,
        None => theme.dim,
    };
    // the least that must be said, where even the short form is too long
    let word = short.split([' ', ',']).find(|word| word.chars().all(|c| c.is_ascii_uppercase())).map(str::to_owned);
    // what is worse has the footer or the body to itself
    let body = layout::of(canvas.size()).body;
    let partial = standing.worst().filter(|worst| worst.ill == Ill::Partial && !super::table::says_why(table, body));
    let long = partial.map(|complaint| [complaint.words(), complaint.error.what.clone()]);
    let long = long.into_iter().flatten().map(|words| format!("{short}: {words}")).collect::<Vec<_>>();
    Part::new(0, style, long.into_iter().chain([short]).chain(word))
}

fn detail_parts(canvas: &Canvas<'_>, detail: &Detail) -> Vec<Part> {
    let theme = canvas.theme;
    let mut parts = Vec::new();
    if !detail.search.is_empty() && !canvas.model.editing {
        let place = if detail.found.is_empty() {
            "not found".into()
        } else {
            format!("{}/{}", detail.at + 1, detail.found.len())
        };
        parts.push(Part::new(0, theme.input, [format!("/{} {place}", detail.search), place]));
    }
    let asking = detail.raw.is_none() && detail.task.is_some_and(|task| canvas.model.tasks.is_live(task));
    match &detail.raw {
        None if asking && detail.form != Form::Pairs => {
            parts.push(Part::new(1, theme.waiting, ["loading…".to_owned()]));
        }
        Some(Err(_)) => parts.push(Part::new(1, theme.bad, ["FAILED".to_owned()])),
        _ => {
            let (count, height) = (detail.count(), layout::of(canvas.size()).lines());
            let all = format!("{} lines", text::thousands(count));
            let seen = format!("to {} of {all}", text::thousands((detail.offset + height).min(count)));
            parts.push(Part::new(2, theme.dim, [if count > height { seen } else { all }]));
        }
    }
    parts
}
