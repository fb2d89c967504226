//! Looks through the scroll-back of a log, on as many threads as there are processors, newest lines first.
use std::thread::available_parallelism;

use tokio::{sync::mpsc, task::JoinSet};

use super::Cx;
use crate::{error::Result, model::logs::Sought, update::Msg};

pub async fn run(cx: &Cx, sought: Sought) -> Result<()> {
    let many = available_parallelism().map_or(1, usize::from);
    let (found, mut pieces) = mpsc::channel(4 * many);
    let mut threads = JoinSet::new();
    for part in sought.snapshot.split(many) {
        let (part, found, cancel) = (Sought { snapshot: part, ..sought.clone() }, found.clone(), cx.cancel.clone());
        threads.spawn_blocking(move || {
            part.search(&|| cancel.is_cancelled() || found.is_closed(), &mut |piece| {
                // nobody listens any more only where the search was given up
                let _gone = found.blocking_send(piece);
            });
        });
    }
    drop(found);
    while let Some(piece) = pieces.recv().await {
        cx.report(Msg::Found(cx.id, piece)).await;
    }
    threads.join_all().await;
    Ok(())
}
