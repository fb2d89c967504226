//! All groups that are read in one account and region, and their scheduler: what a job carries out, ask by ask.
use indexmap::IndexMap;

use super::{
    Failure, Told,
    group::{Ask, Group, Page, Step},
    scheduler::{Scheduler, Turn, Weight},
};
use crate::log::TargetNo;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Do {
    Ask(TargetNo, Ask),
    /// Nothing before this time (`i64::MAX`: not before an answer).
    Wait(i64),
    /// All is read and nothing is followed.
    Done,
}

#[derive(Debug)]
pub struct Region {
    groups: IndexMap<TargetNo, Group>,
    pub scheduler: Scheduler,
}

impl Region {
    #[must_use]
    pub fn new(scheduler: Scheduler) -> Self {
        Self { groups: IndexMap::new(), scheduler }
    }

    pub fn join(&mut self, who: TargetNo, group: Group, weight: Weight) {
        self.groups.insert(who, group);
        self.scheduler.join(who, weight);
    }

    /// Stops reading it; what of it was wanted and not read is told.
    pub fn leave(&mut self, who: TargetNo, now: i64) -> Vec<Told> {
        self.scheduler.leave(who);
        self.groups.shift_remove(&who).map_or_else(Vec::new, |mut group| group.leave(now))
    }

    pub fn group(&mut self, who: TargetNo) -> Option<&mut Group> {
        self.groups.get_mut(&who)
    }

    pub fn groups(&self) -> impl Iterator<Item = (&TargetNo, &Group)> {
        self.groups.iter()
    }

    /// To be called until it says `Wait` or `Done`: asks of different groups go out side by side.
    pub fn next(&mut self, now: i64) -> Do {
        let mut soonest = i64::MAX;
        let mut done = true;
        for (who, group) in &mut self.groups {
            let Some(due) = group.due(now) else { continue };
            done = false;
            if due <= now {
                self.scheduler.want(*who, due);
            } else {
                soonest = soonest.min(due);
            }
        }
        if done {
            return Do::Done;
        }
        match self.scheduler.next(now) {
            // What it asks is settled when it may: the newest then is newer.
            Turn::Go(who) => {
                if let Some(Step::Ask(ask)) = self.groups.get_mut(&who).map(|group| group.next(now)) {
                    return Do::Ask(who, ask);
                }
                self.scheduler.done(who, false, now);
                Do::Wait(now + 1)
            }
            Turn::Wait(until) => Do::Wait(until.min(soonest)),
            Turn::Idle => Do::Wait(soonest),
        }
    }

    pub fn answered(&mut self, who: TargetNo, ask: &Ask, page: Page, now: i64) -> Vec<Told> {
        self.scheduler.done(who, false, now);
        self.groups.get_mut(&who).map_or_else(Vec::new, |group| group.answered(ask, page, now))
    }

    pub fn failed(&mut self, who: TargetNo, ask: &Ask, failure: Failure, now: i64) -> Vec<Told> {
        self.scheduler.done(who, failure == Failure::Throttled, now);
        self.groups.get_mut(&who).map_or_else(Vec::new, |group| group.failed(ask, failure, now))
    }

    /// The machine slept, or a clock was set.
    pub fn pulse(&mut self, now: i64) {
        self.groups.values_mut().for_each(|group| group.pulse(now));
    }

    /// What changed by time alone; about once a second.
    pub fn look(&mut self, now: i64) -> Vec<Told> {
        self.groups.values_mut().flat_map(|group| group.look(now)).collect()
    }
}
