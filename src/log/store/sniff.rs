//! What a line says of its level and its time, found without reading all of it. Words in the middle of a message mislead nobody.
pub(super) mod json;
mod level;
pub(super) mod logfmt;
mod time;

use json::{Pairs, Raw};

use crate::log::Level;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// When, in milliseconds since 1970.
    pub at: Option<i64>,
    pub level: Level,
}

/// Keys of JSON that hold a time, in the order in which they are trusted.
const TIMES: [&[u8]; 9] = [
    b"time",
    b"ts",
    b"timestamp",
    b"@timestamp",
    b"datetime",
    b"eventTime",
    b"stageTimestamp",
    b"t",
    b"requestReceivedTimestamp",
];
const LEVELS: [&[u8]; 11] = [
    b"level",
    b"severity",
    b"lvl",
    b"levelname",
    b"loglevel",
    b"log.level",
    b"@level",
    b"log_level",
    b"severityText",
    b"severity_text",
    b"levelName",
];

/// The time and the level of a line of a file. `near` is about when it was written: it tells the year where the line does not.
#[must_use]
pub fn line(text: &[u8], near: i64) -> Said {
    if is_json(text) { of_json(text, true, 1) } else { of_text(text, near, true) }
}

/// The level of an event whose time is known.
#[must_use]
pub fn level(text: &[u8]) -> Level {
    if is_json(text) { of_json(text, false, 1).level } else { of_text(text, 0, false).level }
}

#[must_use]
pub fn is_json(text: &[u8]) -> bool {
    text.trim_ascii_start().starts_with(b"{")
}

/// Whether a line without a time of its own looks as if it belonged to the one before; `goes_on` where that one did too.
#[must_use]
pub fn is_continuation(text: &[u8], goes_on: bool) -> bool {
    let Some(first) = text.first() else { return goes_on };
    if matches!(first, b' ' | b'\t') {
        return !is_json(text) || goes_on;
    }
    let begins = [&b"Caused by:"[..], b"Suppressed:", b"... "].iter().any(|words| text.starts_with(words));
    let closes = goes_on && matches!(text, b"}" | b"]" | b")" | b"})" | b"]}" | b"};");
    // the last line of Python's: `ValueError: no such thing`
    let name = text.iter().position(|b| !b.is_ascii_alphanumeric() && !b".__".contains(b)).unwrap_or(text.len());
    let raises = goes_on && (text[..name].ends_with(b"Error") || text[..name].ends_with(b"Exception"));
    begins || closes || raises
}

/// `deep` is how many envelopes may still be opened.
fn of_json(text: &[u8], wants_time: bool, deep: u8) -> Said {
    let mut said = Said::default();
    let mut trust = TIMES.len();
    for (key, value) in Pairs::new(text) {
        if said.level == Level::Unknown && LEVELS.contains(&key) {
            said.level = match value {
                Raw::Text(word) => level::word(word),
                Raw::Other(number) => level::number(number),
                _ => Level::Unknown,
            };
        } else if wants_time
            && let Some(rank) = TIMES.iter().position(|name| *name == key)
            && rank < trust
        {
            let at = match value {
                Raw::Text(text) => time::any(text).map(|(at, _)| at),
                Raw::Other(number) => time::epoch(number),
                _ => None,
            };
            (said.at, trust) = at.map_or((said.at, trust), |at| (Some(at), rank));
        } else if deep > 0 && said.level == Level::Unknown {
            said.level = within(key, value);
        }
        if said.level != Level::Unknown && (said.at.is_some() || !wants_time) {
            break;
        }
    }
    said
}

/// The level that the line in Fluent Bit's envelope has.
fn within(key: &[u8], value: Raw<'_>) -> Level {
    match value {
        Raw::Object(object) if matches!(key, b"log_processed" | b"log") => of_json(object, false, 0).level,
        Raw::Text(text) if key == b"log" => {
            // the beginning is enough: nobody puts the level behind the message
            let plain = json::unescape(&text[..text.len().min(1024)]);
            if is_json(&plain) { of_json(&plain, false, 0).level } else { of_text(&plain, 0, false).level }
        }
        _ => Level::Unknown,
    }
}

fn of_text(text: &[u8], near: i64, wants_time: bool) -> Said {
    let mut rest = text;
    let mut said = Said::default();
    if let Some((level, after)) = level::priority(rest) {
        (said.level, rest) = (level, after);
    }
    if let Some((level, at)) = time::klog(rest, near) {
        return Said { at, level };
    }
    let bracket = usize::from(rest.first() == Some(&b'['));
    if let Some((at, used)) = rest.get(bracket..).and_then(|rest| time::leading(rest, near)) {
        said.at = Some(at);
        rest = &rest[bracket + used..];
        rest = rest.strip_prefix(b"]").filter(|_| bracket == 1).unwrap_or(rest);
        rest = time::after_cri(rest).unwrap_or(rest);
        if is_json(rest) {
            let inner = of_json(rest, false, 1);
            said.level = if said.level == Level::Unknown { inner.level } else { said.level };
            return said;
        }
    }
    if said.level == Level::Unknown {
        let found = level::pairs(rest, wants_time && said.at.is_none());
        said.at = said.at.or(found.at);
        said.level = if found.level == Level::Unknown { level::leading(rest) } else { found.level };
    }
    if wants_time && said.at.is_none() {
        said.at = time::within(text, near);
    }
    said
}
