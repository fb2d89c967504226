"""Faults on the wire, in the words of each protocol."""
import time

from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError, ResponseStreamingError
from botocore.parsers import ResponseParserError

SERVICE = SCOPE = None
CONTROLS = True

# Service, the name in signatures, an operation, and the codes for: throttled, expired, denied, 500, 503.
FAMILIES = [
    ("ec2", "ec2", "DescribeVpcs", "RequestLimitExceeded", "RequestExpired", "UnauthorizedOperation", "InternalError", "Unavailable"),
    ("sts", "sts", "GetCallerIdentity", "Throttling", "ExpiredToken", "AccessDenied", "InternalFailure", "ServiceUnavailable"),
    ("elbv2", "elasticloadbalancing", "DescribeLoadBalancers", "Throttling", "ExpiredToken", "AccessDenied", "InternalFailure", "ServiceUnavailable"),
    ("route53", "route53", "ListHostedZones", "Throttling", "ExpiredToken", "AccessDenied", "InternalFailure", "ServiceUnavailable"),
    ("eks", "eks", "ListClusters", "ThrottlingException", "ExpiredTokenException", "AccessDeniedException", "InternalFailure", "ServiceUnavailableException"),
    ("cloudwatch", "monitoring", "DescribeAlarms", "ThrottlingException", "ExpiredTokenException", "AccessDeniedException", "InternalFailure", "ServiceUnavailableException"),
    ("ssm", "ssm", "DescribeInstanceInformation", "ThrottlingException", "ExpiredTokenException", "AccessDeniedException", "InternalFailure", "ServiceUnavailableException"),
    ("logs", "logs", "DescribeLogGroups", "ThrottlingException", "ExpiredTokenException", "AccessDeniedException", "InternalFailure", "ServiceUnavailableException"),
]


def run(lab):
    try:
        for family in FAMILIES:
            words(lab, *family)
        wire(lab)
    finally:
        lab.control("DELETE", "faults")


def words(lab, service, scope, operation, throttled, expired, denied, broken, away):
    def fault(**what):
        lab.control("POST", "faults", {"service": scope, "operation": operation, "times": 1, "what": what})
    for what, code, status in (({"kind": "throttle"}, throttled, None), ({"kind": "expired"}, expired, None), ({"kind": "error", "status": 500}, broken, 500), ({"kind": "error", "status": 503}, away, 503)):
        fault(**what)
        lab.refused(service, operation, code, status=status)
    fault(kind="denied")
    me = lab.ask("sts", "GetCallerIdentity") if operation != "GetCallerIdentity" else None
    said = lab.refused(service, operation, denied)
    lab.check(f":{operation}" in said and (me is None or me["Arn"] in said), f"{operation}: the refusal names nobody: {said}")
    lab.ask(service, operation)


def wire(lab):
    def fault(**what):
        lab.control("POST", "faults", {"service": "ec2", "operation": "DescribeVpcs", "times": 1, "what": what})
    fault(kind="latency", ms=700)
    began = time.monotonic()
    lab.ask("ec2", "DescribeVpcs")
    lab.check(time.monotonic() - began >= 0.7, "an answer that was to be late was not")
    for what in ({"kind": "reset"}, {"kind": "reset", "after": 200}):
        fault(**what)
        broken(lab, what, impatient(lab))
    fault(kind="hang")
    broken(lab, "hang", impatient(lab))
    lab.control("POST", "faults", {"region": "us-west-2", "times": 1, "what": {"kind": "throttle"}})
    lab.ask("ec2", "DescribeVpcs", region="us-west-1")
    lab.refused("ec2", "DescribeVpcs", "RequestLimitExceeded", region="us-west-2", status=503)


def impatient(lab):
    """A client that waits for a second, and does not look at what is cut off."""
    return lab.session.create_client("ec2", endpoint_url=lab.endpoint, config=Config(retries={"total_max_attempts": 1}, read_timeout=1))


def broken(lab, what, client):
    try:
        client.describe_vpcs()
    except (HTTPClientError, ResponseStreamingError, ResponseParserError):
        return
    except ClientError as error:
        lab.fail(f"{what}: answered {error}")
        return
    lab.fail(f"{what}: answered")
