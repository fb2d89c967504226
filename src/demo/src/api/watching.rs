//! Watches: what changes of a kind from a version on, as it changes.
//!
//! A watcher holds no queue: it looks at the store's last changes whenever the world moves and the client has read what it was sent. One
//! that is slower than the store forgets is told `410 Gone`, as the real server does, and lists anew.
use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until};

use super::{
    Ask, Server,
    accept::{Form, Shape, Wanted},
    answer::{self, Sender},
    list::{self, Filter},
    proto,
    route::Target,
    schema, table,
};
use crate::{
    http::Answer,
    kube::{
        refused::Refused,
        resource::Kind,
        store::{Change, Item, Verb},
    },
    rng::Rng,
};

const BOOKMARK_EVERY: Duration = Duration::from_secs(60);
/// So many events are encoded at a time.
const BATCH: usize = 256;

struct Watch {
    kind: Kind,
    namespace: Option<String>,
    filter: Filter,
    wanted: Wanted,
    include: table::Include,
    bookmarks: bool,
    /// The columns of a table are told once.
    headed: bool,
    rv: u64,
}

pub fn watch(server: &Arc<Server>, target: &Target, ask: &Ask) -> Result<Answer, Refused> {
    let filter = Filter::of(target, ask)?;
    let given = ask.query.get("resourceVersion").map(list::version).transpose()?;
    let initial = ask.query.flag("sendInitialEvents");
    let bookmarks = ask.query.flag("allowWatchBookmarks");
    if initial && !bookmarks {
        return Err(Refused::bad_request("sendInitialEvents requires setting allowWatchBookmarks to true"));
    }
    let namespace = target.namespace.clone().filter(|_| target.resource.namespaced);
    let kind = target.resource.kind;
    let all = |cluster: &crate::kube::Cluster| {
        let items: Vec<Item> = cluster.store().list(kind, namespace.as_deref()).cloned().collect();
        (items, cluster.store().rv())
    };
    let (items, current) = server.look(|cluster| {
        // without a version, or from `0`, a watch begins with what there is
        if initial || given.unwrap_or(0) == 0 { all(cluster) } else { (vec![], cluster.store().rv()) }
    });
    let rv = given.filter(|given| *given > 0 && !initial).unwrap_or(current);
    if given.is_some_and(|given| given > current) {
        return Err(list::too_large(given.unwrap_or(0), current));
    }
    let include = list::include(ask)?;
    let mut watch = Watch { kind, namespace, filter, wanted: ask.wanted, include, bookmarks, headed: false, rv };
    // the real server draws a time between half an hour and an hour
    let longest = i64::try_from(1800 + Rng::of(rv, "watch").below(1800)).unwrap_or(1800);
    let seconds = ask.query.int("timeoutSeconds")?.filter(|seconds| *seconds > 0).unwrap_or(longest);
    let end = Instant::now() + Duration::from_secs(seconds.unsigned_abs());
    let (sender, answer) = answer::stream(ask.wanted.stream_type());
    let (server, gone) = (server.clone(), ask.gone);
    tokio::spawn(async move {
        if gone {
            let _left = sender.send(Ok(watch.gone(current))).await;
            return;
        }
        let _left = watch.run(&server, &sender, items, initial, end).await;
    });
    Ok(answer)
}

/// The client has gone away.
struct Left;

impl Watch {
    async fn run(
        &mut self,
        server: &Server,
        to: &Sender,
        items: Vec<Item>,
        initial: bool,
        end: Instant,
    ) -> Result<(), Left> {
        let mut world = server.estate.watch();
        for some in items.chunks(BATCH) {
            let now = server.now();
            let chosen = some.iter().filter(|item| self.filter.matches(item)).cloned().collect::<Vec<_>>();
            let events = chosen.iter().map(|item| self.event("ADDED", item, now)).collect::<Vec<_>>();
            send(to, events.concat()).await?;
        }
        drop(items);
        if initial {
            send(to, self.bookmark(true)).await?;
        }
        let mut bookmark = Instant::now() + BOOKMARK_EVERY;
        loop {
            world.borrow_and_update();
            if !self.news(server, to).await? {
                return Ok(());
            }
            tokio::select! {
                changed = world.changed() => {
                    if changed.is_err() {
                        return Ok(());
                    }
                }
                () = sleep_until(bookmark) => {
                    bookmark = Instant::now() + BOOKMARK_EVERY;
                    if self.bookmarks {
                        send(to, self.bookmark(false)).await?;
                    }
                }
                () = sleep_until(end) => {
                    if self.bookmarks {
                        send(to, self.bookmark(false)).await?;
                    }
                    return Ok(());
                }
                () = to.closed() => return Err(Left),
            }
        }
    }

