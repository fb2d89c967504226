//! What all readers of one reading share: to whom they tell what, and the numbers of sources and targets.
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU32, Ordering},
};

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::places::Place;
use crate::{
    clients::{Clients, now_ms},
    kinds::Wish,
    log::{
        Event, News, Source, SourceNo, Target, TargetNo,
        follow::{
            Numbers, Told,
            same::{Same, Saying, Side, record},
        },
    },
    model::logs::Reading,
};

/// The twin of an event comes within so long of it, or not at all; while history is read, of what that began with.
const TWINS: i64 = 3_600_000;
/// Between two clearings of events that have waited for so long.
const CLEARED: i64 = 30_000;

pub struct Desk {
    pub clients: Clients,
    /// A screen wants the newest first; what is printed comes in order.
    pub for_a_screen: bool,
    pub numbers: Numbers,
    reading: Reading,
    tell: mpsc::Sender<News>,
    found: mpsc::UnboundedSender<Place>,
    targets: AtomicU32,
    /// Lines that come by both ways are shown once; nothing where all comes by one.
    twins: Option<Mutex<Twins>>,
    stop: CancellationToken,
}

/// What one way told and the other did not yet.
struct Twins {
    same: Same,
    /// For so long.
    kept: i64,
    cleared: i64,
}

impl Twins {
    fn first(&mut self, side: Side, saying: &Saying<'_>) -> bool {
        let now = now_ms();
        if now - self.cleared > CLEARED {
            self.cleared = now;
            self.same.forget(now - self.kept);
        }
        self.same.first(side, saying)
    }
}

impl Desk {
    pub fn new(
        clients: Clients,
        (reading, for_a_screen, stop): (Reading, bool, CancellationToken),
        tell: mpsc::Sender<News>,
        found: mpsc::UnboundedSender<Place>,
    ) -> Arc<Self> {
        let now = now_ms();
        let both = |wish: &Wish| matches!(wish, Wish::Pod { .. } | Wish::Workload { .. } | Wish::Node { .. });
        let kept = TWINS.max(now - reading.since);
        let twins =
            reading.wishes.iter().any(both).then(|| Mutex::new(Twins { same: Same::default(), kept, cleared: now }));
        Arc::new(Self {
            clients,
            for_a_screen,
            numbers: Numbers::default(),
            reading,
            tell,
            found,
            targets: AtomicU32::new(0),
            twins,
            stop,
        })
    }

    pub const fn reading(&self) -> &Reading {
        &self.reading
    }

    /// Waits until nobody wants to read on: then it is told what was not read, and that is the end.
    pub async fn stopped(&self) {
        self.stop.cancelled().await;
    }

    /// A further place where something is to be read.
    pub fn found(&self, place: Place) {
        // nobody listens only where all is over
        let _gone = self.found.send(place);
    }

    pub async fn tell(&self, news: News) {
        let _gone = self.tell.send(news).await;
    }

    /// For those who work on a thread of their own; tells whether anybody still listens.
    pub fn tell_now(&self, news: News) -> bool {
        self.tell.blocking_send(news).is_ok()
    }

    /// Events of CloudWatch Logs. Those that the kubelet has told already are left out.
    pub async fn events(&self, mut events: Vec<Event>) {
        if let Some(twins) = &self.twins {
            let mut twins = twins.lock().unwrap_or_else(PoisonError::into_inner);
            events.retain(|event| {
                record(&event.text).is_none_or(|mut saying| {
                    // lines of the kubelet are known to the millisecond here
                    saying.stamp -= saying.stamp.rem_euclid(1_000_000);
                    twins.first(Side::CloudWatch, &saying)
                })
            });
        }
        if !events.is_empty() {
            self.tell(News::Told(Told::Events(events))).await;
        }
    }

    /// Whether a line of a container was not told by CloudWatch Logs already.
    pub fn is_new(&self, saying: &Saying<'_>) -> bool {
        let Some(twins) = &self.twins else { return true };
        twins.lock().unwrap_or_else(PoisonError::into_inner).first(Side::Kubelet, saying)
    }

    /// Gives a target its number, and tells of it.
    pub async fn target(&self, target: Target) -> TargetNo {
        let no = TargetNo(self.targets.fetch_add(1, Ordering::Relaxed));
        self.tell(News::Target(no, target)).await;
        no
    }

    /// Gives a source its number, and tells of it.
    pub async fn source(&self, source: Source) -> SourceNo {
        let no = self.numbers.take();
        self.tell(News::Told(Told::Source(no, source))).await;
        no
    }
}
