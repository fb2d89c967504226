//! What the nodes themselves say: the journal, and now and then the kernel.
use serde_json::json;

use super::{Say, Stream, Talk, slots};
use crate::{
    aws::logs::walk::Courier,
    clock,
    rng::Rng,
    world::{
        Region, World,
        host::{Instance, Role, State},
    },
};

pub struct Host {
    name: String,
    kernel: bool,
}

pub fn streams(world: &World, region: &Region) -> Vec<Stream> {
    let nodes = region.instances.iter().filter(|instance| instance.role == Role::Node);
    nodes
        .flat_map(|node| {
            let name = node.private_dns(&region.name);
            let courier = Courier::fluent_bit(world.seed, &name);
            let span = (node.launched + 20_000, silent_since(node));
            [("messages", false), ("dmesg", true)].map(|(file, kernel)| {
                let talk = Talk::Host(Host { name: name.clone(), kernel });
                Stream::new(world.seed, format!("{name}.host.{file}"), courier, span, talk)
            })
        })
        .collect()
}

/// Since when nothing comes from a host any more.
pub fn silent_since(instance: &Instance) -> Option<i64> {
    match instance.state {
        State::Pending | State::Running => instance.impaired_since,
        _ => Some(instance.since),
    }
}

impl Host {
    pub fn say(&self, own: u64, from: i64, to: i64, say: &mut Say<'_>) {
        let pace = if self.kernel { 420_000 } else { 6000 };
        slots(own, pace, (from, to), |at, rng| (rng.share() < 0.7).then(|| self.record(at, rng)), say);
    }

    fn record(&self, at: i64, rng: &mut Rng) -> String {
        if self.kernel {
            let device = rng.hex(12);
            let message = *rng.pick(&[
                "IPv6: ADDRCONF(NETDEV_CHANGE): {}: link becomes ready",
                "pci 0000:00:07.0: enabling device (0000 -> 0002)",
                "audit: type=1400 apparmor=\"STATUS\" operation=\"profile_load\" name=\"{}\"",
            ]);
            let message = message.replace("{}", &format!("eni{device}"));
            return json!({ "host": self.name, "priority": "6", "time": clock::seconds(at), "msg": message })
                .to_string();
        }
        let (ident, message) = journal(at, rng);
        json!({ "host": self.name, "ident": ident, "pid": (900 + rng.below(4000)).to_string(), "message": message })
            .to_string()
    }
}

fn journal(at: i64, rng: &mut Rng) -> (&'static str, String) {
    let stamp = clock::millis(at);
    let klog = format!("I{}{} {}", &stamp[5..7], &stamp[8..10], &stamp[11..23]);
    let id = rng.hex(12);
    match rng.below(6) {
        0 => (
            "kubelet",
            format!(
                "{klog}    1620 reconciler_common.go:251] \"operationExecutor.VerifyControllerAttachedVolume started\" \
                 volume=\"kube-api-access-{}\"",
                &id[..5]
            ),
        ),
        1 => (
            "kubelet",
            format!("{klog}    1620 kubelet.go:2405] \"SyncLoop (PLEG): event for pod\" container=\"{id}\""),
        ),
        2 => (
            "containerd",
            format!("time=\"{}\" level=info msg=\"ImageUpdate event name:sha256:{id}\"", clock::seconds(at)),
        ),
        3 => ("systemd", format!("run-containerd-runc-k8s.io-{id}-runc.mount: Deactivated successfully.")),
        4 => ("chronyd", format!("Selected source 169.254.169.123, offset {} us", rng.between(-40, 40))),
        _ => (
            "sshd",
            format!(
                "Connection closed by 10.0.{}.{} port {} [preauth]",
                rng.below(8),
                rng.between(4, 250),
                rng.between(30_000, 60_000)
            ),
        ),
    }
}