    /// Sends what changed since it last looked. False if that is no longer known.
    async fn news(&mut self, server: &Server, to: &Sender) -> Result<bool, Left> {
        loop {
            let (changes, current) =
                server.look(|cluster| (cluster.store().since(self.kind, self.rv), cluster.store().rv()));
            let Ok(changes) = changes else {
                send(to, self.gone(current)).await?;
                return Ok(false);
            };
            if changes.is_empty() {
                self.rv = current;
                return Ok(true);
            }
            for some in changes.chunks(BATCH) {
                let now = server.now();
                let events = some.iter().filter_map(|change| self.change(change, now)).collect::<Vec<_>>();
                if !events.is_empty() {
                    send(to, events.concat()).await?;
                }
                self.rv = some.last().map_or(self.rv, |change| change.rv);
            }
        }
    }

    fn within(&self, item: &Item) -> bool {
        self.namespace.as_deref().is_none_or(|namespace| namespace == item.namespace()) && self.filter.matches(item)
    }

    /// To a selector, an object comes to be when it begins to match, and goes when it no longer does.
    fn change(&mut self, change: &Change, now: i64) -> Option<Bytes> {
        let before = change.before.as_ref().is_some_and(|item| self.within(item));
        let after = change.verb != Verb::Deleted && self.within(&change.item);
        let verb = match (before, after) {
            (false, false) => return None,
            (false, true) => "ADDED",
            (true, true) => "MODIFIED",
            (true, false) => "DELETED",
        };
        Some(self.event(verb, &change.item, now))
    }

    fn event(&mut self, verb: &str, item: &Item, now: i64) -> Bytes {
        if self.wanted.form == Form::Protobuf {
            return proto::frame(verb, &answer::object(self.wanted, item));
        }
        let object = match self.wanted.shape {
            Shape::Table => {
                let columns = if self.headed { Value::Null } else { table::definitions(self.kind) };
                self.headed = true;
                json!({
                    "kind": "Table",
                    "apiVersion": "meta.k8s.io/v1",
                    "metadata": { "resourceVersion": item.rv().to_string() },
                    "columnDefinitions": columns,
                    "rows": [table::row(self.kind, item, now, self.include)],
                })
            }
            Shape::Metadata => table::metadata(item),
            Shape::Whole => Value::clone(&item.value()),
        };
        line(verb, &object)
    }

    /// Says how far the watch has come, without an object. The first one says that all that there was has been told.
    fn bookmark(&mut self, initial: bool) -> Bytes {
        let resource = self.kind.resource();
        let mut metadata = json!({ "resourceVersion": self.rv.to_string() });
        if initial {
            metadata["annotations"] = json!({ "k8s.io/initial-events-end": "true" });
        }
        let (kind, version) = match self.wanted.shape {
            Shape::Metadata => ("PartialObjectMetadata", "meta.k8s.io/v1".to_owned()),
            Shape::Whole | Shape::Table => (resource.name, resource.api_version()),
        };
        let object = json!({ "kind": kind, "apiVersion": version, "metadata": metadata });
        match (self.wanted.form, self.wanted.shape) {
            (Form::Protobuf, _) => encoded("BOOKMARK", &object),
            (Form::Json, Shape::Table) => {
                let table = json!({
                    "kind": "Table",
                    "apiVersion": "meta.k8s.io/v1",
                    "metadata": { "resourceVersion": self.rv.to_string() },
                    "columnDefinitions": if self.headed { Value::Null } else { table::definitions(self.kind) },
                    "rows": [{ "cells": [], "object": { "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata } }],
                });
                line("BOOKMARK", &table)
            }
            (Form::Json, _) => line("BOOKMARK", &object),
        }
    }

    fn gone(&self, current: u64) -> Bytes {
        let status = answer::expired(&format!("too old resource version: {} ({current})", self.rv)).status();
        match self.wanted.form {
            Form::Protobuf => encoded("ERROR", &status),
            Form::Json => line("ERROR", &status),
        }
    }
}

fn line(verb: &str, object: &Value) -> Bytes {
    format!("{{\"type\":\"{verb}\",\"object\":{object}}}\n").into()
}

fn encoded(verb: &str, object: &Value) -> Bytes {
    let text = |key: &str| object[key].as_str().unwrap_or_default();
    let mut raw = vec![];
    if let (Some(message), Some(fields)) = (schema::of(text("apiVersion"), text("kind")), object.as_object()) {
        proto::object(&mut raw, message, fields);
    }
    proto::frame(verb, &proto::enveloped(text("apiVersion"), text("kind"), &raw))
}

async fn send(to: &Sender, bytes: impl Into<Bytes>) -> Result<(), Left> {
    let bytes = bytes.into();
    if bytes.is_empty() {
        return Ok(());
    }
    to.send(Ok(bytes)).await.map_err(|_| Left)
}
