"""What the design promises, each as a question to a plan: yields (address, what is wrong) for each breach.

`looks_at` names the types that the promise is about, so that a promise that found nothing to look at can be told from one that is
kept.
"""

import json

from plan import TYPES_WITH_WORLD as WORLD

# The pipeline's own host: it shuts nobody out when it fails, nobody looks for it, and its jobs are containers that act by its
# role, which is one hop further.
RUNNER = "module.runner["
# What a canary says is in its metrics and artifacts as well.
CANARY = "module.canary."
ROLES = {"vpn", "bastion", "jump", "node", "nat", "ingress"}
PROMISES = []
# of all plans of an estate together
ESTATE_PROMISES = []


def promise(*looks_at, of=PROMISES):
    def add(function):
        function.looks_at = looks_at
        of.append(function)
        return function

    return add


# -- ways


@promise("aws_route", "aws_route_table", "aws_default_route_table")
def only_the_lb_vpc_has_a_way_out(plan):
    """No default route in the Security and the App VPC."""
    for route in plan.of("aws_route"):
        if route["destination_cidr_block"] in WORLD or route["destination_ipv6_cidr_block"] in WORLD:
            vpc = plan.vpc_of_table(route)
            if vpc != "lb":
                yield route.address, f"a default route in the {vpc or 'unknown'} VPC"
    for table in plan.of("aws_route_table", "aws_default_route_table"):
        for one in table.blocks("route"):
            if one.get("cidr_block") in WORLD or one.get("ipv6_cidr_block") in WORLD:
                yield table.address, "a default route inside a table; routes are resources of their own"


@promise("aws_internet_gateway", "aws_nat_gateway")
def gateways_stand_in_the_lb_vpc(plan):
    for one in plan.of("aws_internet_gateway", "aws_nat_gateway", "aws_egress_only_internet_gateway"):
        if one.tags.get("quarterdeck:vpc") != "lb":
            yield one.address, f"a gateway to the internet in the {one.tags.get('quarterdeck:vpc') or 'unknown'} VPC"


@promise("aws_vpc_security_group_ingress_rule", "aws_security_group")
def the_world_enters_only_by_the_listeners(plan):
    """Ingress from everywhere: the load balancer's group, port 443, nothing else."""
    for rule in plan.of("aws_vpc_security_group_ingress_rule"):
        if rule["cidr_ipv4"] in WORLD or rule["cidr_ipv6"] in WORLD:
            roles = {one.tags.get("quarterdeck:role") for one in rule.owner("security_group_id", "aws_security_group")}
            if roles != {"ingress"} or (rule["ip_protocol"], rule["from_port"], rule["to_port"]) != ("tcp", 443, 443):
                yield rule.address, "ingress from everywhere that is not the load balancer's on 443"
    for group in plan.of("aws_security_group", "aws_default_security_group"):
        for one in group.blocks("ingress"):
            if set(WORLD) & set((one.get("cidr_blocks") or []) + (one.get("ipv6_cidr_blocks") or [])):
                yield group.address, "ingress from everywhere inside a group; rules are resources of their own"
    for rule in plan.of("aws_security_group_rule"):
        if rule["type"] == "ingress" and set(WORLD) & set((rule["cidr_blocks"] or []) + (rule["ipv6_cidr_blocks"] or [])):
            yield rule.address, "ingress from everywhere"


@promise("aws_vpc_security_group_egress_rule")
def only_builders_go_out(plan):
    """What NAT serves: image builders and the image mirror, by TLS."""
    for rule in plan.of("aws_vpc_security_group_egress_rule"):
        if rule["cidr_ipv4"] in WORLD or rule["cidr_ipv6"] in WORLD:
            groups = rule.owner("security_group_id", "aws_security_group")
            builder = groups and all(
                one.tags.get("quarterdeck:vpc") == "lb" and "builder" in (one.tags.get("Name") or "") for one in groups
            )
            if not builder or (rule["ip_protocol"], rule["from_port"], rule["to_port"]) != ("tcp", 443, 443):
                yield rule.address, "egress to everywhere that is not the builders' on 443"


@promise("aws_lb")
def only_the_ingress_faces_the_world(plan):
    for one in plan.of("aws_lb"):
        if not one["internal"] and (one["load_balancer_type"] != "network" or one.tags.get("quarterdeck:role") != "ingress"):
            yield one.address, "a load balancer that faces the internet and is not the estate's ingress"
    for one in plan.of("aws_lb_listener"):
        if one["protocol"] != "TLS" or "TLS13" not in (one["ssl_policy"] or ""):
            yield (
                one.address,
                f"a listener that speaks {one['protocol']} with {one['ssl_policy'] or 'no policy'}; TLS 1.2 at least is promised",
            )


