"""EC2. What changes the world is done to the last region, which no other case counts on."""
import base64

SERVICE = SCOPE = "ec2"

# Operation, where the rows are, how few a page may have, whether there are enough for a second page of that size, the id's member,
# the parameter that takes ids, an id that is not there, and the codes of what is not there and of what is none.
LISTS = [
    ("DescribeVpcs", "Vpcs", 5, False, "VpcId", "VpcIds", "vpc-0123456789abcdef0", "InvalidVpcID.NotFound", "InvalidVpcID.Malformed"),
    ("DescribeSubnets", "Subnets", 5, True, "SubnetId", "SubnetIds", "subnet-0123456789abcdef0", "InvalidSubnetID.NotFound", "InvalidSubnetID.Malformed"),
    ("DescribeRouteTables", "RouteTables", 5, True, "RouteTableId", "RouteTableIds", "rtb-0123456789abcdef0", "InvalidRouteTableID.NotFound", "InvalidRouteTableId.Malformed"),
    ("DescribeInternetGateways", "InternetGateways", 5, False, "InternetGatewayId", "InternetGatewayIds", "igw-0123456789abcdef0", "InvalidInternetGatewayID.NotFound", "InvalidInternetGatewayId.Malformed"),
    ("DescribeNatGateways", "NatGateways", 5, False, "NatGatewayId", "NatGatewayIds", "nat-0123456789abcdef0", "NatGatewayNotFound", "NatGatewayMalformed"),
    ("DescribeSecurityGroups", "SecurityGroups", 5, True, "GroupId", "GroupIds", "sg-0123456789abcdef0", "InvalidGroup.NotFound", "InvalidGroupId.Malformed"),
    ("DescribeSecurityGroupRules", "SecurityGroupRules", 5, True, "SecurityGroupRuleId", "SecurityGroupRuleIds", "sgr-0123456789abcdef0", "InvalidSecurityGroupRuleId.NotFound", "InvalidSecurityGroupRuleId.Malformed"),
    ("DescribeNetworkInterfaces", "NetworkInterfaces", 5, True, "NetworkInterfaceId", "NetworkInterfaceIds", "eni-0123456789abcdef0", "InvalidNetworkInterfaceID.NotFound", "InvalidNetworkInterfaceId.Malformed"),
    ("DescribeNetworkAcls", "NetworkAcls", 5, False, "NetworkAclId", "NetworkAclIds", "acl-0123456789abcdef0", "InvalidNetworkAclID.NotFound", "InvalidNetworkAclId.Malformed"),
    ("DescribeVpcEndpoints", "VpcEndpoints", 5, True, "VpcEndpointId", "VpcEndpointIds", "vpce-0123456789abcdef0", "InvalidVpcEndpointId.NotFound", "InvalidVpcEndpointId.Malformed"),
    ("DescribeTransitGateways", "TransitGateways", 5, False, "TransitGatewayId", "TransitGatewayIds", "tgw-0123456789abcdef0", "InvalidTransitGatewayID.NotFound", "InvalidTransitGatewayID.Malformed"),
    ("DescribeTransitGatewayAttachments", "TransitGatewayAttachments", 5, False, "TransitGatewayAttachmentId", "TransitGatewayAttachmentIds", "tgw-attach-0123456789abcdef0", "InvalidTransitGatewayAttachmentID.NotFound", "InvalidTransitGatewayAttachmentID.Malformed"),
    ("DescribeTransitGatewayVpcAttachments", "TransitGatewayVpcAttachments", 5, False, "TransitGatewayAttachmentId", "TransitGatewayAttachmentIds", "tgw-attach-0123456789abcdef0", "InvalidTransitGatewayAttachmentID.NotFound", "InvalidTransitGatewayAttachmentID.Malformed"),
    ("DescribeFlowLogs", "FlowLogs", 1, True, "FlowLogId", "FlowLogIds", "fl-0123456789abcdef0", "InvalidFlowLogId.NotFound", "InvalidFlowLogId.Malformed"),
    ("DescribeDhcpOptions", "DhcpOptions", 5, False, "DhcpOptionsId", "DhcpOptionsIds", "dopt-0123456789abcdef0", "InvalidDhcpOptionID.NotFound", "InvalidDhcpOptionsId.Malformed"),
    ("DescribeClientVpnEndpoints", "ClientVpnEndpoints", 5, False, "ClientVpnEndpointId", "ClientVpnEndpointIds", "cvpn-endpoint-0123456789abcdef0", "InvalidClientVpnEndpointId.NotFound", "InvalidClientVpnEndpointId.Malformed"),
    ("DescribeImages", "Images", 2, True, "ImageId", "ImageIds", "ami-0123456789abcdef0", "InvalidAMIID.NotFound", "InvalidAMIID.Malformed"),
    ("DescribeVolumes", "Volumes", 5, True, "VolumeId", "VolumeIds", "vol-0123456789abcdef0", "InvalidVolume.NotFound", "InvalidVolumeID.Malformed"),
]


