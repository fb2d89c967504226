//! Logs Insights: queries that run by themselves, and are asked how far they are.
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value, json};

use super::{
    asked, group,
    insights::{Cells, Malformed, Query, Run, expr::Record},
    invalid,
    source::{self, Choice, Stream},
    walk::{Event, Go, Key, Walk, Window},
};
use crate::{
    aws::{
        call::Call,
        fail::{self, Fail},
        page::{self, Page, page},
        service::Reply,
    },
    clock::{MINUTE, SECOND},
    estate::Estate,
    rng::Rng,
};

const MOST_GROUPS: usize = 50;
const MOST_RUNNING: usize = 100;
/// So many queries are remembered.
const REMEMBERED: usize = 200;

#[derive(Default)]
struct Queries(Mutex<VecDeque<Arc<Job>>>);

struct Job {
    id: String,
    region: String,
    text: String,
    groups: Vec<String>,
    created: i64,
    state: Mutex<State>,
}

struct State {
    status: Status,
    run: Run,
    took: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    Scheduled,
    Running,
    Complete,
    Cancelled,
}

impl Status {
    const fn word(self) -> &'static str {
        match self {
            Self::Scheduled => "Scheduled",
            Self::Running => "Running",
            Self::Complete => "Complete",
            Self::Cancelled => "Cancelled",
        }
    }

    const fn is_over(self) -> bool {
        matches!(self, Self::Complete | Self::Cancelled)
    }
}

