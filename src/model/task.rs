//! Background work, as the user sees it.
use std::collections::BTreeMap;

use super::work::Work;
use crate::error::Error;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TaskId(pub u64);

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Running,
    Cancelling,
    Done,
    Cancelled,
    Failed(Error),
}

impl State {
    #[must_use]
    pub const fn is_live(&self) -> bool {
        matches!(self, Self::Running | Self::Cancelling)
    }

    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Cancelling => "cancelling",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed(_) => "failed",
        }
    }
}

/// How work ends: what a job's runner reports, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    Done,
    Cancelled,
    Failed(Error),
}

#[derive(Debug)]
pub struct Task {
    pub title: String,
    pub work: Work,
    pub state: State,
    pub started: i64,
    pub ended: Option<i64>,
}

/// How many ended tasks are remembered.
const REMEMBERED: usize = 200;

#[derive(Debug, Default)]
pub struct Tasks {
    next: u64,
    by_id: BTreeMap<TaskId, Task>,
}

impl Tasks {
    pub fn start(&mut self, work: Work, now: i64) -> TaskId {
        self.next += 1;
        let id = TaskId(self.next);
        self.by_id.insert(id, Task { title: work.title(), work, state: State::Running, started: now, ended: None });
        id
    }

    /// Moves a live task on. A finished task stays as it finished.
    pub fn set(&mut self, id: TaskId, state: State, now: i64) {
        if let Some(task) = self.by_id.get_mut(&id).filter(|task| task.state.is_live()) {
            if !state.is_live() {
                task.ended = Some(now);
            }
            task.state = state;
        }
        self.forget_oldest();
    }

    fn forget_oldest(&mut self) {
        if self.by_id.len() > REMEMBERED
            && let Some(oldest) = self.by_id.iter().find(|(_, t)| !t.state.is_live()).map(|(id, _)| *id)
        {
            self.by_id.remove(&oldest);
        }
    }

    #[must_use]
    pub fn get(&self, id: TaskId) -> Option<&Task> {
        self.by_id.get(&id)
    }

    #[must_use]
    pub fn is_live(&self, id: TaskId) -> bool {
        self.get(id).is_some_and(|task| task.state.is_live())
    }

    pub fn live(&self) -> impl Iterator<Item = (TaskId, &Task)> {
        self.by_id.iter().filter(|(_, task)| task.state.is_live()).map(|(id, task)| (*id, task))
    }

    /// Newest first.
    pub fn all(&self) -> impl Iterator<Item = (TaskId, &Task)> {
        self.by_id.iter().rev().map(|(id, task)| (*id, task))
    }
}
