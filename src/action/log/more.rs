//! What is done with lines beyond reading them: found, grouped, copied, saved, heard live.
use super::{LOG, front, has_line, with};
use crate::{
    action::{Action, app, feed},
    effect::Effect,
    log::{
        Gap, Target,
        follow::live,
        store::{LineNo, fields, patterns::News, query::Query},
    },
    model::{
        Model,
        detail::{Detail, Raw},
        logs::{Alike, Heard, Logs, Saving, Span, names::title},
        picker::{Choice, Item, Picker, Purpose},
        screen::{Asked, Prompt, Question, Screen, Then},
        work::Work,
    },
};

/// So many lines are looked at for one press of a key; the next press goes on.
const AT_A_TIME: usize = 200_000;

pub static ACTIONS: &[Action] = &[
    Action::new("find", "Find text without hiding the rest", LOG, |model, _| ask(model, "Find", Asked::Find, FIND))
        .when(has_line),
    Action::new("next-found", "Next line found; without a search the next error", LOG, |model, _| find(model, true))
        .when(has_line),
    Action::new("previous-found", "Line found before; without a search an error", LOG, |model, _| find(model, false))
        .when(has_line),
    Action::new("patterns", "Collapse what looks alike, and what is new of it", LOG, |model, _| alike(model))
        .when(has_line),
    Action::new("histogram", "Show how many lines there were when", LOG, |model, _| {
        with(model, Logs::toggle_histogram)
    }),
    Action::new("copy-line-as", "Copy a field, a link, a command", LOG, |model, _| app::overlay(model, copies))
        .when(has_line),
    Action::new("save-log", "Save what is shown to a file", LOG, |model, _| ask(model, "Save to", Asked::Save, SAVE))
        .when(has_line),
    Action::new("keep-span", "Show only the marked span", LOG, |model, _| keep_span(model))
        .when(|model| front(model).is_some_and(|logs| logs.span.is_some())),
    Action::new("gaps", "Show what is missing, and how each source stands", LOG, |model, _| gaps(model)),
    Action::new("live-tail", "Read it again by Live Tail, which costs", LOG, |model, _| live_tail(model))
        .when(|model| front(model).is_some_and(|logs| groups(logs) > 0)),
];

const FIND: &str = "As the filter is written: text, /regex/, level:error, field:value";
const SAVE: &str = "A file; what ends with .json or .raw is saved as it came, all else as it is shown";

fn ask(model: &mut Model, title: &str, what: Asked, hint: &str) -> Vec<Effect> {
    let prompt = Prompt { title: title.into(), hint: hint.into(), text: String::new(), what };
    app::open(model, Screen::Prompt(prompt))
}

/// What is to be found was typed.
pub fn sought(model: &mut Model, text: &str) -> Vec<Effect> {
    let (now, offset) = (model.now * 1000, model.zone.offset(model.now) * 1000);
    match Query::parse(text, now, offset) {
        Ok(query) => {
            with(model, |logs| logs.sought = Some(query));
            find(model, true)
        }
        Err(mistake) => {
            model.notices.say(mistake.why);
            vec![]
        }
    }
}

fn find(model: &mut Model, onward: bool) -> Vec<Effect> {
    let Some(logs) = front(model) else { return vec![] };
    let errors = Query::parse("level>=error", 0, 0).unwrap_or_default();
    let query = logs.sought.as_ref().unwrap_or(&errors);
    let hit = |position: usize| {
        let line = logs.shown.at(&logs.store, position).and_then(|no| logs.store.line(no))?;
        query.matches(&line, logs.names.words()).then_some(line.no)
    };
    let at = logs.index();
    let found: Option<LineNo> = if onward {
        (at + 1..logs.count()).take(AT_A_TIME).find_map(hit)
    } else {
        (0..at).rev().take(AT_A_TIME).find_map(hit)
    };
    let left = if onward { logs.count() - at.min(logs.count()) } else { at };
    match found {
        Some(line) => return with(model, |logs| logs.go(line)),
        None if left > AT_A_TIME => {
            let to = if onward { at + AT_A_TIME } else { at - AT_A_TIME };
            let line = logs.shown.at(&logs.store, to);
            model.notices.say(format!("not within {AT_A_TIME} lines: press again to go on"));
            return with(model, |logs| line.into_iter().for_each(|line| logs.go(line)));
        }
        None => model.notices.say(if onward { "nothing further down" } else { "nothing further up" }),
    }
    vec![]
}

