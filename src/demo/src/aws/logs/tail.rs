//! StartLiveTail: what comes in from now on, told each second over one long answer.
use std::{
    collections::{HashMap, VecDeque},
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::Frame;
use serde_json::{Value, json};
use tokio::sync::mpsc::{self, error::TrySendError};

use super::{
    frame, group, invalid,
    pattern::Pattern,
    source::{self, Choice, Stream},
    walk::{Key, Window},
};
use crate::{
    aws::{call::Call, fail::Fail, service::Reply},
    clock::HOUR,
    estate::Estate,
    rng::Rng,
};

const MOST_GROUPS: usize = 10;
/// Sessions of an account in a region.
const MOST_SESSIONS: usize = 15;
/// Events of an update; beyond it they are sampled.
const MOST_EVENTS: usize = 500;
/// Updates that are kept for a reader who does not keep up; then the oldest are lost, silently.
const MOST_UPDATES: usize = 10;
const LONGEST: i64 = 3 * HOUR;

/// How many sessions each region has.
#[derive(Default)]
struct Sessions(Mutex<HashMap<String, usize>>);

/// A place among the sessions, given back when it is dropped.
struct Seat {
    sessions: Arc<Sessions>,
    region: String,
}

impl Sessions {
    fn take(self: Arc<Self>, region: &str) -> Option<Seat> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = all.entry(region.to_owned()).or_default();
        if *count == MOST_SESSIONS {
            return None;
        }
        *count += 1;
        drop(all);
        Some(Seat { sessions: self, region: region.to_owned() })
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut all = self.sessions.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.region) {
            *count -= 1;
        }
    }
}

/// What a session looks at.
struct Session {
    region: String,
    /// Names and ARNs.
    groups: Vec<(String, String)>,
    choice: Choice,
    pattern: Pattern,
    began: i64,
    /// Everything written before this has been looked at.
    seen: i64,
    /// Written, but not come in yet.
    coming: Vec<(Key, Value)>,
    /// How far the clock is off by which it is told when they came in.
    skew: i64,
}

pub fn start(call: &Call<'_>) -> Result<Reply, Fail> {
    let session = asked(call)?;
    let seats = call.estate.kept::<Sessions>();
    let seat = seats.take(call.region).ok_or_else(|| {
        Fail::bad(
            "LimitExceededException",
            format!("The account has reached the limit of {MOST_SESSIONS} concurrent sessions."),
        )
    })?;
    let mut opening = frame::frame(
        &[
            (":event-type", "initial-response"),
            (":content-type", "application/x-amz-json-1.1"),
            (":message-type", "event"),
        ],
        b"{}",
    );
    let started = json!({
        "requestId": call.id,
        "sessionId": Rng::of(0, call.id).uuid(),
        "logGroupIdentifiers": session.groups.iter().map(|(_, arn)| arn.as_str()).collect::<Vec<_>>(),
        "logStreamNames": session.choice.names,
        "logStreamNamePrefixes": session.choice.prefixes,
        "logEventFilterPattern": call.text("logEventFilterPattern").unwrap_or_default(),
    });
    opening.extend(frame::event("sessionStart", started.to_string().as_bytes()));
    let (to, from) = mpsc::channel(1);
    tokio::spawn(speak(call.estate.clone(), session, seat, to, opening.into()));
    Ok(Reply::Stream { content_type: "application/vnd.amazon.eventstream", body: Channel(from).boxed() })
}

fn asked(call: &Call<'_>) -> Result<Session, Fail> {
    let identifiers = call.texts("logGroupIdentifiers");
    if identifiers.is_empty() || identifiers.len() > MOST_GROUPS {
        return Err(invalid(format!("1 to {MOST_GROUPS} log group identifiers must be given.")));
    }
    if let Some(bad) = identifiers.iter().find(|one| !one.starts_with("arn:") || one.ends_with('*')) {
        return Err(invalid(format!(
            "{bad} is not a valid log group identifier: it must be an ARN that does not end in :*."
        )));
    }
    let choice = Choice { names: call.texts("logStreamNames"), prefixes: call.texts("logStreamNamePrefixes") };
    let chosen = choice.names.len() + choice.prefixes.len() > 0;
    if chosen && identifiers.len() > 1 {
        return Err(invalid("logStreamNames and logStreamNamePrefixes can only be given with a single log group."));
    }
    if !choice.names.is_empty() && !choice.prefixes.is_empty() {
        return Err(invalid("logStreamNames and logStreamNamePrefixes are mutually exclusive parameters."));
    }
    let pattern = Pattern::parse(call.text("logEventFilterPattern").unwrap_or_default()).map_err(invalid)?;
    let (groups, now, late) = call.look(|world, region| {
        let mut late = 0;
        let named = identifiers.iter().map(|identifier| {
            let group = group(world, region, identifier)?;
            let streams = source::streams(world, region, group, &choice);
            late = late.max(streams.iter().map(|stream| stream.courier.longest()).max().unwrap_or(0));
            Ok((group.name.clone(), identifier.clone()))
        });
        let groups = named.collect::<Result<Vec<_>, Fail>>()?;
        Ok::<_, Fail>((groups, world.now, late))
    })??;
    // what is on its way belongs to what comes in from now on
    let seen = now - late;
    let (region, skew) = (call.region.to_owned(), call.skew);
    Ok(Session { region, groups, choice, pattern, began: now, seen, coming: vec![], skew })
}

