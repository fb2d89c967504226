use std::sync::Arc;

use super::{expr::Record, *};

const START: i64 = 1_700_000_000_000;

fn records() -> Vec<Record> {
    (0..10_i64)
        .map(|number| {
            let level = if number % 3 == 0 { "error" } else { "info" };
            let message = format!(
                r#"{{"level":"{level}","ms":{},"kubernetes":{{"pod_name":"api-{}"}},"n":{number}}}"#,
                number * 10,
                number % 2
            );
            Record {
                timestamp: START + number * 60_000,
                ingestion: START + number * 60_000 + 500,
                json: serde_json::from_str(&message).ok(),
                message,
                stream: "stream".to_owned(),
                log: "1:group".to_owned(),
                pointer: format!("p{number}"),
            }
        })
        .collect()
}

fn asked(query: &str) -> Vec<Cells> {
    let mut run = Run::new(Arc::new(Query::parse(query).unwrap_or_else(|why| panic!("{query}: {why:?}"))));
    records().into_iter().rev().for_each(|record| run.take(record));
    assert_eq!(run.statistics.scanned, 10);
    run.results()
}

fn column(rows: &[Cells], name: &str) -> Vec<String> {
    let value = |row: &Cells| row.iter().find(|(is, _)| is == name).map_or_else(|| "-".to_owned(), |(_, v)| v.clone());
    rows.iter().map(value).collect()
}

#[test]
fn without_a_word_on_order_the_newest_come_first_and_the_pointer_last() {
    let rows = asked("fields @timestamp, @message | limit 2");
    assert_eq!(column(&rows, "@timestamp"), ["2023-11-14 22:22:20.000", "2023-11-14 22:21:20.000"]);
    let names: Vec<&str> = rows[0].iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["@timestamp", "@message", "@ptr"]);
}

#[test]
fn filters_look_into_json_and_compare() {
    let n = |query| column(&asked(&format!("{query} | fields n | sort n asc")), "n");
    assert_eq!(n("filter level = 'error'"), ["0", "3", "6", "9"]);
    assert_eq!(n("filter level = \"error\" and ms > 30"), ["6", "9"]);
    assert_eq!(n("filter @message like /\"ms\":[12]0,/"), ["1", "2"]);
    assert_eq!(n("filter @message not like 'info'"), ["0", "3", "6", "9"]);
    assert_eq!(n("filter kubernetes.pod_name in ['api-1'] and not (n < 5)"), ["5", "7", "9"]);
    assert_eq!(n("filter ispresent(missing) or `n` = 4"), ["4"]);
    assert_eq!(n("filter @message =~ /ERROR/i | filter n != 0"), ["3", "6", "9"]);
}

#[test]
fn stats_count_by_span_and_by_field() {
    let rows = asked("stats count(*) as c, avg(ms), max(ms) by bin(5m)");
    assert_eq!(column(&rows, "c"), ["2", "5", "3"]);
    assert_eq!(column(&rows, "bin(5m)")[1], "2023-11-14 22:15:00.000");
    assert_eq!(column(&rows, "avg(ms)"), ["5", "40", "80"]);
    let rows = asked("stats count() as c, pct(ms, 50) as p by level | sort c desc");
    assert_eq!(
        (column(&rows, "level"), column(&rows, "c")),
        (vec!["info".into(), "error".into()], vec!["6".into(), "4".into()])
    );
    assert_eq!(column(&asked("stats sum(ms), count_distinct(level) as d"), "sum(ms)"), ["450"]);
}

#[test]
fn sorting_is_by_numbers_where_there_are_numbers() {
    assert_eq!(column(&asked("fields ms as took | sort took desc | limit 3"), "took"), ["90", "80", "70"]);
    assert_eq!(column(&asked("fields n | dedup level"), "n"), ["9", "8"]);
}

#[test]
fn a_malformed_query_is_refused_and_says_where() {
    for (bad, at) in [
        ("fieldz @message", 0),
        ("fields @message | filter", 24),
        ("filter level = ", 15),
        ("filter @message like /open", 21),
        ("stats nonsense(*) by bin(5m)", 15),
        ("limit 0", 6),
        ("fields a b", 9),
        ("stats count(*) by bin(5)", 18),
    ] {
        assert_eq!(Query::parse(bad).map(|_| ()).map_err(|why| why.at), Err(at), "{bad}");
    }
}

#[test]
fn a_scan_from_the_newest_may_stop_only_when_nothing_older_counts() {
    assert!(Query::parse("fields @message").unwrap().newest_first());
    assert!(Query::parse("fields @message | sort @timestamp desc").unwrap().newest_first());
    assert!(!Query::parse("fields @message | sort @timestamp asc").unwrap().newest_first());
    assert!(!Query::parse("stats count(*)").unwrap().newest_first());
}
