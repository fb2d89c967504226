//! Records of the Kubernetes audit log, as a sentence: who did what to which object, and what came of it.
use std::borrow::Cow;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    #[serde(borrow)]
    api_version: Cow<'a, str>,
    #[serde(borrow)]
    verb: Cow<'a, str>,
    #[serde(borrow)]
    user: User<'a>,
    #[serde(borrow, default)]
    impersonated_user: Option<User<'a>>,
    #[serde(borrow, default)]
    object_ref: Option<Object<'a>>,
    #[serde(borrow, default, rename = "requestURI")]
    uri: Option<Cow<'a, str>>,
    #[serde(default)]
    response_status: Option<Status>,
    #[serde(borrow, default, rename = "sourceIPs")]
    sources: Vec<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct User<'a> {
    #[serde(borrow, default)]
    username: Cow<'a, str>,
    #[serde(borrow, default)]
    extra: Extra<'a>,
}

/// What EKS says of the IAM identity behind a user.
#[derive(Default, Deserialize)]
struct Extra<'a> {
    #[serde(borrow, default, rename = "arn")]
    arn: Vec<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Object<'a> {
    #[serde(borrow, default)]
    resource: Cow<'a, str>,
    #[serde(borrow, default)]
    subresource: Cow<'a, str>,
    #[serde(borrow, default)]
    namespace: Cow<'a, str>,
    #[serde(borrow, default)]
    name: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    code: i64,
}

/// The sentence, where it is such a record.
#[must_use]
pub fn sentence(text: &[u8]) -> Option<String> {
    // nearly no line is one: look before it is taken apart
    memchr::memmem::find(&text[..text.len().min(256)], b"audit.k8s.io/")?;
    let record: Record = serde_json::from_slice(text).ok()?;
    if !record.api_version.starts_with("audit.k8s.io/") {
        return None;
    }
    let who = record.user.extra.arn.first().filter(|arn| !arn.is_empty()).unwrap_or(&record.user.username);
    let as_whom = record.impersonated_user.map(|user| format!(" as {}", user.username)).unwrap_or_default();
    let what = match record.object_ref {
        Some(Object { resource, subresource, namespace, name }) => {
            let join = |sign: &str, part: &str| if part.is_empty() { String::new() } else { format!("{sign}{part}") };
            let place = if namespace.is_empty() { String::new() } else { format!(" in {namespace}") };
            format!("{resource}{}{}{place}", join("/", &name), join("/", &subresource))
        }
        None => record.uri.unwrap_or_default().into_owned(),
    };
    let outcome = match record.response_status {
        Some(Status { code: 0 }) | None => String::new(),
        Some(Status { code }) => format!(" → {code}"),
    };
    let from = record.sources.first().map(|source| format!(", from {source}")).unwrap_or_default();
    Some(format!("{who}{as_whom}: {} {what}{outcome}{from}", record.verb))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_says_who_did_what_to_which_object() {
        let record = br#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","stage":"ResponseComplete",
            "requestURI":"/apis/apps/v1/namespaces/shop/deployments/web","verb":"patch",
            "user":{"username":"alice","groups":["g"],"extra":{"arn":["arn:aws:sts::1:assumed-role/OnCall/alice"]}},
            "sourceIPs":["10.0.0.7"],"objectRef":{"resource":"deployments","namespace":"shop","name":"web","apiGroup":"apps"},
            "responseStatus":{"metadata":{},"code":200}}"#;
        let told = sentence(record).expect("it is one");
        assert_eq!(
            told,
            "arn:aws:sts::1:assumed-role/OnCall/alice: patch deployments/web in shop → 200, from 10.0.0.7"
        );
    }

    #[test]
    fn what_is_no_record_says_nothing_of_the_kind() {
        for text in [&b""[..], b"{}", br#"{"apiVersion":"audit.k8s.io/v1"}"#, b"audit.k8s.io/ in a sentence"] {
            assert_eq!(sentence(text), None);
        }
    }
}
