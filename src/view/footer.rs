//! The last line: what was said, what is typed, or which keys help here. Every key comes from the keymap.
use ratatui::layout::Rect;

use super::{
    canvas::Canvas,
    over,
    standing::{Ill, Standing},
    text,
};
use crate::{
    action, layout,
    model::{
        Model,
        detail::Form,
        notice::Notice,
        screen::{Context, Screen},
        table::Table,
    },
};

/// What is hinted at, most useful first, in the words of the footer.
const HINTS: &[(&str, &str)] = &[
    ("choose", "take"),
    ("close", "close"),
    ("accept", "keep"),
    ("cancel", "drop"),
    ("yes", "do it"),
    ("no", "leave it"),
    ("help", "keys"),
    ("enter", "open"),
    ("filter", "filter"),
    ("filter-log", "filter"),
    ("follow", "follow"),
    ("errors-only", "errors"),
    ("fold", "unfold"),
    ("logs", "logs"),
    ("palette", "go to"),
    ("details", "details"),
    ("show-yaml", "YAML"),
    ("show-pairs", "details"),
    ("search", "find"),
    ("next-hit", "next"),
    ("raw", "YAML"),
    ("action-menu", "actions"),
    ("clear-or-back", "back"),
    ("clear-log-or-back", "back"),
    ("line-details", "details"),
    ("sources", "sources"),
    ("jump-to-time", "time"),
    ("earlier", "earlier"),
    ("patterns", "alike"),
    ("histogram", "when"),
    ("wrap", "wrap"),
    ("save-log", "save"),
    ("copy-line", "copy"),
    ("back", "back"),
    ("refresh", "list again"),
    ("sort", "sort"),
    ("owner", "owner"),
    ("related", "related"),
    ("mark", "mark"),
    ("pick-namespace", "namespace"),
    ("copy-as", "copy"),
    ("copy-all", "copy"),
    ("pick-region", "region"),
    ("show-json", "JSON"),
    ("error-log", "errors"),
    ("tasks", "tasks"),
    ("erase-line", "clear"),
    ("stop-acting", "stop acting"),
    ("quit", "quit"),
];

pub fn draw(canvas: &mut Canvas<'_>, area: Rect, standing: Option<&Standing<'_>>) {
    let model = canvas.model;
    if let Some(notice) = model.notices.front() {
        said(canvas, area, notice, model.notices.waiting() - 1);
    } else if model.editing {
        typing(canvas, area);
    } else if !model.pending.is_empty() {
        pending(canvas, area);
    } else if let Some(hint) = over::hidden_hint(canvas) {
        let style = canvas.theme.text;
        canvas.put(area.x, area.y, area.width, &hint, style);
    } else {
        let used = broken(canvas, area, standing);
        hints(canvas, Rect { x: area.x + used, width: area.width - used, ..area });
    }
}

fn said(canvas: &mut Canvas<'_>, area: Rect, notice: &Notice, more: usize) {
    let theme = canvas.theme;
    let (words, style) = match notice {
        Notice::Said(words) => (words.clone(), theme.text),
        Notice::Wrong(error) => (format!("✗ {error}"), theme.bad),
    };
    let more = if more > 0 { format!(" +{more} more") } else { String::new() };
    let kept = u16::try_from(more.len()).unwrap_or(0).min(area.width);
    let used = canvas.put(area.x, area.y, area.width - kept, &words, style);
    canvas.put(area.x + used, area.y, kept, &more, theme.dim);
}

/// The filter or the search, and what could not be read as meant.
fn typing(canvas: &mut Canvas<'_>, area: Rect) {
    let theme = canvas.theme;
    let (words, trouble) = match canvas.model.front() {
        Some(Screen::Table(table)) => (table.filter.text(), table.filter.trouble.clone()),
        Some(Screen::Logs(logs)) => (logs.text.as_str(), logs.trouble.clone()),
        Some(Screen::Detail(detail)) => {
            let found = match detail.found.len() {
                _ if detail.search.is_empty() => None,
                0 => Some("not found".to_owned()),
                n => Some(format!("{n} lines")),
            };
            (detail.search.as_str(), found)
        }
        _ => return,
    };
    let used = over::typed(canvas, area, "/", words);
    let rest = Rect { x: (area.x + used + 2).min(area.right()), width: area.width.saturating_sub(used + 2), ..area };
    match trouble {
        Some(trouble) => {
            canvas.put(rest.x, rest.y, rest.width, &trouble, theme.poor);
        }
        None => hints(canvas, rest),
    }
}

