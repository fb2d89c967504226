//! Load balancers and their listeners.
use serde_json::{Value, json};

use super::{
    super::{
        call::Call,
        fail::{self, Fail},
        service::Reply,
        wire::time,
    },
    NO_BALANCER, chosen, is_arn, listed,
};
use crate::world::{Region, balancer::Balancer};

pub fn balancers(call: &Call<'_>) -> Result<Reply, Fail> {
    let (arns, names) = (call.texts("LoadBalancerArns"), call.texts("Names"));
    if !arns.is_empty() && !names.is_empty() {
        return Err(Fail::bad("ValidationError", "Load balancer names and ARNs cannot be specified at the same time"));
    }
    arns.iter().try_for_each(|arn| is_arn(arn, "loadbalancer"))?;
    let rows = call.look(|_, region| region.balancers.iter().map(|one| row(region, one)).collect())?;
    let rows = chosen(rows, &arns, "LoadBalancerArn", NO_BALANCER, "Load balancers")?;
    let rows = chosen(rows, &names, "LoadBalancerName", NO_BALANCER, "Load balancers")?;
    listed(call, "LoadBalancers", rows, "LoadBalancerArn")
}

fn row(region: &Region, of: &Balancer) -> Value {
    let place = |(zone, subnet, allocation): &(usize, String, String)| {
        let address = region.addresses.iter().find(|address| address.allocation == *allocation);
        json!({
            "ZoneName": region.zones.get(*zone).map(|zone| &zone.name),
            "SubnetId": subnet,
            "LoadBalancerAddresses": address
                .map(|address| json!({ "IpAddress": address.public_ip.to_string(), "AllocationId": allocation }))
                .into_iter()
                .collect::<Value>(),
        })
    };
    json!({
        "LoadBalancerArn": of.arn,
        "DNSName": of.dns,
        "CanonicalHostedZoneId": of.zone_id,
        "CreatedTime": time(of.created),
        "LoadBalancerName": of.name,
        "Scheme": "internet-facing",
        "VpcId": of.vpc,
        "State": { "Code": "active" },
        "Type": "network",
        "AvailabilityZones": of.places.iter().map(place).collect::<Value>(),
        "SecurityGroups": of.groups,
        "IpAddressType": "ipv4",
        "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic": "on",
        "EnablePrefixForIpv6SourceNat": "off",
    })
}

pub fn listeners(call: &Call<'_>) -> Result<Reply, Fail> {
    let (balancer, arns) = (call.text("LoadBalancerArn"), call.texts("ListenerArns"));
    if balancer.is_none() && arns.is_empty() {
        return Err(Fail::bad("ValidationError", "You must specify either listener ARNs or a load balancer ARN"));
    }
    if let Some(arn) = balancer {
        known(call, arn)?;
    }
    let rows = call.look(|_, region| {
        let meant = region.balancers.iter().filter(|one| balancer.is_none_or(|arn| arn == one.arn));
        let of = |one: &Balancer| -> Vec<Value> { one.listeners.iter().map(|listener| told(one, listener)).collect() };
        meant.flat_map(of).collect()
    })?;
    let rows = chosen(rows, &arns, "ListenerArn", "ListenerNotFound", "Listeners")?;
    listed(call, "Listeners", rows, "ListenerArn")
}

fn told(balancer: &Balancer, listener: &crate::world::balancer::Listener) -> Value {
    json!({
        "ListenerArn": listener.arn,
        "LoadBalancerArn": balancer.arn,
        "Port": listener.port,
        "Protocol": listener.protocol,
        "DefaultActions": [{
            "Type": "forward",
            "TargetGroupArn": listener.target_group,
            "Order": 1,
            "ForwardConfig": { "TargetGroups": [{ "TargetGroupArn": listener.target_group }] },
        }],
    })
}

fn known(call: &Call<'_>, arn: &str) -> Result<(), Fail> {
    is_arn(arn, "loadbalancer")?;
    if call.look(|_, region| region.balancers.iter().any(|one| one.arn == arn))? {
        return Ok(());
    }
    Err(Fail::bad(NO_BALANCER, format!("Load balancer '{arn}' not found")))
}

pub fn attributes(call: &Call<'_>) -> Result<Reply, Fail> {
    let arn = call.text("LoadBalancerArn").ok_or_else(|| fail::missing(call, "loadBalancerArn"))?;
    known(call, arn)?;
    let all = [
        ("deletion_protection.enabled", "true"),
        ("access_logs.s3.enabled", "false"),
        ("access_logs.s3.bucket", ""),
        ("access_logs.s3.prefix", ""),
        ("load_balancing.cross_zone.enabled", "false"),
        ("dns_record.client_routing_policy", "any_availability_zone"),
        ("zonal_shift.config.enabled", "true"),
        ("ipv6.deny_all_igw_traffic", "false"),
        ("secondary_ips.auto_assigned.per_subnet", "0"),
    ];
    Ok(json!({ "Attributes": super::target::pairs(&all) }).into())
}
