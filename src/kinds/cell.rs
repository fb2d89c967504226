//! What one column says of one row: borrowed from the row where it can be, and typed, so that sorting and comparing never
//! go through text.
use std::{borrow::Cow, cmp::Ordering};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Nothing is known, or it does not apply.
    Missing,
    Text(&'a str),
    Owned(String),
    Int(i64),
    /// So many of so many: `2/3`.
    Ratio(u32, u32),
    /// A count, and when it last grew (seconds since 1970): `5 (3m ago)`.
    Count(u32, Option<i64>),
    /// Since when, in seconds since 1970; shown as an age that grows.
    Since(i64),
    /// A moment that lies ahead, in seconds since 1970: an age would say nothing.
    At(i64),
    Bytes(u64),
    Flag(bool),
}

impl<'a> Cell<'a> {
    /// Text, or missing if it is empty.
    #[must_use]
    pub fn text(text: &'a str) -> Self {
        if text.is_empty() { Self::Missing } else { Self::Text(text) }
    }

    /// Names joined by a comma.
    pub fn list<'b, T: AsRef<str> + 'b>(names: impl IntoIterator<Item = &'b T>) -> Self {
        let mut joined = String::new();
        for name in names {
            if !joined.is_empty() {
                joined.push(',');
            }
            joined.push_str(name.as_ref());
        }
        if joined.is_empty() { Self::Missing } else { Self::Owned(joined) }
    }

    #[must_use]
    pub fn since(at: Option<i64>) -> Self {
        at.map_or(Self::Missing, Self::Since)
    }

    /// What is drawn, at the time `now` (seconds since 1970).
    #[must_use]
    pub fn show(&self, now: i64) -> Cow<'_, str> {
        match self {
            Self::Missing => Cow::Borrowed("-"),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Owned(text) => Cow::Borrowed(text),
            Self::Int(n) => Cow::Owned(n.to_string()),
            Self::Ratio(some, all) => Cow::Owned(format!("{some}/{all}")),
            Self::Count(n, None) => Cow::Owned(n.to_string()),
            Self::Count(n, Some(at)) => Cow::Owned(format!("{n} ({} ago)", age(now - at))),
            Self::Since(at) => Cow::Owned(age(now - at)),
            // in no zone but the one that all share: whoever draws it for a person knows better
            Self::At(at) => {
                Cow::Owned(jiff::Timestamp::from_second(*at).map_or_else(|_| at.to_string(), |at| at.to_string()))
            }
            Self::Bytes(n) => Cow::Owned(bytes(*n)),
            Self::Flag(yes) => Cow::Borrowed(if *yes { "yes" } else { "no" }),
        }
    }

    /// What a text filter searches: numbers and ages are not text.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Text(text) => text,
            Self::Owned(text) => text,
            _ => "",
        }
    }

    /// The number behind the cell: a count, the seconds of an age at `now`, bytes.
    #[must_use]
    pub fn number(&self, now: i64) -> Option<i64> {
        match self {
            Self::Int(n) => Some(*n),
            Self::Ratio(n, _) | Self::Count(n, _) => Some(i64::from(*n)),
            Self::Since(at) => Some(now - at),
            Self::At(at) => Some(at - now),
            Self::Bytes(n) => i64::try_from(*n).ok(),
            _ => None,
        }
    }

    /// Order for sorting, smallest first; a younger thing comes before an older one; what is missing comes last.
    #[must_use]
    pub fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Missing, Self::Missing) => Ordering::Equal,
            (Self::Missing, _) => Ordering::Greater,
            (_, Self::Missing) => Ordering::Less,
            (Self::Since(a), Self::Since(b)) => b.cmp(a),
            (Self::Count(a, x), Self::Count(b, y)) => a.cmp(b).then(x.cmp(y)),
            (Self::Ratio(a, x), Self::Ratio(b, y)) => {
                // by the share that is there, so that the least healthy come first
                // (one of none, while a deployment goes down to nothing, is more than any share)
                (u64::from(*a) * u64::from(*y)).cmp(&(u64::from(*b) * u64::from(*x))).then(x.cmp(y)).then(a.cmp(b))
            }
            (Self::Flag(a), Self::Flag(b)) => a.cmp(b),
            _ => match (self.number(0), other.number(0)) {
                (Some(a), Some(b)) => a.cmp(&b),
                _ => natural(self.words(), other.words()),
            },
        }
    }
}