def instances(page):
    return [one for reservation in page["Reservations"] for one in reservation["Instances"]]


def run(lab):
    told = {}
    for operation, key, size, more, member, param, absent, gone, malformed in LISTS:
        rows = told[operation] = lab.pages("ec2", operation, key, size=size, more=more)
        lab.check(rows, f"{operation}: nothing is there")
        lab.check(len({row[member] for row in rows}) == len(rows), f"{operation}: an id is there twice")
        some = [row[member] for row in rows[:2]]
        found = lab.ask("ec2", operation, **{param: some})[key]
        lab.check([row[member] for row in found] == some, f"{operation}: asked for {some}, told {len(found)} rows")
        lab.refused("ec2", operation, gone, status=400, text=absent, **{param: [absent]})
        lab.refused("ec2", operation, malformed, status=400, **{param: ["nonsense"]})
        common(lab, operation, key, rows)
    own_lists(lab, told)
    joined(lab, told)
    vpn(lab, told["DescribeClientVpnEndpoints"][0]["ClientVpnEndpointId"])
    changes(lab)


def common(lab, operation, key, rows, tags="Tags"):
    """Filters, tokens and dry runs, as all listings have them."""
    lab.refused("ec2", operation, "InvalidParameterValue", text="'color' is invalid", Filters=[{"Name": "color", "Values": ["red"]}])
    lab.refused("ec2", operation, "InvalidNextToken", NextToken="bm90aGluZw")
    lab.refused("ec2", operation, "InvalidParameterValue", MaxResults=100_000)
    lab.refused("ec2", operation, "DryRunOperation", status=412, DryRun=True)
    named = [(tag["Key"], tag["Value"]) for row in rows for tag in row.get(tags, [])]
    if named:
        name, value = named[0]
        wanted = [row for row in rows if {"Key": name, "Value": value} in row.get(tags, [])]
        for values in ([value], [value[:-1] + "?"], ["nonsense", value]):
            found = lab.ask("ec2", operation, Filters=[{"Name": f"tag:{name}", "Values": values}])[key]
            lab.check([row for row in found if row in wanted] == wanted, f"{operation}: by tag:{name}={values}, {len(found)} rows of {len(wanted)}")
        lab.check(lab.ask("ec2", operation, Filters=[{"Name": "tag-key", "Values": [name[:2] + "*"]}])[key], f"{operation}: by tag-key")
        lab.check(lab.ask("ec2", operation, Filters=[{"Name": f"tag:{name}", "Values": ["*none*"]}])[key] == [], f"{operation}: by a tag that nothing has")


