//! Single objects and lists of them, whole or page by page.
use std::fmt::Write as _;

use bytes::Bytes;
use hyper::StatusCode;
use serde_json::{Value, json};

use super::{
    Ask, Server,
    accept::{Form, Shape, Wanted},
    answer, base64, proto,
    route::Target,
    select::{Fields, Labels},
    table::{self, Include},
};
use crate::{
    clock::MINUTE,
    http::Answer,
    kube::{
        Cluster,
        refused::{Cause, Details, Refused},
        resource::Resource,
        store::Item,
    },
};

/// How long a list can be continued: what etcd remembers.
const CONTINUES: i64 = 5 * MINUTE;

pub fn get(server: &Server, target: &Target, ask: &Ask) -> Result<Answer, Refused> {
    let (kind, name) = (target.resource.kind, target.named());
    let found = server.look(|cluster| cluster.store().get(kind, target.space(), name).cloned());
    let found = found.ok_or_else(|| Refused::not_found(kind, name))?;
    Ok(answer::item(ask.wanted, StatusCode::OK, &found, server.now(), include(ask)?))
}

pub fn include(ask: &Ask) -> Result<Include, Refused> {
    let given = ask.query.get("includeObject").unwrap_or_default();
    Include::of(given).ok_or_else(|| Refused::bad_request(format!("unrecognized includeObject value: {given:?}")))
}

/// Which objects of a kind a client wants.
pub struct Filter {
    pub labels: Labels,
    pub fields: Fields,
}

impl Filter {
    pub fn of(target: &Target, ask: &Ask) -> Result<Self, Refused> {
        let labels = Labels::parse(ask.query.get("labelSelector").unwrap_or_default())?;
        let fields = Fields::parse(target.resource.kind, ask.query.get("fieldSelector").unwrap_or_default())?;
        Ok(Self { labels, fields })
    }

    pub fn matches(&self, item: &Item) -> bool {
        self.labels.matches(|key| item.label(key)) && self.fields.matches(item)
    }

    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.fields.is_empty()
    }
}

/// Where a list goes on. The objects are those of now, the version is that of the first page: whoever watches from there learns of all
/// that changed meanwhile.
struct Place {
    rv: u64,
    at: i64,
    namespace: String,
    name: String,
}

impl Place {
    fn text(&self) -> String {
        let place = json!({ "rv": self.rv, "at": self.at, "start": format!("{}\u{0}{}", self.namespace, self.name) });
        base64::encode_url(place.to_string().as_bytes())
    }

    fn of(text: &str) -> Option<Self> {
        let place: Value = serde_json::from_slice(&base64::decode(text)?).ok()?;
        let (namespace, name) = place["start"].as_str()?.split_once('\u{0}')?;
        let (rv, at) = (place["rv"].as_u64()?, place["at"].as_i64()?);
        Some(Self { rv, at, namespace: namespace.to_owned(), name: name.to_owned() })
    }
}

struct Page {
    items: Vec<Item>,
    rv: u64,
    next: Option<String>,
    remaining: Option<usize>,
}

pub fn list(server: &Server, target: &Target, ask: &Ask) -> Result<Answer, Refused> {
    let filter = Filter::of(target, ask)?;
    let limit = ask.query.int("limit")?.filter(|limit| *limit > 0).and_then(|limit| usize::try_from(limit).ok());
    let place = ask.query.get("continue").map(|text| {
        Place::of(text)
            .ok_or_else(|| Refused::bad_request("continue key is not valid: it was not given by this server"))
    });
    let place = place.transpose()?;
    let now = server.now();
    if let Some(place) = &place
        && (ask.gone || now - place.at > CONTINUES)
    {
        return Err(answer::expired(
            "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.",
        ));
    }
    let page = server.look(|cluster| page(cluster, target, &filter, limit, place, now, ask))?;
    let bodies = render(target.resource, &page, ask.wanted, now, include(ask)?);
    Ok(answer::pieces(ask.wanted.content_type(), bodies, ask.header("accept-encoding")))
}

