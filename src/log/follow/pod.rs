//! A container of a pod through the Kubernetes API: followed over broken links, rotated files and restarts.
//!
//! A request says from which whole second on; what was read of that second is known by stamp and text and skipped. If nothing of it
//! comes again, the file was rotated away or the container is another one: which, its status says. What the API cannot give any
//! more is a gap. The identity of a run is the pod's uid (the target), the container and how often it was restarted.
mod lines;
mod run;

use std::sync::Arc;

use self::lines::{Cut, Memory, Stamp, stamped};
use super::{BackOff, Failure, Numbers, Sources, Standing, Told};
use crate::log::{Event, Gap, SourceNo, TargetNo};

/// A status that says nothing new is asked for again after this.
const LOOK_AGAIN: i64 = 5000;
/// The API knows of a restart a little later than the log does.
const STATUS_LAGS: i64 = 3000;
/// A stream whose container was restarted ends by itself; if not within this time, it is dropped.
const ENDS: i64 = 10_000;
const ROTATED: &str = "the log file was rotated before it was read";
/// The last lines are given again at once; if nothing comes within this time, they are not there any more.
const GIVEN_AGAIN: i64 = 5000;
/// So much of a stream is held back while it is not known whose it is.
const HELD: usize = 4 << 20;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Ask(Ask),
    /// The pod's status is wanted: [`Container::observed`].
    Look,
    /// Let this stream go; `closed` is not expected for it.
    Stop(u32),
    Wait(i64),
    Done,
}

/// A request for a log, always with `timestamps=true`, and without a limit of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    pub no: u32,
    pub previous: bool,
    pub follow: bool,
    /// `sinceTime`: whole seconds.
    pub since: Option<Box<str>>,
    pub tail_lines: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Waiting,
    Running,
    Terminated,
}

/// What the pod's status says of the container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    pub restarts: u32,
    pub state: State,
    /// It will not be started again: the pod has ended or is going away.
    pub last: bool,
    /// When this run began, by the node's clock.
    pub started: Option<i64>,
    /// How the run before ended, in words: `OOMKilled, exit code 137`.
    pub ended: Option<Arc<str>>,
}

/// From where on it is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// This time, also of the run before this one.
    Since(i64),
    /// So many of its last lines.
    Last(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// The run goes on.
    Follow,
    /// It has ended: the rest of it is read once.
    Finish,
    /// It has ended and another one has begun.
    Previous,
    /// It is read to its end, and no other has begun.
    Idle,
}

#[derive(Debug)]
struct Stream {
    no: u32,
    kind: Next,
    /// What this request is expected to give again.
    skip: Memory,
    /// Whether something of that came, or nothing was expected.
    known: bool,
    /// Lines that came before that, and since when.
    held: Vec<(Stamp, Box<[u8]>)>,
    held_bytes: usize,
    held_since: Option<i64>,
    /// The first stamp it gave.
    first: Option<Stamp>,
    opened_at: i64,
    /// Nothing of what was expected came in good time: that was told, and may turn out wrong.
    presumed: Option<Gap>,
}

#[derive(Debug)]
pub struct Container {
    target: TargetNo,
    from: From,
    follow: bool,
    sources: Sources,
    run: Option<u32>,
    memory: Memory,
    cut: Cut,
    stream: Option<Stream>,
    streams: u32,
    stop: Option<u32>,
    next: Next,
    status: Option<Status>,
    /// A status came after the last thing that made it doubtful.
    looked: bool,
    look_at: i64,
    /// A status of before this time may lag behind what was read.
    trust_from: i64,
    /// A restart was seen while the stream still goes: it is dropped then.
    drop_at: Option<i64>,
    /// A log read to its end was not the one that was expected; what is read a second time must begin alike.
    doubted: Option<(Next, Stamp)>,
    /// What was read last was asked for again from this time on, over however many streams, and did not come.
    unanswered: Option<i64>,
    /// Up to here all was read that there was, as far as is known.
    reached: Option<i64>,
    /// Something is missing from this stamp on, up to the next line.
    missing: Option<(i64, &'static str)>,
    back_off: BackOff,
    trouble: Option<Standing>,
    told: Option<Standing>,
    ended: bool,
}

impl Container {
    #[must_use]
    pub fn new(target: TargetNo, from: From, follow: bool, numbers: Numbers) -> Self {
        Self {
            target,
            from,
            follow,
            sources: Sources::new(target, numbers),
            run: None,
            memory: Memory::default(),
            cut: Cut::default(),
            stream: None,
            streams: 0,
            stop: None,
            next: Next::Follow,
            status: None,
            looked: false,
            look_at: i64::MIN,
            trust_from: i64::MIN,
            drop_at: None,
            doubted: None,
            unanswered: None,
            reached: None,
            missing: None,
            back_off: BackOff::default(),
            trouble: None,
            told: None,
            ended: false,
        }
    }