def own_lists(lab, told):
    regions = lab.ask("ec2", "DescribeRegions")["Regions"]
    lab.check(len(regions) == 4, f"{len(regions)} regions")
    lab.ask("ec2", "DescribeRegions", RegionNames=["us-west-2"], Filters=[{"Name": "endpoint", "Values": ["*us-west-2*"]}])
    lab.refused("ec2", "DescribeRegions", "InvalidParameterValue", RegionNames=["mars-north-1"])
    zones = lab.ask("ec2", "DescribeAvailabilityZones")["AvailabilityZones"]
    lab.check(len(zones) == 3, f"{len(zones)} zones")
    for params in ({"ZoneNames": [zones[0]["ZoneName"]]}, {"ZoneIds": [zones[0]["ZoneId"]]}, {"Filters": [{"Name": "zone-id", "Values": [zones[0]["ZoneId"]]}]}):
        lab.check(lab.ask("ec2", "DescribeAvailabilityZones", **params)["AvailabilityZones"] == zones[:1], f"a zone by {params}")
    lab.refused("ec2", "DescribeAvailabilityZones", "InvalidParameterValue", ZoneNames=["us-east-1z"])
    for attribute, member in (("enableDnsHostnames", "EnableDnsHostnames"), ("enableDnsSupport", "EnableDnsSupport")):
        said = lab.ask("ec2", "DescribeVpcAttribute", VpcId=told["DescribeVpcs"][0]["VpcId"], Attribute=attribute)
        lab.check(said[member] == {"Value": True}, f"{attribute}: {said}")
    lab.refused("ec2", "DescribeVpcAttribute", "InvalidVpcID.NotFound", VpcId="vpc-0123456789abcdef0", Attribute="enableDnsSupport")
    addresses = lab.ask("ec2", "DescribeAddresses")["Addresses"]
    for params in ({"AllocationIds": [addresses[0]["AllocationId"]]}, {"PublicIps": [addresses[0]["PublicIp"]]}, {"Filters": [{"Name": "public-ip", "Values": [addresses[0]["PublicIp"]]}]}):
        lab.check(lab.ask("ec2", "DescribeAddresses", **params)["Addresses"] == addresses[:1], f"an address by {params}")
    lab.refused("ec2", "DescribeAddresses", "InvalidAllocationID.NotFound", AllocationIds=["eipalloc-0123456789abcdef0"])
    lab.refused("ec2", "DescribeAddresses", "InvalidAddress.NotFound", PublicIps=["192.0.2.1"])
    types = lab.pages("ec2", "DescribeInstanceTypes", "InstanceTypes", size=5)
    used = {one["InstanceType"] for one in instances(lab.ask("ec2", "DescribeInstances"))}
    lab.check(used <= {one["InstanceType"] for one in types}, f"types in use that are not told: {used}")
    lab.refused("ec2", "DescribeInstanceTypes", "InvalidInstanceType", InstanceTypes=["x1.imaginary"])
    tags = lab.pages("ec2", "DescribeTags", "Tags", size=50)
    lab.check({"vpc", "subnet", "instance", "natgateway"} <= {tag["ResourceType"] for tag in tags}, "tags of many kinds")
    some = lab.ask("ec2", "DescribeTags", Filters=[{"Name": "resource-type", "Values": ["vpc"]}, {"Name": "key", "Values": ["Name"]}])["Tags"]
    lab.check(len(some) == len(told["DescribeVpcs"]), "the names of the VPCs, by DescribeTags")
    lab.check(lab.ask("ec2", "DescribeImages", Owners=["self"])["Images"] == told["DescribeImages"], "images of one's own")
    lab.check(lab.ask("ec2", "DescribeImages", Owners=["amazon"])["Images"] == [], "images of others")


