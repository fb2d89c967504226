//! How far the rows of a table may be believed: loading, empty, stale and failed are told apart here, over all of its feeds
//! and over those in which its feeds are found (regions, clusters).
use std::borrow::Cow;

use super::canvas::Canvas;
use crate::{
    error::{Error, Trouble},
    kinds::{Kind, Reach, Scope},
    model::{
        Model,
        store::{Feed, FeedKey, Load},
        table::Table,
    },
};

/// What keeps rows from being true, worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ill {
    /// Something is missing in an answer that is otherwise good.
    Partial,
    /// It broke and is being mended by itself.
    Lost,
    /// It failed and waits to be asked again.
    Failed,
}

#[derive(Debug)]
pub struct Complaint<'a> {
    pub ill: Ill,
    pub feed: &'a Feed,
    pub error: &'a Error,
}

impl Complaint<'_> {
    /// What and why in one sentence, with the place if neither names it.
    pub fn words(&self) -> String {
        let mut words = self.error.what.clone();
        if !self.error.why.is_empty() {
            words = format!("{words}: {}", self.error.why);
        }
        let scope = &self.feed.key.scope;
        let place = [&scope.cluster, &scope.region, &scope.account].into_iter().find(|part| !part.is_empty());
        match place {
            Some(place) if !words.contains(&**place) => format!("{words} (in {})", scope.path()),
            _ => words,
        }
    }
}

#[derive(Debug, Default)]
pub struct Standing<'a> {
    /// Lists that the rows come from.
    pub feeds: usize,
    /// Those of them that have never answered in full.
    pub loading: usize,
    /// Those that are asked again over the rows from before.
    pub again: usize,
    /// Whether what is still unknown includes places that would have lists of their own.
    pub searching: bool,
    /// Worst first.
    pub complaints: Vec<Complaint<'a>>,
    /// When the oldest rows were last true, of lists that are not kept up.
    pub listed: Option<i64>,
    /// When the rows were last true, of those asked again or lost or failed.
    pub since: Option<i64>,
}

impl<'a> Standing<'a> {
    pub fn of(model: &'a Model, table: &'a Table) -> Self {
        let mut standing = Self::default();
        if let Reach::Within(parent) = table.kind.reach() {
            let around = Scope { within: "".into(), ..table.scope.clone() };
            if let Some(feed) = model.store.get(&FeedKey::new(parent, around)) {
                standing.own(model, feed);
            }
        } else {
            let feeds = table.feeds().iter().filter_map(|no| model.store.feed(*no));
            for feed in feeds {
                standing.own(model, feed);
            }
            for kind in above(model, table) {
                let feeds = model.store.of_kind(*kind).map(|(_, feed)| feed);
                feeds.filter(|feed| concerns(&table.scope, feed)).for_each(|feed| standing.above(feed));
            }
        }
        standing.complaints.sort_by_key(|complaint| std::cmp::Reverse(complaint.ill));
        standing
    }

    fn own(&mut self, model: &Model, feed: &'a Feed) {
        self.feeds += 1;
        match &feed.load {
            Load::Loading if feed.whole => {
                self.again += 1;
                self.old(feed);
            }
            Load::Loading => self.loading += 1,
            Load::Ready => {
                let kept_up = model.store.owner(&feed.key).is_some_and(|task| model.tasks.is_live(task));
                if !kept_up {
                    self.listed = Some(self.listed.map_or(feed.at, |at| at.min(feed.at)));
                }
            }
            Load::Lost(_) | Load::Failed(_) => {
                if feed.whole || !feed.rows.is_empty() {
                    self.old(feed);
                }
            }
        }
        self.complain(feed);
    }

    fn old(&mut self, feed: &Feed) {
        self.since = Some(self.since.map_or(feed.at, |at| at.min(feed.at)));
    }

    fn above(&mut self, feed: &'a Feed) {
        self.searching |= feed.load == Load::Loading && !feed.whole;
        self.complain(feed);
    }

