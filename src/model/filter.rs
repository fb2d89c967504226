//! What `/` means. Terms are separated by spaces and all must hold:
//! `web` text (a regular expression where it is one), `!web` not, `status:Running` text in one column, `restarts>=5`, `age<2h`.
//! Letters match whatever their case unless the term has a capital.
use regex::{Regex, RegexBuilder};

use crate::kinds::{Cell, Kind, Rows, Scope};

#[derive(Clone, Debug, Default)]
pub struct Filter {
    text: String,
    terms: Vec<Term>,
    /// What could not be read as meant, in words.
    pub trouble: Option<String>,
}

#[derive(Clone, Debug)]
struct Term {
    not: bool,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    Text(Pattern),
    Column(Place, Pattern),
    Compare(Place, Op, String),
}

/// What text must be like. Nearly all that is ever typed is plain, and plain text is found several times faster than an
/// expression that means the same: in 50,000 rows that is the difference between seen at once and waited for.
#[derive(Clone, Debug)]
enum Pattern {
    Plain(String),
    /// The same in small letters, to be looked for in text made small.
    Small(String),
    Regex(Regex),
}

impl Pattern {
    fn read(text: &str, trouble: &mut Option<String>) -> Self {
        if !text.is_ascii() || text.contains(['|', '*', '?', '{', '[', '(', '\\', '^', '$', '.', '+', ')']) {
            return Self::Regex(regex(text, trouble));
        }
        if any_case(text) { Self::Small(text.to_owned()) } else { Self::Plain(text.to_owned()) }
    }

    fn is_in(&self, text: &str, small: &mut String) -> bool {
        match self {
            Self::Plain(own) => text.contains(own),
            Self::Small(own) => {
                text.clone_into(small);
                small.make_ascii_lowercase();
                small.contains(own)
            }
            Self::Regex(regex) => regex.is_match(text),
        }
    }
}

/// The text of one row, kept from row to row for its room.
#[derive(Debug, Default)]
pub struct Words {
    all: String,
    /// The same in small letters, once a term asked for it.
    small: String,
    cell: String,
}

/// Where a term looks: one of the kind's columns, or a part of the scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Own(usize),
    Account,
    Region,
    Cluster,
}

