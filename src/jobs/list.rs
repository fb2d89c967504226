//! Lists or follows one feed, through the kind's own `fetch.rs`.
use super::Cx;
use crate::{
    clients::{Clients, Fetch, Sink},
    error::Result,
    kinds::{Kind, with_kinds},
    model::store::FeedKey,
};

macro_rules! dispatch {
    ($($module:ident :: $Kind:ident, $name:literal, $title:literal, [$($alias:literal),*];)+) => {
        async fn list(cx: &Cx, clients: &Clients, feed: FeedKey) -> Result<()> {
            match feed.kind {
                $(Kind::$Kind => {
                    let sink = Sink::new(cx.id, feed.clone(), cx.reports.clone());
                    <crate::kinds::$module::$Kind as Fetch>::list(clients, &feed.scope, &sink).await
                })+
            }
        }

        /// The whole object as the API gives it.
        ///
        /// # Errors
        /// Why there is no answer.
        pub async fn describe(clients: &Clients, feed: &FeedKey, id: &str) -> Result<serde_json::Value> {
            match feed.kind {
                $(Kind::$Kind => <crate::kinds::$module::$Kind as Fetch>::describe(clients, &feed.scope, id).await,)+
            }
        }
    };
}
with_kinds!(dispatch);

pub async fn run(cx: &Cx, clients: &Clients, feed: FeedKey) -> Result<()> {
    // it holds the largest of all kinds' listings
    Box::pin(list(cx, clients, feed)).await
}
