//! A kind's rows, read once and kept up: a first page for the eye, the whole list from the server's cache beside it, then a watch
//! that is resumed where it ended. Never ends by itself: what is lost is tried again until it is back.
use std::{
    convert::Infallible,
    hash::{BuildHasher, Hasher, RandomState},
    time::Duration,
};

use futures::future::{Either, select};
use http_body_util::BodyExt;
use kube::client::Body;
use tokio::time::{Instant, sleep, timeout};

use super::{
    Names, Project,
    fault::{self, Asked, Fault},
    link::{Life, Link},
    list::{Place, encoded, is_protobuf, list, whole},
    parts,
    watch::{Event, Events},
};
use crate::{
    error::{Error, Trouble},
    kinds::rows::{Change, Step},
};

const PAGE: usize = 500;
/// How long events are gathered, and how many at most, before they are handed on together.
const GATHER: Duration = Duration::from_millis(16);
const BATCH: usize = 1000;
/// A watch that says nothing for so long is doubted; real servers send a bookmark about once a minute.
const DOUBT: Duration = Duration::from_secs(10);
/// How long a watch may last, in seconds: less than the idle limits on the way (NAT gateways and proxies: 350 s).
const LASTS: u64 = 240;
const FIRST_WAIT: Duration = Duration::from_millis(250);
const LAST_WAIT: Duration = Duration::from_secs(10);
/// Where a person must do something first.
const SLOW_WAIT: Duration = Duration::from_secs(30);
/// A watch that held for so long was no fluke: what goes wrong after it is a new story.
const HELD: Duration = Duration::from_secs(5);

/// What a follower has to say.
#[derive(Debug)]
pub enum News<T> {
    Rows(Step<T>),
    /// The rows are all there and kept up.
    Live,
    /// The rows are kept up, but these parts are denied. Empty: no longer.
    Partial(Vec<Error>),
    /// The rows stand as they were; it is tried again by itself.
    Lost(Error),
}

/// Follows a kind: in the whole cluster or in one namespace. Where the whole cluster may not be listed, those of the link's
/// namespaces that may be are followed together. Drop it to stop.
pub async fn follow<T, F, Fut>(link: &Link, namespace: Option<&str>, mut tell: F) -> Infallible
where
    T: Project,
    F: FnMut(News<T>) -> Fut + Send,
    Fut: Future<Output = ()> + Send,
{
    let place = Place { source: T::SOURCE, namespace: namespace.map(str::to_owned), selector: String::new() };
    let cluster_wide = place.namespace.is_none() && place.source.namespaced;
    let mut follower = Follower::new(link, place);
    match follower.run(&mut tell, cluster_wide).await {
        Ended::Denied(error) => {
            let namespaces = link.namespaces().await;
            parts::follow(link, namespaces, error, &mut tell).await
        }
    }
}

/// Follows those that a selector picks (`labelSelector` or `fieldSelector`, and what it says), in one namespace or in all. Drop
/// it to stop.
pub async fn follow_some<T, F, Fut>(
    link: &Link,
    namespace: Option<&str>,
    (selector, says): (&str, &str),
    mut tell: F,
) -> Infallible
where
    T: Project,
    F: FnMut(News<T>) -> Fut + Send,
    Fut: Future<Output = ()> + Send,
{
    let selector = format!("{selector}={}", encoded(says));
    let place = Place { source: T::SOURCE, namespace: namespace.map(str::to_owned), selector };
    loop {
        // it only ends where it is told to give up on a denial, which it is not
        let _never = Follower::new(link, place.clone()).run(&mut tell, false).await;
    }
}

/// Why a follower gave up.
pub(super) enum Ended {
    /// Listing the whole cluster is denied, and one was told to leave it at that.
    Denied(Error),
}

pub(super) struct Follower<'a> {
    link: &'a Link,
    place: Place,
    /// From where to watch; none: list first.
    version: Option<String>,
    /// The server's cache may lag behind what was seen already: ask for a fresh list.
    fresh: bool,
    /// The server went away in between: it may have come back with less than it had.
    returned: bool,
    told: Told,
    wait: Duration,
    names: Names,
}

/// What was said last of how it goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    Live,
    Lost,
}

impl<'a> Follower<'a> {
    pub fn new(link: &'a Link, place: Place) -> Self {
        let names = Names::default();
        Self { link, place, version: None, fresh: false, returned: false, told: Told::Nothing, wait: FIRST_WAIT, names }
    }

