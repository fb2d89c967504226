//! How late and how many events come, and what follows for how far back and how often to read; and what time the service has.
use crate::log::follow::HORIZON;

/// The overlap is never less: agents gather for some seconds and lose their link for some more.
const LEAST: i64 = 60_000;
/// An ordinary poll of a busy group looks back so far at least.
const NARROWEST: i64 = 10_000;
/// …and of a quiet one no further than such a number of events: they are read again each time.
const REREAD: f64 = 1000.0;
/// A late event widens the overlap for so long.
const REMEMBERED: i64 = 10 * 60_000;

/// How late events are when the service has them: counts by powers of two, old ones fading.
#[derive(Debug, Default)]
pub struct Pace {
    late: [u32; 24],
    total: u32,
    latest: i64,
    latest_at: i64,
    /// Clocks of programs may be ahead: by so much at the most.
    ahead: i64,
    /// New events a second.
    rate: f64,
    measured_at: Option<i64>,
}

impl Pace {
    pub fn event(&mut self, late_by: i64, now: i64) {
        self.ahead = self.ahead.max(-late_by);
        let late_by = late_by.max(0);
        let class = (64 - late_by.leading_zeros() as usize).min(self.late.len() - 1);
        self.late[class] += 1;
        self.total += 1;
        if self.total > 20_000 {
            self.late.iter_mut().for_each(|count| *count /= 2);
            self.total = self.late.iter().sum();
        }
        if late_by >= self.latest || now - self.latest_at > REMEMBERED || now < self.latest_at {
            (self.latest, self.latest_at) = (late_by, now);
        }
    }

    /// A poll of the newest is done and found so many.
    #[allow(clippy::cast_precision_loss)]
    pub fn polled(&mut self, found: u64, now: i64) {
        let since = self.measured_at.replace(now).map_or(0, |at| now - at);
        if since > 0 {
            let measured = found as f64 * 1000.0 / since as f64;
            self.rate = if measured > self.rate { measured } else { self.rate * 0.8 + measured * 0.2 };
        }
    }

    pub fn ahead(&self) -> i64 {
        self.ahead
    }

    /// The time after which this share (of a thousand) of all events had come.
    fn share(&self, thousandths: u32) -> i64 {
        let wanted = u64::from(self.total) * u64::from(thousandths);
        let mut so_far = 0;
        for (class, count) in self.late.iter().enumerate() {
            so_far += u64::from(*count) * 1000;
            if so_far >= wanted {
                return 1 << class;
            }
        }
        i64::MAX
    }

    /// How far back events are still to be expected.
    pub fn overlap(&self, now: i64) -> i64 {
        let recent = if now - self.latest_at <= REMEMBERED { self.latest + self.latest / 4 } else { 0 };
        let usual = if self.total == 0 { 0 } else { self.share(999) };
        usual.max(recent).clamp(LEAST, HORIZON)
    }

    /// How far back an ordinary poll looks: the whole overlap where little is said.
    #[allow(clippy::cast_possible_truncation)]
    pub fn window(&self, now: i64) -> i64 {
        let overlap = self.overlap(now);
        let usual = if self.total == 0 { 0 } else { self.share(950) + 3000 };
        let cheap = if self.rate > 0.0 { (REREAD / self.rate * 1000.0).min(1e9) as i64 } else { overlap };
        cheap.max(usual).max(NARROWEST).min(overlap)
    }

    /// How many events a span of so many milliseconds holds, about.
    #[allow(clippy::cast_precision_loss)]
    pub fn events_in(&self, span: i64) -> f64 {
        self.rate * span.max(0) as f64 / 1000.0
    }
}

/// The service's clock as seen from here.
#[derive(Debug, Default)]
pub struct Clock {
    ahead: Option<i64>,
}

impl Clock {
    pub fn server(&self, now: i64) -> i64 {
        now + self.ahead.unwrap_or(0)
    }

    /// `Date` has whole seconds: a difference below that says nothing.
    pub fn told(&mut self, date: i64, now: i64) {
        let ahead = date + 500 - now;
        if self.ahead.is_none_or(|known| (known - ahead).abs() > 1500) {
            self.ahead = Some(ahead);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_overlap_follows_how_late_events_are_between_a_minute_and_a_quarter_of_an_hour() {
        let mut pace = Pace::default();
        assert_eq!(pace.overlap(0), LEAST);
        (0..5000).for_each(|_| pace.event(800, 0));
        assert_eq!(pace.overlap(0), LEAST);
        pace.event(240_000, 1000);
        assert_eq!(pace.overlap(2000), 300_000, "one late event widens it");
        assert_eq!(pace.overlap(2000 + REMEMBERED), LEAST, "for a while");
        (0..50).for_each(|_| pace.event(200_000, 3_000_000));
        assert_eq!(pace.overlap(4_000_000), 262_144, "and as long as late ones are not rare");
        pace.event(80_000_000, 4_000_000);
        assert_eq!(pace.overlap(4_000_000), HORIZON);
    }

    #[test]
    fn a_poll_of_a_quiet_group_looks_back_the_whole_overlap_and_of_a_busy_one_some_seconds() {
        let mut pace = Pace::default();
        assert_eq!(pace.window(0), LEAST);
        pace.polled(0, 0);
        pace.polled(5000, 1000);
        (0..5000).for_each(|_| pace.event(800, 0));
        assert_eq!(pace.window(1000), NARROWEST);
        (0..5000).for_each(|_| pace.event(15_000, 0));
        assert_eq!(pace.window(1000), 16_384 + 3000, "but not less than what is usual there");
    }

    #[test]
    fn the_clock_of_the_service_is_taken_from_its_date() {
        let mut clock = Clock::default();
        assert_eq!(clock.server(1000), 1000);
        clock.told(600_000, 1000);
        assert_eq!(clock.server(1000), 600_500);
        clock.told(600_000, 1900);
        assert_eq!(clock.server(1900), 601_400, "a whole second is no news");
    }
}
