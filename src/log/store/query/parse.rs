//! How a query is read. What is still being typed hides nothing: `level:` alone lets everything through.
use std::ops::Range;

use super::{
    ALL_LEVELS, Mistake, Needle, Query, Term, Test,
    field::{Check, Op},
};
use crate::log::Level;

const OPS: [(&str, Op); 6] =
    [("<=", Op::AtMost), (">=", Op::AtLeast), ("<", Op::Less), (">", Op::More), ("=", Op::Is), (":", Op::Has)];

const LEVELS: [(&str, Level); 10] = [
    ("unknown", Level::Unknown),
    ("trace", Level::Trace),
    ("debug", Level::Debug),
    ("info", Level::Info),
    ("warn", Level::Warn),
    ("warning", Level::Warn),
    ("error", Level::Error),
    ("err", Level::Error),
    ("fatal", Level::Fatal),
    ("critical", Level::Fatal),
];

/// One term of the text.
struct Token<'a> {
    at: Range<usize>,
    not: bool,
    shape: Shape<'a>,
}

enum Shape<'a> {
    Word(&'a str),
    Quoted(String),
    Regex(String),
}

pub(super) fn query(text: &str, now: i64, offset: i64) -> Result<Query, Mistake> {
    let mut query = Query { text: text.to_owned(), ..Query::default() };
    let mut rest = 0;
    while let Some(token) = token(text, &mut rest) {
        let mistake = |why: String| Mistake { why, at: token.at.clone() };
        let test = match token.shape {
            Shape::Quoted(text) if text.is_empty() => continue,
            Shape::Quoted(text) => Test::Text(Needle::plain(&text)),
            Shape::Regex(pattern) if pattern.is_empty() => continue,
            Shape::Regex(pattern) => Test::Text(Needle::regex(&pattern).map_err(mistake)?),
            Shape::Word(word) => match word_test(&mut query, word, token.not, (now, offset)).map_err(mistake)? {
                Some(test) => test,
                None => continue,
            },
        };
        query.terms.push(Term { not: token.not, test });
    }
    Ok(query)
}

/// The next term from `rest` on.
fn token<'a>(text: &'a str, rest: &mut usize) -> Option<Token<'a>> {
    let start = text[*rest..].find(|c: char| !c.is_whitespace()).map(|at| *rest + at);
    let start = start?;
    let not = text[start..].starts_with('!');
    let begin = start + usize::from(not);
    let (shape, end) = match text[begin..].chars().next() {
        Some('"') => {
            // a quote that is not closed yet reaches to the end
            let (inside, end) = quoted(text, begin + 1, '"');
            (Shape::Quoted(inside), end)
        }
        Some('/') if closing_slash(text, begin + 1).is_some() => {
            let (inside, end) = quoted(text, begin + 1, '/');
            (Shape::Regex(inside), end)
        }
        _ => {
            let end = text[begin..].find(char::is_whitespace).map_or(text.len(), |at| begin + at);
            // field:"a value with spaces"
            let end = match text[begin..end].find(":\"") {
                Some(quote) => quoted(text, begin + quote + 2, '"').1,
                None => end,
            };
            (Shape::Word(&text[begin..end]), end)
        }
    };
    *rest = end;
    Some(Token { at: start..end, not, shape })
}

/// What stands up to the closing mark, and where the text goes on behind it. A backslash before the mark takes its meaning away.
fn quoted(text: &str, begin: usize, mark: char) -> (String, usize) {
    let mut inside = String::new();
    let mut chars = text[begin..].char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' if chars.peek().is_some_and(|(_, next)| *next == mark) => {
                inside.push(mark);
                chars.next();
            }
            // an escape of the expression stays whole
            '\\' if mark == '/' => {
                inside.push(c);
                inside.extend(chars.next().map(|(_, next)| next));
            }
            c if c == mark => return (inside, begin + at + 1),
            c => inside.push(c),
        }
    }
    (inside, text.len())
}

