//! GetLogEvents: one stream, in both directions. A token is a place in it; at an end the same one is given again.
use serde_json::{Value, json};

use super::{
    asked,
    filter::{EACH, MOST_BYTES},
    flag_or, group, in_pace, invalid, millis,
    source::{self, Choice},
    token::{in_stream, of_stream},
    walk::{Event, Go, Key, Walk, Window},
};
use crate::aws::{
    call::Call,
    fail::{self, Fail},
    page,
    service::Reply,
};

pub fn events(call: &Call<'_>) -> Result<Reply, Fail> {
    in_pace(call)?;
    let limit = page::limit(call, "limit", 1, 10_000, 10_000)?;
    let name = call.text("logStreamName").ok_or_else(|| fail::missing(call, "logStreamName"))?;
    let (from, end) = (millis(call, "startTime")?.unwrap_or(0), millis(call, "endTime")?.unwrap_or(i64::MAX));
    let place = match call.text("nextToken") {
        None => None,
        Some(token) => Some(of_stream(token).ok_or_else(|| page::bad_token(call, token))?),
    };
    let forward = place.map_or_else(|| flag_or(call, "startFromHead", false), |place| place.forward);
    let choice = Choice { names: vec![name.to_owned()], prefixes: vec![] };
    let identifier = asked(call)?;
    let (streams, window, now) = call.look(|world, region| {
        let group = group(world, region, &identifier)?;
        let streams = source::streams(world, region, group, &choice);
        if streams.is_empty() {
            return Err(Fail::bad(super::NOT_FOUND, "The specified log stream does not exist."));
        }
        let window = Window { from: from.max(source::oldest(group, world.now)), to: end.min(world.now + 1) };
        Ok((streams, window, world.now))
    })??;
    if from > end {
        return Err(invalid("startTime must not be after endTime."));
    }
    let walk = Walk { streams: &streams, window, now, forward, wanted: limit };
    let events = gathered(&walk, place.map(|place| place.key), limit);
    Ok(told(&walk, &events, place.map(|place| place.key), call.skew).into())
}

/// Unlike FilterLogEvents this goes on until it has found something, or there is nothing.
fn gathered(walk: &Walk<'_>, mut after: Option<Key>, limit: usize) -> Vec<Event> {
    let mut events = vec![];
    let mut bytes = 0;
    loop {
        let mut full = false;
        after = walk.go(after, |event| {
            bytes += event.message.len() + EACH;
            if bytes > MOST_BYTES {
                full = true;
                return Go::TooMuch;
            }
            events.push(event);
            full = events.len() == limit;
            if full { Go::Enough } else { Go::On }
        });
        if full || after.is_none() || !events.is_empty() {
            break;
        }
    }
    if !walk.forward {
        events.reverse();
    }
    events
}

fn told(walk: &Walk<'_>, events: &[Event], place: Option<Key>, skew: i64) -> Value {
    let rows: Vec<Value> = events
        .iter()
        .map(
            |event| json!({ "timestamp": event.key.at, "message": event.message, "ingestionTime": event.key.ingested + skew }),
        )
        .collect();
    // where nothing was found one stays where one was; at first that is the end that one came to
    let edge = if walk.forward { walk.window.from } else { walk.window.to };
    let stay = place.unwrap_or(Key::before(edge.clamp(0, walk.now)));
    let last = events.last().map_or(stay, |event| event.key);
    let first = events.first().map_or(stay, |event| event.key);
    json!({ "events": rows, "nextForwardToken": in_stream(true, last), "nextBackwardToken": in_stream(false, first) })
}
