//! Containers are found in their pod's row: nobody asks for them.
use super::Container;
use crate::{
    clients::{Clients, Fetch, Sink},
    error::{Error, Result},
    kinds::Scope,
};

impl Fetch for Container {
    async fn list(_: &Clients, _: &Scope, _: &Sink<Self>) -> Result<()> {
        Err(alone())
    }

    async fn describe(_: &Clients, _: &Scope, _: &str) -> Result<serde_json::Value> {
        Err(alone())
    }
}

fn alone() -> Error {
    Error::usage("containers are not listed on their own", "they are part of a pod").hint("list pods, or describe one")
}
