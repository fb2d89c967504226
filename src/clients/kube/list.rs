//! One list, read into rows while it arrives.
use std::{collections::HashSet, time::Duration};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use kube::client::Body;
use prost::Message;
use serde::Deserialize;

use super::{
    Names, Project, Source,
    fault::{self, Asked, Fault},
    link::Link,
    meta::ListMeta,
    wire::{self, ListReader},
};
use crate::error::{Error, Trouble};

/// A server that is in the middle of an answer and says nothing for so long hangs.
const SILENCE: Duration = Duration::from_secs(20);
/// Before a list that went in a circle is tried again.
const CIRCLE: Duration = Duration::from_secs(30);

/// What is listed and watched: a kind's objects, all or those of one namespace.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub source: Source,
    pub namespace: Option<String>,
    /// Only some of them: `labelSelector=…` or `fieldSelector=…`, as it stands in a query. Empty: all.
    pub selector: String,
}

impl Place {
    pub fn asked(&self, verb: &'static str) -> Asked {
        Asked { verb, resource: self.source.plural.to_owned(), namespace: self.namespace.clone() }
    }

    /// Asks, in protobuf where the server has it and in JSON where not.
    pub async fn ask(&self, link: &Link, verb: &'static str, query: &str) -> Result<Response<Body>, Fault> {
        let watch = if verb == "watch" { ";stream=watch" } else { "" };
        let both = format!("application/vnd.kubernetes.protobuf{watch},application/json{watch}");
        match self.ask_for(link, verb, query, &both).await {
            Err(Fault::Form) => self.ask_for(link, verb, query, "application/json").await,
            answer => answer,
        }
    }

    async fn ask_for(
        &self,
        link: &Link,
        verb: &'static str,
        query: &str,
        accept: &str,
    ) -> Result<Response<Body>, Fault> {
        let asked = self.asked(verb);
        let also = if self.selector.is_empty() { "" } else { "&" };
        let uri = format!("{}?{query}{also}{}", self.source.path(self.namespace.as_deref()), self.selector);
        let mut request = Request::get(uri).header(header::ACCEPT, accept);
        if verb == "watch" {
            // the server compresses each event on its own, and tower-http reads only the first of such members
            request = request.header(header::ACCEPT_ENCODING, "identity");
        }
        let request = request.body(Body::empty()).map_err(|e| fault::unreachable(&asked.what(link), &e.to_string()))?;
        let response = link.send(request, &asked.what(link)).await?;
        if response.status() == StatusCode::OK {
            Ok(response)
        } else {
            Err(fault::refused(link, &asked, response).await)
        }
    }
}

/// Whether an answer is protobuf; else it is JSON.
pub(super) fn is_protobuf(response: &Response<Body>) -> bool {
    let kind = response.headers().get(header::CONTENT_TYPE);
    kind.is_some_and(|kind| kind.as_bytes().starts_with(b"application/vnd.kubernetes.protobuf"))
}

/// The next bytes of an answer; none at its end.
pub(super) async fn chunk(body: &mut Body, what: &str) -> Result<Option<Bytes>, Fault> {
    loop {
        return match tokio::time::timeout(SILENCE, body.frame()).await {
            Err(_) => Err(fault::unreachable(what, &format!("it said nothing for {} s", SILENCE.as_secs())).into()),
            Ok(None) => Ok(None),
            Ok(Some(Err(e))) => Err(Fault::Cut(fault::unreachable(what, &fault::chain(&e)))),
            Ok(Some(Ok(frame))) => match frame.into_data() {
                Ok(data) => Ok(Some(data)),
                Err(_trailers) => continue,
            },
        };
    }
}

/// Lists to the end. A server gives a list in parts only where it is asked to; should one do so unasked, the rest is asked for.
pub(super) async fn whole<T: Project>(link: &Link, place: &Place, query: &str) -> Result<(Vec<T>, ListMeta), Fault> {
    let (mut rows, mut meta) = list(link, place, query).await?;
    let mut seen = HashSet::new();
    while !meta.next.is_empty() {
        let onward = std::mem::take(&mut meta.next);
        let query = format!("continue={}", encoded(&onward));
        if !seen.insert(onward) {
            let why = format!("the list does not end: part {} leads back to one that was read before", seen.len() + 1);
            let error = Error::new(Trouble::Other, place.asked("list").what(link), why)
                .hint("does a proxy answer in its place?");
            return Err(Fault::Failed(error, Some(CIRCLE)));
        }
        let (more, part) = list(link, place, &query).await?;
        rows.extend(more);
        meta.next = part.next;
    }
    Ok((rows, meta))
}

/// For a query: what is not plain is written as `%` and two digits.
pub fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// Lists; `query` says how many and how fresh.
pub(super) async fn list<T: Project>(link: &Link, place: &Place, query: &str) -> Result<(Vec<T>, ListMeta), Fault> {
    let what = place.asked("list").what(link);
    let response = place.ask(link, "list", query).await?;
    let protobuf = is_protobuf(&response);
    let mut body = response.into_body();
    let mut rows = Vec::new();
    let mut names = Names::default();
    if protobuf {
        let mut reader = ListReader::default();
        while let Some(bytes) = chunk(&mut body, &what).await? {
            reader
                .feed(&bytes, |item| take(item, &mut rows, &mut names))
                .map_err(|why| fault::unreachable(&what, why))?;
        }
        let meta = reader.finish().map_err(|why| Fault::Cut(fault::unreachable(&what, why)))?;
        return Ok((rows, meta));
    }
    let mut text = Vec::new();
    while let Some(bytes) = chunk(&mut body, &what).await? {
        text.extend_from_slice(&bytes);
    }
    let list: JsonList<T::Wire> =
        serde_json::from_slice(&text).map_err(|e| fault::unreachable(&what, &e.to_string()))?;
    rows.extend(list.items.into_iter().flatten().map(|wire| T::project(wire, &mut names)));
    Ok((rows, list.metadata))
}

fn take<T: Project>(item: &[u8], rows: &mut Vec<T>, names: &mut Names) -> Result<(), wire::Broken> {
    let wire = T::Wire::decode(item).map_err(|_| "an item cannot be read")?;
    rows.push(T::project(wire, names));
    Ok(())
}

#[derive(Deserialize)]
struct JsonList<W> {
    #[serde(default)]
    metadata: ListMeta,
    items: Option<Vec<W>>,
}