@promise("aws_lb")
def what_comes_in_is_logged(plan):
    for one in plan.of("aws_lb"):
        if not one.block("access_logs").get("enabled"):
            yield one.address, "a load balancer that does not say who came"


@promise("aws_subnet", "aws_launch_template")
def nothing_gets_a_public_address_by_itself(plan):
    for one in plan.of("aws_subnet"):
        if one["map_public_ip_on_launch"]:
            yield one.address, "a subnet that gives public addresses"
    for one in plan.of("aws_launch_template"):
        for interface in one.blocks("network_interfaces"):
            if interface.get("associate_public_ip_address") == "true":
                yield one.address, "hosts with a public address"
    for one in plan.of("aws_instance"):
        if one["associate_public_ip_address"]:
            yield one.address, "a host with a public address"


@promise("aws_vpc")
def every_vpc_has_a_flow_log(plan):
    for vpc in plan.without("aws_vpc", [log for log in plan.of("aws_flow_log") if log["traffic_type"] == "ALL"], "vpc_id"):
        yield vpc.address, "a VPC without a flow log of all its traffic"


@promise("aws_ec2_client_vpn_endpoint")
def the_vpn_is_split_and_logged(plan):
    for one in plan.of("aws_ec2_client_vpn_endpoint"):
        if not one["split_tunnel"]:
            yield one.address, "a tunnel that takes all of an engineer's traffic"
        if not one.block("connection_log_options").get("enabled"):
            yield one.address, "connections are not logged"
    for one in plan.of("aws_ec2_client_vpn_authorization_rule"):
        if one["target_network_cidr"] in WORLD:
            yield one.address, "a rule that lets engineers everywhere"


# -- the cluster


@promise("aws_eks_cluster")
def the_cluster_is_private(plan):
    for one in plan.of("aws_eks_cluster"):
        access = one.block("vpc_config")
        if access.get("endpoint_public_access") is not False or access.get("endpoint_private_access") is not True:
            yield one.address, "the Kubernetes API can be reached from the internet, or not from the VPC"
        if one.block("access_config").get("authentication_mode") != "API":
            yield one.address, "access by the aws-auth ConfigMap is possible"
        missing = {"api", "audit", "authenticator", "controllerManager", "scheduler"} - set(
            one["enabled_cluster_log_types"] or []
        )
        if missing:
            yield one.address, f"control-plane logs that are not kept: {' '.join(sorted(missing))}"
        if "secrets" not in (one.block("encryption_config").get("resources") or []):
            yield one.address, "secrets are not encrypted with a key of ours"


@promise("aws_launch_template")
def metadata_needs_a_token(plan):
    """IMDSv2 everywhere, and no further than the host itself."""
    for one in plan.of("aws_launch_template", "aws_instance"):
        options = one.block("metadata_options")
        furthest = 2 if one.address.startswith(RUNNER) else 1
        if options.get("http_tokens") != "required" or (options.get("http_put_response_hop_limit") or 99) > furthest:
            yield one.address, "instance metadata without a token, or for more than the host itself"
    for one in plan.of("aws_imagebuilder_infrastructure_configuration"):
        if one.block("instance_metadata_options").get("http_tokens") != "required":
            yield one.address, "instance metadata of the builder without a token"


# -- at rest

# type → attributes of which one must be set, and what that is
KEYS = {
    "aws_cloudwatch_log_group": ("kms_key_id",),
    "aws_sns_topic": ("kms_master_key_id",),
    "aws_sqs_queue": ("kms_master_key_id",),
    "aws_secretsmanager_secret": ("kms_key_id",),
    "aws_cloudtrail": ("kms_key_id",),
    "aws_ebs_volume": ("kms_key_id",),
    "aws_rds_cluster": ("kms_key_id",),
    "aws_db_instance": ("kms_key_id",),
    "aws_backup_vault": ("kms_key_arn",),
    "aws_efs_file_system": ("kms_key_id",),
}


@promise("aws_cloudwatch_log_group", "aws_s3_bucket", "aws_launch_template")
def all_is_encrypted_with_keys_of_ours(plan):
    for kind, attributes in KEYS.items():
        for one in plan.of(kind):
            if not any(one.given(name) for name in attributes):
                yield one.address, f"not encrypted with a key of ours ({', '.join(attributes)})"
    for one in plan.of("aws_launch_template"):
        for device in one.blocks("block_device_mappings"):
            for disk in device.get("ebs") or []:
                if str(disk.get("encrypted")).lower() != "true":
                    yield one.address, "a volume that is not encrypted"
    for one in plan.of("aws_ecr_repository"):
        if one.block("encryption_configuration").get("encryption_type") != "KMS":
            yield one.address, "images are not encrypted with a key of ours"
    for bucket in plan.without("aws_s3_bucket", plan.of("aws_s3_bucket_server_side_encryption_configuration"), "bucket"):
        yield bucket.address, "a bucket whose encryption is left to chance"


