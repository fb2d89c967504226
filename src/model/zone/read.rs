//! Times as people type them.
use jiff::{
    Timestamp, ToSpan, Zoned,
    civil::{DateTime, Time},
};

use super::Zone;

const FORMS: &str = "a time is written 14:05, 14:05:30, 2026-11-24 14:05, 2026-11-24T13:05:00Z, or 15m for so long ago";

impl Zone {
    /// A moment in milliseconds since 1970. A time of day is the last one that has been; `15m`, `-15m` and `T-15m` are so long ago.
    ///
    /// # Errors
    /// In words, what a time looks like.
    pub fn read(&self, text: &str, now: i64) -> Result<i64, String> {
        let text = text.trim();
        let wrong = || format!("`{text}` is no time: {FORMS}");
        if let Some(ago) = ago(text.trim_start_matches(['T', 't']).trim_start_matches('-')) {
            return Ok(now - ago);
        }
        if let Ok(moment) = text.parse::<Timestamp>() {
            return Ok(moment.as_millisecond());
        }
        let here = Timestamp::from_millisecond(now).map_err(|_| wrong())?.to_zoned(self.0.clone());
        if let Ok(moment) = text.replacen(' ', "T", 1).parse::<DateTime>() {
            return Ok(moment.to_zoned(self.0.clone()).map_err(|_| wrong())?.timestamp().as_millisecond());
        }
        if !text.contains(':') {
            // `15` may be an hour, or minutes whose `m` is missing
            return Err(wrong());
        }
        let time: Time = text.parse().or_else(|_| format!("{text}:00").parse()).map_err(|_| wrong())?;
        last(&here, time).ok_or_else(wrong)
    }
}

/// When it was that time of day last.
fn last(here: &Zoned, time: Time) -> Option<i64> {
    let today = here.date().to_datetime(time).to_zoned(here.time_zone().clone()).ok()?;
    let moment = if today <= *here { today } else { today.checked_sub(1.day()).ok()? };
    Some(moment.timestamp().as_millisecond())
}

/// `15m`, `2h30m`, `45s`, `3d`: so many milliseconds.
#[must_use]
fn ago(text: &str) -> Option<i64> {
    let mut total = 0i64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let count: i64 = rest[..digits].parse().ok()?;
        let unit = match rest[digits..].chars().next()? {
            's' => 1000,
            'm' => 60_000,
            'h' => 3_600_000,
            'd' => 86_400_000,
            'w' => 604_800_000,
            _ => return None,
        };
        total = total.checked_add(count.checked_mul(unit)?)?;
        rest = &rest[digits + 1..];
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use jiff::tz::{self, TimeZone};

    use super::*;

    /// 2026-11-23T20:00:05Z
    const NOW: i64 = 1_795_464_005_000;

    #[test]
    fn times_are_read_as_people_write_them() {
        let berlin = Zone::of(TimeZone::fixed(tz::offset(1)));
        for (text, expected) in [
            ("15m", NOW - 900_000),
            ("-15m", NOW - 900_000),
            ("T-1h30m", NOW - 5_400_000),
            ("20:30", NOW - 1_805_000),
            ("20:30:05", NOW - 1_800_000),
            // not yet today: yesterday
            ("21:30", NOW + 1_795_000 - 86_400_000),
            ("2026-11-23 21:00:05", NOW),
            ("2026-11-23T20:00:05Z", NOW),
        ] {
            assert_eq!(berlin.read(text, NOW), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_told_how_one_is_written() {
        for text in ["", "soon", "15", "25:00", "99999999999999d", "m"] {
            let why = Zone::utc().read(text, NOW).unwrap_err();
            assert!(why.contains("14:05"), "{text}: {why}");
        }
    }
}
