"""Operations that moto lacks, or answers in a way that AWS does not."""

import datetime
import functools
import json
import os
import pathlib
import re

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.ec2.responses import EC2Response
from moto.eks.responses import EKSResponse
from moto.ssm.responses import SimpleSystemManagerResponse

import paging


def install() -> None:
    EC2Response.describe_regions = enabled_regions(EC2Response.describe_regions)
    EC2Response.describe_images = dated_images(EC2Response.describe_images)
    EKSResponse.describe_cluster = reachable_cluster(EKSResponse.describe_cluster)
    SimpleSystemManagerResponse.describe_instance_information = describe_instance_information


def enabled_regions(whole):
    """Regions that the account has not opted in to are told only to those who ask for all."""

    @functools.wraps(whole)
    def describe_regions(self):
        regions = whole(self).result["Regions"]
        if not self.params.get("AllRegions"):
            regions = [region for region in regions if region.opt_in_status != "not-opted-in"]
        return ActionResult({"Regions": regions})

    return describe_regions


def dated_images(whole):
    """Images are as old as the date in their names; in moto all were made when it started."""

    @functools.wraps(whole)
    def describe_images(self):
        result = whole(self).result
        for image in result["Images"]:
            if date := re.search(r"[-.](20\d\d)(0\d|1[012])([012]\d|3[01])\b", image.name or ""):
                image.creation_date = datetime.datetime(*map(int, date.groups()))
        return ActionResult(result)

    return describe_images


def reachable_cluster(whole):
    """A cluster tells its VPC, and the endpoint of an API server that is there, if one was named for it."""

    @functools.wraps(whole)
    def describe_cluster(self):
        cluster = whole(self).result["cluster"]
        file = os.environ.get("LAB_EKS_ENDPOINTS")
        if file and pathlib.Path(file).exists():
            known = json.loads(pathlib.Path(file).read_text())
            if place := known.get(cluster.name) or known.get("*"):
                cluster.endpoint, cluster.certificate_authority = place["endpoint"], {"data": place["ca"]}
        network = cluster.resources_vpc_config
        if "vpcId" not in network and network.get("subnetIds"):
            network["vpcId"] = ec2_backends[self.current_account][self.region].get_subnet(network["subnetIds"][0]).vpc_id
        return ActionResult({"cluster": cluster})

    return describe_cluster


def describe_instance_information(self):
    """SSM's view of the instances. The tag lab:ssm=none keeps one out of it, lab:ssm=lost has its agent fall silent."""
    rows = []
    for instance in ec2_backends[self.current_account][self.region].all_instances():
        agent = next((tag["value"] for tag in instance.get_tags() if tag["key"] == "lab:ssm"), "")
        if agent == "none" or instance.state == "terminated":
            continue
        online = instance.state == "running" and agent != "lost"
        rows.append({
            "InstanceId": instance.id,
            "PingStatus": "Online" if online else "ConnectionLost",
            "LastPingDateTime": utcnow(),
            "AgentVersion": "3.3.987.0",
            "IsLatestVersion": True,
            "PlatformType": "Linux",
            "PlatformName": "Amazon Linux",
            "PlatformVersion": "2023",
            "ResourceType": "EC2Instance",
            "IPAddress": instance.private_ip or "",
            "ComputerName": f"ip-{(instance.private_ip or '').replace('.', '-')}",
        })
    for filter in self._get_param("Filters", []) or []:
        if filter["Key"] == "InstanceIds":
            rows = [row for row in rows if row["InstanceId"] in filter["Values"]]
        elif filter["Key"] == "PingStatus":
            rows = [row for row in rows if row["PingStatus"] in filter["Values"]]
    # AWS gives 10 where nothing is asked for, and 50 at most
    wanted = min(int(self._get_param("MaxResults", None) or 10), 50)
    page, more = paging.cut(rows, wanted, self._get_param("NextToken", None))
    return ActionResult({"InstanceInformationList": page, "NextToken": more})
