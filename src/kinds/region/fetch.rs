//! placeholder
use super::Region;
use crate::{clients::{Clients, Fetch, Sink}, error::{Error, Result}, kinds::Scope};
impl Fetch for Region {
    async fn list(_: &Clients, _: &Scope, _: &Sink<Self>) -> Result<()> { Err(Error::usage("not yet", "")) }
    async fn describe(_: &Clients, _: &Scope, _: &str) -> Result<serde_json::Value> { Err(Error::usage("not yet", "")) }
}