async fn speak(estate: Arc<Estate>, mut session: Session, seat: Seat, to: mpsc::Sender<Bytes>, opening: Bytes) {
    let mut kept = VecDeque::from([opening]);
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    second.tick().await;
    loop {
        if !hand_over(&to, &mut kept) {
            break;
        }
        tokio::select! {
            _ = second.tick() => {}
            () = to.closed() => break,
        }
        let Some((events, now)) = session.come_in(&estate) else { break };
        if now - session.began > LONGEST {
            // whoever reads is given the end even if it is late
            let _gone =
                to.send(frame::exception("SessionTimeoutException", "Your session has timed out.").into()).await;
            break;
        }
        kept.push_back(update(events));
        if kept.len() > MOST_UPDATES {
            kept.pop_front();
        }
    }
    drop(seat);
}

/// As much as the reader takes; whether there still is one.
fn hand_over(to: &mpsc::Sender<Bytes>, kept: &mut VecDeque<Bytes>) -> bool {
    while let Some(next) = kept.pop_front() {
        match to.try_send(next) {
            Ok(()) => {}
            Err(TrySendError::Full(next)) => {
                kept.push_front(next);
                return true;
            }
            Err(TrySendError::Closed(_)) => return false,
        }
    }
    true
}

fn update(events: Vec<(Key, Value)>) -> Bytes {
    let count = events.len();
    let sampled = count > MOST_EVENTS;
    // evenly over the second, so that no stream is left out for coming late in it
    let kept = events
        .into_iter()
        .enumerate()
        .filter(|(number, _)| !sampled || number * MOST_EVENTS / count != (number + 1) * MOST_EVENTS / count);
    let rows: Vec<Value> = kept.map(|(_, (_, row))| row).collect();
    let told = json!({ "sessionMetadata": { "sampled": sampled }, "sessionResults": rows });
    frame::event("sessionUpdate", told.to_string().as_bytes()).into()
}

impl Session {
    /// What has come in since the last time, in order. Nothing if the region is gone.
    fn come_in(&mut self, estate: &Estate) -> Option<(Vec<(Key, Value)>, i64)> {
        let (now, all) = estate.look(|world| {
            let region = world.region(&self.region)?;
            let there = self.groups.iter().filter_map(|(name, arn)| {
                let group = region.log_groups.iter().find(|group| group.name == *name)?;
                Some((arn.clone(), source::streams(world, region, group, &self.choice)))
            });
            Some((world.now, there.collect::<Vec<_>>()))
        })?;
        let window = Window { from: self.seen, to: now };
        for (arn, streams) in &all {
            streams.iter().for_each(|stream| self.hear(stream, arn, window));
        }
        self.seen = now;
        let (mut here, coming) = std::mem::take(&mut self.coming).into_iter().partition(|(key, _)| key.ingested <= now);
        self.coming = coming;
        let sorted: &mut Vec<(Key, Value)> = &mut here;
        sorted.sort_by_key(|(key, _)| *key);
        Some((here, now))
    }

    fn hear(&mut self, stream: &Stream, arn: &str, window: Window) {
        stream.say(window, &mut |nanos, message| {
            let key = stream.key(nanos);
            if key.ingested <= self.began || !self.pattern.matches(&message) {
                return;
            }
            let row = json!({
                "logStreamName": stream.name,
                "logGroupIdentifier": arn,
                "message": message,
                "timestamp": key.at,
                "ingestionTime": key.ingested + self.skew,
            });
            self.coming.push((key, row));
        });
    }
}

/// A body that is written as long as somebody writes.
struct Channel(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Channel {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0.poll_recv(cx).map(|next| next.map(|bytes| Ok(Frame::data(bytes))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_flood_five_hundred_are_told_and_it_is_said_so() {
        let events = |count: u64| (0..count).map(|id| (Key { at: 0, ingested: 0, id }, json!({ "n": id }))).collect();
        let told = |count| -> Value {
            let bytes = update(events(count));
            let at = u32::from_be_bytes(bytes[4..8].try_into().unwrap()) as usize + 12;
            serde_json::from_slice(&bytes[at..bytes.len() - 4]).unwrap()
        };
        for (count, rows, sampled) in [(0, 0, false), (500, 500, false), (501, 500, true), (12_345, 500, true)] {
            let told = told(count);
            assert_eq!(told["sessionResults"].as_array().unwrap().len(), rows, "{count}");
            assert_eq!(told["sessionMetadata"]["sampled"], sampled);
        }
    }

    #[test]
    fn a_region_has_fifteen_sessions_and_gets_them_back() {
        let sessions = Arc::new(Sessions::default());
        let mut seats: Vec<Seat> = (0..MOST_SESSIONS).filter_map(|_| sessions.clone().take("us-east-1")).collect();
        assert_eq!(seats.len(), MOST_SESSIONS);
        assert!(sessions.clone().take("us-east-1").is_none() && sessions.clone().take("us-west-1").is_some());
        seats.pop();
        assert!(sessions.take("us-east-1").is_some());
    }
}
