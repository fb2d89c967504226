//! Containers against a kubelet that restarts them, rotates their files and breaks links in the middle of a line.
use std::collections::BTreeMap;

use super::{chance::Chance, seeds};
use crate::{
    error::{Error, Trouble},
    log::{
        Event, Gap, SourceNo, TargetNo,
        follow::{
            Failure, Numbers, Told,
            pod::{Ask, Container, From, State, Status, Step},
        },
    },
};

const NANOS: i64 = 1_000_000;
const SECOND: i64 = 1000;
const START: i64 = 1_793_491_200_000;

#[derive(Clone)]
struct Line {
    /// When it stands in the file; the stamp was taken a little before.
    written: i64,
    stamp: i64,
    text: String,
}

#[derive(Default)]
struct Run {
    started: i64,
    ended: Option<i64>,
    lines: Vec<Line>,
    /// Lines before this one lie in files that were rotated away, from this time on.
    rotations: Vec<(i64, usize)>,
}

struct Kubelet {
    runs: Vec<Run>,
    chance: Chance,
    status_lag: i64,
}

impl Kubelet {
    fn new(seed: u64, runs: i64) -> Self {
        let mut chance = Chance::new(seed ^ 0xb0d);
        let mut all = Vec::new();
        let mut now = START;
        for run in 0..runs {
            let mut lines = Vec::new();
            let (started, mut rotations) = (now, vec![]);
            for n in 0..chance.within(if run == 0 { 40 } else { 0 }, 400) {
                now += chance.within(0, 700);
                // Equal stamps, equal texts, and a writer that gets in a little late.
                let stamp = now * NANOS + if chance.happens(500) { 0 } else { chance.within(0, NANOS - 1) };
                let stamp = if chance.happens(50) { stamp - 300 } else { stamp };
                let text = if chance.happens(500) {
                    "tick".into()
                } else {
                    format!("run {run} line {n} {}", chance.next() % 3)
                };
                let times = if chance.happens(100) { 3 } else { 1 };
                (0..times).for_each(|_| lines.push(Line { written: now + 1, stamp, text: text.clone() }));
                // A kubelet looks every ten seconds whether a file is large; what was rotated before anything was read of a run,
                // nobody can know of.
                if chance.happens(8) && now > started + 20 * SECOND {
                    rotations.push((now, lines.len()));
                }
            }
            let ended = (run + 1 < runs).then_some(now);
            all.push(Run { started, ended, lines, rotations });
            now += chance.within(200, 20_000);
        }
        let status_lag = chance.within(0, 2000);
        Self { runs: all, chance, status_lag }
    }

    fn run_at(&self, now: i64) -> usize {
        self.runs.iter().rposition(|run| run.started <= now).unwrap_or(0)
    }

    fn status(&self, now: i64) -> Status {
        let now = now - self.status_lag;
        let no = self.run_at(now);
        let run = &self.runs[no];
        let over = run.ended.is_some_and(|at| at <= now);
        Status {
            restarts: u32::try_from(no).unwrap(),
            state: if over { State::Terminated } else { State::Running },
            last: false,
            started: Some(run.started),
            ended: (no > 0).then(|| "OOMKilled".into()),
        }
    }

    /// The bytes of a file of this run from the time on that is asked for, as they are at this time.
    fn bytes(&self, run: usize, since: Option<&str>, now: i64) -> Vec<u8> {
        let run = &self.runs[run];
        let since: Option<jiff::Timestamp> = since.map(|since| since.parse().unwrap());
        let since = since.map_or(i64::MIN, |since| i64::try_from(since.as_nanosecond()).unwrap());
        let first = run.rotations.iter().filter(|(at, _)| *at <= now).map(|(_, first)| *first).max().unwrap_or(0);
        let mut bytes = Vec::new();
        for line in run.lines.iter().skip(first).filter(|line| line.stamp >= since && line.written <= now) {
            bytes.extend(stamped(line));
        }
        bytes
    }
}

fn stamped(line: &Line) -> Vec<u8> {
    let stamp = jiff::Timestamp::from_nanosecond(i128::from(line.stamp)).unwrap();
    format!("{stamp:.9} {}\n", line.text).into_bytes()
}

