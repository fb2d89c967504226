#!/usr/bin/env python3
"""What AWS holds, as boto3 tells it: the measure for `quarterdeck list KIND --json`.

usage: oracle.py REGION…        (endpoint and credentials from the environment, as boto3 takes them)

Prints {"account": {…}, "region": {…}, REGION: {KIND: {ID: {FIELD: VALUE}}}}. Everything is asked for page by page to the end,
by botocore's own paginators where there is one. Fields are snake_case; a moment is in seconds since 1970; what AWS leaves
out or gives as an empty text is left out here too.
"""

import collections
import datetime
import json
import sys

import boto3


def main() -> None:
    regions = sys.argv[1:]
    if not regions:
        sys.exit(__doc__)
    told = {"account": account(), "region": enabled_regions(regions[0])}
    for region in regions:
        told[region] = {kind: by_id(rows(region)) for kind, rows in KINDS.items()}
    json.dump(told, sys.stdout, indent=1, sort_keys=True)
    print()


def by_id(rows) -> dict:
    told = {}
    for id, row in rows:
        assert id not in told, f"{id} is there twice"
        told[id] = {field: plain(value) for field, value in row.items() if value not in (None, "")}
    return told


def plain(value):
    return int(value.timestamp()) if isinstance(value, datetime.datetime) else value


def every(region: str, service: str, operation: str, path: str, **asked) -> list:
    pages = boto3.client(service, region_name=region).get_paginator(operation).paginate(**asked)
    return [row for row in pages.search(path) if row is not None]


def tag(row: dict, name: str) -> str:
    return next((one["Value"] for one in row.get("Tags", []) if one["Key"] == name), "")


def account() -> dict:
    told = boto3.client("sts").get_caller_identity()
    return {"id": told["Account"], "arn": told["Arn"]}


def enabled_regions(ask_in: str) -> dict:
    told = boto3.client("ec2", region_name=ask_in).describe_regions()["Regions"]
    return by_id((one["RegionName"], {"name": one["RegionName"], "opt_in": one["OptInStatus"], "endpoint": one["Endpoint"]}) for one in told)


def vpcs(region: str):
    for one in every(region, "ec2", "describe_vpcs", "Vpcs[]"):
        yield one["VpcId"], {
            "id": one["VpcId"], "name": tag(one, "Name"), "role": tag(one, "quarterdeck:vpc"), "cidr": one["CidrBlock"],
            "state": one["State"], "default": one["IsDefault"], "owner": one.get("OwnerId"),
        }


def subnets(region: str):
    own, main = {}, {}
    for table in every(region, "ec2", "describe_route_tables", "RouteTables[]"):
        for use in table["Associations"]:
            if use.get("SubnetId"):
                own[use["SubnetId"]] = table
            elif use.get("Main"):
                main[table["VpcId"]] = table
    for one in every(region, "ec2", "describe_subnets", "Subnets[]"):
        table = own.get(one["SubnetId"]) or main[one["VpcId"]]
        sort, via = way_out(table["Routes"])
        yield one["SubnetId"], {
            "id": one["SubnetId"], "name": tag(one, "Name"), "az": one["AvailabilityZone"], "cidr": one["CidrBlock"],
            "free_ips": one["AvailableIpAddressCount"], "state": one["State"], "vpc": one["VpcId"], "routes": sort, "via": via,
            "public_ips": one["MapPublicIpOnLaunch"], "route_table": table["RouteTableId"], "main_table": one["SubnetId"] not in own,
            "arn": one["SubnetArn"],
        }


def way_out(routes: list):
    """public: a default route to an internet gateway; private: to anything else; isolated: there is none."""
    out = [route for route in routes if "0.0.0.0/0" in route.values() or "::/0" in route.values()]
    if not out:
        return "isolated", ""
    targets = [next(value for key, value in route.items() if key.endswith("Id") and not key.startswith("Destination")) for route in out]
    gateways = [target for target in targets if target.startswith("igw-")]
    return ("public", gateways[0]) if gateways else ("private", targets[0])