/// A sequence has begun: which keys end it.
fn pending(canvas: &mut Canvas<'_>, area: Rect) {
    let (model, theme) = (canvas.model, canvas.theme);
    let typed = model.pending.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    let mut x = area.x;
    x += canvas.put(x, area.y, area.width, &format!("{typed} …"), theme.input) + 2;
    for context in model.contexts() {
        for binding in canvas.keymap.of(*context).iter().filter(|binding| binding.keys.starts_with(&model.pending)) {
            let rest =
                binding.keys[model.pending.len()..].iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
            x = hint(canvas, area, x, &rest, &binding.action.name);
        }
    }
}

/// Rows that are not true any more: why, in front of the keys. A part that is missing for good is not worth that.
fn broken(canvas: &mut Canvas<'_>, area: Rect, standing: Option<&Standing<'_>>) -> u16 {
    let worst = standing.and_then(Standing::worst).filter(|complaint| complaint.ill > Ill::Partial);
    let (Some(complaint), Some(Screen::Table(table))) = (worst, canvas.model.front()) else { return 0 };
    if super::table::says_why(table, layout::of(canvas.size()).body) {
        return 0;
    }
    let style = if complaint.ill == Ill::Failed { canvas.theme.bad } else { canvas.theme.poor };
    let sign = if complaint.ill == Ill::Failed { "✗" } else { "!" };
    let room = area.width - area.width / 3;
    let mut words = format!("{sign} {}", complaint.words());
    if !complaint.error.hint.is_empty() {
        words = format!("{words} ({})", complaint.error.hint);
    }
    (canvas.put(area.x, area.y, room, &words, style) + 2).min(area.width)
}

fn hints(canvas: &mut Canvas<'_>, area: Rect) {
    let model = canvas.model;
    let contexts: &[Context] = model.contexts();
    let mut x = area.x;
    let mut said = Vec::new();
    for (name, word) in HINTS {
        if said.contains(word) || is_idle(model, name) {
            continue;
        }
        let Some(action) = action::find(name).filter(|action| action.ready(model)) else { continue };
        if let Some(key) = canvas.keymap.keys_of(contexts, &action.name).first() {
            x = hint(canvas, area, x, key, word);
            said.push(*word);
        }
    }
}

/// Whether an action would change nothing here: going back from the root, showing what is shown.
fn is_idle(model: &Model, name: &str) -> bool {
    match (name, model.front()) {
        ("back" | "clear-or-back", _) => {
            let clears = |t: &Table| !t.filter.text().is_empty() || !t.marks.is_empty() || t.anchor.is_some();
            model.screens.len() == 1 && !model.table().is_some_and(clears)
        }
        ("tasks", Some(Screen::Tasks(_))) | ("error-log", Some(Screen::Errors(_))) => true,
        ("show-pairs", Some(Screen::Detail(detail))) => detail.form == Form::Pairs,
        ("show-yaml", Some(Screen::Detail(detail))) => detail.form == Form::Yaml,
        ("show-json", Some(Screen::Detail(detail))) => detail.form == Form::Json,
        _ => false,
    }
}

/// One hint, if it fits whole; tells where the next may stand.
fn hint(canvas: &mut Canvas<'_>, area: Rect, x: u16, key: &str, word: &str) -> u16 {
    let theme = canvas.theme;
    let need = u16::try_from(text::width(key) + 1 + text::width(word)).unwrap_or(u16::MAX);
    if x.saturating_add(need) > area.right() {
        return x;
    }
    let after = x + canvas.put(x, area.y, need, key, theme.key) + 1;
    canvas.put(after, area.y, need, word, theme.dim);
    x + need + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hint_is_of_an_action_that_exists() {
        for (name, _) in HINTS {
            assert!(action::find(name).is_some(), "no action is called {name}");
        }
    }
}
