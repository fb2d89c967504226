//! Handles of the outside: who is asked, how long for, and what its refusals mean.
pub mod kube;
