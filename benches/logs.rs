//! What the scroll-back costs, in process, with 2,000,000 lines of JSON (496 MB, the same in every run):
//! `cargo bench --no-default-features --bench logs`. A plain program: no harness, nothing but the clock. Figures are medians (p95 and
//! worst where it says so) on the machine it runs on. With `LOGS_PEERS=1` ripgrep and lnav, where they are installed, do the same on the
//! same lines in a file; `LOGS_LINES` sets another number of lines.
#![expect(clippy::print_stdout, reason = "the figures are what it is for")]
use std::{
    env,
    fs::{self, File},
    hint::black_box,
    io::{Read, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::{Duration, Instant},
};

use quarterdeck::log::{
    Event, SourceNo,
    store::{
        Builder, Chunk, LineNo, ROOM, Snapshot, Store,
        histogram::Histogram,
        patterns::Patterns,
        query::{Names, Query},
        shown::Shown,
    },
};

const CAP: usize = 1 << 30;
/// 2026-11-01, when the first line was written.
const BEGIN: u64 = 1_793_491_200_000;
const HOUR: i64 = 3_600_000;

/// A generator with a fixed seed: xorshift.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// One line, as a service writes it.
fn line(into: &mut Vec<u8>, n: u64, at: u64, dice: &mut Dice) {
    let level = match n * 7919 % 100 {
        0..80 => "INFO",
        80..92 => "DEBUG",
        92..98 => "WARN",
        _ => "ERROR",
    };
    let ms = at % 86_400_000;
    let (day, hour, minute) = (1 + (at - BEGIN) / 86_400_000, ms / 3_600_000, ms / 60_000 % 60);
    let status = [200, 200, 200, 404, 500][usize::try_from(n % 5).unwrap_or(0)];
    let (second, ms, one, other) = (ms / 1000 % 60, ms % 1000, dice.roll(), dice.roll());
    writeln!(
        into,
        r#"{{"ts":"2026-11-{day:02}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z","level":"{level}","logger":"svc.http.{}","msg":"request done path=/api/v1/orders/{} status={status}","dur_ms":{},"trace_id":"{one:016x}{other:016x}","pod":"api-7c9d5b6f4-{:05}","caller":"server/handler.go:{}"}}"#,
        n % 23, n % 9973, n * 31 % 900, n % 64, n % 400
    )
    .expect("it is only memory");
}

fn lines(many: u64) -> Vec<u8> {
    let mut text = Vec::with_capacity(usize::try_from(many).expect("they fit") * 250);
    let (mut dice, mut at) = (Dice(11), BEGIN);
    for n in 0..many {
        at += dice.roll() % 9;
        line(&mut text, n, at, &mut dice);
    }
    text
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// The median of what some runs took.
fn median(runs: usize, mut run: impl FnMut() -> Duration) -> Duration {
    let mut times: Vec<Duration> = (0..runs).map(|_| run()).collect();
    times.sort();
    times[runs / 2]
}

/// As `median`, and the median of what this thread worked.
fn median_worked(runs: usize, mut run: impl FnMut()) -> (Duration, Duration) {
    let mut works = Vec::new();
    let took = median(runs, || {
        let before = worked();
        let (took, ()) = timed(&mut run);
        works.push(worked().saturating_sub(before));
        took
    });
    works.sort();
    (took, works[runs / 2])
}

fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let begin = Instant::now();
    let done = work();
    (begin.elapsed(), done)
}

/// What the process has of memory, in bytes; nothing where the system does not say.
fn resident() -> usize {
    let pages = fs::read_to_string("/proc/self/statm").ok();
    let pages = pages.and_then(|text| text.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()));
    pages.unwrap_or(0) * 4096
}

fn say(what: &str, took: Duration, more: &str) {
    println!("{what:58} {:>9.2} ms  {more}", ms(took));
}

/// In bites of a pipe.
fn piped(text: &[u8]) -> Store {
    let mut store = Store::new(CAP);
    let mut builder = Builder::new();
    for bite in text.chunks(1 << 18) {
        for chunk in builder.take_lines(SourceNo(0), bite) {
            store.adopt(Arc::new(chunk));
        }
    }
    builder.finish().map(|chunk| store.adopt(Arc::new(chunk)));
    store
}

