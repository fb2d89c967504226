//! Pages: a token names the last row that was told, and is signed, so that one made up is told from one given.
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{call::Call, fail::Fail};
use crate::rng;

pub struct Page<T> {
    pub rows: Vec<T>,
    pub next: Option<String>,
}

/// So many rows after the one that the token names. A row that is gone since is made up for by its place.
pub fn page<T>(
    call: &Call<'_>,
    rows: Vec<T>,
    key: impl Fn(&T) -> String,
    limit: usize,
    token: Option<&str>,
) -> Result<Page<T>, Fail> {
    let from = match token {
        None => 0,
        Some(token) => {
            let (place, last) = read(call, token).ok_or_else(|| bad_token(call, token))?;
            let there = rows.get(place.wrapping_sub(1)).is_some_and(|row| key(row) == last);
            let found = if there { Some(place) } else { rows.iter().position(|row| key(row) == last).map(|at| at + 1) };
            found.unwrap_or(place)
        }
    };
    let end = from.saturating_add(limit.max(1)).min(rows.len());
    let next = (end < rows.len()).then(|| write(call, end, &key(&rows[end - 1])));
    let rows = rows.into_iter().skip(from).take(end.saturating_sub(from)).collect();
    Ok(Page { rows, next })
}

/// What the service says of a token that is not its own.
#[must_use]
pub fn bad_token(call: &Call<'_>, token: &str) -> Fail {
    let (code, message) = call.service.bad_token;
    Fail::bad(code, message.replace("{}", token))
}

fn sum(call: &Call<'_>, text: &str) -> String {
    let of = format!("{}/{}/{}/{text}", call.region, call.operation.action, call.estate.keys.token);
    format!("{:016x}", rng::hash(0, &of))
}

fn write(call: &Call<'_>, place: usize, last: &str) -> String {
    let text = format!("{place}/{last}");
    URL_SAFE_NO_PAD.encode(format!("{}{text}", sum(call, &text)))
}

fn read(call: &Call<'_>, token: &str) -> Option<(usize, String)> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (given, text) = std::str::from_utf8(&bytes).ok()?.split_at_checked(16)?;
    let (place, last) = text.split_once('/').filter(|_| sum(call, text) == given)?;
    Some((place.parse().ok()?, last.to_owned()))
}

/// How many rows were asked for, within what is allowed; `usual` if it is not said.
pub fn limit(call: &Call<'_>, name: &str, least: i64, most: i64, usual: usize) -> Result<usize, Fail> {
    match call.number(name)? {
        None => Ok(usual),
        Some(count) if (least..=most).contains(&count) => Ok(usize::try_from(count).unwrap_or(usual)),
        Some(count) => Err(out_of_range(call, name, count, least, most)),
    }
}

fn out_of_range(call: &Call<'_>, name: &str, count: i64, least: i64, most: i64) -> Fail {
    use super::wire::Wire;
    let low = count < least;
    let constraint = if low {
        format!("Member must have value greater than or equal to {least}")
    } else {
        format!("Member must have value less than or equal to {most}")
    };
    let lower = name.chars().next().map(|first| first.to_ascii_lowercase()).into_iter().chain(name.chars().skip(1));
    let lower: String = lower.collect();
    let sentence =
        format!("1 validation error detected: Value '{count}' at '{lower}' failed to satisfy constraint: {constraint}");
    match call.wire {
        Wire::Ec2 => {
            let expected = if low { format!("greater than {least}") } else { format!("less than or equal to {most}") };
            let message = format!("Value ( {count} ) for parameter {lower} is invalid. Expecting a value {expected}.");
            Fail::bad("InvalidParameterValue", message)
        }
        Wire::Query | Wire::RestXml => Fail::bad("ValidationError", sentence),
        Wire::RestJson => Fail::bad("InvalidParameterException", sentence),
        Wire::Json10 | Wire::Json11 | Wire::Cbor => Fail::bad(call.service.bad_number(), sentence),
    }
}
