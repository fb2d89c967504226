//! Reads logs: looks where what was asked for is to be found, and carries out what the engine in `log::follow` says is due. The same
//! for a screen and for a terminal without one.
mod desk;
mod files;
mod groups;
mod live;
mod places;
mod pods;

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::{
    sync::mpsc,
    task::{JoinError, JoinSet},
    time::{Instant, timeout_at},
};
use tokio_util::sync::CancellationToken;

use super::Cx;
use crate::{
    clients::Clients,
    error::{Error, Result},
    log::{News, follow::Told},
    model::logs::Reading,
    update::Msg,
};
use desk::Desk;
use places::Place;

/// What is said within so long is handed on together, so that a storm of lines costs few messages.
const GATHER: Duration = Duration::from_millis(16);
/// Events that are handed on together at most.
const MANY: usize = 2000;

/// For a screen.
pub async fn run(cx: &Cx, clients: &Clients, reading: Reading) -> Result<()> {
    let (tell, heard) = mpsc::channel(256);
    let mut gathered = Gathered::new(heard);
    let reads = read(clients.clone(), (reading, true, CancellationToken::new()), tell);
    let passes = async {
        while let Some(news) = gathered.next().await {
            cx.report(Msg::News(cx.id, news)).await;
        }
    };
    // what was said is passed on before the end is
    let (read, ()) = tokio::join!(reads, passes);
    read
}

/// What is said within a moment, together. Whoever stops waiting for it loses nothing.
pub struct Gathered {
    heard: mpsc::Receiver<News>,
    so_far: Vec<News>,
    events: usize,
    until: Option<Instant>,
}

impl Gathered {
    #[must_use]
    pub const fn new(heard: mpsc::Receiver<News>) -> Self {
        Self { heard, so_far: vec![], events: 0, until: None }
    }

    /// None once nobody speaks any more.
    pub async fn next(&mut self) -> Option<Vec<News>> {
        while self.events < MANY {
            let news = match self.until {
                None => self.heard.recv().await,
                Some(until) => timeout_at(until, self.heard.recv()).await.unwrap_or(None),
            };
            let Some(news) = news else { break };
            self.until.get_or_insert_with(|| Instant::now() + GATHER);
            self.events += if let News::Told(Told::Events(events)) = &news { events.len() } else { 1 };
            self.so_far.push(news);
        }
        (self.events, self.until) = (0, None);
        Some(std::mem::take(&mut self.so_far)).filter(|all| !all.is_empty())
    }
}

/// Reads what the reading names and tells all of it, until it is dropped or there is no more to come. `how` says what is read,
/// whether for a screen (newest first), and what ends it so that it still tells what it did not read.
///
/// # Errors
/// If nothing of what was asked for is to be found.
pub async fn read(clients: Clients, how: (Reading, bool, CancellationToken), tell: mpsc::Sender<News>) -> Result<()> {
    let (found, mut places) = mpsc::unbounded_channel();
    let desk = Desk::new(clients, how, tell, found);
    let mut readers = Readers { desk: desk.clone(), tasks: JoinSet::new(), regions: HashMap::new(), found: false };
    for wish in desk.reading().wishes.clone() {
        let desk = desk.clone();
        readers.tasks.spawn(async move { places::look(&desk, wish).await });
    }
    let mut failed: Option<Error> = None;
    loop {
        tokio::select! {
            biased;
            place = places.recv() => if let Some(place) = place { readers.begin(place) },
            ended = readers.tasks.join_next() => match ended {
                Some(ended) => if let Err(error) = outcome(ended) {
                    // where nothing else is read it is the end, and told as that
                    if readers.found || !readers.tasks.is_empty() {
                        desk.tell(News::Missing(error.clone())).await;
                    }
                    failed.get_or_insert(error);
                },
                // nobody is left to find another place
                None => break,
            },
        }
    }
    match failed {
        Some(error) if !readers.found => Err(error),
        _ => Ok(()),
    }
}

fn outcome(ended: Result<Result<()>, JoinError>) -> Result<()> {
    match ended {
        Ok(ended) => ended,
        Err(broken) if broken.is_panic() => std::panic::resume_unwind(broken.into_panic()),
        Err(_) => Ok(()),
    }
}

/// One reader for each account and region, one for each set of pods and each file.
struct Readers {
    desk: Arc<Desk>,
    tasks: JoinSet<Result<()>>,
    regions: HashMap<(Arc<str>, Arc<str>), mpsc::UnboundedSender<groups::Wanted>>,
    /// Something was there to be read.
    found: bool,
}

impl Readers {
    fn begin(&mut self, place: Place) {
        self.found = true;
        let desk = self.desk.clone();
        match place {
            Place::Group(mut wanted) => {
                let region = (wanted.scope.account.clone(), wanted.scope.region.clone());
                if let Some(reader) = self.regions.get(&region) {
                    match reader.send(wanted) {
                        Ok(()) => return,
                        // it had read all there was and went
                        Err(mpsc::error::SendError(back)) => wanted = back,
                    }
                }
                let (more, joined) = mpsc::unbounded_channel();
                self.regions.insert(region, more);
                self.tasks.spawn(async move { groups::follow(desk, wanted, joined).await });
            }
            Place::Pods(pods) => {
                self.tasks.spawn(async move { pods::follow(desk, pods).await });
            }
            Place::File(path) => {
                self.tasks.spawn(async move { files::read(&desk, &path).await });
            }
        }
    }
}
