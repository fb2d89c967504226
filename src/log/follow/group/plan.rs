//! What a group reads next, and what it means that a listing is done.
use super::{Drain, Group, HORIZON, NEWEST_FIRST_SINCE, Purpose};
use crate::log::follow::Told;

/// Nobody asked for so long: the newest is read first, and what lies between after it.
const ABSENT: i64 = 120_000;
/// What is settled lags by the horizon and by the time between repairs; by so much more, and it is read as history.
const STALE: i64 = 10 * 60_000;
/// A busy group is polled over its whole overlap so often.
const DEEP_EVERY: i64 = 15_000;
const OFTEN: i64 = 60_000;
const SELDOM: i64 = 300_000;
/// After trouble a repair is due at once, but not more often than this.
const AT_ONCE: i64 = 15_000;
/// So few events are read again along with a poll, which saves the repair.
const ALONG: f64 = 1500.0;

impl Group {
    fn drain_of(&mut self, purpose: Purpose, span: (i64, i64), from_head: bool) -> Drain {
        self.drains += 1;
        Drain::new(self.drains, purpose, span, from_head)
    }

    /// The newest first, then what is settled, back to what is wanted.
    pub(super) fn plan_history(&mut self) {
        let (since, until) = (self.reading.since, self.reading.until.unwrap_or(i64::MAX));
        let newest_first = self.reading.newest_first;
        let whole = !self.reading.follow || !newest_first;
        let add = |group: &mut Self, from: i64, to: i64, from_head: bool| {
            if from <= to {
                let drain = group.drain_of(Purpose::History, (from, to), from_head);
                group.backlog.push_back(drain);
            }
        };
        if !newest_first {
            add(self, since, until, true);
            return;
        }
        let split = if whole { until } else { self.settled - 1 };
        if !whole {
            add(self, self.settled, until, self.settled < NEWEST_FIRST_SINCE);
        }
        add(self, since.max(NEWEST_FIRST_SINCE), split, false);
        add(self, since, split.min(NEWEST_FIRST_SINCE - 1), true);
    }

    pub(super) fn repair_due(&self) -> i64 {
        let every = if self.repair_wanted { AT_ONCE } else { self.repair_every };
        // Consoles that were started together shall not repair together.
        let jitter = i64::from(self.salt.wrapping_mul(0x9e37_79b9) >> 24) * every / 2560;
        self.repaired_at + every - if self.repair_wanted { 0 } else { jitter }
    }

    pub(super) fn plan(&mut self, now: i64) {
        let server = self.clock.server(now);
        if self.doubted || (self.fast.is_none() && server - self.covered > ABSENT) {
            self.catch_up(server);
            return;
        }
        // A quiet group is repaired along with a poll: that is one call, and it is a poll too.
        let along =
            self.repair.is_none() && now >= self.repair_due() && self.pace.events_in(server - self.settled) < ALONG;
        if self.fast.is_none() && (along || now >= self.fast_due) {
            self.begin_fast(server, now, along);
        }
        if self.repair.is_none() && now >= self.repair_due() {
            let to = (server - self.pace.window(now)).max(self.settled);
            let mut repair = self.drain_of(Purpose::Repair, (self.settled, to), true);
            repair.settles = true;
            self.repair = Some(repair);
            self.repaired_at = now;
            self.repair_wanted = false;
        }
    }

    fn begin_fast(&mut self, server: i64, now: i64, along: bool) {
        let window = self.pace.window(now);
        let overlap = self.pace.overlap(now);
        let mut from = server.min(self.covered) - window;
        if server - self.deep >= DEEP_EVERY {
            from = from.min(server.min(self.deep) - overlap);
        }
        if along {
            from = self.settled;
            self.repaired_at = now;
            self.repair_wanted = false;
        }
        let mut fast = self.drain_of(Purpose::Fast, (from.max(self.settled), i64::MAX), true);
        fast.settles = along;
        self.fast = Some(fast);
        self.fast_due = now + self.poll_every;
    }