@promise("aws_s3_bucket")
def no_bucket_can_become_public(plan):
    names = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    shut = [one for one in plan.of("aws_s3_bucket_public_access_block") if all(one[name] for name in names)]
    for bucket in plan.without("aws_s3_bucket", shut, "bucket"):
        yield bucket.address, "a bucket that could become public"


@promise("aws_kms_key")
def keys_rotate(plan):
    for one in plan.of("aws_kms_key"):
        if (one["customer_master_key_spec"] or "SYMMETRIC_DEFAULT") == "SYMMETRIC_DEFAULT" and not one["enable_key_rotation"]:
            yield one.address, "a key that does not rotate"


@promise("aws_cloudwatch_log_group")
def logs_are_kept_for_a_time_that_somebody_chose(plan):
    for one in plan.of("aws_cloudwatch_log_group"):
        if not one["retention_in_days"]:
            yield one.address, "logs that are kept for ever (retention_in_days)"


# -- zones


@promise("aws_subnet", "aws_autoscaling_group", "aws_lb")
def nothing_hangs_on_one_zone(plan):
    tiers = {}
    for one in plan.of("aws_subnet"):
        tiers.setdefault((one.module, one.tags.get("quarterdeck:tier", one.address)), []).append(one)
    for (_, tier), subnets in tiers.items():
        if len({one["availability_zone"] for one in subnets}) < 2:
            yield subnets[0].address, f"the tier {tier} is in one zone"
    for kind, what in (
        ("aws_autoscaling_group", "hosts"),
        ("aws_ec2_client_vpn_network_association", "the VPN"),
        ("aws_eks_node_group", "nodes"),
    ):
        calls = {}
        for one in plan.of(kind):
            calls.setdefault(one.module, []).append(one)
        for found in calls.values():
            spread = max(len(found), *(len(one["vpc_zone_identifier"] or one["subnet_ids"] or []) for one in found))
            if spread < 2 and not any(one.address.startswith(RUNNER) for one in found):
                yield found[0].address, f"{what} in one zone"
    for one in plan.of("aws_lb"):
        if len(one.blocks("subnet_mapping") or one["subnets"] or []) < 2:
            yield one.address, "a load balancer in one zone"
    for vpc in plan.of("aws_nat_gateway"):
        public = {one["availability_zone"] for one in vpc.siblings("aws_subnet")}
        if public and len(vpc.siblings("aws_nat_gateway")) < len(public):
            yield vpc.address, "zones that go out by another zone's NAT"


@promise("aws_lb")
def a_zone_can_be_taken_out(plan):
    for one in plan.of("aws_lb"):
        if not one["enable_zonal_shift"]:
            yield one.address, "a load balancer without zonal shift"
    for one in plan.of("aws_eks_cluster"):
        if not one.block("zonal_shift_config").get("enabled"):
            yield one.address, "a cluster without zonal shift"


# -- names and rights


@promise("aws_vpc", "aws_subnet")
def everything_says_whose_it_is(plan):
    wanted = ("quarterdeck:estate", "quarterdeck:environment", "quarterdeck:stack", "quarterdeck:region")
    for one in plan.of(*{resource.type for resource in plan.resources}):
        if "tags_all" in one.values or one.is_unknown("tags_all"):
            missing = [] if one.is_unknown("tags_all") else [tag for tag in wanted if tag not in one.tags]
            if missing:
                yield one.address, f"does not bear {', '.join(missing)}"
        role = one.tags.get("quarterdeck:role")
        if role and role not in ROLES:
            yield one.address, f"quarterdeck:role = {role}, which the console does not know"
    for one in plan.of("aws_launch_template"):
        bears = [
            set(block.get("tags") or {}) for block in one.blocks("tag_specifications") if block["resource_type"] == "instance"
        ]
        if not any({"quarterdeck:estate", "quarterdeck:role"} <= tags for tags in bears) and not one.address.startswith(RUNNER):
            yield one.address, "starts hosts that the console cannot find (tag_specifications of instances)"


