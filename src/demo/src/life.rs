//! How long the servers live: while somebody who joined is there, or as long as they were asked to stay; then they end by themselves.
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use rustix::process::{Pid, test_kill_process};
use tokio::sync::Notify;

use crate::clock::{self, HOUR, SECOND};

/// With nobody there, so long for the next one to come.
const GRACE: i64 = 15 * SECOND;
/// What was asked to stay does so until nothing was asked of it for this long.
const KEPT: i64 = 4 * HOUR;
const LOOK: Duration = Duration::from_secs(3);

#[derive(Debug)]
pub struct Life {
    joined: Mutex<Vec<Pid>>,
    guests: AtomicUsize,
    kept: AtomicBool,
    /// When last somebody was there or asked, by the machine's clock.
    seen: AtomicI64,
    over: Notify,
}

impl Default for Life {
    fn default() -> Self {
        Self {
            joined: Mutex::default(),
            guests: AtomicUsize::new(0),
            kept: AtomicBool::new(false),
            seen: AtomicI64::new(clock::real()),
            over: Notify::new(),
        }
    }
}

/// Somebody whose connection stands: as long as it does, the estate lives.
#[derive(Debug)]
pub struct Guest(Arc<Life>);

impl Drop for Guest {
    fn drop(&mut self) {
        self.0.guests.fetch_sub(1, Ordering::Relaxed);
        self.0.touch();
    }
}

impl Life {
    #[must_use]
    pub fn guest(self: &Arc<Self>) -> Guest {
        self.guests.fetch_add(1, Ordering::Relaxed);
        Guest(self.clone())
    }

    /// A process that needs the estate as long as it runs.
    pub fn join(&self, pid: i32) {
        let mut joined = self.joined.lock().unwrap_or_else(PoisonError::into_inner);
        joined.extend(Pid::from_raw(pid));
        self.touch();
    }

    pub fn keep(&self) {
        self.kept.store(true, Ordering::Relaxed);
        self.touch();
    }

    /// Something was asked.
    pub fn touch(&self) {
        self.seen.store(clock::real(), Ordering::Relaxed);
    }

    /// Ends it now.
    pub fn end(&self) {
        self.over.notify_one();
    }

    /// Comes back when the end has come.
    pub async fn ended(&self) {
        loop {
            tokio::select! {
                () = self.over.notified() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
            if self.somebody() {
                // whoever leaves gives the next one the whole time of grace
                if !self.kept.load(Ordering::Relaxed) {
                    self.touch();
                }
                continue;
            }
            let patience = if self.kept.load(Ordering::Relaxed) { KEPT } else { GRACE };
            if clock::real() - self.seen.load(Ordering::Relaxed) > patience {
                return;
            }
        }
    }

    fn somebody(&self) -> bool {
        let mut joined = self.joined.lock().unwrap_or_else(PoisonError::into_inner);
        joined.retain(|pid| test_kill_process(*pid).is_ok());
        !joined.is_empty() || self.guests.load(Ordering::Relaxed) > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_a_connection_is_somebody_until_it_ends() {
        let life = Arc::new(Life::default());
        assert!(!life.somebody());
        let guest = life.guest();
        assert!(life.somebody());
        drop(guest);
        assert!(!life.somebody());
    }
}
