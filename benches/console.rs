//! What a person waits for, in process, with 50,000 pods in the table: `cargo bench --bench console`.
//! A plain program: no harness, nothing but the clock. Figures are medians (p95 where it says so) on the machine it runs on.
#![expect(clippy::print_stdout, reason = "the figures are what it is for")]
use std::{
    collections::HashSet,
    hint::black_box,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use quarterdeck::{
    keymap::Keymap,
    kinds::{
        Kind, Scope,
        container::Container,
        pod::Pod,
        rows::{Change, Slots, Step},
    },
    model::{Model, Size, estate::Estate, screen::Screen, store::FeedKey, task::TaskId},
    update::{Msg, begin, update},
    view::{self, theme::Theme},
};
use ratatui::{Terminal, backend::TestBackend};

const PODS: usize = 50_000;
const NOW: i64 = 1_800_000_000;
const SIZE: Size = Size { width: 200, height: 50 };

/// Words that many rows have in common are kept once, as `fetch` does it.
fn share(word: &str) -> Arc<str> {
    static WORDS: Mutex<Option<HashSet<Arc<str>>>> = Mutex::new(None);
    let mut words = WORDS.lock().expect("nobody panics with it");
    let words = words.get_or_insert_with(HashSet::new);
    if let Some(known) = words.get(word) {
        return Arc::clone(known);
    }
    let new: Arc<str> = word.into();
    words.insert(Arc::clone(&new));
    new
}

fn pod(n: usize, restarts: u32) -> Pod {
    let app = n % 400;
    let container = Container {
        name: share("app"),
        image: share("registry.example/app:1.2.3"),
        state: share("Running"),
        ready: true,
        init: false,
        restarts,
        started: Some(NOW - 3600),
        last: None,
    };
    Pod {
        uid: format!("6f1d2c3b-0000-4000-8000-{n:012}").into(),
        name: format!("app-{app:03}-7c9f8d6b5-{n:05}").into(),
        namespace: share(&format!("team-{:02}", app % 40)),
        node: share(&format!("ip-10-0-{}-{}.ec2.internal", n % 1000 / 250, n % 250)),
        status: share(if n.is_multiple_of(97) { "CrashLoopBackOff" } else { "Running" }),
        ip: format!("10.1.{}.{}", n / 250 % 250, n % 250).into(),
        created: NOW - i64::try_from(n % 864_000).unwrap_or(0),
        ready: u16::from(!n.is_multiple_of(97)),
        of: 1,
        restarts,
        restarted: None,
        owner: None,
        containers: Box::new([container]),
    }
}

fn pods() -> Vec<Pod> {
    let mut pods: Vec<Pod> = (0..PODS).map(|n| pod(n, u32::try_from(n % 11).unwrap_or(0))).collect();
    // as an API server lists them
    pods.sort_by(|a, b| (&a.namespace, &a.name).cmp(&(&b.namespace, &b.name)));
    pods
}

struct Console {
    model: Model,
    keymap: Keymap,
    theme: Theme,
    terminal: Terminal<TestBackend>,
    feed: FeedKey,
    owner: TaskId,
    at: i64,
}

impl Console {
    /// The table of pods, empty.
    fn new() -> Self {
        let estate = Estate { name: "bench".into(), contexts: vec!["lab".into()], ..Estate::default() };
        let mut model = Model::new(SIZE, estate, Kind::Pod, NOW);
        begin(&mut model);
        let feed = FeedKey::new(Kind::Pod, Scope { cluster: "lab".into(), ..Scope::default() });
        let owner = model.store.owner(&feed).expect("the pods are listed");
        Self {
            model,
            keymap: Keymap::shipped("default").expect("the keymap is sound"),
            theme: Theme::named("dark").expect("the theme is there"),
            terminal: Terminal::new(TestBackend::new(SIZE.width, SIZE.height)).expect("it is only memory"),
            feed,
            owner,
            at: NOW * 1000,
        }
    }

    fn filled() -> Self {
        let mut console = Self::new();
        console.rows(Step::whole(pods()));
        assert_eq!(console.shown(), PODS);
        console.draw();
        console
    }

    fn tell(&mut self, msg: Msg) {
        black_box(update(&mut self.model, &self.keymap, msg));
    }

    fn rows(&mut self, step: Step<Pod>) {
        self.tell(Msg::Rows(self.owner, self.feed.clone(), step.into()));
    }

    fn press(&mut self, keys: &str) {
        for key in keys.split(' ') {
            self.at += 1000;
            self.tell(Msg::Key(key.parse().expect("it is a key"), self.at));
        }
    }

    fn draw(&mut self) {
        let (model, keymap, theme) = (&self.model, &self.keymap, &self.theme);
        self.terminal
            .draw(|frame| {
                view::draw(frame, model, keymap, theme);
            })
            .expect("it is only memory");
    }

    fn shown(&self) -> usize {
        match self.model.front() {
            Some(Screen::Table(table)) => table.shown().len(),
            _ => 0,
        }
    }

    fn sort_by(&mut self, column: &str) {
        self.press("S");
        let keys: Vec<String> = column.chars().map(|c| c.to_string()).collect();
        self.press(&keys.join(" "));
        self.press("enter");
    }
}

/// How long each of `times` runs took, shortest first.
fn times(times: usize, mut run: impl FnMut(usize) -> Duration) -> Vec<Duration> {
    let mut all: Vec<Duration> = (0..times).map(&mut run).collect();
    all.sort();
    all
}

fn took(run: impl FnOnce()) -> Duration {
    let begun = Instant::now();
    run();
    begun.elapsed()
}

fn line(what: &str, of: &[Duration], target: &str) {
    let ms = |at: usize| of[at.min(of.len() - 1)].as_secs_f64() * 1000.0;
    println!("{what:<58} {:>9.2} {:>9.2}  {target}", ms(of.len() / 2), ms(of.len() * 95 / 100));
}

fn frames() {
    let mut console = Console::filled();
    line("a frame at 200×50, nothing changed", &times(200, |_| took(|| console.draw())), "≤ 2");
    let moved = times(200, |n| {
        console.press(if n % 2 == 0 { "ctrl-f" } else { "G" });
        took(|| console.draw())
    });
    line("a frame at 200×50, every row another", &moved, "≤ 2");
    console.press("G");
    let keys = times(200, |n| {
        took(|| {
            console.press(if n % 2 == 0 { "k" } else { "j" });
            console.draw();
        })
    });
    line("j or k, to its frame", &keys, "≤ 16");
}

fn filters() {
    let mut console = Console::filled();
    console.press("/");
    let widest = times(20, |_| {
        let first = took(|| console.press("9"));
        console.press("ctrl-u");
        first
    });
    line("filter: the first letter, over all rows", &widest, "≤ 25");
    let narrow = times(20, |_| {
        let typed = took(|| {
            console.tell(Msg::Paste("app-123-7c".into()));
            console.draw();
        });
        assert!(console.shown() > 0 && console.shown() <= PODS / 200);
        console.press("ctrl-u");
        typed
    });
    line("filter: to 0.25 % of the rows at once, to its frame", &narrow, "≤ 25");
    let cleared = times(20, |_| {
        console.tell(Msg::Paste("app-123-7c".into()));
        let cleared = took(|| {
            console.press("ctrl-u");
            console.draw();
        });
        assert_eq!(console.shown(), PODS);
        cleared
    });
    line("filter: cleared, to its frame", &cleared, "≤ 25");
    for filter in ["restarts>=10", "status:crash", "age<2h", "!team-0 crash", "^app-1.*9$"] {
        let of = times(20, |_| {
            let typed = took(|| console.tell(Msg::Paste(filter.into())));
            console.press("ctrl-u");
            typed
        });
        line(&format!("filter: {filter}"), &of, "");
    }
}

fn sorts() {
    for column in ["restarts", "age", "node", "name"] {
        let of = times(5, |_| {
            let mut console = Console::filled();
            console.press("S");
            let keys: Vec<String> = column.chars().map(|c| c.to_string()).collect();
            console.press(&keys.join(" "));
            took(|| {
                console.press("enter");
                console.draw();
            })
        });
        line(&format!("sort by {column}, to its frame"), &of, "");
    }
}

fn listings() {
    let all = pods();
    let of = times(10, |_| {
        let rows = all.clone();
        took(|| drop(black_box(Slots::from(rows))))
    });
    line("slots: built of 50,000 rows (off the loop) and dropped", &of, "");
    let of = times(10, |_| {
        let mut console = Console::new();
        let step = Step::whole(all.clone());
        took(|| {
            console.rows(step);
            console.draw();
        })
    });
    line("a whole list of 50,000 taken in, to its frame", &of, "");
    let of = times(5, |_| {
        let mut console = Console::new();
        let pages: Vec<Vec<Pod>> = all.chunks(500).map(<[Pod]>::to_vec).collect();
        took(|| pages.into_iter().for_each(|page| console.rows(Step::Page(page))))
    });
    line("the same in 100 pages of 500, all of them", &of, "");
}

/// Watch events at 1,000 a second: 16 of them before each key, which is what comes in between two frames.
fn watches() {
    type Prepare = fn(&mut Console);
    let prepare: [(&str, Prepare); 3] = [
        ("in the order they come", |_| {}),
        ("sorted by restarts", |console| console.sort_by("restarts")),
        ("filtered to a fortieth", |console| {
            console.press("/");
            console.tell(Msg::Paste("team-07".into()));
            console.press("enter");
        }),
    ];
    for (how, prepare) in prepare {
        let mut console = Console::filled();
        prepare(&mut console);
        console.draw();
        let mut events = 0;
        let mut next = || {
            events += 1;
            let n = events * 7919 % PODS;
            match events % 10 {
                0 => Change::Remove(pod(n, 0).uid),
                1 => Change::Upsert(pod(PODS + events, 0)),
                _ => Change::Upsert(pod(n, u32::try_from(events % 13).unwrap_or(0))),
            }
        };
        let mut batches = Vec::new();
        let keys = times(500, |n| {
            let batch: Vec<Change<Pod>> = (0..16).map(|_| next()).collect();
            let begun = Instant::now();
            console.rows(Step::Changed(batch));
            batches.push(begun.elapsed());
            console.press(if n % 2 == 0 { "j" } else { "k" });
            console.draw();
            begun.elapsed()
        });
        batches.sort();
        line(&format!("16 watch events, {how}"), &batches, "");
        line("  and a key right behind them, to its frame", &keys, "≤ 16 p95");
        let single = times(200, |_| {
            let one = next();
            took(|| console.rows(Step::Changed(vec![one])))
        });
        line("  one watch event alone", &single, "");
    }
}

fn main() {
    println!("{:<58} {:>9} {:>9}  target (ms)", "50,000 pods", "median ms", "p95 ms");
    frames();
    filters();
    sorts();
    listings();
    watches();
}