/// Shows only the marked span, beside what else is asked for. The mark has done its work then.
fn keep_span(model: &mut Model) -> Vec<Effect> {
    let Some(logs) = front(model) else { return vec![] };
    let (from, to) = match logs.span {
        Some(Span::Between(from, to)) => (from, Some(to)),
        Some(Span::From(from)) => (from, None),
        None => return vec![],
    };
    // as moments of UTC, so that the filter means the same in whatever zone times are told
    let moment = |at: i64| jiff::Timestamp::from_millisecond(at).map(|at| at.to_string()).unwrap_or_default();
    let others = logs.text.split_whitespace().filter(|word| !word.starts_with("since:") && !word.starts_with("until:"));
    let mut words: Vec<String> = others.map(str::to_owned).collect();
    words.push(format!("since:{}", moment(from)));
    words.extend(to.map(|to| format!("until:{}", moment(to))));
    with(model, |logs| logs.span = None);
    super::ask(model, &words.join(" "))
}

/// What is missing, from when to when and why; after it how each target stands, and what cannot be read at all.
fn gaps(model: &mut Model) -> Vec<Effect> {
    let Some(logs) = front(model) else { return vec![] };
    let moment = |at: i64| model.zone.moment(at.div_euclid(1000));
    let mut missing: Vec<&Gap> = logs.gaps.iter().collect();
    missing.sort_by_key(|gap| (gap.from, gap.to));
    let gap = |gap: &Gap| {
        let name = logs.names.named(gap.target).map(title).unwrap_or_default();
        ("GAP".to_owned(), format!("{} to {}: {name}: {}", moment(gap.from), moment(gap.to), gap.why))
    };
    let mut pairs: Vec<(String, String)> = missing.into_iter().map(gap).collect();
    if pairs.is_empty() {
        pairs.push(("GAP".to_owned(), "none is known".to_owned()));
    }
    let dropped = logs.store.dropped().lines;
    if dropped > 0 {
        let since = logs.begin().map(moment).unwrap_or_default();
        pairs.push(("DROPPED".to_owned(), format!("{dropped} lines before {since}, for want of room (scroll_back)")));
    }
    pairs.extend(logs.missing.iter().map(|error| ("NOT READ".to_owned(), format!("{}: {}", error.what, error.why))));
    let standing = |heard: &Heard| (heard.name.to_string(), heard.standing.words(model.now * 1000));
    pairs.extend(logs.targets.iter().map(standing));
    let plain = pairs.iter().map(|(name, value)| format!("{name}: {value}").into()).collect::<Vec<Box<str>>>();
    let json = serde_json::to_string_pretty(&pairs).unwrap_or_default();
    let json = json.lines().map(Into::into).collect::<Vec<Box<str>>>();
    let raw = Raw { yaml: plain.into(), json: json.into() };
    let detail = Detail::told("log", logs.title.clone(), pairs, raw);
    app::open(model, Screen::Detail(Box::new(detail)))
}

/// Groups what is shown: of the marked span, or all, against the hour before it.
fn alike(model: &mut Model) -> Vec<Effect> {
    const HOUR: i64 = 3_600_000;
    let Some(logs) = front(model) else { return vec![] };
    let last = logs.store.at(logs.store.len().saturating_sub(1)).and_then(|no| logs.store.line(no));
    let last = last.map_or(model.now * 1000, |line| line.at);
    let now = match logs.span {
        Some(Span::Between(from, to)) => (from, to + 1),
        Some(Span::From(from)) => (from, last + 1),
        // where nothing is marked, the last quarter of what is there against the rest
        None => (last - (last - logs.begin().unwrap_or(last)) / 4, last + 1),
    };
    // only what is there can be compared with
    let begin = logs.begin().unwrap_or(now.0).max(now.0 - HOUR).min(now.0);
    let work = Alike { sought: logs.everything(), now, before: (begin, now.0) };
    let (task, effect) = feed::start(model, Work::Alike(Box::new(work)));
    with(model, |logs| logs.grouping = Some(task));
    model.notices.say("grouping what looks alike…");
    vec![effect]
}

/// The groups are there: a list to choose from, which filters by the one that is chosen.
pub fn grouped(model: &mut Model, groups: Vec<crate::model::logs::Group>) {
    let items = groups.into_iter().map(|group| {
        let news = match group.news {
            Some(News::New) => "NEW".to_owned(),
            Some(News::Gone) => "gone".to_owned(),
            Some(News::More(times)) => format!("×{times:.0}"),
            Some(News::Less(times)) => format!("×{times:.2}"),
            None => String::new(),
        };
        Item {
            label: format!("{:>7} {:7} {news:5}", group.lines, group.level.word()),
            choice: Choice::Filter(filter(&group.text)),
            hint: group.text,
            enabled: true,
        }
    });
    let picker = Picker::new("What looks alike", Purpose::Menu, items.collect());
    model.notices.read();
    model.push(Screen::Picker(picker));
}

/// A filter that lets the lines of a template through: its longest words, each as it stands.
fn filter(template: &str) -> String {
    let mut words: Vec<&str> =
        template.split_whitespace().filter(|word| word.len() > 2 && !word.contains(['<', '*', '"', '\\'])).collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.dedup();
    words.into_iter().take(4).map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" ")
}

