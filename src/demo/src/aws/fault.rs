//! Faults on the wire, as AWS carries them out.
use std::{
    future, io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body as _, Frame, SizeHint};

use super::{call::Call, fail, fail::Fail};
use crate::{
    fault::Kind,
    http::{Answer, Body},
};

/// What happens before there is any answer.
pub async fn suffer(met: &[Kind]) -> io::Result<()> {
    for kind in met {
        match kind {
            Kind::Latency { ms } => tokio::time::sleep(Duration::from_millis(*ms)).await,
            Kind::Hang => future::pending().await,
            Kind::Reset { after: None } => return Err(io::ErrorKind::ConnectionReset.into()),
            _ => {}
        }
    }
    Ok(())
}

/// What is answered instead.
#[must_use]
pub fn refusal(met: &[Kind], call: &Call<'_>) -> Option<Fail> {
    met.iter().find_map(|kind| match kind {
        Kind::Throttle => Some(fail::throttled(call.wire)),
        Kind::Error { status } => Some(fail::broken(call.wire, *status)),
        Kind::Expired => Some(fail::expired(call.wire)),
        Kind::Denied => Some(fail::denied(call)),
        Kind::Latency { .. } | Kind::Hang | Kind::Reset { .. } | Kind::Gone | Kind::Skew { .. } => None,
    })
}

/// Cuts the answer off after so many bytes, if it comes to that.
#[must_use]
pub fn cut(met: &[Kind], answer: Answer) -> Answer {
    let after = met.iter().find_map(|kind| match kind {
        Kind::Reset { after } => *after,
        _ => None,
    });
    let Some(after) = after else { return answer };
    let (parts, body) = answer.into_parts();
    let promised = body.size_hint();
    Answer::from_parts(parts, Cut { body, promised, left: after, flushed: None }.boxed())
}

/// A body that breaks off; its length is promised as if it did not.
struct Cut {
    body: Body,
    promised: SizeHint,
    left: u64,
    flushed: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl hyper::body::Body for Cut {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.left == 0 {
            // what was said goes out first
            let pause = self.flushed.get_or_insert_with(|| Box::pin(tokio::time::sleep(Duration::from_millis(20))));
            ready!(pause.as_mut().poll(cx));
            return Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into())));
        }
        match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
            Some(Ok(frame)) => {
                let Ok(mut data) = frame.into_data() else { return Poll::Ready(None) };
                data.truncate(usize::try_from(self.left).unwrap_or(usize::MAX));
                self.left -= data.len() as u64;
                Poll::Ready(Some(Ok(Frame::data(data))))
            }
            other => Poll::Ready(other),
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.promised
    }
}
