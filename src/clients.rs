//! The clients of the outside: AWS by account and region, Kubernetes by cluster; and how a listing reports what it reads.
pub mod aws;
pub mod kube;
pub mod servers;

use std::{future::Future, marker::PhantomData, time::SystemTime};

use tokio::sync::mpsc;

use crate::{
    error::{Error, Result},
    kinds::{Batch, Resource, Scope, rows::Step},
    model::{store::FeedKey, task::TaskId},
    update::Msg,
};

/// Milliseconds since 1970.
#[must_use]
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Seconds since 1970.
#[must_use]
pub fn now() -> i64 {
    now_ms().div_euclid(1000)
}

/// Cheap to clone; every job has its own.
#[derive(Clone)]
pub struct Clients {
    pub aws: aws::Aws,
    pub servers: servers::Servers,
}

/// Where a listing reports. Bounded: `send` waits while the screen is behind.
pub struct Sink<T> {
    id: TaskId,
    feed: FeedKey,
    reports: mpsc::Sender<Msg>,
    kind: PhantomData<fn(T)>,
}

impl<T> Clone for Sink<T> {
    fn clone(&self) -> Self {
        Self { id: self.id, feed: self.feed.clone(), reports: self.reports.clone(), kind: PhantomData }
    }
}

impl<T: Resource> Sink<T>
where
    Batch: From<Step<T>>,
{
    #[must_use]
    pub const fn new(id: TaskId, feed: FeedKey, reports: mpsc::Sender<Msg>) -> Self {
        Self { id, feed, reports, kind: PhantomData }
    }

    async fn report(&self, msg: Msg) {
        // the loop is gone only when we are leaving: nobody is left to tell
        let _gone = self.reports.send(msg).await;
    }

    pub async fn send(&self, step: Step<T>) {
        self.report(Msg::Rows(self.id, self.feed.clone(), step.into())).await;
    }

    /// A watch stands (again): the rows are true now.
    pub async fn live(&self) {
        self.report(Msg::Live(self.id, self.feed.clone())).await;
    }

    /// A watch broke: the rows stay as they were, and it goes on trying by itself.
    pub async fn lost(&self, error: Error) {
        self.report(Msg::Lost(self.id, self.feed.clone(), error)).await;
    }

    /// A part of the answer is missing; the rest shows.
    pub async fn partial(&self, error: Error) {
        self.report(Msg::Partial(self.id, self.feed.clone(), error)).await;
    }

    /// These parts of the answer are missing, and no others.
    pub async fn parts(&self, errors: Vec<Error>) {
        self.report(Msg::Parts(self.id, self.feed.clone(), errors)).await;
    }
}

/// The asking half of a kind.
pub trait Fetch: Resource {
    /// Lists once, or follows until dropped.
    ///
    /// # Errors
    /// Why there is no answer; the feed fails over its rows.
    fn list(clients: &Clients, scope: &Scope, sink: &Sink<Self>) -> impl Future<Output = Result<()>> + Send;

    /// The whole object, for the detail screen and `quarterdeck describe`; `address` is what `Record::address` says.
    ///
    /// # Errors
    /// Why there is no answer.
    fn describe(
        clients: &Clients,
        scope: &Scope,
        address: &str,
    ) -> impl Future<Output = Result<serde_json::Value>> + Send;
}

/// Whatever is read from an API server is followed, and fetched whole, in one way.
impl<T: kube::Project> Fetch for T
where
    Batch: From<Step<T>>,
{
    async fn list(clients: &Clients, scope: &Scope, sink: &Sink<Self>) -> Result<()> {
        let link = clients.servers.link(scope).await?;
        let tell = |news| {
            let sink = sink.clone();
            async move {
                match news {
                    kube::News::Rows(step) => sink.send(step).await,
                    kube::News::Live => sink.live().await,
                    kube::News::Partial(errors) => sink.parts(errors).await,
                    kube::News::Lost(error) => sink.lost(error).await,
                }
            }
        };
        match T::follow(&link, None, tell).await {}
    }

    async fn describe(clients: &Clients, scope: &Scope, address: &str) -> Result<serde_json::Value> {
        let link = clients.servers.link(scope).await?;
        let (namespace, name) = address.split_once('/').map_or((None, address), |(ns, name)| (Some(ns), name));
        kube::object(&link, T::SOURCE, namespace, name).await
    }
}
