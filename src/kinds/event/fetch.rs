//! Reads events.
use serde::Deserialize;

use super::Event;
use crate::clients::kube::{
    Names, Project, Source, count,
    meta::{ObjectMeta, Time},
};

#[derive(Clone, PartialEq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Wire {
    #[prost(message, optional, tag = "1")]
    metadata: Option<ObjectMeta>,
    #[prost(message, optional, tag = "2")]
    involved_object: Option<Object>,
    #[prost(string, tag = "3")]
    reason: String,
    #[prost(string, tag = "4")]
    message: String,
    #[prost(message, optional, tag = "5")]
    source: Option<Component>,
    #[prost(message, optional, tag = "6")]
    first_timestamp: Option<Time>,
    #[prost(message, optional, tag = "7")]
    last_timestamp: Option<Time>,
    #[prost(int32, tag = "8")]
    count: i32,
    #[prost(string, tag = "9")]
    #[serde(rename = "type")]
    sort: String,
    #[prost(message, optional, tag = "10")]
    event_time: Option<Time>,
    #[prost(message, optional, tag = "11")]
    series: Option<Series>,
    #[prost(string, tag = "14")]
    reporting_component: String,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
struct Object {
    #[prost(string, tag = "1")]
    kind: String,
    #[prost(string, tag = "3")]
    name: String,
    #[prost(string, tag = "4")]
    uid: String,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(default)]
struct Component {
    #[prost(string, tag = "1")]
    component: String,
}

#[derive(Clone, PartialEq, Eq, prost::Message, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Series {
    #[prost(int32, tag = "1")]
    count: i32,
    #[prost(message, optional, tag = "2")]
    last_observed_time: Option<Time>,
}

/// A time that is set: protobuf sends an unset one as an empty message or as the year 1.
fn set(time: Option<Time>) -> Option<i64> {
    time.map(|at| at.seconds).filter(|seconds| *seconds > 0)
}

impl Project for Event {
    const SOURCE: Source = Source { api: "/api/v1", plural: "events", namespaced: true };
    type Wire = Wire;

    fn project(wire: Wire, names: &mut Names) -> Self {
        let meta = wire.metadata.unwrap_or_default();
        let object = wire.involved_object.unwrap_or_default();
        let created = Time::of(meta.creation_timestamp.as_ref());
        let first = set(wire.first_timestamp).or(set(wire.event_time)).unwrap_or(created);
        let (last, times) = match &wire.series {
            Some(series) => (set(series.last_observed_time), series.count),
            None => (set(wire.last_timestamp), wire.count.max(1)),
        };
        let component = wire.source.unwrap_or_default().component;
        let source = if component.is_empty() { &wire.reporting_component } else { &component };
        Self {
            namespace: names.share(&meta.namespace),
            sort: names.share(&wire.sort),
            reason: names.share(&wire.reason),
            object_kind: names.share(&object.kind),
            object_name: object.name.into(),
            object_uid: object.uid.into(),
            message: wire.message.trim().into(),
            source: names.share(source),
            count: count(times),
            first,
            last: last.unwrap_or(first),
            uid: meta.uid.into(),
            name: meta.name.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn event(value: Value) -> Event {
        Event::project(serde_json::from_value(value).unwrap(), &mut Names::default())
    }

    #[test]
    fn an_event_of_the_old_kind_was_last_seen_when_it_says() {
        let row = event(
            json!({ "count": 4, "firstTimestamp": "2026-11-23T20:00:00Z", "lastTimestamp": "2026-11-23T20:05:00Z", "eventTime": null }),
        );
        assert_eq!((row.count, row.first, row.last), (4, 1_795_464_000, 1_795_464_300));
    }

    #[test]
    fn an_event_of_the_new_kind_was_last_seen_in_its_series_or_once() {
        let once = json!({ "eventTime": "2026-11-23T20:00:00.000001Z", "firstTimestamp": null, "lastTimestamp": null });
        assert_eq!((event(once.clone()).count, event(once.clone()).last), (1, 1_795_464_000));
        let mut often = once;
        often["series"] = json!({ "count": 7, "lastObservedTime": "2026-11-23T20:05:00.5Z" });
        assert_eq!((event(often.clone()).count, event(often).last), (7, 1_795_464_300));
    }
}
