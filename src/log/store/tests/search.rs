//! A search finds what looking at every line finds.
use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

/// Lines that queries of the test have something to find in, and such that lie in wait at their ends.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        "[abAB .=/5]{0,20}",
        Just(String::new()),
        Just("Error".to_owned()),
        Just("a\r".to_owned()),
        Just("two\nlines ab".to_owned()),
        "(level|lvl)=(warn|error|info) n=[0-9]{1,3} msg=\"[ab ]{0,6}\"",
        "\\{\"level\":\"(warn|error|info)\",\"n\":[0-9]{1,3},\"a\":\\{\"b\":\"[ab]{0,3}\"\\}\\}",
    ]
}

const QUERIES: &[&str] = &[
    "a",
    "A",
    "ab",
    "\"a b\"",
    "b/5",
    "5.=/",
    "!a",
    "!a b",
    "ab level:error",
    "level>=warn",
    "!level:info",
    "level:unknown",
    "/a/",
    "/^a/",
    "/a$/",
    "/^$/",
    "/$/",
    "/b*/",
    "/a.*b/",
    "/\\ba/",
    "/\\Ba/",
    "/[^b]a/",
    "/\\s+a/",
    "/a\\s*/",
    "/\\Aab/",
    "/a\\z/",
    "/(?s)a.b/",
    "/(?-i)E/",
    "/a|error/",
    "/A|Error/",
    "/[[:^alpha:]]b/",
    "/\\x0aa/",
    "/(^|\\s)ab?/",
    "/5+/",
    "n:5",
    "n=5",
    "n>=50",
    "n<50 level:warn",
    "a.b:a",
    "!a.b:a",
    "a.b=ab",
    "level=warn",
    "source:one",
    "!source:one a",
    "since:1m",
    "until:1m",
    "since:30s b",
    "/lines$/",
    "/two$/",
    "\"two\"",
];

/// To read an expression takes longer than to look for it in a few lines.
static READ: LazyLock<Vec<Query>> =
    LazyLock::new(|| QUERIES.iter().map(|text| Query::parse(text, NOW, 0).unwrap()).collect());

fn naive(store: &Store, query: &Query, names: &Names) -> Vec<LineNo> {
    store.from(0).filter(|line| query.matches(&store.line(*line).unwrap(), names)).collect()
}

fn searched(store: &Store, snapshots: &[Snapshot], query: &Query, names: &Names, newest_first: bool) -> Vec<LineNo> {
    let mut shown = Shown::searching(LineNo(store.numbers().end));
    for snapshot in snapshots {
        let mut count = 0;
        snapshot.search(query, names, newest_first, &|| false, &mut |piece| {
            count += piece.lines.len();
            shown.take(store, &piece);
        });
        assert_eq!(snapshot.count(query, names, &|| false), Some(count));
    }
    shown.lines(store, 0).map(|line| line.no).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_search_finds_what_every_line_says_of_itself(
        lines in prop::collection::vec((line(), 0_u32..2, -90_000_i64..0), 0..60),
        file in prop::collection::vec(line(), 0..30),
        crlf in any::<bool>(),
    ) {
        let mut store = Store::new(usize::MAX);
        let mut names = Names::default();
        names.set(SourceNo(1), "One/stream");
        let events: Vec<Event> = lines.iter().map(|(text, source, at)| event(*source, NOW + at, text)).collect();
        let text = file.join(if crlf { "\r\n" } else { "\n" });
        for (at, events) in events.chunks(17).enumerate() {
            store.add(events);
            if at == 1 {
                for chunk in Builder::dated(NOW).whole(SourceNo(1), text.clone().into_bytes()) {
                    // as a chunk of its own, however small
                    store.shelf.shelve_for_test(Arc::new(chunk));
                    let first = store.order.len() as u64;
                    store.taken(first, None);
                }
            }
        }
        let whole = store.snapshot();
        for query in READ.iter() {
            let text = query.text();
            let expected = naive(&store, query, &names);
            for newest_first in [true, false] {
                let found = searched(&store, std::slice::from_ref(&whole), query, &names, newest_first);
                prop_assert_eq!(&found, &expected, "{}", text);
            }
            prop_assert_eq!(&searched(&store, &whole.split(2), query, &names, true), &expected, "{} in two", text);
        }
    }
}