    /// Runs for ever, or until the list is denied and `unless_denied` says to stop then.
    pub async fn run<T, F, Fut>(&mut self, tell: &mut F, unless_denied: bool) -> Ended
    where
        T: Project,
        F: FnMut(News<T>) -> Fut + Send,
        Fut: Future<Output = ()> + Send,
    {
        loop {
            let fault = match self.round(tell).await {
                Ok(()) => continue,
                Err(Fault::Gone) => {
                    (self.version, self.fresh) = (None, true);
                    sleep(self.next_wait()).await;
                    continue;
                }
                Err(fault) => fault,
            };
            let (error, wait) = match fault {
                Fault::Failed(error, wait) => (error, wait),
                Fault::Cut(error) => (error, None),
                Fault::Form | Fault::Gone => {
                    (fault::unreachable("read the answer", "the server has no form that is known"), None)
                }
            };
            if unless_denied && error.trouble == Trouble::Denied && self.version.is_none() {
                return Ended::Denied(error);
            }
            self.returned = true;
            let slow =
                matches!(error.trouble, Trouble::Credentials | Trouble::Denied | Trouble::NotFound | Trouble::Usage);
            if std::mem::replace(&mut self.told, Told::Lost) != Told::Lost {
                tell(News::Lost(error)).await;
            }
            let pause = if slow { SLOW_WAIT } else { wait.map_or_else(|| self.next_wait(), |w| w.min(SLOW_WAIT)) };
            sleep(pause).await;
        }
    }

    /// Lists if need be, then watches once.
    async fn round<T, F, Fut>(&mut self, tell: &mut F) -> Result<(), Fault>
    where
        T: Project,
        F: FnMut(News<T>) -> Fut + Send,
        Fut: Future<Output = ()> + Send,
    {
        if self.returned && self.went_back::<T>().await? {
            (self.version, self.fresh) = (None, true);
        }
        self.returned = false;
        if self.version.is_none() {
            self.list(tell).await?;
        }
        self.watch(tell).await
    }

    /// Whether the server knows less than was seen of it: then a watch from there would wait in silence.
    async fn went_back<T: Project>(&self) -> Result<bool, Fault> {
        let Some(seen) = self.version.as_ref().and_then(|v| v.parse::<u64>().ok()) else { return Ok(false) };
        let (_, meta) = list::<T>(self.link, &self.place, "limit=1").await?;
        Ok(meta.resource_version.parse::<u64>().is_ok_and(|now| now < seen))
    }

    async fn list<T, F, Fut>(&mut self, tell: &mut F) -> Result<(), Fault>
    where
        T: Project,
        F: FnMut(News<T>) -> Fut + Send,
        Fut: Future<Output = ()> + Send,
    {
        let page = format!("limit={PAGE}");
        let how = if self.fresh { "" } else { "resourceVersion=0" };
        let page = Box::pin(list::<T>(self.link, &self.place, &page));
        let whole = Box::pin(whole::<T>(self.link, &self.place, how));
        let (rows, meta) = match select(page, whole).await {
            Either::Left((Ok((rows, meta)), _)) if meta.next.is_empty() => (rows, meta),
            Either::Left((Ok((rows, _)), whole)) => {
                tell(News::Rows(Step::Page(rows))).await;
                whole.await?
            }
            Either::Left((Err(_), whole)) => whole.await?,
            Either::Right((whole, _)) => whole?,
        };
        self.names = Names::default();
        self.version = Some(meta.resource_version);
        self.fresh = false;
        tell(News::Rows(Step::whole(rows))).await;
        Ok(())
    }

    async fn watch<T, F, Fut>(&mut self, tell: &mut F) -> Result<(), Fault>
    where
        T: Project,
        F: FnMut(News<T>) -> Fut + Send,
        Fut: Future<Output = ()> + Send,
    {
        let version = self.version.clone().unwrap_or_default();
        let seconds = LASTS + random(LASTS / 4);
        let query = format!("watch=1&allowWatchBookmarks=true&resourceVersion={version}&timeoutSeconds={seconds}");
        let response = self.place.ask(self.link, "watch", &query).await?;
        let mut events = Events::new(is_protobuf(&response));
        let started = Instant::now();
        if std::mem::replace(&mut self.told, Told::Live) != Told::Live {
            tell(News::Live).await;
        }
        let ended = self.read(response.into_body(), &mut events, tell).await;
        if started.elapsed() > HELD {
            self.wait = FIRST_WAIT;
            // a watch that held and then broke is taken up again before anybody hears of it
            if let Err(Fault::Cut(_)) = ended {
                return Ok(());
            }
        } else if ended.is_ok() {
            sleep(self.next_wait()).await;
        }
        ended
    }

