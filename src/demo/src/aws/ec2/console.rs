//! What an instance wrote to its console when it came up, with the host keys by which SSH clients know it.
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{
    super::{
        call::Call,
        fail::{self, Fail},
        service::Reply,
        wire::time,
    },
    listing::{self, INSTANCE},
};
use crate::{
    clock::SECOND,
    world::{Region, host::Instance},
};

/// EC2 keeps this much, from the end.
const KEPT: usize = 64 << 10;
/// How long after its launch an instance's console is kept for the first time.
const AFTER: i64 = 40 * SECOND;

pub fn output(call: &Call<'_>) -> Result<Reply, Fail> {
    let id = call.text("InstanceId").ok_or_else(|| fail::missing(call, "InstanceId"))?.to_owned();
    let found = call.look(|world, region| {
        let instance = region.instances.iter().find(|instance| instance.id == id)?;
        let there = world.now >= instance.launched + AFTER;
        let text = if there { text(world.seed, region, instance) } else { String::new() };
        Some((text, if there { instance.launched + AFTER } else { world.now }))
    })?;
    listing::check(std::slice::from_ref(&id), &INSTANCE, |_| found.is_some())?;
    listing::dry_run(call)?;
    let (text, at) = found.unwrap_or_default();
    let kept = &text.as_bytes()[text.len().saturating_sub(KEPT)..];
    let output = (!kept.is_empty()).then(|| STANDARD.encode(kept));
    Ok(json!({ "instanceId": id, "timestamp": time(at), "output": output }).into())
}

/// The public half of an instance's Ed25519 host key, as an SSH server for it would have to present it.
#[must_use]
pub fn host_key(seed: u64, instance: &str) -> [u8; 32] {
    Sha256::digest(format!("host key/{seed}/{instance}")).into()
}

fn text(seed: u64, region: &Region, instance: &Instance) -> String {
    let host = instance.private_dns(&region.name);
    let key = host_key(seed, &instance.id);
    let mut blob = vec![];
    for part in [b"ssh-ed25519".as_slice(), &key] {
        blob.extend(u32::try_from(part.len()).unwrap_or_default().to_be_bytes());
        blob.extend(part);
    }
    let print = STANDARD.encode(Sha256::digest(&blob));
    let print = print.trim_end_matches('=');
    let up = crate::clock::seconds(instance.launched + 14 * SECOND);
    let ip = instance.private_ip;
    let lines = [
        "[    0.000000] Linux version 6.1.155-176.282.amzn2023.x86_64 (mockbuild) #1 SMP PREEMPT_DYNAMIC".to_owned(),
        "[    0.000000] Command line: BOOT_IMAGE=(hd0,gpt1)/boot/vmlinuz-6.1.155-176.282.amzn2023.x86_64 root=UUID=8d3b7a60 ro \
         console=tty0 console=ttyS0,115200n8 nvme_core.io_timeout=4294967295 selinux=1 security=selinux quiet"
            .to_owned(),
        "[    1.204113] systemd[1]: Detected virtualization amazon.".to_owned(),
        "[    4.871202] cloud-init[1633]: Cloud-init v. 22.2.2 running 'init' at boot".to_owned(),
        "ci-info: +++++++++++++++++++++++++++++Net device info+++++++++++++++++++++++++++++".to_owned(),
        format!("ci-info: |  ens5  | True | {ip} |  . | global | {} |", super::part::mac(&instance.interface)),
        "ci-info: +++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++++".to_owned(),
        "ec2: ".to_owned(),
        "ec2: #############################################################".to_owned(),
        "ec2: -----BEGIN SSH HOST KEY FINGERPRINTS-----".to_owned(),
        format!("ec2: 256 SHA256:{print} root@{host} (ED25519)"),
        "ec2: -----END SSH HOST KEY FINGERPRINTS-----".to_owned(),
        "ec2: #############################################################".to_owned(),
        "-----BEGIN SSH HOST KEY KEYS-----".to_owned(),
        format!("ssh-ed25519 {} root@{host}", STANDARD.encode(&blob)),
        "-----END SSH HOST KEY KEYS-----".to_owned(),
        format!("[   13.940551] cloud-init[1841]: Cloud-init v. 22.2.2 finished at {up}. Datasource DataSourceEc2."),
        String::new(),
        "Amazon Linux 2023.9.20251110".to_owned(),
        "Kernel 6.1.155-176.282.amzn2023.x86_64 on an x86_64 (-)".to_owned(),
        String::new(),
        format!("{} login: ", host.split('.').next().unwrap_or_default()),
    ];
    lines.join("\r\n")
}
