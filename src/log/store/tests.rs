//! The scroll-back as a whole, against the simplest thing that does the same.
mod bytes;
mod order;
mod overview;
mod search;
mod sniffed;

use super::*;

pub fn event(source: u32, at: i64, text: &str) -> Event {
    let text = text.as_bytes().into();
    Event { source: SourceNo(source), at, ingested: None, id: None, text, provisional: false }
}

/// The texts of a store, as they are shown.
fn texts(store: &Store) -> Vec<String> {
    let lines = store.from(0).map(|line| store.line(line).unwrap());
    lines.map(|line| String::from_utf8_lossy(line.text).into_owned()).collect()
}

/// The lines of a file as a store has them, read in bites of this size.
fn of_file(text: &[u8], bite: usize) -> Store {
    let mut store = Store::new(usize::MAX);
    let mut builder = Builder::dated(NOW);
    for bite in text.chunks(bite) {
        for chunk in builder.take_lines(SourceNo(0), bite) {
            store.adopt(Arc::new(chunk));
        }
    }
    if let Some(chunk) = builder.finish() {
        store.adopt(Arc::new(chunk));
    }
    store
}

/// 2026-11-25T02:00:00Z
const NOW: i64 = 1_795_572_000_000;

#[test]
fn lines_stand_in_the_order_of_time_and_keep_their_numbers() {
    let mut store = Store::new(1 << 30);
    store.add(&[event(0, 20, "b"), event(1, 30, "c")]);
    let added = store.add(&[event(0, 10, "a"), event(0, 40, "d")]);
    assert_eq!((added.lines, added.late), (2..4, 1));
    assert_eq!(texts(&store), ["a", "b", "c", "d"]);
    assert_eq!((store.position(LineNo(2)), store.seek(25), store.at(4)), (Some(0), 2, None));
}

#[test]
fn a_stack_trace_stays_whole_among_lines_of_others() {
    let mut store = Store::new(1 << 30);
    store.add(&[event(0, 10, "ERROR it broke"), event(1, 11, "fine"), event(0, 12, "\tat a.b(C.java:1)")]);
    store.add(&[event(1, 10, "early"), event(0, 13, "Caused by: it"), event(0, 14, "\tat d"), event(0, 15, "next")]);
    let expected = ["ERROR it broke", "\tat a.b(C.java:1)", "Caused by: it", "\tat d", "early", "fine", "next"];
    assert_eq!(texts(&store), expected);
    let line = store.line(LineNo(2)).unwrap();
    assert_eq!((line.continued, line.level, line.at), (true, Level::Error, 12));
    // far apart they are no trace
    store.add(&[event(0, 9_000, "  indented")]);
    assert!(!store.line(LineNo(7)).unwrap().continued);
}

#[test]
fn a_confirmed_line_keeps_its_number_and_takes_its_place() {
    let mut store = Store::new(1 << 30);
    let provisional = |text: &str| Event { ingested: Some(15), provisional: true, ..event(0, 10, text) };
    let whole = |id: &str, text: &str| Event { ingested: Some(15), id: Some(id.into()), ..event(0, 10, text) };
    store.add(&[provisional("second"), whole("1", "first"), whole("3", "third")]);
    assert_eq!(texts(&store), ["second", "first", "third"]);
    let mut shown = Shown::searching(LineNo(3));
    store.snapshot().search(&Query::default(), &Names::default(), true, &|| false, &mut |piece| {
        shown.take(&store, &piece);
    });
    let line = LineNo(0);
    let added = store.confirm(&[Confirmed { line, ingested: Some(15), id: Some("2") }]);
    shown.absorb(&store, &added, &Query::default(), &Names::default());
    assert_eq!(texts(&store), ["first", "second", "third"]);
    assert_eq!((store.id(line).as_deref(), store.position(line)), (Some("2"), Some(1)));
    assert_eq!((store.line(line).unwrap().provisional, shown.position(&store, line)), (false, Some(1)));
}

#[test]
fn what_is_over_the_cap_is_let_go_by_chunks_and_told() {
    let mut store = Store::new(6 << 20);
    let text = "x".repeat(1000);
    let mut came = 0;
    for second in 0..40_i64 {
        let events: Vec<Event> = (0..500).map(|n| event(0, second * 1000 + n, &text)).collect();
        came += store.add(&events).lines.count();
        assert!(store.bytes() <= 6 << 20);
    }
    let dropped = *store.dropped();
    assert_eq!(came, 20_000);
    assert_eq!((dropped.lines + store.len() as u64, store.numbers().start), (20_000, dropped.lines));
    assert!(store.len() > 4_000, "about five of six megabytes are kept");
    let oldest = store.line(store.at(0).unwrap()).unwrap();
    assert!(dropped.upto.unwrap() < oldest.at);
    assert_eq!(store.line(LineNo(dropped.lines - 1)).map(|line| line.no), None);
    assert_eq!(store.at(store.len() - 1), Some(LineNo(19_999)));
}

#[test]
fn an_index_takes_no_more_than_forty_bytes_a_line() {
    let line = "{\"ts\":\"2026-11-01T00:00:00.123Z\",\"level\":\"info\",\"msg\":\"a message of the usual length\"}\n";
    let store = of_file(line.repeat(60_000).as_bytes(), 1 << 16);
    assert_eq!(store.len(), 60_000);
    assert!(store.bytes() <= 60_000 * (line.len() + 40), "{}", store.bytes() / 60_000);
    let mut live = Store::new(usize::MAX);
    let with_id = |n: i64| Event { id: Some(format!("{n:056}").into()), ingested: Some(n + 800), ..event(0, n, line) };
    live.add(&(0..60_000).map(with_id).collect::<Vec<_>>());
    // the id itself, which is data, takes 31
    assert!(live.bytes() <= 60_000 * (line.len() + 1 + 40 + 31), "{}", live.bytes() / 60_000);
}

use super::{
    query::{Names, Query},
    shown::Shown,
};