    pub fn next(&mut self, now: i64) -> Step {
        if let Some(no) = self.stop.take() {
            return Step::Stop(no);
        }
        if self.ended {
            return Step::Done;
        }
        if let Some(stream) = &self.stream {
            if self.drop_at.is_some_and(|at| now >= at) {
                self.drop_stream();
                return self.next(now);
            }
            let silent = (!stream.known && stream.first.is_none()).then(|| self.given_up_at(stream));
            let doubtful = stream.held_since.map(|since| since + STATUS_LAGS).filter(|_| !self.looked);
            let wanted = doubtful.or(silent).map(|at| at.max(self.look_at));
            if wanted.is_some_and(|at| now >= at) {
                self.look_at = now + LOOK_AGAIN;
                return Step::Look;
            }
            return Step::Wait(wanted.unwrap_or(i64::MAX).min(self.drop_at.unwrap_or(i64::MAX)));
        }
        if self.back_off.until > now {
            return Step::Wait(self.back_off.until);
        }
        if !self.looked || self.next == Next::Idle {
            if now < self.look_at {
                return Step::Wait(self.look_at);
            }
            self.look_at = now + LOOK_AGAIN;
            return Step::Look;
        }
        Step::Ask(self.open(now))
    }

    /// When it is not believed any more that the last lines will be given again.
    fn given_up_at(&self, stream: &Stream) -> i64 {
        let since = self.unanswered.unwrap_or(stream.opened_at);
        (since + GIVEN_AGAIN).max(stream.opened_at + STATUS_LAGS)
    }

    fn open(&mut self, now: i64) -> Ask {
        let skip = self.memory.clone();
        let (since, tail_lines) = match (self.memory.anchor(), self.from) {
            (Some(anchor), _) => (lines::since_time(anchor), None),
            (None, From::Since(ms)) => (lines::since_time(ms.saturating_mul(1_000_000)), None),
            // Only the first request: what is resumed is never cut off by a number of lines.
            (None, From::Last(lines)) if self.streams == 0 => (None, Some(lines)),
            (None, From::Last(_)) => (None, None),
        };
        let no = self.streams;
        self.cut = Cut::default();
        // The first screen is quick. After that a run of which nothing was read may be over again, without its status saying so.
        let known = skip.is_empty() && self.streams == 0;
        self.unanswered = if known { None } else { self.unanswered.or(Some(now)) };
        let kind = self.next;
        self.streams += 1;
        self.stream = Some(Stream {
            no,
            kind,
            skip,
            known,
            held: vec![],
            held_bytes: 0,
            held_since: None,
            first: None,
            opened_at: now,
            presumed: None,
        });
        let follow = kind == Next::Follow && self.follow;
        Ask { no, previous: kind == Next::Previous, follow, since, tail_lines }
    }

    fn source(&mut self, told: &mut Vec<Told>) -> SourceNo {
        let run = self.run.unwrap_or(0);
        self.sources.of(&run.to_string(), told)
    }

