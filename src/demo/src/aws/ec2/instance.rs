//! Instances.
use serde_json::{Value, json};

use super::{
    super::{call::Call, fail::Fail, service::Reply, wire::time},
    interface::attachment_id,
    listing::{self, INSTANCE, Ids, Listing, PAGE, list},
    part::{group_set, mac, tag_set},
    shape,
};
use crate::{
    clock, rng,
    world::{
        Region,
        host::{Instance, State},
    },
};

const WITHIN: Ids = Ids { path: "instancesSet.instanceId", ..INSTANCE };

pub fn instances(call: &Call<'_>) -> Result<Reply, Fail> {
    if !call.texts("InstanceId").is_empty() && call.number("MaxResults")?.is_some() {
        let message = "The parameter instancesSet cannot be used with the parameter maxResults";
        return Err(Fail::bad("InvalidParameterCombination", message));
    }
    let rows = call
        .look(|world, region| region.instances.iter().map(|one| reservation(region, one, &world.account)).collect())?;
    list(call, &Listing { set: "reservationSet", ids: Some(WITHIN), filters: FILTERS, page: PAGE }, rows)
}

const FILTERS: super::super::filter::Names = &[
    ("architecture", "instancesSet.architecture"),
    ("availability-zone", "instancesSet.placement.availabilityZone"),
    ("availability-zone-id", "instancesSet.placement.availabilityZoneId"),
    ("block-device-mapping.device-name", "instancesSet.blockDeviceMapping.deviceName"),
    ("block-device-mapping.volume-id", "instancesSet.blockDeviceMapping.ebs.volumeId"),
    ("client-token", "instancesSet.clientToken"),
    ("dns-name", "instancesSet.dnsName"),
    ("hypervisor", "instancesSet.hypervisor"),
    ("iam-instance-profile.arn", "instancesSet.iamInstanceProfile.arn"),
    ("image-id", "instancesSet.imageId"),
    ("instance-id", "instancesSet.instanceId"),
    ("instance-state-code", "instancesSet.instanceState.code"),
    ("instance-state-name", "instancesSet.instanceState.name"),
    ("instance-type", "instancesSet.instanceType"),
    ("instance.group-id", "instancesSet.groupSet.groupId"),
    ("instance.group-name", "instancesSet.groupSet.groupName"),
    ("ip-address", "instancesSet.ipAddress"),
    ("key-name", "instancesSet.keyName"),
    ("launch-index", "instancesSet.amiLaunchIndex"),
    ("launch-time", "instancesSet.launchTime"),
    ("metadata-options.http-tokens", "instancesSet.metadataOptions.httpTokens"),
    ("monitoring-state", "instancesSet.monitoring.state"),
    ("network-interface.group-id", "instancesSet.networkInterfaceSet.groupSet.groupId"),
    ("network-interface.network-interface-id", "instancesSet.networkInterfaceSet.networkInterfaceId"),
    ("network-interface.private-ip-address", "instancesSet.networkInterfaceSet.privateIpAddress"),
    ("network-interface.subnet-id", "instancesSet.networkInterfaceSet.subnetId"),
    ("network-interface.vpc-id", "instancesSet.networkInterfaceSet.vpcId"),
    ("owner-id", "ownerId"),
    ("platform-details", "instancesSet.platformDetails"),
    ("private-dns-name", "instancesSet.privateDnsName"),
    ("private-ip-address", "instancesSet.privateIpAddress"),
    ("reason", "instancesSet.reason"),
    ("reservation-id", "reservationId"),
    ("root-device-name", "instancesSet.rootDeviceName"),
    ("root-device-type", "instancesSet.rootDeviceType"),
    ("source-dest-check", "instancesSet.sourceDestCheck"),
    ("state-reason-code", "instancesSet.stateReason.code"),
    ("subnet-id", "instancesSet.subnetId"),
    ("tag", "instancesSet"),
    ("tag-key", "instancesSet.tagSet.key"),
    ("tenancy", "instancesSet.placement.tenancy"),
    ("virtualization-type", "instancesSet.virtualizationType"),
    ("vpc-id", "instancesSet.vpcId"),
];

/// Each instance came from a request of its own, as Auto Scaling makes them.
fn reservation(region: &Region, instance: &Instance, account: &str) -> Value {
    json!({
        "reservationId": instance.reservation,
        "ownerId": account,
        "requesterId": instance.asg.as_ref().map(|_| requester(account)),
        "groupSet": [],
        "instancesSet": [row(region, instance, account)],
    })
}

/// The number under which Auto Scaling asks for instances.
fn requester(account: &str) -> String {
    let number = rng::hash(7, account) % 1_000_000_000_000;
    format!("{number:012}")
}

pub fn state(state: State) -> Value {
    let (code, name) = state.told();
    json!({ "code": code, "name": name })
}

fn placement(region: &Region, instance: &Instance) -> Value {
    let zone = region.zones.get(instance.zone);
    json!({
        "availabilityZone": zone.map(|zone| &zone.name),
        "availabilityZoneId": zone.map(|zone| &zone.id),
        "groupName": "",
        "tenancy": "default",
    })
}

