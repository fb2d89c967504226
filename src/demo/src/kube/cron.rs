//! The five fields of cron, as far as people use them.
use crate::clock::{DAY, MINUTE};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// Which minutes, hours, days of the month, months and days of the week, as bits.
    fields: [u64; 5],
}

const BOUNDS: [(u32, u32); 5] = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 6)];

impl Schedule {
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let text = match text.trim() {
            "@hourly" => "0 * * * *",
            "@daily" | "@midnight" => "0 0 * * *",
            "@weekly" => "0 0 * * 0",
            "@monthly" => "0 0 1 * *",
            "@yearly" | "@annually" => "0 0 1 1 *",
            other => other,
        };
        let parts: Vec<&str> = text.split_whitespace().collect();
        let parts: [&str; 5] = parts.try_into().ok()?;
        let mut fields = [0; 5];
        for ((field, part), bounds) in fields.iter_mut().zip(parts).zip(BOUNDS) {
            for item in part.split(',') {
                *field |= bits(item, bounds)?;
            }
        }
        Some(Self { fields })
    }

    /// The next time after one, within about a year.
    #[must_use]
    pub fn after(&self, now: i64) -> Option<i64> {
        let mut at = (now / MINUTE + 1) * MINUTE;
        let end = at + 400 * DAY;
        while at < end {
            let time = jiff::Timestamp::from_millisecond(at).ok()?.to_zoned(jiff::tz::TimeZone::UTC);
            let has = |field: usize, value: i8| self.fields[field] & (1 << value) != 0;
            let week = time.weekday().to_sunday_zero_offset();
            if !(has(2, time.day()) && has(3, time.month()) && has(4, week)) {
                at = (at / DAY + 1) * DAY;
            } else if !has(1, time.hour()) {
                at = (at / (60 * MINUTE) + 1) * 60 * MINUTE;
            } else if has(0, time.minute()) {
                return Some(at);
            } else {
                at += MINUTE;
            }
        }
        None
    }
}

fn bits(item: &str, (low, high): (u32, u32)) -> Option<u64> {
    let (range, step) = match item.split_once('/') {
        Some((range, step)) => (range, step.parse::<u32>().ok().filter(|step| *step > 0)?),
        None => (item, 1),
    };
    let (from, to) = match range.split_once('-') {
        _ if range == "*" || range == "?" => (low, high),
        Some((from, to)) => (from.parse().ok()?, to.parse().ok()?),
        None => {
            let one: u32 = range.parse().ok()?;
            (one, if item.contains('/') { high } else { one })
        }
    };
    let from_to = from >= low && to <= high && from <= to;
    from_to.then(|| (from..=to).step_by(step as usize).fold(0, |sum, bit| sum | 1 << bit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;

    #[test]
    fn schedules_find_their_next_time() {
        let now = 1_700_000_000_000; // 2023-11-14T22:13:20Z, a Tuesday
        let next = |text: &str| Schedule::of(text).and_then(|schedule| schedule.after(now)).map(clock::seconds);
        assert_eq!(next("*/5 * * * *").as_deref(), Some("2023-11-14T22:15:00Z"));
        assert_eq!(next("30 2 * * *").as_deref(), Some("2023-11-15T02:30:00Z"));
        assert_eq!(next("0 9 * * 1-5").as_deref(), Some("2023-11-15T09:00:00Z"));
        assert_eq!(next("0 0 1 1 *").as_deref(), Some("2024-01-01T00:00:00Z"));
        assert_eq!(Schedule::of("61 * * * *"), None);
        assert_eq!(Schedule::of("every day"), None);
    }
}
