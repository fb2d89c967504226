//! What a server's refusal, or its silence, means for the person before the screen.
use std::time::Duration;

use http::{Response, header};
use http_body_util::{BodyExt, Limited};
use kube::client::Body;
use prost::Message;

use super::{link::Link, meta::Status, wire};
use crate::error::{Error, Trouble};

/// Why a list or a watch ended.
#[derive(Debug)]
pub(super) enum Fault {
    /// The version to go on from is no longer kept: list anew.
    Gone,
    /// The answer cannot be had in the form that was asked for.
    Form,
    /// The link broke in the middle: worth trying again at once.
    Cut(Error),
    /// After how long to try again, where the server said so.
    Failed(Error, Option<Duration>),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Failed(error, None)
    }
}

/// An error with its causes, each said once.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let said = cause.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        next = cause.source();
    }
    // names of the library's own layers help nobody
    text.trim_start_matches("ServiceError: ").trim_start_matches("HyperError: ").replace("client error (Connect): ", "")
}

pub(super) fn unreachable(what: &str, why: &str) -> Error {
    let hint = if why.contains("certificate") || why.contains("UnknownIssuer") {
        "the certificate does not fit the authority or the name in the configuration"
    } else if why.contains("dns error") || why.contains("lookup address") {
        "a private endpoint's name resolves only inside its network: is the VPN up?"
    } else {
        "is the API server up, and is there a way to it (VPN, proxy)?"
    };
    Error::new(Trouble::Unreachable, what, why).hint(hint)
}

/// What was asked, for the sentence that says that it failed.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub verb: &'static str,
    pub resource: String,
    pub namespace: Option<String>,
}

impl Asked {
    pub fn what(&self, link: &Link) -> String {
        let place = self.namespace.as_ref().map(|n| format!(" in namespace {n}")).unwrap_or_default();
        format!("{} {}{place} of cluster {}", self.verb, self.resource, link.name())
    }
}

/// Reads an answer that is not a success.
pub(super) async fn refused(link: &Link, asked: &Asked, response: Response<Body>) -> Fault {
    let code = response.status().as_u16();
    let wait = response.headers().get(header::RETRY_AFTER).and_then(|v| v.to_str().ok()).and_then(|v| v.parse().ok());
    let wait = wait.map(Duration::from_secs);
    let body =
        tokio::time::timeout(Duration::from_secs(5), Limited::new(response.into_body(), 1 << 16).collect()).await;
    let body = body.ok().and_then(Result::ok).map(|body| body.to_bytes()).unwrap_or_default();
    let status = read(&body).unwrap_or_default();
    of(link, asked, code.into(), &status, wait)
}

/// The server's own words, in either form.
pub(super) fn read(body: &[u8]) -> Option<Status> {
    match wire::unwrap(body) {
        Ok(object) => Status::decode(object).ok(),
        Err(_) => serde_json::from_slice(body).ok(),
    }
}

pub(super) fn of(link: &Link, asked: &Asked, code: i32, status: &Status, wait: Option<Duration>) -> Fault {
    let why = if status.message.is_empty() { format!("the server answered {code}") } else { status.message.clone() };
    let trouble = match code {
        406 | 415 => return Fault::Form,
        410 => return Fault::Gone,
        401 => Trouble::Credentials,
        403 => Trouble::Denied,
        404 => Trouble::NotFound,
        429 => Trouble::Throttled,
        500..=599 => Trouble::Unreachable,
        _ => Trouble::Other,
    };
    let hint = match trouble {
        Trouble::Credentials => link.login_hint(),
        Trouble::Denied => {
            let place = asked.namespace.as_ref().map_or("--all-namespaces".to_owned(), |n| format!("-n {n}"));
            format!("a role that allows it is missing: kubectl auth can-i {} {} {place}", asked.verb, asked.resource)
        }
        Trouble::NotFound => "this server does not have it".to_owned(),
        _ => String::new(),
    };
    Fault::Failed(Error::new(trouble, asked.what(link), why).hint(hint), wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(code: i32) -> Error {
        let asked = Asked { verb: "list", resource: "pods".to_owned(), namespace: Some("shop".to_owned()) };
        let status = Status { message: "pods is forbidden".to_owned(), ..Status::default() };
        match of(&Link::context("prod-a", Some("prod".to_owned())), &asked, code, &status, None) {
            Fault::Failed(error, _) => error,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_denial_names_verb_resource_namespace_and_cluster() {
        let error = failed(403);
        assert_eq!(error.trouble, Trouble::Denied);
        assert_eq!(error.what, "list pods in namespace shop of cluster prod-a");
        assert!(error.hint.ends_with("kubectl auth can-i list pods -n shop"), "{error}");
    }

    #[test]
    fn each_refusal_is_its_own_trouble() {
        let troubles: Vec<_> = [401, 404, 429, 500, 503, 400].into_iter().map(|code| failed(code).trouble).collect();
        use Trouble::{Credentials, NotFound, Other, Throttled, Unreachable};
        assert_eq!(troubles, [Credentials, NotFound, Throttled, Unreachable, Unreachable, Other]);
    }

    #[test]
    fn the_server_s_words_are_read_in_both_forms() {
        let status = Status { message: "no".to_owned(), reason: "Forbidden".to_owned(), code: 403 };
        let inner = status.encode_to_vec();
        let mut bytes = b"k8s\0\x12".to_vec();
        bytes.push(u8::try_from(inner.len()).unwrap());
        bytes.extend(&inner);
        assert_eq!(read(&bytes), Some(status.clone()));
        assert_eq!(read(br#"{"kind":"Status","message":"no","reason":"Forbidden","code":403}"#), Some(status));
        assert_eq!(read(b"<html>"), None);
    }
}
