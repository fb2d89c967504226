//! Logs: opened from rows, read as they come, filtered, found, marked, left.
use super::*;
use crate::{
    kinds::Wish,
    log::{
        Event, Gap, News, Source, SourceNo, Target, TargetNo,
        follow::{Standing, Told},
    },
    model::{logs::Logs, screen::Question, zone::Zone},
};

const AT: i64 = NOW * 1000 - 60_000;

fn tail(effects: &[Effect]) -> (TaskId, Vec<Wish>) {
    let found = effects.iter().find_map(|effect| match effect {
        Effect::Start(id, Work::Tail(reading)) => Some((*id, reading.wishes.clone())),
        _ => None,
    });
    found.expect("a reading is started")
}

fn event(source: u32, second: i64, text: &str) -> Event {
    let at = AT + second * 1000;
    Event {
        source: SourceNo(source),
        at,
        ingested: Some(at + 500),
        id: Some(format!("{at}-{text}").into()),
        text: text.as_bytes().into(),
        provisional: false,
    }
}

impl Console {
    /// On the logs of a pod that is read through the API, with a target and a source that have spoken.
    fn reading() -> (Self, TaskId) {
        let mut console = Self::with_pods(&[("web", "Running", 0, 1)]);
        let (task, _) = tail(&console.press("l"));
        let target = Target::Container {
            scope: pods_feed().scope,
            namespace: "shop".into(),
            pod: "web".into(),
            uid: "u".into(),
            container: "app".into(),
        };
        let told = Told::Source(SourceNo(0), Source { target: TargetNo(0), part: "0".into() });
        console.tell(Msg::News(task, vec![News::Target(TargetNo(0), target), News::Told(told)]));
        (console, task)
    }

    fn says(&mut self, task: TaskId, events: Vec<Event>) {
        self.tell(Msg::News(task, vec![News::Told(Told::Events(events))]));
    }

    fn logs(&self) -> &Logs {
        match self.model.front() {
            Some(Screen::Logs(logs)) => logs,
            other => panic!("no logs but {other:?}"),
        }
    }

    fn lines(&self) -> Vec<String> {
        let logs = self.logs();
        let line = |at| logs.shown.at(&logs.store, at).and_then(|no| logs.store.line(no));
        (0..logs.count()).filter_map(line).map(|line| String::from_utf8_lossy(line.text).into_owned()).collect()
    }

    fn under_the_cursor(&self) -> String {
        self.lines()[self.logs().index()].clone()
    }
}

#[test]
fn the_logs_of_a_pod_or_of_all_marks_are_opened_by_one_key() {
    let mut console = Console::with_pods(&[("api", "Running", 0, 1), ("web", "Running", 0, 1)]);
    let (_, wishes) = tail(&console.press("l"));
    assert!(matches!(&wishes[..], [Wish::Pod { pod, container: None, .. }] if &**pod == "api"));
    console.press("esc");
    let (_, wishes) = tail(&console.press("space space l"));
    assert_eq!(wishes.len(), 2, "{wishes:?}");
}

#[test]
fn a_container_is_read_by_the_pod_that_it_was_found_in() {
    let mut console = Console::with_pods(&[("api", "Running", 0, 1)]);
    let (_, wishes) = tail(&console.press("enter l"));
    assert!(matches!(&wishes[..], [Wish::Pod { pod, container: Some(_), .. }] if &**pod == "api"), "{wishes:?}");
}

#[test]
fn what_comes_late_goes_in_where_it_belongs_and_the_last_line_stays_in_sight() {
    let (mut console, task) = Console::reading();
    console.says(task, vec![event(0, 1, "one"), event(0, 3, "three")]);
    console.says(task, vec![event(0, 2, "two")]);
    assert_eq!(console.lines(), ["one", "two", "three"]);
    assert_eq!(console.under_the_cursor(), "three");
}

#[test]
fn whoever_stays_is_told_how_much_came_and_is_not_moved() {
    let (mut console, task) = Console::reading();
    console.says(task, vec![event(0, 1, "one"), event(0, 5, "five")]);
    console.press("k");
    console.says(task, vec![event(0, 3, "three"), event(0, 9, "nine")]);
    assert_eq!(console.under_the_cursor(), "one");
    let logs = console.logs();
    assert_eq!((logs.follow, logs.unseen, logs.late), (false, 2, 1));
    console.press("G");
    assert_eq!((console.under_the_cursor().as_str(), console.logs().follow), ("nine", true));
}

