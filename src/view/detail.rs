//! All that is known of one thing: its pairs, or the object as YAML or JSON. The model counts one line for each pair and each
//! line of the object; longer ones are wrapped as far as the lines that are to be seen leave room.
use ratatui::{layout::Rect, style::Style};

use super::{
    blank,
    canvas::Canvas,
    text::{self, Cut},
};
use crate::model::detail::{Detail, Form};

pub fn draw(canvas: &mut Canvas<'_>, area: Rect, detail: &Detail) {
    let theme = canvas.theme;
    if let Some(lines) = instead(canvas, detail) {
        let top = u16::from(area.height > 3);
        blank::paragraphs(canvas, Rect { y: area.y + top, height: area.height - top, ..area }, &lines);
        return;
    }
    let lines = detail.lines();
    let height = usize::from(area.height);
    let first = detail.offset.min(lines.len());
    let seen = &lines[first..lines.len().min(first + height)];
    let label = label_width(detail, area.width);
    let indent = u16::from(area.width > 20);
    let room = area.width.saturating_sub(label + indent).max(1);
    let clean: Vec<_> = seen.iter().map(|line| text::clean(line)).collect();
    let most = fair(
        &clean.iter().map(|line| text::width(line).div_ceil(usize::from(room)).max(1)).collect::<Vec<_>>(),
        height,
    );
    let wanted = detail.search.to_lowercase();
    let mut y = area.y;
    for (n, words) in clean.iter().enumerate() {
        if y >= area.bottom() {
            break;
        }
        let from = y;
        if detail.form == Form::Pairs {
            let (name, style) = (&detail.pairs[first + n].0, theme.key);
            canvas.put(area.x + indent, y, label.saturating_sub(2), name, style);
        }
        for line in broken(words, usize::from(room), most) {
            let x = area.x + label + indent;
            canvas.put(x, y, room, &line, theme.text);
            if detail.form != Form::Pairs && y == from {
                keys(canvas, x, y, room, &line);
            }
            hits(canvas, x, y, room, &line, &wanted);
            y += 1;
            if y >= area.bottom() {
                break;
            }
        }
        if detail.found.get(detail.at) == Some(&(first + n)) {
            canvas.tint(Rect { y: from, height: y - from, ..area }, theme.selected);
        }
    }
    if let (Form::Pairs, Some(Err(error))) = (detail.form, &detail.raw) {
        let words = format!("! the whole object is not known: {}: {}", error.what, error.why);
        let rest = Rect { y: (y + 1).min(area.bottom()), height: area.bottom().saturating_sub(y + 1), ..area };
        blank::paragraphs(canvas, rest, &[(theme.poor, words)]);
    }
}

/// What is said while the object is not here: it is on its way, it could not be had, or there is none.
fn instead(canvas: &Canvas<'_>, detail: &Detail) -> Option<Vec<(Style, String)>> {
    let theme = canvas.theme;
    let kind = detail.what;
    match &detail.raw {
        _ if detail.form == Form::Pairs => None,
        Some(Ok(_)) => None,
        Some(Err(error)) => {
            let mut lines = vec![(theme.bad, format!("✗ {}: {}", error.what, error.why))];
            lines.extend((!error.hint.is_empty()).then(|| (theme.text, format!("  {}", error.hint))));
            Some(lines)
        }
        None if detail.task.is_none() => {
            Some(vec![(theme.text, format!("There is no more of a {kind} than its details."))])
        }
        None => Some(vec![(theme.waiting, format!("Fetching {kind} {}…", detail.name))]),
    }
}

/// Columns of the labels, with the gap after them.
fn label_width(detail: &Detail, width: u16) -> u16 {
    if detail.form != Form::Pairs {
        return 0;
    }
    let widest = detail.pairs.iter().map(|(name, _)| text::width(&text::clean(name))).max().unwrap_or(0);
    u16::try_from(widest + 2).unwrap_or(u16::MAX).min(width / 3)
}

/// How many lines each may take at most, so that all that should be seen is.
fn fair(needs: &[usize], height: usize) -> usize {
    let total = |most: usize| needs.iter().map(|need| *need.min(&most)).sum::<usize>();
    (1..=height.max(1)).rev().find(|most| total(*most) <= height).unwrap_or(1)
}

/// The text in at most so many lines; what is left out shows as `…`.
fn broken(words: &str, room: usize, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = words;
    while text::width(rest) > room && lines.len() + 1 < most {
        let mut used = 0;
        let end = rest.char_indices().find(|(_, c)| {
            used += text::of_char(*c);
            used > room
        });
        let Some((at, _)) = end.filter(|(at, _)| *at > 0) else { break };
        lines.push(rest[..at].to_owned());
        rest = &rest[at..];
    }
    lines.push(text::cut(rest, room, Cut::End).into_owned());
    lines
}

/// Colours the key of a YAML or JSON line.
fn keys(canvas: &mut Canvas<'_>, x: u16, y: u16, room: u16, line: &str) {
    let start = line.len() - line.trim_start_matches([' ', '-']).len();
    let rest = &line[start..];
    let end = match rest.strip_prefix('"') {
        Some(quoted) => quoted.find("\":").map(|at| at + 2),
        None => {
            rest.find(": ").or_else(|| rest.strip_suffix(':').map(str::len)).filter(|at| !rest[..*at].contains(' '))
        }
    };
    if let Some(end) = end {
        let style = canvas.theme.key;
        span(canvas, x, y, room, (&line[..start], &rest[..end]), style);
    }
}

/// Lays a style over the part that stands after another.
fn span(canvas: &mut Canvas<'_>, x: u16, y: u16, room: u16, (before, part): (&str, &str), style: Style) {
    let from = u16::try_from(text::width(before)).unwrap_or(u16::MAX).min(room);
    let width = u16::try_from(text::width(part)).unwrap_or(u16::MAX).min(room - from);
    canvas.tint(Rect { x: x + from, y, width, height: 1 }, style);
}

fn hits(canvas: &mut Canvas<'_>, x: u16, y: u16, room: u16, line: &str, wanted: &str) {
    let low = line.to_lowercase();
    // places in the lowered text are places in the text only where no letter changes its length
    if wanted.is_empty() || low.len() != line.len() {
        return;
    }
    let style = canvas.theme.hit;
    for (at, found) in low.match_indices(wanted) {
        if line.is_char_boundary(at) && line.is_char_boundary(at + found.len()) {
            span(canvas, x, y, room, (&line[..at], &line[at..at + found.len()]), style);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_that_should_be_seen_is_and_the_rest_of_the_room_goes_to_long_ones() {
        assert_eq!(fair(&[1, 1, 9], 5), 3);
        assert_eq!(fair(&[1, 1, 9], 3), 1);
        assert_eq!(fair(&[4, 4], 20), 20);
        assert_eq!(broken("abcdefghij", 4, 2), ["abcd", "efg…"]);
        assert_eq!(broken("abcdefghij", 4, 3), ["abcd", "efgh", "ij"]);
        assert_eq!(broken("日本", 1, 5), ["…"]);
    }
}
