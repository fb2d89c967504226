//! Sessions of Live Tail, at most ten groups each: what comes in is shown at once, and read again by those who are to be believed.
use std::{collections::HashMap, time::Duration};

use aws_sdk_cloudwatchlogs::{operation::start_live_tail::StartLiveTailOutput, types::StartLiveTailResponseStream};
use tokio::{sync::mpsc, task::AbortHandle, time::sleep};

use super::groups::Wanted;
pub use crate::log::follow::live::Said;
use crate::{
    clients::{aws::Caller, now_ms},
    error::Error,
    log::{
        TargetNo,
        follow::{
            Failure,
            live::{GROUPS, Heard, Live, SessionNo, Standing, Step},
        },
    },
};

/// Which set of groups a session is for. A set that another group joins is another: what its sessions still had to say is dropped.
type TailNo = u32;

/// What the tasks that read sessions have to say.
enum Event {
    Opened(TailNo, SessionNo),
    Updated(TailNo, SessionNo, Vec<Raw>, bool),
    Ended(TailNo, SessionNo, Option<Failure>),
}

/// An event before it is known which target it belongs to.
struct Raw {
    group: String,
    stream: Box<str>,
    at: i64,
    ingested: Option<i64>,
    message: Box<[u8]>,
}

pub struct Sessions {
    caller: Caller,
    tails: Vec<Tail>,
    numbers: TailNo,
    /// Why there is no session, until that was told.
    refused: Option<Error>,
    events: mpsc::Receiver<Event>,
    tell: mpsc::Sender<Event>,
}

/// Up to ten groups that share their sessions.
struct Tail {
    no: TailNo,
    live: Live,
    /// ARN → target.
    arns: HashMap<String, TargetNo>,
    tasks: HashMap<SessionNo, AbortHandle>,
}

impl Drop for Tail {
    fn drop(&mut self) {
        // each open minute is paid for
        self.tasks.values().for_each(AbortHandle::abort);
    }
}

impl Sessions {
    pub fn new(caller: Caller) -> Self {
        // a slow reader loses what is oldest, without a word: those who read sessions never wait for a screen
        let (tell, events) = mpsc::channel(1024);
        Self { caller, tails: vec![], numbers: 0, refused: None, events, tell }
    }

    /// Takes a whole group in; what only wants a part of one reads by polls. Tells whether it did.
    pub async fn join(&mut self, no: TargetNo, wanted: &Wanted) -> bool {
        if !wanted.prefix.is_empty() || !wanted.pattern.is_empty() {
            return false;
        }
        let arn = match self.caller.group_arn(&wanted.group).await {
            Ok(arn) => arn,
            Err(error) => {
                self.refused.get_or_insert(error);
                return false;
            }
        };
        // a session's groups are fixed when it is opened: a group that joins begins a new one
        let mut groups: Vec<(String, TargetNo)> = vec![(arn, no)];
        if let Some(last) = self.tails.pop_if(|tail| tail.arns.len() < GROUPS) {
            groups.extend(last.arns.iter().map(|(arn, no)| (arn.clone(), *no)));
        }
        let live = Live::new(groups.iter().map(|(_, no)| *no).collect());
        self.numbers += 1;
        self.tails.push(Tail { no: self.numbers, live, arns: groups.into_iter().collect(), tasks: HashMap::new() });
        true
    }

    /// Why no session could be had: polls go on alone. Told once.
    pub fn refused(&mut self) -> Option<Error> {
        self.refused.take()
    }

    pub fn pulse(&mut self, now: i64) {
        self.tails.iter_mut().for_each(|tail| tail.live.pulse(now));
    }

