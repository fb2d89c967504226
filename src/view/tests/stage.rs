//! Estates to look at, and frames of them as text and as a map of styles.
use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Arc, LazyLock},
};

use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::{Buffer, Cell},
    style::{Color, Modifier, Style},
};

use crate::{
    error::{Error, Trouble},
    keymap::Keymap,
    kinds::{Batch, Kind, Scope, container::Container, pod::Pod, region::Region, rows::Step, vpc::Vpc},
    model::{
        Model, Size,
        estate::{Environment, Estate, Identity},
        store::FeedKey,
        task::{End, TaskId},
        work::Work,
    },
    update::{Msg, begin, update},
    view::{Theme, ThemeName, draw},
};

pub const NOW: i64 = 1_763_930_000;
pub const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (40, 12)];

pub fn keymap() -> &'static Keymap {
    static DEFAULT: LazyLock<Keymap> = LazyLock::new(|| Keymap::shipped("default").unwrap());
    &DEFAULT
}

pub fn size(width: u16, height: u16) -> Size {
    Size { width, height }
}

/// The console as it starts: two accounts, production, EKS.
pub fn start(kind: Kind) -> Model {
    let estate = Estate {
        name: "shop".into(),
        environment: Environment::Prod,
        accounts: vec!["shop-prod".into()],
        regions: vec!["eu-west-1".into(), "us-east-1".into()],
        home: None,
        contexts: vec![],
        eks: true,
        read_only: false,
        act_minutes: 15,
    };
    let mut model = Model::new(size(80, 24), estate, kind, NOW);
    begin(&mut model);
    let identity = Identity {
        account: "123456789012".into(),
        arn: "arn:aws:sts::123456789012:assumed-role/OnCall/alice".into(),
        until: Some(NOW + 43 * 60 + 20),
    };
    let asks = |work: &Work| matches!(work, Work::Identify(_));
    let task =
        model.tasks.live().find(|(_, task)| asks(&task.work)).map(|(id, _)| id).expect("somebody asks who we are");
    say(&mut model, Msg::Identified(task, "shop-prod".into(), identity));
    model
}

/// A console that looks at one cluster of a kubeconfig.
pub fn cluster(kind: Kind) -> Model {
    let estate = Estate {
        name: "shop".into(),
        environment: Environment::Test,
        contexts: vec!["staging".into()],
        ..Estate::default()
    };
    let mut model = Model::new(size(80, 24), estate, kind, NOW);
    begin(&mut model);
    model
}

pub fn say(model: &mut Model, msg: Msg) {
    update(model, keymap(), msg);
}

pub fn press(model: &mut Model, keys: &str) {
    for key in keys.split(' ') {
        say(model, Msg::Key(key.parse().unwrap(), 0));
    }
}

pub fn key(kind: Kind, account: &str, region: &str, cluster: &str) -> FeedKey {
    FeedKey::new(
        kind,
        Scope { account: account.into(), region: region.into(), cluster: cluster.into(), within: "".into() },
    )
}

/// The task that lists this feed.
pub fn task(model: &Model, key: &FeedKey) -> TaskId {
    model.store.owner(key).unwrap_or_else(|| panic!("nobody lists {}", key.words()))
}

pub fn answer(model: &mut Model, key: &FeedKey, batch: impl Into<Batch>) {
    let task = task(model, key);
    say(model, Msg::Rows(task, key.clone(), batch.into()));
}

pub fn end(model: &mut Model, key: &FeedKey, end: End) {
    let task = task(model, key);
    say(model, Msg::Ended(task, end));
}

pub fn described(model: &mut Model, lines: &[&str]) {
    let task = model.tasks.all().find(|(_, task)| matches!(task.work, Work::Describe(..))).unwrap().0;
    let lines: Arc<[Box<str>]> = lines.iter().map(|line| (*line).into()).collect();
    say(model, Msg::Described(task, crate::model::detail::Raw { yaml: lines.clone(), json: lines }));
}

