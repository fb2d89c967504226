//! Answers: objects and refusals in the form that the client wants, whole, in pieces, packed, or cut off by a fault.
use std::{
    collections::VecDeque,
    future::Future as _,
    io::{self, Write},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http_body_util::BodyExt;
use hyper::{
    Response, StatusCode,
    body::{Frame, SizeHint},
    header,
};
use serde_json::{Value, json};
use tokio::{
    sync::mpsc,
    time::{Sleep, sleep},
};

use super::{
    accept::{Form, Shape, Wanted},
    proto, schema, table,
};
use crate::{
    http::{self, Answer, Body},
    kube::{
        refused::{Details, Refused},
        store::Item,
    },
};

pub fn not_found() -> Refused {
    Refused {
        code: 404,
        reason: "NotFound",
        message: "the server could not find the requested resource".to_owned(),
        details: Some(Box::default()),
    }
}

pub fn method_not_allowed() -> Refused {
    Refused {
        code: 405,
        reason: "MethodNotAllowed",
        message: "the server does not allow this method on the requested resource".to_owned(),
        details: Some(Box::default()),
    }
}

pub fn expired(message: &str) -> Refused {
    Refused { code: 410, reason: "Expired", message: message.to_owned(), details: None }
}

pub fn throttled() -> Refused {
    Refused {
        code: 429,
        reason: "TooManyRequests",
        message: "The server has received too many requests and has asked us to try again later".to_owned(),
        details: Some(Details { retry_after: Some(1), ..Details::default() }.into()),
    }
}

/// A fault of the server's own.
pub fn broken(status: u16) -> Refused {
    let (reason, message) = match status {
        503 => ("ServiceUnavailable", "the server is currently unable to handle the request"),
        504 => ("Timeout", "the request did not complete within the allotted timeout"),
        _ => ("InternalError", "Internal error occurred: etcdserver: leader changed"),
    };
    Refused { code: status, reason, message: message.to_owned(), details: None }
}

/// Any object, in protobuf where its type has that.
pub fn value(wanted: Wanted, status: StatusCode, value: &Value) -> Answer {
    let text = |key: &str| value[key].as_str().unwrap_or_default();
    let message = (wanted.form == Form::Protobuf).then(|| schema::of(text("apiVersion"), text("kind"))).flatten();
    match (message, value.as_object()) {
        (Some(message), Some(fields)) => {
            let mut raw = vec![];
            proto::object(&mut raw, message, fields);
            let body = proto::enveloped(text("apiVersion"), text("kind"), &raw);
            http::answer(status, wanted.content_type(), body)
        }
        _ => http::answer(status, Wanted::JSON.content_type(), wanted.json(value)),
    }
}

pub fn refused(wanted: Wanted, refused: &Refused) -> Answer {
    let status = StatusCode::from_u16(refused.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut answer = value(wanted, status, &refused.status());
    let retry = refused.details.as_ref().and_then(|details| details.retry_after);
    if let Some(seconds) = retry {
        answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    answer
}

/// `Status` of success, about the object that is gone.
pub fn success(details: Option<&Details>) -> Value {
    let mut status = json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success" });
    if let Some(details) = details {
        status["details"] = details.value();
    }
    status
}

/// One object of the store, in the form and shape that is wanted.
pub fn item(wanted: Wanted, status: StatusCode, item: &Item, now: i64, include: table::Include) -> Answer {
    let kind = kind_of(item);
    match wanted.shape {
        Shape::Table => {
            let table = json!({
                "kind": "Table",
                "apiVersion": "meta.k8s.io/v1",
                "metadata": { "resourceVersion": item.rv().to_string() },
                "columnDefinitions": table::definitions(kind),
                "rows": [table::row(kind, item, now, include)],
            });
            value(wanted, status, &table)
        }
        _ => http::answer(status, wanted.content_type(), object(wanted, item)),
    }
}

pub fn kind_of(item: &Item) -> crate::kube::resource::Kind {
    match item {
        Item::Pod(_) => crate::kube::resource::Kind::Pod,
        Item::Object(value) => {
            let name = value["kind"].as_str().unwrap_or_default();
            crate::kube::resource::Kind::named(name).unwrap_or(crate::kube::resource::Kind::Namespace)
        }
    }
}

/// The bytes of one object with its type: JSON text, or protobuf in its envelope. Tables are made elsewhere.
pub fn object(wanted: Wanted, item: &Item) -> Vec<u8> {
    let metadata = wanted.shape == Shape::Metadata;
    match wanted.form {
        Form::Json if metadata => wanted.json(&table::metadata(item)),
        Form::Json => wanted.json(&item.value()),
        Form::Protobuf => {
            let resource = kind_of(item).resource();
            let (version, kind) = if metadata {
                ("meta.k8s.io/v1".to_owned(), "PartialObjectMetadata")
            } else {
                (resource.api_version(), resource.name)
            };
            let mut raw = vec![];
            fields(&mut raw, item, metadata);
            proto::enveloped(&version, kind, &raw)
        }
    }
}

/// The protobuf fields of an object, without an envelope.
pub fn fields(out: &mut Vec<u8>, item: &Item, metadata: bool) {
    match item {
        Item::Pod(pod) if metadata => proto::nested(out, 1, |out| proto::pod::metadata(out, pod)),
        Item::Pod(pod) => proto::pod::encode(out, pod),
        Item::Object(value) => {
            let resource = kind_of(item).resource();
            let message = if metadata {
                schema::message("meta.v1.PartialObjectMetadata")
            } else {
                schema::of(&resource.api_version(), resource.name)
            };
            if let (Some(message), Some(value)) = (message, value.as_object()) {
                proto::object(out, message, value);
            }
        }
    }
}

/// Bytes in pieces, whose sum is known.
struct Pieces {
    left: VecDeque<Bytes>,
    size: u64,
}

impl hyper::body::Body for Pieces {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let Some(piece) = self.left.pop_front() else { return Poll::Ready(None) };
        self.size -= piece.len() as u64;
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.size)
    }
}

/// Bytes that are still to come. A reader that is slow holds up the writer.
struct Pipe(mpsc::Receiver<io::Result<Bytes>>);

impl hyper::body::Body for Pipe {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|piece| piece.map(Frame::data)))
    }
}

