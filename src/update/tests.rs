//! The console driven as a person drives it: key strings in, rows injected, and a look at what is true after.
mod credentials;
mod feeds;
mod filter;
mod guard;
mod logs;
mod screens;
mod table;

use super::*;
use crate::{
    action::feed,
    kinds::{
        Rows, Scope,
        container::Container,
        pod::Pod,
        region::Region,
        rows::{Change, Step},
        vpc::Vpc,
    },
    model::{
        estate::{Environment, Estate},
        picker::Picker,
        table::Table,
    },
};

const NOW: i64 = 1_800_000_000;
const HOUR: i64 = 3600;

/// A console without terminal and without jobs.
struct Console {
    model: Model,
    keymap: Keymap,
    /// Of the last key, in milliseconds.
    at: i64,
}

/// The cluster `lab` of a kubeconfig, and one AWS account with its two regions named.
fn estate() -> Estate {
    Estate {
        name: "shop".into(),
        environment: Environment::Test,
        accounts: vec!["shop".into()],
        regions: vec!["eu-west-1".into(), "us-east-1".into()],
        home: None,
        contexts: vec!["lab".into()],
        eks: true,
        read_only: false,
        act_minutes: 15,
    }
}

impl Console {
    fn of(estate: Estate, kind: Kind) -> Self {
        let mut model = Model::new(Size { width: 100, height: 14 }, estate, kind, NOW);
        begin(&mut model);
        Self { model, keymap: Keymap::shipped("default").unwrap(), at: NOW * 1000 }
    }

    fn on(kind: Kind) -> Self {
        Self::of(estate(), kind)
    }

    /// On the pods of `lab`, which has these: name, status, restarts, hours old.
    fn with_pods(pods: &[(&str, &str, u32, i64)]) -> Self {
        let mut console = Self::on(Kind::Pod);
        console.lists(&pods_feed(), Step::whole(pods.iter().map(|p| pod(p.0, p.1, p.2, p.3)).collect()));
        console
    }

    fn tell(&mut self, msg: Msg) -> Vec<Effect> {
        update(&mut self.model, &self.keymap, msg)
    }

    /// Keys one after the other, a second apart, each seen on the screen before the next.
    fn press(&mut self, keys: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        for key in keys.split_whitespace() {
            self.at += 1000;
            effects.extend(self.tell(Msg::Key(key.parse().unwrap(), self.at)));
            self.tell(Msg::Drawn);
        }
        effects
    }

    /// Letters one by one, spaces too.
    fn types(&mut self, text: &str) -> Vec<Effect> {
        text.chars().flat_map(|c| self.press(&if c == ' ' { "space".to_owned() } else { c.to_string() })).collect()
    }

    fn filter(&mut self, text: &str) {
        self.press("/ ctrl-u");
        self.types(text);
        self.press("enter");
    }

    fn owner(&self, feed: &FeedKey) -> TaskId {
        self.model.store.owner(feed).unwrap_or_else(|| panic!("nobody lists {}", feed.words()))
    }

    /// A report of the task that lists the feed now.
    fn lists(&mut self, feed: &FeedKey, batch: impl Into<Batch>) -> Vec<Effect> {
        let owner = self.owner(feed);
        self.tell(Msg::Rows(owner, feed.clone(), batch.into()))
    }

    fn front_table(&self) -> &Table {
        self.model.table_below().unwrap()
    }

    fn shown(&self) -> Vec<&str> {
        let store = &self.model.store;
        let names = self.front_table().shown().iter();
        names.map(|row| store.record(row.feed, row.slot).expect("a row that is shown exists").name()).collect()
    }

    fn selected(&self) -> Option<&str> {
        self.model.selected().map(|(_, record)| record.name())
    }

    fn picker(&self) -> &Picker {
        match self.model.front() {
            Some(Screen::Picker(picker)) => picker,
            other => panic!("no list is open but {other:?}"),
        }
    }

    fn load(&self, feed: &FeedKey) -> &Load {
        &self.model.store.get(feed).unwrap().load
    }

    /// Whether the selected row is among those that the terminal shows.
    fn cursor_is_seen(&self) -> bool {
        let (table, height) = (self.front_table(), layout::of(self.model.size).rows().max(1));
        (table.offset()..table.offset() + height).contains(&table.index())
    }
}

fn cluster(name: &str) -> Scope {
    Scope { cluster: name.into(), ..Scope::default() }
}

fn region(name: &str) -> Scope {
    Scope { account: "shop".into(), region: name.into(), ..Scope::default() }
}

fn pods_feed() -> FeedKey {
    FeedKey::new(Kind::Pod, cluster("lab"))
}

fn vpcs_feed(name: &str) -> FeedKey {
    FeedKey::new(Kind::Vpc, region(name))
}

/// `namespace/name` or, in the namespace `shop`, only a name; its uid is the name.
fn pod(name: &str, status: &str, restarts: u32, hours: i64) -> Pod {
    let (namespace, name) = name.split_once('/').unwrap_or(("shop", name));
    let container = Container {
        name: "app".into(),
        image: "shop/app:1".into(),
        state: status.into(),
        ready: status == "Running",
        init: false,
        restarts,
        started: None,
        last: None,
    };
    Pod {
        uid: format!("uid-{namespace}-{name}").into(),
        name: name.into(),
        namespace: namespace.into(),
        node: "node-1".into(),
        status: status.into(),
        ip: "10.0.0.1".into(),
        created: NOW - hours * HOUR,
        ready: u16::from(status == "Running"),
        of: 1,
        restarts,
        restarted: None,
        owner: None,
        containers: Box::new([container]),
    }
}

fn changed(pods: Vec<Pod>) -> Step<Pod> {
    Step::Changed(pods.into_iter().map(Change::Upsert).collect())
}

fn removed(name: &str) -> Step<Pod> {
    Step::Changed(vec![Change::Remove(pod(name, "", 0, 0).uid)])
}

fn vpc(name: &str) -> Vpc {
    Vpc {
        id: format!("vpc-{name}").into(),
        name: name.into(),
        role: "app".into(),
        cidr: "10.0.0.0/16".into(),
        state: "available".into(),
        default: false,
        owner: "123456789012".into(),
    }
}

fn aws_region(name: &str) -> Region {
    Region { name: name.into(), endpoint: format!("ec2.{name}.amazonaws.com").into(), opt_in: "opted-in".into() }
}

fn trouble(what: &str) -> Error {
    Error::new(Trouble::Unreachable, what, "nobody answers")
}

fn starts(effects: &[Effect]) -> Vec<&Work> {
    let work = effects.iter().filter_map(|effect| match effect {
        Effect::Start(_, work) => Some(work),
        _ => None,
    });
    work.collect()
}

fn cancels(effects: &[Effect]) -> Vec<TaskId> {
    let ids = effects.iter().filter_map(|effect| match effect {
        Effect::Cancel(id) => Some(*id),
        _ => None,
    });
    ids.collect()
}
