//! Groups, and the instances in them.
use serde_json::{Value, json};

use super::{
    super::{call::Call, fail::Fail, service::Reply, wire::time},
    listed, tagged,
};
use crate::world::{
    Region,
    host::{Instance, LaunchTemplate, ScalingGroup, State},
};

pub fn groups(call: &Call<'_>) -> Result<Reply, Fail> {
    let wished = call.texts("AutoScalingGroupNames");
    let rows = call.look(|world, region| {
        let asked = region.scaling.iter().filter(|group| wished.is_empty() || wished.contains(&group.name));
        asked.map(|group| row(region, group, &world.account)).collect()
    })?;
    // a name that is not there is no error; the group is just not told
    listed(call, "AutoScalingGroups", tagged(call, rows)?, "AutoScalingGroupName", (1, 100), 50)
}

fn row(region: &Region, group: &ScalingGroup, account: &str) -> Value {
    let zones: Vec<_> = group.zones.iter().filter_map(|zone| region.zones.get(*zone)).collect();
    let tag = |(key, value): &(String, String)| {
        json!({
            "ResourceId": group.name,
            "ResourceType": "auto-scaling-group",
            "Key": key,
            "Value": value,
            "PropagateAtLaunch": true,
        })
    };
    json!({
        "AutoScalingGroupName": group.name,
        "AutoScalingGroupARN": group.arn,
        "LaunchTemplate": template(&group.template),
        "MinSize": group.min,
        "MaxSize": group.max,
        "DesiredCapacity": group.desired,
        "DefaultCooldown": 300,
        "AvailabilityZones": zones.iter().map(|zone| &zone.name).collect::<Vec<_>>(),
        "AvailabilityZoneIds": zones.iter().map(|zone| &zone.id).collect::<Vec<_>>(),
        "LoadBalancerNames": [],
        "TargetGroupARNs": [],
        "HealthCheckType": "EC2",
        "HealthCheckGracePeriod": 60,
        "Instances": members(region, group).map(|one| instance(region, group, one, false)).collect::<Value>(),
        "CreatedTime": time(group.created),
        "SuspendedProcesses": [],
        "VPCZoneIdentifier": group.subnets.join(","),
        "EnabledMetrics": [],
        "Tags": group.tags.0.iter().map(tag).collect::<Value>(),
        "TerminationPolicies": ["Default"],
        "NewInstancesProtectedFromScaleIn": false,
        "ServiceLinkedRoleARN": format!(
            "arn:aws:iam::{account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
        ),
        "TrafficSources": [],
        "CapacityRebalance": false,
    })
}

/// Those that the group still tells: what is gone for good it has forgotten.
fn members<'a>(region: &'a Region, group: &'a ScalingGroup) -> impl Iterator<Item = &'a Instance> {
    let of = move |one: &&Instance| one.asg.as_deref() == Some(group.name.as_str());
    region.instances.iter().filter(of).filter(|one| one.state != State::Terminated)
}

pub fn template(template: &LaunchTemplate) -> Value {
    json!({
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "Version": template.version.to_string(),
    })
}

/// An instance as its group sees it; told by itself, in capitals and with the group's name.
fn instance(region: &Region, group: &ScalingGroup, of: &Instance, alone: bool) -> Value {
    let zone = region.zones.get(of.zone);
    let lifecycle = match of.state {
        State::Pending => "Pending",
        State::Running | State::Stopping | State::Stopped => "InService",
        State::ShuttingDown => "Terminating",
        State::Terminated => "Terminated",
    };
    let well = matches!(of.state, State::Pending) || of.state == State::Running && of.impaired_since.is_none();
    let health = match (well, alone) {
        (true, false) => "Healthy",
        (false, false) => "Unhealthy",
        (true, true) => "HEALTHY",
        (false, true) => "UNHEALTHY",
    };
    json!({
        "InstanceId": of.id,
        "InstanceType": of.shape,
        "AutoScalingGroupName": alone.then_some(&group.name),
        "AvailabilityZone": zone.map(|zone| &zone.name),
        "AvailabilityZoneId": zone.map(|zone| &zone.id),
        "LifecycleState": lifecycle,
        "HealthStatus": health,
        "LaunchTemplate": template(&group.template),
        "ImageId": of.ami,
        "ProtectedFromScaleIn": false,
    })
}

pub fn instances(call: &Call<'_>) -> Result<Reply, Fail> {
    let wished = call.texts("InstanceIds");
    let rows = call.look(|_, region| {
        let each = region.scaling.iter().flat_map(|group| {
            let asked = members(region, group).filter(|one| wished.is_empty() || wished.contains(&one.id));
            asked.map(move |one| instance(region, group, one, true))
        });
        each.collect()
    })?;
    listed(call, "AutoScalingInstances", rows, "InstanceId", (1, 50), 50)
}
