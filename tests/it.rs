//! The one integration-test binary: one link for all of them.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a test that fails says what it saw")]

#[path = "it/architecture.rs"]
mod architecture;
#[cfg(feature = "live")]
#[path = "it/aws.rs"]
mod aws;
#[cfg(feature = "demo")]
#[path = "it/demo.rs"]
mod demo;
#[cfg(feature = "live")]
#[path = "it/kube.rs"]
mod kube;
#[cfg(feature = "live")]
#[path = "it/pty.rs"]
mod pty;
