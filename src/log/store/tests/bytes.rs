//! Nothing that a log has in it breaks anything.
use std::{fs, path::Path, sync::LazyLock};

use proptest::prelude::*;

use super::*;
use crate::log::store::{fields, patterns::Patterns};

/// Lines that were made to do harm, a file each or a file of many.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/log");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|path| (path.display().to_string(), fs::read(path).unwrap())).collect()
}

static QUERIES: LazyLock<Vec<Query>> = LazyLock::new(|| {
    let queries = ["a", "/a.*b/", "level>=warn", "a.b:c", "n>=5", "!time:2026", "/[^a]/", "since:1h"];
    queries.iter().map(|text| Query::parse(text, NOW, 0).unwrap()).collect()
});

/// Lets everything look at a text.
fn look(text: &[u8]) {
    let said = said(text, NOW);
    let _ = (level(text), fields::message(text), said);
    if let Some(fields) = fields::fields(text) {
        assert!(
            fields.message.is_some()
                || !fields.pairs.is_empty()
                || !fields.envelope.is_empty()
                || text.len() < 16
                || is_json(text)
        );
    }
    let line = Line {
        no: LineNo(0),
        at: said.at.unwrap_or(0),
        ingested: None,
        source: SourceNo(0),
        level: said.level,
        provisional: false,
        continued: false,
        stamped: false,
        text,
    };
    let mut patterns = Patterns::new(3);
    for _ in 0..2 {
        patterns.feed(&line);
    }
    assert_eq!(patterns.list().iter().map(|template| template.lines).sum::<u64>() % 2, 0);
    for query in QUERIES.iter() {
        let (matches, marks) = (query.matches(&line, &Names::default()), query.marks(text));
        assert!(marks.iter().all(|mark| mark.end <= text.len()) && (matches || !query.is_empty()));
    }
}

/// The lines of a text, as anybody would split it.
fn split(text: &[u8]) -> Vec<Vec<u8>> {
    let ended = text.strip_suffix(b"\n").unwrap_or(text);
    if text.is_empty() {
        return Vec::new();
    }
    ended.split(|b| *b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line).to_vec()).collect()
}

/// The lines of a store in the order in which they came.
fn arrived(store: &Store) -> Vec<Vec<u8>> {
    store.numbers().map(|no| store.line(LineNo(no)).unwrap().text.to_vec()).collect()
}

#[test]
fn nothing_of_the_corpus_breaks_anything() {
    let corpus = corpus();
    assert!(corpus.len() > 5, "the corpus is there");
    for (name, text) in corpus {
        look(&text);
        split(&text).iter().for_each(|line| look(line));
        assert_eq!(arrived(&of_file(&text, 11)), split(&text), "{name}");
        let mut store = Store::new(1 << 20);
        let events: Vec<Event> =
            split(&text).into_iter().map(|line| Event { text: line.into(), ..event(0, 5, "") }).collect();
        store.add(&events);
        assert_eq!(arrived(&store), split(&text), "{name}, live");
    }
}

#[test]
fn a_line_of_ten_megabytes_is_one_line() {
    let long: Vec<u8> =
        br#"{"level":"error","msg":""#.iter().copied().chain((0..10 << 20).map(|n| b"ab \\"[n % 4])).collect();
    let mut text = b"before\n".to_vec();
    text.extend_from_slice(&long);
    text.extend_from_slice(b"\nafter\n");
    for bite in [4096, 1 << 20, usize::MAX] {
        let store = of_file(&text, bite.min(text.len()));
        assert_eq!(store.len(), 3);
        assert!(arrived(&store)[1] == long);
        assert_eq!(store.line(LineNo(1)).unwrap().level, Level::Error);
    }
    let mut store = Store::new(4 << 20);
    store.add(&[event(0, 1, "before")]);
    store.add(&[Event { text: long.clone().into(), ..event(0, 2, "") }]);
    assert_eq!(store.line(LineNo(1)).unwrap().text.len(), long.len(), "what is written now is kept, whatever the cap");
    store.add(&[event(0, 3, "after")]);
    assert_eq!((store.len(), store.dropped().lines), (1, 2));
    look(&long[..1 << 20]);
    look(&vec![b'{'; 1 << 20]);
    look(&vec![b'['; 1 << 18]);
    look(&b"{\"a\":".repeat(50_000));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_bytes_break_anything(text in prop::collection::vec(any::<u8>(), 0..400)) {
        look(&text);
        prop_assert_eq!(arrived(&of_file(&text, 13)), split(&text));
    }

    /// Bytes that parsers care for, put together at random.
    #[test]
    fn no_signs_break_anything(parts in prop::collection::vec(prop::sample::select(vec![
        "{", "}", "[", "]", "\"", "\\", ":", ",", "level", "time", "log", "msg", "=", " ", "\n", "\r", "error", "<34>", "2026-11-01T00:00:00",
        ".", "Z", "+02:00", "E1101 ", "00:00:00", "Nov  1 ", "1793491200", "e9", "\\u12", "\\ud83d", "ä", "\u{0}", "-", "a.b", "null", "\t",
    ]), 0..60)) {
        let text = parts.concat();
        look(text.as_bytes());
        prop_assert_eq!(arrived(&of_file(text.as_bytes(), 5)), split(text.as_bytes()));
        // whatever is typed is a query or a mistake that lies in it
        if let Err(mistake) = Query::parse(&text, NOW, 0) {
            prop_assert!(text.get(mistake.at).is_some());
        }
    }

    #[test]
    fn a_file_is_the_same_in_bites_and_as_a_whole(lines in prop::collection::vec("(2026-11-01T00:00:0[0-9]Z )?(ERROR |\t)?[a-z]{0,9}\r?", 0..40), bite in 1_usize..50) {
        let text = lines.join("\n");
        let bitten = of_file(text.as_bytes(), bite);
        let mut store = Store::new(usize::MAX);
        for chunk in Builder::dated(NOW).whole(SourceNo(0), text.clone().into_bytes()) {
            store.adopt(Arc::new(chunk));
        }
        let all = |store: &Store| -> Vec<_> {
            let lines = store.numbers().map(|no| store.line(LineNo(no)).unwrap());
            lines.map(|line| (line.at, line.level, line.continued, line.text.to_vec())).collect()
        };
        prop_assert_eq!(all(&bitten), all(&store));
    }
}