    /// What the groups are to be told next. Waits for ever where there is no session.
    pub async fn next(&mut self) -> Vec<Said> {
        loop {
            let now = now_ms();
            let mut soonest = i64::MAX;
            for at in 0..self.tails.len() {
                loop {
                    match self.tails[at].live.next(now) {
                        Step::Open(no) => self.open(at, no),
                        Step::Close(no) => {
                            if let Some(task) = self.tails[at].tasks.remove(&no) {
                                task.abort();
                            }
                        }
                        Step::Wait(until) => {
                            soonest = soonest.min(until);
                            break;
                        }
                    }
                }
            }
            let wait = u64::try_from(soonest.saturating_sub(now)).unwrap_or(0).clamp(1, 3_600_000);
            tokio::select! {
                event = self.events.recv() => {
                    let said = event.map(|event| self.take(event)).unwrap_or_default();
                    if !said.is_empty() {
                        return said;
                    }
                }
                () = sleep(Duration::from_millis(wait)) => {}
            }
        }
    }

    fn open(&mut self, place: usize, no: SessionNo) {
        let (caller, tell, at) = (self.caller.clone(), self.tell.clone(), self.tails[place].no);
        let groups: Vec<String> = self.tails[place].arns.keys().cloned().collect();
        let task = tokio::spawn(async move {
            let failure = match caller.live_tail(groups).await {
                Ok(session) => listen(at, no, session, &tell).await,
                Err(error) => Some(Failure::of(error)),
            };
            let _gone = tell.send(Event::Ended(at, no, failure)).await;
        });
        self.tails[place].tasks.insert(no, task.abort_handle());
    }

    fn take(&mut self, event: Event) -> Vec<Said> {
        let now = now_ms();
        let (Event::Opened(of, _) | Event::Updated(of, ..) | Event::Ended(of, ..)) = &event;
        let Some(tail) = self.tails.iter_mut().find(|tail| tail.no == *of) else { return vec![] };
        match event {
            Event::Opened(_, no) => tail.live.opened(no, now),
            Event::Updated(_, no, raws, sampled) => {
                let heard = raws.into_iter().filter_map(|raw| {
                    // identifiers come as `account:group`, as ARNs, or as the names that were asked for
                    let name = raw.group.rsplit(':').find(|part| !part.is_empty() && *part != "*")?;
                    let same = |arn: &&String| arn.as_str() == raw.group || arn.rsplit(':').next() == Some(name);
                    let target = *tail.arns.iter().find(|(arn, _)| same(arn)).map(|(_, no)| no)?;
                    Some(Heard { target, stream: raw.stream, at: raw.at, ingested: raw.ingested, message: raw.message })
                });
                let heard = heard.collect();
                tail.live.updated(no, heard, sampled, now)
            }
            Event::Ended(_, no, failure) => {
                tail.tasks.remove(&no);
                tail.live.ended(no, failure, now);
                if let Standing::Refused(error) = tail.live.standing() {
                    self.refused.get_or_insert(error);
                }
                vec![]
            }
        }
    }
}

/// Reads a session to its end.
async fn listen(
    at: TailNo,
    no: SessionNo,
    mut session: StartLiveTailOutput,
    tell: &mpsc::Sender<Event>,
) -> Option<Failure> {
    loop {
        let event = match session.response_stream.recv().await {
            Ok(Some(StartLiveTailResponseStream::SessionStart(_))) => Event::Opened(at, no),
            Ok(Some(StartLiveTailResponseStream::SessionUpdate(update))) => {
                let sampled = update.session_metadata().is_some_and(|meta| meta.sampled());
                let raws = update.session_results.unwrap_or_default().into_iter().map(|event| Raw {
                    group: event.log_group_identifier.unwrap_or_default(),
                    stream: event.log_stream_name.unwrap_or_default().into(),
                    at: event.timestamp.unwrap_or_default(),
                    ingested: event.ingestion_time,
                    message: event.message.unwrap_or_default().into_bytes().into(),
                });
                Event::Updated(at, no, raws.collect(), sampled)
            }
            Ok(Some(_)) => continue,
            // its time was over, or the link broke: the engine opens the next one
            Ok(None) | Err(_) => return None,
        };
        if tell.send(event).await.is_err() {
            return None;
        }
    }
}