    /// Bytes of a stream, as they come.
    pub fn read(&mut self, no: u32, bytes: &[u8], now: i64) -> Vec<Told> {
        let mut told = Vec::new();
        if self.stream.as_ref().is_none_or(|stream| stream.no != no) {
            return told;
        }
        self.back_off = BackOff::default();
        self.trouble = None;
        let mut events = Vec::new();
        let mut cut = std::mem::take(&mut self.cut);
        cut.lines(bytes, |line| self.line(line, now, &mut events, &mut told));
        self.cut = cut;
        if !events.is_empty() {
            told.push(Told::Events(events));
        }
        self.tell_standing(&mut told);
        told
    }

    fn line(&mut self, line: &[u8], now: i64, events: &mut Vec<Event>, told: &mut Vec<Told>) {
        let Some((stamp, text)) = stamped(line) else {
            let source = self.source(told);
            let words = String::from_utf8_lossy(line).into_owned();
            told.push(Told::Note { source, at: now, words });
            return;
        };
        let Some(stream) = &mut self.stream else { return };
        if stream.skip.take(stamp, text) {
            stream.known = true;
            self.unanswered = None;
            told.extend(stream.presumed.take().map(Told::Mended));
            self.release(events, told);
            return;
        }
        stream.first.get_or_insert(stamp);
        self.unanswered = None;
        if stream.known {
            self.show(stamp, text, events, told);
            return;
        }
        stream.held_bytes += text.len() + 32;
        stream.held.push((stamp, text.into()));
        if stream.held_since.is_none() {
            stream.held_since = Some(now);
            self.looked = false;
        }
        if stream.held_bytes > HELD {
            self.believe(events, told);
        }
    }

    /// It is the stream that it was taken for: shows what was held.
    fn release(&mut self, events: &mut Vec<Event>, told: &mut Vec<Told>) {
        let Some(stream) = &mut self.stream else { return };
        stream.held_since = None;
        stream.held_bytes = 0;
        for (stamp, text) in std::mem::take(&mut stream.held) {
            self.show(stamp, &text, events, told);
        }
    }

    /// Nothing of what was expected came, and the run is the same: its file was rotated meanwhile.
    fn believe(&mut self, events: &mut Vec<Event>, told: &mut Vec<Told>) {
        if let Some(stream) = self.stream.as_mut().filter(|stream| !stream.known) {
            stream.known = true;
            let last = self.memory.last().map(millis);
            self.missing = self.missing.or(last.map(|from| (from, ROTATED)));
        }
        self.release(events, told);
    }

    fn show(&mut self, stamp: Stamp, text: &[u8], events: &mut Vec<Event>, told: &mut Vec<Told>) {
        let at = millis(stamp);
        if let Some((from, why)) = self.missing.take() {
            // What was gathered so far stands before it.
            if !events.is_empty() {
                told.push(Told::Events(std::mem::take(events)));
            }
            told.push(Told::Gap(Gap { target: self.target, from, to: at.max(from), why: why.into() }));
        }
        self.memory.note(stamp, text);
        self.reached = self.reached.max(Some(at));
        if matches!(self.from, From::Since(since) if at < since) {
            return;
        }
        let source = self.source(told);
        events.push(Event { source, at, ingested: None, id: None, text: text.into(), provisional: false });
    }

    fn tell_standing(&mut self, told: &mut Vec<Told>) {
        let standing = match (&self.trouble, self.ended) {
            (Some(trouble), _) => trouble.clone(),
            (None, true) => Standing::Ended,
            (None, false) => Standing::Live,
        };
        if self.told.as_ref() != Some(&standing) {
            self.told = Some(standing.clone());
            told.push(Told::Standing(self.target, standing));
        }
    }

    /// The machine slept, or the link is known to be dead: what is open is let go and resumed.
    pub fn pulse(&mut self, now: i64) {
        self.drop_stream();
        self.back_off.until = now;
        (self.looked, self.look_at) = (false, now);
    }

    fn drop_stream(&mut self) {
        if let Some(stream) = self.stream.take() {
            self.stop = Some(stream.no);
        }
        self.drop_at = None;
        self.cut = Cut::default();
    }
}

fn millis(stamp: Stamp) -> i64 {
    stamp.div_euclid(1_000_000)
}