/// From a file: it is read in pieces of whole lines, which two threads index while the next is read.
fn read(path: &Path, first_screen: &mut Duration) -> Store {
    let begin = Instant::now();
    let (pieces, work) = mpsc::sync_channel::<(usize, Vec<u8>)>(4);
    let (done, built) = mpsc::channel::<(usize, Chunk)>();
    let work = Arc::new(Mutex::new(work));
    let indexers: Vec<_> = (0..2)
        .map(|_| {
            let (work, done) = (Arc::clone(&work), done.clone());
            thread::spawn(move || {
                loop {
                    let next = work.lock().expect("nobody panics with it").recv();
                    let Ok((no, piece)) = next else { break };
                    for chunk in Builder::new().whole(SourceNo(0), piece) {
                        done.send((no, chunk)).expect("it is waited for");
                    }
                }
            })
        })
        .collect();
    drop(done);
    let path = path.to_owned();
    let reader = thread::spawn(move || {
        let mut file = File::open(path).expect("it was written");
        let mut rest = Vec::new();
        for no in 0.. {
            let mut piece = Vec::with_capacity(ROOM);
            piece.append(&mut rest);
            let room = ROOM - piece.len();
            Read::by_ref(&mut file).take(room as u64).read_to_end(&mut piece).expect("it can be read");
            let ended = piece.len() < ROOM;
            let end = piece.iter().rposition(|b| *b == b'\n').map_or(piece.len(), |end| end + 1);
            rest = piece.split_off(end);
            piece.extend_from_slice(if ended { &rest } else { b"" });
            pieces.send((no, piece)).expect("somebody works");
            if ended {
                break;
            }
        }
    });
    let mut store = Store::new(CAP);
    let mut waiting = std::collections::BTreeMap::new();
    let mut next = 0;
    for (no, chunk) in built {
        waiting.insert(no, chunk);
        while let Some(chunk) = waiting.remove(&next) {
            store.adopt(Arc::new(chunk));
            if next == 0 {
                *first_screen = begin.elapsed();
            }
            next += 1;
        }
    }
    reader.join().expect("it ended well");
    indexers.into_iter().for_each(|indexer| indexer.join().expect("it ended well"));
    store
}

/// What this thread has had of a processor so far; nothing where the system does not say.
fn worked() -> Duration {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0))
}

/// How long until something is found, until all is, and how much that is; by so many threads; what all of
/// them worked.
fn search(snapshot: &Snapshot, query: &Query, threads: usize) -> (Duration, Duration, usize, Duration) {
    let begin = Instant::now();
    let parts = snapshot.split(threads);
    let found = thread::scope(|scope| {
        let searches: Vec<_> = parts
            .iter()
            .map(|part| {
                scope.spawn(move || {
                    let (mut first, mut count, before) = (None, 0, worked());
                    part.search(query, &Names::default(), true, &|| false, &mut |piece| {
                        if first.is_none() && !piece.lines.is_empty() {
                            first = Some(begin.elapsed());
                        }
                        count += piece.lines.len();
                    });
                    (first, count, worked().saturating_sub(before))
                })
            })
            .collect();
        searches.into_iter().map(|search| search.join().expect("it ended well")).collect::<Vec<_>>()
    });
    let all = begin.elapsed();
    let first = found.iter().filter_map(|(first, _, _)| *first).min().unwrap_or(all);
    (first, all, found.iter().map(|(_, count, _)| count).sum(), found.iter().map(|(_, _, worked)| worked).sum())
}

fn parse(text: &str) -> Query {
    Query::parse(text, 0, 0).expect("it is a query")
}