pub fn denied(region: &str) -> Error {
    Error::new(
        Trouble::Denied,
        format!("cannot list VPCs in {region}"),
        format!("denied ec2:DescribeVpcs in {region} to assumed-role/OnCall"),
    )
    .hint("ask for ec2:DescribeVpcs, or choose another profile")
}

pub fn unreachable() -> Error {
    Error::new(
        Trouble::Unreachable,
        "the watch of pods broke",
        "10.4.0.1:443 answers nothing: connection timed out after 10 s",
    )
    .hint("is the VPN up?")
}

pub fn vpc(n: usize, name: &str, state: &str) -> Vpc {
    Vpc {
        id: format!("vpc-0a1b2c3d4e5f6{n:04x}").into(),
        name: name.into(),
        role: if name.contains("core") { "app" } else { "" }.into(),
        cidr: format!("10.{n}.0.0/16").into(),
        state: state.into(),
        default: n == 0,
        owner: "123456789012".into(),
    }
}

pub fn regions() -> Vec<Region> {
    let names = ["eu-west-1", "us-east-1", "ap-southeast-2"];
    names
        .map(|name| Region {
            name: name.into(),
            endpoint: format!("ec2.{name}.amazonaws.com").into(),
            opt_in: "opt-in-not-required".into(),
        })
        .into()
}

pub fn pod(n: usize) -> Pod {
    let names = ["checkout", "frontend-with-a-rather-long-name", "payments-worker", "fluent-bit", "日本語-пример"];
    let (status, ready, restarts) = match n % 11 {
        3 => ("CrashLoopBackOff", 0, 128),
        5 => ("Pending", 0, 0),
        7 => ("Running", 0, 2),
        9 => ("Completed", 0, 0),
        _ => ("Running", 1, 0),
    };
    let container = |name: &str, state: &str| Container {
        name: name.into(),
        image: format!("123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/{name}:1.27.3").into(),
        state: state.into(),
        ready: state == "Running",
        init: name == "migrate",
        restarts,
        started: Some(NOW - 4000),
        last: (restarts > 2).then(|| "137 OOMKilled".into()),
    };
    Pod {
        uid: format!("uid-{n:06}").into(),
        name: format!("{}-7d9f8b6c5d-x{n:04}", names[n % names.len()]).into(),
        namespace: if n.is_multiple_of(3) { "kube-system" } else { "shop" }.into(),
        node: format!("ip-10-0-{}-{}.eu-west-1.compute.internal", n % 4, n % 250).into(),
        status: status.into(),
        ip: format!("10.0.{}.{}", n / 250, n % 250).into(),
        created: NOW - 40 * 37 * i64::try_from(n + 1).unwrap(),
        ready,
        of: 1,
        restarts,
        restarted: (restarts > 0).then_some(NOW - 185),
        owner: None,
        containers: [
            container("migrate", "Completed"),
            container("web", if status == "Running" { "Running" } else { status }),
        ]
        .into(),
    }
}

/// One cluster with so many pods, its watch standing.
pub fn pods(count: usize) -> Model {
    let mut model = cluster(Kind::Pod);
    let feed = key(Kind::Pod, "", "", "staging");
    answer(&mut model, &feed, Step::whole((0..count).map(pod).collect()));
    model
}

pub fn drawn(model: &mut Model, (width, height): (u16, u16), theme: ThemeName) -> Buffer {
    say(model, Msg::Resize(size(width, height)));
    frame(model, theme)
}

/// The frame of a model, at its own size.
pub fn frame(model: &Model, theme: ThemeName) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(model.size.width, model.size.height)).unwrap();
    terminal
        .draw(|frame| {
            draw(frame, model, keymap(), &Theme::of(theme));
        })
        .unwrap();
    terminal.backend().buffer().clone()
}

/// The text of a frame, line by line.
pub fn text(buffer: &Buffer) -> String {
    let lines = lines(buffer, |cell| cell.symbol().to_owned());
    framed(&lines)
}

fn framed(lines: &[String]) -> String {
    lines.iter().flat_map(|line| ["│", line, "\n"]).collect()
}

