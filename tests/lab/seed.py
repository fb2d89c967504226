#!/usr/bin/env python3
"""Lays the lab's estate into a stand-in AWS: three regions, each with a Security, an LB and an App VPC and what is in them.

usage: seed.py ENDPOINT_URL [MAP.json]

us-east-1 is big enough for more than one page of everything. The map tells, per region, the cluster's name and the nodes'
instances (name, zone, address), from which the Kubernetes side of the lab makes its nodes. With moto the ids are the same
each time.
"""

import json
import sys
import urllib.request

import boto3
from botocore.config import Config

ESTATE = "shop"
ACCOUNT = "123456789012"
# region: second octets of the three VPCs, nodes of the app group, further instances, further VPCs, further log groups
REGIONS = {
    "us-east-1": (10, 20, 60, 45, 60),
    "us-west-2": (20, 6, 0, 0, 4),
    "eu-west-1": (30, 6, 0, 0, 4),
}
# an image whose name bears its date, found by name because moto draws the ids anew with each release
IMAGE = "al2023-ami-2023.*-kernel-6.1-x86_64"


class Region:
    def __init__(self, endpoint: str, name: str):
        def client(service):
            return boto3.client(
                service, endpoint_url=endpoint, region_name=name, aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
                aws_secret_access_key="labsecret", config=Config(retries={"max_attempts": 0}, read_timeout=120),
            )

        self.name = name
        self.zones = [name + letter for letter in "abc"]
        self.ec2, self.eks, self.elb = client("ec2"), client("eks"), client("elbv2")
        self.scaling, self.logs = client("autoscaling"), client("logs")
        self.cluster = f"{ESTATE}-{name}"

    def lay(self) -> dict:
        octet, nodes, further, vpcs, groups = REGIONS[self.name]
        images = self.ec2.describe_images(Filters=[{"Name": "name", "Values": [IMAGE]}])["Images"]
        self.image = images[0]["ImageId"]
        self.security_vpc(octet)
        lb, listening = self.lb_vpc(octet + 1)
        self.app_vpc(octet + 2)
        self.hosts()
        self.kubernetes(nodes)
        self.balancer(lb, listening)
        # stopped only now: a target must run when it is registered, and later shows as out of use
        self.ec2.stop_instances(InstanceIds=self.spare)
        self.workers(further)
        for number in range(vpcs):
            self.tenant(number)
            if number == 0:
                self.eks_cluster(f"batch-{self.name}")
        self.log_groups(groups)
        return {"cluster": self.cluster, "nodes": self.node_map()}

    # networks

    def security_vpc(self, octet: int) -> None:
        self.security = self.vpc("security", octet)
        table = self.table(self.security, "security-public", {"GatewayId": self.internet_gateway(self.security, "security")})
        self.bastion_subnets = self.subnets(self.security, "security-public", octet, 0, [table] * 3, public=True)
        self.bastion_group = self.group(self.security, "bastion", "SSH from the VPN", [(22, f"10.{octet}.0.0/16")])

    def lb_vpc(self, octet: int):
        vpc = self.vpc("lb", octet)
        table = self.table(vpc, "lb-public", {"GatewayId": self.internet_gateway(vpc, "lb")})
        public = self.subnets(vpc, "lb-public", octet, 0, [table] * 3, public=True)
        tables = []
        for zone, subnet in zip(self.zones, public):
            address = self.ec2.allocate_address(Domain="vpc", TagSpecifications=tags("elastic-ip", f"nat-{zone}"))["AllocationId"]
            gateway = self.ec2.create_nat_gateway(
                SubnetId=subnet, AllocationId=address, TagSpecifications=tags("natgateway", f"nat-{zone}", role="nat"),
            )["NatGateway"]["NatGatewayId"]
            tables.append(self.table(vpc, f"lb-private-{zone}", {"NatGatewayId": gateway}))
        self.subnets(vpc, "lb-private", octet, 3, tables)
        self.group(vpc, "ingress", "What the world may reach", [(443, "0.0.0.0/0"), (80, "0.0.0.0/0")])
        return vpc, public

    def app_vpc(self, octet: int) -> None:
        self.app = self.vpc("app", octet)
        hub = self.ec2.create_transit_gateway(TagSpecifications=tags("transit-gateway", "hub"))["TransitGateway"]["TransitGatewayId"]
        table = self.table(self.app, "app-private", {"TransitGatewayId": hub})
        self.node_subnets = self.subnets(self.app, "app-private", octet, 0, [table] * 3)
        # no association of their own: the VPC's main table counts, which has only the local route
        self.subnets(self.app, "app-data", octet, 3, [None] * 3)
        self.jump_group = self.group(self.app, "jump", "SSH from the bastions", [(22, f"10.{octet - 2}.0.0/16")])
        self.node_group = self.group(self.app, "node", "Nodes among themselves", [(22, f"10.{octet}.0.0/16"), (10250, f"10.{octet}.0.0/16")])

    def tenant(self, number: int) -> None:
        block = f"10.{100 + number}.0.0/16"
        vpc = self.ec2.create_vpc(CidrBlock=block, TagSpecifications=tags("vpc", f"tenant-{number:02}", estate=False))["Vpc"]["VpcId"]
        self.ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.{100 + number}.1.0/24", AvailabilityZone=self.zones[number % 3],
            TagSpecifications=tags("subnet", f"tenant-{number:02}", estate=False),
        )

    def vpc(self, part: str, octet: int) -> str:
        vpc = self.ec2.create_vpc(CidrBlock=f"10.{octet}.0.0/16", TagSpecifications=tags("vpc", part, vpc=part))["Vpc"]["VpcId"]
        self.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
        return vpc

    def internet_gateway(self, vpc: str, name: str) -> str:
        gateway = self.ec2.create_internet_gateway(TagSpecifications=tags("internet-gateway", name))["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        return gateway

    def table(self, vpc: str, name: str, target: dict) -> str:
        table = self.ec2.create_route_table(VpcId=vpc, TagSpecifications=tags("route-table", name))["RouteTable"]["RouteTableId"]
        self.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **target)
        return table

    def subnets(self, vpc: str, name: str, octet: int, first: int, tables: list, public: bool = False) -> list:
        made = []
        for number, (zone, table) in enumerate(zip(self.zones, tables)):
            subnet = self.ec2.create_subnet(
                VpcId=vpc, CidrBlock=f"10.{octet}.{(first + number) * 16}.0/20", AvailabilityZone=zone,
                TagSpecifications=tags("subnet", f"{name}-{zone}"),
            )["Subnet"]["SubnetId"]
            if table:
                self.ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
            if public:
                self.ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
            made.append(subnet)
        return made

    def group(self, vpc: str, name: str, text: str, ports: list) -> str:
        group = self.ec2.create_security_group(
            VpcId=vpc, GroupName=name, Description=text, TagSpecifications=tags("security-group", name),
        )["GroupId"]
        self.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": block}]} for port, block in ports
        ])
        return group

    # hosts

    def hosts(self) -> None:
        for zone, subnet in zip(self.zones, self.bastion_subnets):
            self.run(1, subnet, self.bastion_group, "t3.micro", f"bastion-{zone}", role="bastion")
        self.run(1, self.node_subnets[0], self.jump_group, "t3.small", "jump", role="jump")
        self.run(1, self.node_subnets[1], self.jump_group, "t3.small", "jump-old", role="jump", ssm="lost")
        self.run(1, self.node_subnets[2], self.jump_group, "m5.large", "appliance", ssm="none")
        self.spare = self.run(1, self.node_subnets[2], self.jump_group, "t3.small", "jump-spare", role="jump")

    def workers(self, count: int) -> None:
        for number in range(0, count, 20):
            self.run(20, self.node_subnets[number // 20 % 3], self.node_group, "c7i.xlarge", f"batch-{number // 20}")

    def run(self, count: int, subnet: str, group: str, size: str, name: str, **more) -> list:
        made = self.ec2.run_instances(
            ImageId=self.image, MinCount=count, MaxCount=count, InstanceType=size, SubnetId=subnet, SecurityGroupIds=[group],
            TagSpecifications=tags("instance", name, **more),
        )
        return [instance["InstanceId"] for instance in made["Instances"]]

    # the cluster

    def kubernetes(self, count: int) -> None:
        self.eks_cluster(self.cluster)
        template = self.ec2.create_launch_template(LaunchTemplateName=f"{self.cluster}-node", LaunchTemplateData={
            "ImageId": self.image, "InstanceType": "m7i.large", "SecurityGroupIds": [self.node_group],
        })["LaunchTemplate"]["LaunchTemplateId"]
        for name, count in [("app", count), ("system", 3)]:
            made = self.eks.create_nodegroup(
                clusterName=self.cluster, nodegroupName=name, subnets=self.node_subnets, instanceTypes=["m7i.large"],
                nodeRole=f"arn:aws:iam::{ACCOUNT}:role/{self.cluster}-node", amiType="AL2023_x86_64_STANDARD",
                scalingConfig={"minSize": 3, "maxSize": count + 10, "desiredSize": count}, labels={"pool": name}, version="1.37", releaseVersion="1.37.2-20261101",
            )["nodegroup"]
            # EKS makes the group that the nodegroup names; moto names it and makes none
            group = made["resources"]["autoScalingGroups"][0]["name"]
            self.scaling.create_auto_scaling_group(
                AutoScalingGroupName=group, MinSize=0, MaxSize=count + 10, DesiredCapacity=0,
                LaunchTemplate={"LaunchTemplateId": template, "Version": "$Latest"}, VPCZoneIdentifier=",".join(self.node_subnets),
                Tags=[
                    {"Key": key, "Value": value, "PropagateAtLaunch": True, "ResourceId": group, "ResourceType": "auto-scaling-group"}
                    for key, value in self.node_tags(name).items()
                ],
            )
            # dealt out to the zones here, as AWS does; moto would put all in the first one
            for number, subnet in enumerate(self.node_subnets):
                nodes = self.run(len(range(number, count, 3)), subnet, self.node_group, "m7i.large", "", further=self.node_tags(name))
                self.scaling.attach_instances(AutoScalingGroupName=group, InstanceIds=nodes)
            self.scaling.update_auto_scaling_group(AutoScalingGroupName=group, MinSize=3)

    def eks_cluster(self, name: str) -> None:
        self.eks.create_cluster(
            name=name, version="1.37", roleArn=f"arn:aws:iam::{ACCOUNT}:role/{name}", tags={"quarterdeck:estate": ESTATE},
            resourcesVpcConfig={"subnetIds": self.node_subnets, "endpointPrivateAccess": True, "endpointPublicAccess": False},
        )

    def node_tags(self, nodegroup: str) -> dict:
        return {
            "Name": f"{self.cluster}-{nodegroup}", "quarterdeck:estate": ESTATE, "quarterdeck:role": "node",
            "eks:cluster-name": self.cluster, "eks:nodegroup-name": nodegroup, f"kubernetes.io/cluster/{self.cluster}": "owned",
        }

    def node_map(self) -> list:
        pages = self.ec2.get_paginator("describe_instances").paginate(Filters=[
            {"Name": "tag:quarterdeck:role", "Values": ["node"]}, {"Name": "instance-state-name", "Values": ["running"]},
        ])
        nodes = []
        for instance in pages.search("Reservations[].Instances[]"):
            labels = {tag["Key"]: tag["Value"] for tag in instance["Tags"]}
            nodes.append({
                "name": instance["PrivateDnsName"], "zone": instance["Placement"]["AvailabilityZone"],
                "instance_id": instance["InstanceId"], "private_ip": instance["PrivateIpAddress"],
                "nodegroup": labels["eks:nodegroup-name"], "instance_type": instance["InstanceType"],
            })
        return sorted(nodes, key=lambda node: (node["nodegroup"], node["name"]))

    # the way in

    def balancer(self, vpc: str, subnets: list) -> None:
        mappings = [
            {"SubnetId": subnet, "AllocationId": self.ec2.allocate_address(Domain="vpc", TagSpecifications=tags("elastic-ip", "ingress"))["AllocationId"]}
            for subnet in subnets
        ]
        balancer = self.elb.create_load_balancer(
            Name="ingress", Type="network", Scheme="internet-facing", SubnetMappings=mappings,
            Tags=[{"Key": "quarterdeck:estate", "Value": ESTATE}, {"Key": "quarterdeck:role", "Value": "ingress"}],
        )["LoadBalancers"][0]["LoadBalancerArn"]
        nodes = [node for node in self.node_map() if node["nodegroup"] == "app"]
        for port, name, kind in [(443, "web-tls", "instance"), (80, "web-plain", "ip")]:
            group = self.elb.create_target_group(
                Name=name, Protocol="TCP", Port=30000 + port, VpcId=self.app, TargetType=kind, HealthCheckProtocol="TCP",
            )["TargetGroups"][0]["TargetGroupArn"]
            self.elb.create_listener(LoadBalancerArn=balancer, Protocol="TCP", Port=port, DefaultActions=[{"Type": "forward", "TargetGroupArn": group}])
            targets = [node["instance_id"] for node in nodes] + self.spare if kind == "instance" else [node["private_ip"] for node in nodes]
            self.elb.register_targets(TargetGroupArn=group, Targets=[{"Id": target} for target in targets])
        self.elb.create_target_group(Name="nobody", Protocol="TCP", Port=9000, VpcId=vpc, TargetType="ip", HealthCheckProtocol="TCP")

    # logs

    def log_groups(self, further: int) -> None:
        names = [f"/aws/eks/{self.cluster}/cluster", f"/aws/containerinsights/{self.cluster}/application"]
        names += [f"/{ESTATE}/service-{number:02}" for number in range(further)]
        for number, name in enumerate(names):
            self.logs.create_log_group(logGroupName=name)
            if number % 3:
                self.logs.put_retention_policy(logGroupName=name, retentionInDays=30)


def tags(kind: str, name: str, estate: bool = True, role: str = "", vpc: str = "", ssm: str = "", further: dict = {}) -> list:
    pairs = {
        "Name": name, "quarterdeck:estate": ESTATE if estate else "", "quarterdeck:role": role, "quarterdeck:vpc": vpc, "lab:ssm": ssm, **further,
    }
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in pairs.items() if value]}]


def main() -> None:
    endpoint = sys.argv[1]
    # moto draws ids at random, from here on the same ones; other servers do not know this call, and need not
    try:
        urllib.request.urlopen(urllib.request.Request(f"{endpoint}/moto-api/seed?a=7", method="POST"), timeout=10).close()
    except OSError:
        pass
    laid = {name: Region(endpoint, name).lay() for name in REGIONS}
    text = json.dumps(laid, indent=1)
    if len(sys.argv) > 2:
        with open(sys.argv[2], "w") as file:
            file.write(text + "\n")
    else:
        print(text)


main()
