//! The log groups of one account in one region: who may ask next, what it asks and what came of it is all said by the engine.
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::{StreamExt, stream::FuturesUnordered};
use regex::Regex;
use tokio::{sync::mpsc, time::sleep};

use super::{desk::Desk, live};
use crate::{
    clients::{
        aws::{Caller, events},
        now_ms,
    },
    error::{Error, Result, Trouble},
    kinds::Scope,
    log::{
        News, Target, TargetNo,
        follow::{
            Failure, Told,
            group::{Ask, Group, Page, Reading},
            region::{Do, Region},
            scheduler::{Operation, Scheduler, Weight},
        },
    },
};

/// Between two looks at what time alone changes.
const LOOK: Duration = Duration::from_secs(1);
/// A wait that took so much longer than it should have: the machine slept, or a clock was set.
const SLEPT: i64 = 10_000;
/// Before what could not be looked up is looked up again.
const REFUSED: i64 = 600_000;
/// How often the newest is asked for while Live Tail shows it anyway.
const SELDOM: i64 = 10_000;

/// A log group that is to be read, or a part of it.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub scope: Scope,
    pub group: Arc<str>,
    /// Only streams whose names begin so; empty: all.
    pub prefix: Arc<str>,
    /// Only events that match this filter pattern of CloudWatch Logs; empty: all.
    pub pattern: Arc<str>,
    /// Only pods of these names, by what their streams are called.
    pub admits: Option<Regex>,
}

impl Wanted {
    pub fn whole(scope: Scope, group: Arc<str>) -> Self {
        Self { scope, group, prefix: "".into(), pattern: "".into(), admits: None }
    }

    /// Whether a stream belongs to it, as far as its name tells.
    fn admits(&self, stream: &str) -> bool {
        let Some(admits) = &self.admits else { return true };
        let Some((_, file)) = stream.split_once(".var.log.containers.") else { return true };
        admits.is_match(file.split('_').next().unwrap_or_default())
    }
}

/// How one ask ended.
struct Answer {
    who: TargetNo,
    ask: Ask,
    page: Result<Page, Failure>,
}

struct Reader {
    desk: Arc<Desk>,
    caller: Caller,
    region: Region,
    wanted: HashMap<TargetNo, Arc<Wanted>>,
    /// Groups that are being looked up, or were refused to be: not before then again.
    looked_up: HashMap<TargetNo, i64>,
    live: live::Sessions,
}

/// Reads the first group and those that join, until all is read that was wanted.
pub async fn follow(desk: Arc<Desk>, first: Wanted, mut more: mpsc::UnboundedReceiver<Wanted>) -> Result<()> {
    let caller = desk.clients.aws.at(&first.scope).await;
    let scheduler = Scheduler::new(Operation::FilterLogEvents, caller.region(), now_ms());
    let live = live::Sessions::new(caller.clone());
    let mut reader = Reader {
        desk,
        caller,
        region: Region::new(scheduler),
        wanted: HashMap::new(),
        looked_up: HashMap::new(),
        live,
    };
    reader.join(first).await;
    let mut asks = FuturesUnordered::new();
    let mut looks = FuturesUnordered::new();
    let mut looked = (Instant::now(), now_ms());
    loop {
        while let Ok(wanted) = more.try_recv() {
            reader.join(wanted).await;
        }
        let now = now_ms();
        let until = loop {
            match reader.region.next(now) {
                Do::Ask(who, ask) => asks.push(reader.ask(who, ask)),
                Do::Wait(until) => break until,
                Do::Done if asks.is_empty() => return Ok(()),
                Do::Done => break i64::MAX,
            }
        };
        let wait = Duration::from_millis(u64::try_from(until.saturating_sub(now)).unwrap_or(0));
        tokio::select! {
            answer = asks.next(), if !asks.is_empty() => if let Some(answer) = answer { reader.answered(answer).await },
            () = sleep(wait.min(LOOK)) => {}
            Some(wanted) = more.recv(), if !more.is_closed() => reader.join(wanted).await,
            said = reader.live.next() => reader.heard(said).await,
            Some((who, made)) = looks.next(), if !looks.is_empty() => reader.identified(who, made).await,
            () = reader.desk.stopped() => return reader.leave().await,
        }
        // both clocks are looked at: one stands still while the machine sleeps, the other may be set
        let (passed, clock) = (i64::try_from(looked.0.elapsed().as_millis()).unwrap_or(i64::MAX), now_ms() - looked.1);
        if (clock - passed).abs() > SLEPT {
            reader.region.pulse(now_ms());
            reader.live.pulse(now_ms());
        }
        if passed > 900 || (clock - passed).abs() > SLEPT {
            looked = (Instant::now(), now_ms());
            let told = reader.region.look(now_ms());
            reader.tell(told).await;
            if let Some(error) = reader.live.refused() {
                reader.desk.tell(News::Missing(error)).await;
            }
            for (who, name) in reader.unidentified() {
                let caller = reader.caller.clone();
                looks.push(async move { (who, caller.group_made(&name).await) });
            }
        }
    }
}

