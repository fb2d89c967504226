//! Runs jobs: each has an id, a token to cancel it, a way to report, and ends with exactly one `Ended`.
use std::{collections::HashMap, panic::AssertUnwindSafe, time::Duration};

use futures::FutureExt;
use tokio::sync::mpsc;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    clients::Clients,
    error::{Error, Trouble},
    jobs::{self, Cx},
    model::{
        Throttle,
        task::{End, TaskId},
        work::{Stop, Work},
    },
    update::Msg,
};

/// How long work that holds something is waited for at the end.
const LEAVE: Duration = Duration::from_secs(3);

pub struct Runner {
    clients: Clients,
    reports: mpsc::Sender<Msg>,
    live: HashMap<TaskId, CancellationToken>,
    /// Work that leaves by itself is waited for at the end; what only reads is not.
    holding: TaskTracker,
}

impl Runner {
    #[must_use]
    pub fn new(clients: Clients, reports: mpsc::Sender<Msg>) -> Self {
        tokio::spawn(tell_throttles(clients.clone(), reports.clone()));
        Self { clients, reports, live: HashMap::new(), holding: TaskTracker::new() }
    }

    pub fn cancel(&mut self, id: TaskId) {
        if let Some(token) = self.live.remove(&id) {
            token.cancel();
        }
    }

    pub fn forget(&mut self, id: TaskId) {
        self.live.remove(&id);
    }

    pub fn role(&self, act: bool) {
        self.clients.aws.act(act);
    }

    pub fn start(&mut self, id: TaskId, work: Work) {
        let cx = Cx { id, cancel: CancellationToken::new(), reports: self.reports.clone() };
        self.live.insert(id, cx.cancel.clone());
        let clients = self.clients.clone();
        let stop = work.stop();
        let run = async move {
            let job = AssertUnwindSafe(jobs::execute(&cx, &clients, work)).catch_unwind();
            let result = tokio::select! {
                biased;
                () = cx.cancel.cancelled(), if stop == Stop::Drop => Ok(Ok(())),
                result = job => result,
            };
            let end = match result {
                Ok(Ok(())) if cx.cancel.is_cancelled() => End::Cancelled,
                Ok(Ok(())) => End::Done,
                Ok(Err(error)) => End::Failed(error),
                Err(_) => End::Failed(
                    Error::new(Trouble::Other, "a background job broke down", "this is a fault of the console")
                        .hint("refresh to try again; please report it"),
                ),
            };
            cx.report(Msg::Ended(cx.id, end)).await;
        };
        if stop == Stop::Ask {
            self.holding.spawn(run);
        } else {
            tokio::spawn(run);
        }
    }

    /// Cancels all, then waits a little for those who hold something to leave tidily.
    pub async fn shutdown(&mut self) {
        for token in self.live.values() {
            token.cancel();
        }
        self.holding.close();
        // past that the system takes what is left
        let _late = tokio::time::timeout(LEAVE, self.holding.wait()).await;
    }
}

/// Passes on what the meter of AWS calls sees, while it happens.
async fn tell_throttles(clients: Clients, reports: mpsc::Sender<Msg>) {
    let mut seen = clients.aws.meter().throttled();
    while seen.changed().await.is_ok() {
        let throttles: Vec<Throttle> = seen
            .borrow_and_update()
            .iter()
            .map(|(place, at)| Throttle {
                service: place.service.name().to_owned(),
                scope: crate::kinds::Scope {
                    account: place.account.clone(),
                    region: place.region.clone(),
                    ..Default::default()
                },
                at: *at,
            })
            .collect();
        for throttle in throttles {
            if reports.send(Msg::Throttled(throttle)).await.is_err() {
                return;
            }
        }
    }
}
