//! Terms on the fields of a line: `status:500`, `user.id=7`, `dur_ms>=800`. The line is walked once and nothing is kept of it.
use super::Needle;
use crate::log::store::sniff::{
    json::{Pairs, Raw, unescape},
    logfmt::{Token, Tokens},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    /// The text is in it.
    Has,
    Is,
    Less,
    AtMost,
    More,
    AtLeast,
}

#[derive(Clone, Debug)]
pub(super) struct Check {
    path: String,
    op: Op,
    value: String,
    number: Option<f64>,
    needle: Needle,
    /// The term as it was written, for lines without fields.
    written: Needle,
    /// The last name of the path, which a line that has the field must have.
    name: Needle,
}

impl Check {
    pub fn new(path: &str, op: Op, value: &str, written: &str) -> Self {
        let name = path.rsplit('.').next().unwrap_or(path);
        Self {
            path: path.to_owned(),
            op,
            value: value.to_owned(),
            number: value.parse().ok(),
            needle: Needle::plain(value),
            written: Needle::plain(written),
            name: Needle::exact(name),
        }
    }

    pub fn holds(&self, text: &[u8]) -> bool {
        if text.trim_ascii_start().starts_with(b"{") {
            return self.name.is_in(text) && self.in_object(text, &self.path, 8);
        }
        self.in_logfmt(text).unwrap_or_else(|| self.written.is_in(text))
    }

    /// Whether one of the fields of this path fits. A path may go through objects, or be the name of a field with points in it.
    fn in_object(&self, object: &[u8], path: &str, deep: u8) -> bool {
        Pairs::new(object).any(|(key, value)| {
            let key = unescape(key);
            let Some(rest) = path.as_bytes().strip_prefix(key.as_ref()) else { return false };
            match (rest, value) {
                (b"", Raw::Text(text)) => self.fits(&unescape(text)),
                (b"", Raw::Object(text) | Raw::Array(text) | Raw::Other(text)) => self.fits(text),
                ([b'.', ..], Raw::Object(inner)) if deep > 0 => self.in_object(inner, &path[key.len() + 1..], deep - 1),
                // what Fluent Bit has not merged
                ([b'.', ..], Raw::Text(text)) if deep > 0 && text.first() == Some(&b'{') => {
                    self.in_object(&unescape(text), &path[key.len() + 1..], deep - 1)
                }
                _ => false,
            }
        })
    }

    /// Nothing where the line has no such field.
    fn in_logfmt(&self, text: &[u8]) -> Option<bool> {
        if !self.name.is_in(text) {
            return None;
        }
        let mut values = Tokens::new(text).filter_map(|token| match token {
            Token::Pair(key, value) if key == self.path.as_bytes() => Some(value),
            _ => None,
        });
        values.next().map(|value| self.fits(&unescape(value)))
    }

    fn fits(&self, value: &[u8]) -> bool {
        match self.op {
            Op::Has => self.needle.is_in(value),
            Op::Is => value == self.value.as_bytes() || self.number.is_some() && self.number == number(value),
            Op::Less => self.compare(value, |a, b| a < b),
            Op::AtMost => self.compare(value, |a, b| a <= b),
            Op::More => self.compare(value, |a, b| a > b),
            Op::AtLeast => self.compare(value, |a, b| a >= b),
        }
    }

    fn compare(&self, value: &[u8], holds: impl Fn(f64, f64) -> bool) -> bool {
        matches!((number(value), self.number), (Some(a), Some(b)) if holds(a, b))
    }
}

fn number(value: &[u8]) -> Option<f64> {
    std::str::from_utf8(value).ok()?.trim().parse().ok()
}
