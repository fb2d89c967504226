//! What looks alike, collapsed: lines that differ in numbers, names and ids are one **template** with a count, after Drain (He et
//! al., 2017). Lines are first parted by how many words they have and with which they begin; within such a group a line goes to
//! the template it shares most words with, and words that differ become `<*>`.
mod words;

use std::{
    cmp::{Ordering, Reverse},
    collections::BTreeMap,
};

use hashbrown::HashMap;
pub use words::ANY;
use words::Words;

use super::{Line, LineNo};
use crate::log::Level;

/// Of the words of a line, so many in ten must be those of its template.
const ALIKE: usize = 5;
/// So many ways of saying a template are remembered, to be found again without a search.
const REMEMBERED: usize = 1 << 16;
/// What came less often is no news of more or less.
const FEW: u64 = 10;

/// Lines that look alike.
#[derive(Clone, Debug)]
pub struct Template {
    words: Vec<Box<str>>,
    pub lines: u64,
    /// By level, as `Level` numbers them.
    pub levels: [u64; 7],
    /// One of them: the first that was seen.
    pub example: LineNo,
    pub first: i64,
    pub last: i64,
    /// How many there were in the span that is looked at and in the one it is compared with.
    pub now: u64,
    pub before: u64,
}

impl Template {
    #[must_use]
    pub fn text(&self) -> String {
        self.words.join(" ")
    }

    /// The worst level that its lines have.
    #[must_use]
    pub fn level(&self) -> Level {
        const ALL: [Level; 7] =
            [Level::Unknown, Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Fatal];
        ALL.into_iter().rev().find(|level| self.levels[*level as usize] > 0).unwrap_or_default()
    }
}

/// How a template is of interest against the span before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum News {
    /// It was not there before.
    New,
    /// It is there no more.
    Gone,
    /// So many times as often, for the same length of time: 3 and more.
    More(f64),
    /// So many times as often: a third and less.
    Less(f64),
}

/// Times from and up to.
pub type Span = (i64, i64);

#[derive(Debug)]
pub struct Patterns {
    /// At most so many templates.
    limit: usize,
    templates: Vec<Template>,
    /// By number of words and first word: which templates.
    groups: BTreeMap<(usize, Box<[u8]>), Vec<usize>>,
    /// By the masked words of a line: which template they led to, and whether only for want of room.
    known: HashMap<u64, (usize, bool)>,
    /// The span that is looked at, and the one it is compared with.
    now: Span,
    before: Span,
    /// Lines that were put to the nearest template because there was no room for one of their own.
    merged: u64,
    /// Lines that no template was near to, and for which there was no room.
    others: u64,
    words: Words,
}

