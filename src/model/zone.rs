//! In which zone absolute times are told. Which one that is, the start says: the model asks no clock and no machine.
mod read;

use std::borrow::Cow;

use jiff::{Timestamp, tz::TimeZone};

use crate::kinds::{Cell, cell::age};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Default for Zone {
    fn default() -> Self {
        Self::utc()
    }
}

impl Zone {
    #[must_use]
    pub const fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    #[must_use]
    pub const fn of(zone: TimeZone) -> Self {
        Self(zone)
    }

    /// What it is called: `UTC`, `Europe/Berlin`.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("the machine's zone")
    }

    /// `2026-11-23 21:00:05 +01`, `2026-11-23 20:00:05Z`.
    #[must_use]
    pub fn moment(&self, at: i64) -> String {
        self.write(at, "%Y-%m-%d %H:%M:%S", " %:::z")
    }

    /// `21:00:05`, `20:00:05Z`.
    #[must_use]
    pub fn time_of_day(&self, at: i64) -> String {
        self.write(at, "%H:%M:%S", "")
    }

    /// Seconds east of UTC at a moment.
    #[must_use]
    pub fn offset(&self, at: i64) -> i64 {
        Timestamp::from_second(at).map_or(0, |at| self.0.to_offset(at).seconds().into())
    }

    /// `21:00:05`, with thousandths where there are columns for them, from milliseconds.
    #[must_use]
    pub fn clock(&self, at: i64, thousandths: bool) -> String {
        let Ok(moment) = Timestamp::from_millisecond(at) else { return "-".to_owned() };
        let form = if thousandths { "%H:%M:%S%.3f" } else { "%H:%M:%S" };
        moment.to_zoned(self.0.clone()).strftime(form).to_string()
    }

    fn write(&self, at: i64, form: &str, offset: &str) -> String {
        let Ok(at) = Timestamp::from_second(at) else { return "-".to_owned() };
        let offset = if self.0 == TimeZone::UTC { "Z" } else { offset };
        at.to_zoned(self.0.clone()).strftime(&format!("{form}{offset}")).to_string()
    }

    /// What a cell says in a line.
    #[must_use]
    pub fn show<'a>(&self, cell: &'a Cell<'_>, now: i64) -> Cow<'a, str> {
        match cell {
            Cell::At(at) => self.moment(*at).into(),
            _ => cell.show(now),
        }
    }

    /// What a cell says where there is room: since when, beside how long.
    #[must_use]
    pub fn tell(&self, cell: &Cell<'_>, now: i64) -> String {
        match cell {
            Cell::Since(at) => format!("{} ({})", age(now - at), self.moment(*at)),
            Cell::Count(n, Some(at)) => format!("{n} ({} ago: {})", age(now - at), self.moment(*at)),
            _ => self.show(cell, now).into_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz;

    use super::*;

    /// 2026-11-23T20:00:05Z
    const THEN: i64 = 1_795_464_005;

    #[test]
    fn a_moment_says_its_zone_and_so_cannot_be_misread() {
        let berlin = Zone::of(TimeZone::fixed(tz::offset(1)));
        assert_eq!(
            (berlin.moment(THEN), berlin.time_of_day(THEN)),
            ("2026-11-23 21:00:05 +01".into(), "21:00:05".into())
        );
        assert_eq!(
            (Zone::utc().moment(THEN), Zone::utc().time_of_day(THEN)),
            ("2026-11-23 20:00:05Z".into(), "20:00:05Z".into())
        );
        let delhi = Zone::of(TimeZone::fixed(tz::Offset::from_seconds(19_800).unwrap()));
        assert_eq!(delhi.moment(THEN), "2026-11-24 01:30:05 +05:30");
    }

    #[test]
    fn since_when_stands_beside_how_long() {
        assert_eq!(Zone::utc().tell(&Cell::Since(THEN - 300), THEN), "5m (2026-11-23 19:55:05Z)");
        assert_eq!(Zone::utc().tell(&Cell::Count(3, Some(THEN - 5)), THEN), "3 (5s ago: 2026-11-23 20:00:00Z)");
        assert_eq!(Zone::utc().tell(&Cell::Int(3), THEN), "3");
        assert_eq!(Zone::utc().show(&Cell::Since(THEN - 300), THEN), "5m");
    }
}
