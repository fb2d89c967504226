//! HTTP/1.1 over loopback, with and without TLS: what the AWS and the Kubernetes server stand on.
use std::{convert::Infallible, future::Future, io, sync::Arc, time::Duration};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::{Request, Response, StatusCode, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_rustls::TlsAcceptor;

use crate::clock;

/// An error in the middle of a body cuts the connection, which is how a reset is made.
pub type Body = BoxBody<Bytes, io::Error>;
pub type Answer = Response<Body>;

/// A body that is there as a whole.
#[must_use]
pub fn whole(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never: Infallible| match never {}).boxed()
}

#[must_use]
pub fn answer(status: StatusCode, content_type: &str, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(whole(body));
    *answer.status_mut() = status;
    if let Ok(value) = content_type.parse() {
        answer.headers_mut().insert(hyper::header::CONTENT_TYPE, value);
    }
    answer
}

/// The body of a request; nothing, if it is longer than `most`. What is too much is read all the same, within bounds, so that the client
/// gets to hear why it is refused instead of a connection that breaks while it still writes.
///
/// # Errors
/// If the request breaks off, or does not end.
pub async fn body(mut body: Incoming, most: usize) -> io::Result<Option<Bytes>> {
    const PATIENCE: usize = 16;
    let (mut read, mut kept) = (0_usize, vec![]);
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(io::Error::other)?.into_data() else { continue };
        read = read.saturating_add(data.len());
        if read <= most {
            kept.extend_from_slice(&data);
        } else {
            kept = vec![];
        }
        if read > most.saturating_mul(PATIENCE) {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
    }
    Ok((read <= most).then(|| kept.into()))
}

/// Says that it was answered at another time than it was, as a server does whose clock is off by so much.
#[must_use]
pub fn dated(mut answer: Answer, skew: i64) -> Answer {
    if skew != 0
        && let Ok(value) = clock::imf(clock::real() + skew).parse()
    {
        answer.headers_mut().insert(hyper::header::DATE, value);
    }
    answer
}

/// Takes connections as long as the process lives, and hands each request to `handle`. An error from it cuts the connection.
pub async fn serve<H, F>(listener: TcpListener, tls: Option<TlsAcceptor>, handle: H)
where
    H: Fn(Request<Incoming>) -> F + Send + Sync + 'static,
    F: Future<Output = io::Result<Answer>> + Send + 'static,
{
    let never = watch::Sender::new(0);
    serve_and_cut(listener, tls, never.subscribe(), handle).await;
}

/// The same; and each time that `cut` changes, all connections that stand are cut in the middle of whatever they say.
pub async fn serve_and_cut<H, F>(listener: TcpListener, tls: Option<TlsAcceptor>, cut: watch::Receiver<u64>, handle: H)
where
    H: Fn(Request<Incoming>) -> F + Send + Sync + 'static,
    F: Future<Output = io::Result<Answer>> + Send + 'static,
{
    let handle = Arc::new(handle);
    loop {
        let Ok((stream, _peer)) = listener.accept().await else {
            // out of file descriptors: some will be given back
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (mut cut, tls, handle) = (cut.clone(), tls.clone(), handle.clone());
        cut.mark_unchanged();
        tokio::spawn(async move {
            tokio::select! {
                () = connection(stream, tls, handle) => {}
                Ok(()) = cut.changed() => {}
            }
        });
    }
}

async fn connection<H, F>(stream: TcpStream, tls: Option<TlsAcceptor>, handle: Arc<H>)
where
    H: Fn(Request<Incoming>) -> F + Send + Sync + 'static,
    F: Future<Output = io::Result<Answer>> + Send + 'static,
{
    // answers are written whole; waiting for more only delays the last piece
    let _slower = stream.set_nodelay(true);
    match tls {
        Some(tls) => {
            if let Ok(stream) = tls.accept(stream).await {
                exchange(stream, handle).await;
            }
        }
        None => exchange(stream, handle).await,
    }
}

async fn exchange<S, H, F>(stream: S, handle: Arc<H>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    H: Fn(Request<Incoming>) -> F + Send + Sync + 'static,
    F: Future<Output = io::Result<Answer>> + Send + 'static,
{
    let service = service_fn(move |request| {
        let handle = handle.clone();
        async move { handle(request).await }
    });
    // a client that breaks off is no matter
    let _ended = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await;
}
