//! The programs of the demo estate, by how they talk.
use serde_json::json;

use super::{Doom, Mood, Voice};
use crate::{clock, rng::Rng};

/// Text, and whether it goes to stderr.
type Said = (String, bool);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Program {
    Nginx,
    /// One of the shop's own: JSON lines.
    Shop,
    Valkey,
    FluentBit,
    Prometheus,
    Report,
    /// A part of the cluster: klog or logfmt.
    System,
}

pub fn of(voice: &Voice<'_>) -> Program {
    match voice.container {
        "fluent-bit" => Program::FluentBit,
        "prometheus" => Program::Prometheus,
        _ if voice.image.contains("/web:") || voice.image.contains("nginx") => Program::Nginx,
        _ if voice.image.contains("valkey") => Program::Valkey,
        _ if voice.image.contains("/report:") => Program::Report,
        _ if voice.image.contains("/shop/") => Program::Shop,
        _ => Program::System,
    }
}

const ROUTES: [&str; 8] =
    ["/", "/products", "/products/4711", "/cart", "/checkout", "/search?q=lamp", "/api/v1/stock", "/healthz"];
const AGENTS: [&str; 3] = [
    "Mozilla/5.0 (X11; Linux x86_64)",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X)",
    "ELB-HealthChecker/2.0",
];

impl Program {
    /// Milliseconds of a slot.
    pub fn pace(self, mood: Mood) -> i64 {
        match (self, mood) {
            (Self::Shop, Mood::Flooding) => 4,
            (_, Mood::Flooding) => 20,
            (Self::Nginx, _) => 900,
            (Self::Shop, Mood::Failing) => 700,
            (Self::Shop | Self::Report, _) => 1500,
            (Self::Valkey, _) => 20_000,
            (Self::FluentBit, _) => 30_000,
            (Self::Prometheus | Self::System, _) => 15_000,
        }
    }

    /// In what share of the slots something is said.
    pub fn share(self) -> f64 {
        match self {
            Self::Nginx | Self::Shop => 0.75,
            _ => 0.5,
        }
    }

    pub fn stderr(self) -> bool {
        matches!(self, Self::FluentBit | Self::System | Self::Prometheus)
    }

    /// What is said at the start.
    pub fn boot(self, voice: &Voice<'_>) -> Vec<String> {
        let at = voice.run.started;
        let version = voice.image.rsplit(':').next().unwrap_or_default();
        let list = |lines: &[&str]| lines.iter().map(ToString::to_string).collect();
        match self {
            Self::Nginx => list(&[
                "/docker-entrypoint.sh: Configuration complete; ready for start up",
                "nginx: start worker processes",
            ]),
            Self::Shop => vec![
                shop(voice, at, "info", json!({"msg": "starting", "version": version})),
                shop(voice, at + 120, "info", json!({"msg": "configuration read", "source": "/etc/shop/config.toml"})),
                shop(voice, at + 240, "info", json!({"msg": "listening", "addr": "0.0.0.0:8080"})),
            ],
            Self::Valkey => list(&["* Ready to accept connections tcp"]),
            Self::FluentBit => list(&[
                "Fluent Bit v3.2.2",
                "[ info] [output:cloudwatch_logs:cloudwatch_logs.0] worker #0 started",
                "[ info] [sp] stream processor started",
            ]),
            Self::Prometheus => {
                vec![format!("ts={} level=info msg=\"Server is ready to receive web requests.\"", clock::millis(at))]
            }
            Self::Report => vec![format!("{} report: reading orders since yesterday", clock::seconds(at))],
            Self::System => vec![format!("{} 1 main.go:57] \"Starting\" version=\"{version}\"", klog('I', at))],
        }
    }

    /// What is said in a slot: nothing, a line, or a few that belong together.
    pub fn slot(self, voice: &Voice<'_>, at: i64, rng: &mut Rng) -> Vec<Said> {
        if voice.run.mood == Mood::Flooding && self == Self::Shop {
            return vec![(flood(voice, at, rng), false)];
        }
        if rng.share() > self.share() {
            return vec![];
        }
        match self {
            Self::Nginx => vec![(access(voice, at, rng), false)],
            Self::Shop => request(voice, at, rng),
            Self::Valkey => vec![(format!("1:M {} * DB saved on disk", clock::seconds(at)), false)],
            Self::FluentBit => vec![(
                "[ info] [output:cloudwatch_logs:cloudwatch_logs.0] Created log stream or sent events, HTTP status 200"
                    .to_owned(),
                true,
            )],
            Self::Prometheus => vec![(
                format!(
                    "ts={} level=info component=remote msg=\"Done replaying WAL\" duration={}ms",
                    clock::millis(at),
                    rng.between(2, 40)
                ),
                true,
            )],
            Self::Report => {
                vec![(format!("{} report: {} orders counted", clock::seconds(at), rng.between(100, 900)), false)]
            }
            Self::System => vec![(
                format!("{} 1 controller.go:142] \"Reconciled\" items={}", klog('I', at), rng.between(0, 9)),
                true,
            )],
        }
    }

