//! What a table says in place of rows: it is loading, there are none, the filter hides them, or why nobody knows.
use ratatui::{layout::Rect, style::Style};

use super::{
    canvas::Canvas,
    standing::{Ill, Standing},
    text,
};
use crate::{
    kinds::{Kind, Reach, Scope},
    model::{Model, screen::Context, store::FeedKey, table::Table},
};

type Lines = Vec<(Style, String)>;

/// The whole body of a table without rows.
pub fn draw(canvas: &mut Canvas<'_>, area: Rect, table: &Table, standing: &Standing<'_>) {
    let lines = say(canvas, table, standing);
    let top = if area.height > 12 { area.height / 6 } else { u16::from(area.height > 4) };
    let area = Rect { y: area.y + top, height: area.height - top, ..area };
    paragraphs(canvas, area, &lines);
}

/// Under rows that do not fill the screen: why they are old or not all there.
pub fn reasons(canvas: &mut Canvas<'_>, area: Rect, standing: &Standing<'_>) {
    if area.height < 2 || standing.complaints.is_empty() {
        return;
    }
    let lines = complaints(canvas, standing, usize::from(area.height / 3).max(1));
    let area = Rect { y: area.y + 1, height: area.height - 1, ..area };
    paragraphs(canvas, area, &lines);
}

/// Lines wrapped, one column in from both sides, as far as there is room.
pub fn paragraphs(canvas: &mut Canvas<'_>, area: Rect, lines: &[(Style, String)]) {
    let room = area.width.saturating_sub(4).max(1);
    let left = if area.width > 8 { area.x + 2 } else { area.x };
    let mut y = area.y;
    for (style, words) in lines {
        let clean = text::clean(words);
        let sign = clean.starts_with("✗ ") || clean.starts_with("! ");
        let first = u16::try_from(clean.len() - clean.trim_start().len()).unwrap_or(0).min(room - 1);
        let hanging = if sign { 2.min(room - 1) } else { first };
        for (n, line) in text::wrap(clean.trim_start(), usize::from(room - hanging)).into_iter().enumerate() {
            if y >= area.bottom() {
                return;
            }
            let indent = if n == 0 { first } else { hanging };
            canvas.put(left + indent, y, room - indent, &line, *style);
            y += 1;
        }
    }
}

fn say(canvas: &mut Canvas<'_>, table: &Table, standing: &Standing<'_>) -> Lines {
    let title = table.kind.title();
    let place = place(canvas.model, table);
    let theme = canvas.theme;
    let mut lines = Lines::new();
    if table.total() > 0 {
        let hidden = text::thousands(table.total());
        lines.push((theme.text, format!("No {title}{place} match `{}`.", table.filter.text())));
        let clears = key(canvas, "clear-or-back").map_or_else(String::new, |key| format!(" {key} clears the filter."));
        lines.push((theme.dim, format!("{hidden} are hidden by it.{clears}")));
        lines.extend(table.filter.trouble.iter().map(|trouble| (theme.poor, trouble.clone())));
    } else if standing.complaints.iter().any(|complaint| complaint.ill > Ill::Partial) {
        lines.push((theme.bad, format!("It is not known which {title} there are{place}.")));
    } else if standing.loading > 0 || standing.searching {
        let so_far = match standing.feeds {
            0 => format!("Finding out where to look for {title}{place}…"),
            1 => format!("Loading {title}{place}…"),
            n => format!(
                "Loading {title}{place}: {} of {n} lists have answered, all empty so far…",
                n - standing.loading
            ),
        };
        lines.push((theme.waiting, so_far));
    } else if standing.feeds == 0 {
        lines.extend(nowhere(canvas, table));
    } else if let Some(gone) = parent_is_gone(canvas.model, table) {
        lines.push((theme.text, gone));
    } else {
        let picked =
            table.picked.as_ref().map(|p| format!(" with {} {}", p.column.to_lowercase(), p.values.join(", ")));
        let picked = picked.unwrap_or_default();
        let end = if standing.complaints.is_empty() { "." } else { ", as far as could be seen:" };
        lines.push((theme.text, format!("No {title}{place}{picked}{end}")));
    }
    let told = complaints(canvas, standing, 4);
    if !told.is_empty() {
        lines.push((theme.text, String::new()));
        lines.extend(told);
    }
    lines
}

