//! All that is known of one thing: its pairs at once, the whole object when it has been fetched.
use std::sync::Arc;

use super::{store::FeedKey, task::TaskId};
use crate::error::Error;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Pairs,
    Yaml,
    Json,
}

/// The object as the API gives it, in both forms, split into lines once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Raw {
    pub yaml: Arc<[Box<str>]>,
    pub json: Arc<[Box<str>]>,
}

#[derive(Debug)]
pub struct Detail {
    /// Where it was listed; none for what is in no table, such as a line of a log.
    pub feed: Option<FeedKey>,
    /// What it is, in a word.
    pub what: &'static str,
    pub id: String,
    pub name: String,
    pub form: Form,
    pub pairs: Vec<(String, String)>,
    pub raw: Option<Result<Raw, Error>>,
    pub task: Option<TaskId>,
    pub offset: usize,
    pub search: String,
    /// Lines that the search found, and which of them is shown.
    pub found: Vec<usize>,
    pub at: usize,
}

impl Detail {
    /// What is in no table, and is known already.
    #[must_use]
    pub fn told(what: &'static str, name: String, pairs: Vec<(String, String)>, raw: Raw) -> Self {
        Self {
            feed: None,
            what,
            id: String::new(),
            name,
            form: Form::Pairs,
            pairs,
            raw: Some(Ok(raw)),
            task: None,
            offset: 0,
            search: String::new(),
            found: vec![],
            at: 0,
        }
    }

    /// The lines of the form that is shown; none while they are fetched.
    #[must_use]
    pub fn lines(&self) -> Vec<&str> {
        match (self.form, &self.raw) {
            (Form::Pairs, _) => self.pairs.iter().map(|(_, value)| value.as_str()).collect(),
            (Form::Yaml, Some(Ok(raw))) => raw.yaml.iter().map(AsRef::as_ref).collect(),
            (Form::Json, Some(Ok(raw))) => raw.json.iter().map(AsRef::as_ref).collect(),
            _ => vec![],
        }
    }

    #[must_use]
    pub fn count(&self) -> usize {
        match (self.form, &self.raw) {
            (Form::Pairs, _) => self.pairs.len(),
            (Form::Yaml, Some(Ok(raw))) => raw.yaml.len(),
            (Form::Json, Some(Ok(raw))) => raw.json.len(),
            _ => 0,
        }
    }

    pub fn scroll(&mut self, by: isize, height: usize) {
        let last = self.count().saturating_sub(height.max(1));
        self.offset = self.offset.saturating_add_signed(by).min(last);
    }

    pub fn search(&mut self, text: &str, height: usize) {
        text.clone_into(&mut self.search);
        let wanted = text.to_lowercase();
        self.found = if wanted.is_empty() {
            vec![]
        } else if self.form == Form::Pairs {
            let hit = |(key, value): &(String, String)| {
                key.to_lowercase().contains(&wanted) || value.to_lowercase().contains(&wanted)
            };
            self.pairs.iter().enumerate().filter(|(_, pair)| hit(pair)).map(|(n, _)| n).collect()
        } else {
            let hit = |line: &str| line.to_lowercase().contains(&wanted);
            self.lines().iter().enumerate().filter(|(_, line)| hit(line)).map(|(n, _)| n).collect()
        };
        self.at = self.found.iter().position(|n| *n >= self.offset).unwrap_or(0);
        self.show_hit(height);
    }

    pub fn next_hit(&mut self, by: isize, height: usize) {
        if let Some(last) = self.found.len().checked_sub(1) {
            self.at = match self.at.checked_add_signed(by) {
                None => last,
                Some(at) if at > last => 0,
                Some(at) => at,
            };
        }
        self.show_hit(height);
    }

    fn show_hit(&mut self, height: usize) {
        if let Some(line) = self.found.get(self.at)
            && !(self.offset..self.offset + height.max(1)).contains(line)
        {
            self.offset = line.saturating_sub(height / 3);
        }
        self.scroll(0, height);
    }
}
