//! The tail against services that behave as badly as the real ones may, in simulated time, for many seeds.
// Small numbers of a simulation, cast to and fro.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss
)]
mod budget;
mod chance;
mod cloud;
mod drive;
mod hearing;
mod kubelet;
mod reading;
mod whole;

/// More of them: `QUARTERDECK_SEEDS=2000 cargo test …`.
fn seeds(few: u64) -> std::ops::Range<u64> {
    let many = std::env::var("QUARTERDECK_SEEDS").ok().and_then(|text| text.parse().ok());
    // Built without optimisation it is ten times as slow.
    0..many.unwrap_or(if cfg!(debug_assertions) { few / 4 } else { few })
}
