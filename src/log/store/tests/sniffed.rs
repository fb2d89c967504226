//! Levels and times are found where programs put them, and nowhere else.
use super::*;

fn at(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond()
}

#[test]
fn a_level_is_found_where_programs_put_it() {
    use Level::{Debug, Error, Fatal, Info, Trace, Unknown, Warn};
    let cases: &[(&str, Level)] = &[
        (r#"{"ts":"x","level":"error","msg":"m"}"#, Error),
        (r#"{"msg":"level:\"error\" is a word","severity":"WARNING"}"#, Warn),
        (r#"{"lvl":"dbg"}"#, Debug),
        (r#"{"level":30,"time":1}"#, Info),
        (r#"{"level":"50"}"#, Error),
        (r#"{"msg":"{\"level\":\"fatal\"}","a":{"level":"fatal"}}"#, Unknown),
        (r#"{"log":"{\"level\":\"warn\"}\n","stream":"stdout"}"#, Warn),
        (r#"{"log":"2026-11-01 00:00:00 ERROR broken\n","kubernetes":{}}"#, Error),
        (r#"{"log":"x","log_processed":{"level":"trace"}}"#, Trace),
        (r#"{"@level":"info","@message":"x"}"#, Info),
        ("time=2026-11-01T00:00:00Z level=warn msg=\"level=error here\"", Warn),
        ("msg=\"level=error here\" n=1", Unknown),
        ("ts=1 caller=a.go:1 lvl=eror", Unknown),
        ("E0101 00:00:00.000000       1 a.go:1] broken", Error),
        ("I1101 10:20:30.123456 7 b.go:2] fine", Info),
        ("[ERROR] broken", Error),
        ("[error] broken", Error),
        ("ERROR broken", Error),
        ("ERROR: broken", Error),
        ("error: broken", Error),
        ("WARNING:root:careful", Warn),
        ("2026-11-01 00:00:00,123 [main] ERROR com.foo.Bar - broken", Error),
        ("2026-11-01 00:00:00.123  INFO 1 --- [main] c.e.App : started", Info),
        ("2026-11-01 00:00:00,123 - app - WARNING - careful", Warn),
        ("2026-11-01T00:00:00.000Z\t6f1d2c3b-0000-4000-8000-000000000001\tERROR\tbroken", Error),
        ("2026/11/01 00:00:00 [error] 12#12: *1 open() failed", Error),
        ("[Sun Nov 01 00:00:00.123456 2026] [core:error] [pid 1] broken", Error),
        ("<11>1 2026-11-01T00:00:00Z host app 1 - - text", Error),
        ("<14>Nov  1 00:00:00 host app: text", Info),
        ("2026-11-01T00:00:00.123456789Z stderr F {\"level\":\"warn\"}", Warn),
        ("panic: runtime error", Fatal),
        ("no error was found", Unknown),
        ("the ERROR is in the middle", Unknown),
        ("GET /error 200", Unknown),
        ("errors are many", Unknown),
        ("Info about it", Unknown),
        ("I am here", Unknown),
        ("", Unknown),
    ];
    for (text, level) in cases {
        assert_eq!(super::super::level(text.as_bytes()), *level, "{text}");
        assert_eq!(said(text.as_bytes(), NOW).level, *level, "{text}, in a file");
    }
}

#[test]
fn a_time_is_found_where_programs_put_it() {
    let cases: &[(&str, &str)] = &[
        ("2026-11-01T00:00:00Z x", "2026-11-01T00:00:00Z"),
        ("2026-11-01T00:00:00.1239+02:00 x", "2026-10-31T22:00:00.123Z"),
        ("2026-11-01 00:00:00,5 x", "2026-11-01T00:00:00.5Z"),
        ("[2026-11-01 00:00:00 -0130] x", "2026-11-01T01:30:00Z"),
        ("2026/11/01 10:20:30 [error] x", "2026-11-01T10:20:30Z"),
        ("2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z"),
        (r#"{"time":"2026-11-01T00:00:00.007123456Z"}"#, "2026-11-01T00:00:00.007Z"),
        (r#"{"ts":1793491200.25}"#, "2026-11-01T00:00:00.25Z"),
        (r#"{"ts":1.79349120025e9}"#, "2026-11-01T00:00:00.25Z"),
        (r#"{"timestamp":1793491200250}"#, "2026-11-01T00:00:00.25Z"),
        (r#"{"@timestamp":"2026-11-01T00:00:00Z","level":"info"}"#, "2026-11-01T00:00:00Z"),
        (r#"{"t":1793491200250000}"#, "2026-11-01T00:00:00.25Z"),
        (r#"{"time":1793491200250000000}"#, "2026-11-01T00:00:00.25Z"),
        ("level=info ts=2026-11-01T00:00:00Z msg=x", "2026-11-01T00:00:00Z"),
        ("time=\"2026-11-01T00:00:00Z\" level=info", "2026-11-01T00:00:00Z"),
        ("E1101 00:00:00.123456 1 a.go:1] x", "2026-11-01T00:00:00.123Z"),
        ("Nov  1 00:00:00 host app[1]: x", "2026-11-01T00:00:00Z"),
        ("Dec 31 23:00:00 host app[1]: x", "2026-12-31T23:00:00Z"),
        ("Jan  1 00:00:00 host app[1]: x", "2027-01-01T00:00:00Z"),
        ("<34>Nov 11 01:02:03 host app: x", "2026-11-11T01:02:03Z"),
        ("<34>1 2026-11-01T00:00:00.5Z host", "2026-11-01T00:00:00.5Z"),
        ("1.2.3.4 - - [01/Nov/2026:02:00:00 +0200] \"GET / HTTP/1.1\" 200 5", "2026-11-01T00:00:00Z"),
        ("[Sun Nov 01 00:00:00.123456 2026] [core:error] x", "2026-11-01T00:00:00.123Z"),
        ("[ERROR] 2026-11-01T00:00:00.1Z 6f1d x", "2026-11-01T00:00:00.1Z"),
        ("INFO 2026-11-01 00:00:00 x", "2026-11-01T00:00:00Z"),
        ("2026-11-01T00:00:00.5Z stdout F x", "2026-11-01T00:00:00.5Z"),
    ];
    for (text, time) in cases {
        assert_eq!(said(text.as_bytes(), NOW).at, Some(at(time)), "{text}");
    }
    for text in
        ["2026-13-01T00:00:00Z", "2026-11-01", "12345", "", "Nov", "{\"ts\":5}", "{\"time\":\"soon\"}", "10:20:30 x"]
    {
        assert_eq!(said(text.as_bytes(), NOW).at, None, "{text}");
    }
}

#[test]
fn lines_without_a_time_belong_to_the_one_before() {
    let text = "a banner\n2026-11-01T00:00:00Z ERROR broken\n\tat a\nCaused by: b\n\n2026-11-01T00:00:01Z INFO fine\nmore\n{\"a\":1}\n";
    let store = of_file(text.as_bytes(), 7);
    let lines: Vec<_> = store.from(0).map(|line| store.line(line).unwrap()).collect();
    let first = at("2026-11-01T00:00:00Z");
    let expected = [
        (0, false, Level::Unknown),
        (0, false, Level::Error),
        (0, true, Level::Error),
        (0, true, Level::Error),
        (0, true, Level::Error),
        (1000, false, Level::Info),
        (1000, true, Level::Info),
        (1000, false, Level::Unknown),
    ];
    let found: Vec<_> = lines.iter().map(|line| (line.at - first, line.continued, line.level)).collect();
    assert_eq!(found, expected);
}

#[test]
fn chunks_that_were_built_apart_go_on_where_the_one_before_ended() {
    let parts = [
        "2026-11-01T00:00:00Z ERROR broken\n\tat a\n",
        "\tat b\n{\"a\":1}\n",
        "\tat c\n2026-11-01T00:00:01Z fine\nmore\n",
    ];
    let mut apart = Store::new(usize::MAX);
    let mut before = Chunk::default();
    for part in parts {
        for mut chunk in Builder::dated(NOW).whole(SourceNo(0), part.as_bytes().to_vec()) {
            chunk.follow(&before);
            before = chunk.clone();
            apart.adopt(Arc::new(chunk));
        }
    }
    let whole = of_file(parts.concat().as_bytes(), 9);
    let all = |store: &Store| -> Vec<_> {
        let lines = store.numbers().map(|no| store.line(LineNo(no)).unwrap());
        lines.map(|line| (line.at, line.level, line.continued, line.text.to_vec())).collect()
    };
    assert_eq!(all(&apart), all(&whole));
}

#[test]
fn lines_that_never_say_when_stand_as_they_came() {
    let store = of_file(b"one\n\ttwo\nthree", 4);
    assert_eq!(texts(&store), ["one", "\ttwo", "three"]);
    let lines: Vec<_> =
        store.from(0).map(|line| store.line(line).unwrap()).map(|line| (line.at, line.continued)).collect();
    assert_eq!(lines, [(NOW, false), (NOW, true), (NOW, false)]);
}
