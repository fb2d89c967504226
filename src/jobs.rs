//! The work itself: one file a variant of `Work`. May await and ask the outside; never touches the model.
mod alike;
mod describe;
mod identify;
pub mod list;
mod save;
mod search;
pub mod tail;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    clients::Clients,
    error::Result,
    model::{task::TaskId, work::Work},
    update::Msg,
};

/// What a job may do: report, and notice that it should stop.
#[derive(Clone)]
pub struct Cx {
    pub id: TaskId,
    pub cancel: CancellationToken,
    pub reports: mpsc::Sender<Msg>,
}

impl Cx {
    pub async fn report(&self, msg: Msg) {
        // the loop is gone only when we are leaving: nobody is left to tell
        let _gone = self.reports.send(msg).await;
    }
}

/// Does the work. The runner, not the job, says how it ended.
///
/// # Errors
/// Why it could not be done.
pub async fn execute(cx: &Cx, clients: &Clients, work: Work) -> Result<()> {
    match work {
        Work::List(feed) => list::run(cx, clients, feed).await,
        Work::Describe(feed, id) => describe::run(cx, clients, feed, &id).await,
        Work::Identify(account) => identify::run(cx, clients, account).await,
        Work::Tail(reading) => tail::run(cx, clients, reading).await,
        Work::Search(sought) => search::run(cx, *sought).await,
        Work::Alike(work) => alike::run(cx, *work).await,
        Work::Save(work) => save::run(*work).await,
    }
}