fn page(
    cluster: &Cluster,
    target: &Target,
    filter: &Filter,
    limit: Option<usize>,
    place: Option<Place>,
    now: i64,
    ask: &Ask,
) -> Result<Page, Refused> {
    let store = cluster.store();
    let current = store.rv();
    matched(ask)?;
    if let Some(given) = ask.query.get("resourceVersion").filter(|_| place.is_none()) {
        let given = version(given)?;
        if given > current {
            return Err(too_large(given, current));
        }
    }
    let namespace = target.namespace.as_deref().filter(|_| target.resource.namespaced);
    let after = place.as_ref().map(|place| (place.namespace.as_str(), place.name.as_str()));
    let mut rest = store.after(target.resource.kind, namespace, after).filter(|item| filter.matches(item));
    let items: Vec<Item> = rest.by_ref().take(limit.unwrap_or(usize::MAX)).cloned().collect();
    let rv = place.map_or(current, |place| place.rv);
    let left = if limit.is_some() { rest.count() } else { 0 };
    let last = items.last().filter(|_| left > 0);
    let next =
        last.map(|item| Place { rv, at: now, namespace: item.namespace().into(), name: item.name().into() }.text());
    // with a selector the real server does not count either
    let remaining = next.as_ref().filter(|_| filter.is_empty()).map(|_| left);
    Ok(Page { items, rv, next, remaining })
}

/// Whether what a client says of the version it names makes sense.
fn matched(ask: &Ask) -> Result<(), Refused> {
    let Some(way) = ask.query.get("resourceVersionMatch") else { return Ok(()) };
    let why = match (way, ask.query.get("resourceVersion")) {
        _ if ask.query.get("continue").is_some() => {
            "Forbidden: resourceVersionMatch is forbidden when continue is provided"
        }
        (_, None) => "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided",
        ("Exact", Some("0")) => "Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"",
        ("Exact" | "NotOlderThan", _) => return Ok(()),
        _ => "Unsupported value: supported values: \"Exact\", \"NotOlderThan\"",
    };
    let message = format!("ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: {why}");
    Err(Refused { code: 422, reason: "Invalid", message, details: None })
}

/// A version that a client names.
pub fn version(text: &str) -> Result<u64, Refused> {
    text.parse().map_err(|_| {
        let why =
            format!("resourceVersion: Invalid value: {text:?}: strconv.ParseUint: parsing {text:?}: invalid syntax");
        Refused::bad_request(why)
    })
}

pub fn too_large(given: u64, current: u64) -> Refused {
    let cause = Cause {
        reason: "ResourceVersionTooLarge".to_owned(),
        message: "Too large resource version".to_owned(),
        field: String::new(),
    };
    Refused {
        code: 504,
        reason: "Timeout",
        message: format!("Timeout: Too large resource version: {given}, current: {current}"),
        details: Some(Details { causes: vec![cause], retry_after: Some(1), ..Details::default() }.into()),
    }
}

impl Page {
    fn metadata(&self) -> Value {
        let mut metadata = json!({ "resourceVersion": self.rv.to_string() });
        if let Some(next) = &self.next {
            metadata["continue"] = json!(next);
        }
        if let Some(remaining) = self.remaining {
            metadata["remainingItemCount"] = json!(remaining);
        }
        metadata
    }
}

/// Nobody reads a longer list as text.
const LEGIBLE: usize = 1000;

/// About so much is put together before a new piece is begun, so that no long list is ever moved as a whole.
const PIECE: usize = 256 * 1024;

#[derive(Default)]
struct Writer {
    pieces: Vec<Bytes>,
    open: Vec<u8>,
}

impl Writer {
    fn room(&mut self) -> &mut Vec<u8> {
        if self.open.len() >= PIECE {
            self.close();
        }
        if self.open.capacity() == 0 {
            self.open.reserve(PIECE + PIECE / 4);
        }
        &mut self.open
    }

    fn close(&mut self) {
        if !self.open.is_empty() {
            self.pieces.push(std::mem::take(&mut self.open).into());
        }
    }

    fn done(mut self) -> Vec<Bytes> {
        self.close();
        self.pieces
    }
}

