//! The world's time: the real one, or a faster one, or one that was put forward. Milliseconds since 1970.
use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

pub const SECOND: i64 = 1000;
pub const MINUTE: i64 = 60 * SECOND;
pub const HOUR: i64 = 60 * MINUTE;
pub const DAY: i64 = 24 * HOUR;

#[derive(Debug)]
pub struct Clock {
    started: Instant,
    began: i64,
    speed: f64,
    forward: AtomicI64,
}

impl Clock {
    #[must_use]
    pub fn new(began: i64, speed: f64) -> Self {
        Self { started: Instant::now(), began, speed, forward: AtomicI64::new(0) }
    }

    #[must_use]
    pub fn now(&self) -> i64 {
        let passed = self.started.elapsed().as_secs_f64() * 1000.0 * self.speed;
        self.began + passed as i64 + self.forward.load(Ordering::Relaxed)
    }

    pub fn put_forward(&self, by: i64) {
        self.forward.fetch_add(by.max(0), Ordering::Relaxed);
    }

    /// How long a real second hand takes to a moment of the world.
    #[must_use]
    pub fn until(&self, moment: i64) -> Duration {
        let ahead = (moment - self.now()).max(0) as f64;
        Duration::from_secs_f64(ahead / 1000.0 / self.speed)
    }
}

/// What the machine's own clock says.
#[must_use]
pub fn real() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

fn timestamp(ms: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(ms).unwrap_or(jiff::Timestamp::UNIX_EPOCH)
}

/// `2026-11-24T21:00:00Z`, as Kubernetes writes times.
#[must_use]
pub fn seconds(ms: i64) -> String {
    timestamp(ms).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `2026-11-24T21:00:00.000Z`, as AWS's XML has them.
#[must_use]
pub fn millis(ms: i64) -> String {
    timestamp(ms).strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// `2026-11-24T21:00:00.000000000Z` of nanoseconds, as container runtimes and Kubernetes' MicroTime have them (the latter cut to six).
#[must_use]
pub fn nanos(ns: i128) -> String {
    jiff::Timestamp::from_nanosecond(ns)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .strftime("%Y-%m-%dT%H:%M:%S.%9fZ")
        .to_string()
}

/// `Tue, 24 Nov 2026 21:00:00 GMT`, as HTTP has dates.
#[must_use]
pub fn imf(ms: i64) -> String {
    timestamp(ms).strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_put_forward_does_not_go_back() {
        let clock = Clock::new(1_000_000, 1.0);
        let before = clock.now();
        clock.put_forward(5 * SECOND);
        clock.put_forward(-5 * SECOND);
        assert!(clock.now() >= before + 5 * SECOND);
    }

    #[test]
    fn on_a_fast_clock_a_minute_is_soon_over() {
        let clock = Clock::new(0, 60.0);
        assert!(clock.until(MINUTE) <= Duration::from_secs(1));
    }

    #[test]
    fn times_are_written_as_each_service_writes_them() {
        let at = 1_700_000_000_123;
        assert_eq!(seconds(at), "2023-11-14T22:13:20Z");
        assert_eq!(millis(at), "2023-11-14T22:13:20.123Z");
        assert_eq!(imf(at), "Tue, 14 Nov 2023 22:13:20 GMT");
        assert_eq!(nanos(i128::from(at) * 1_000_000 + 7), "2023-11-14T22:13:20.123000007Z");
    }
}
