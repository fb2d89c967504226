//! One whole object, for the detail: rows hold only what tables show.
use http::{Request, StatusCode, header};
use http_body_util::{BodyExt, Limited};
use kube::client::Body;
use serde_json::Value;

use super::{
    Source,
    fault::{self, Fault},
    link::Link,
    list::Place,
    wire::LONGEST,
};
use crate::error::{Error, Result, Trouble};

/// The object as the server has it, but for `managedFields`, which nobody reads.
pub async fn object(link: &Link, source: Source, namespace: Option<&str>, name: &str) -> Result<Value> {
    let place =
        Place { source, namespace: namespace.filter(|n| !n.is_empty()).map(str::to_owned), selector: String::new() };
    let mut asked = place.asked("get");
    asked.resource = format!("{} {name}", source.plural);
    let what = asked.what(link);
    let uri = format!("{}/{name}", source.path(place.namespace.as_deref()));
    let request = Request::get(uri).header(header::ACCEPT, "application/json").body(Body::empty());
    let request = request.map_err(|e| Error::new(Trouble::Other, &what, e.to_string()))?;
    let response = link.send(request, &what).await?;
    if response.status() != StatusCode::OK {
        return Err(match fault::refused(link, &asked, response).await {
            Fault::Failed(error, _) | Fault::Cut(error) => error,
            Fault::Gone => Error::new(Trouble::NotFound, what, "it is gone"),
            Fault::Form => Error::new(Trouble::Other, what, "the server has no JSON of it"),
        });
    }
    let body = Limited::new(response.into_body(), LONGEST).collect();
    let body = tokio::time::timeout(std::time::Duration::from_secs(20), body).await;
    let body = body.map_err(|_| fault::unreachable(&what, "the answer stopped in the middle"))?;
    let body = body.map_err(|e| fault::unreachable(&what, &e.to_string()))?.to_bytes();
    let mut value: Value =
        serde_json::from_slice(&body).map_err(|e| Error::new(Trouble::Other, &what, e.to_string()))?;
    if let Some(meta) = value.get_mut("metadata").and_then(Value::as_object_mut) {
        meta.shift_remove("managedFields");
    }
    Ok(value)
}

/// As YAML, in the server's order of fields.
pub fn yaml(value: &Value) -> Result<String> {
    serde_saphyr::to_string(value).map_err(|e| Error::new(Trouble::Other, "write YAML", e.to_string()))
}

/// The whole object as text.
pub async fn describe(link: &Link, source: Source, namespace: Option<&str>, name: &str) -> Result<String> {
    yaml(&object(link, source, namespace, name).await?)
}
