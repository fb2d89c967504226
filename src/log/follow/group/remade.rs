//! What is missing, and what happens to it: gaps that are told and mended, groups that were deleted and made again.
use super::{BackOff, Drain, Gap, Group};
use crate::log::follow::{Standing, Told};

const REMADE: &str = "the log group was deleted and made again: what it had said and was not read yet is lost";
/// How often it is looked up whether a group is still the same.
const IDENTITY_EVERY: i64 = 10 * 60_000;

/// A gap that may still be mended: what of it is not read yet, by listings that began late enough.
#[derive(Debug)]
pub struct Hole {
    gap: Gap,
    left: Vec<(i64, i64)>,
    after: i64,
}

impl Hole {
    fn read(&mut self, from: i64, to: i64) {
        let mut left = Vec::new();
        for (a, b) in self.left.drain(..) {
            if a < from {
                left.push((a, b.min(from - 1)));
            }
            if b > to {
                left.push((a.max(to + 1), b));
            }
        }
        left.retain(|(a, b)| a <= b);
        self.left = left;
    }
}

impl Group {
    /// Tells a gap that what is read later can mend, if it was listed after this time (of the service).
    pub(super) fn tell_gap(&mut self, (from, to): (i64, i64), after: i64, why: &str, told: &mut Vec<Told>) {
        if from <= to {
            let gap = Gap { target: self.target, from, to, why: why.into() };
            told.push(Told::Gap(gap.clone()));
            self.holes.push(Hole { gap, left: vec![(from, to)], after });
        }
    }

    pub(super) fn read_through(&mut self, drain: &Drain, told: &mut Vec<Told>) {
        let Some(began) = drain.began else { return };
        for hole in self.holes.iter_mut().filter(|hole| began >= hole.after) {
            hole.read(drain.from, drain.to);
        }
        let mended = self.holes.extract_if(.., |hole| hole.left.is_empty());
        told.extend(mended.map(|hole| Told::Mended(hole.gap)));
    }

    /// Something may be missing here (a Live Tail that was sampled or broke off): told as a gap until it was read.
    pub fn suspect(&mut self, from: i64, to: i64, why: &str) -> Vec<Told> {
        let mut told = Vec::new();
        let (from, to) = (self.clock.server(from), self.clock.server(to));
        self.tell_gap((from.max(self.reading.since), to), to + super::SETTLES_IN, why, &mut told);
        self.repair_wanted |= from < self.covered - super::SETTLES_IN;
        told
    }

    pub(super) fn gone(&mut self, now: i64) {
        if self.answered_once && self.gone_at.is_none() {
            self.gone_at = Some(self.clock.server(now));
        }
    }

    /// An answer came: trouble is over. What a group said that was deleted meanwhile is lost for good.
    pub(super) fn recovered(&mut self, now: i64, told: &mut Vec<Told>) {
        self.answered_once = true;
        self.back_off = BackOff::default();
        match self.trouble.take() {
            None | Some(Standing::Throttled { .. }) => {}
            Some(_) => self.identity_due = now,
        }
        if now - std::mem::replace(&mut self.troubled_since, i64::MAX).min(now) > 5000 {
            self.repair_wanted = true;
        }
        if let Some(noticed) = self.gone_at.take() {
            let spans = self.unread();
            self.lost(spans, noticed, told);
        }
    }

    /// When the job is to look up when the group was made: a group made again answers as if nothing had been.
    #[must_use]
    pub fn identity_due(&self) -> i64 {
        self.identity_due
    }

    /// `creationTime` of the group, as it was looked up.
    pub fn made(&mut self, at: i64, now: i64) -> Vec<Told> {
        let mut told = Vec::new();
        if self.made.is_some_and(|made| made != at) {
            let spans = std::mem::take(&mut self.doubtful);
            self.lost(spans, self.clock.server(now), &mut told);
        }
        self.made = Some(at);
        self.doubtful = self.unread();
        self.identity_due = now + IDENTITY_EVERY;
        told
    }

    /// What is still to be read, and what is read again for late comers.
    fn unread(&self) -> Vec<(i64, i64)> {
        let running = self.backlog.iter().map(Drain::unread);
        running.chain(self.reading.follow.then_some((self.settled, i64::MAX))).collect()
    }

    /// The group is another one now: what of the former was not read will not be.
    fn lost(&mut self, spans: Vec<(i64, i64)>, upto: i64, told: &mut Vec<Told>) {
        self.made = None;
        self.holes.clear();
        let upto = upto + self.pace.ahead();
        for (from, to) in spans {
            let (from, to) = (from.max(self.reading.since), to.min(upto));
            if from <= to {
                told.push(Told::Gap(Gap { target: self.target, from, to, why: REMADE.into() }));
            }
        }
        let running = self.fast.iter_mut().chain(self.repair.iter_mut()).chain(self.backlog.iter_mut());
        for drain in running {
            drain.begin_anew();
        }
    }

    /// Reading ends here: tells what was wanted and not read.
    pub fn leave(&mut self, now: i64) -> Vec<Told> {
        let mut told = Vec::new();
        if self.ended {
            return told;
        }
        let upto = self.clock.server(now);
        let why = self.trouble.as_ref().map_or_else(|| "not read to its end".into(), |trouble| trouble.words(now));
        let mut spans: Vec<(i64, i64)> = self.backlog.iter().map(|drain| drain.unread()).collect();
        if self.reading.follow && self.opened && self.behind(now) > super::BEHIND {
            spans.push((self.covered, upto));
        }
        for (from, to) in spans {
            let (from, to) = (from.max(self.reading.since), to.min(upto));
            if from <= to {
                told.push(Told::Gap(Gap { target: self.target, from, to, why: why.as_str().into() }));
            }
        }
        self.ended = true;
        if self.trouble.is_none() {
            self.tell_standing(now, &mut told);
        }
        told
    }
}
