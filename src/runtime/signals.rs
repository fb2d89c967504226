//! What the system tells the program: to end, or to stop until the shell says go on.
use rustix::process::{Signal, getpid, kill_process};
use tokio::signal::unix::{SignalKind, signal};

use crate::error::{Error, Result, Trouble};

pub struct Signals {
    terminate: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
}

impl Signals {
    /// # Errors
    /// If the system takes no more handlers.
    pub fn new() -> Result<Self> {
        let listen = |kind| signal(kind).map_err(|e| Error::new(Trouble::Other, "listen for signals", e.to_string()));
        Ok(Self { terminate: listen(SignalKind::terminate())?, hangup: listen(SignalKind::hangup())? })
    }

    /// Comes when the program is told to end, or its terminal was closed.
    pub async fn end(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }

    /// Stops the whole program until the shell continues it, as any other that is suspended by a key.
    pub fn stop_here(&mut self) {
        // SIGSTOP cannot fail for oneself; should it, the console simply goes on
        let _unstopped = kill_process(getpid(), Signal::STOP);
    }
}
