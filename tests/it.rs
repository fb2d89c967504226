//! The one integration-test binary: one link for all of them.
#[path = "it/architecture.rs"]
mod architecture;
#[path = "it/pty.rs"]
mod pty;