def joined(lab, told):
    """What refers to each other is there."""
    everyone = lab.pages("ec2", "DescribeInstances", instances, size=5)
    vpcs = {row["VpcId"]: row for row in told["DescribeVpcs"]}
    subnets = {row["SubnetId"]: row for row in told["DescribeSubnets"]}
    groups = {row["GroupId"] for row in told["DescribeSecurityGroups"]}
    interfaces = {row["NetworkInterfaceId"]: row for row in told["DescribeNetworkInterfaces"]}
    volumes = {row["VolumeId"]: row for row in told["DescribeVolumes"]}
    images = {row["ImageId"] for row in told["DescribeImages"]}
    for one in everyone:
        id = one["InstanceId"]
        lab.check(one["SubnetId"] in subnets and one["VpcId"] in vpcs and one["ImageId"] in images, f"{id}: its subnet, VPC or image is not told")
        lab.check({group["GroupId"] for group in one["SecurityGroups"]} <= groups, f"{id}: its groups are not told")
        mine = interfaces.get(one["NetworkInterfaces"][0]["NetworkInterfaceId"], {})
        lab.check(mine.get("PrivateIpAddress") == one["PrivateIpAddress"] and mine["Attachment"]["InstanceId"] == id, f"{id}: its interface says {mine}")
        lab.check(volumes[one["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]]["Attachments"][0]["InstanceId"] == id, f"{id}: its volume is another's")
    addresses = [row["PrivateIpAddress"] for row in interfaces.values()]
    lab.check(len(set(addresses)) == len(addresses), "two interfaces have one address")
    ids = [one["InstanceId"] for one in everyone]
    for name, path in (("instance-id", lambda one: one["InstanceId"]), ("vpc-id", lambda one: one["VpcId"]), ("instance-state-name", lambda one: one["State"]["Name"]),
                       ("availability-zone", lambda one: one["Placement"]["AvailabilityZone"]), ("private-ip-address", lambda one: one["PrivateIpAddress"]),
                       ("instance-type", lambda one: one["InstanceType"]), ("private-dns-name", lambda one: one["PrivateDnsName"])):
        value = path(everyone[0])
        found = instances(lab.ask("ec2", "DescribeInstances", Filters=[{"Name": name, "Values": [value]}]))
        lab.check(found == [one for one in everyone if path(one) == value], f"instances by {name}={value}: {len(found)}")
    by_tag = instances(lab.ask("ec2", "DescribeInstances", Filters=[{"Name": "tag:quarterdeck:role", "Values": ["bast*"]}]))
    lab.check(len(by_tag) == 3, f"{len(by_tag)} bastions by their tag")
    lab.refused("ec2", "DescribeInstances", "InvalidInstanceID.NotFound", text="'i-0123456789abcdef0' does not exist", InstanceIds=["i-0123456789abcdef0"])
    lab.refused("ec2", "DescribeInstances", "InvalidInstanceID.NotFound", text="IDs 'i-0123456789abcdef0, i-0123456789abcdef1' do not exist", InstanceIds=["i-0123456789abcdef0", "i-0123456789abcdef1"])
    lab.refused("ec2", "DescribeInstances", "InvalidInstanceID.Malformed", InstanceIds=["i-xyz"])
    lab.refused("ec2", "DescribeInstances", "InvalidParameterCombination", InstanceIds=ids[:1], MaxResults=5)
    lab.refused("ec2", "DescribeInstances", "InvalidParameterValue", MaxResults=4)
    lab.refused("ec2", "DescribeInstances", "InvalidNextToken", NextToken="bm90aGluZw")
    lab.refused("ec2", "DescribeInstances", "InvalidParameterValue", text="'color' is invalid", Filters=[{"Name": "color", "Values": ["red"]}])
    lab.refused("ec2", "DescribeInstances", "DryRunOperation", status=412, DryRun=True)
    statuses = lab.pages("ec2", "DescribeInstanceStatus", "InstanceStatuses", size=5)
    lab.check([one["InstanceId"] for one in statuses] == [one["InstanceId"] for one in everyone if one["State"]["Name"] == "running"], "status of those that run")
    every = lab.ask("ec2", "DescribeInstanceStatus", IncludeAllInstances=True)["InstanceStatuses"]
    lab.check([one["InstanceId"] for one in every] == ids, "status of all")
    lab.refused("ec2", "DescribeInstanceStatus", "InvalidInstanceID.NotFound", InstanceIds=["i-0123456789abcdef0"])
    console = lab.ask("ec2", "GetConsoleOutput", InstanceId=ids[0])
    # botocore has undone the base64
    lab.check("-----BEGIN SSH HOST KEY KEYS-----" in console["Output"] and "ssh-ed25519 " in console["Output"], "a console without host keys")
    fingerprint(lab, console["Output"])
    lab.refused("ec2", "GetConsoleOutput", "InvalidInstanceID.NotFound", InstanceId="i-0123456789abcdef0")


def fingerprint(lab, text):
    import hashlib
    key = next(line.split()[1] for line in text.splitlines() if line.startswith("ssh-ed25519 "))
    print_ = base64.b64encode(hashlib.sha256(base64.b64decode(key)).digest()).decode().rstrip("=")
    lab.check(f"SHA256:{print_} " in text, "the fingerprint on the console is not that of the key")


def vpn(lab, endpoint):
    networks = lab.pages("ec2", "DescribeClientVpnTargetNetworks", "ClientVpnTargetNetworks", more=False, ClientVpnEndpointId=endpoint)
    lab.check(networks, "the VPN is associated with nothing")
    lab.check(lab.ask("ec2", "DescribeClientVpnAuthorizationRules", ClientVpnEndpointId=endpoint)["AuthorizationRules"], "nobody is let in")
    lab.check(lab.ask("ec2", "DescribeClientVpnRoutes", ClientVpnEndpointId=endpoint)["Routes"], "the VPN leads nowhere")
    lab.ask("ec2", "DescribeClientVpnConnections", ClientVpnEndpointId=endpoint)
    text = lab.ask("ec2", "ExportClientVpnClientConfiguration", ClientVpnEndpointId=endpoint)["ClientConfiguration"]
    lab.check("remote " in text and "BEGIN CERTIFICATE" in text, "a configuration for clients")
    for operation in ("DescribeClientVpnTargetNetworks", "DescribeClientVpnAuthorizationRules", "DescribeClientVpnRoutes", "DescribeClientVpnConnections", "ExportClientVpnClientConfiguration"):
        lab.refused("ec2", operation, "InvalidClientVpnEndpointId.NotFound", ClientVpnEndpointId="cvpn-endpoint-0123456789abcdef0")
        lab.refused("ec2", operation, "MissingParameter")


def changes(lab):
    region = lab.ask("ec2", "DescribeRegions")["Regions"][-1]["RegionName"]
    def ask(operation, **params):
        return lab.ask("ec2", operation, region=region, **params)
    jump = instances(ask("DescribeInstances", Filters=[{"Name": "tag:quarterdeck:role", "Values": ["jump"]}, {"Name": "instance-state-name", "Values": ["running"]}]))[0]["InstanceId"]
    def states(operation, key):
        done = ask(operation, InstanceIds=[jump])[key][0]
        return done["PreviousState"]["Name"], done["CurrentState"]["Name"]
    for operation in ("StopInstances", "StartInstances", "RebootInstances", "TerminateInstances"):
        lab.refused("ec2", operation, "InvalidInstanceID.NotFound", region, InstanceIds=["i-0123456789abcdef0"])
        lab.refused("ec2", operation, "MissingParameter", region)
        lab.refused("ec2", operation, "DryRunOperation", region, InstanceIds=[jump], DryRun=True)
    ask("RebootInstances", InstanceIds=[jump])
    lab.check(states("StopInstances", "StoppingInstances") == ("running", "stopping"), "a running instance that is stopped")
    lab.refused("ec2", "RebootInstances", "IncorrectInstanceState", region, InstanceIds=[jump])
    lab.refused("ec2", "StartInstances", "IncorrectInstanceState", region, InstanceIds=[jump])
    lab.check(states("TerminateInstances", "TerminatingInstances")[1] == "shutting-down", "an instance that is terminated")
    ask("CreateTags", Resources=[jump], Tags=[{"Key": "ticket", "Value": "42"}, {"Key": "empty", "Value": ""}])
    tags = {tag["Key"]: tag["Value"] for tag in instances(ask("DescribeInstances", InstanceIds=[jump]))[0]["Tags"]}
    lab.check(tags.get("ticket") == "42" and tags.get("empty") == "", f"tags after they were made: {tags}")
    ask("DeleteTags", Resources=[jump], Tags=[{"Key": "ticket", "Value": "41"}, {"Key": "empty"}])
    left = {tag["Key"] for tag in instances(ask("DescribeInstances", InstanceIds=[jump]))[0]["Tags"]}
    lab.check("ticket" in left and "empty" not in left, f"tags after some were taken away: {left}")
    lab.refused("ec2", "CreateTags", "InvalidID", region, Resources=["i-0123456789abcdef0"], Tags=[{"Key": "a", "Value": "b"}])
    lab.refused("ec2", "CreateTags", "InvalidParameterValue", region, Resources=[jump], Tags=[{"Key": "aws:mine", "Value": "b"}])
    revoked(lab, region, ask)
    endpoint = ask("DescribeClientVpnEndpoints")["ClientVpnEndpoints"][0]["ClientVpnEndpointId"]
    there = [one for one in ask("DescribeClientVpnConnections", ClientVpnEndpointId=endpoint)["Connections"] if one["Status"]["Code"] == "active"]
    for one in there[:1]:
        ask("TerminateClientVpnConnections", ClientVpnEndpointId=endpoint, ConnectionId=one["ConnectionId"])
        now = ask("DescribeClientVpnConnections", ClientVpnEndpointId=endpoint, Filters=[{"Name": "connection-id", "Values": [one["ConnectionId"]]}])["Connections"]
        lab.check([row["Status"]["Code"] for row in now] == ["terminated"], f"a connection that was ended: {now}")
    lab.refused("ec2", "TerminateClientVpnConnections", "InvalidClientVpnConnection.IdNotFound", region, ClientVpnEndpointId=endpoint, ConnectionId="cvpn-connection-0123456789abcdef0")


def revoked(lab, region, ask):
    group = ask("DescribeSecurityGroups", Filters=[{"Name": "group-name", "Values": ["bastion"]}])["SecurityGroups"][0]
    def rules():
        return ask("DescribeSecurityGroupRules", Filters=[{"Name": "group-id", "Values": [group["GroupId"]]}])["SecurityGroupRules"]
    for operation, outward in (("RevokeSecurityGroupIngress", False), ("RevokeSecurityGroupEgress", True)):
        lab.refused("ec2", operation, "MissingParameter", region, GroupId=group["GroupId"])
        lab.refused("ec2", operation, "InvalidGroup.NotFound", region, GroupId="sg-0123456789abcdef0", SecurityGroupRuleIds=["sgr-0123456789abcdef0"])
        lab.refused("ec2", operation, "InvalidSecurityGroupRuleId.NotFound", region, GroupId=group["GroupId"], SecurityGroupRuleIds=["sgr-0123456789abcdef0"])
        one = next(rule["SecurityGroupRuleId"] for rule in rules() if rule["IsEgress"] == outward)
        lab.refused("ec2", operation, "DryRunOperation", region, GroupId=group["GroupId"], SecurityGroupRuleIds=[one], DryRun=True)
        gone = ask(operation, GroupId=group["GroupId"], SecurityGroupRuleIds=[one])["RevokedSecurityGroupRules"]
        lab.check([rule["SecurityGroupRuleId"] for rule in gone] == [one], f"{operation}: took away {gone}")
        lab.check(one not in [rule["SecurityGroupRuleId"] for rule in rules()], f"{operation}: the rule stands")
    permission = next(one for one in ask("DescribeSecurityGroups", GroupIds=[group["GroupId"]])["SecurityGroups"][0]["IpPermissions"])
    ask("RevokeSecurityGroupIngress", GroupId=group["GroupId"], IpPermissions=[permission])
    lab.refused("ec2", "RevokeSecurityGroupIngress", "InvalidPermission.NotFound", region, GroupId=group["GroupId"], IpPermissions=[permission])
    lab.check(not [rule for rule in rules() if not rule["IsEgress"]], "rules that were taken away by what they say stand")
