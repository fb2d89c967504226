//! Quarterdeck, the terminal console of the on-call engineer. Read in this order:
//! `kinds` (what can be listed) → `model` (what is true) → `action` (what can be done) → `keymap` (what a key means)
//! → `update` (how truth changes) → `view` (how it looks) → `jobs` (what runs in the background) → `runtime` (the loop).
//!
//! Imports point one way; left may not import right (`tests/architecture.rs` keeps it):
//! `key · error · text < config < kinds < log < model < effect < layout < action < keymap < update < view < clients < route · ledger
//! < kinds/*/fetch < jobs < runtime < cli`.
pub mod action;
pub mod cli;
#[cfg(feature = "live")]
pub mod clients;
pub mod config;
pub mod effect;
pub mod error;
#[cfg(feature = "live")]
pub mod jobs;
pub mod key;
pub mod keymap;
pub mod kinds;
pub mod layout;
pub mod log;
pub mod model;
#[cfg(feature = "live")]
pub mod runtime;
pub mod text;
pub mod update;
pub mod view;
