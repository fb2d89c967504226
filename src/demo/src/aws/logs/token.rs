//! Tokens that name a place among the events of a group.
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use super::walk::Key;
use crate::{
    aws::{call::Call, fail::Fail, page},
    clock::DAY,
    rng,
};

/// A place in a listing, and which way it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub key: Key,
    pub forward: bool,
}

const HOLDS: i64 = DAY;

/// What must be asked alike for a token to go on.
fn sum(call: &Call<'_>, text: &str) -> String {
    let asked: Vec<String> =
        ["logGroupName", "logGroupIdentifier", "logStreamNames", "logStreamNamePrefix", "filterPattern"]
            .iter()
            .map(|name| call.input.get(*name).unwrap_or(&Value::Null).to_string())
            .collect();
    let of = format!("{}/{}/{}/{text}", call.region, call.estate.keys.token, asked.join("/"));
    format!("{:016x}", rng::hash(1, &of))
}

#[must_use]
pub fn write(call: &Call<'_>, place: Place, now: i64) -> String {
    let Place { key, forward } = place;
    let text = format!("{}/{}/{}/{}/{now}", key.at, key.ingested, key.id, u8::from(forward));
    URL_SAFE_NO_PAD.encode(format!("{}{text}", sum(call, &text)))
}

pub fn read(call: &Call<'_>, token: &str, now: i64) -> Result<Place, Fail> {
    parse(call, token)
        .filter(|(_, written)| now - written <= HOLDS)
        .map(|(place, _)| place)
        .ok_or_else(|| page::bad_token(call, token))
}

fn parse(call: &Call<'_>, token: &str) -> Option<(Place, i64)> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (given, text) = std::str::from_utf8(&bytes).ok()?.split_at_checked(16)?;
    if sum(call, text) != given {
        return None;
    }
    let numbers: Vec<&str> = text.split('/').collect();
    let [at, ingested, id, forward, written] = numbers[..] else { return None };
    let key = Key { at: at.parse().ok()?, ingested: ingested.parse().ok()?, id: id.parse().ok()? };
    Some((Place { key, forward: forward == "1" }, written.parse().ok()?))
}

/// How GetLogEvents names a place in its stream: `f/` or `b/`, and 56 digits.
#[must_use]
pub fn in_stream(forward: bool, key: Key) -> String {
    let ingested = key.ingested.max(0);
    format!("{}/{:014}{ingested:014}{:028}/s", if forward { 'f' } else { 'b' }, key.at.max(0), key.id)
}

#[must_use]
pub fn of_stream(token: &str) -> Option<Place> {
    let (way, rest) = token.split_once('/')?;
    let digits = rest.strip_suffix("/s").filter(|rest| rest.len() == 56 && rest.bytes().all(|b| b.is_ascii_digit()))?;
    let key =
        Key { at: digits[..14].parse().ok()?, ingested: digits[14..28].parse().ok()?, id: digits[28..].parse().ok()? };
    let forward = match way {
        "f" => true,
        "b" => false,
        _ => return None,
    };
    Some(Place { key, forward })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_stream_is_read_back_as_it_was_written() {
        let key = Key { at: 1_700_000_000_123, ingested: 1_700_000_004_000, id: u64::MAX };
        for forward in [true, false] {
            let token = in_stream(forward, key);
            assert_eq!(of_stream(&token), Some(Place { key, forward }), "{token}");
        }
        for bad in ["", "f/12/s", "x/00000000000000000000000000000000000000000000000000000000/s", "f/0"] {
            assert_eq!(of_stream(bad), None, "{bad}");
        }
    }
}
