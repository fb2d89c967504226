//! The histogram and the patterns: what many lines are, at a glance.
use super::*;
use crate::log::store::{
    histogram::Histogram,
    patterns::{News, Patterns},
};

fn feed(patterns: &mut Patterns, lines: &[(i64, &str)]) {
    let mut store = Store::new(usize::MAX);
    store.add(&lines.iter().map(|(at, text)| event(0, *at, text)).collect::<Vec<_>>());
    store.snapshot().lines().for_each(|line| patterns.feed(&line));
}

fn told(patterns: &Patterns) -> Vec<(String, u64)> {
    patterns.list().iter().map(|template| (template.text(), template.lines)).collect()
}

#[test]
fn buckets_hold_what_is_between_two_times() {
    let mut store = Store::new(usize::MAX);
    store.add(&[event(0, 99, "early"), event(0, 100, "ERROR a"), event(0, 149, "INFO b"), event(0, 150, "INFO c")]);
    let added = store.add(&[event(0, 199, "INFO d"), event(0, 200, "late")]);
    let histogram = Histogram::of(&store, &Shown::all(), 100, 200, 2);
    assert_eq!((histogram.step(), histogram.span(1), histogram.highest()), (50, (150, 200), 2));
    let of = |bucket: usize, level: Level| histogram.counts()[bucket][level as usize];
    assert_eq!((of(0, Level::Error), of(0, Level::Info), of(1, Level::Info)), (1, 1, 2));
    assert_eq!(histogram.total().iter().sum::<u64>(), 4);
    assert_eq!((histogram.bucket(99), histogram.bucket(199), histogram.bucket(200)), (None, Some(1), None));
    // kept up by what came, it is what it would be anew
    let mut kept = Histogram::new(100, 200, 2);
    let before = Added { lines: 0..added.lines.start, ..Added::default() };
    for added in [before, added] {
        let change = Shown::all().absorb(&store, &added, &Query::default(), &Names::default());
        kept.absorb(&store, &change);
    }
    assert_eq!(kept, histogram);
}

#[test]
fn a_histogram_that_follows_forgets_its_first_buckets() {
    let mut store = Store::new(usize::MAX);
    let mut histogram = Histogram::new(0, 40, 4);
    for (at, expected) in [(5, [1, 0, 0, 0]), (39, [1, 0, 0, 1]), (41, [0, 0, 1, 1]), (1000, [0, 0, 0, 1])] {
        let added = store.add(&[event(0, at, "x")]);
        histogram.slide(at);
        let change = Shown::all().absorb(&store, &added, &Query::default(), &Names::default());
        histogram.absorb(&store, &change);
        let sums: Vec<u32> = histogram.counts().iter().map(|counts| counts.iter().sum()).collect();
        assert_eq!(sums, expected, "at {at}");
        assert!(histogram.bucket(at).is_some());
    }
}

#[test]
fn times_without_sense_make_no_trouble() {
    for (from, to, buckets) in [(0, 0, 0), (5, -5, 3), (i64::MIN, i64::MAX, 10), (i64::MAX, i64::MAX, 1)] {
        let mut histogram = Histogram::new(from, to, buckets);
        histogram.slide(i64::MAX);
        assert!(histogram.step() > 0 && histogram.counts().len() == buckets.max(1));
        let _ = (histogram.bucket(i64::MIN), histogram.bucket(i64::MAX), histogram.span(buckets));
    }
}

#[test]
fn what_looks_alike_is_one_template() {
    let mut patterns = Patterns::new(100);
    let lines = [
        (1, "ERROR user alice failed to log in from 10.0.0.1"),
        (2, "ERROR user bob failed to log in from 10.0.0.2"),
        (3, "INFO GET /api/v1/orders/17 took 5 ms"),
        (9, "INFO GET /api/v1/orders/9973 took 120 ms"),
        (4, "INFO shutting down"),
        (5, "ERROR user carol failed to log in from 10.0.0.3"),
    ];
    feed(&mut patterns, &lines);
    let expected = [
        ("ERROR user <*> failed to log in from <*>", 3),
        ("INFO GET /api/<*>/orders/<*> took <*> ms", 2),
        ("INFO shutting down", 1),
    ];
    assert_eq!(told(&patterns), expected.map(|(text, lines)| (text.to_owned(), lines)));
    let list = patterns.list();
    assert_eq!((list[0].example, list[0].first, list[0].last, list[0].level()), (LineNo(0), 1, 5, Level::Error));
    assert_eq!(patterns.of(lines[1].1.as_bytes()).map(|template| template.lines), Some(3));
    assert!(patterns.of(b"something else").is_none());
}

#[test]
fn what_is_new_gone_more_or_less_is_told() {
    let mut patterns = Patterns::comparing(100, (1000, 2000), (0, 1000));
    let times = |text: &'static str, from: i64, many: i64| (0..many).map(move |n| (from + n, text));
    let lines: Vec<(i64, &str)> = times("steady as it goes", 0, 50)
        .chain(times("steady as it goes", 1000, 60))
        .chain(times("disk is full", 1500, 2))
        .chain(times("cache was cold", 10, 3))
        .chain(times("retry of request 5", 100, 10))
        .chain(times("retry of request 6", 1100, 90))
        .chain(times("slow query seen", 100, 90))
        .chain(times("slow query seen", 1100, 9))
        .chain(times("rare and a little more", 100, 1))
        .chain(times("rare and a little more", 1100, 4))
        .collect();
    feed(&mut patterns, &lines);
    let news: Vec<_> = patterns.news().iter().map(|(template, news)| (template.text(), *news)).collect();
    let [(new, News::New), (more, News::More(times_more)), (gone, News::Gone), (less, News::Less(times_less))] =
        &news[..]
    else {
        panic!("{news:?}");
    };
    assert_eq!(
        [new.as_str(), more, gone, less],
        ["disk is full", "retry of request <*>", "cache was cold", "slow query seen"]
    );
    assert!((times_more - 9.0).abs() < 1e-9 && (times_less - 0.1).abs() < 1e-9);
}

#[test]
fn templates_are_bounded_and_what_had_no_room_is_told() {
    let mut patterns = Patterns::new(3);
    let words = ["alpha", "beta", "gamma", "delta", "epsilon"];
    let lines: Vec<String> = words.iter().map(|word| format!("{word} one two three")).collect();
    let lines: Vec<(i64, &str)> = lines.iter().map(|line| (1, line.as_str())).collect();
    feed(&mut patterns, &lines);
    feed(&mut patterns, &[(2, "alpha x y z"), (3, "alpha x y z")]);
    assert_eq!((patterns.len(), patterns.crowded()), (3, (2, 2)));
    assert_eq!(told(&patterns)[0], ("alpha <*> <*> <*>".to_owned(), 3));
    // the same lines make the same templates
    let mut again = Patterns::new(3);
    feed(&mut again, &lines);
    feed(&mut again, &[(2, "alpha x y z"), (3, "alpha x y z")]);
    assert_eq!(told(&again), told(&patterns));
}