impl Place {
    /// The columns that a table puts before a kind's own when its rows come from several scopes.
    pub const OF_SCOPE: [(&'static str, Self); 3] =
        [("ACCOUNT", Self::Account), ("REGION", Self::Region), ("CLUSTER", Self::Cluster)];

    #[must_use]
    pub fn named(kind: Kind, title: &str) -> Option<Self> {
        let of_scope =
            || Self::OF_SCOPE.iter().find(|(name, _)| name.eq_ignore_ascii_case(title)).map(|(_, place)| *place);
        kind.column(title).map(Self::Own).or_else(of_scope)
    }

    #[must_use]
    pub fn cell<'a>(self, rows: &'a Rows, slot: u32, scope: &'a Scope) -> Cell<'a> {
        match self {
            Self::Own(column) => rows.cell(slot, column),
            Self::Account => Cell::text(&scope.account),
            Self::Region => Cell::text(&scope.region),
            Self::Cluster => Cell::text(&scope.cluster),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Less,
    AtMost,
    More,
    AtLeast,
    Is,
}

const OPS: [(&str, Op); 5] = [("<=", Op::AtMost), (">=", Op::AtLeast), ("<", Op::Less), (">", Op::More), ("=", Op::Is)];

impl Filter {
    #[must_use]
    pub fn parse(kind: Kind, text: &str) -> Self {
        let mut trouble = None;
        let terms = text.split_whitespace().filter_map(|word| Term::parse(kind, word, &mut trouble)).collect();
        Self { text: text.to_owned(), terms, trouble }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether every row that this lets through was let through by `before` too: then only those need be looked at.
    #[must_use]
    pub fn narrows(&self, before: &Self) -> bool {
        let simple = |text: &str| {
            !text.contains(['!', '|', '*', '?', '{', '[', '(', '\\', '<', '>', '=', ':', '^', '$', '.', '+'])
        };
        simple(&self.text) && self.text.starts_with(&before.text)
    }

    /// Whether what it lets through can change though no row did: an age is in a column.
    #[must_use]
    pub fn looks_at_columns(&self) -> bool {
        self.terms.iter().any(|term| !matches!(term.test, Test::Text(_)))
    }

    /// `told` is the row's scope, and which parts of it (account, region, cluster) the table shows: those are text of the row.
    #[must_use]
    pub fn admits(
        &self,
        rows: &Rows,
        slot: u32,
        (scope, told): (&Scope, [bool; 3]),
        now: i64,
        Words { all, small, cell }: &mut Words,
    ) -> bool {
        all.clear();
        small.clear();
        self.terms.iter().all(|term| {
            let yes = match &term.test {
                Test::Text(pattern) => {
                    if all.is_empty() {
                        rows.words(slot, all);
                        let parts = [&scope.account, &scope.region, &scope.cluster];
                        for (part, _) in parts.into_iter().zip(told).filter(|(_, told)| *told) {
                            all.push_str(part);
                            all.push('\n');
                        }
                    }
                    match pattern {
                        Pattern::Small(own) => {
                            if small.is_empty() {
                                small.push_str(all);
                                small.make_ascii_lowercase();
                            }
                            small.contains(own)
                        }
                        other => other.is_in(all, cell),
                    }
                }
                Test::Column(place, pattern) => pattern.is_in(&place.cell(rows, slot, scope).show(now), cell),
                Test::Compare(place, op, value) => compare(&place.cell(rows, slot, scope), *op, value, now),
            };
            yes != term.not
        })
    }
}

impl Term {
    fn parse(kind: Kind, word: &str, trouble: &mut Option<String>) -> Option<Self> {
        let (not, word) = word.strip_prefix('!').map_or((false, word), |rest| (true, rest));
        if word.is_empty() {
            return None;
        }
        let test = match on_column(kind, word) {
            None => Test::Text(Pattern::read(word, trouble)),
            // still being typed: neither it nor its opposite hides anything yet
            Some((_, _, "")) => return None,
            Some((place, None, text)) => Test::Column(place, Pattern::read(text, trouble)),
            Some((place, Some(op), value)) => Test::Compare(place, op, value.to_owned()),
        };
        Some(Self { not, test })
    }
}

/// The column, the comparison if it is one, and what is said of it.
fn on_column(kind: Kind, word: &str) -> Option<(Place, Option<Op>, &str)> {
    let at = word.find([':', '<', '>', '='])?;
    let (title, rest) = word.split_at(at);
    let place = Place::named(kind, title)?;
    if let Some(text) = rest.strip_prefix(':') {
        return Some((place, None, text));
    }
    let (sign, op) = OPS.iter().find(|(sign, _)| rest.starts_with(sign))?;
    Some((place, Some(*op), &rest[sign.len()..]))
}

fn any_case(text: &str) -> bool {
    !text.chars().any(char::is_uppercase)
}

/// A regular expression where the text is one, else the text itself.
fn regex(text: &str, trouble: &mut Option<String>) -> Regex {
    let build = |pattern: &str| {
        RegexBuilder::new(pattern).case_insensitive(any_case(text)).multi_line(true).size_limit(1 << 20).build()
    };
    build(text).unwrap_or_else(|_| {
        *trouble = Some(format!("`{text}` is no regular expression: taken as plain text"));
        // escaped text is always a valid expression; should it be too large, nothing matches
        build(&regex::escape(text)).unwrap_or_else(|_| Regex::new("$.^").unwrap_or_else(|_| unreachable!()))
    })
}

fn compare(cell: &Cell<'_>, op: Op, value: &str, now: i64) -> bool {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let order = match (cell, cell.number(now)) {
        (Cell::Missing, _) => return false,
        (Cell::Since(_), Some(n)) => seconds(value).map(|v| n.cmp(&v)),
        (_, Some(n)) => quantity(value).map(|v| n.cmp(&v)),
        (other, None) => Some(crate::kinds::cell::natural(&other.words().to_lowercase(), &value.to_lowercase())),
    };
    match (order, op) {
        (None, _) => false,
        (Some(order), Op::Less) => order == Less,
        (Some(order), Op::AtMost) => order != Greater,
        (Some(order), Op::More) => order == Greater,
        (Some(order), Op::AtLeast) => order != Less,
        (Some(order), Op::Is) => order == Equal,
    }
}

/// `90`, `2h`, `1d12h`, in seconds.
#[must_use]
pub fn seconds(text: &str) -> Option<i64> {
    let mut total: i64 = 0;
    let mut digits = String::new();
    for c in text.chars() {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        let unit = match c {
            's' => 1,
            'm' => 60,
            'h' => 3600,
            'd' => 86_400,
            'w' => 604_800,
            'y' => 31_536_000,
            _ => return None,
        };
        total = total.checked_add(digits.parse::<i64>().ok()?.checked_mul(unit)?)?;
        digits.clear();
    }
    if digits.is_empty() { (!text.is_empty()).then_some(total) } else { total.checked_add(digits.parse().ok()?) }
}

/// `5`, `10k`, `2GiB`, `1.5GiB`.
fn quantity(text: &str) -> Option<i64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (whole, part) = text[..end].split_once('.').unwrap_or((&text[..end], ""));
    let n: i64 = whole.parse().ok()?;
    let scale = match text[end..].to_lowercase().as_str() {
        "" | "b" => 1,
        "k" => 1_000,
        "ki" | "kib" => 1 << 10,
        "m" => 1_000_000,
        "mi" | "mib" => 1 << 20,
        "g" => 1_000_000_000,
        "gi" | "gib" => 1 << 30,
        _ => return None,
    };
    let tenths = 10_i64.checked_pow(u32::try_from(part.len()).ok()?)?;
    let rest = if part.is_empty() { 0 } else { part.parse::<i64>().ok()?.checked_mul(scale)? / tenths };
    n.checked_mul(scale)?.checked_add(rest)
}
