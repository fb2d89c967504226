//! What the footer has to say, one line at a time, and the log of everything that went wrong.
use std::collections::VecDeque;

use crate::error::Error;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    Said(String),
    Wrong(Error),
}

#[derive(Debug, PartialEq, Eq)]
pub struct Logged {
    pub at: i64,
    pub error: Error,
    /// How often in a row the same went wrong.
    pub times: u32,
}

const REMEMBERED: usize = 500;

/// Waiting notices are shown one after the other: an error that nobody has read is never covered by the next.
#[derive(Debug, Default)]
pub struct Notices {
    waiting: VecDeque<Notice>,
    log: VecDeque<Logged>,
}

impl Notices {
    pub fn say(&mut self, text: impl Into<String>) {
        // what was only said gives way to what is said now
        self.waiting.retain(|notice| matches!(notice, Notice::Wrong(_)));
        self.waiting.push_back(Notice::Said(text.into()));
    }

    /// Into the log, and into the footer if it is worth a line there.
    pub fn wrong(&mut self, error: Error, at: i64, show: bool) {
        match self.log.back_mut() {
            Some(last) if last.error == error => {
                last.at = at;
                last.times += 1;
            }
            _ => {
                if self.log.len() == REMEMBERED {
                    self.log.pop_front();
                }
                self.log.push_back(Logged { at, error: error.clone(), times: 1 });
            }
        }
        let wrong = Notice::Wrong(error);
        if show && !self.waiting.contains(&wrong) {
            self.waiting.push_back(wrong);
        }
    }

    #[must_use]
    pub fn front(&self) -> Option<&Notice> {
        self.waiting.front()
    }

    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// A key was pressed: the line has been read.
    pub fn read(&mut self) {
        self.waiting.pop_front();
    }

    /// Newest first.
    #[must_use]
    pub fn log(&self) -> impl DoubleEndedIterator<Item = &Logged> {
        self.log.iter().rev()
    }
}
