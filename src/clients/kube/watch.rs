//! The events of a watch, from the bytes as they arrive.
use prost::Message;
use serde::Deserialize;

use super::{
    Names, Project, fault,
    meta::{Status, Stub},
    wire::{self, Broken, FrameReader, LineReader},
};

/// What one event says.
#[derive(Debug, PartialEq)]
pub(super) enum Event<T> {
    Upsert(T),
    /// By uid.
    Remove(Box<str>),
    /// Nothing changed; only the version went on.
    Mark,
    /// The server ends the watch.
    Refusal(Status),
}

/// Cuts a watch's bytes into events.
#[derive(Debug)]
pub(super) enum Events {
    Protobuf(FrameReader),
    Json(LineReader),
}

#[derive(Deserialize)]
struct JsonEvent {
    #[serde(rename = "type")]
    kind: String,
    object: serde_json::Value,
}

impl Events {
    pub fn new(protobuf: bool) -> Self {
        if protobuf { Self::Protobuf(FrameReader::default()) } else { Self::Json(LineReader::default()) }
    }

    pub fn feed(&mut self, bytes: &[u8]) {
        match self {
            Self::Protobuf(reader) => reader.feed(bytes),
            Self::Json(reader) => reader.feed(bytes),
        }
    }

    /// The next event that is whole, and the version after it (empty: unchanged).
    pub fn next<T: Project>(&mut self, names: &mut Names) -> Result<Option<(Event<T>, String)>, Broken> {
        match self {
            Self::Protobuf(reader) => reader.next()?.map(|frame| {
                let raw = frame.object.unwrap_or_default().bytes;
                protobuf(&frame.kind, &raw, names)
            }),
            Self::Json(reader) => reader.next()?.map(|line| json(&line, names)),
        }
        .transpose()
    }
}

fn protobuf<T: Project>(kind: &str, raw: &[u8], names: &mut Names) -> Result<(Event<T>, String), Broken> {
    const UNREADABLE: Broken = "an event's object cannot be read";
    if kind == "ERROR" {
        return Ok((Event::Refusal(fault::read(raw).unwrap_or_default()), String::new()));
    }
    let object = wire::unwrap(raw)?;
    let stub = Stub::decode(object).map_err(|_| UNREADABLE)?.metadata.unwrap_or_default();
    let event = match kind {
        "ADDED" | "MODIFIED" => Event::Upsert(T::project(T::Wire::decode(object).map_err(|_| UNREADABLE)?, names)),
        "DELETED" => Event::Remove(stub.uid.into()),
        _ => Event::Mark,
    };
    Ok((event, stub.resource_version))
}

fn json<T: Project>(line: &[u8], names: &mut Names) -> Result<(Event<T>, String), Broken> {
    const UNREADABLE: Broken = "an event cannot be read";
    let JsonEvent { kind, object } = serde_json::from_slice(line).map_err(|_| UNREADABLE)?;
    if kind == "ERROR" {
        return Ok((Event::Refusal(serde_json::from_value(object).unwrap_or_default()), String::new()));
    }
    let stub = Stub::deserialize(&object).map_err(|_| UNREADABLE)?.metadata.unwrap_or_default();
    let event = match kind.as_str() {
        "ADDED" | "MODIFIED" => {
            Event::Upsert(T::project(serde_json::from_value(object).map_err(|_| UNREADABLE)?, names))
        }
        "DELETED" => Event::Remove(stub.uid.into()),
        _ => Event::Mark,
    };
    Ok((event, stub.resource_version))
}