pub type Sender = mpsc::Sender<io::Result<Bytes>>;

/// An answer that is written as it comes about.
pub fn stream(content_type: &str) -> (Sender, Answer) {
    let (sender, receiver) = mpsc::channel(2);
    let mut answer = Response::new(Pipe(receiver).boxed());
    if let Ok(value) = content_type.parse() {
        answer.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    (sender, answer)
}

/// Below this the API server packs nothing.
const PACK_FROM: usize = 128 * 1024;

/// An answer in pieces, packed if it is long and the client can unpack it.
pub fn pieces(content_type: &str, pieces: Vec<Bytes>, accept_encoding: Option<&str>) -> Answer {
    let size: usize = pieces.iter().map(Bytes::len).sum();
    let packs = accept_encoding.is_some_and(|text| text.split(',').any(|word| word.trim().starts_with("gzip")));
    let (body, packed): (Body, bool) = if packs && size > PACK_FROM {
        let (sender, receiver) = mpsc::channel(4);
        tokio::task::spawn_blocking(move || pack(pieces, &sender));
        (Pipe(receiver).boxed(), true)
    } else {
        (Pieces { left: pieces.into(), size: size as u64 }.boxed(), false)
    };
    let mut answer = Response::new(body);
    if let Ok(value) = content_type.parse() {
        answer.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    if packed {
        answer.headers_mut().insert(header::CONTENT_ENCODING, header::HeaderValue::from_static("gzip"));
        answer.headers_mut().insert(header::VARY, header::HeaderValue::from_static("Accept-Encoding"));
    }
    answer
}

fn pack(pieces: Vec<Bytes>, to: &Sender) {
    let mut packer = GzEncoder::new(vec![], Compression::fast());
    for piece in pieces {
        // a vector takes all that is written
        let _infallible = packer.write_all(&piece);
        let ready = std::mem::take(packer.get_mut());
        if !ready.is_empty() && to.blocking_send(Ok(ready.into())).is_err() {
            return;
        }
    }
    if let Ok(rest) = packer.finish() {
        let _gone = to.blocking_send(Ok(rest.into()));
    }
}

/// Lets so many bytes through, and then cuts the connection.
pub fn cut(body: Body, after: u64) -> Body {
    Cut { body, left: after, pause: None }.boxed()
}

struct Cut {
    body: Body,
    left: u64,
    /// What was let through must have left before the connection is cut, or nobody sees it.
    pause: Option<Pin<Box<Sleep>>>,
}

impl hyper::body::Body for Cut {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.left == 0 {
            let pause = self.pause.get_or_insert_with(|| Box::pin(sleep(Duration::from_millis(20))));
            return pause.as_mut().poll(cx).map(|()| Some(Err(io::ErrorKind::ConnectionReset.into())));
        }
        let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(cx) else { return Poll::Pending };
        let Some(Ok(frame)) = frame else {
            return Poll::Ready(frame);
        };
        let Ok(data) = frame.into_data() else { return Poll::Ready(None) };
        let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(data.len());
        self.left -= length as u64;
        Poll::Ready(Some(Ok(Frame::data(data.slice(..length)))))
    }

    // as without the fault: the client was promised all of it
    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
