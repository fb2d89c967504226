//! Lines as they are printed: for people with time and source before them, for programs as records.
use std::{collections::BTreeMap, io::Write};

use jiff::Timestamp;
use serde_json::json;

use crate::{
    error::Error,
    log::{
        Event, Gap, Level, News, TargetNo,
        follow::{Standing, Told},
        store::{self, Line, LineNo, Store, fields, query::Query},
    },
    model::{
        logs::names::{Names, title},
        task::TaskId,
        zone::Zone,
    },
    text,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Plain,
    Coloured,
    /// One record a line: `{"target", "source", "time", "ingested", "id", "level", "message"}`; times as RFC 3339, what is not
    /// known as null.
    Json,
}

/// The one reading that is printed.
const TASK: TaskId = TaskId(0);

pub struct Lines {
    form: Form,
    zone: Zone,
    query: Query,
    names: Names,
    gaps: Vec<Gap>,
    /// Parts of what was asked for that cannot be read.
    missing: Vec<Error>,
    /// What is wrong with a target now.
    troubles: BTreeMap<TargetNo, Error>,
    /// Lines wait here for the end where they are to come in order and come from several targets.
    waiting: Option<Vec<Event>>,
}

impl Lines {
    /// `in_order`: nothing is printed before everything was read.
    #[must_use]
    pub fn new(form: Form, zone: Zone, query: Query, in_order: bool) -> Self {
        let waiting = in_order.then(Vec::new);
        Self {
            form,
            zone,
            query,
            names: Names::default(),
            gaps: vec![],
            missing: vec![],
            troubles: BTreeMap::new(),
            waiting,
        }
    }

    /// What is to be printed now.
    pub fn take(&mut self, news: Vec<News>) -> Vec<u8> {
        let mut out = vec![];
        let mut events = vec![];
        for news in news {
            match news {
                News::Target(no, target) => {
                    self.names.target(TASK, no, target);
                }
                News::Chunk(chunk) => {
                    let mut store = Store::new(usize::MAX);
                    let added = store.adopt(chunk);
                    let lines = added.lines.filter_map(|no| store.line(LineNo(no)));
                    let own = |line: Line<'_>| self.names.own_source(TASK, line.source);
                    lines.for_each(|line| self.line(&Line { source: own(line), ..line }, None, &mut out));
                }
                News::Missing(error) => self.missing.push(error),
                News::Told(told) => self.told(told, &mut events),
            }
        }
        match &mut self.waiting {
            Some(waiting) => waiting.extend(events),
            None => self.print(events, &mut out),
        }
        out
    }

    fn told(&mut self, told: Told, events: &mut Vec<Event>) {
        match told {
            Told::Source(no, source) => self.names.source(TASK, no, source),
            // many read at once: who has the next number is not always told of next
            Told::Events(more) => {
                let own = |event: Event| Event { source: self.names.own_source(TASK, event.source), ..event };
                events.extend(more.into_iter().map(own));
            }
            Told::Note { source, at, words } => {
                let (source, text) = (self.names.own_source(TASK, source), words.into_bytes().into());
                events.push(Event { source, at, ingested: None, id: None, text, provisional: false });
            }
            Told::Gap(gap) => self.gaps.push(self.own_gap(gap)),
            Told::Mended(gap) => {
                let gap = self.own_gap(gap);
                self.gaps.retain(|known| *known != gap);
            }
            Told::Standing(no, Standing::Denied(error) | Standing::Gone(error) | Standing::Lost(error)) => {
                self.troubles.insert(no, error);
            }
            Told::Standing(no, _) => {
                // it goes on: what was missed is read again, and what is not is a gap
                self.troubles.remove(&no);
            }
            Told::Confirmed(_) | Told::Cursor(..) => {}
        }
    }

    fn own_gap(&self, gap: Gap) -> Gap {
        Gap { target: self.names.own_target(TASK, gap.target), ..gap }
    }

    /// What waited for the end.
    pub fn rest(&mut self) -> Vec<u8> {
        let mut out = vec![];
        if let Some(waiting) = self.waiting.take() {
            self.print(waiting, &mut out);
        }
        out
    }

    fn print(&self, mut events: Vec<Event>, out: &mut Vec<u8>) {
        events.sort_by(|a, b| (a.at, a.ingested, &a.id).cmp(&(b.at, b.ingested, &b.id)));
        for event in &events {
            let line = Line {
                no: LineNo(0),
                at: event.at,
                ingested: event.ingested,
                source: event.source,
                level: store::level(&event.text),
                provisional: event.provisional,
                continued: false,
                stamped: true,
                text: &event.text,
            };
            self.line(&line, event.id.as_deref(), out);
        }
    }

