//! From one run of a container to the next: what its status and the ends of streams mean.
use super::{Container, Cut, Failure, From, Memory, Next, Standing, State, Status, millis};
use crate::log::{Gap, follow::Told};

const RESTARTED_UNREAD: &str = "the container was restarted more than once: the log of a run in between is not kept";
const FORMER_UNREAD: &str = "the log of the former run is not kept any more";

impl Container {
    /// A stream ended: in good order, or by this failure.
    pub fn closed(&mut self, no: u32, failure: Option<Failure>, now: i64) -> Vec<Told> {
        let mut told = Vec::new();
        if self.stream.as_ref().is_none_or(|stream| stream.no != no) {
            return told;
        }
        match failure {
            None => self.ended_well(now, &mut told),
            Some(failure) => self.broke(failure, now, &mut told),
        }
        (self.stream, self.drop_at, self.cut) = (None, None, Cut::default());
        self.tell_standing(&mut told);
        told
    }

    fn ended_well(&mut self, now: i64, told: &mut Vec<Told>) {
        let kind = self.stream.as_ref().map_or(Next::Follow, |stream| stream.kind);
        if kind == Next::Follow && self.follow {
            // The run has ended, or a proxy was tired of it: what is held or half a line is given again.
            (self.looked, self.look_at) = (false, now);
            let nothing_came = self.stream.as_ref().is_some_and(|stream| stream.first.is_none());
            if nothing_came {
                self.back_off.until = now + 1000;
            }
            return;
        }
        let unknown = self.stream.as_ref().filter(|stream| !stream.known);
        let doubtful = unknown.and_then(|stream| stream.held.first()).map(|(stamp, _)| (kind, *stamp));
        if doubtful.is_some() && self.doubted != doubtful {
            // Nothing of what was expected came: perhaps it is the next run already, and its status lags.
            (self.doubted, self.looked, self.look_at) = (doubtful, false, now + super::STATUS_LAGS);
            self.trust_from = self.look_at;
            return;
        }
        self.doubted = None;
        let mut events = Vec::new();
        if let Some(rest) = self.cut.rest() {
            self.line(&rest, now, &mut events, told);
        }
        self.believe(&mut events, told);
        if !events.is_empty() {
            told.push(Told::Events(events));
        }
        if let Some((from, why)) = self.missing.take() {
            told.push(Told::Gap(Gap { target: self.target, from, to: now.max(from), why: why.into() }));
        }
        match kind {
            Next::Previous => self.begin_run(now, told),
            _ if !self.follow => self.end(told),
            _ if self.status.as_ref().is_some_and(|status| status.last) => self.end(told),
            _ => {
                self.next = Next::Idle;
                self.look_at = now + 1000;
            }
        }
    }

    fn end(&mut self, told: &mut Vec<Told>) {
        self.ended = true;
        self.tell_standing(told);
    }

    fn broke(&mut self, failure: Failure, now: i64, told: &mut Vec<Told>) {
        let kind = self.stream.as_ref().map_or(Next::Follow, |stream| stream.kind);
        (self.looked, self.look_at) = (false, now);
        if kind == Next::Previous && matches!(failure, Failure::NotReady(_) | Failure::Gone(_)) {
            self.missing = self.missing.or(self.reached.map(|from| (from, FORMER_UNREAD)));
            self.begin_run(now, told);
            return;
        }
        let longest = if matches!(failure, Failure::Denied(_)) { 120_000 } else { 30_000 };
        self.back_off.failed(now, longest, self.target.0);
        self.trouble = match failure {
            Failure::NotReady(_) => {
                self.back_off.until = now + 1000;
                None
            }
            Failure::Throttled | Failure::BadToken => Some(Standing::Throttled { until: self.back_off.until }),
            Failure::Denied(error) => Some(Standing::Denied(error)),
            Failure::Gone(error) => {
                self.lose("the pod is gone, and with it what was not read", now, told);
                Some(Standing::Gone(error))
            }
            Failure::Credentials(error) | Failure::Unreachable(error) | Failure::Server(error) => {
                Some(Standing::Lost(error))
            }
        };
    }

    /// Nothing more can be read; unless all was, that is a gap.
    fn lose(&mut self, why: &'static str, now: i64, told: &mut Vec<Told>) {
        if self.next != Next::Idle {
            let from = self.reached.unwrap_or(now).min(now);
            told.push(Told::Gap(Gap { target: self.target, from, to: now, why: why.into() }));
        }
        self.ended = true;
    }