#[test]
fn a_search_begins_with_the_newest_and_stops_when_nobody_waits() {
    let store = of_file("2026-11-01T00:00:00Z a line of text\n".repeat(400_000).as_bytes(), 1 << 20);
    let (query, names) = (Query::parse("text", NOW, 0).unwrap(), Names::default());
    let mut pieces = Vec::new();
    store.snapshot().search(&query, &names, true, &|| false, &mut |piece| pieces.push(piece));
    assert!(pieces.len() > 2 && pieces[0].searched < 4 << 20, "{}", pieces.len());
    assert_eq!(pieces[0].lines.last(), Some(&LineNo(399_999)));
    assert_eq!(pieces.iter().map(|piece| piece.lines.len()).sum::<usize>(), 400_000);
    let last = pieces.last().unwrap();
    assert_eq!(last.searched, last.of);
    let mut after = 0;
    store.snapshot().search(&query, &names, true, &|| true, &mut |_| after += 1);
    assert_eq!((after, store.snapshot().count(&query, &names, &|| true)), (0, None));
}

#[test]
fn what_came_while_a_search_went_on_is_not_found_twice() {
    let (query, names) = (Query::parse("a", NOW, 0).unwrap(), Names::default());
    let mut store = Store::new(usize::MAX);
    store.add(&[event(0, 1, "a"), event(0, 2, "b")]);
    let snapshot = store.snapshot();
    let mut shown = Shown::searching(LineNo(snapshot.numbers().end));
    let added = store.add(&[event(0, 0, "a too")]);
    assert_eq!(shown.absorb(&store, &added, &query, &names).came, [LineNo(2)]);
    snapshot.search(&query, &names, true, &|| false, &mut |piece| {
        shown.take(&store, &piece);
    });
    shown.searched();
    let found: Vec<LineNo> = shown.lines(&store, 0).map(|line| line.no).collect();
    assert_eq!((found, shown.is_searching()), (vec![LineNo(2), LineNo(0)], false));
}

#[test]
fn a_query_says_what_cannot_be_meant_and_where() {
    let mistake = |text: &str| Query::parse(text, NOW, 0).unwrap_err();
    assert_eq!(mistake("a level:loud b").at, 2..12);
    assert!(mistake("level:loud").why.starts_with("no level is called `loud`"), "{}", mistake("level:loud").why);
    assert_eq!((mistake("x /(/").at, mistake("x /(/").why.as_str()), (2..5, "unclosed group"));
    assert!(mistake("since:yesterday").why.contains("is no time"));
    for fine in ["level:", "since:", "!", "field:", "/", "\"", "!\"", "/a/b", "12:30", "http://a/b", "level:e", "a::b"]
    {
        assert!(Query::parse(fine, NOW, 0).is_ok(), "{fine}");
    }
    assert!(Query::parse(" level: ! ", NOW, 0).unwrap().is_empty());
}

#[test]
fn times_of_a_query_are_read_as_a_person_means_them() {
    let bounds = |text: &str, offset: i64| {
        let (_, since, until) = Query::parse(text, NOW, offset).unwrap().bounds();
        (since.max(0) - NOW, until.min(NOW) - NOW)
    };
    let minute = 60_000;
    assert_eq!(bounds("since:15m until:5m", 0), (-15 * minute, -5 * minute));
    assert_eq!(bounds("since:01:30", 0).0, -30 * minute);
    // not yet today: yesterday
    assert_eq!(bounds("since:02:30", 0).0, -(24 * 60 - 30) * minute);
    // at 03:00 local time
    assert_eq!(bounds("since:02:30", 60 * minute).0, -30 * minute);
    assert_eq!(bounds("since:2026-11-25T01:00:00Z", 60 * minute).0, -60 * minute);
    assert_eq!(bounds("since:2026-11-25T02:00", 60 * minute).0, -60 * minute);
    assert_eq!(bounds("!since:15m", 0).1, -15 * minute - 1);
}

#[test]
fn what_was_found_is_marked() {
    let query = Query::parse("ab /c+/ !x level:error", NOW, 0).unwrap();
    assert_eq!(query.marks(b"AB cc ab x"), [0..2, 3..5, 6..8]);
}
