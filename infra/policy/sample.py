"""A plan that breaks no promise: one of each kind of object that a promise is about."""

import json

OURS = {f"quarterdeck:{tag}": "x" for tag in ("estate", "environment", "stack", "region")}
UNTAGGED = {
    "aws_route",
    "aws_route_table_association",
    "aws_iam_role_policy",
    "aws_route53_record",
    "aws_s3_bucket_public_access_block",
    "aws_kms_alias",
}


def resource(address, values, unknown=(), actions=("create",)):
    module, _, rest = address.rpartition(":")
    kind, name = rest.split(".", 1)
    tags = values.pop("tags", {})
    if kind not in UNTAGGED:
        values = {**values, "tags": tags, "tags_all": {**OURS, **tags}}
    return {
        "address": f"{module}.{rest}" if module else rest,
        "module_address": module,
        "mode": "managed",
        "type": kind,
        "name": name,
        "change": {"actions": list(actions), "before": None, "after": values, "after_unknown": {one: True for one in unknown}},
    }


def host_template(**more):
    return {
        "metadata_options": [{"http_tokens": "required", "http_put_response_hop_limit": 1}],
        "network_interfaces": [{"associate_public_ip_address": "false"}],
        "block_device_mappings": [{"ebs": [{"encrypted": "true"}]}],
        "tag_specifications": [{"resource_type": "instance", "tags": {"quarterdeck:estate": "x", "quarterdeck:role": "bastion"}}],
        **more,
    }


