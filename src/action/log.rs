//! What can be done with logs.
pub mod more;

use super::{Action, Arg, Step, app, feed};
use crate::{
    effect::Effect,
    kinds::{Kind, Reach, Record, Wish},
    layout,
    log::store::fields,
    model::{
        Model,
        detail::{Detail, Raw},
        logs::{self, Logs, Reading, Span},
        picker::{Choice, Item, Picker, Purpose},
        screen::{Asked, Context, Prompt, Screen},
        store::FeedKey,
        table::Mark,
        work::Work,
    },
};

const LOG: &[Context] = &[Context::Log];
const HOUR: i64 = 3_600_000;

pub static ACTIONS: &[Action] = &[
    Action::new("logs", "Read its logs, or those of the marks", &[Context::Table], |model, _| open(model))
        .when(|model| model.selected().is_some() && !wishes(model).is_empty()),
    Action::new("who", "Who did what to it, by the audit log", &[Context::Table], |model, _| who(model))
        .when(|model| deeds(model).is_some()),
    moves("next-line", "Next line", Step::Rows(1)),
    moves("previous-line", "Previous line", Step::Rows(-1)),
    moves("lines-half-down", "Half a page of lines down", Step::HalfPage(1)),
    moves("lines-half-up", "Half a page of lines up", Step::HalfPage(-1)),
    moves("lines-down", "A page of lines down", Step::Page(1)),
    moves("lines-up", "A page of lines up", Step::Page(-1)),
    moves("first-line", "First line", Step::First),
    moves("last-line", "Last line; follow what comes", Step::Last),
    Action::new("follow", "Follow what comes, or stay here", LOG, |model, _| {
        with(model, |logs| if logs.follow { logs.stay() } else { logs.resume() })
    }),
    Action::new("fold", "Unfold the line, or fold it again", LOG, |model, _| with(model, Logs::fold)).when(has_line),
    Action::new("wrap", "Wrap long lines, or cut them", LOG, |model, _| with(model, |logs| logs.wrap = !logs.wrap)),
    Action::new("line-details", "Show all that the line says", LOG, |model, _| details(model)).when(has_line),
    Action::new("filter-log", "Show only lines that match", LOG, |model, _| {
        model.editing = true;
        vec![]
    }),
    Action::new("errors-only", "Show warnings and worse, then errors, then all", LOG, |model, _| errors_only(model)),
    Action::new("sources", "Show who speaks, and choose one", LOG, |model, _| app::overlay(model, sources)),
    Action::new("jump-to-time", "Jump to a time", LOG, |model, _| ask_time(model)).when(has_line),
    Action::new("mark-span", "Mark a span of time: its begin, then its end", LOG, |model, _| span(model))
        .when(has_line),
    Action::new("earlier", "Read an hour further back", LOG, |model, _| earlier(model)),
    Action::new("copy-line", "Copy the line", LOG, |model, _| copy(model)).when(has_line),
    Action::new("clear-log-or-back", "Drop span and filter, then go back", LOG, |model, _| clear(model)),
];

const fn moves(name: &'static str, doc: &'static str, by: Step) -> Action {
    Action::new(name, doc, LOG, step).with(Arg::Step(by))
}

fn front(model: &Model) -> Option<&Logs> {
    match model.front()? {
        Screen::Logs(logs) => Some(logs),
        _ => None,
    }
}

fn with(model: &mut Model, change: impl FnOnce(&mut Logs)) -> Vec<Effect> {
    if let Some(Screen::Logs(logs)) = model.front_mut() {
        change(logs);
    }
    vec![]
}

fn has_line(model: &Model) -> bool {
    front(model).is_some_and(|logs| logs.at().is_some())
}

fn step(model: &mut Model, arg: Arg) -> Vec<Effect> {
    let Arg::Step(by) = arg else { return vec![] };
    let height = layout::of(model.size).lines();
    with(model, |logs| logs.step(by.rows(height)))
}

/// Whose logs are meant: those of the marks, or of the selected row.
fn wishes(model: &Model) -> Vec<Wish> {
    let Some(table) = model.table_below() else { return vec![] };
    let marked: Vec<&Mark> = table.marks.iter().collect();
    if marked.is_empty() {
        return model.selected().and_then(|(feed, record)| wish(model, feed, record)).into_iter().collect();
    }
    let mut found: Vec<Wish> = marked
        .iter()
        .filter_map(|mark| {
            let rows = &model.store.get(&mark.feed)?.rows;
            wish(model, &mark.feed, rows.get(rows.slot(&mark.id)?)?)
        })
        .collect();
    found.sort_by_cached_key(Wish::words);
    found
}

/// A container says nothing of its pod: that is the row it was found in.
fn wish(model: &Model, feed: &FeedKey, record: Record<'_>) -> Option<Wish> {
    if feed.kind != Kind::Container {
        return record.logs(&feed.scope);
    }
    let parent = model.store.get(&feed.parent()?)?;
    let pod = parent.rows.get(parent.rows.slot(&feed.scope.within)?)?;
    match pod.logs(&feed.scope)? {
        Wish::Pod { scope, namespace, pod, .. } => {
            Some(Wish::Pod { scope, namespace, pod, container: Some(record.name().into()) })
        }
        other => Some(other),
    }
}

