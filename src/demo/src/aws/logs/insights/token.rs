//! The words of a Logs Insights query.
use regex::Regex;

#[derive(Clone, Debug)]
pub enum Token {
    /// A keyword, a function, or a field.
    Word(String),
    /// A field in backquotes.
    Field(String),
    Text(String),
    Number(f64),
    /// A number with a unit of time, in milliseconds.
    Span(i64),
    Regex(Regex),
    Sign(&'static str),
}

/// Why a query is refused, and where it went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    pub message: String,
    pub at: usize,
}

impl Malformed {
    pub fn new(message: impl Into<String>, at: usize) -> Self {
        Self { message: message.into(), at }
    }
}

const SIGNS: [&str; 14] = ["!=", ">=", "<=", "=~", "|", "=", "<", ">", "(", ")", "[", "]", ",", "*"];

/// The words, each with where it begins.
pub fn tokens(text: &str) -> Result<Vec<(Token, usize)>, Malformed> {
    let mut all = vec![];
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if first.is_whitespace() {
            at += first.len_utf8();
        } else if first == '#' {
            at += rest.find('\n').unwrap_or(rest.len());
        } else {
            let (token, length) = token(rest, first, at)?;
            all.push((token, at));
            at += length;
        }
    }
    Ok(all)
}

fn token(rest: &str, first: char, at: usize) -> Result<(Token, usize), Malformed> {
    match first {
        '"' | '\'' => enclosed(rest, first, at).map(|(text, length)| (Token::Text(unescaped(text)), length)),
        '`' => enclosed(rest, first, at).map(|(text, length)| (Token::Field(text.to_owned()), length)),
        '/' => {
            let (source, length) = enclosed(rest, first, at)?;
            let careless = rest[length..].starts_with('i');
            let source = source.replace("\\/", "/");
            let regex = Regex::new(&if careless { format!("(?i){source}") } else { source })
                .map_err(|_| Malformed::new("invalid regular expression", at))?;
            Ok((Token::Regex(regex), length + usize::from(careless)))
        }
        _ if first.is_ascii_digit() || (first == '-' && rest[1..].starts_with(|c: char| c.is_ascii_digit())) => {
            number(rest, at)
        }
        _ if first.is_alphabetic() || "@_$".contains(first) => {
            let end = rest.find(|c: char| !c.is_alphanumeric() && !"@_.$".contains(c)).unwrap_or(rest.len());
            Ok((Token::Word(rest[..end].to_owned()), end))
        }
        _ => SIGNS
            .iter()
            .find(|sign| rest.starts_with(**sign))
            .map(|sign| (Token::Sign(sign), sign.len()))
            .ok_or_else(|| Malformed::new(format!("unexpected symbol found {first}"), at)),
    }
}

/// What is between two of a sign, and how long it is with them.
fn enclosed(rest: &str, sign: char, at: usize) -> Result<(&str, usize), Malformed> {
    let mut escaped = false;
    for (index, c) in rest.char_indices().skip(1) {
        if c == sign && !escaped {
            return Ok((&rest[1..index], index + 1));
        }
        escaped = c == '\\' && !escaped;
    }
    Err(Malformed::new(format!("{sign} is not closed"), at))
}

fn unescaped(text: &str) -> String {
    text.replace("\\\"", "\"").replace("\\'", "'").replace("\\\\", "\\")
}

fn number(rest: &str, at: usize) -> Result<(Token, usize), Malformed> {
    let digits = 1 + rest[1..].find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len() - 1);
    let unit_end = rest[digits..].find(|c: char| !c.is_alphabetic()).map_or(rest.len(), |end| digits + end);
    let value: f64 = rest[..digits].parse().map_err(|_| Malformed::new("invalid number", at))?;
    let unit = match &rest[digits..unit_end] {
        "" => return Ok((Token::Number(value), digits)),
        "ms" => 1.0,
        "s" | "sec" | "second" | "seconds" => 1000.0,
        "m" | "min" | "minute" | "minutes" => 60_000.0,
        "h" | "hr" | "hour" | "hours" => 3_600_000.0,
        "d" | "day" | "days" => 86_400_000.0,
        "w" | "week" | "weeks" => 604_800_000.0,
        other => return Err(Malformed::new(format!("unknown unit of time {other}"), at)),
    };
    Ok((Token::Span((value * unit) as i64), unit_end))
}
