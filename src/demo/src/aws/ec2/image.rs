//! Machine images, and the volumes that come from them.
use serde_json::{Value, json};

use super::{
    super::{call::Call, fail::Fail, service::Reply, wire::time},
    listing::{Ids, Listing, PAGE, list},
    part::{arn, tag_set},
};
use crate::{
    clock::{self, DAY, SECOND},
    world::{
        Region,
        host::{Ami, Instance, State},
    },
};

const IMAGE: Ids = Ids {
    param: "ImageId",
    path: "imageId",
    prefix: "ami-",
    not_found: ("InvalidAMIID.NotFound", "The image id '[{}]' does not exist"),
    malformed: "InvalidAMIID.Malformed",
};

/// How large the root disk is, in GiB.
const fn disk(node: bool) -> u32 {
    if node { 80 } else { 20 }
}

pub fn images(call: &Call<'_>) -> Result<Reply, Fail> {
    let owners = call.texts("Owner");
    let account = call.look(|world, _| world.account.clone())?;
    let ours = owners.is_empty() || owners.iter().any(|owner| owner == "self" || *owner == account);
    let rows: Vec<Value> = call.look(|_, region| {
        let some = region.amis.iter().filter(|_| ours);
        some.map(|ami| image(region, ami, &account)).collect()
    })?;
    let filters = &[
        ("architecture", "architecture"),
        ("block-device-mapping.snapshot-id", "blockDeviceMapping.ebs.snapshotId"),
        ("creation-date", "creationDate"),
        ("description", "description"),
        ("hypervisor", "hypervisor"),
        ("image-id", "imageId"),
        ("image-type", "imageType"),
        ("is-public", "isPublic"),
        ("name", "name"),
        ("owner-id", "imageOwnerId"),
        ("root-device-name", "rootDeviceName"),
        ("root-device-type", "rootDeviceType"),
        ("state", "imageState"),
        ("tag", ""),
        ("tag-key", "tagSet.key"),
        ("virtualization-type", "virtualizationType"),
    ];
    list(call, &Listing { set: "imagesSet", ids: Some(IMAGE), filters, page: (1, 1000) }, rows)
}

fn image(region: &Region, ami: &Ami, account: &str) -> Value {
    let used = region.instances.iter().filter(|one| one.ami == ami.id).map(|one| one.launched).max();
    json!({
        "imageId": ami.id,
        "imageLocation": format!("{account}/{}", ami.name),
        "imageState": "available",
        "imageOwnerId": account,
        "creationDate": clock::millis(ami.created),
        "deprecationTime": clock::millis(ami.created + 730 * DAY),
        "lastLaunchedTime": used.map(clock::seconds),
        "isPublic": false,
        "architecture": "x86_64",
        "imageType": "machine",
        "name": ami.name,
        "description": ami.description,
        "platformDetails": "Linux/UNIX",
        "usageOperation": "RunInstances",
        "rootDeviceType": "ebs",
        "rootDeviceName": "/dev/xvda",
        "blockDeviceMapping": [{
            "deviceName": "/dev/xvda",
            "ebs": {
                "snapshotId": ami.snapshot,
                "volumeSize": disk(ami.tags.value(crate::world::tag::ROLE) == Some("node")),
                "volumeType": "gp3",
                "iops": 3000,
                "throughput": 125,
                "deleteOnTermination": true,
                "encrypted": true,
            },
        }],
        "virtualizationType": "hvm",
        "hypervisor": "xen",
        "enaSupport": true,
        "sriovNetSupport": "simple",
        "bootMode": "uefi-preferred",
        "imdsSupport": "v2.0",
        "deregistrationProtection": "disabled",
        "tagSet": tag_set(&ami.tags),
    })
}

const VOLUME: Ids = Ids {
    param: "VolumeId",
    path: "volumeId",
    prefix: "vol-",
    not_found: ("InvalidVolume.NotFound", "The volume '{}' does not exist."),
    malformed: "InvalidVolumeID.Malformed",
};

/// The root disks of the hosts; what pods keep lies elsewhere.
pub fn volumes(call: &Call<'_>) -> Result<Reply, Fail> {
    let rows = call.look(|world, region| {
        let there = region.instances.iter().filter(|instance| instance.state != State::Terminated);
        there.map(|instance| volume(region, instance, &world.account)).collect()
    })?;
    let filters = &[
        ("attachment.attach-time", "attachmentSet.attachTime"),
        ("attachment.delete-on-termination", "attachmentSet.deleteOnTermination"),
        ("attachment.device", "attachmentSet.device"),
        ("attachment.instance-id", "attachmentSet.instanceId"),
        ("attachment.status", "attachmentSet.status"),
        ("availability-zone", "availabilityZone"),
        ("availability-zone-id", "availabilityZoneId"),
        ("encrypted", "encrypted"),
        ("size", "size"),
        ("snapshot-id", "snapshotId"),
        ("status", "status"),
        ("tag", ""),
        ("tag-key", "tagSet.key"),
        ("volume-id", "volumeId"),
        ("volume-type", "volumeType"),
    ];
    list(call, &Listing { set: "volumeSet", ids: Some(VOLUME), filters, page: PAGE }, rows)
}

fn volume(region: &Region, instance: &Instance, account: &str) -> Value {
    let zone = region.zones.get(instance.zone);
    let snapshot = region.amis.iter().find(|ami| ami.id == instance.ami).map(|ami| &ami.snapshot);
    let key = region.eks.kms_key.as_str();
    json!({
        "volumeId": instance.volume,
        "volumeArn": arn(region, account, &format!("volume/{}", instance.volume)),
        "ownerId": account,
        "size": disk(instance.nodegroup.is_some()),
        "snapshotId": snapshot,
        "availabilityZone": zone.map(|zone| &zone.name),
        "availabilityZoneId": zone.map(|zone| &zone.id),
        "status": "in-use",
        "createTime": time(instance.launched + SECOND),
        "volumeType": "gp3",
        "iops": 3000,
        "throughput": 125,
        "encrypted": true,
        "sseType": "sse-kms",
        "kmsKeyId": key,
        "multiAttachEnabled": false,
        "attachmentSet": [{
            "volumeId": instance.volume,
            "instanceId": instance.id,
            "device": "/dev/xvda",
            "status": "attached",
            "attachTime": time(instance.launched + SECOND),
            "deleteOnTermination": true,
        }],
        "tagSet": tag_set(&crate::world::tag::Tags(instance.tags.0.iter().filter(|(key, _)| key == "Name").cloned().collect())),
    })
}