/// What was done to a thing is in the log group of its cluster's control plane, which only EKS has.
fn deeds(model: &Model) -> Option<Wish> {
    let (feed, record) = model.selected()?;
    let of_eks = feed.kind.reach() == Reach::Cluster && !feed.scope.region.is_empty() && feed.kind != Kind::Event;
    of_eks.then(|| Wish::Deeds { scope: feed.scope.clone(), kind: feed.kind, address: record.address().into() })
}

fn who(model: &mut Model) -> Vec<Effect> {
    let Some(wish) = deeds(model) else { return vec![] };
    let since = model.now * 1000 - 6 * HOUR;
    read_since(model, vec![wish], since, false)
}

fn open(model: &mut Model) -> Vec<Effect> {
    let wishes = wishes(model);
    read(model, wishes, false)
}

/// Opens a screen of logs and begins to read.
pub fn read(model: &mut Model, wishes: Vec<Wish>, live: bool) -> Vec<Effect> {
    let since = model.now * 1000 - logs::BACK;
    read_since(model, wishes, since, live)
}

fn read_since(model: &mut Model, wishes: Vec<Wish>, since: i64, live: bool) -> Vec<Effect> {
    let title = match wishes.as_slice() {
        [one] => one.words(),
        many => format!("{} things", many.len()),
    };
    let reading = Reading { wishes: wishes.clone(), since, until: None, live };
    let mut logs = Logs::new(format!("logs of {title}"), wishes, since, model.scroll_back);
    let (task, effect) = feed::start(model, Work::Tail(reading));
    logs.tails.push(task);
    model.push(Screen::Logs(Box::new(logs)));
    let mut effects = feed::sync(model);
    effects.push(effect);
    effects
}

/// The hour before what is read already.
fn earlier(model: &mut Model) -> Vec<Effect> {
    let Some(logs) = front(model) else { return vec![] };
    // both ends of a span belong to it
    let (until, since) = (logs.since - 1, logs.since - HOUR);
    let reading = Reading { wishes: logs.wishes.clone(), since, until: Some(until), live: false };
    let (task, effect) = feed::start(model, Work::Tail(reading));
    with(model, |logs| {
        logs.since = since;
        logs.tails.push(task);
        logs.stay();
    });
    vec![effect]
}

/// What is typed into the filter.
pub fn ask(model: &mut Model, text: &str) -> Vec<Effect> {
    let now = model.now * 1000;
    let offset = model.zone.offset(model.now) * 1000;
    let Some(Screen::Logs(logs)) = model.screens.last_mut() else { return vec![] };
    let sought = logs.ask(text, now, offset);
    let mut effects: Vec<Effect> = logs.search.take().map(Effect::Cancel).into_iter().collect();
    if let Some(sought) = sought {
        let (task, effect) = feed::start(model, Work::Search(Box::new(sought)));
        with(model, |logs| logs.search = Some(task));
        effects.push(effect);
    }
    effects
}

fn errors_only(model: &mut Model) -> Vec<Effect> {
    const STEPS: [&str; 2] = ["level>=warn", "level>=error"];
    let Some(logs) = front(model) else { return vec![] };
    let mut words: Vec<&str> = logs.text.split_whitespace().collect();
    let now = STEPS.iter().position(|step| words.contains(step));
    words.retain(|word| !STEPS.contains(word));
    words.extend(STEPS.get(now.map_or(0, |at| at + 1)));
    let text = words.join(" ");
    ask(model, &text)
}

fn sources(model: &Model) -> Picker {
    let Some(logs) = front(model) else { return Picker::new("Sources", Purpose::Menu, vec![]) };
    let item = |label: String, hint: String, choice: String| Item {
        label,
        hint,
        enabled: true,
        choice: Choice::Source(choice),
    };
    let all = item("all".into(), format!("{} sources", logs.names.count()), String::new());
    let targets = logs
        .targets
        .iter()
        .map(|heard| item(heard.name.to_string(), heard.standing.words(model.now * 1000), heard.name.to_string()));
    let mut named: Vec<(String, String)> =
        logs.names.all().map(|named| (named.short.to_string(), named.source.part.to_string())).collect();
    named.sort();
    named.dedup_by(|a, b| a.0 == b.0);
    let streams = named.into_iter().map(|(short, whole)| item(format!("  {short}"), whole, short));
    Picker::new("Sources", Purpose::Menu, std::iter::once(all).chain(targets).chain(streams).collect())
}

/// Shows one source, or all.
pub fn only(model: &mut Model, source: &str) -> Vec<Effect> {
    let Some(logs) = front(model) else { return vec![] };
    let mut words: Vec<String> =
        logs.text.split_whitespace().filter(|word| !word.starts_with("source:")).map(str::to_owned).collect();
    if !source.is_empty() {
        words.push(format!("source:{source}"));
    }
    ask(model, &words.join(" "))
}

