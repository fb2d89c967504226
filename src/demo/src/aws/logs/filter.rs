//! FilterLogEvents.
use serde_json::{Value, json};

use super::{
    asked, flag_or, group, in_pace, invalid, millis,
    pattern::Pattern,
    source::{self, Choice, Stream},
    token::{self, Place},
    walk::{Event, Go, Key, Walk, Window},
};
use crate::aws::{call::Call, fail::Fail, page, service::Reply};

/// Of a page: events, and bytes of their messages with what AWS counts for each.
const MOST_EVENTS: i64 = 10_000;
pub const MOST_BYTES: usize = 1 << 20;
pub const EACH: usize = 26;

/// So many names one may give.
const MOST_NAMES: usize = 100;

pub fn choice(call: &Call<'_>) -> Result<Choice, Fail> {
    let (names, prefix) = (call.texts("logStreamNames"), call.text("logStreamNamePrefix"));
    if !names.is_empty() && prefix.is_some() {
        return Err(invalid("logStreamNames and logStreamNamePrefix are mutually exclusive parameters."));
    }
    if names.len() > MOST_NAMES {
        return Err(invalid(
            "1 validation error detected: Value at 'logStreamNames' failed to satisfy constraint: Member must have length \
             less than or \
             equal to 100",
        ));
    }
    Ok(Choice { names, prefixes: prefix.map(str::to_owned).into_iter().collect() })
}

/// What is looked through.
struct Asked {
    streams: Vec<Stream>,
    window: Window,
    now: i64,
    skew: i64,
}

fn look(call: &Call<'_>, choice: &Choice, from: i64, to: i64) -> Result<Asked, Fail> {
    let identifier = asked(call)?;
    call.look(|world, region| {
        let group = group(world, region, &identifier)?;
        let streams = source::streams(world, region, group, choice);
        if choice.names.iter().any(|name| streams.iter().all(|stream| stream.name != *name)) {
            return Err(Fail::bad(super::NOT_FOUND, "The specified log stream does not exist."));
        }
        let window = Window { from: from.max(source::oldest(group, world.now)), to: to.min(world.now + 1) };
        Ok(Asked { streams, window, now: world.now, skew: call.skew })
    })?
}

pub fn filter(call: &Call<'_>) -> Result<Reply, Fail> {
    in_pace(call)?;
    let limit = page::limit(call, "limit", 1, MOST_EVENTS, 10_000)?;
    let (from, end) = (millis(call, "startTime")?, millis(call, "endTime")?);
    if let (Some(from), Some(end)) = (from, end)
        && end < from
    {
        return Err(invalid("endTime must not be before startTime."));
    }
    let pattern = Pattern::parse(call.text("filterPattern").unwrap_or_default()).map_err(invalid)?;
    let choice = choice(call)?;
    // the end belongs to what is asked
    let asked = look(call, &choice, from.unwrap_or(0), end.map_or(i64::MAX, |end| end.saturating_add(1)))?;
    let place = call.text("nextToken").map(|token| token::read(call, token, asked.now)).transpose()?;
    let forward = place.map_or_else(|| flag_or(call, "startFromHead", true), |place| place.forward);
    let (rows, next) = one_page(&asked, &pattern, limit, place.map(|place| place.key), forward);
    let next = next.map(|key| token::write(call, Place { key, forward }, asked.now));
    // since 2020 AWS tells no streams here
    Ok(json!({ "events": rows, "searchedLogStreams": [], "nextToken": next }).into())
}

fn one_page(
    asked: &Asked,
    pattern: &Pattern,
    limit: usize,
    after: Option<Key>,
    forward: bool,
) -> (Vec<Value>, Option<Key>) {
    let walk = Walk { streams: &asked.streams, window: asked.window, now: asked.now, forward, wanted: limit };
    let mut rows = vec![];
    let mut bytes = 0;
    let next = walk.go(after, |event| {
        if !pattern.matches(&event.message) {
            return Go::On;
        }
        bytes += event.message.len() + EACH;
        if bytes > MOST_BYTES {
            return Go::TooMuch;
        }
        rows.push(row(asked, event));
        if rows.len() == limit { Go::Enough } else { Go::On }
    });
    (rows, next)
}

fn row(asked: &Asked, event: Event) -> Value {
    json!({
        "logStreamName": asked.streams[event.stream].name,
        "timestamp": event.key.at,
        "message": event.message,
        "ingestionTime": event.key.ingested + asked.skew,
        "eventId": event.key.event_id(),
    })
}