impl Job {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The streams of all groups that a query looks through, and to which group each belongs.
struct Field {
    streams: Vec<Stream>,
    logs: Vec<String>,
    window: Window,
    now: i64,
    skew: i64,
}

pub fn start(call: &Call<'_>) -> Result<Reply, Fail> {
    if let Some(language) = call.text("queryLanguage").filter(|language| *language != "CWLI") {
        return Err(invalid(format!("The query language {language} is not served here; CWLI is.")));
    }
    let text = call.text("queryString").ok_or_else(|| fail::missing(call, "queryString"))?;
    let mut query = Query::parse(text).map_err(malformed)?;
    if let Some(limit) = call.number("limit")? {
        query.limit = query.limit.or(usize::try_from(limit).ok().filter(|limit| *limit > 0));
    }
    let groups: Vec<String> =
        ["logGroupName", "logGroupNames", "logGroupIdentifiers"].iter().flat_map(|name| call.texts(name)).collect();
    if groups.is_empty() || groups.len() > MOST_GROUPS {
        return Err(invalid(format!("A query takes 1 to {MOST_GROUPS} log groups.")));
    }
    let (from, to) = (seconds(call, "startTime")?, seconds(call, "endTime")?);
    if to < from {
        return Err(invalid("End time should not be smaller than start time."));
    }
    let field = field(call, &groups, Window { from, to: to.saturating_add(1) })?;
    let state = State { status: Status::Scheduled, run: Run::new(Arc::new(query)), took: 0 };
    let job = Arc::new(Job {
        id: Rng::of(0, call.id).uuid(),
        region: call.region.to_owned(),
        text: text.to_owned(),
        groups,
        created: field.now,
        state: Mutex::new(state),
    });
    keep(call, job.clone())?;
    let (estate, running) = (call.estate.clone(), job.clone());
    tokio::task::spawn_blocking(move || scan(&estate, &running, &field));
    Ok(json!({ "queryId": job.id }).into())
}

fn malformed(why: Malformed) -> Fail {
    let location = json!({ "startCharOffset": why.at, "endCharOffset": why.at });
    let message = format!("{} at character {}", why.message, why.at);
    Fail::bad("MalformedQueryException", message)
        .with("queryCompileError", json!({ "location": location, "message": why.message }))
}

/// Seconds since 1970; milliseconds are understood as well.
fn seconds(call: &Call<'_>, name: &str) -> Result<i64, Fail> {
    let value = call.number(name)?.ok_or_else(|| fail::missing(call, name))?;
    Ok(if value > 100_000_000_000 { value } else { value.saturating_mul(SECOND) })
}

fn field(call: &Call<'_>, groups: &[String], window: Window) -> Result<Field, Fail> {
    call.look(|world, region| {
        let mut field = Field { streams: vec![], logs: vec![], window, now: world.now, skew: call.skew };
        field.window.to = field.window.to.min(world.now + 1);
        let mut oldest = i64::MAX;
        for identifier in groups {
            let group = group(world, region, identifier)?;
            oldest = oldest.min(source::oldest(group, world.now));
            let streams = source::streams(world, region, group, &Choice::default());
            field.logs.extend(streams.iter().map(|_| format!("{}:{}", world.account, group.name)));
            field.streams.extend(streams);
        }
        field.window.from = field.window.from.max(oldest);
        Ok(field)
    })?
}

fn keep(call: &Call<'_>, job: Arc<Job>) -> Result<(), Fail> {
    let queries = call.estate.kept::<Queries>();
    let mut all = queries.0.lock().unwrap_or_else(PoisonError::into_inner);
    if all.iter().filter(|job| job.region == call.region && !job.state().status.is_over()).count() >= MOST_RUNNING {
        let message = format!("Account maximum query concurrency limit of [{MOST_RUNNING}] reached.");
        return Err(Fail::bad("LimitExceededException", message));
    }
    all.push_back(job);
    if all.len() > REMEMBERED {
        all.pop_front();
    }
    Ok(())
}

/// Works through the window from its newest end, as far as it is needed.
fn scan(estate: &Estate, job: &Job, field: &Field) {
    {
        let mut state = job.state();
        if state.status == Status::Scheduled {
            state.status = Status::Running;
        }
    }
    let walk =
        Walk { streams: &field.streams, window: field.window, now: field.now, forward: false, wanted: usize::MAX };
    let mut after = None;
    loop {
        let mut over = false;
        after = walk.go(after, |event| {
            let record = record_of(event, field);
            let mut state = job.state();
            state.run.take(record);
            over = state.status != Status::Running || state.run.enough();
            if over { Go::Enough } else { Go::On }
        });
        if over || after.is_none() {
            break;
        }
    }
    let mut state = job.state();
    state.took = (estate.clock.now() - job.created).max(1);
    if state.status == Status::Running {
        state.status = Status::Complete;
    }
}

fn record_of(event: Event, field: &Field) -> Record {
    let (stream, log) = (&field.streams[event.stream].name, &field.logs[event.stream]);
    let Key { at, ingested, id } = event.key;
    let name = log.split_once(':').map_or(log.as_str(), |(_, name)| name);
    Record {
        timestamp: at,
        ingestion: ingested + field.skew,
        json: serde_json::from_str(&event.message).ok().filter(Value::is_object),
        message: event.message,
        stream: stream.clone(),
        log: log.clone(),
        pointer: URL_SAFE_NO_PAD.encode(format!("{at}|{ingested}|{id}|{name}|{stream}")),
    }
}

fn job(call: &Call<'_>) -> Result<Arc<Job>, Fail> {
    let id = call.text("queryId").ok_or_else(|| fail::missing(call, "queryId"))?;
    let queries = call.estate.kept::<Queries>();
    let all = queries.0.lock().unwrap_or_else(PoisonError::into_inner);
    let found = all.iter().find(|job| job.id == id && job.region == call.region).cloned();
    found.ok_or_else(|| Fail::bad(super::NOT_FOUND, format!("The specified query id {id} does not exist.")))
}

pub fn results(call: &Call<'_>) -> Result<Reply, Fail> {
    let limit = page::limit(call, "maxItems", 1, 10_000, 10_000)?;
    let job = job(call)?;
    let mut state = job.state();
    let rows: Vec<Value> = state.run.results().into_iter().map(cells).collect();
    let (status, statistics) = (state.status, state.run.statistics);
    drop(state);
    let numbered: Vec<(usize, Value)> = rows.into_iter().enumerate().collect();
    let Page { rows, next } = page(call, numbered, |(number, _)| number.to_string(), limit, call.text("nextToken"))?;
    Ok(json!({
        "queryLanguage": "CWLI",
        "results": rows.into_iter().map(|(_, row)| row).collect::<Vec<_>>(),
        "statistics": {
            "recordsMatched": statistics.matched as f64,
            "recordsScanned": statistics.scanned as f64,
            "estimatedRecordsSkipped": 0.0,
            "bytesScanned": statistics.bytes as f64,
            "estimatedBytesSkipped": 0.0,
            "logGroupsScanned": job.groups.len() as f64,
        },
        "status": status.word(),
        "nextToken": next,
    })
    .into())
}

fn cells(row: Cells) -> Value {
    row.into_iter().map(|(field, value)| json!({ "field": field, "value": value })).collect()
}

pub fn stop(call: &Call<'_>) -> Result<Reply, Fail> {
    let job = job(call)?;
    let mut state = job.state();
    if state.status.is_over() {
        return Err(invalid(format!("Query [{}] is not running.", job.id)));
    }
    state.status = Status::Cancelled;
    Ok(json!({ "success": true }).into())
}

pub fn describe(call: &Call<'_>) -> Result<Reply, Fail> {
    let limit = page::limit(call, "maxResults", 1, 1000, 1000)?;
    let queries = call.estate.kept::<Queries>();
    let all: Vec<Arc<Job>> = queries.0.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().cloned().collect();
    let (status, name) = (call.text("status"), call.text("logGroupName"));
    let wanted = all.iter().filter(|job| {
        job.region == call.region
            && status.is_none_or(|status| job.state().status.word() == status)
            && name.is_none_or(|name| job.groups.iter().any(|group| group == name))
    });
    let rows = wanted.map(|job| {
        let state = job.state();
        json!({
            "queryLanguage": "CWLI",
            "queryId": job.id,
            "queryString": job.text,
            "status": state.status.word(),
            "createTime": job.created,
            "logGroupName": job.groups.first(),
            "queryDuration": state.took,
            "bytesScanned": state.run.statistics.bytes as f64,
            "userIdentity": call.user,
        })
    });
    let key = |row: &Value| row["queryId"].as_str().unwrap_or_default().to_owned();
    let Page { rows, next } = page(call, rows.collect(), key, limit, call.text("nextToken"))?;
    Ok(json!({ "queries": rows, "nextToken": next }).into())
}

/// The fields of what came in within fifteen minutes, and in how much of it they are: of some hundred events.
pub fn fields(call: &Call<'_>) -> Result<Reply, Fail> {
    let identifier = asked(call)?;
    let now = call.look(|world, _| world.now)?;
    let window = match call.number("time")? {
        Some(seconds) => Window { from: seconds * SECOND - 8 * MINUTE, to: seconds * SECOND + 8 * MINUTE },
        None => Window { from: now - 15 * MINUTE, to: now },
    };
    let field = field(call, &[identifier], window)?;
    let walk = Walk { streams: &field.streams, window: field.window, now: field.now, forward: false, wanted: 300 };
    let (mut count, mut found) = (0_u64, BTreeMap::<String, u64>::new());
    walk.go(None, |event| {
        let record = record_of(event, &field);
        record.json.iter().for_each(|json| paths("", json, &mut |path| *found.entry(path).or_default() += 1));
        count += 1;
        if count == 300 { Go::Enough } else { Go::On }
    });
    if count > 0 {
        ["@timestamp", "@message", "@logStream", "@log", "@ingestionTime"].iter().for_each(|name| {
            found.insert((*name).to_owned(), count);
        });
    }
    let rows: Vec<Value> =
        found.into_iter().map(|(name, times)| json!({ "name": name, "percent": times * 100 / count })).collect();
    Ok(json!({ "logGroupFields": rows }).into())
}

fn paths(at: &str, value: &Value, tell: &mut dyn FnMut(String)) {
    let Some(object) = value.as_object() else { return tell(at.to_owned()) };
    for (name, value) in object {
        let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
        paths(&path, value, tell);
    }
}

/// The whole of an event, by the pointer that a query gave.
pub fn record(call: &Call<'_>) -> Result<Reply, Fail> {
    let pointer = call.text("logRecordPointer").ok_or_else(|| fail::missing(call, "logRecordPointer"))?;
    let bad = || invalid("Invalid log record pointer.");
    let bytes = URL_SAFE_NO_PAD.decode(pointer).map_err(|_| bad())?;
    let text = String::from_utf8(bytes).map_err(|_| bad())?;
    let parts: Vec<&str> = text.splitn(5, '|').collect();
    let [at, ingested, id, name, stream] = parts[..] else { return Err(bad()) };
    let key = Key {
        at: at.parse().map_err(|_| bad())?,
        ingested: ingested.parse().map_err(|_| bad())?,
        id: id.parse().map_err(|_| bad())?,
    };
    let choice = Choice { names: vec![stream.to_owned()], prefixes: vec![] };
    let (streams, account, now) = call.look(|world, region| {
        let streams = source::streams(world, region, group(world, region, name)?, &choice);
        Ok::<_, Fail>((streams, world.account.clone(), world.now))
    })??;
    let window = Window { from: key.at, to: key.at + 1 };
    let mut found = None;
    Walk { streams: &streams, window, now, forward: true, wanted: 1 }.go(None, |event| {
        if event.key == key {
            found = Some(event);
            return Go::Enough;
        }
        Go::On
    });
    let event = found.ok_or_else(|| Fail::bad(super::NOT_FOUND, "The log record does not exist."))?;
    let mut fields = Map::new();
    if let Ok(json) = serde_json::from_str::<Value>(&event.message) {
        let record = Record { json: Some(json.clone()), ..Record::default() };
        paths("", &json, &mut |path| {
            let value = record.field(&path).unwrap_or_default();
            fields.insert(path, Value::String(value));
        });
    }
    for (name, value) in [
        ("@timestamp", key.at.to_string()),
        ("@ingestionTime", (key.ingested + call.skew).to_string()),
        ("@message", event.message),
        ("@logStream", stream.to_owned()),
        ("@log", format!("{account}:{name}")),
    ] {
        fields.insert(name.to_owned(), Value::String(value));
    }
    Ok(json!({ "logRecord": fields }).into())
}
