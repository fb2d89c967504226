//! The demo estate: a small world with a clock, and the servers that speak for it.