    /// The last words.
    pub fn end(self, voice: &Voice<'_>, at: i64, code: i32) -> Vec<Said> {
        match (self, voice.run.mood, code) {
            (_, Mood::Doomed(Doom::Memory), _) | (_, _, 137) => vec![],
            (Self::Shop, Mood::Doomed(doom), _) => last_words(voice, at, doom),
            (Self::Report, _, 0) => vec![(format!("{} report: done", clock::seconds(at)), false)],
            (Self::Nginx, _, _) => {
                vec![(format!("{} [notice] 1#1: signal 15 (SIGTERM) received, exiting", clock::seconds(at)), true)]
            }
            (Self::Shop, _, 0 | 143) => {
                vec![(shop(voice, at, "info", json!({"msg": "shutting down", "signal": "SIGTERM"})), false)]
            }
            _ => vec![],
        }
    }
}

fn klog(level: char, at: i64) -> String {
    let time = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
    format!("{level}{}", time.strftime("%m%d %H:%M:%S%.6f"))
}

/// A line of the shop's programs, as their logger writes it.
fn shop(voice: &Voice<'_>, at: i64, level: &str, more: serde_json::Value) -> String {
    let mut line = json!({"ts": clock::millis(at), "level": level, "service": voice.container});
    if let (Some(line), serde_json::Value::Object(more)) = (line.as_object_mut(), more) {
        line.extend(more);
    }
    line.to_string()
}

fn access(voice: &Voice<'_>, at: i64, rng: &mut Rng) -> String {
    let failing = voice.run.mood == Mood::Failing;
    let status = if failing && rng.one_in(3) {
        *rng.pick(&[502, 503, 504])
    } else if rng.one_in(60) {
        404
    } else {
        200
    };
    let time = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
    format!(
        "10.{}.{}.{} - - [{}] \"GET {} HTTP/1.1\" {status} {} \"-\" \"{}\" rt=0.{:03}",
        rng.between(11, 42),
        rng.below(255),
        rng.below(255),
        time.strftime("%d/%b/%Y:%H:%M:%S +0000"),
        rng.pick(&ROUTES),
        rng.between(200, 20_000),
        rng.pick(&AGENTS),
        if status >= 500 { 999 } else { rng.between(1, 90) },
    )
}

fn request(voice: &Voice<'_>, at: i64, rng: &mut Rng) -> Vec<Said> {
    let trace = rng.hex(16);
    let route = *rng.pick(&ROUTES);
    let failing = voice.run.mood == Mood::Failing;
    if (failing && rng.one_in(2)) || rng.one_in(900) {
        let more = json!({"msg": "upstream call failed", "route": route, "trace_id": trace, "error": "deadline exceeded", "ms": 2000});
        let mut all = vec![(shop(voice, at, "error", more), true)];
        if rng.one_in(4) {
            let frames = [
                "Traceback (most recent call last):",
                "  File \"/app/handlers.py\", line 88, in handle",
                "TimeoutError: deadline exceeded",
            ];
            all.extend(frames.map(|frame| (frame.to_owned(), true)));
        }
        return all;
    }
    let more = json!({"msg": "request", "route": route, "status": 200, "ms": rng.between(2, 180), "trace_id": trace});
    let level = if rng.one_in(200) { "warn" } else { "info" };
    vec![(shop(voice, at, level, more), false)]
}

fn flood(voice: &Voice<'_>, at: i64, rng: &mut Rng) -> String {
    let more = json!({"msg": "cache probe", "key": format!("stock:{}", rng.below(100_000)), "hit": rng.one_in(2), "shard": rng.below(16)});
    shop(voice, at, "debug", more)
}

fn last_words(voice: &Voice<'_>, at: i64, doom: Doom) -> Vec<Said> {
    let fatal = |more| vec![(shop(voice, at, "fatal", more), true)];
    match doom {
        Doom::Config => fatal(json!({
            "msg": "cannot start", "error": format!("required setting PAYMENT_ENDPOINT_{} is not set", voice.zone.rsplit('-').next().unwrap_or_default().to_uppercase()),
        })),
        Doom::Dependency => {
            fatal(json!({"msg": "giving up", "error": "dial tcp 10.0.0.2:5432: connect: connection refused"}))
        }
        Doom::Memory => vec![],
    }
}
