//! Text that is looked for: plain where it is plain, since that is found fastest.
use std::ops::Range;

use memchr::memmem::Finder;
use regex::bytes::{Regex, RegexBuilder};

#[derive(Clone, Debug)]
pub(in crate::log::store) struct Needle {
    how: How,
    /// How much of it is plain text.
    plain: usize,
    /// Whether it means the same in the middle of other lines as in a line alone.
    of_lines: bool,
    /// Whether nothing that it fits has a line feed in it.
    within: bool,
}

#[derive(Clone, Debug)]
enum How {
    Plain(Box<Finder<'static>>),
    /// Text of any case, in small letters. Its longest part without letters is found first, at that distance from the beginning.
    Around(Box<Finder<'static>>, usize, Box<[u8]>),
    Regex(Regex),
}

impl Needle {
    /// Plain text, whatever its case unless it has a capital.
    pub fn plain(text: &str) -> Self {
        let is_any_case = !text.chars().any(char::is_uppercase) && text.chars().any(char::is_lowercase);
        if !is_any_case {
            return Self::exact(text);
        }
        let around = text.is_ascii().then(|| without_letters(text)).flatten().map(|part| {
            let finder = Finder::new(&text[part.clone()]).into_owned();
            How::Around(Box::new(finder), part.start, text.as_bytes().into())
        });
        let how = around.or_else(|| build(&regex::escape(text), text).ok().map(How::Regex));
        how.map_or_else(|| Self::exact(text), |how| Self { how, ..Self::exact(text) })
    }

    /// Exactly this text.
    pub fn exact(text: &str) -> Self {
        let within = !text.contains(['\n', '\r']);
        Self { how: How::Plain(Box::new(Finder::new(text).into_owned())), plain: text.len(), of_lines: within, within }
    }

    pub fn regex(text: &str) -> Result<Self, String> {
        let how = build(text, text).map(How::Regex)?;
        // the longest part that is surely plain text
        let plain = text.split(|c: char| !c.is_alphanumeric()).map(str::len).max().unwrap_or(0);
        let sets_flags = text.split("(?").skip(1).any(|rest| {
            let flags = rest.split([':', ')', '<', 'P', '=']).next().unwrap_or("");
            flags.contains(['-', 'R', 's'])
        });
        let of_lines = !sets_flags && !text.contains("\\A") && !text.contains("\\z");
        let is_empty_somewhere = matches!(&how, How::Regex(regex) if regex.is_match(b""));
        let plain = if text.contains('|') { 1 } else { plain.saturating_sub(1) };
        Ok(Self { how, plain, of_lines, within: of_lines && !is_empty_somewhere && !may_cross(text) })
    }

    /// Whether it may be looked for in many lines at once.
    pub fn is_of_lines(&self) -> bool {
        self.of_lines
    }

    /// Whether it is text and no expression.
    pub fn is_plain(&self) -> bool {
        !matches!(self.how, How::Regex(_)) && self.of_lines
    }

    /// Whether it is never found across the end of a line.
    pub fn is_within_lines(&self) -> bool {
        self.within
    }

    /// The more, the fewer lines will have it, and the sooner they are found.
    pub fn worth(&self) -> usize {
        self.plain
    }

    pub fn is_in(&self, text: &[u8]) -> bool {
        match &self.how {
            How::Plain(finder) => finder.find(text).is_some(),
            How::Around(..) => self.find(text, 0).is_some(),
            How::Regex(regex) => regex.is_match(text),
        }
    }

    /// Where it is next, from a byte on.
    pub fn find(&self, text: &[u8], from: usize) -> Option<(usize, usize)> {
        match &self.how {
            How::Plain(finder) => {
                let at = from + finder.find(text.get(from..)?)?;
                Some((at, at + finder.needle().len()))
            }
            How::Around(finder, before, whole) => {
                let mut next = from + before;
                loop {
                    let at = next + finder.find(text.get(next..)?)? - before;
                    if text.get(at..at + whole.len()).is_some_and(|here| here.eq_ignore_ascii_case(whole)) {
                        return Some((at, at + whole.len()));
                    }
                    next = at + before + 1;
                }
            }
            How::Regex(regex) if from <= text.len() => {
                regex.find_at(text, from).map(|found| (found.start(), found.end()))
            }
            How::Regex(_) => None,
        }
    }

    /// Where it surely has been, from a byte on: not where it ends, but where that is clear.
    pub fn find_end(&self, text: &[u8], from: usize) -> Option<usize> {
        match &self.how {
            How::Regex(regex) if from <= text.len() => regex.shortest_match_at(text, from),
            _ => self.find(text, from).map(|(_, end)| end),
        }
    }
}

/// Whether an expression may fit a line feed, or nothing at all between two letters: what stands for all but something does, and
/// so may most that is written as an escape.
fn may_cross(pattern: &str) -> bool {
    const HARMLESS: [char; 18] =
        ['d', 'w', 'S', '.', '/', '[', ']', '(', ')', '*', '+', '?', '|', '{', '}', '^', '$', '-'];
    pattern.chars().any(char::is_control)
        || pattern.contains("[^")
        || pattern.contains("[:")
        || pattern.split('\\').skip(1).any(|rest| !rest.starts_with(HARMLESS))
}

/// The longest part of a text that has no case, if it is long enough to be looked for alone.
fn without_letters(text: &str) -> Option<Range<usize>> {
    let mut longest = 0..0;
    let mut begin = 0;
    for (at, b) in text.bytes().chain([b'a']).enumerate() {
        if b.is_ascii_alphabetic() {
            longest = if at - begin > longest.len() { begin..at } else { longest };
            begin = at + 1;
        }
    }
    (longest.len() > 2).then_some(longest)
}

/// `written` decides whether case matters. Text of ASCII alone is looked for byte by byte: nobody who types `k` means the sign of
/// the Kelvin, and it is several times faster.
fn build(pattern: &str, written: &str) -> Result<Regex, String> {
    let any_case = !written.chars().any(char::is_uppercase);
    let mut builder = RegexBuilder::new(pattern);
    builder.case_insensitive(any_case).multi_line(true).size_limit(1 << 22);
    let is_plain =
        written.is_ascii() && !written.contains("\\p") && !written.contains("\\P") && !written.contains("(?u");
    let bytes = is_plain.then(|| builder.unicode(false).build().ok()).flatten();
    bytes.map_or_else(|| builder.unicode(true).build(), Ok).map_err(|error| shorter(&error.to_string()))
}

/// The last line says why; those before draw the pattern and point into it.
fn shorter(error: &str) -> String {
    let last = error.lines().last().unwrap_or(error);
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}