def instances(region: str):
    checks = {
        one["InstanceId"]: [one["SystemStatus"]["Status"], one["InstanceStatus"]["Status"]]
        for one in every(region, "ec2", "describe_instance_status", "InstanceStatuses[]")
    }
    pings = {
        one["InstanceId"]: one["PingStatus"]
        for one in every(region, "ssm", "describe_instance_information", "InstanceInformationList[]")
    }
    found = every(region, "ec2", "describe_instances", "Reservations[].Instances[]")
    images = sorted({one["ImageId"] for one in found})
    made = {one["ImageId"]: one["CreationDate"] for one in every(region, "ec2", "describe_images", "Images[]", ImageIds=images)}
    for one in found:
        id, running = one["InstanceId"], one["State"]["Name"] == "running"
        nodegroup, cluster = tag(one, "eks:nodegroup-name"), tag(one, "eks:cluster-name")
        yield id, {
            "id": id, "name": tag(one, "Name"), "role": tag(one, "quarterdeck:role"), "state": one["State"]["Name"],
            "status": worst(checks[id]) if running and id in checks else "", "type": one["InstanceType"],
            "az": one["Placement"]["AvailabilityZone"], "private_ip": one.get("PrivateIpAddress"), "public_ip": one.get("PublicIpAddress"),
            "ssm": pings.get(id), "age": one["LaunchTime"], "ami": one["ImageId"],
            "ami_age": datetime.datetime.fromisoformat(made[one["ImageId"]].replace("Z", "+00:00")), "vpc": one.get("VpcId"),
            "subnet": one.get("SubnetId"), "cluster": cluster, "nodegroup": nodegroup, "asg": tag(one, "aws:autoscaling:groupName"),
            "security_groups": sorted(group["GroupId"] for group in one["SecurityGroups"]),
        }


def worst(checks: list) -> str:
    return next((word for word in ("impaired", "insufficient-data", "initializing", "ok") if word in checks), "")


def security_groups(region: str):
    for one in every(region, "ec2", "describe_security_groups", "SecurityGroups[]"):
        yield one["GroupId"], {
            "id": one["GroupId"], "name": one["GroupName"], "description": one["Description"], "vpc": one.get("VpcId"),
            "ingress": sources(one["IpPermissions"]), "egress": sources(one["IpPermissionsEgress"]), "owner": one["OwnerId"],
            "open_to_world": sorted({ports(rule) for rule in one["IpPermissions"] if for_all(rule)}),
        }


def sources(rules: list) -> int:
    return sum(len(rule.get(kind, [])) for rule in rules for kind in ("IpRanges", "Ipv6Ranges", "UserIdGroupPairs", "PrefixListIds"))


def for_all(rule: dict) -> bool:
    blocks = [block.get("CidrIp", block.get("CidrIpv6")) for block in rule.get("IpRanges", []) + rule.get("Ipv6Ranges", [])]
    return "0.0.0.0/0" in blocks or "::/0" in blocks


def ports(rule: dict) -> str:
    protocol, low, high = rule["IpProtocol"], rule.get("FromPort"), rule.get("ToPort")
    if protocol == "-1":
        return "all"
    if protocol.startswith("icmp"):
        return protocol
    if low == high:
        return f"{protocol}/{low}"
    return f"{protocol}/all" if (low, high) == (0, 65535) else f"{protocol}/{low}-{high}"


def clusters(region: str):
    client = boto3.client("eks", region_name=region)
    for name in every(region, "eks", "list_clusters", "clusters[]"):
        one = client.describe_cluster(name=name)["cluster"]
        network = one["resourcesVpcConfig"]
        yield name, {
            "name": name, "version": one["version"], "status": one["status"], "url": one["endpoint"], "platform": one["platformVersion"],
            "age": one["createdAt"], "arn": one["arn"], "vpc": network.get("vpcId"),
            "private": network["endpointPrivateAccess"], "public": network["endpointPublicAccess"],
        }


