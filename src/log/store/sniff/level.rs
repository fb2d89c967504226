//! The words that programs have for levels, and where in a line they put them.
use super::{
    logfmt::{Token, Tokens},
    time,
};
use crate::log::Level;

const WORDS: [(&[u8], Level); 36] = [
    (b"info", Level::Info),
    (b"error", Level::Error),
    (b"warn", Level::Warn),
    (b"debug", Level::Debug),
    (b"warning", Level::Warn),
    (b"trace", Level::Trace),
    (b"fatal", Level::Fatal),
    (b"critical", Level::Fatal),
    (b"notice", Level::Info),
    (b"err", Level::Error),
    (b"inf", Level::Info),
    (b"wrn", Level::Warn),
    (b"dbg", Level::Debug),
    (b"trc", Level::Trace),
    (b"ftl", Level::Fatal),
    (b"crit", Level::Fatal),
    (b"alert", Level::Fatal),
    (b"emerg", Level::Fatal),
    (b"emergency", Level::Fatal),
    (b"panic", Level::Fatal),
    (b"dpanic", Level::Fatal),
    (b"severe", Level::Error),
    (b"information", Level::Info),
    (b"informational", Level::Info),
    (b"verbose", Level::Trace),
    (b"fine", Level::Debug),
    (b"finer", Level::Trace),
    (b"finest", Level::Trace),
    (b"i", Level::Info),
    (b"e", Level::Error),
    (b"w", Level::Warn),
    (b"d", Level::Debug),
    (b"f", Level::Fatal),
    (b"t", Level::Trace),
    (b"v", Level::Trace),
    (b"c", Level::Fatal),
];

/// What a word means where nothing but a level can stand.
#[must_use]
pub fn word(text: &[u8]) -> Level {
    if text.len() > 13 {
        return Level::Unknown;
    }
    if let Ok(number) = std::str::from_utf8(text).unwrap_or("").parse::<u8>() {
        return of_number(number);
    }
    WORDS.iter().find(|(word, _)| text.eq_ignore_ascii_case(word)).map_or(Level::Unknown, |(_, level)| *level)
}

/// The numbers of pino and bunyan.
#[must_use]
pub fn number(text: &[u8]) -> Level {
    std::str::from_utf8(text).ok().and_then(|text| text.parse().ok()).map_or(Level::Unknown, of_number)
}

fn of_number(number: u8) -> Level {
    match number {
        10 => Level::Trace,
        20 => Level::Debug,
        30 => Level::Info,
        40 => Level::Warn,
        50 => Level::Error,
        60 => Level::Fatal,
        _ => Level::Unknown,
    }
}

/// The priority that syslog begins a line with, and what follows it: `<34>1 `.
pub fn priority(text: &[u8]) -> Option<(Level, &[u8])> {
    let rest = text.strip_prefix(b"<")?;
    let end = rest.iter().take(4).position(|b| *b == b'>')?;
    let number: u16 = std::str::from_utf8(&rest[..end]).ok()?.parse().ok().filter(|n| *n < 192)?;
    let level = match number % 8 {
        0..=2 => Level::Fatal,
        3 => Level::Error,
        4 => Level::Warn,
        5 | 6 => Level::Info,
        _ => Level::Debug,
    };
    let rest = &rest[end + 1..];
    Some((level, rest.strip_prefix(b"1 ").unwrap_or(rest)))
}

/// What logfmt says where the line is logfmt: the level, and the time where it is wanted. What stands in quotes says nothing.
pub fn pairs(text: &[u8], wants_time: bool) -> super::Said {
    let mut said = super::Said::default();
    // a message may stand before the pairs, but not a long one
    let mut words = 0;
    for token in Tokens::new(text) {
        match token {
            Token::Pair(key, value) if said.level == Level::Unknown && super::LEVELS.contains(&key) => {
                said.level = word(value);
            }
            Token::Pair(key, value) if wants_time && said.at.is_none() && super::TIMES.contains(&key) => {
                said.at = time::any(value).map(|(at, _)| at).or_else(|| time::epoch(value));
            }
            Token::Pair(..) => {}
            Token::Word(_) => words += 1,
        }
        if words == 12 || said.level != Level::Unknown && (said.at.is_some() || !wants_time) {
            break;
        }
    }
    said
}

/// The level that stands at the beginning of a message, behind what may stand before it: a thread in brackets, the name of a
/// logger, a number, a request's id.
pub fn leading(text: &[u8]) -> Level {
    let mut rest = text.trim_ascii_start();
    let mut dashed = false;
    for _ in 0..6 {
        let end = rest.iter().take(64).position(|b| b.is_ascii_whitespace()).unwrap_or(rest.len().min(64));
        let token = &rest[..end];
        let level = of_token(token);
        if level != Level::Unknown {
            return level;
        }
        let before = &text[..text.len() - rest.len()];
        // WARNING:root:message
        if let Some(colon) = memchr::memchr(b':', token)
            && before.trim_ascii().is_empty()
            && let level @ (Level::Debug | Level::Info | Level::Warn | Level::Error | Level::Fatal) =
                loud(&token[..colon])
        {
            return level;
        }
        let is_dash = matches!(token, b"-" | b"--" | b"---" | b"|");
        let may_precede = is_dash
            || dashed
            || token.first().is_some_and(|b| b"[({<#".contains(b))
            || token.iter().any(u8::is_ascii_digit)
            || memchr::memchr_iter(b'.', token).nth(1).is_some()
            || (token.ends_with(b":") && before.is_empty());
        if !may_precede || end == rest.len() || end == 64 {
            return Level::Unknown;
        }
        dashed = is_dash;
        rest = rest[end..].trim_ascii_start();
    }
    Level::Unknown
}

/// `ERROR`, `[error]`, `error:`, `E/`; a small word alone is no level.
fn of_token(token: &[u8]) -> Level {
    let bare = token.strip_suffix(b":").unwrap_or(token);
    let brackets = [(b"[", b"]"), (b"(", b")"), (b"<", b">"), (b"|", b"|")];
    let inside =
        brackets.iter().find_map(|(open, close)| bare.strip_prefix(*open).and_then(|rest| rest.strip_suffix(*close)));
    match inside {
        // [core:error] is Apache's
        Some(inside) => match memchr::memrchr(b':', inside) {
            Some(colon) => word(&inside[colon + 1..]),
            None => word(inside),
        },
        None if bare.len() < token.len() && bare.len() > 1 => word(bare),
        None => loud(bare),
    }
}

/// A level in capitals, of more than one letter.
fn loud(text: &[u8]) -> Level {
    if text.len() > 2 && text.iter().all(|b| b.is_ascii_uppercase()) { word(text) } else { Level::Unknown }
}
