//! Filter patterns, as FilterLogEvents and Live Tail take them: terms, `{ $.json … }`, `[fields, …]` and `%regex%`.
mod cells;
mod json;
#[cfg(test)]
mod tests;

use regex::Regex;

/// A pattern that was understood.
#[derive(Debug)]
pub enum Pattern {
    All,
    Terms(Vec<Term>),
    Json(json::Condition),
    Cells(cells::Cells),
}

#[derive(Debug)]
pub struct Term {
    wish: Wish,
    what: Needle,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Must,
    MustNot,
    /// One of these is enough. AWS leaves them out of account as soon as another kind stands beside them.
    OneOf,
}

#[derive(Debug)]
enum Needle {
    Text(String),
    Regex(Regex),
}

impl Needle {
    fn found(&self, text: &str) -> bool {
        match self {
            Self::Text(term) => text.contains(term.as_str()),
            Self::Regex(regex) => regex.is_match(text),
        }
    }
}

const LONGEST: usize = 1024;

/// Why a pattern is refused: what AWS says after `InvalidParameterException: `.
pub type Refused = String;

impl Pattern {
    pub fn parse(text: &str) -> Result<Self, Refused> {
        if text.len() > LONGEST {
            return Err(format!(
                "1 validation error detected: Value at 'filterPattern' failed to satisfy constraint: Member must have \
                 length less than or equal to {LONGEST}"
            ));
        }
        let trimmed = text.trim();
        let mut regexes = 0;
        match trimmed.chars().next() {
            None => Ok(Self::All),
            Some('{') => json::Condition::parse(trimmed, &mut regexes).map(Self::Json),
            Some('[') => cells::Cells::parse(trimmed, &mut regexes).map(Self::Cells),
            Some(_) => terms(trimmed, &mut regexes).map(Self::Terms),
        }
    }

    #[must_use]
    pub fn matches(&self, message: &str) -> bool {
        match self {
            Self::All => true,
            Self::Terms(terms) => wanted(terms, message),
            Self::Json(condition) => serde_json::from_str(message).is_ok_and(|value| condition.holds(&value)),
            Self::Cells(cells) => cells.matches(message),
        }
    }
}

fn wanted(terms: &[Term], message: &str) -> bool {
    if terms.iter().all(|term| term.wish == Wish::OneOf) {
        return terms.iter().any(|term| term.what.found(message));
    }
    terms.iter().all(|term| match term.wish {
        Wish::Must => term.what.found(message),
        Wish::MustNot => !term.what.found(message),
        Wish::OneOf => true,
    })
}

fn terms(text: &str, regexes: &mut usize) -> Result<Vec<Term>, Refused> {
    let mut rest = text;
    let mut all = vec![];
    while let Some(first) = rest.chars().next() {
        if first.is_whitespace() {
            rest = rest.trim_start();
            continue;
        }
        let (wish, bare) = match first {
            '-' => (Wish::MustNot, &rest[1..]),
            '?' => (Wish::OneOf, &rest[1..]),
            _ => (Wish::Must, rest),
        };
        let (what, after) = needle(bare, regexes)?;
        all.push(Term { wish, what });
        rest = after;
    }
    Ok(all)
}

/// One term from the start of a text, and what comes after it.
fn needle<'a>(text: &'a str, regexes: &mut usize) -> Result<(Needle, &'a str), Refused> {
    if let Some(rest) = text.strip_prefix('"') {
        let (phrase, after) = quoted(rest)?;
        return Ok((Needle::Text(phrase), after));
    }
    if text.starts_with('%') {
        let (regex, after) = between_percents(text, regexes)?;
        return Ok((Needle::Regex(regex), after));
    }
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (term, after) = text.split_at(end);
    if term.is_empty() || !term.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return Err(format!("Invalid filter pattern: invalid character(s) in term '{term}'"));
    }
    Ok((Needle::Text(term.to_owned()), after))
}

/// What stands before the closing quote (the opening one is gone), and what comes after it.
fn quoted(text: &str) -> Result<(String, &str), Refused> {
    let mut phrase = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((phrase, &text[at + 1..])),
            '\\' => match chars.next() {
                Some((_, escaped @ ('"' | '\\'))) => phrase.push(escaped),
                Some((_, other)) => phrase.extend(['\\', other]),
                None => break,
            },
            _ => phrase.push(c),
        }
    }
    Err("Invalid filter pattern: a quotation mark is not closed".to_owned())
}

/// `%…%` at the start of a text, and what comes after it. AWS takes no more than two in a pattern, and only plain ASCII
/// without groups.
fn between_percents<'a>(text: &'a str, regexes: &mut usize) -> Result<(Regex, &'a str), Refused> {
    let inner = &text[1..];
    let end = inner.find('%').ok_or("Invalid filter pattern: a regular expression is not closed by %")?;
    let source = &inner[..end];
    *regexes += 1;
    if *regexes > 2 {
        return Err("Invalid filter pattern: at most 2 regular expressions are allowed".to_owned());
    }
    let mut escaped = false;
    for c in source.chars() {
        let allowed = c.is_ascii_alphanumeric() || ":_#=@/;,- ^$?[]{}|\\*+.".contains(c) || (escaped && c.is_ascii());
        if !allowed {
            return Err(format!("Invalid filter pattern: '{c}' is not supported in a regular expression"));
        }
        escaped = c == '\\' && !escaped;
    }
    let regex =
        Regex::new(source).map_err(|_| format!("Invalid filter pattern: invalid regular expression '{source}'"))?;
    Ok((regex, &inner[end + 1..]))
}

/// A value that conditions compare with: text in which `*` stands for anything.
fn like(pattern: &str, text: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let pieces: Vec<&str> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else { return rest.is_empty() };
    for piece in middle {
        match rest.find(piece) {
            Some(at) => rest = &rest[at + piece.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}
