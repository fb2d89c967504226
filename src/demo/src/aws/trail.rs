//! What is done through the AWS port is written down, as CloudTrail does with all that changes something.
use serde_json::{Map, Value, json};

use super::{
    call::{Call, SESSION, texts},
    fail::Fail,
};
use crate::{
    clock::MINUTE,
    rng::Rng,
    world::{Region, record::TrailEvent},
};

/// So many events are remembered: far more than people make in the 90 days that CloudTrail keeps them.
const REMEMBERED: usize = 5_000;

/// How ids begin, and what CloudTrail calls the things that have them.
const KINDS: [(&str, &str); 13] = [
    ("i-", "AWS::EC2::Instance"),
    ("vpc-", "AWS::EC2::VPC"),
    ("subnet-", "AWS::EC2::Subnet"),
    ("sg-", "AWS::EC2::SecurityGroup"),
    ("rtb-", "AWS::EC2::RouteTable"),
    ("igw-", "AWS::EC2::InternetGateway"),
    ("nat-", "AWS::EC2::NatGateway"),
    ("eipalloc-", "AWS::EC2::EIP"),
    ("ami-", "AWS::EC2::Ami"),
    ("vpce-", "AWS::EC2::VPCEndpoint"),
    ("tgw-", "AWS::EC2::TransitGateway"),
    ("cvpn-endpoint-", "AWS::EC2::ClientVpnEndpoint"),
    ("arn:aws:elasticloadbalancing:", "AWS::ElasticLoadBalancingV2::LoadBalancer"),
];

/// Writes a call down, if it changed something or was to.
pub fn note(call: &Call<'_>, fail: Option<&Fail>) {
    if call.operation.reads() || fail.is_some_and(|fail| fail.code == "DryRunOperation") {
        return;
    }
    let (request, mut resources) = (request(call), vec![]);
    named(&call.input, &mut resources);
    call.change(|world| {
        let (seed, now, count) =
            (world.seed, world.now, world.region(call.region).map_or(0, |region| region.trail.len()));
        let Some(region) = world.region_mut(call.region) else { return };
        let mut rng = Rng::of(seed, &format!("{}/{now}/{count}", call.id));
        let event = TrailEvent {
            id: rng.uuid(),
            // by the service's own clock
            at: now + call.skew,
            name: call.operation.name().to_owned(),
            source: format!("{}.amazonaws.com", call.service.name),
            user: SESSION.to_owned(),
            arn: call.user.clone(),
            ip: "127.0.0.1".to_owned(),
            read_only: false,
            resources: sorted(region, resources),
            request,
            response: Value::Null,
            error: fail.map(|fail| fail.code.clone().into_owned()),
            // it takes its minutes
            visible: now + rng.between(MINUTE * 3 / 2, 5 * MINUTE),
        };
        region.trail.push_front(event);
        region.trail.truncate(REMEMBERED);
    });
}

/// What was asked, with small first letters as events have it.
fn request(call: &Call<'_>) -> Value {
    let ids = call.texts("InstanceId");
    if call.service.name == "ec2" && !ids.is_empty() && call.input.as_object().is_some_and(|map| map.len() <= 4) {
        let items: Vec<Value> = ids.iter().map(|id| json!({ "instanceId": id })).collect();
        return json!({ "instancesSet": { "items": items } });
    }
    let told =
        call.input.as_object().into_iter().flatten().filter(|(key, _)| !matches!(key.as_str(), "Action" | "Version"));
    Value::Object(told.map(|(key, value)| (small(key), value.clone())).collect::<Map<_, _>>())
}

fn small(key: &str) -> String {
    let mut letters = key.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

/// The things that a request names, by the look of their ids and by the fields of names.
fn named(input: &Value, found: &mut Vec<(String, String)>) {
    for (key, value) in input.as_object().into_iter().flatten() {
        if let Value::Array(all) = value {
            all.iter().filter(|one| one.is_object()).for_each(|one| named(one, found));
        }
        let by_field = match key.as_str() {
            "AutoScalingGroupName" => Some("AWS::AutoScaling::AutoScalingGroup"),
            "clusterName" | "name" => Some("AWS::EKS::Cluster"),
            "nodegroupName" => Some("AWS::EKS::Nodegroup"),
            "logGroupName" => Some("AWS::Logs::LogGroup"),
            _ => None,
        };
        for text in texts(value) {
            let by_id = KINDS.iter().find(|(start, _)| text.starts_with(start)).map(|(_, kind)| *kind);
            if let Some(kind) = by_id.or(by_field) {
                found.push((kind.to_owned(), text));
            }
        }
    }
}

/// Each once; a host's group is named beside it.
fn sorted(region: &Region, mut resources: Vec<(String, String)>) -> Vec<(String, String)> {
    let groups: Vec<String> = resources
        .iter()
        .filter_map(|(_, id)| region.instances.iter().find(|one| one.id == *id).and_then(|one| one.asg.clone()))
        .collect();
    resources.extend(groups.into_iter().map(|name| ("AWS::AutoScaling::AutoScalingGroup".to_owned(), name)));
    resources.sort();
    resources.dedup();
    resources
}