fn searches(store: &Store) {
    let snapshot = store.snapshot();
    let queries = [
        ("literal, no line has it", "zzzznotfound"),
        ("literal, no line has it, case matters", "\"zzzzNotfound\""),
        ("literal, 2 % of the lines", "\"\\\"level\\\":\\\"ERROR\\\"\""),
        ("literal, 1 in 9973, any case", "orders/4711"),
        ("regex, 20 % of the lines", "/(timeout|refused|status=5[0-9][0-9])/"),
        ("regex, any case, rare", "/deadbeef[0-9a-f]{2}/"),
        ("regex with .*", "/dur_ms.:8[0-9]{2}.*00017/"),
        ("level:error", "level:error"),
        ("level:error and a literal", "level:error orders/4711"),
        ("field, number", "dur_ms>=890"),
    ];
    for (what, text) in queries {
        let query = parse(text);
        for threads in [1, 2] {
            let mut runs: Vec<_> = (0..5).map(|_| search(&snapshot, &query, threads)).collect();
            runs.sort_by_key(|(_, all, _, _)| *all);
            let (_, all, count, worked) = runs[2];
            runs.sort_by_key(|(first, _, _, _)| *first);
            let more = format!(
                "first hit {:.2} ms, {count} lines, {threads} thread(s), CPU {:.1} ms",
                ms(runs[2].0),
                ms(worked)
            );
            say(&format!("search: {what}"), all, &more);
        }
    }
}

/// What the console does when the filter changes: the first screen, and all of it.
fn filter_change(store: &Store) {
    for text in ["orders", "level>=warn", "dur_ms>=890"] {
        let query = parse(text);
        let mut first = Vec::new();
        let whole = median(5, || {
            let begin = Instant::now();
            let snapshot = store.snapshot();
            let mut shown = Shown::searching(LineNo(snapshot.numbers().end));
            let (mut screen, mut worst) = (None, Duration::ZERO);
            snapshot.search(&query, &Names::default(), true, &|| false, &mut |piece| {
                let (took, _) = timed(|| shown.take(store, &piece));
                worst = worst.max(took);
                if screen.is_none() && shown.len(store) >= 50 {
                    screen = Some(begin.elapsed());
                }
            });
            first.push((screen.unwrap_or_default(), worst));
            black_box(&shown);
            begin.elapsed()
        });
        first.sort();
        let (screen, worst) = first[2];
        let more = format!("first screen {:.2} ms, worst piece put in {:.2} ms", ms(screen), ms(worst));
        say(&format!("filter changed to {text}"), whole, &more);
    }
}

/// A tail of 5,000 events a second in 16 batches, one in ten late, into a full scroll-back under a filter.
fn tail(store: &mut Store) {
    let query = parse("level>=warn");
    let names = Names::default();
    let mut shown = Shown::searching(LineNo(store.numbers().end));
    let (mut dice, mut at) = (Dice(5), store.len() as u64);
    let mut histogram = Histogram::of(store, &Shown::all(), 0, i64::MAX / 2, 100);
    let newest = store.at(store.len() - 1).and_then(|line| store.line(line)).map_or(0, |line| line.at);
    // from now on every chunk that comes lets one go
    store.set_cap(store.bytes());
    let mut times: Vec<Duration> = Vec::new();
    let mut work = Duration::ZERO;
    for second in 0..60_i64 {
        for _ in 0..16 {
            let events: Vec<Event> = (0..5000 / 16)
                .map(|_| {
                    at += 1;
                    let mut text = Vec::new();
                    line(&mut text, at, BEGIN, &mut dice);
                    text.pop();
                    let late = if dice.roll().is_multiple_of(10) { dice.roll() % 12_000 } else { 0 };
                    let at = newest + second * 1000 - i64::try_from(late).unwrap_or(0);
                    let source = SourceNo(u32::try_from(dice.roll() % 16).unwrap_or(0));
                    let id = Some(format!("{:056}", dice.roll()).into());
                    Event { source, at, ingested: Some(at + 800), id, text: text.into(), provisional: false }
                })
                .collect();
            let before = worked();
            let (took, ()) = timed(|| {
                let added = store.add(&events);
                let change = shown.absorb(store, &added, &query, &names);
                histogram.absorb(store, &change);
            });
            work += worked().saturating_sub(before);
            times.push(took);
        }
    }
    times.sort();
    let p95 = times[times.len() * 95 / 100];
    let worst = times[times.len() - 1];
    let share = work.as_secs_f64() / 60.0 * 100.0;
    assert!(store.dropped().lines > 100_000, "chunks are let go");
    let more = format!("p95 {:.2} ms, worst {:.2} ms, {share:.2} % of a core", ms(p95), ms(worst));
    say("tail of 5,000 events a second: a batch of 312", times[times.len() / 2], &more);
}

