//! Fetches the whole of one thing and splits it into lines, off the screen's path.
use std::sync::Arc;

use super::{Cx, list};
use crate::{
    clients::{Clients, kube},
    error::{Error, Result, Trouble},
    model::{detail::Raw, store::FeedKey},
    update::Msg,
};

pub async fn run(cx: &Cx, clients: &Clients, feed: FeedKey, id: &str) -> Result<()> {
    let object = list::describe(clients, &feed, id).await?;
    let json = serde_json::to_string_pretty(&object)
        .map_err(|e| Error::new(Trouble::Other, "write the object as JSON", e.to_string()))?;
    let raw = Raw { yaml: lines(&kube::yaml(&object)?), json: lines(&json) };
    cx.report(Msg::Described(cx.id, raw)).await;
    Ok(())
}

fn lines(text: &str) -> Arc<[Box<str>]> {
    text.lines().map(Into::into).collect()
}