def nodegroups(region: str):
    client = boto3.client("eks", region_name=region)
    for cluster in every(region, "eks", "list_clusters", "clusters[]"):
        for name in every(region, "eks", "list_nodegroups", "nodegroups[]", clusterName=cluster):
            one = client.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"]
            size = one["scalingConfig"]
            yield f"{cluster}/{name}", {
                "name": name, "cluster": cluster, "status": one["status"], "version": one["version"], "release": one["releaseVersion"],
                "desired": size["desiredSize"], "min": size["minSize"], "max": size["maxSize"], "ami_type": one["amiType"],
                "capacity": one["capacityType"], "types": one["instanceTypes"], "age": one["createdAt"], "arn": one["nodegroupArn"],
                "asg": [group["name"] for group in one["resources"]["autoScalingGroups"]],
            }


def scaling_groups(region: str):
    for one in every(region, "autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups[]"):
        yield one["AutoScalingGroupName"], {
            "name": one["AutoScalingGroupName"], "arn": one["AutoScalingGroupARN"], "desired": one["DesiredCapacity"],
            "min": one["MinSize"], "max": one["MaxSize"], "azs": sorted(one["AvailabilityZones"]), "age": one["CreatedTime"],
            "in_service": sum(member["LifecycleState"] == "InService" for member in one["Instances"]),
            "unhealthy": sum(member["HealthStatus"].lower() == "unhealthy" for member in one["Instances"]),
            "cluster": tag(one, "eks:cluster-name"),
        }


def load_balancers(region: str):
    for one in every(region, "elbv2", "describe_load_balancers", "LoadBalancers[]"):
        yield one["LoadBalancerArn"], {
            "name": one["LoadBalancerName"], "arn": one["LoadBalancerArn"], "type": one["Type"], "scheme": one["Scheme"],
            "state": one["State"]["Code"], "dns": one["DNSName"], "vpc": one["VpcId"], "age": one["CreatedTime"],
            "azs": sorted(zone["ZoneName"] for zone in one["AvailabilityZones"]),
        }


def target_groups(region: str):
    client = boto3.client("elbv2", region_name=region)
    for one in every(region, "elbv2", "describe_target_groups", "TargetGroups[]"):
        # DescribeTargetHealth has no pages
        health = client.describe_target_health(TargetGroupArn=one["TargetGroupArn"])["TargetHealthDescriptions"]
        states = collections.Counter(target["TargetHealth"]["State"] for target in health)
        yield one["TargetGroupArn"], {
            "name": one["TargetGroupName"], "arn": one["TargetGroupArn"], "protocol": f"{one['Protocol']}:{one['Port']}",
            "type": one["TargetType"], "vpc": one.get("VpcId"), "load_balancer_arn": one["LoadBalancerArns"],
            "healthy": states["healthy"], "targets": sorted(target["Target"]["Id"] for target in health),
            "health": {target["Target"]["Id"]: target["TargetHealth"]["State"] for target in health},
            "reasons": dict(collections.Counter(
                target["TargetHealth"]["Reason"] for target in health if target["TargetHealth"].get("Reason")
            )),
        }


def log_groups(region: str):
    for one in every(region, "logs", "describe_log_groups", "logGroups[]"):
        yield one["logGroupName"], {
            "name": one["logGroupName"], "stored": one["storedBytes"], "days": one.get("retentionInDays"),
            "age": one["creationTime"] // 1000, "arn": one["arn"].removesuffix(":*"),
        }


KINDS = {
    "vpc": vpcs, "subnet": subnets, "instance": instances, "security-group": security_groups, "cluster": clusters,
    "nodegroup": nodegroups, "asg": scaling_groups, "load-balancer": load_balancers, "target-group": target_groups,
    "log-group": log_groups,
}

main()
