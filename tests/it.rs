//! The one integration-test binary: one link for all of them.
#[path = "it/architecture.rs"]
mod architecture;
#[cfg(feature = "live")]
#[path = "it/aws.rs"]
mod aws;
#[cfg(feature = "live")]
#[path = "it/kube.rs"]
mod kube;
#[cfg(feature = "live")]
#[path = "it/pty.rs"]
mod pty;
