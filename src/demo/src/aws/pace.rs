//! How often something may be asked in a second, by the real clock: what AWS allows an account in a region.
use std::{
    collections::{HashMap, VecDeque},
    sync::{Mutex, PoisonError},
};

use super::{
    call::Call,
    fail::{self, Fail},
};
use crate::clock::{self, SECOND};

/// When each operation was asked in each region within the last second.
#[derive(Default)]
pub struct Pace(Mutex<HashMap<String, VecDeque<i64>>>);

impl Pace {
    /// Counts a call; or says that there were as many already as `allowed` has for the count of those before.
    pub fn admits(&self, what: &str, now: i64, allowed: impl FnOnce(usize) -> bool) -> bool {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let calls = all.entry(what.to_owned()).or_default();
        while calls.front().is_some_and(|at| now - at >= SECOND) {
            calls.pop_front();
        }
        let free = allowed(calls.len());
        if free {
            calls.push_back(now);
        }
        free
    }
}

/// Lets a call through, or throttles it; `allowed` tells whether there may be another after so many within a second.
pub fn admit(call: &Call<'_>, allowed: impl FnOnce(usize) -> bool) -> Result<(), Fail> {
    let what = format!("{}/{}", call.region, call.operation.action);
    if call.estate.kept::<Pace>().admits(&what, clock::real(), allowed) {
        return Ok(());
    }
    Err(fail::throttled(call.wire))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_call_within_a_second_is_too_much_where_two_are_allowed() {
        let pace = Pace::default();
        let two = |count| count < 2;
        let asked: Vec<bool> = [0, 100, 200, 999, 1000, 1099, 1100].map(|at| pace.admits("a", at, two)).into();
        assert_eq!(asked, [true, true, false, false, true, false, true]);
        assert!(pace.admits("b", 200, two));
    }
}