    fn complain(&mut self, feed: &'a Feed) {
        match &feed.load {
            Load::Lost(error) => self.complaints.push(Complaint { ill: Ill::Lost, feed, error }),
            Load::Failed(error) => self.complaints.push(Complaint { ill: Ill::Failed, feed, error }),
            Load::Loading | Load::Ready => {}
        }
        self.complaints.extend(feed.partial.iter().map(|error| Complaint { ill: Ill::Partial, feed, error }));
    }

    pub fn count(&self, ill: Ill) -> usize {
        self.complaints.iter().filter(|complaint| complaint.ill == ill).count()
    }

    pub fn worst(&self) -> Option<&Complaint<'a>> {
        self.complaints.first()
    }

    /// Whether no rows means that there are none.
    pub fn whole(&self) -> bool {
        self.feeds > 0 && self.loading == 0 && !self.searching && self.complaints.is_empty()
    }

    pub fn wants_credentials(&self) -> bool {
        self.complaints.iter().any(|complaint| complaint.error.trouble == Trouble::Credentials)
    }

    /// The state in few words, such as `2 of 12 failed, 3 loading`; nothing if all is well and new.
    pub fn short(&self, canvas: &mut Canvas<'_>) -> Option<String> {
        let mut parts: Vec<Cow<'_, str>> = Vec::new();
        let share = |n: usize, word: &str| {
            if n >= self.feeds { word.to_owned() } else { format!("{n} of {} {word}", self.feeds) }
        };
        let failed = self.count(Ill::Failed);
        let lost = self.count(Ill::Lost);
        let age = self.since.map_or_else(String::new, |at| canvas.age(at));
        if failed > 0 {
            let old = if lost == 0 && !age.is_empty() { format!(", rows {age} old") } else { String::new() };
            parts.push(format!("{}{old}", share(failed, "FAILED")).into());
        }
        if lost > 0 {
            let word = if age.is_empty() { "UNREACHABLE".to_owned() } else { format!("STALE {age}") };
            parts.push(share(lost, &word).into());
        }
        if self.loading > 0 && self.feeds > 1 {
            parts.push(format!("loading {}/{}…", self.feeds - self.loading, self.feeds).into());
        } else if self.loading > 0 || self.searching {
            parts.push("loading…".into());
        } else if self.again > 0 && failed + lost == 0 {
            parts.push(format!("listing again, rows {age} old").into());
        }
        if failed + lost == 0 && self.count(Ill::Partial) > 0 {
            parts.push("INCOMPLETE".into());
        }
        if parts.is_empty()
            && let Some(at) = self.listed.filter(|at| canvas.model.now - at >= 60)
        {
            parts.push(format!("listed {} ago", minutes(canvas, at)).into());
        } else if let (true, Some(at)) = (parts.is_empty(), self.listed) {
            canvas.changes_in(60 - (canvas.model.now - at).max(0));
        }
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// An age that nobody needs to the second: it wakes the console once a minute.
fn minutes(canvas: &mut Canvas<'_>, at: i64) -> String {
    let seconds = canvas.model.now - at;
    if seconds >= 600 {
        return canvas.age(at);
    }
    canvas.changes_in(60 - seconds % 60);
    format!("{}m", seconds / 60)
}

/// The kinds whose rows say where this table's lists are.
fn above(model: &Model, table: &Table) -> &'static [Kind] {
    let regions = model.estate.regions.is_empty();
    match table.kind.reach() {
        Reach::Region if regions => &[Kind::Region],
        Reach::Cluster if model.estate.eks && table.scope.cluster.is_empty() && regions => {
            &[Kind::Cluster, Kind::Region]
        }
        Reach::Cluster if model.estate.eks && table.scope.cluster.is_empty() => &[Kind::Cluster],
        Reach::Region | Reach::Cluster | Reach::Account | Reach::Within(_) => &[],
    }
}

/// Whether what a feed lists could hold something of this scope.
fn concerns(wish: &Scope, feed: &Feed) -> bool {
    let fits = |wish: &str, is: &str| wish.is_empty() || is.is_empty() || wish == is;
    let scope = &feed.key.scope;
    fits(&wish.account, &scope.account) && fits(&wish.region, &scope.region)
}