    /// Nobody asked for a while: begins as at the start, back to where reading stopped.
    fn catch_up(&mut self, server: i64) {
        let stale = self.repair.is_none() || self.doubted;
        let stale = stale && server - self.settled > HORIZON + STALE;
        let reached = self.covered - self.pace.overlap(self.last_now);
        let from = if stale { self.settled } else { reached.max(self.settled) };
        if self.doubted {
            self.repair = None;
            self.repair_wanted = true;
        }
        (self.fast, self.doubted, self.opened) = (None, false, false);
        let drain = self.drain_of(Purpose::Repair, (from, i64::MAX), !self.reading.newest_first);
        self.backlog.push_front(drain);
    }

    /// The first page of a listing: from now on it is known when it began.
    pub(super) fn opened_by(&mut self, no: u32, began: i64, more: bool, now: i64, told: &mut Vec<Told>) {
        let newest_first = self.reading.newest_first;
        let Some(drain) = self.backlog.iter().find(|drain| drain.no == no && drain.to == i64::MAX) else { return };
        let (from, purpose, settled) = (drain.from, drain.purpose, began - HORIZON);
        if purpose == Purpose::History {
            // The start: the clock here may have been ahead.
            self.settled = self.settled.min(settled).max(self.reading.since);
        } else if from <= self.settled && settled > self.settled + STALE {
            // This listing reads all up to there, and nothing more comes in there.
            self.settled = settled;
        }
        if more && purpose == Purpose::Repair {
            let why = "nobody asked for it in this time; being read";
            self.tell_gap((self.covered.max(from), began), began, why, told);
        }
        if newest_first && self.reading.follow {
            self.open(began, now);
        }
    }

    fn open(&mut self, began: i64, now: i64) {
        self.opened = true;
        (self.covered, self.deep) = (self.covered.max(began), self.deep.max(began));
        self.fast_due = now + self.poll_every;
    }

    /// A listing is read to its end.
    pub(super) fn finish(&mut self, no: u32, now: i64, told: &mut Vec<Told>) {
        let is = |drain: &Option<Drain>| drain.as_ref().is_some_and(|drain| drain.no == no);
        if is(&self.fast) {
            let Some(drain) = self.fast.take() else { return };
            let began = drain.began.unwrap_or(self.covered);
            if drain.from <= self.deep - self.pace.overlap(now) || drain.from <= self.settled {
                self.deep = self.deep.max(began);
            }
            self.covered = self.covered.max(began);
            self.pace.polled(drain.found, now);
            self.settle(&drain);
            self.read_through(&drain, told);
        } else if is(&self.repair) {
            let Some(drain) = self.repair.take() else { return };
            self.settle(&drain);
            self.read_through(&drain, told);
        } else if let Some(index) = self.backlog.iter().position(|drain| drain.no == no) {
            let Some(drain) = self.backlog.remove(index) else { return };
            if let Some(began) = drain.began.filter(|_| self.reading.follow && !self.opened && drain.to == i64::MAX) {
                self.open(began, now);
            }
            self.read_through(&drain, told);
        }
        self.stuck = 0;
        self.forget();
        told.push(Told::Cursor(self.target, self.cursor()));
    }

    fn settle(&mut self, drain: &Drain) {
        if let Some(began) = drain.began.filter(|_| drain.settles && drain.from <= self.settled) {
            self.settled = self.settled.max((began - HORIZON).min(drain.to));
            self.repair_every = if drain.found > 0 { OFTEN } else { (self.repair_every * 2).min(SELDOM) };
        }
    }

    /// Ids are kept for what is read again, and for what is not read to its end.
    fn forget(&mut self) {
        let running = self.fast.iter().chain(self.repair.iter()).chain(self.backlog.iter());
        let mut spans: Vec<(i64, i64)> = running.map(Drain::unread).collect();
        spans.push((self.settled - super::drain::SLACK, i64::MAX));
        self.seen.keep(&spans);
        self.twins.forget(self.settled, self.covered);
    }
}