    fn line(&self, line: &Line<'_>, id: Option<&str>, out: &mut Vec<u8>) {
        if !self.query.matches(line, self.names.words()) {
            return;
        }
        let name = self.names.of(line.source);
        // writing into memory does not fail
        let _written = match self.form {
            Form::Json => {
                let time = |at: i64| Timestamp::from_millisecond(at).map(|at| format!("{at:.3}")).ok();
                let record = json!({
                    "target": self.names.target_of(line.source).map(title),
                    "source": name.map(|name| &*name.source.part),
                    "time": time(line.at),
                    "ingested": line.ingested.and_then(time),
                    "id": id,
                    "level": line.level.word(),
                    "message": String::from_utf8_lossy(line.text),
                });
                writeln!(out, "{record}")
            }
            form => {
                let message = fields::message(line.text);
                let words = String::from_utf8_lossy(&message);
                // what is inside one event stays together, and none of it steers the terminal
                let words: Vec<_> = words.trim_end().lines().map(text::clean).collect();
                let words = words.join("\n    ");
                let (before, after) = if form == Form::Coloured { colours(line.level) } else { ("", "") };
                let (dim, plain) = if form == Form::Coloured { ("\x1b[2m", "\x1b[0m") } else { ("", "") };
                let short = name.map_or("", |name| &name.short);
                let short = if self.names.count() > 1 { format!("{} ", text::clean(short)) } else { String::new() };
                writeln!(out, "{dim}{} {short}{plain}{before}{words}{after}", self.zone.clock(line.at, true))
            }
        };
    }

    /// All that is wrong with what was printed, in sentences.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        let gap = |gap: &Gap| {
            let target = self.names.named(gap.target).map(title).unwrap_or_default();
            let (from, to) = (self.zone.clock(gap.from, true), self.zone.clock(gap.to, true));
            format!("{target} may have said more from {from} to {to}: {}", gap.why)
        };
        let mut troubles: Vec<String> =
            self.missing.iter().chain(self.troubles.values()).map(ToString::to_string).collect();
        troubles.dedup();
        troubles.into_iter().chain(self.gaps.iter().map(gap)).collect()
    }
}

const fn colours(level: Level) -> (&'static str, &'static str) {
    match level {
        Level::Fatal | Level::Error => ("\x1b[31m", "\x1b[0m"),
        Level::Warn => ("\x1b[33m", "\x1b[0m"),
        Level::Debug | Level::Trace => ("\x1b[2m", "\x1b[0m"),
        Level::Info | Level::Unknown => ("", ""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Source, SourceNo, Target};

    fn file(no: u32) -> News {
        News::Target(TargetNo(no), Target::File { path: format!("file-{no}").into() })
    }

    fn source(no: u32) -> News {
        News::Told(Told::Source(SourceNo(no), Source { target: TargetNo(no), part: "".into() }))
    }

    fn says(no: u32) -> News {
        let text = format!("said by {no}").into_bytes().into();
        let event = Event { source: SourceNo(no), at: 1_000, ingested: None, id: None, text, provisional: false };
        News::Told(Told::Events(vec![event]))
    }

    #[test]
    fn each_line_has_the_name_of_who_said_it_in_whatever_order_they_were_told_of() {
        let mut lines = Lines::new(Form::Json, Zone::utc(), Query::default(), false);
        let said = lines.take(vec![file(1), file(0), source(1), source(0), says(0), says(1)]);
        let said = String::from_utf8(said).unwrap();
        let records: Vec<serde_json::Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(records.len(), 2, "{said}");
        for record in records {
            let no = record["message"].as_str().unwrap().trim_start_matches("said by ");
            assert_eq!(record["target"], format!("file-{no}"), "{said}");
        }
    }

    #[test]
    fn a_gap_is_told_of_the_target_that_has_it() {
        let mut lines = Lines::new(Form::Json, Zone::utc(), Query::default(), false);
        let gap = Gap { target: TargetNo(0), from: 0, to: 1_000, why: "nobody could ask".into() };
        lines.take(vec![file(1), file(0), News::Told(Told::Gap(gap.clone()))]);
        assert!(lines.complaints()[0].starts_with("file-0 "), "{:?}", lines.complaints());
        lines.take(vec![News::Told(Told::Mended(gap))]);
        assert!(lines.complaints().is_empty());
    }
}