impl Reader {
    async fn join(&mut self, wanted: Wanted) {
        let now = now_ms();
        let reading = self.desk.reading();
        let prefixes = if wanted.prefix.is_empty() { vec![] } else { vec![wanted.prefix.clone()] };
        let target = Target::Group { scope: wanted.scope.clone(), group: wanted.group.clone(), prefixes };
        let no = self.desk.target(target).await;
        let follow = reading.until.is_none();
        let want = Reading { since: reading.since, until: reading.until, follow, newest_first: self.desk.for_a_screen };
        let mut group = Group::new(no, want, self.desk.numbers.clone(), now);
        if reading.live && follow && self.live.join(no, &wanted).await {
            group.poll_every(SELDOM);
        }
        self.region.join(no, group, Weight::Visible);
        self.wanted.insert(no, Arc::new(wanted));
    }

    /// The groups of which it is to be looked up when they were made.
    fn unidentified(&mut self) -> Vec<(TargetNo, Arc<str>)> {
        let now = now_ms();
        let due = |(who, group): (&TargetNo, &Group)| (group.identity_due() <= now).then_some(*who);
        let due: Vec<TargetNo> = self.region.groups().filter_map(due).collect();
        let free = due.into_iter().filter(|who| self.looked_up.get(who).is_none_or(|at| *at <= now));
        let free: Vec<TargetNo> = free.collect();
        self.looked_up.extend(free.iter().map(|who| (*who, i64::MAX)));
        free.into_iter().filter_map(|who| Some((who, self.wanted.get(&who)?.group.clone()))).collect()
    }

    /// A group that was made again is another, though it answers as if nothing had been.
    async fn identified(&mut self, who: TargetNo, made: Result<i64>) {
        let now = now_ms();
        // who may not look it up reads on without; that a group is gone its events say
        let Ok(made) = made else {
            self.looked_up.insert(who, now + REFUSED);
            return;
        };
        self.looked_up.remove(&who);
        let told = self.region.group(who).map(|group| group.made(made, now));
        self.tell(told.unwrap_or_default()).await;
    }

    /// Nobody reads on: what was wanted and not read is told.
    async fn leave(mut self) -> Result<()> {
        let all: Vec<TargetNo> = self.wanted.keys().copied().collect();
        for who in all {
            let told = self.region.leave(who, now_ms());
            self.tell(told).await;
        }
        Ok(())
    }

    fn ask(&self, who: TargetNo, ask: Ask) -> impl Future<Output = Answer> + use<> {
        let (caller, wanted) = (self.caller.clone(), self.wanted.get(&who).cloned());
        async move {
            let page = match wanted {
                Some(wanted) => page(&caller, &wanted, &ask).await,
                None => Ok(Page::default()),
            };
            Answer { who, ask, page }
        }
    }

    async fn answered(&mut self, Answer { who, ask, page }: Answer) {
        let now = now_ms();
        let told = match page {
            Ok(page) => self.region.answered(who, &ask, page, now),
            Err(failure) => {
                if let Failure::Credentials(_) = failure {
                    // keys and tokens are read anew: they may have been mended outside
                    self.caller = self.caller.anew().await;
                }
                self.region.failed(who, &ask, failure, now)
            }
        };
        self.tell(told).await;
    }

    async fn heard(&mut self, said: Vec<live::Said>) {
        for said in said {
            let told = match said {
                live::Said::Heard(who, events) => {
                    let wanted = self.wanted.get(&who).cloned();
                    let admitted = |stream: &str| wanted.as_ref().is_none_or(|wanted| wanted.admits(stream));
                    let events = events.into_iter().filter(|event| admitted(&event.stream)).collect();
                    self.region.group(who).map(|group| group.heard(events))
                }
                live::Said::Suspect { target, from, to, why } => {
                    self.region.group(target).map(|group| group.suspect(from, to, why))
                }
            };
            self.tell(told.unwrap_or_default()).await;
        }
    }

    async fn tell(&self, told: Vec<Told>) {
        for told in told {
            match told {
                Told::Events(events) => self.desk.events(events).await,
                told => self.desk.tell(News::Told(told)).await,
            }
        }
    }
}

async fn page(caller: &Caller, wanted: &Wanted, ask: &Ask) -> Result<Page, Failure> {
    let asked = events::Wanted {
        group: &wanted.group,
        prefix: &wanted.prefix,
        pattern: &wanted.pattern,
        start: ask.start,
        end: ask.end,
        token: ask.token.as_deref(),
        from_head: ask.from_head,
    };
    match caller.events(&asked).await {
        Ok(mut page) => {
            page.events.retain(|event| wanted.admits(&event.stream));
            Ok(page)
        }
        Err(error) if ask.token.is_some() && is_bad_token(&error) => Err(Failure::BadToken),
        Err(error) => Err(Failure::of(error)),
    }
}

/// Whether a refusal is of the token that names the page.
fn is_bad_token(error: &Error) -> bool {
    matches!(error.trouble, Trouble::Other | Trouble::Usage) && error.why.to_ascii_lowercase().contains("token")
}
