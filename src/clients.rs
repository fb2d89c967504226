//! The clients of the outside: AWS and Kubernetes handles, and what a listing reports to.
pub mod aws;

use std::future::Future;

use crate::{
    error::{Error, Result},
    kinds::{Resource, Scope, rows::Step},
};

#[derive(Clone)]
pub struct Clients {
    pub aws: aws::Aws,
}

/// What a listing reports.
#[derive(Debug)]
pub enum Report<T> {
    Step(Step<T>),
    Live,
    Lost(Error),
    Partial(Error),
}

pub struct Sink<T>(pub tokio::sync::mpsc::Sender<Report<T>>);

impl<T: Resource> Sink<T> {
    pub async fn send(&self, step: Step<T>) {
        let _gone = self.0.send(Report::Step(step)).await;
    }

    pub async fn partial(&self, error: Error) {
        let _gone = self.0.send(Report::Partial(error)).await;
    }
}

pub trait Fetch: Resource {
    fn list(clients: &Clients, scope: &Scope, sink: &Sink<Self>) -> impl Future<Output = Result<()>> + Send;
    fn describe(clients: &Clients, scope: &Scope, id: &str) -> impl Future<Output = Result<serde_json::Value>> + Send;
}