impl Kubelet {
    /// What is followed is read on through rotations.
    fn seen_by(&mut self, stream: &Open, now: i64) -> Vec<u8> {
        let mut rotations = self.runs[stream.run].rotations.clone();
        rotations.retain(|(at, _)| *at <= stream.opened);
        let all = std::mem::replace(&mut self.runs[stream.run].rotations, rotations);
        let bytes = self.bytes(stream.run, stream.ask.since.as_deref(), now);
        self.runs[stream.run].rotations = all;
        bytes
    }

    /// There is no run before the first.
    fn open(&self, ask: Ask, now: i64) -> Result<Open, (u32, Failure)> {
        let run = self.run_at(now);
        if ask.previous && run == 0 {
            let error = Error::new(Trouble::Usage, "no log", "no previous container");
            return Err((ask.no, Failure::NotReady(error)));
        }
        Ok(Open { run: if ask.previous { run - 1 } else { run }, ask, sent: 0, opened: now })
    }
}

struct Open {
    ask: Ask,
    run: usize,
    sent: usize,
    /// A follower keeps the file that it opened.
    opened: i64,
}

#[derive(Default)]
struct Shown {
    events: Vec<(u32, Event)>,
    gaps: Vec<Gap>,
    notes: Vec<String>,
    runs: BTreeMap<SourceNo, u32>,
}

