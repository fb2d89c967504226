//! The control plane of an EKS cluster: each of its parts writes a stream for each place it runs in.
use serde_json::{Value, json};

use super::{Say, Stream, Talk, prompt, slots};
use crate::{
    clock,
    kube::Audit,
    rng::{self, Rng},
    world::{Region, World},
};

#[derive(Clone, Copy)]
pub enum Part {
    Api,
    Authenticator { account: u64 },
    ControllerManager,
    CloudControllerManager,
    Scheduler,
}

pub fn streams(world: &World, region: &Region) -> Vec<Stream> {
    let cluster = &region.eks;
    let account = world.account.parse().unwrap_or_default();
    let parts = [
        ("kube-apiserver", Part::Api, 2),
        ("authenticator", Part::Authenticator { account }, 2),
        ("kube-controller-manager", Part::ControllerManager, 1),
        ("cloud-controller-manager", Part::CloudControllerManager, 1),
        ("kube-scheduler", Part::Scheduler, 1),
    ];
    let named = |part: &str, number: usize| {
        let digits = Rng::of(world.seed, &format!("{}/{part}/{number}", cluster.name)).hex(32);
        format!("{part}-{digits}")
    };
    let courier = prompt(rng::hash(world.seed, &cluster.name));
    let mut all: Vec<Stream> = parts
        .iter()
        .flat_map(|(name, part, count)| (0..*count).map(move |number| (*name, *part, number)))
        .map(|(name, part, number)| {
            Stream::new(world.seed, named(name, number), courier, (cluster.created, None), Talk::Plane(part))
        })
        .collect();
    let audit: Vec<(i64, String)> = region.kube.audit().iter().map(|audit| (audit.at, entry(audit))).collect();
    let span = (cluster.created, None);
    all.push(Stream::new(world.seed, named("kube-apiserver-audit", 0), courier, span, Talk::Written(audit)));
    all
}

/// A write, as the API server puts it down.
fn entry(audit: &Audit) -> String {
    let mut rng = Rng::of(audit.at.cast_unsigned(), &format!("{}/{}/{}", audit.user, audit.verb, audit.name));
    let (verb, what) = audit.verb.split_once(' ').unwrap_or((&audit.verb, ""));
    let (kind, part) = what.split_once('/').map_or((what, None), |(kind, part)| (kind, Some(part)));
    let (resource, group) = kind.split_once('.').unwrap_or((kind, ""));
    let root = if group.is_empty() { "/api/v1".to_owned() } else { format!("/apis/{group}/v1") };
    let space = if audit.namespace.is_empty() { String::new() } else { format!("/namespaces/{}", audit.namespace) };
    let part_of = part.map(|part| format!("/{part}")).unwrap_or_default();
    let at = clock::millis(audit.at).replace('Z', "000Z");
    let mut told = json!({
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "auditID": rng.uuid(),
        "stage": "ResponseComplete",
        "requestURI": format!("{root}{space}/{resource}/{}{part_of}", audit.name),
        "verb": verb,
        "user": { "username": audit.user, "groups": ["system:authenticated"] },
        "sourceIPs": [format!("10.250.{}.{}", rng.below(40), rng.between(2, 250))],
        "objectRef": { "resource": resource, "namespace": audit.namespace, "name": audit.name, "apiVersion": "v1" },
        "responseStatus": { "metadata": {}, "code": audit.code },
        "requestReceivedTimestamp": at,
        "stageTimestamp": at,
    });
    if !group.is_empty() {
        told["objectRef"]["apiGroup"] = Value::from(group);
    }
    if let Some(part) = part {
        told["objectRef"]["subresource"] = Value::from(part);
    }
    told.to_string()
}

impl Part {
    pub fn say(self, own: u64, from: i64, to: i64, say: &mut Say<'_>) {
        let pace = match self {
            Self::Api => 9000,
            Self::Authenticator { .. } => 12_000,
            Self::ControllerManager | Self::Scheduler => 20_000,
            Self::CloudControllerManager => 60_000,
        };
        slots(own, pace, (from, to), |at, rng| (rng.share() < 0.6).then(|| self.line(at, rng)), say);
    }

    fn line(self, at: i64, rng: &mut Rng) -> String {
        let stamp = clock::millis(at);
        let klog = format!("{}{} {}{:03}", &stamp[5..7], &stamp[8..10], &stamp[11..23], rng.below(1000));
        match self {
            Self::Api if rng.one_in(12) => format!(
                "W{klog}      10 watcher.go:338] watch chan error: etcdserver: mvcc: required revision has been compacted"
            ),
            Self::Api => format!(
                "I{klog}      10 trace.go:236] Trace[{}]: \"List\" accept:application/vnd.kubernetes.protobuf,verb:LIST \
                 (total time: {}ms)",
                rng.below(2_000_000_000),
                rng.between(501, 900)
            ),
            Self::Authenticator { account } => {
                let role = *rng.pick(&["on-call-read", "node", "node", "deployer"]);
                format!(
                    "time=\"{}\" level=info msg=\"access granted\" arn=\"arn:aws:iam::{account:012}:role/demo-{role}\" \
                     client=\"127.0.0.1:{}\" \
                     groups=\"[]\" method=POST path=/authenticate",
                    clock::seconds(at),
                    rng.between(30_000, 60_000)
                )
            }
            Self::ControllerManager => format!(
                "I{klog}      11 garbagecollector.go:787] \"failed to discover some groups\" groups=\"map[]\" items={}",
                rng.below(4)
            ),
            Self::CloudControllerManager => {
                format!(
                    "I{klog}      10 node_controller.go:271] Update {} nodes status took {}ms.",
                    rng.between(3, 9),
                    rng.between(20, 180)
                )
            }
            Self::Scheduler => format!(
                "I{klog}      11 schedule_one.go:302] \"Successfully bound pod to node\" evaluatedNodes={} feasibleNodes={}",
                6,
                rng.between(1, 6)
            ),
        }
    }
}
