//! The ways in which logs write the time. All give milliseconds since 1970; what names no zone is taken for UTC.
use crate::log::Level;

const DAY: i64 = 86_400_000;

/// Days from 1970-01-01, after Howard Hinnant's algorithm.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The year of a time.
fn year_of(at: i64) -> i64 {
    let mut year = 1970 + at.div_euclid(DAY) / 365;
    while days(year, 1, 1) > at.div_euclid(DAY) {
        year -= 1;
    }
    year
}

/// So many digits.
fn number(text: &[u8], at: usize, len: usize) -> Option<i64> {
    let digits = text.get(at..at + len)?;
    digits.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + i64::from(b - b'0')))
}

fn date(year: i64, month: i64, day: i64) -> Option<i64> {
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then(|| days(year, month, day) * DAY)
}

/// `hh:mm:ss`, with what there is of a fraction behind it; how long it is.
fn clock(text: &[u8]) -> Option<(i64, usize)> {
    let (hour, minute, second) = (number(text, 0, 2)?, number(text, 3, 2)?, number(text, 6, 2)?);
    if text[2] != b':' || text[5] != b':' || hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    let mut ms = ((hour * 60 + minute) * 60 + second) * 1000;
    let mut used = 8;
    if matches!(text.get(8), Some(b'.' | b',')) && text.get(9).is_some_and(u8::is_ascii_digit) {
        used = 9;
        let mut scale = 100;
        while let Some(b) = text.get(used).filter(|b| b.is_ascii_digit()) {
            ms += i64::from(b - b'0') * scale;
            scale /= 10;
            used += 1;
        }
    }
    Some((ms, used))
}

/// How far the zone is from UTC, and how long it is; nothing is UTC.
fn zone(text: &[u8]) -> (i64, usize) {
    let space = usize::from(text.first() == Some(&b' '));
    match text.get(space) {
        Some(b'Z' | b'z') if space == 0 => (0, 1),
        Some(sign @ (b'+' | b'-')) => {
            let colon = usize::from(text.get(space + 3) == Some(&b':'));
            match (number(text, space + 1, 2), number(text, space + 3 + colon, 2)) {
                (Some(hours), Some(minutes)) => {
                    let ms = (hours * 60 + minutes) * 60_000;
                    (if *sign == b'-' { -ms } else { ms }, space + 5 + colon)
                }
                _ => (0, 0),
            }
        }
        _ if text[space..].starts_with(b"UTC") => (0, space + 3),
        _ => (0, 0),
    }
}

/// `2026-11-01T00:00:00.123Z` and what resembles it: slashes, a space, a comma, an offset. How long it is.
#[must_use]
pub fn any(text: &[u8]) -> Option<(i64, usize)> {
    let (year, month, day) = (number(text, 0, 4)?, number(text, 5, 2)?, number(text, 8, 2)?);
    let sign = text[4];
    if !matches!(sign, b'-' | b'/') || text[7] != sign || !matches!(text.get(10), Some(b'T' | b't' | b' ' | b'_')) {
        return None;
    }
    let date = date(year, month, day)?;
    let (ms, used) = clock(text.get(11..)?)?;
    let (offset, zone) = zone(&text[11 + used..]);
    Some((date + ms - offset, 11 + used + zone))
}

/// Seconds since 1970, or milli-, micro- or nanoseconds: the size tells which.
#[must_use]
pub fn epoch(text: &[u8]) -> Option<i64> {
    let point = text.iter().position(|b| *b == b'.').unwrap_or(text.len());
    let whole = &text[..point];
    if whole.is_empty() || whole.len() > 19 {
        return epoch_float(text);
    }
    let Some(n) = whole.iter().try_fold(0_i64, |n, b| {
        b.is_ascii_digit().then(|| n.checked_mul(10)?.checked_add(i64::from(b - b'0'))).flatten()
    }) else {
        return epoch_float(text);
    };
    // before 1973 nothing was logged: smaller numbers are counters, not times
    match n {
        100_000_000..100_000_000_000 => {
            let part = text[point..].iter().skip(1).take(3).take_while(|b| b.is_ascii_digit());
            let (ms, _) = part.fold((0, 100), |(ms, scale), b| (ms + i64::from(b - b'0') * scale, scale / 10));
            Some(n * 1000 + ms)
        }
        100_000_000_000..100_000_000_000_000 => Some(n),
        100_000_000_000_000..100_000_000_000_000_000 => Some(n / 1000),
        100_000_000_000_000_000.. => Some(n / 1_000_000),
        _ => epoch_float(text),
    }
}

