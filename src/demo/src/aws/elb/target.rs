//! Target groups, and the tags of all that the service has.
use serde_json::{Value, json};

use super::{
    super::{
        call::Call,
        fail::{self, Fail},
        service::Reply,
    },
    NO_BALANCER, NO_GROUP, chosen, is_arn, listed,
};
use crate::world::{Region, balancer::TargetGroup, tag::Tags};

pub fn groups(call: &Call<'_>) -> Result<Reply, Fail> {
    let (arns, names, balancer) = (call.texts("TargetGroupArns"), call.texts("Names"), call.text("LoadBalancerArn"));
    if usize::from(!arns.is_empty()) + usize::from(!names.is_empty()) + usize::from(balancer.is_some()) > 1 {
        let message =
            "Target group names, target group ARNs, and a load balancer ARN cannot be specified at the same time";
        return Err(Fail::bad("ValidationError", message));
    }
    arns.iter().try_for_each(|arn| is_arn(arn, "targetgroup"))?;
    let (known, rows) = call.look(|_, region| {
        let meant = region.target_groups.iter().filter(|group| balancer.is_none_or(|arn| arn == group.balancer));
        let known = balancer.is_none_or(|arn| region.balancers.iter().any(|one| one.arn == arn));
        (known, meant.map(row).collect::<Vec<_>>())
    })?;
    if let Some(arn) = balancer.filter(|_| !known) {
        return Err(Fail::bad(NO_BALANCER, format!("Load balancer '{arn}' not found")));
    }
    let rows = chosen(rows, &arns, "TargetGroupArn", NO_GROUP, "Target groups")?;
    let rows = chosen(rows, &names, "TargetGroupName", NO_GROUP, "Target groups")?;
    listed(call, "TargetGroups", rows, "TargetGroupArn")
}

fn row(group: &TargetGroup) -> Value {
    json!({
        "TargetGroupArn": group.arn,
        "TargetGroupName": group.name,
        "Protocol": group.protocol,
        "Port": group.port,
        "VpcId": group.vpc,
        "HealthCheckProtocol": "TCP",
        "HealthCheckPort": "traffic-port",
        "HealthCheckEnabled": true,
        "HealthCheckIntervalSeconds": 10,
        "HealthCheckTimeoutSeconds": 10,
        "HealthyThresholdCount": 2,
        "UnhealthyThresholdCount": 2,
        "LoadBalancerArns": [group.balancer],
        "TargetType": "ip",
        "IpAddressType": "ipv4",
    })
}

pub fn attributes(call: &Call<'_>) -> Result<Reply, Fail> {
    let arn = call.text("TargetGroupArn").ok_or_else(|| fail::missing(call, "targetGroupArn"))?;
    is_arn(arn, "targetgroup")?;
    if !call.look(|_, region| region.target_groups.iter().any(|group| group.arn == arn))? {
        return Err(Fail::bad(NO_GROUP, format!("Target groups '[{arn}]' not found")));
    }
    let all = [
        ("deregistration_delay.timeout_seconds", "30"),
        ("deregistration_delay.connection_termination.enabled", "false"),
        ("preserve_client_ip.enabled", "false"),
        ("proxy_protocol_v2.enabled", "false"),
        ("stickiness.enabled", "false"),
        ("stickiness.type", "source_ip"),
        ("load_balancing.cross_zone.enabled", "use_load_balancer_configuration"),
        ("target_group_health.dns_failover.minimum_healthy_targets.count", "1"),
        ("target_group_health.dns_failover.minimum_healthy_targets.percentage", "off"),
        ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1"),
        ("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off"),
        ("target_health_state.unhealthy.connection_termination.enabled", "true"),
        ("target_health_state.unhealthy.draining_interval_seconds", "0"),
    ];
    Ok(json!({ "Attributes": pairs(&all) }).into())
}

pub fn pairs(all: &[(&str, &str)]) -> Value {
    all.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

/// What has tags here, by its ARN: balancers and target groups. Listeners have none.
fn of<'a>(region: &'a Region, arn: &str) -> Option<&'a Tags> {
    static NONE: Tags = Tags(vec![]);
    let balancer = region.balancers.iter().find(|one| one.arn == arn).map(|one| &one.tags);
    let group = || region.target_groups.iter().find(|one| one.arn == arn).map(|one| &one.tags);
    let listener = || region.balancers.iter().flat_map(|one| &one.listeners).find(|one| one.arn == arn).map(|_| &NONE);
    balancer.or_else(group).or_else(listener)
}

pub fn tags(call: &Call<'_>) -> Result<Reply, Fail> {
    let arns = call.texts("ResourceArns");
    if arns.is_empty() {
        return Err(fail::missing(call, "resourceArns"));
    }
    if arns.len() > 20 {
        return Err(Fail::bad("ValidationError", "The tags of at most 20 resources are told at once"));
    }
    call.look(|_, region| {
        let row = |arn: &String| {
            let code = if arn.contains(":targetgroup/") {
                NO_GROUP
            } else if arn.contains(":listener/") {
                "ListenerNotFound"
            } else {
                NO_BALANCER
            };
            let tags = of(region, arn)
                .ok_or_else(|| Fail::bad(code, format!("The following resources were not found: [{arn}]")))?;
            let tag = |(key, value): &(String, String)| json!({ "Key": key, "Value": value });
            Ok(json!({ "ResourceArn": arn, "Tags": tags.0.iter().map(tag).collect::<Value>() }))
        };
        let rows: Result<Vec<Value>, Fail> = arns.iter().map(row).collect();
        Ok(json!({ "TagDescriptions": rows? }).into())
    })?
}
