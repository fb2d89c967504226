//! The scroll-back.