fn render(resource: &Resource, page: &Page, wanted: Wanted, now: i64, include: Include) -> Vec<Bytes> {
    let metadata = wanted.shape == Shape::Metadata;
    let (version, kind) = if metadata {
        ("meta.k8s.io/v1".to_owned(), "PartialObjectMetadataList".to_owned())
    } else {
        (resource.api_version(), format!("{}List", resource.name))
    };
    if wanted.form == Form::Protobuf {
        return protobuf(page, &version, &kind, metadata);
    }
    if wanted.pretty && page.items.len() <= LEGIBLE {
        return vec![wanted.json(&pretty(resource, page, &version, &kind, wanted, now, include)).into()];
    }
    let mut writer = Writer::default();
    let head = if wanted.shape == Shape::Table {
        let columns = table::definitions(resource.kind);
        format!(
            r#"{{"kind":"Table","apiVersion":"meta.k8s.io/v1","metadata":{},"columnDefinitions":{columns},"rows":["#,
            page.metadata()
        )
    } else {
        format!(r#"{{"kind":"{kind}","apiVersion":"{version}","metadata":{},"items":["#, page.metadata())
    };
    writer.room().extend_from_slice(head.as_bytes());
    for (at, item) in page.items.iter().enumerate() {
        let out = writer.room();
        if at > 0 {
            out.push(b',');
        }
        // a vector takes all that is written
        let _infallible = match wanted.shape {
            Shape::Table => serde_json::to_writer(out, &table::row(resource.kind, item, now, include)),
            Shape::Metadata => serde_json::to_writer(out, &table::metadata(item)),
            Shape::Whole => {
                untyped(out, item);
                Ok(())
            }
        };
    }
    writer.room().extend_from_slice(b"]}\n");
    writer.done()
}

/// An object in a list does not say its kind again.
fn untyped(out: &mut Vec<u8>, item: &Item) {
    match item {
        Item::Object(value) => {
            out.push(b'{');
            let fields =
                value.as_object().into_iter().flatten().filter(|(key, _)| *key != "kind" && *key != "apiVersion");
            for (at, (key, value)) in fields.enumerate() {
                let comma = if at > 0 { "," } else { "" };
                let mut text = String::new();
                let _infallible = write!(text, "{comma}{}:", json!(key));
                out.extend_from_slice(text.as_bytes());
                let _infallible = serde_json::to_writer(&mut *out, value);
            }
            out.push(b'}');
        }
        Item::Pod(pod) => {
            let spec = &pod.template.json;
            let place = pod.node.as_ref().map(|placed| format!(",\"nodeName\":{}", json!(&*placed.node)));
            out.extend_from_slice(b"{\"metadata\":");
            let _infallible = serde_json::to_writer(&mut *out, &pod.metadata());
            out.extend_from_slice(b",\"spec\":");
            out.extend_from_slice(spec.strip_suffix(b"}").unwrap_or(spec));
            out.extend_from_slice(place.unwrap_or_default().as_bytes());
            out.extend_from_slice(b"},\"status\":");
            let _infallible = serde_json::to_writer(&mut *out, &pod.status());
            out.push(b'}');
        }
    }
}

/// For a person at a terminal: made as a whole, because it is to be looked at.
fn pretty(r: &Resource, page: &Page, version: &str, kind: &str, wanted: Wanted, now: i64, include: Include) -> Value {
    if wanted.shape == Shape::Table {
        let rows: Vec<Value> = page.items.iter().map(|item| table::row(r.kind, item, now, include)).collect();
        let columns = table::definitions(r.kind);
        return json!({ "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": page.metadata(), "columnDefinitions": columns, "rows": rows });
    }
    let one = |item: &Item| {
        if wanted.shape == Shape::Metadata {
            return table::metadata(item);
        }
        let mut text = vec![];
        untyped(&mut text, item);
        serde_json::from_slice(&text).unwrap_or_default()
    };
    json!({ "kind": kind, "apiVersion": version, "metadata": page.metadata(), "items": page.items.iter().map(one).collect::<Vec<_>>() })
}

fn protobuf(page: &Page, version: &str, kind: &str, metadata: bool) -> Vec<Bytes> {
    let mut writer = Writer::default();
    proto::nested(writer.room(), 1, |out| {
        proto::text(out, 2, &page.rv.to_string());
        if let Some(next) = &page.next {
            proto::text(out, 3, next);
        }
        if let Some(remaining) = page.remaining {
            proto::int(out, 4, i64::try_from(remaining).unwrap_or(i64::MAX));
        }
    });
    for item in &page.items {
        proto::nested(writer.room(), 2, |out| answer::fields(out, item, metadata));
    }
    let mut pieces = writer.done();
    let length = pieces.iter().map(Bytes::len).sum();
    pieces.insert(0, proto::envelope(version, kind, length).into());
    pieces.push(Bytes::from_static(proto::TAIL));
    pieces
}