fn lines(buffer: &Buffer, show: impl Fn(&Cell) -> String) -> Vec<String> {
    let area = buffer.area;
    (area.top()..area.bottom())
        .map(|y| {
            let mut line = String::new();
            let mut covered = 0;
            for x in area.left()..area.right() {
                let wide = crate::view::text::width(buffer[(x, y)].symbol());
                if covered > 0 {
                    covered -= 1;
                } else {
                    line.push_str(&show(&buffer[(x, y)]));
                    covered = wide.saturating_sub(1);
                }
            }
            line.trim_end().to_owned()
        })
        .collect()
}

/// The styles of a frame, one letter a cell: the meaning of the letter is its name in the theme, a capital stands for the
/// selected row, a figure for mixtures that the legend below explains.
pub fn map(buffer: &Buffer, theme: &Theme) -> String {
    let names: [(char, Style); 18] = [
        ('.', theme.text),
        ('d', theme.dim),
        ('t', theme.title),
        ('w', theme.waiting),
        ('p', theme.poor),
        ('b', theme.bad),
        ('o', theme.over),
        ('m', theme.mark),
        ('k', theme.key),
        ('e', theme.prod),
        ('f', theme.test),
        ('g', theme.dev),
        ('a', theme.act),
        ('r', theme.read_only),
        ('l', theme.alert),
        ('h', theme.hit),
        ('n', theme.border),
        ('i', theme.input),
    ];
    let style = |cell: &Cell| (cell.fg, cell.bg, cell.modifier);
    let of = |style: Style| (style.fg.unwrap_or(Color::Reset), style.bg.unwrap_or(Color::Reset), style.add_modifier);
    let letter = |cell: &Cell| {
        let plain = names.iter().find(|(_, named)| of(*named) == style(cell)).map(|(letter, _)| *letter);
        let chosen = names.iter().find(|(_, named)| of(named.patch(theme.selected)) == style(cell));
        let dimmed = names.iter().find(|(_, named)| of(named.patch(theme.stale)) == style(cell));
        plain
            .or(chosen.map(|(letter, _)| if *letter == '.' { '#' } else { letter.to_ascii_uppercase() }))
            .or(dimmed.filter(|(letter, _)| *letter == '.').map(|_| 's'))
    };
    let mut mixed: BTreeMap<String, char> = BTreeMap::new();
    let mut figures = "0123456789".chars();
    for cell in buffer.content.iter().filter(|cell| letter(cell).is_none()) {
        let words = format!("{:?} on {:?}, {:?}", cell.fg, cell.bg, cell.modifier);
        mixed.entry(words).or_insert_with(|| figures.next().unwrap_or('?'));
    }
    let show = |cell: &Cell| {
        let words = || format!("{:?} on {:?}, {:?}", cell.fg, cell.bg, cell.modifier);
        let letter = letter(cell).unwrap_or_else(|| mixed[&words()]);
        let blank = letter == '.' && cell.symbol() == " " && cell.modifier == Modifier::empty();
        (if blank { ' ' } else { letter }).to_string()
    };
    let mut out = framed(&lines(buffer, show));
    for (words, figure) in &mixed {
        let _ = writeln!(out, "{figure} = {words}");
    }
    out
}

/// A model at all sizes, as text and as a map.
pub fn all_sizes(model: &mut Model) -> String {
    let theme = Theme::of(ThemeName::Dark);
    let mut out = String::new();
    for (width, height) in SIZES {
        let buffer = drawn(model, (width, height), ThemeName::Dark);
        let _ = write!(out, "{width}×{height}\n{}\n{}\n", text(&buffer), map(&buffer, &theme));
    }
    out
}

/// In how many seconds the frame of this model reads differently by itself.
pub fn next_change(model: &Model) -> Option<i64> {
    let mut terminal = Terminal::new(TestBackend::new(model.size.width, model.size.height)).unwrap();
    let mut next = None;
    terminal.draw(|frame| next = draw(frame, model, keymap(), &Theme::of(ThemeName::Dark))).unwrap();
    next
}