def good():
    """One of each kind of object that a promise is about, all kept; ids are not known, as in a first plan."""
    lb, app = "module.lb", "module.app"
    made = [
        resource(f"{lb}:aws_vpc.this", {"tags": {"quarterdeck:vpc": "lb"}}, ["id"]),
        resource(f"{app}:aws_vpc.this", {"tags": {"quarterdeck:vpc": "app"}}, ["id"]),
        resource(f"{lb}:aws_flow_log.this", {"traffic_type": "ALL"}, ["vpc_id"]),
        resource(f"{app}:aws_flow_log.this", {"traffic_type": "ALL"}, ["vpc_id"]),
        resource(f"{lb}:aws_route_table.private", {"tags": {"quarterdeck:vpc": "lb"}}, ["id"]),
        resource(f"{app}:aws_route_table.node", {"tags": {"quarterdeck:vpc": "app"}}, ["id"]),
        resource(f"{lb}:aws_route.nat", {"destination_cidr_block": "0.0.0.0/0"}, ["route_table_id"]),
        resource(f"{app}:aws_route.node", {"destination_cidr_block": "10.0.0.0/8"}, ["route_table_id"]),
        resource(f"{lb}:aws_internet_gateway.this", {"tags": {"quarterdeck:vpc": "lb"}}),
    ]
    for zone in "ab":
        made += [
            resource(
                f"{lb}:aws_subnet.{zone}",
                {"availability_zone": zone, "map_public_ip_on_launch": False, "tags": {"quarterdeck:tier": "public"}},
            ),
            resource(
                f"{app}:aws_subnet.{zone}",
                {"availability_zone": zone, "map_public_ip_on_launch": False, "tags": {"quarterdeck:tier": "node"}},
            ),
            resource(f"{lb}:aws_nat_gateway.{zone}", {"tags": {"quarterdeck:vpc": "lb", "quarterdeck:role": "nat"}}),
            resource(f"module.bastion:aws_autoscaling_group.{zone}", {"vpc_zone_identifier": [f"subnet-{zone}"]}),
            resource(f"module.vpn:aws_ec2_client_vpn_network_association.{zone}", {"subnet_id": zone}),
            resource(f"module.nodes:aws_eks_node_group.{zone}", {"subnet_ids": [zone]}),
        ]
    made += [
        resource(
            "module.ingress:aws_security_group.this", {"tags": {"quarterdeck:role": "ingress", "quarterdeck:vpc": "lb"}}, ["id"]
        ),
        resource(
            "module.ingress:aws_vpc_security_group_ingress_rule.https",
            {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "tcp", "from_port": 443, "to_port": 443},
            ["security_group_id"],
        ),
        resource("module.builder:aws_security_group.this", {"tags": {"Name": "x-builder", "quarterdeck:vpc": "lb"}}, ["id"]),
        resource(
            "module.builder:aws_vpc_security_group_egress_rule.https",
            {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "tcp", "from_port": 443, "to_port": 443},
            ["security_group_id"],
        ),
        resource("module.node:aws_security_group.this", {"tags": {"quarterdeck:role": "node", "quarterdeck:vpc": "app"}}, ["id"]),
        resource(
            "module.node:aws_vpc_security_group_ingress_rule.jump",
            {"cidr_ipv4": "10.0.0.0/20", "ip_protocol": "tcp", "from_port": 22, "to_port": 22},
            ["security_group_id"],
        ),
        resource(
            "module.node:aws_vpc_security_group_egress_rule.database",
            {"cidr_ipv4": "10.0.0.0/20", "ip_protocol": "tcp", "from_port": 5432, "to_port": 5432},
            ["security_group_id"],
        ),
        resource(
            "module.edge:aws_lb.this",
            {
                "internal": False,
                "load_balancer_type": "network",
                "enable_zonal_shift": True,
                "enable_deletion_protection": True,
                "access_logs": [{"bucket": "x-logs", "enabled": True}],
                "subnet_mapping": [{"subnet_id": "a"}, {"subnet_id": "b"}],
                "tags": {"quarterdeck:role": "ingress"},
            },
        ),
        resource(
            "module.edge:aws_lb_listener.this", {"protocol": "TLS", "ssl_policy": "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"}
        ),
        resource(
            "module.vpn:aws_ec2_client_vpn_endpoint.this",
            {"split_tunnel": True, "connection_log_options": [{"enabled": True}], "tags": {"quarterdeck:role": "vpn"}},
        ),
        resource("module.vpn:aws_ec2_client_vpn_authorization_rule.this", {"target_network_cidr": "10.1.4.0/22"}),
        resource("module.bastion:aws_launch_template.this", host_template()),
        resource(
            "module.images:aws_imagebuilder_infrastructure_configuration.this",
            {"instance_metadata_options": [{"http_tokens": "required"}]},
        ),
        resource(
            "module.eks:aws_eks_cluster.this",
            {
                "vpc_config": [{"endpoint_public_access": False, "endpoint_private_access": True}],
                "access_config": [{"authentication_mode": "API"}],
                "enabled_cluster_log_types": ["api", "audit", "authenticator", "controllerManager", "scheduler"],
                "encryption_config": [{"resources": ["secrets"]}],
                "zonal_shift_config": [{"enabled": True}],
                "deletion_protection": True,
            },
        ),
        resource(
            "module.logs:aws_cloudwatch_log_group.this",
            {"retention_in_days": 365, "kms_key_id": "arn:aws:kms:x", "deletion_protection_enabled": True},
        ),
        resource("module.topic:aws_sns_topic.this", {}, ["kms_master_key_id"]),
        resource("module.ecr:aws_ecr_repository.this", {"encryption_configuration": [{"encryption_type": "KMS"}]}),
        resource("module.bucket:aws_s3_bucket.this", {"bucket": "x-logs"}, ["id", "arn"]),
        resource("module.bucket:aws_s3_bucket_server_side_encryption_configuration.this", {"bucket": "x-logs"}),
        resource(
            "module.bucket:aws_s3_bucket_public_access_block.this",
            {
                "block_public_acls": True,
                "block_public_policy": True,
                "ignore_public_acls": True,
                "restrict_public_buckets": True,
            },
            ["bucket"],
        ),
        resource("module.key:aws_kms_key.this", {"enable_key_rotation": True}, ["arn"]),
        resource("module.role:aws_iam_role.this", {}, ["permissions_boundary"]),
        resource("module.access_roles:aws_iam_role.break_glass", {"permissions_boundary": None}),
        resource(
            "module.role:aws_iam_role_policy.this",
            {
                "policy": json.dumps(
                    {"Statement": [{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "arn:aws:logs:x"}]}
                )
            },
        ),
        resource("module.data:aws_db_instance.this", {"kms_key_id": "arn:aws:kms:x", "deletion_protection": True}),
    ]
    return {"format_version": "1.2", "variables": {"copy": {"value": ""}}, "resource_changes": made}
