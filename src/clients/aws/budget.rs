//! What the console allows itself to ask of one service in one region, so that a team with it open leaves the account's quota
//! to those who need it; and the count of what was asked.
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::{Semaphore, SemaphorePermit};

/// The services that are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Service {
    Ec2,
    Eks,
    Ssm,
    Sts,
    Logs,
    /// Events of log groups: a quota of its own, for each region another.
    LogEvents,
    Elb,
    AutoScaling,
}

/// A bucket of tokens and the number of calls at a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Allowance {
    pub burst: f64,
    pub each_second: f64,
    pub at_once: usize,
}

impl Service {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ec2 => "ec2",
            Self::Eks => "eks",
            Self::Ssm => "ssm",
            Self::Sts => "sts",
            Self::Logs => "logs",
            Self::LogEvents => "logs:FilterLogEvents",
            Self::Elb => "elasticloadbalancing",
            Self::AutoScaling => "autoscaling",
        }
    }

    /// The service of an IAM action such as `ec2:DescribeVpcs`.
    #[must_use]
    pub fn of(action: &str) -> Self {
        if action == "logs:FilterLogEvents" {
            return Self::LogEvents;
        }
        match action.split(':').next().unwrap_or_default() {
            "eks" => Self::Eks,
            "ssm" => Self::Ssm,
            "sts" => Self::Sts,
            "logs" => Self::Logs,
            "elasticloadbalancing" => Self::Elb,
            "autoscaling" => Self::AutoScaling,
            _ => Self::Ec2,
        }
    }

    /// AWS counts per account, region and (EC2) operation; this counts per service, which is stricter. Five consoles together
    /// stay below what AWS refills.
    #[must_use]
    pub fn allowance(self, region: &str) -> Allowance {
        let (burst, each_second, at_once) = match self {
            // half of what AWS grants, and cannot be asked to raise
            Self::LogEvents => {
                let half = events_each_second(region) / 2.0;
                (half, half, 4)
            }
            // Describe* with paging or filters: a bucket of 100, refilled with 20 a second, for each operation.
            Self::Ec2 => (20.0, 3.0, 6),
            // Describe*: a bucket of 40, refilled with 10 a second, for all of them together.
            Self::Elb => (15.0, 1.9, 4),
            // DescribeLogGroups: 10 a second.
            Self::Logs => (5.0, 1.5, 2),
            // These publish no figure; what is small here has shown to pass.
            Self::Eks => (10.0, 2.0, 4),
            Self::AutoScaling => (5.0, 1.0, 2),
            Self::Ssm => (10.0, 2.0, 2),
            Self::Sts => (4.0, 1.0, 2),
        };
        Allowance { burst, each_second, at_once }
    }
}

/// How often a second an account may ask for events in a region.
#[must_use]
pub fn events_each_second(region: &str) -> f64 {
    match region {
        "us-east-1" => 25.0,
        "ap-northeast-3" | "ap-southeast-3" | "ca-west-1" | "eu-central-1" | "il-central-1" => 5.0,
        _ => 10.0,
    }
}

/// Tokens that come back with time. Plain arithmetic over the instant it is given.
#[derive(Debug)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Bucket {
    /// Takes a token, or tells how long until there is one.
    fn take(&mut self, allowance: Allowance, now: Instant) -> Result<(), Duration> {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.tokens = passed.mul_add(allowance.each_second, self.tokens).min(allowance.burst);
        self.at = now;
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - self.tokens) / allowance.each_second))
    }
}

/// The way to one service in one region for one account: its budget and its count.
#[derive(Debug)]
pub(super) struct Lane {
    allowance: Allowance,
    bucket: Mutex<Bucket>,
    seats: Semaphore,
    calls: AtomicU64,
    throttles: AtomicU64,
}

impl Lane {
    pub(super) fn new(allowance: Allowance) -> Self {
        Self {
            allowance,
            bucket: Mutex::new(Bucket { tokens: allowance.burst, at: Instant::now() }),
            seats: Semaphore::new(allowance.at_once),
            calls: AtomicU64::new(0),
            throttles: AtomicU64::new(0),
        }
    }

    /// Waits for a seat and a token. `None` cannot be: the semaphore is never closed.
    pub(super) async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        let seat = self.seats.acquire().await.ok();
        loop {
            let taken = self.bucket().take(self.allowance, Instant::now());
            match taken {
                Ok(()) => return seat,
                Err(wait) => tokio::time::sleep(wait).await,
            }
        }
    }

    pub(super) fn asked(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// AWS said no: what is left of the burst is forfeit, and the attempt that follows is paid for.
    pub(super) fn throttled(&self) {
        self.throttles.fetch_add(1, Ordering::Relaxed);
        let mut bucket = self.bucket();
        bucket.tokens = bucket.tokens.min(0.0) - 1.0;
    }

    pub(super) fn count(&self) -> (u64, u64) {
        (self.calls.load(Ordering::Relaxed), self.throttles.load(Ordering::Relaxed))
    }

    fn bucket(&self) -> std::sync::MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: Allowance = Allowance { burst: 2.0, each_second: 4.0, at_once: 1 };

    #[test]
    fn a_burst_is_free_and_what_follows_comes_at_the_rate() {
        let start = Instant::now();
        let mut bucket = Bucket { tokens: SMALL.burst, at: start };
        assert_eq!([bucket.take(SMALL, start), bucket.take(SMALL, start)], [Ok(()), Ok(())]);
        assert_eq!(bucket.take(SMALL, start), Err(Duration::from_millis(250)));
        assert_eq!(bucket.take(SMALL, start + Duration::from_millis(250)), Ok(()));
        assert!(bucket.take(SMALL, start + Duration::from_millis(250)).is_err());
    }

    #[test]
    fn a_long_rest_fills_the_bucket_and_no_more() {
        let start = Instant::now();
        let mut bucket = Bucket { tokens: 0.0, at: start };
        let later = start + Duration::from_secs(3600);
        assert_eq!([bucket.take(SMALL, later), bucket.take(SMALL, later)], [Ok(()), Ok(())]);
        assert!(bucket.take(SMALL, later).is_err());
    }

    #[test]
    fn a_throttled_answer_costs_the_burst() {
        let lane = Lane::new(SMALL);
        lane.asked();
        lane.throttled();
        assert_eq!(lane.count(), (1, 1));
        assert!(lane.bucket().take(SMALL, Instant::now()).is_err());
    }

    #[test]
    fn five_consoles_stay_below_what_ec2_refills() {
        assert!(Service::Ec2.allowance("").each_second * 5.0 < 20.0);
        assert!(Service::Elb.allowance("").each_second * 5.0 < 10.0);
        assert!(Service::Logs.allowance("").each_second * 5.0 < 10.0);
    }
}