impl Patterns {
    /// At most so many templates, of all times.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self::comparing(limit, (i64::MIN, i64::MAX), (0, 0))
    }

    /// What is in one span of time against another.
    #[must_use]
    pub fn comparing(limit: usize, now: Span, before: Span) -> Self {
        let (templates, groups, known) = (Vec::new(), BTreeMap::new(), HashMap::new());
        Self { limit, templates, groups, known, now, before, merged: 0, others: 0, words: Words::default() }
    }

    /// Takes a line in.
    pub fn feed(&mut self, line: &Line<'_>) {
        self.words.read(line.text);
        if self.words.len() == 0 {
            return;
        }
        let hash = self.words.hash();
        let found = match self.known.get(&hash) {
            Some(known) => Some(*known),
            None => self.place(line),
        };
        let Some((at, crowded)) = found else {
            self.others += 1;
            return;
        };
        self.merged += u64::from(crowded);
        if self.known.len() >= REMEMBERED {
            self.known.clear();
        }
        self.known.insert(hash, (at, crowded));
        let template = &mut self.templates[at];
        template.lines += 1;
        template.levels[line.level as usize] += 1;
        (template.first, template.last) = (template.first.min(line.at), template.last.max(line.at));
        let is_in = |(from, to): Span| (from..to).contains(&line.at);
        template.now += u64::from(is_in(self.now));
        template.before += u64::from(is_in(self.before));
    }

    /// The template for the words that were read: one that they are like, a new one, or where there is no room the nearest.
    fn place(&mut self, line: &Line<'_>) -> Option<(usize, bool)> {
        let first = self.words.iter().next().unwrap_or_default();
        let key = (self.words.len(), Box::from(first));
        let group = self.groups.get(&key).map_or(&[][..], |group| group);
        let nearest = group.iter().map(|at| (self.alike(*at), Reverse(*at))).max();
        let enough = nearest.filter(|(alike, _)| *alike * 10 >= ALIKE * self.words.len());
        if enough.is_none() && self.templates.len() < self.limit {
            let words = self.words.iter().map(|word| String::from_utf8_lossy(word).into()).collect();
            let (at, example) = (self.templates.len(), line.no);
            let (first, last) = (line.at, line.at);
            self.templates.push(Template { words, lines: 0, levels: [0; 7], example, first, last, now: 0, before: 0 });
            self.groups.entry(key).or_default().push(at);
            return Some((at, false));
        }
        let (_, Reverse(at)) = enough.or(nearest)?;
        for (own, word) in self.templates[at].words.iter_mut().zip(self.words.iter()) {
            if own.as_bytes() != word && **own != *ANY && *own.as_bytes() != *String::from_utf8_lossy(word).as_bytes() {
                *own = ANY.into();
            }
        }
        Some((at, enough.is_none()))
    }

    /// How many of the words that were read are those of a template.
    fn alike(&self, template: usize) -> usize {
        let words = self.templates[template].words.iter().zip(self.words.iter());
        words.filter(|(own, word)| own.as_bytes() == *word).count()
    }

    /// Which template a line would go to, if there is one.
    #[must_use]
    pub fn of(&self, text: &[u8]) -> Option<&Template> {
        let mut words = Words::default();
        words.read(text);
        self.known.get(&words.hash()).map(|(at, _)| &self.templates[*at])
    }

    /// The templates, most lines first.
    #[must_use]
    pub fn list(&self) -> Vec<&Template> {
        let mut list: Vec<&Template> = self.templates.iter().collect();
        list.sort_by_key(|template| Reverse(template.lines));
        list
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.templates.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.templates.is_empty()
    }

    /// Lines that were put to the nearest template, and lines that are in none, because there was no room for more templates.
    #[must_use]
    pub fn crowded(&self) -> (u64, u64) {
        (self.merged, self.others)
    }

    /// What is new, gone, or came much more or much less often than in the span before; new ones first, then by how much.
    #[must_use]
    pub fn news(&self) -> Vec<(&Template, News)> {
        let length = |(from, to): Span| i128::from(to) - i128::from(from);
        #[expect(clippy::cast_precision_loss, reason = "a ratio for the eye")]
        let scale = length(self.before).max(1) as f64 / length(self.now).max(1) as f64;
        let news = |template: &Template| {
            #[expect(clippy::cast_precision_loss, reason = "a ratio for the eye")]
            let times = template.now as f64 / template.before as f64 * scale;
            match (template.now, template.before) {
                (0, 0) => None,
                (_, 0) => Some(News::New),
                (0, _) => Some(News::Gone),
                (now, _) if now >= FEW && times >= 3.0 => Some(News::More(times)),
                (_, before) if before >= FEW && times <= 1.0 / 3.0 => Some(News::Less(times)),
                _ => None,
            }
        };
        let mut all: Vec<_> = self.templates.iter().filter_map(|own| news(own).map(|news| (own, news))).collect();
        all.sort_by(|(a, of_a), (b, of_b)| {
            let count = || (b.now + b.before).cmp(&(a.now + a.before));
            of_a.rank().cmp(&of_b.rank()).then_with(|| of_a.size(*of_b)).then_with(count)
        });
        all
    }
}

impl News {
    fn rank(self) -> u8 {
        match self {
            Self::New => 0,
            Self::More(_) => 1,
            Self::Gone => 2,
            Self::Less(_) => 3,
        }
    }

    /// Of two of the same kind, which is told first.
    fn size(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::More(a), Self::More(b)) => b.total_cmp(&a),
            (Self::Less(a), Self::Less(b)) => a.total_cmp(&b),
            _ => Ordering::Equal,
        }
    }
}
