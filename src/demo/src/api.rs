//! The Kubernetes API server in front of a cluster: HTTP in, the cluster's own words out.
pub mod accept;
pub mod base64;
pub mod certificate;
pub mod patch;
pub mod proto;
pub mod schema;
pub mod select;

/// (to come)
pub async fn handle(
    _estate: std::sync::Arc<crate::estate::Estate>,
    _region: usize,
    _request: hyper::Request<hyper::body::Incoming>,
) -> std::io::Result<crate::http::Answer> {
    Ok(crate::http::answer(hyper::StatusCode::NOT_IMPLEMENTED, "text/plain", ""))
}
