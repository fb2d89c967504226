//! What was built and what was done before the console was opened: ECR's images, CloudTrail's events.
use std::collections::VecDeque;

use serde_json::json;

use super::{ESTATE, Site, founded};
use crate::{
    clock::{DAY, HOUR, MINUTE},
    rng::Rng,
    world::{
        apps::{self, PROGRAMS, WAITING},
        host::{Instance, Role},
        record::{Image, Repository, TrailEvent},
    },
};

pub fn repositories(site: &Site<'_>) -> Vec<Repository> {
    PROGRAMS
        .iter()
        .map(|program| {
            let name = apps::repository(program.name);
            let waiting =
                WAITING.iter().filter(|(of, _, _)| *of == program.name).map(|(_, version, ago)| (*version, *ago));
            let images = waiting.chain(program.versions.iter().copied());
            Repository {
                arn: site.arn("ecr", &format!("repository/{name}")),
                uri: format!("{}/{name}", site.registry()),
                created: founded(site.now) + 40 * MINUTE,
                images: images.map(|(version, ago)| image(site, &name, version, ago)).collect(),
                name,
            }
        })
        .collect()
}

fn image(site: &Site<'_>, repository: &str, version: &str, ago: i64) -> Image {
    // built once: the digest is the same in every region
    let mut rng = Rng::of(site.seed, &format!("{repository}:{version}"));
    let digest = format!("sha256:{}", rng.hex(64));
    let old = ago > 30 * DAY;
    Image {
        digest,
        tags: vec![version.to_owned()],
        pushed: site.now - ago,
        pulled: site.now - (ago / 8),
        size: 20_000_000 + rng.below(90_000_000),
        findings: if old {
            vec![("CRITICAL", 1), ("HIGH", 3 + rng.below(4) as u32), ("MEDIUM", 9)]
        } else {
            vec![("LOW", rng.below(5) as u32)]
        },
    }
}

/// Who does things in the account.
pub const PIPELINE: &str = "pipeline";
pub const ON_CALL: &str = "on-call-act";
const PEOPLE: [&str; 3] = ["ada.okafor", "bo.lindqvist", "carla.reyes"];

/// What an event is made of.
pub struct Deed<'a> {
    pub at: i64,
    pub service: &'a str,
    pub name: &'a str,
    pub role: &'a str,
    pub session: &'a str,
    pub resources: Vec<(String, String)>,
    pub request: serde_json::Value,
}

pub fn event(account: &str, rng: &mut Rng, deed: Deed<'_>) -> TrailEvent {
    let (role, session) = (deed.role, deed.session);
    TrailEvent {
        id: rng.uuid(),
        at: deed.at,
        name: deed.name.to_owned(),
        source: format!("{}.amazonaws.com", deed.service),
        user: session.to_owned(),
        arn: format!("arn:aws:sts::{account}:assumed-role/{ESTATE}-{role}/{session}"),
        ip: format!("10.250.{}.{}", rng.below(40), rng.between(2, 250)),
        read_only: ["Describe", "List", "Get", "Lookup"].iter().any(|start| deed.name.starts_with(start)),
        resources: deed.resources,
        request: deed.request,
        response: serde_json::Value::Null,
        error: None,
        // CloudTrail takes its minutes
        visible: deed.at + rng.between(90_000, 5 * MINUTE),
    }
}

/// The last day's writes, newest first.
pub fn trail(site: &Site<'_>, instances: &[Instance]) -> VecDeque<TrailEvent> {
    let mut rng = site.rng("trail");
    let mut all = vec![];
    for number in 0..24 {
        let at = site.now - number * HOUR - rng.between(0, HOUR);
        let session = format!("job-{}", 41_000 - number);
        let program = rng.pick(&PROGRAMS).name;
        let deed = match rng.below(4) {
            0 => Deed {
                at,
                service: "ecr",
                name: "PutImage",
                role: PIPELINE,
                session: &session,
                resources: vec![("AWS::ECR::Repository".to_owned(), apps::repository(program))],
                request: json!({"repositoryName": apps::repository(program), "imageTag": format!("main-{}", rng.hex(7))}),
            },
            1 => Deed {
                at,
                service: "sts",
                name: "AssumeRole",
                role: ON_CALL,
                session: rng.pick::<&str>(&PEOPLE),
                resources: vec![("AWS::IAM::Role".to_owned(), format!("{ESTATE}-{ON_CALL}"))],
                request: json!({"roleArn": format!("arn:aws:iam::{}:role/{ESTATE}-{ON_CALL}", site.account)}),
            },
            2 => {
                let host = instances
                    .iter()
                    .filter(|i| i.role == Role::Bastion)
                    .nth(rng.below(3) as usize)
                    .unwrap_or(&instances[0]);
                Deed {
                    at,
                    service: "ec2-instance-connect",
                    name: "SendSSHPublicKey",
                    role: ON_CALL,
                    session: rng.pick::<&str>(&PEOPLE),
                    resources: vec![("AWS::EC2::Instance".to_owned(), host.id.clone())],
                    request: json!({"instanceId": host.id, "instanceOSUser": "ec2-user"}),
                }
            }
            _ => Deed {
                at,
                service: "eks",
                name: "UpdateAddon",
                role: PIPELINE,
                session: &session,
                resources: vec![("AWS::EKS::Cluster".to_owned(), site.cluster())],
                request: json!({"name": site.cluster(), "addonName": "vpc-cni"}),
            },
        };
        all.push(event(site.account, &mut rng, deed));
    }
    all.sort_by_key(|event| std::cmp::Reverse(event.at));
    all.into()
}
