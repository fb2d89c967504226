//! Reads one TOML document value by value, keeping lines and collecting every mistake instead of stopping at the first.
use std::{ops::Range, path::Path};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Mistake, Place};

/// A value and the line it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Set<T> {
    pub value: T,
    pub line: usize,
}

pub type Key<'a> = Spanned<std::borrow::Cow<'a, str>>;
pub type Value<'a> = Spanned<DeValue<'a>>;

pub struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    pub mistakes: Vec<Mistake>,
}

impl<'a> Reader<'a> {
    /// Also what stands when the text is broken: the parser goes on after a mistake as well as it can.
    pub fn parse(path: &'a Path, text: &'a str) -> (Self, Spanned<DeTable<'a>>) {
        let mut reader = Self { path, text, mistakes: Vec::new() };
        let (document, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            reader.wrong(&error.span().unwrap_or(0..0), format!("not TOML: {message}"), "");
        }
        (reader, document)
    }

    pub fn line(&self, span: &Range<usize>) -> usize {
        let end = span.start.min(self.text.len());
        1 + String::from_utf8_lossy(&self.text.as_bytes()[..end]).matches('\n').count()
    }

    fn place(&self, span: &Range<usize>) -> Place {
        Place::file(self.path, Some(self.line(span)))
    }

    pub fn wrong(&mut self, span: &Range<usize>, what: impl Into<String>, hint: impl Into<String>) {
        self.mistakes.push(Mistake::new(self.place(span), what, hint));
    }

    pub fn unknown_key(&mut self, key: &Key, known: &[&str]) {
        let place = self.place(&key.span());
        let name = key.get_ref();
        self.mistakes.push(Mistake::unknown(place, format!("no setting is called `{name}` here"), name, known));
    }

    fn mistyped<T>(&mut self, key: &Key, value: &Value, wanted: &str) -> Option<T> {
        let found = match value.get_ref() {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) | DeValue::Float(_) => "a number",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.wrong(&value.span(), format!("`{}` takes {wanted}, this is {found}", key.get_ref()), "");
        None
    }

    fn set<T>(&self, value: &Value, inner: T) -> Set<T> {
        Set { value: inner, line: self.line(&value.span()) }
    }

    pub fn text(&mut self, key: &Key, value: &Value) -> Option<Set<String>> {
        match value.get_ref() {
            DeValue::String(text) if text.trim().is_empty() => {
                self.wrong(&value.span(), format!("`{}` is empty", key.get_ref()), "leave the line out instead");
                None
            }
            DeValue::String(text) => Some(self.set(value, text.to_string())),
            _ => self.mistyped(key, value, "a text"),
        }
    }

    pub fn truth(&mut self, key: &Key, value: &Value) -> Option<Set<bool>> {
        match value.get_ref() {
            DeValue::Boolean(truth) => Some(self.set(value, *truth)),
            _ => self.mistyped(key, value, "true or false"),
        }
    }

    pub fn number(&mut self, key: &Key, value: &Value, within: Range<u16>) -> Option<Set<u16>> {
        let DeValue::Integer(number) = value.get_ref() else { return self.mistyped(key, value, "a whole number") };
        match u16::from_str_radix(number.as_str(), number.radix()) {
            Ok(number) if within.contains(&number) => Some(self.set(value, number)),
            _ => {
                let what = format!("`{}` must be from {} to {}", key.get_ref(), within.start, within.end - 1);
                self.wrong(&value.span(), what, "");
                None
            }
        }
    }

    pub fn texts(&mut self, key: &Key, value: &Value) -> Option<Set<Vec<String>>> {
        let DeValue::Array(items) = value.get_ref() else { return self.mistyped(key, value, "a list of texts") };
        let texts = items.iter().filter_map(|item| self.text(key, item)).map(|set| set.value).collect();
        Some(self.set(value, texts))
    }

    /// One of a few words.
    pub fn choice<T: Copy>(&mut self, key: &Key, value: &Value, known: &[(&str, T)]) -> Option<Set<T>> {
        let text = self.text(key, value)?;
        if let Some((_, found)) = known.iter().find(|(name, _)| *name == text.value) {
            return Some(Set { value: *found, line: text.line });
        }
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        let what = format!("`{}` cannot be `{}`", key.get_ref(), text.value);
        self.mistakes.push(Mistake::unknown(self.place(&value.span()), what, &text.value, &names));
        None
    }

    pub fn table<'v, 't>(&mut self, key: &Key, value: &'v Value<'t>) -> Option<&'v DeTable<'t>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => self.mistyped(key, value, "a table"),
        }
    }
}