    /// The pod is not there any more.
    pub fn vanished(&mut self, error: crate::error::Error, now: i64) -> Vec<Told> {
        let mut told = Vec::new();
        if !self.ended {
            self.drop_stream();
            self.lose("the pod is gone, and with it what was not read", now, &mut told);
            self.trouble = Some(Standing::Gone(error));
            self.tell_standing(&mut told);
        }
        told
    }

    /// The run before is read to its end: the next one, from its beginning.
    fn begin_run(&mut self, now: i64, told: &mut Vec<Told>) {
        let run = self.run.map_or(0, |run| run + 1);
        self.run = Some(run);
        let source = self.source(told);
        let status = self.status.as_ref();
        let how = status.and_then(|status| status.ended.as_deref()).unwrap_or_default();
        let after = if how.is_empty() { String::new() } else { format!(" ({how})") };
        let times = if run == 1 { "once".into() } else { format!("{run} times") };
        let at = status.and_then(|status| status.started).unwrap_or(now);
        told.push(Told::Note { source, at, words: format!("container restarted{after}, {times} so far") });
        self.memory = Memory::default();
        (self.next, self.looked, self.look_at) = (Next::Follow, false, now);
    }

    /// What the pod's status says: after `Look`, and whenever it is seen to change.
    pub fn observed(&mut self, status: Status, now: i64) -> Vec<Told> {
        let mut told = Vec::new();
        let run = self.run.unwrap_or_else(|| self.first_run(&status));
        self.run = Some(run);
        self.reached = self.reached.or(status.started);
        let restarted = status.restarts > run;
        self.status = Some(status);
        let expecting = self.stream.as_ref().is_some_and(|stream| !stream.known);
        if self.ended || self.looked && !restarted && !expecting && self.next != Next::Idle {
            return told;
        }
        if self.stream.is_some() {
            self.observed_while_reading(restarted, now, &mut told);
        } else if now >= self.trust_from || restarted {
            self.looked = true;
            self.plan(now, &mut told);
        }
        self.tell_standing(&mut told);
        told
    }

    /// Who wants to read back in time gets the run before this one too.
    fn first_run(&self, status: &Status) -> u32 {
        let before = matches!((self.from, status.started), (From::Since(since), Some(started)) if since < started);
        if before { status.restarts.saturating_sub(1) } else { status.restarts }
    }

    fn observed_while_reading(&mut self, restarted: bool, now: i64, told: &mut Vec<Told>) {
        let Some(stream) = &self.stream else { return };
        if stream.kind == Next::Previous {
            return;
        }
        if !stream.known {
            if restarted {
                // What was held is of the next run; it is read from its beginning when its turn comes.
                self.drop_stream();
                self.looked = true;
                self.plan(now, told);
            } else if stream.first.is_none() && now >= self.given_up_at(stream) {
                self.presume(told);
            } else if stream.held_since.is_some_and(|since| now >= since + super::STATUS_LAGS) {
                self.looked = true;
                let mut events = Vec::new();
                self.believe(&mut events, told);
                if !events.is_empty() {
                    told.push(Told::Events(events));
                }
            }
            return;
        }
        self.looked = !restarted;
        if restarted {
            self.drop_at.get_or_insert(now + super::ENDS);
        }
    }

    /// The last lines are not given again, and no others: their file was rotated away.
    fn presume(&mut self, told: &mut Vec<Told>) {
        let Some(stream) = &mut self.stream else { return };
        let (since, last) = (self.unanswered.take().unwrap_or(stream.opened_at), self.memory.last().map(millis));
        stream.known = true;
        if let Some(from) = last {
            let gap = Gap { target: self.target, from, to: since.max(from), why: super::ROTATED.into() };
            told.push(Told::Gap(gap.clone()));
            stream.presumed = Some(gap);
        }
    }

    /// No stream is open and the status is fresh: what is read next.
    fn plan(&mut self, now: i64, told: &mut Vec<Told>) {
        let (Some(status), Some(run)) = (self.status.clone(), self.run) else { return };
        if status.restarts <= run {
            let over = status.state != State::Running;
            self.next = match self.next {
                Next::Idle if status.last => {
                    self.end(told);
                    Next::Idle
                }
                Next::Idle => Next::Idle,
                _ if over => Next::Finish,
                _ => Next::Follow,
            };
            return;
        }
        if status.restarts > run + 1 {
            self.missing = self.missing.or(self.reached.map(|from| (from, RESTARTED_UNREAD)));
            self.memory = Memory::default();
            self.run = Some(status.restarts - 1);
            self.next = Next::Previous;
        } else if self.next == Next::Idle {
            self.begin_run(now, told);
            self.looked = true;
        } else {
            self.next = Next::Previous;
        }
    }
}