fn copies(model: &Model) -> Picker {
    let mut items = vec![];
    let mut item = |label: &str, text: String| {
        items.push(Item { label: label.into(), hint: text.clone(), enabled: true, choice: Choice::Copy(text) });
    };
    if let Some(logs) = front(model)
        && let Some(line) = logs.at().and_then(|line| logs.store.line(line))
    {
        let message = fields::message(line.text);
        item("message", String::from_utf8_lossy(&message).trim_end().to_owned());
        if let (Some(target), Some(named)) = (logs.names.target_of(line.source), logs.names.of(line.source)) {
            commands(target, &named.source.part, line.at).into_iter().for_each(|(label, text)| item(label, text));
        }
        for field in fields::fields(line.text).into_iter().flat_map(|f| f.pairs.into_iter().chain(f.envelope)) {
            item(&field.name, field.value);
        }
    }
    Picker::new("Copy", Purpose::Menu, items)
}

/// What shows the same elsewhere.
fn commands(target: &Target, part: &str, at: i64) -> Vec<(&'static str, String)> {
    match target {
        Target::Group { scope, group, .. } => {
            let (from, to) = (at - 60_000, at + 60_000);
            let region = &scope.region;
            let profile =
                if scope.account.is_empty() { String::new() } else { format!(" --profile {}", scope.account) };
            let link = format!(
                "https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}#logsV2:log-groups/log-group/{}/log-events/{}$3Fstart$3D{from}$26end$3D{to}",
                twice(group),
                twice(part),
            );
            let command = format!(
                "aws logs filter-log-events --region {region}{profile} --log-group-name '{group}' --log-stream-names '{part}' --start-time {from} --end-time {to}"
            );
            vec![("link to the console", link), ("aws command", command)]
        }
        Target::Container { scope, namespace, pod, container, .. } => {
            let context = if scope.region.is_empty() { format!(" --context {}", scope.cluster) } else { String::new() };
            let command = format!("kubectl logs{context} -n {namespace} {pod} -c {container} --timestamps");
            vec![("kubectl command", command)]
        }
        Target::File { path } => vec![("path", path.to_string())],
    }
}

/// As the console of AWS wants names in its fragments: escaped twice, with `$` for the second `%`.
fn twice(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("$25{byte:02X}") }).collect()
}

/// The name of a file was typed.
pub fn save(model: &mut Model, path: &str) -> Vec<Effect> {
    let zone = model.zone.clone();
    let now = model.now;
    let Some(logs) = front(model) else { return vec![] };
    let raw = [".json", ".ndjson", ".raw"].iter().any(|end| path.ends_with(end));
    let gap = |gap: &crate::log::Gap| {
        let target = logs.names.named(gap.target).map(title).unwrap_or_default();
        format!("{target}: {} to {}: {}", zone.clock(gap.from, true), zone.clock(gap.to, true), gap.why)
    };
    let mut head = vec![format!("{}, saved {}", logs.title, zone.moment(now))];
    head.extend((!logs.text.is_empty()).then(|| format!("only lines that match: {}", logs.text)));
    head.extend(logs.gaps.iter().map(gap));
    if logs.gaps.is_empty() {
        head.push("no gaps are known".into());
    }
    let lines = (0..logs.count()).filter_map(|at| logs.shown.at(&logs.store, at)).collect();
    let work = Saving {
        path: path.into(),
        raw,
        head,
        zone: zone.clone(),
        snapshot: logs.store.snapshot(),
        lines,
        names: logs.names.clone(),
    };
    let effect = feed::start(model, Work::Save(Box::new(work))).1;
    vec![effect]
}

fn groups(logs: &Logs) -> usize {
    (0..logs.targets.len())
        .filter_map(|at| logs.names.named(crate::log::TargetNo(u32::try_from(at).ok()?)))
        .filter(|target| matches!(target, Target::Group { prefixes, .. } if prefixes.is_empty()))
        .count()
}

/// What is paid for is asked about first.
fn live_tail(model: &mut Model) -> Vec<Effect> {
    let Some(logs) = front(model) else { return vec![] };
    let sessions = groups(logs).div_ceil(live::GROUPS);
    let question = Question {
        title: "Read it by Live Tail?".into(),
        lines: vec![live::price_in_words(sessions), "It ends when this screen is left.".into()],
        then: Then::Live(logs.wishes.clone()),
        demand: None,
        typed: String::new(),
        drawn: false,
        held: None,
    };
    app::open(model, Screen::Confirm(question))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_found_again_by_its_longest_words() {
        assert_eq!(filter("cache miss for key <*> in 3 ms"), r#""cache" "miss" "for" "key""#);
    }

    #[test]
    fn names_stand_in_links_as_the_console_wants_them() {
        assert_eq!(twice("/aws/eks"), "$252Faws$252Feks");
    }
}