/// Whether the expression that begins here is one: `/api/v1` is a path until somebody closes it with a slash at a word's end.
fn closing_slash(text: &str, begin: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = begin;
    while let Some(b) = bytes.get(at) {
        match b {
            b'\\' => at += 1,
            b'/' if bytes.get(at + 1).is_none_or(u8::is_ascii_whitespace) => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// What a word means; nothing where it says so by the bounds of the query, or says nothing yet.
fn word_test(query: &mut Query, word: &str, not: bool, clock: (i64, i64)) -> Result<Option<Test>, String> {
    let Some((name, op, value)) = split(word) else {
        return Ok((!word.is_empty()).then(|| Test::Text(Needle::plain(word))));
    };
    if value.is_empty() && op == Op::Has {
        return Ok(None);
    }
    let bare = value.strip_prefix('"').map_or(value, |rest| rest.strip_suffix('"').unwrap_or(rest));
    match name {
        "level" => {
            if value.is_empty() {
                return Ok(None);
            }
            let allowed = levels(op, bare)?;
            query.levels &= if not { ALL_LEVELS & !allowed } else { allowed };
            Ok(None)
        }
        "since" | "until" if op == Op::Has => {
            let at = time(bare, clock)?;
            // not since then is until just before
            if (name == "since") == not {
                query.until = query.until.min(if not { at.saturating_sub(1) } else { at });
            } else {
                query.since = query.since.max(if not { at.saturating_add(1) } else { at });
            }
            Ok(None)
        }
        "source" if op == Op::Has => Ok(Some(Test::Source(Needle::plain(bare)))),
        _ if value.is_empty() => Ok(None),
        _ => Ok(Some(Test::Field(Box::new(Check::new(name, op, bare, word))))),
    }
}

/// The name of a field, what is asked of it, and the rest. `http://x` and `12:30` are text.
fn split(word: &str) -> Option<(&str, Op, &str)> {
    let at = word.find([':', '<', '>', '='])?;
    let (name, rest) = word.split_at(at);
    let first = name.chars().next()?;
    let is_name = (first.is_alphabetic() || "_@".contains(first))
        && name.chars().all(|c| c.is_alphanumeric() || "_@.-/".contains(c));
    if !is_name || rest.starts_with("://") || rest.starts_with("::") {
        return None;
    }
    let (sign, op) = OPS.iter().find(|(sign, _)| rest.starts_with(sign))?;
    Some((name, *op, &rest[sign.len()..]))
}

fn levels(op: Op, value: &str) -> Result<u8, String> {
    let mut bits = 0;
    for word in value.split(',').filter(|word| !word.is_empty()) {
        // a level that is still being typed is what it can only become
        let known = |whole: bool| {
            LEVELS.iter().find(|(name, _)| {
                if whole { name.eq_ignore_ascii_case(word) } else { name.starts_with(&word.to_ascii_lowercase()) }
            })
        };
        let Some((_, level)) = known(true).or_else(|| known(false)) else {
            return Err(format!("no level is called `{word}`: trace, debug, info, warn, error, fatal, unknown"));
        };
        let at = *level as u8;
        let below = (1_u8 << at) - 1;
        bits |= match op {
            Op::Has | Op::Is => 1 << at,
            Op::Less => below & !1,
            Op::AtMost => (below | 1 << at) & !1,
            Op::More => ALL_LEVELS & !(below | 1 << at),
            Op::AtLeast => ALL_LEVELS & !below,
        };
    }
    Ok(if bits == 0 { ALL_LEVELS } else { bits })
}

/// `15m` before now, `12:30` or `12:30:15` the last time it was that, `2026-11-01`, `2026-11-01T00:00`, `…Z`, or milliseconds.
pub fn time(text: &str, (now, offset): (i64, i64)) -> Result<i64, String> {
    let wrong = || format!("`{text}` is no time: 15m, 12:30, 2026-11-01T12:30 or 2026-11-01T12:30:00Z");
    if let Some(ago) = ago(text) {
        return Ok(now.saturating_sub(ago));
    }
    if let Ok(at) = text.parse::<jiff::Timestamp>() {
        return Ok(at.as_millisecond());
    }
    let utc = |at: jiff::civil::DateTime| {
        at.to_zoned(jiff::tz::TimeZone::UTC).map(|at| at.timestamp().as_millisecond() - offset).map_err(|_| wrong())
    };
    if let Ok(at) = text.parse::<jiff::civil::DateTime>() {
        return utc(at);
    }
    if let Ok(at) = text.parse::<jiff::civil::Time>() {
        let local = now + offset;
        let today = local - local.rem_euclid(86_400_000);
        let of_day = i64::from(at.hour()) * 3_600_000 + i64::from(at.minute()) * 60_000 + i64::from(at.second()) * 1000;
        let at = today + of_day;
        return Ok(if at > local { at - 86_400_000 } else { at } - offset);
    }
    text.parse::<i64>().ok().filter(|at| *at > 100_000_000_000).ok_or_else(wrong)
}

/// `90s`, `2h`, `1d12h`, in milliseconds.
fn ago(text: &str) -> Option<i64> {
    let mut total: i64 = 0;
    let mut digits = String::new();
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let unit = match c {
            's' => 1_000,
            'm' => 60_000,
            'h' => 3_600_000,
            'd' => 86_400_000,
            'w' => 604_800_000,
            _ => return None,
        };
        total = total.checked_add(digits.parse::<i64>().ok()?.checked_mul(unit)?)?;
        digits.clear();
    }
    (digits.is_empty() && !text.is_empty()).then_some(total)
}
