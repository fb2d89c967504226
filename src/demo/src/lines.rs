//! What containers say. Nothing is stored: a line is worked out from who speaks and when, so that the kubelet and CloudWatch tell the same,
//! however far back one asks, and an hour of talk costs no memory.
//!
//! Time is cut into slots of a program's pace; each slot has a chance of its own, which says whether and what is said in it. So a window
//! costs what it shows, wherever it lies.
mod programs;

use crate::rng::{Rng, hash};

/// How a container fares, which is what its lines are about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    #[default]
    Calm,
    /// Works, and complains: errors of what it depends on.
    Failing,
    /// Says far too much, the same thing again and again.
    Flooding,
    /// Comes up, and falls over for this reason.
    Doomed(Doom),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doom {
    /// A setting that it cannot do without is missing.
    Config,
    /// Out of memory: says nothing of it, is killed.
    Memory,
    /// What it needs does not answer.
    Dependency,
}

/// One life of a container, from its start to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// How often the container had been started before.
    pub number: u32,
    pub started: i64,
    /// When it ended, and with what exit code.
    pub ended: Option<(i64, i32)>,
    pub mood: Mood,
}

/// Who speaks.
#[derive(Clone, Copy, Debug)]
pub struct Voice<'a> {
    pub seed: u64,
    pub region: &'a str,
    pub zone: &'a str,
    pub namespace: &'a str,
    pub pod: &'a str,
    pub container: &'a str,
    /// The repository and tag, which tell the program and its version.
    pub image: &'a str,
    pub run: Run,
}

/// One line, without its line end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Nanoseconds since 1970; never twice the same within a run.
    pub at: i128,
    pub text: String,
    pub stderr: bool,
}

/// The lines of a run from `from` to before `to` (milliseconds), oldest first.
#[must_use]
pub fn between(voice: &Voice<'_>, from: i64, to: i64) -> Vec<Line> {
    let program = programs::of(voice);
    let key = hash(voice.seed, &format!("{}/{}/{}/{}", voice.namespace, voice.pod, voice.container, voice.run.number));
    let started = voice.run.started;
    let end = voice.run.ended.map_or(i64::MAX, |(at, _)| at);
    let mut all = vec![];
    let mut say = |at: i64, extra: u32, text: String, stderr: bool| {
        if (from..to).contains(&at) && at <= end {
            all.push(Line { at: nanos(key, at, extra), text, stderr });
        }
    };
    let boot = program.boot(voice);
    let ready = started + 120 * i64::try_from(boot.len()).unwrap_or(0);
    for (number, text) in (0_i64..).zip(boot) {
        say(started + 120 * number, 0, text, program.stderr());
    }
    let pace = program.pace(voice.run.mood);
    let first = from.max(ready).div_euclid(pace);
    let last = to.min(end.saturating_sub(150)).saturating_sub(1).div_euclid(pace);
    for slot in first..=last {
        let mut rng = Rng::new(key ^ slot.cast_unsigned().wrapping_mul(0x9e37_79b9));
        let at = slot * pace + rng.between(0, pace);
        if at < ready || at >= end.saturating_sub(150) {
            continue;
        }
        for (extra, (text, stderr)) in (0_u32..).zip(program.slot(voice, at, &mut rng)) {
            say(at, extra, text, stderr);
        }
    }
    if let Some((ended, code)) = voice.run.ended {
        for (extra, (text, stderr)) in (0_u32..).zip(program.end(voice, ended, code)) {
            say(ended - 1, extra, text, stderr);
        }
    }
    all
}

/// How many lines a second such a container says on the average, for metrics of how much comes in.
#[must_use]
pub fn rate(voice: &Voice<'_>) -> f64 {
    let program = programs::of(voice);
    1000.0 / program.pace(voice.run.mood) as f64 * program.share()
}

/// Within its millisecond a line has a place of its own, so that no two lines of a run bear the same time.
fn nanos(key: u64, at: i64, extra: u32) -> i128 {
    let within = hash(key, "ns").wrapping_add(at.cast_unsigned().wrapping_mul(7919)) % 900_000;
    i128::from(at) * 1_000_000 + i128::from(within) + i128::from(extra) * 1_000
}

#[cfg(test)]
mod tests;