@promise("aws_iam_role_policy")
def nobody_may_do_everything(plan):
    """No policy of ours allows every action on everything; who may is the role for emergencies, by AWS's own policy."""
    for one in plan.of("aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy"):
        # a boundary limits what others allow, and by itself allows nothing
        if one.is_unknown("policy") or "boundary" in one.address:
            continue
        statements = json.loads(one["policy"] or "{}").get("Statement", [])
        for statement in statements if isinstance(statements, list) else [statements]:
            actions, resources = (
                [value] if isinstance(value, str) else value or []
                for value in (statement.get("Action"), statement.get("Resource"))
            )
            if statement.get("Effect") == "Allow" and "*" in actions and "*" in resources and not statement.get("Condition"):
                yield one.address, "allows every action on everything"


@promise("aws_iam_role")
def every_role_is_held_by_the_boundary(plan):
    """But that for emergencies. The deployer may make no other: a role without it is refused by IAM in the middle of an apply."""
    for one in plan.of("aws_iam_role"):
        if not one.given("permissions_boundary") and not one.address.endswith("aws_iam_role.break_glass"):
            yield one.address, "a role without the permissions boundary"


# Type of resource → the service whose permissions it takes, where the type does not begin with that service's name. The longest wins.
SERVICES = {
    "accessanalyzer": "access-analyzer",
    "acmpca": "acm-pca",
    "cloudwatch_event": "events",
    "cloudwatch_log": "logs",
    "db": "rds",
    "lb": "elasticloadbalancing",
    **dict.fromkeys(
        ["default", "ebs", "eip", "flow_log", "internet_gateway", "launch_template", "nat_gateway", "network_acl", "route"], "ec2"
    ),
    **dict.fromkeys(["security_group", "subnet", "vpc"], "ec2"),
    "route53": "route53",
}
# Applied by an administrator (README), who needs no list.
ADMINISTRATORS = {"bootstrap", "global", "audit"}


@promise("aws_iam_policy", of=ESTATE_PROMISES)
def the_deployer_may_make_what_is_planned(plans):
    """Or the apply ends in the middle, in an account only."""
    for giver in plans:
        for policy in giver.of("aws_iam_policy"):
            if not policy.address.endswith("aws_iam_policy.deploy"):
                continue
            statements = json.loads(policy["policy"])["Statement"]
            allowed = [
                action
                for statement in statements
                for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
                if statement["Effect"] == "Allow"
            ]
            may = {action.split(":")[0] for action in allowed}
            estate = policy.tags.get("quarterdeck:environment")
            for plan in plans:
                if plan.stack in ADMINISTRATORS:
                    continue
                for one in plan.resources:
                    if one.tags.get("quarterdeck:environment", estate) != estate:
                        continue
                    kind = one.type.removeprefix("aws_")
                    named = max((name for name in SERVICES if kind.startswith(name)), key=len, default=None)
                    service = SERVICES[named] if named else kind.split("_")[0]
                    if service not in may:
                        yield plan.name, one.address, f"the deployer of {estate} has no permission of {service}"


@promise("aws_iam_role_policy")
def nobody_has_a_key_for_life(plan):
    for one in plan.of("aws_iam_user", "aws_iam_access_key", "aws_iam_user_login_profile", "aws_key_pair"):
        yield one.address, "a user, a password or a key that lives until somebody thinks of it"


# -- what is not brought back

DATA = {
    "aws_s3_bucket",
    "aws_kms_key",
    "aws_rds_cluster",
    "aws_db_instance",
    "aws_dynamodb_table",
    "aws_efs_file_system",
    "aws_route53_zone",
    "aws_ecr_repository",
    "aws_backup_vault",
    "aws_secretsmanager_secret",
    "aws_cloudwatch_log_group",
    "aws_prometheus_workspace",
}


@promise("aws_s3_bucket", "aws_kms_key", "aws_cloudwatch_log_group")
def where_data_lives_nothing_is_deleted(plan):
    """A replacement is a deletion. Copies are made to be deleted."""
    for one in plan.resources:
        if one.type in DATA and "delete" in one.actions and not plan.is_copy:
            yield one.address, f"{' and '.join(one.actions)} of what holds data"
    for one in plan.of("aws_cloudwatch_log_group"):
        if not one["deletion_protection_enabled"] and not plan.is_copy and not one.address.startswith(CANARY):
            yield one.address, "a log that can be deleted by mistake, or by who is in it"


@promise("aws_lb")
def what_the_world_knows_is_protected(plan):
    for one in plan.of("aws_lb"):
        if not one["enable_deletion_protection"] and not plan.is_copy:
            yield one.address, "the load balancer can be deleted by mistake"
    for one in plan.of("aws_rds_cluster", "aws_db_instance", "aws_eks_cluster"):
        if not one["deletion_protection"] and not plan.is_copy:
            yield one.address, "can be deleted by mistake"
