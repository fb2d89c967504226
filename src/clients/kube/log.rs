//! What a container says, through the API server: lines, each with the stamp that the container runtime gave it.
use std::{fmt::Write, time::Duration};

use bytes::Bytes;
use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use kube::client::Body;

use super::{
    fault::{self, Asked, Fault},
    link::Link,
};
use crate::error::{Error, Result, Trouble};

/// Which container, and from where on.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub namespace: String,
    pub pod: String,
    pub container: String,
    /// A whole second, as RFC 3339: the kubelet knows no finer.
    pub since: Option<String>,
    /// Of the run before this one.
    pub previous: bool,
    pub follow: bool,
    /// Only so many of its last lines.
    pub tail_lines: Option<u32>,
}

/// The log of one container, as it comes.
pub struct Lines {
    body: Body,
    what: String,
}

/// How reading went on.
#[derive(Debug)]
pub enum More {
    /// What came, lines cut in two and all.
    Bytes(Bytes),
    /// The server closed the log: the container ended, its file was rotated, or a limit on the way.
    End,
    /// Nothing for as long as one was ready to wait.
    Quiet,
}

/// Begins to read.
///
/// # Errors
/// Why there is nothing to read: denied, no such pod, not started yet, nobody answers.
pub async fn open(link: &Link, wanted: &Wanted) -> Result<Lines> {
    let Wanted { namespace, pod, container, .. } = wanted;
    let asked =
        Asked { verb: "get", resource: format!("pods/log {pod}/{container}"), namespace: Some(namespace.clone()) };
    let what = asked.what(link);
    let mut uri = format!("/api/v1/namespaces/{namespace}/pods/{pod}/log?container={container}&timestamps=true");
    for (name, on) in [("follow", wanted.follow), ("previous", wanted.previous)] {
        if on {
            write!(uri, "&{name}=true").ok();
        }
    }
    if let Some(since) = &wanted.since {
        write!(uri, "&sinceTime={since}").ok();
    }
    if let Some(lines) = wanted.tail_lines {
        write!(uri, "&tailLines={lines}").ok();
    }
    // a log is handed on as it is written: compressed, the server would hold back what does not fill a block
    let request = Request::get(uri).header(header::ACCEPT_ENCODING, "identity").body(Body::empty());
    let request = request.map_err(|e| Error::new(Trouble::Other, &what, e.to_string()))?;
    let response = link.send(request, &what).await?;
    if response.status() == StatusCode::OK {
        return Ok(Lines { body: response.into_body(), what });
    }
    Err(match fault::refused(link, &asked, response).await {
        Fault::Failed(error, _) | Fault::Cut(error) => error,
        Fault::Gone => Error::new(Trouble::NotFound, what, "it is gone"),
        Fault::Form => Error::new(Trouble::Other, what, "the server does not give it as text"),
    })
}

impl Lines {
    /// Waits for what is said next, but no longer than `patience`.
    ///
    /// # Errors
    /// If the link broke.
    pub async fn next(&mut self, patience: Duration) -> Result<More> {
        let deadline = tokio::time::Instant::now() + patience;
        loop {
            let frame = match tokio::time::timeout_at(deadline, self.body.frame()).await {
                Err(_) => return Ok(More::Quiet),
                Ok(None) => return Ok(More::End),
                Ok(Some(Err(e))) => return Err(fault::unreachable(&self.what, &fault::chain(&e))),
                Ok(Some(Ok(frame))) => frame,
            };
            if let Ok(data) = frame.into_data() {
                return Ok(More::Bytes(data));
            }
        }
    }
}