/// Text order in which digits count as numbers: `node-9` before `node-10`.
#[must_use]
pub fn natural(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        match (a.first(), b.first()) {
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (left, right) = (digits(a), digits(b));
                let order = left.len().cmp(&right.len()).then_with(|| left.cmp(right));
                if order != Ordering::Equal {
                    return order;
                }
                (a, b) = (after(a), after(b));
            }
            (Some(x), Some(y)) if x == y => (a, b) = (&a[1..], &b[1..]),
            (x, y) => return x.cmp(&y),
        }
    }
}

/// The leading digits without leading zeros.
fn digits(text: &[u8]) -> &[u8] {
    let end = text.iter().take_while(|c| c.is_ascii_digit()).count();
    let zeros = text[..end].iter().take_while(|c| **c == b'0').count();
    &text[zeros..end]
}

fn after(text: &[u8]) -> &[u8] {
    &text[text.iter().take_while(|c| c.is_ascii_digit()).count()..]
}

/// An age as kubectl writes it: two units while they matter, one after.
#[must_use]
pub fn age(seconds: i64) -> String {
    let s = seconds.max(0);
    let (m, h, d) = (s / 60, s / 3600, s / 86_400);
    if s < 120 {
        format!("{s}s")
    } else if m < 10 {
        if s % 60 == 0 { format!("{m}m") } else { format!("{m}m{}s", s % 60) }
    } else if h < 3 {
        format!("{m}m")
    } else if h < 8 {
        if m % 60 == 0 { format!("{h}h") } else { format!("{h}h{}m", m % 60) }
    } else if h < 48 {
        format!("{h}h")
    } else if d < 8 {
        if h % 24 == 0 { format!("{d}d") } else { format!("{d}d{}h", h % 24) }
    } else if d < 365 * 2 {
        format!("{d}d")
    } else if d < 365 * 8 {
        format!("{}y{}d", d / 365, d % 365)
    } else {
        format!("{}y", d / 365)
    }
}

#[must_use]
pub fn bytes(n: u64) -> String {
    const UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];
    let mut unit = 0;
    let mut whole = n;
    let mut rest = 0;
    while whole >= 1024 && unit < UNITS.len() - 1 {
        rest = whole % 1024;
        whole /= 1024;
        unit += 1;
    }
    if unit == 0 || whole >= 10 {
        format!("{whole} {}", UNITS[unit])
    } else {
        format!("{whole}.{} {}", rest * 10 / 1024, UNITS[unit])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_read_as_kubectl_writes_them() {
        let of = |s| age(s);
        assert_eq!(
            [
                of(5),
                of(119),
                of(125),
                of(540),
                of(700),
                of(3 * 3600 + 60),
                of(9 * 3600),
                of(50 * 3600),
                of(30 * 86_400)
            ],
            ["5s", "119s", "2m5s", "9m", "11m", "3h1m", "9h", "2d2h", "30d"].map(str::to_owned)
        );
    }

    #[test]
    fn names_with_numbers_sort_as_people_count() {
        assert_eq!(natural("node-9", "node-10"), Ordering::Less);
        assert_eq!(natural("ip-10-0-2-1", "ip-10-0-10-1"), Ordering::Less);
        assert_eq!(natural("a", "a1"), Ordering::Less);
        assert_eq!(natural("a01", "a1"), Ordering::Equal);
    }

    #[test]
    fn what_is_missing_sorts_last_and_the_least_healthy_first() {
        assert_eq!(Cell::Missing.order(&Cell::Int(3)), Ordering::Greater);
        assert_eq!(Cell::Ratio(0, 2).order(&Cell::Ratio(1, 2)), Ordering::Less);
        assert_eq!(Cell::Since(100).order(&Cell::Since(50)), Ordering::Less);
    }
}
