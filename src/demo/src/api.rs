//! The Kubernetes API server in front of a cluster: HTTP in, the cluster's own words out.
pub mod accept;
pub mod base64;
pub mod certificate;
pub mod patch;
pub mod proto;
pub mod schema;
pub mod select;