/// Each reason with its hint, then what can be done about it.
fn complaints(canvas: &mut Canvas<'_>, standing: &Standing<'_>, most: usize) -> Lines {
    let theme = canvas.theme;
    let mut lines = Lines::new();
    for complaint in standing.complaints.iter().take(most) {
        let (sign, style) = match complaint.ill {
            Ill::Failed => ("✗", theme.bad),
            Ill::Lost | Ill::Partial => ("!", theme.poor),
        };
        lines.push((style, format!("{sign} {}", complaint.words())));
        if !complaint.error.hint.is_empty() {
            lines.push((theme.text, format!("  {}", complaint.error.hint)));
        }
    }
    if standing.complaints.is_empty() {
        return lines;
    }
    let more = standing.complaints.len().saturating_sub(most);
    let log = key(canvas, "error-log").map_or_else(String::new, |key| format!("; {key} shows all"));
    if more > 0 {
        lines.push((theme.dim, format!("and {more} more{log}")));
    }
    if standing.count(Ill::Failed) > 0 {
        if let Some(key) = key(canvas, "refresh") {
            lines.push((theme.text, String::new()));
            lines.push((theme.dim, format!("{key} lists again.")));
        }
    } else if standing.count(Ill::Lost) > 0 {
        lines.push((theme.text, String::new()));
        lines.push((theme.dim, "It is being tried again by itself.".into()));
    }
    lines
}

/// Why there is nowhere to look.
fn nowhere(canvas: &mut Canvas<'_>, table: &Table) -> Lines {
    let theme = canvas.theme;
    let estate = &canvas.model.estate;
    let title = table.kind.title();
    let place = place(canvas.model, table);
    let config = "Name profiles or contexts in the configuration, or start with --profile or --context.";
    let clusters = table.kind.reach() == Reach::Cluster;
    if (clusters && !estate.eks && estate.contexts.is_empty()) || (!clusters && estate.accounts.is_empty()) {
        let what = if clusters { "No cluster is configured" } else { "No AWS account is configured" };
        return vec![
            (theme.poor, format!("{what}: there is nowhere to look for {title}.")),
            (theme.text, config.into()),
        ];
    }
    if clusters {
        let what = format!("No clusters were found{place}, so there is nowhere to look for {title}.");
        let mut lines = vec![(theme.text, what)];
        if canvas.model.estate.eks
            && let Some(key) = key(canvas, "palette")
        {
            lines.push((theme.dim, format!("{key}{} shows where they were looked for.", Kind::Cluster.name())));
        }
        return lines;
    }
    if !estate.regions.is_empty() && !table.scope.region.is_empty() {
        let told = estate.regions.join(", ");
        let what =
            format!("{} is not one of the regions that this console was told to look at: {told}.", table.scope.region);
        return vec![(theme.text, what)];
    }
    vec![(theme.text, format!("No region is enabled{place}, so there is nowhere to look for {title}."))]
}

/// A table of what is inside a thing that is not there any more.
fn parent_is_gone(model: &Model, table: &Table) -> Option<String> {
    let Reach::Within(parent) = table.kind.reach() else { return None };
    let around = Scope { within: "".into(), ..table.scope.clone() };
    let feed = model.store.get(&FeedKey::new(parent, around))?;
    let gone = feed.whole && feed.rows.slot(&table.scope.within).is_none();
    gone.then(|| format!("This {} is gone, and its {} with it.", parent.name(), table.kind.title()))
}

/// Where it was looked: the scope, or the few places that the lists are of.
fn place(model: &Model, table: &Table) -> String {
    const FEW: usize = 4;
    let path = table.scope.path();
    if !path.is_empty() {
        return format!(" in {path}");
    }
    let feeds = table.feeds().iter().filter_map(|no| model.store.feed(*no));
    let paths: Vec<String> = feeds.map(|feed| feed.key.scope.path()).filter(|path| !path.is_empty()).collect();
    match paths.len() {
        0 => String::new(),
        n if n > FEW => format!(" in any of {n} places"),
        _ => format!(" in {}", paths.join(", ")),
    }
}

/// The first key of an action in a table, as the keymap has it.
fn key(canvas: &Canvas<'_>, action: &str) -> Option<String> {
    canvas.keymap.keys_of(&[Context::Table, Context::Global], action).into_iter().next()
}