fn ask_time(model: &mut Model) -> Vec<Effect> {
    let prompt = Prompt {
        title: "Jump to a time".into(),
        hint: "14:05, 14:05:30, 2026-11-24 14:05, 15m (so long ago)".into(),
        text: String::new(),
        what: Asked::Time,
    };
    app::open(model, Screen::Prompt(prompt))
}

/// The time was typed.
pub fn jump(model: &mut Model, text: &str) -> Vec<Effect> {
    match model.zone.read(text, model.now * 1000) {
        Ok(at) => {
            let begin = front(model).and_then(Logs::begin);
            let effects = if begin.is_some_and(|begin| at < begin) { back_to(model, at) } else { vec![] };
            with(model, |logs| logs.seek(at));
            effects
        }
        Err(why) => {
            model.notices.say(why);
            vec![]
        }
    }
}

/// Reads back to a time before all that was read.
fn back_to(model: &mut Model, at: i64) -> Vec<Effect> {
    let Some(logs) = front(model) else { return vec![] };
    if logs.since <= at {
        return vec![];
    }
    let (since, until) = (at, logs.since - 1);
    let reading = Reading { wishes: logs.wishes.clone(), since, until: Some(until), live: false };
    let (task, effect) = feed::start(model, Work::Tail(reading));
    with(model, |logs| {
        logs.since = since;
        logs.tails.push(task);
    });
    vec![effect]
}

fn span(model: &mut Model) -> Vec<Effect> {
    with(model, |logs| {
        let Some(at) = logs.at().and_then(|line| logs.store.line(line)).map(|line| line.at) else { return };
        logs.span = match logs.span {
            Some(Span::From(from)) => Some(Span::Between(from.min(at), from.max(at))),
            _ => Some(Span::From(at)),
        };
        logs.stay();
    })
}

/// All that one event says, in the screen for details.
fn details(model: &mut Model) -> Vec<Effect> {
    let Some(logs) = front(model) else { return vec![] };
    let Some(line) = logs.at().and_then(|line| logs.store.line(line)) else { return vec![] };
    let moment = |at: i64| format!("{} (.{:03})", model.zone.moment(at.div_euclid(1000)), at.rem_euclid(1000));
    let mut pairs = vec![("TIME".to_owned(), moment(line.at))];
    if let Some(ingested) = line.ingested {
        let late = (ingested - line.at).max(0);
        pairs.push(("INGESTED".into(), format!("{} ({}.{:03} s later)", moment(ingested), late / 1000, late % 1000)));
    }
    if let Some(named) = logs.names.of(line.source) {
        pairs.push(("SOURCE".into(), named.source.part.to_string()));
    }
    if let Some(target) = logs.names.target_of(line.source) {
        pairs.push(("FROM".into(), logs::names::title(target)));
    }
    pairs.push(("LEVEL".into(), line.level.word().to_owned()));
    let fields = fields::fields(line.text);
    match &fields {
        Some(fields) => {
            pairs.extend(fields.message.iter().map(|message| ("MESSAGE".to_owned(), message.clone())));
            let all = fields.pairs.iter().chain(&fields.envelope);
            pairs.extend(all.map(|field| (field.name.clone(), field.value.clone())));
        }
        None => pairs.push(("TEXT".into(), String::from_utf8_lossy(line.text).trim_end().to_owned())),
    }
    let raw = whole(line.text);
    let name = moment(line.at);
    let detail = Detail::told("line", name, pairs, raw);
    app::open(model, Screen::Detail(Box::new(detail)))
}

/// The event as it is, and as JSON where it is that.
fn whole(text: &[u8]) -> Raw {
    let lines = |text: &str| text.lines().map(Into::into).collect::<Vec<Box<str>>>().into();
    let plain = String::from_utf8_lossy(text);
    let json = serde_json::from_slice::<serde_json::Value>(text).ok();
    let json = json.and_then(|value| serde_json::to_string_pretty(&value).ok());
    Raw { yaml: lines(&plain), json: json.as_deref().map_or_else(|| lines(&plain), lines) }
}

fn copy(model: &mut Model) -> Vec<Effect> {
    let Some(logs) = front(model) else { return vec![] };
    let Some(line) = logs.at().and_then(|line| logs.store.line(line)) else { return vec![] };
    let text = String::from_utf8_lossy(line.text).trim_end().to_owned();
    model.notices.say(format!("copied {} characters", text.chars().count()));
    vec![Effect::Copy(text)]
}

/// Esc takes away one thing at a time: the span, the filter, and then the screen.
fn clear(model: &mut Model) -> Vec<Effect> {
    let Some(logs) = front(model) else { return vec![] };
    if logs.span.is_some() {
        return with(model, |logs| logs.span = None);
    }
    if !logs.text.is_empty() {
        return ask(model, "");
    }
    model.pop();
    feed::sync(model)
}