#[test]
fn a_filter_hides_and_shows_again_and_escape_takes_it_away_before_the_screen() {
    let (mut console, task) = Console::reading();
    console.says(task, vec![event(0, 1, "GET /a"), event(0, 2, r#"{"level":"error","msg":"boom"}"#)]);
    console.press("/");
    console.types("boom");
    console.press("enter");
    assert_eq!(console.lines().len(), 1);
    console.says(task, vec![event(0, 3, "GET /b"), event(0, 4, "boom again")]);
    assert_eq!(console.lines().len(), 2, "what comes is filtered too");
    console.press("esc");
    assert_eq!(console.lines().len(), 4);
    console.press("esc");
    assert!(console.model.table().is_some());
}

#[test]
fn one_key_shows_warnings_then_errors_then_all() {
    let (mut console, task) = Console::reading();
    let lines = ["level=info msg=a x=1", "level=warn msg=b x=1", "level=error msg=c x=1"];
    console.says(task, lines.iter().zip(1..).map(|(text, at)| event(0, at, text)).collect());
    let counts: Vec<usize> = (0..3)
        .map(|_| {
            console.press("e");
            console.lines().len()
        })
        .collect();
    assert_eq!(counts, [2, 1, 3]);
}

#[test]
fn leaving_the_screen_ends_its_reading_and_late_news_is_dropped() {
    let (mut console, task) = Console::reading();
    let effects = console.press("esc");
    assert!(effects.contains(&Effect::Cancel(task)), "{effects:?}");
    console.says(task, vec![event(0, 1, "late")]);
    console.tell(Msg::Ended(task, crate::model::task::End::Cancelled));
    assert!(console.model.table().is_some());
}

#[test]
fn what_is_denied_stands_beside_its_name_and_the_rest_goes_on() {
    let (mut console, task) = Console::reading();
    let error = Error::new(Trouble::Denied, "denied: logs:FilterLogEvents", "no");
    console.tell(Msg::News(task, vec![News::Told(Told::Standing(TargetNo(0), Standing::Denied(error)))]));
    assert!(console.logs().trouble().is_some_and(|heard| heard.standing.words(0).starts_with("denied")));
    console.says(task, vec![event(0, 1, "one")]);
    assert_eq!(console.lines(), ["one"]);
}

#[test]
fn gaps_stand_until_they_are_mended() {
    let (mut console, task) = Console::reading();
    let gap = Gap { target: TargetNo(0), from: AT, to: AT + 1, why: "sampled".into() };
    console.tell(Msg::News(task, vec![News::Told(Told::Gap(gap.clone()))]));
    assert_eq!(console.logs().gaps.len(), 1);
    console.tell(Msg::News(task, vec![News::Told(Told::Mended(gap))]));
    assert!(console.logs().gaps.is_empty());
}

#[test]
fn a_jump_before_what_was_read_reads_back_to_there() {
    let (mut console, task) = Console::reading();
    console.says(task, vec![event(0, 1, "one")]);
    console.press("t");
    console.types("2h");
    let effects = console.press("enter");
    let reading = effects.iter().find_map(|effect| match effect {
        Effect::Start(_, Work::Tail(reading)) => Some(reading),
        _ => None,
    });
    let reading = reading.expect("the time before is read");
    assert_eq!(reading.since, NOW * 1000 - 7_200_000);
    assert_eq!(reading.until, Some(NOW * 1000 - crate::model::logs::BACK - 1));
}

#[test]
fn a_search_jumps_from_hit_to_hit_without_hiding_anything() {
    let (mut console, task) = Console::reading();
    console.says(task, (0..30).map(|n| event(0, n, if n % 10 == 3 { "needle" } else { "hay" })).collect());
    console.press("g g F");
    console.types("needle");
    console.press("enter");
    assert_eq!((console.logs().index(), console.lines().len()), (3, 30));
    console.press("n n");
    assert_eq!(console.logs().index(), 23);
    console.press("N");
    assert_eq!(console.logs().index(), 13);
}

#[test]
fn live_tail_is_asked_about_with_its_price_and_says_no_by_itself() {
    let mut console = Console::on(Kind::Pod);
    let wish = Wish::Group { scope: Scope::default(), group: "/app".into() };
    let (task, _) = tail(&crate::action::log::read(&mut console.model, vec![wish.clone()], false));
    let target = Target::Group { scope: Scope::default(), group: "/app".into(), prefixes: vec![] };
    console.tell(Msg::News(task, vec![News::Target(TargetNo(0), target)]));
    console.press("L");
    let Some(Screen::Confirm(Question { lines, .. })) = console.model.front() else { panic!("nothing is asked") };
    assert!(lines[0].contains("US$ 0.01"), "{lines:?}");
    let effects = console.press("y");
    let live = effects.iter().any(|effect| matches!(effect, Effect::Start(_, Work::Tail(reading)) if reading.live));
    assert!(live && effects.contains(&Effect::Cancel(task)), "{effects:?}");
}

#[test]
fn what_was_marked_is_kept_and_the_rest_hidden_until_escape() {
    let (mut console, task) = Console::reading();
    console.says(task, (1..=6).map(|second| event(0, second, &format!("line {second}"))).collect());
    console.press("/");
    console.types("line since:1h");
    console.press("enter");
    assert_eq!(console.lines().len(), 6);
    console.press("g g j v j j v V");
    assert_eq!(console.lines(), ["line 2", "line 3", "line 4"]);
    assert_eq!(console.logs().span, None, "the mark has done its work");
    assert!(console.logs().text.starts_with("line since:20"), "{}", console.logs().text);
    console.says(task, vec![event(0, 3, "line 3, late"), event(0, 9, "line 9")]);
    assert_eq!(console.lines().len(), 4, "what comes late is in the span or not, as all else");
    console.press("esc");
    assert_eq!(console.lines().len(), 8);
}

#[test]
fn a_span_with_no_end_keeps_all_that_comes_after_its_begin() {
    let (mut console, task) = Console::reading();
    console.says(task, (1..=4).map(|second| event(0, second, &format!("line {second}"))).collect());
    console.press("G k v V");
    assert_eq!(console.lines(), ["line 3", "line 4"]);
    console.says(task, vec![event(0, 9, "line 9")]);
    assert_eq!(console.lines().len(), 3);
}

#[test]
fn without_a_mark_there_is_no_span_to_keep() {
    let (mut console, task) = Console::reading();
    console.says(task, vec![event(0, 1, "one")]);
    console.press("V");
    assert_eq!((console.lines().len(), console.logs().text.as_str()), (1, ""));
}

#[test]
fn one_key_tells_each_gap_in_the_order_of_time_and_how_each_source_stands() {
    let (mut console, task) = Console::reading();
    let gap = |from: i64, why: &str| Gap { target: TargetNo(0), from, to: from + 5_000, why: why.into() };
    let told = |gap| News::Told(Told::Gap(gap));
    console.tell(Msg::News(task, vec![told(gap(AT + 60_000, "sampled")), told(gap(AT, "throttled"))]));
    console.tell(Msg::News(task, vec![News::Told(Told::Standing(TargetNo(0), Standing::Behind { by_ms: 9_000 }))]));
    console.press("m");
    let Some(Screen::Detail(detail)) = console.model.front() else { panic!("no details") };
    let said: Vec<&str> = detail.pairs.iter().map(|(_, value)| value.as_str()).collect();
    assert!(said[0].ends_with("throttled") && said[1].ends_with("sampled"), "{said:?}");
    assert_eq!(said[2], "behind by 9 s");
    console.press("esc m");
    assert!(matches!(console.model.front(), Some(Screen::Detail(_))));
}

#[test]
fn a_log_without_gaps_says_so() {
    let (mut console, _) = Console::reading();
    console.press("m");
    let Some(Screen::Detail(detail)) = console.model.front() else { panic!("no details") };
    assert_eq!(detail.pairs[0], ("GAP".to_owned(), "none is known".to_owned()));
}

#[test]
fn one_key_tells_times_in_the_other_zone_and_back() {
    let (mut console, _) = Console::reading();
    let berlin = Zone::of(jiff::tz::TimeZone::get("Europe/Berlin").unwrap());
    console.model.zone = berlin.clone();
    console.press("U");
    assert_eq!(console.model.zone, Zone::utc());
    console.press("U");
    assert_eq!(console.model.zone, berlin);
}

#[test]
fn where_the_machine_lives_in_utc_the_key_says_that_there_is_no_other_zone() {
    let (mut console, _) = Console::reading();
    console.press("U");
    assert_eq!(console.model.zone, Zone::utc());
    let said = console.model.notices.front().map(|notice| format!("{notice:?}"));
    assert!(said.is_some_and(|said| said.contains("is UTC already")));
}
