//! What the shop runs: the programs, their versions, and the one version that should not have been built.
use crate::{
    clock::{DAY, HOUR, MINUTE},
    kube::{App, AppKind},
};

pub const NAMESPACE: &str = "shop";

/// A program of the shop: its name, its versions with how long ago each was pushed (newest first, the first one runs), replicas per
/// three zones, port.
pub struct Program {
    pub name: &'static str,
    pub versions: &'static [(&'static str, i64)],
    pub replicas: usize,
    pub port: u16,
    pub kind: AppKind,
}

pub const PROGRAMS: [Program; 8] = [
    Program {
        name: "web",
        versions: &[("1.27.3-4", 9 * DAY), ("1.27.3-3", 37 * DAY)],
        replicas: 6,
        port: 8443,
        kind: AppKind::Deployment,
    },
    Program {
        name: "checkout",
        versions: &[("2.14.1", 6 * DAY), ("2.14.0", 13 * DAY), ("2.13.4", 34 * DAY)],
        replicas: 6,
        port: 8080,
        kind: AppKind::Deployment,
    },
    Program {
        name: "cart",
        versions: &[("1.9.0", 4 * DAY), ("1.8.7", 20 * DAY)],
        replicas: 3,
        port: 8080,
        kind: AppKind::Deployment,
    },
    Program {
        name: "catalog",
        versions: &[("3.2.5", 15 * DAY), ("3.2.4", 29 * DAY)],
        replicas: 6,
        port: 8080,
        kind: AppKind::Deployment,
    },
    Program {
        name: "search",
        versions: &[("0.31.2", 2 * DAY), ("0.31.1", 8 * DAY)],
        replicas: 3,
        port: 8080,
        kind: AppKind::Deployment,
    },
    Program {
        name: "payments",
        versions: &[("5.0.9", 23 * DAY), ("5.0.8", 51 * DAY)],
        replicas: 3,
        port: 8080,
        kind: AppKind::Deployment,
    },
    Program { name: "sessions", versions: &[("8.0.1", 60 * DAY)], replicas: 3, port: 6379, kind: AppKind::StatefulSet },
    Program { name: "report", versions: &[("1.4.0", 44 * DAY)], replicas: 1, port: 0, kind: AppKind::CronJob },
];

/// Built and pushed, deployed nowhere yet: program, version, how long ago. The first falls over in one zone, the second eats its memory.
pub const WAITING: [(&str, &str, i64); 2] = [("checkout", "2.15.0", 3 * HOUR), ("catalog", "3.3.0", 50 * MINUTE)];

#[must_use]
pub fn all(registry: &str, now: i64) -> Vec<App> {
    PROGRAMS.iter().map(|program| app(program, registry, now)).collect()
}

fn app(program: &Program, registry: &str, now: i64) -> App {
    let image = |version: &str| format!("{registry}/{}:{version}", repository(program.name));
    let earlier = program.versions[1..].iter().rev();
    App {
        name: program.name.to_owned(),
        namespace: NAMESPACE.to_owned(),
        image: image(program.versions[0].0),
        previous: earlier.map(|(version, ago)| (image(version), now - ago + HOUR)).collect(),
        replicas: program.replicas,
        port: program.port,
        service: program.port != 0,
        sidecars: program.kind != AppKind::CronJob,
        hpa: matches!(program.name, "web" | "checkout").then_some((
            program.replicas as i64,
            program.replicas as i64 * 4,
            70,
        )),
        env: vec![("LOG_LEVEL".to_owned(), "info".to_owned())],
        kind: program.kind,
    }
}

#[must_use]
pub fn repository(program: &str) -> String {
    if program == "sessions" { "shop/valkey".to_owned() } else { format!("shop/{program}") }
}