fn row(region: &Region, instance: &Instance, account: &str) -> Value {
    let shape = shape::of(&instance.shape);
    let mut row = json!({
        "instanceId": instance.id,
        "imageId": instance.ami,
        "instanceState": state(instance.state),
        "privateDnsName": "",
        "dnsName": "",
        "reason": reason(instance),
        "amiLaunchIndex": 0,
        "productCodes": [],
        "instanceType": instance.shape,
        "launchTime": time(instance.launched),
        "placement": placement(region, instance),
        "monitoring": { "state": "disabled" },
        "groupSet": group_set(region, &instance.groups),
        "stateReason": instance.reason.map(|(code, message)| json!({ "code": code, "message": message })),
        "architecture": "x86_64",
        "rootDeviceType": "ebs",
        "rootDeviceName": "/dev/xvda",
        "blockDeviceMapping": [],
        "virtualizationType": "hvm",
        "clientToken": rng::Rng::of(3, &instance.id).uuid(),
        "tagSet": tag_set(&instance.tags),
        "hypervisor": "xen",
        "networkInterfaceSet": [],
        "iamInstanceProfile": { "arn": instance.profile, "id": profile_id(&instance.profile) },
        "ebsOptimized": shape.is_some_and(|shape| shape.ebs_optimized),
        "enaSupport": true,
        "sourceDestCheck": true,
        "cpuOptions": shape.map(|shape| json!({ "coreCount": shape.cpus / 2, "threadsPerCore": 2 })),
        "capacityReservationSpecification": { "capacityReservationPreference": "open" },
        "hibernationOptions": { "configured": false },
        "enclaveOptions": { "enabled": false },
        "metadataOptions": metadata(instance),
        "bootMode": "uefi-preferred",
        "currentInstanceBootMode": "uefi",
        "platformDetails": "Linux/UNIX",
        "usageOperation": "RunInstances",
        "usageOperationUpdateTime": time(instance.launched),
        "privateDnsNameOptions": {
            "hostnameType": "ip-name",
            "enableResourceNameDnsARecord": false,
            "enableResourceNameDnsAAAARecord": false,
        },
        "maintenanceOptions": { "autoRecovery": "default", "rebootMigration": "default" },
    });
    // a terminated instance has let go of network and disk
    if instance.state != State::Terminated {
        row["privateDnsName"] = instance.private_dns(&region.name).into();
        row["privateIpAddress"] = instance.private_ip.to_string().into();
        row["ipAddress"] = instance.public_ip.map(|ip| ip.to_string()).into();
        row["subnetId"] = instance.subnet.clone().into();
        row["vpcId"] = instance.vpc.clone().into();
        row["blockDeviceMapping"] = json!([disk(instance)]);
        row["networkInterfaceSet"] = json!([network(region, instance, account)]);
    }
    row
}

/// Containers reach it through one hop more.
fn metadata(instance: &Instance) -> Value {
    json!({
        "state": "applied",
        "httpTokens": "required",
        "httpPutResponseHopLimit": if instance.nodegroup.is_some() { 2 } else { 1 },
        "httpEndpoint": "enabled",
        "httpProtocolIpv6": "disabled",
        "instanceMetadataTags": "disabled",
    })
}

fn disk(instance: &Instance) -> Value {
    json!({
        "deviceName": "/dev/xvda",
        "ebs": {
            "volumeId": instance.volume,
            "status": "attached",
            "attachTime": time(instance.launched + clock::SECOND),
            "deleteOnTermination": true,
        },
    })
}

fn network(region: &Region, instance: &Instance, account: &str) -> Value {
    let (ip, dns) = (instance.private_ip.to_string(), instance.private_dns(&region.name));
    let association = instance
        .public_ip
        .map(|public| json!({ "publicIp": public.to_string(), "publicDnsName": "", "ipOwnerId": "amazon" }));
    json!({
        "networkInterfaceId": instance.interface,
        "subnetId": instance.subnet,
        "vpcId": instance.vpc,
        "description": "",
        "ownerId": account,
        "status": "in-use",
        "macAddress": mac(&instance.interface),
        "privateIpAddress": ip,
        "privateDnsName": dns,
        "sourceDestCheck": true,
        "interfaceType": "interface",
        "groupSet": group_set(region, &instance.groups),
        "attachment": {
            "attachmentId": attachment_id(&instance.interface),
            "deviceIndex": 0,
            "networkCardIndex": 0,
            "status": "attached",
            "attachTime": time(instance.launched),
            "deleteOnTermination": true,
        },
        "association": association,
        "ipv6AddressesSet": [],
        "privateIpAddressesSet": [{
            "privateIpAddress": ip,
            "privateDnsName": dns,
            "primary": true,
            "association": association,
        }],
    })
}

/// `User initiated (2026-11-24 21:00:00 GMT)`, while there is a reason.
fn reason(instance: &Instance) -> String {
    let Some((code, message)) = instance.reason else { return String::new() };
    let at = clock::seconds(instance.since).replace('T', " ").replace('Z', " GMT");
    if code.starts_with("Client.User") { format!("User initiated ({at})") } else { message.to_owned() }
}

fn profile_id(arn: &str) -> String {
    let mut rng = rng::Rng::of(5, arn);
    format!("AIPA{}", rng.letters(17, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
}

/// The ids that a deed is for: well formed, there, and at least one.
pub fn wanted(call: &Call<'_>) -> Result<Vec<String>, Fail> {
    let wanted = call.texts("InstanceId");
    if wanted.is_empty() {
        return Err(super::super::fail::missing(call, "InstanceId"));
    }
    let known = call.look(|_, region| region.instances.iter().map(|one| one.id.clone()).collect::<Vec<_>>())?;
    listing::check(&wanted, &INSTANCE, |id| known.iter().any(|one| one == id))?;
    Ok(wanted)
}