impl Shown {
    fn take(&mut self, told: Vec<Told>) {
        for told in told {
            match told {
                Told::Source(no, source) => drop(self.runs.insert(no, source.part.parse().unwrap())),
                Told::Events(events) => {
                    self.events.extend(events.into_iter().map(|event| (self.runs[&event.source], event)))
                }
                Told::Gap(gap) => self.gaps.push(gap),
                Told::Note { words, .. } => self.notes.push(words),
                Told::Mended(gap) => self.gaps.retain(|known| *known != gap),
                Told::Standing(..) => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

/// Reads a container to the end of the last run. Breaks links so often of a thousand times a second.
fn follow(seed: u64, runs: i64, breaks: u64) -> (Kubelet, Shown) {
    let mut kubelet = Kubelet::new(seed, runs);
    let mut container = Container::new(TargetNo(0), From::Since(START), true, Numbers::default());
    let mut shown = Shown::default();
    let mut open: Option<Open> = None;
    let last = kubelet.runs.last().unwrap();
    let end = last.lines.last().map_or(last.started, |line| line.stamp / NANOS) + 40 * SECOND;
    let mut now = START;
    while now < end {
        now += kubelet.chance.within(20, 300);
        loop {
            match container.next(now) {
                Step::Ask(ask) => {
                    assert!(open.is_none(), "one stream at a time");
                    assert_eq!(ask.tail_lines, None);
                    match kubelet.open(ask, now) {
                        Ok(stream) => open = Some(stream),
                        Err((no, failure)) => shown.take(container.closed(no, Some(failure), now)),
                    }
                }
                Step::Look => shown.take(container.observed(kubelet.status(now), now)),
                Step::Stop(no) => assert_eq!(open.take().map(|open| open.ask.no), Some(no)),
                Step::Wait(until) => {
                    assert!(until > now);
                    break;
                }
                Step::Done => panic!("it was not the last"),
            }
        }
        if kubelet.chance.happens(60) {
            shown.take(container.observed(kubelet.status(now), now));
        }
        let Some(stream) = &mut open else { continue };
        let whole = kubelet.seen_by(stream, now);
        let no = stream.ask.no;
        let broken = kubelet.chance.happens(breaks);
        let upto = if broken && whole.len() > stream.sent {
            kubelet.chance.within(stream.sent as i64, whole.len() as i64) as usize
        } else {
            whole.len()
        };
        let bytes = whole[stream.sent.min(upto)..upto].to_vec();
        stream.sent = upto;
        let over = kubelet.runs[stream.run].ended.is_some_and(|at| at <= now) || !stream.ask.follow;
        for piece in bytes.chunks(kubelet.chance.within(1, 3000) as usize) {
            shown.take(container.read(no, piece, now));
        }
        // What is read may have decided that it wants no more of it; then `Stop` comes next.
        if broken {
            let error = Error::new(Trouble::Unreachable, "the log broke off", "connection reset");
            // A proxy may also end it in good order.
            let how = kubelet.chance.happens(700).then_some(Failure::Unreachable(error));
            let good = how.is_none() && !stream.ask.follow;
            if !good {
                open = None;
                shown.take(container.closed(no, how, now));
            }
        } else if over {
            open = None;
            shown.take(container.closed(no, None, now));
        }
    }
    (kubelet, shown)
}

fn hold(seed: u64, kubelet: &Kubelet, shown: &Shown) -> usize {
    let mut expected: BTreeMap<(u32, i64, Vec<u8>), i64> = BTreeMap::new();
    for (no, run) in kubelet.runs.iter().enumerate() {
        for line in &run.lines {
            *expected
                .entry((u32::try_from(no).unwrap(), line.stamp.div_euclid(NANOS), line.text.clone().into()))
                .or_default() += 1;
        }
    }
    for (run, event) in &shown.events {
        let count = expected.get_mut(&(*run, event.at, event.text.to_vec()));
        let count = count.unwrap_or_else(|| panic!("seed {seed}: run {run} never said {event:?}"));
        *count -= 1;
        assert!(*count >= 0, "seed {seed}: run {run}: {event:?} is shown twice");
    }
    let missing: Vec<_> = expected.into_iter().filter(|(_, count)| *count > 0).collect();
    for ((run, at, text), _) in &missing {
        let told = shown.gaps.iter().any(|gap| (gap.from..=gap.to).contains(at));
        let text = String::from_utf8_lossy(text);
        assert!(told, "seed {seed}: run {run} at {at} said {text:?}, and no gap says so: {:?}", shown.gaps);
    }
    missing.len()
}

#[test]
fn a_container_is_read_without_loss_or_repeat_over_broken_links_restarts_and_rotations() {
    let (mut lines, mut missing, mut gaps, mut restarts) = (0, 0, 0, 0);
    for seed in seeds(200) {
        let (kubelet, shown) = follow(seed, 1 + (seed % 5) as i64, [0, 5, 15][(seed % 3) as usize]);
        missing += hold(seed, &kubelet, &shown);
        lines += shown.events.len();
        gaps += shown.gaps.len();
        restarts += shown.notes.len();
    }
    println!(
        "{lines} lines, {restarts} restarts, {gaps} gaps for {missing} lines that were rotated away or of runs between"
    );
    assert!(lines > 5000 && restarts > 20 && gaps > 0 && missing * 10 < lines);
}

#[test]
fn without_rotations_and_quick_restarts_nothing_is_missing_and_no_gap_is_told() {
    for seed in seeds(100) {
        let (kubelet, shown) = follow(seed, 1, 60);
        let rotated = kubelet.runs.iter().any(|run| !run.rotations.is_empty());
        if !rotated {
            assert_eq!((hold(seed, &kubelet, &shown), shown.gaps.len()), (0, 0), "seed {seed}");
        }
    }
}

#[test]
fn a_restart_is_a_line_that_says_how_often_and_why() {
    let (_, shown) = follow(4, 5, 0);
    assert_eq!(shown.notes.first().map(String::as_str), Some("container restarted (OOMKilled), once so far"));
}

#[test]
fn what_the_kubelet_itself_says_is_no_line_of_the_container() {
    let mut container = Container::new(TargetNo(0), From::Last(10), true, Numbers::default());
    assert_eq!(container.next(0), Step::Look);
    container.observed(Status { restarts: 0, state: State::Running, last: false, started: None, ended: None }, 0);
    let Step::Ask(ask) = container.next(0) else { panic!("it asks") };
    assert_eq!((ask.tail_lines, ask.since), (Some(10), None));
    let told = container.read(ask.no, b"failed to watch file \"/var/log/x\": no space left\n", 5);
    assert!(told.iter().any(|told| matches!(told, Told::Note { words, .. } if words.starts_with("failed to watch"))));
    assert!(!told.iter().any(|told| matches!(told, Told::Events(_))));
}
