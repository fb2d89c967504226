"""AWS's own objects as boto3 has them: the measure for `quarterdeck describe KIND ID -o json`. usage: raw.py REGION

Prints {KIND: {ID: OBJECT}}; a moment is RFC 3339 in whole seconds.
"""

import datetime
import json
import sys

import boto3

region = sys.argv[1]


def every(service: str, operation: str, path: str, **asked) -> list:
    return list(boto3.client(service, region_name=region).get_paginator(operation).paginate(**asked).search(path))


def plain(value) -> str:
    assert isinstance(value, datetime.datetime)
    return value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def by(key: str, rows: list) -> dict:
    return {row[key]: row for row in rows}


def target_groups() -> dict:
    rows = by("TargetGroupArn", every("elbv2", "describe_target_groups", "TargetGroups[]"))
    for arn, row in rows.items():
        told = boto3.client("elbv2", region_name=region).describe_target_health(TargetGroupArn=arn)
        row["TargetHealthDescriptions"] = told["TargetHealthDescriptions"]
    return rows


eks = boto3.client("eks", region_name=region)
clusters = every("eks", "list_clusters", "clusters[]")
json.dump(
    {
        "vpc": by("VpcId", every("ec2", "describe_vpcs", "Vpcs[]")),
        "subnet": by("SubnetId", every("ec2", "describe_subnets", "Subnets[]")),
        "instance": by("InstanceId", every("ec2", "describe_instances", "Reservations[].Instances[]")),
        "security-group": by("GroupId", every("ec2", "describe_security_groups", "SecurityGroups[]")),
        "cluster": {name: eks.describe_cluster(name=name)["cluster"] for name in clusters},
        "nodegroup": {
            f"{cluster}/{name}": eks.describe_nodegroup(clusterName=cluster, nodegroupName=name)["nodegroup"]
            for cluster in clusters
            for name in every("eks", "list_nodegroups", "nodegroups[]", clusterName=cluster)
        },
        "asg": by("AutoScalingGroupName", every("autoscaling", "describe_auto_scaling_groups", "AutoScalingGroups[]")),
        "load-balancer": by("LoadBalancerArn", every("elbv2", "describe_load_balancers", "LoadBalancers[]")),
        "target-group": target_groups(),
        "log-group": by("logGroupName", every("logs", "describe_log_groups", "logGroups[]")),
    },
    sys.stdout,
    default=plain,
)
