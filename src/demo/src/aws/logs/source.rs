//! Who writes into a log group. Nothing is stored: a stream knows who speaks in it, and what was said is worked out when it
//! is asked for.
mod container;
mod flow;
mod host;
mod plane;
mod vpn;

use super::walk::{Courier, Key, Window};
use crate::{
    clock::{DAY, MINUTE},
    rng::{self, Rng},
    world::{
        Region, World,
        watch::{LogGroup, Source},
    },
};

/// A log stream.
pub struct Stream {
    pub name: String,
    pub courier: Courier,
    /// From when to when there may be something in it.
    pub from: i64,
    pub until: Option<i64>,
    own: u64,
    talk: Talk,
}

enum Talk {
    Container(Box<container::Container>),
    Host(host::Host),
    Plane(plane::Part),
    Flow(Box<flow::Interface>),
    Vpn(Vec<(i64, String)>),
    /// What was written, each with its time, as it is.
    Written(Vec<(i64, String)>),
}

/// Which streams of a group are wanted.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    pub names: Vec<String>,
    pub prefixes: Vec<String>,
}

impl Choice {
    #[must_use]
    pub fn takes(&self, name: &str) -> bool {
        let all = self.names.is_empty() && self.prefixes.is_empty();
        all || self.names.iter().any(|wish| wish == name)
            || self.prefixes.iter().any(|start| name.starts_with(start.as_str()))
    }

    /// Whether a stream whose name begins so could be one of them, so that the rest of the name need not be worked out.
    #[must_use]
    pub fn may_take(&self, start: &str) -> bool {
        let alike = |wish: &String| wish.starts_with(start) || start.starts_with(wish.as_str());
        (self.names.is_empty() && self.prefixes.is_empty()) || self.names.iter().chain(&self.prefixes).any(alike)
    }
}

/// Says what was written, with its time in nanoseconds.
pub type Say<'a> = dyn FnMut(i128, String) + 'a;

impl Stream {
    fn new(seed: u64, name: String, courier: Courier, (from, until): (i64, Option<i64>), talk: Talk) -> Self {
        Self { own: rng::hash(seed, &name), name, courier, from, until, talk }
    }

    /// What was written into it in a window, in no particular order.
    pub fn say(&self, window: Window, say: &mut Say<'_>) {
        let (from, to) = (window.from.max(self.from), self.until.map_or(window.to, |until| window.to.min(until + 1)));
        if from >= to {
            return;
        }
        match &self.talk {
            Talk::Container(container) => container.say(from, to, say),
            Talk::Host(host) => host.say(self.own, from, to, say),
            Talk::Plane(part) => part.say(self.own, from, to, say),
            Talk::Flow(interface) => interface.say(self.own, from, to, say),
            Talk::Vpn(all) | Talk::Written(all) => {
                let there = all.iter().filter(|(at, _)| (from..to).contains(at));
                there
                    .zip(0_i128..)
                    .for_each(|((at, text), number)| say(i128::from(*at) * 1_000_000 + number, text.clone()));
            }
        }
    }

    #[must_use]
    pub fn key(&self, nanos: i128) -> Key {
        let at = i64::try_from(nanos.div_euclid(1_000_000)).unwrap_or(i64::MAX);
        let id = Rng::new(self.own ^ (nanos as u64)).draw();
        Key { at, ingested: self.courier.ingested(at), id }
    }

    /// The times of its first and its last event that can be read, and when the last came in; nothing if it is still empty.
    #[must_use]
    pub fn ends(&self, oldest: i64, now: i64) -> Option<(i64, Key)> {
        let first = self.seek(oldest.max(self.from), now, true)?;
        let last = self.seek(oldest.max(self.from), now, false)?;
        Some((first.at, last))
    }

    fn seek(&self, from: i64, now: i64, forward: bool) -> Option<Key> {
        let streams = std::slice::from_ref(self);
        let to = self.until.map_or(now, |until| now.min(until)) + 1;
        let walk = super::walk::Walk { streams, window: Window { from, to }, now, forward, wanted: 1 };
        let mut found = None;
        walk.go(None, |event| {
            found = Some(event.key);
            super::walk::Go::Enough
        });
        found
    }
}

/// The streams of a group, by name; `oldest` is what its retention leaves.
#[must_use]
pub fn streams(world: &World, region: &Region, group: &LogGroup, choice: &Choice) -> Vec<Stream> {
    let mut all = match group.source {
        Source::Containers(namespace) => container::streams(world, region, namespace, choice),
        Source::Hosts => host::streams(world, region),
        Source::ControlPlane => plane::streams(world, region),
        Source::FlowLog => flow::streams(world, region),
        Source::VpnConnections => vpn::streams(world, region),
    };
    let oldest = oldest(group, world.now);
    all.retain(|stream| choice.takes(&stream.name) && stream.until.is_none_or(|until| until >= oldest));
    all.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    all
}

/// Before this nothing is left, or was ever.
#[must_use]
pub fn oldest(group: &LogGroup, now: i64) -> i64 {
    let kept = group.retention_days.map_or(i64::MIN, |days| now - i64::from(days) * DAY);
    group.created.max(kept)
}

/// Says something in some of the slots of a pace, each slot with a chance of its own; so a window says the same as its parts.
fn slots(
    own: u64,
    pace: i64,
    (from, to): (i64, i64),
    mut said: impl FnMut(i64, &mut Rng) -> Option<String>,
    say: &mut Say<'_>,
) {
    for slot in from.div_euclid(pace)..=(to - 1).div_euclid(pace) {
        let mut rng = Rng::new(own ^ slot.cast_unsigned().wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let at = slot * pace + rng.between(0, pace);
        if (from..to).contains(&at)
            && let Some(text) = said(at, &mut rng)
        {
            say(i128::from(at) * 1_000_000 + i128::from(rng.below(1_000_000)), text);
        }
    }
}

/// How AWS's own services deliver, within a few seconds.
const fn prompt(who: u64) -> Courier {
    Courier { who, every: 2000, way: (300, 2500), late: (60, 4000, 20_000) }
}

/// How flow logs are delivered, minutes after.
const fn tardy(who: u64) -> Courier {
    Courier { who, every: MINUTE, way: (20_000, 90_000), late: (20, 60_000, 240_000) }
}