/// The same by another program, if it is there.
fn peer(what: &str, program: &str, args: &[&str], file: &Path) {
    let run = || Command::new(program).args(args).arg(file).stdin(Stdio::null()).output();
    let Ok(output) = run() else {
        println!("{what:58} {program} is not installed");
        return;
    };
    let took = median(5, || timed(run).0);
    let count = String::from_utf8_lossy(&output.stdout).trim().chars().take(20).collect::<String>();
    say(what, took, &format!("says {count}"));
}

fn peers(file: &Path) {
    peer("ripgrep: literal, no line has it", "rg", &["-c", "-j2", "zzzznotfound"], file);
    peer("ripgrep: literal, no line has it, any case", "rg", &["-c", "-j2", "-i", "zzzznotfound"], file);
    peer("ripgrep: literal, 2 % of the lines", "rg", &["-c", "-j2", "\"level\":\"ERROR\""], file);
    peer("ripgrep: regex, 20 % of the lines", "rg", &["-c", "-j2", "(timeout|refused|status=5[0-9][0-9])"], file);
    peer("ripgrep: regex, any case, rare", "rg", &["-c", "-j2", "-i", "deadbeef[0-9a-f]{2}"], file);
    peer("lnav: open and go to the end", "lnav", &["-n", "-q", "-c", ":goto 100%"], file);
}

/// Takes all in, several times, and gives one of the results.
fn taking_in(many: u64, file: &Path) -> Store {
    let text = lines(many);
    println!("{many} lines, {} bytes, {} CPU(s)", text.len(), thread::available_parallelism().map_or(0, usize::from));
    fs::write(file, &text).expect("there is room for it");
    drop(text);
    let before = resident();
    let store = read(file, &mut Duration::default());
    let taken = resident().saturating_sub(before);
    let raw = fs::metadata(file).map_or(0, |file| file.len());
    assert_eq!(store.len() as u64, many, "no line is lost");
    #[expect(clippy::cast_precision_loss, reason = "for the eye")]
    let per = |bytes: usize, of: u64| bytes as f64 / of as f64;
    println!(
        "memory: {:.1} bytes a line with its text; {:.1} % of the text, resident {:.1} %",
        per(store.bytes(), many),
        per(store.bytes(), raw) * 100.0,
        per(taken, raw) * 100.0
    );
    let mut firsts = Vec::new();
    let all = median(5, || {
        let mut first = Duration::ZERO;
        let (took, store) = timed(|| read(file, &mut first));
        drop(black_box(store));
        firsts.push(first);
        took
    });
    firsts.sort();
    say("taken in from a file, all", all, &format!("first screen {:.2} ms", ms(firsts[2])));
    let text = fs::read(file).expect("it was written");
    let (took, worked) = median_worked(3, || drop(black_box(piped(&text))));
    say("taken in from a pipe, one thread", took, &format!("CPU {:.1} ms", ms(worked)));
    store
}

fn overviews(store: &Store) {
    let begin = i64::try_from(BEGIN).unwrap_or(0);
    let (took, worked) = median_worked(5, || {
        black_box(Histogram::of(store, &Shown::all(), begin, begin + 3 * HOUR, 200));
    });
    say("histogram of all", took, &format!("CPU {:.1} ms", ms(worked)));
    let mut templates = 0;
    let (took, worked) = median_worked(1, || {
        let mut patterns = Patterns::new(2000);
        store.snapshot().lines().for_each(|line| patterns.feed(&line));
        templates = patterns.len();
    });
    say("patterns of all", took, &format!("CPU {:.1} ms, {templates} template(s)", ms(worked)));
}

fn main() {
    let many = env::var("LOGS_LINES").ok().and_then(|many| many.parse().ok()).unwrap_or(2_000_000);
    let file: PathBuf = env::temp_dir().join(format!("quarterdeck-bench-{}.json", std::process::id()));
    let mut store = taking_in(many, &file);
    searches(&store);
    filter_change(&store);
    overviews(&store);
    tail(&mut store);
    if env::var_os("LOGS_PEERS").is_some() {
        peers(&file);
    }
    fs::remove_file(&file).expect("it was ours");
}