    /// Reads a watch to its end, handing on what comes within a moment together.
    async fn read<T, F, Fut>(&mut self, mut body: Body, events: &mut Events, tell: &mut F) -> Result<(), Fault>
    where
        T: Project,
        F: FnMut(News<T>) -> Fut + Send,
        Fut: Future<Output = ()> + Send,
    {
        let asked = self.place.asked("watch");
        let mut batch: Vec<Change<T>> = Vec::new();
        let mut due = None;
        loop {
            let patience = due.map_or(DOUBT, |due: Instant| due.saturating_duration_since(Instant::now()));
            let ended = match timeout(patience, body.frame()).await {
                Ok(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => {
                        events.feed(&data);
                        self.take(events, &asked, &mut batch)
                    }
                    Err(_trailers) => Ok(()),
                },
                Ok(Some(Err(e))) => Err(Fault::Cut(fault::unreachable(&asked.what(self.link), &fault::chain(&e)))),
                Ok(None) => {
                    hand_on(&mut batch, tell).await;
                    return Ok(());
                }
                Err(_) if due.is_none() => self.doubt::<T>(&asked).await,
                Err(_) => Ok(()),
            };
            if !batch.is_empty() && due.is_none() {
                due = Some(Instant::now() + GATHER);
            }
            if ended.is_err() || batch.len() >= BATCH || due.is_some_and(|due| due <= Instant::now()) {
                hand_on(&mut batch, tell).await;
                due = None;
            }
            ended?;
        }
    }

    /// Takes all events that are whole.
    fn take<T: Project>(
        &mut self,
        events: &mut Events,
        asked: &Asked,
        batch: &mut Vec<Change<T>>,
    ) -> Result<(), Fault> {
        loop {
            let next = events.next::<T>(&mut self.names);
            let Some((event, version)) = next.map_err(|why| fault::unreachable(&asked.what(self.link), why))? else {
                return Ok(());
            };
            match event {
                Event::Upsert(row) => batch.push(Change::Upsert(row)),
                Event::Remove(id) => batch.push(Change::Remove(id)),
                Event::Mark => {}
                Event::Refusal(status) => return Err(fault::of(self.link, asked, status.code, &status, None)),
            }
            if !version.is_empty() {
                self.version = Some(version);
            }
        }
    }

    /// A quiet watch may be a quiet cluster, a server that hangs, or one that lost its store: other requests tell. A server that
    /// says it is not ready may mean something that is no concern of ours, so it is believed only if it cannot list either.
    async fn doubt<T: Project>(&self, asked: &Asked) -> Result<(), Fault> {
        let not_ready = match self.link.life().await {
            Life::Well => return Ok(()),
            Life::Silent => "the server takes connections but answers nothing, or is gone".to_owned(),
            Life::Unwell(checks) => match list::<T>(self.link, &self.place, "limit=1").await {
                Ok(_) => return Ok(()),
                Err(Fault::Failed(error, _) | Fault::Cut(error)) => {
                    format!(
                        "the server answers, but says that it is not ready ({checks}), and does not list: {}",
                        error.why
                    )
                }
                Err(Fault::Gone | Fault::Form) => format!("the server says that it is not ready: {checks}"),
            },
        };
        Err(fault::unreachable(&asked.what(self.link), &not_ready).into())
    }

    /// How long to wait now: doubled each time, with up to a quarter taken off so that not all come back at once.
    fn next_wait(&mut self) -> Duration {
        let wait = self.wait;
        self.wait = (wait * 2).min(LAST_WAIT);
        let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        Duration::from_millis(millis - random(millis / 4))
    }
}

async fn hand_on<T, F, Fut>(batch: &mut Vec<Change<T>>, tell: &mut F)
where
    F: FnMut(News<T>) -> Fut,
    Fut: Future<Output = ()>,
{
    if !batch.is_empty() {
        tell(News::Rows(Step::Changed(std::mem::take(batch)))).await;
    }
}

/// A number below `end` that differs between processes and calls; good enough to spread retries.
fn random(end: u64) -> u64 {
    RandomState::new().build_hasher().finish() % end.max(1)
}

#[cfg(test)]
mod tests;
