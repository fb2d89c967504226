//! What `update` asks of the world, as data.
use crate::model::{
    task::TaskId,
    work::{Stop, Work},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    Start(TaskId, Work),
    Cancel(TaskId),
    /// To the terminal's clipboard.
    Copy(String),
    /// From now on, ask as this role: true is the act role.
    Role(bool),
    /// Take the mouse, or leave it to the terminal.
    Mouse(bool),
    Suspend,
    /// Draw everything anew, also what did not change.
    Redraw,
    Quit,
}

impl Effect {
    /// Whether work of this kind must be asked about before it is left.
    #[must_use]
    pub fn holds(work: &Work) -> bool {
        work.stop() == Stop::Ask
    }
}
