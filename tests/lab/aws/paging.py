"""Pages where moto gives everything at once, so that a console which reads only a first page is found out."""

import base64
import copy
import functools
import os

import moto.eks.models
from moto.autoscaling.responses import AutoScalingResponse
from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.responses import EC2Response
from moto.elbv2.responses import ELBV2Response

PAGE = int(os.environ.get("LAB_PAGE", "40"))

# EC2's describes and the list each of them answers with
EC2_LISTS = {
    "describe_vpcs": "Vpcs",
    "describe_subnets": "Subnets",
    "describe_security_groups": "SecurityGroups",
    "describe_security_group_rules": "SecurityGroupRules",
    "describe_route_tables": "RouteTables",
    "describe_internet_gateways": "InternetGateways",
    "describe_nat_gateways": "NatGateways",
    "describe_network_interfaces": "NetworkInterfaces",
    "describe_volumes": "Volumes",
    "describe_images": "Images",
    "describe_instance_status": "InstanceStatuses",
}


def install() -> None:
    for method, rows in EC2_LISTS.items():
        page_by_position(EC2Response, method, rows)
    page_by_position(ELBV2Response, "describe_target_groups", "TargetGroups", "PageSize", "Marker", "NextMarker")
    page_by_position(ELBV2Response, "describe_listeners", "Listeners", "PageSize", "Marker", "NextMarker")
    EC2Response.describe_instances = describe_instances
    # these page by themselves; only their pages are too big for an estate with two of a thing
    shrink(ELBV2Response, "describe_load_balancers", "PageSize")
    shrink(AutoScalingResponse, "describe_auto_scaling_groups", "MaxRecords")
    whole = moto.eks.models.paginated_list
    moto.eks.models.paginated_list = lambda names, wanted, after: whole(names, 1, after)


def page_by_position(service, method, rows, size="MaxResults", token="NextToken", answer="NextToken") -> None:
    whole = getattr(service, method)

    @functools.wraps(whole)
    def page(self):
        wanted, after = self.params.pop(size, None), self.params.pop(token, None)
        result = dict(whole(self).result)
        result[rows], result[answer] = cut(list(result[rows]), wanted, after)
        return ActionResult(result)

    setattr(service, method, page)


def cut(rows, wanted, after):
    """The rows of one page, and the token of the next one."""
    start = position(after)
    end = start + min(int(wanted or PAGE), PAGE)
    return rows[start:end], token_for(end) if end < len(rows) else None


def token_for(start: int) -> str:
    return base64.b64encode(f"lab page from {start}".encode()).decode()


def position(token) -> int:
    if not token:
        return 0
    try:
        return int(base64.b64decode(token, validate=True).decode().removeprefix("lab page from "))
    except ValueError:
        raise EC2ClientError("InvalidNextToken", f"The token '{token}' is invalid") from None


def describe_instances(self):
    """EC2 counts instances, and a reservation may go on over a page's end; moto counts reservations."""
    filters, ids = self._filters_from_querystring(), self.params.get("InstanceIds", [])
    if ids and self.params.get("MaxResults"):
        text = "The parameter instancesSet cannot be used with the parameter maxResults"
        raise EC2ClientError("InvalidParameterCombination", text)
    if ids:
        reservations = self.ec2_backend.get_reservations_by_instance_ids(ids, filters=filters)
    else:
        reservations = self.ec2_backend.describe_instances(filters=filters)
    instances = [(reservation, instance) for reservation in reservations for instance in reservation.instances]
    if ids:
        on_page, more = instances, None
    else:
        on_page, more = cut(instances, self.params.get("MaxResults"), self.params.get("NextToken"))
    parts = {}
    for reservation, instance in on_page:
        if reservation.id not in parts:
            parts[reservation.id] = copy.copy(reservation)
            parts[reservation.id].instances = []
        parts[reservation.id].instances.append(instance)
    return ActionResult({"Reservations": list(parts.values()), "NextToken": more})


def shrink(service, method, size) -> None:
    whole = getattr(service, method)

    @functools.wraps(whole)
    def page(self):
        self.params[size] = 1
        return whole(self)

    setattr(service, method, page)