/// `1.7988480001234567e9`, as zap writes it.
fn epoch_float(text: &[u8]) -> Option<i64> {
    let number: f64 = std::str::from_utf8(text).ok().filter(|text| text.contains(['e', 'E']))?.parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "the range was looked at")]
    (1e8..1e11).contains(&number).then(|| (number * 1000.0).round() as i64)
}

fn month(text: &[u8]) -> Option<i64> {
    const NAMES: [&[u8; 3]; 12] =
        [b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec"];
    let name: [u8; 3] = text.get(..3)?.try_into().ok()?;
    let name = name.map(|b| b.to_ascii_lowercase());
    (1..).zip(NAMES).find(|(_, month)| **month == name).map(|(number, _)| number)
}

/// The time of a day whose year nobody wrote: in the year that is nearest.
fn without_year(month: i64, day: i64, ms: i64, near: i64) -> Option<i64> {
    let year = year_of(near);
    let times = [year - 1, year, year + 1].map(|year| date(year, month, day).map(|date| date + ms));
    times.into_iter().flatten().min_by_key(|at| at.abs_diff(near))
}

/// `Nov  1 00:00:00`, as syslog has it.
fn syslog(text: &[u8], near: i64) -> Option<(i64, usize)> {
    let month = month(text)?;
    if text.get(3) != Some(&b' ') {
        return None;
    }
    let padded = usize::from(text.get(4) == Some(&b' '));
    let digits = 2 - padded;
    let day = number(text, 4 + padded, digits)?;
    if text.get(6) != Some(&b' ') {
        return None;
    }
    let (ms, used) = clock(text.get(7..)?)?;
    // Apache writes the year behind it
    let year = number(text, 7 + used + 1, 4).filter(|year| *year > 1969 && text[7 + used] == b' ');
    let at = match year {
        Some(year) => date(year, month, day)? + ms,
        None => without_year(month, day, ms, near)?,
    };
    Some((at, 7 + used + if year.is_some() { 5 } else { 0 }))
}

/// The time that a line begins with, and how long it is.
#[must_use]
pub fn leading(text: &[u8], near: i64) -> Option<(i64, usize)> {
    match text.first()? {
        b'0'..=b'9' => any(text),
        b'A'..=b'Z' => {
            // `Sun Nov 01 …`
            let day = usize::from(text.get(3) == Some(&b' ') && month(text).is_none()) * 4;
            syslog(&text[day..], near).map(|(at, used)| (at, day + used))
        }
        _ => None,
    }
}

/// `E1101 00:00:00.123456    1 file.go:1] …`, as Kubernetes' own programs write.
#[must_use]
pub fn klog(text: &[u8], near: i64) -> Option<(Level, Option<i64>)> {
    let level = match text.first()? {
        b'I' => Level::Info,
        b'W' => Level::Warn,
        b'E' => Level::Error,
        b'F' => Level::Fatal,
        _ => return None,
    };
    let (month, day) = (number(text, 1, 2)?, number(text, 3, 2)?);
    if text.get(5) != Some(&b' ') || !(1..=12).contains(&month) {
        return None;
    }
    let (ms, _) = clock(text.get(6..)?)?;
    Some((level, without_year(month, day, ms, near)))
}

/// What follows `stdout F `, which container runtimes put before a line.
#[must_use]
pub fn after_cri(text: &[u8]) -> Option<&[u8]> {
    let rest = text.strip_prefix(b" stdout ").or_else(|| text.strip_prefix(b" stderr "))?;
    rest.strip_prefix(b"F ").or_else(|| rest.strip_prefix(b"P "))
}

/// A time that does not stand at the beginning: behind a level, or in the brackets of an access log.
#[must_use]
pub fn within(text: &[u8], near: i64) -> Option<i64> {
    let head = &text[..text.len().min(200)];
    let access = memchr::memchr_iter(b'[', head).find_map(|at| access(&head[at + 1..]));
    let second = || {
        let end = head.iter().take(12).position(|b| b.is_ascii_whitespace())?;
        let rest = head[end..].trim_ascii_start();
        leading(rest.strip_prefix(b"[").unwrap_or(rest), near).map(|(at, _)| at)
    };
    access.or_else(second)
}

/// `01/Nov/2026:00:00:00 +0000`
fn access(text: &[u8]) -> Option<i64> {
    let (day, month, year) = (number(text, 0, 2)?, month(text.get(3..)?)?, number(text, 7, 4)?);
    if text[2] != b'/' || text[6] != b'/' || text.get(11) != Some(&b':') {
        return None;
    }
    let (ms, used) = clock(text.get(12..)?)?;
    let (offset, _) = zone(&text[12 + used..]);
    Some(date(year, month, day)? + ms - offset)
}
