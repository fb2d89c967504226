//! What containers say. Nothing is stored: a line is worked out from who speaks and when, so that the kubelet and CloudWatch tell the same,
//! however far back one asks, and an hour of talk costs no memory.
//!
//! (Filled in beside the world; the types are what clusters keep of a container's life.)

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
pub fn between(_voice: &Voice<'_>, _from: i64, _to: i64) -> Vec<Line> {
    vec![]
}
