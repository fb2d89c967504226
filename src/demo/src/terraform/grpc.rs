//! gRPC as far as Terraform's plugins need it: one message there, one back, over HTTP/2 without TLS on loopback. A connection is a session
//! of its own, because Terraform configures the provider anew on each.
use std::{future::Future, io, sync::Arc, time::Duration};

use bytes::{BufMut, Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Request, Response, StatusCode,
    body::Incoming,
    header::{CONTENT_TYPE, HeaderValue},
    server::conn::http2,
    service::service_fn,
};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpListener;

use crate::http::Answer;

/// Why a call got no message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The client then does without, as with plugins that are older than itself.
    Unimplemented,
    Invalid(String),
}

/// A plan of a large object is no larger.
const LARGEST: usize = 64 << 20;

/// Takes connections as long as the process lives. `begin` makes what a connection keeps, `call` answers a path and a message.
pub async fn serve<S, H, F>(listener: TcpListener, begin: impl Fn() -> S, call: H)
where
    S: Send + Sync + 'static,
    H: Fn(Arc<S>, String, Bytes) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Vec<u8>, Refusal>> + Send + 'static,
{
    loop {
        let Ok((stream, _peer)) = listener.accept().await else {
            // out of file descriptors: some will be given back
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let _slower = stream.set_nodelay(true);
        let (session, call) = (Arc::new(begin()), call.clone());
        let service = service_fn(move |request| exchange(session.clone(), call.clone(), request));
        tokio::spawn(async move {
            // a client that breaks off is no matter
            let _ended = http2::Builder::new(TokioExecutor::new())
                .timer(TokioTimer::new())
                .max_frame_size(Some(1 << 20))
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

async fn exchange<S, H, F>(session: Arc<S>, call: H, request: Request<Incoming>) -> io::Result<Answer>
where
    H: Fn(Arc<S>, String, Bytes) -> F,
    F: Future<Output = Result<Vec<u8>, Refusal>>,
{
    let path = request.uri().path().to_owned();
    let body = request.into_body().collect().await.map_err(io::Error::other)?.to_bytes();
    let told = match message(body) {
        Some(message) => call(session, path, message).await,
        None => Err(Refusal::Invalid("one uncompressed message is asked for".to_owned())),
    };
    Ok(match told {
        Ok(message) => answer(&message),
        Err(refusal) => refused(&refusal),
    })
}

/// The one message of a body: a byte for its compression, four for its length.
fn message(mut body: Bytes) -> Option<Bytes> {
    if body.len() < 5 || body[0] != 0 {
        return None;
    }
    let length = u32::from_be_bytes([body[1], body[2], body[3], body[4]]) as usize;
    (length <= LARGEST && body.len() == 5 + length).then(|| body.split_off(5))
}

fn answer(message: &[u8]) -> Answer {
    let mut framed = BytesMut::with_capacity(message.len() + 5);
    framed.put_u8(0);
    framed.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    framed.put_slice(message);
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    let body = Full::new(framed.freeze()).with_trailers(async { Some(Ok(trailers)) });
    let body = body.map_err(|never| match never {}).boxed();
    headed(Response::new(body))
}

fn refused(refusal: &Refusal) -> Answer {
    let (code, why) = match refusal {
        Refusal::Unimplemented => ("12", "unimplemented"),
        Refusal::Invalid(why) => ("3", why.as_str()),
    };
    let mut answer = headed(crate::http::answer(StatusCode::OK, "application/grpc", Bytes::new()));
    answer.headers_mut().insert("grpc-status", HeaderValue::from_static(code));
    if let Ok(why) = HeaderValue::from_str(&why.replace(['\n', '%'], " ")) {
        answer.headers_mut().insert("grpc-message", why);
    }
    answer
}

fn headed(mut answer: Answer) -> Answer {
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_taken_whole_or_not_at_all() {
        assert_eq!(message(Bytes::from_static(&[0, 0, 0, 0, 2, 7, 8])), Some(Bytes::from_static(&[7, 8])));
        assert_eq!(message(Bytes::from_static(&[0, 0, 0, 0, 3, 7, 8])), None);
        assert_eq!(message(Bytes::from_static(&[1, 0, 0, 0, 2, 7, 8])), None);
        assert_eq!(message(Bytes::from_static(&[0, 0])), None);
    }
}
