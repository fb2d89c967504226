//! The demo estate: a small world with a clock and a seed, and the servers that speak for it in the real protocols.
//!
//! `world` (what there is) and `kube` (what its clusters hold) know nothing of wires; `aws` and `api` (Kubernetes) speak for them;
//! `incident` makes things go wrong in the world, `fault` on the wire. The crate depends on nothing of the console and shares no
//! decoder with it: what one writes, the other must understand.
//!
//! Imports point one way: `rng · clock < lines < kube < world < incident · fault < estate < http · life · sigv4 < aws · api · terraform < control <
//! serve`. A test keeps it.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "a world of our own making: its numbers are small, and what chance gives may be cut to size"
)]
pub mod api;
pub mod aws;
pub mod clock;
pub mod control;
pub mod estate;
pub mod fault;
pub mod http;
pub mod incident;
pub mod kube;
pub mod life;
pub mod lines;
pub mod rng;
pub mod serve;
pub mod sigv4;
pub mod terraform;
pub mod world;
