"""Faults on the wire, in the words of each protocol."""
import base64
import datetime
import email.utils
import ssl
import time
import urllib.error
import urllib.request

import botocore.auth
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError, ResponseStreamingError
from botocore.model import ServiceId
from botocore.parsers import ResponseParserError
from botocore.signers import RequestSigner

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
            clock(lab, *family[:3], family[4])
        wire(lab)
        ingested(lab)
        tokens(lab)
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


MINUTE = datetime.timedelta(minutes=1)


class Shifted:
    """botocore's clock, put forward or back."""

    def __init__(self, by):
        self.by = by

    def __enter__(self):
        self.real = botocore.auth.get_current_datetime
        botocore.auth.get_current_datetime = lambda *args, **named: self.real(*args, **named) + self.by

    def __exit__(self, *_):
        botocore.auth.get_current_datetime = self.real


def off(answer):
    """How far the answer's Date is from our own clock."""
    date = email.utils.parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    return date - datetime.datetime.now(datetime.timezone.utc)


def clock(lab, service, scope, operation, expired):
    """A service whose clock is off refuses what it thinks old or early; who signs by its Date, as many SDKs do by themselves, is let in."""
    if service == "ec2":
        # it says that it is about time only where the clock is far off
        codes = ((10, "AuthFailure"), (60, "RequestExpired"))
    else:
        code = "SignatureDoesNotMatch" if expired == "ExpiredToken" else "InvalidSignatureException"
        codes = ((10, code), (60, code))
    for minutes, code in codes:
        for sign in (1, -1):
            skew = sign * minutes * MINUTE
            fault = lab.control("POST", "faults", {"service": scope, "what": {"kind": "skew", "ms": int(skew.total_seconds() * 1000)}})
            said = lab.refused(service, operation, code)
            if "Signature" in code:
                lab.check(("Signature expired: " if sign > 0 else "Signature not yet current: ") in said, f"{operation}: {said}")
            try:
                lab.ask(service, operation)
            except ClientError as error:
                told = off(error.response)
                lab.check(abs(told - skew) < MINUTE / 20, f"{operation}: its Date is {told} off for {skew}")
                with Shifted(told):
                    told = off(lab.ask(service, operation))
                    lab.check(abs(told - skew) < MINUTE / 20, f"{operation}: the Date of an answer is {told} off for {skew}")
            lab.control("DELETE", f"faults/{fault['id']}")
    # a little is forgiven
    lab.control("POST", "faults", {"service": scope, "times": 1, "what": {"kind": "skew", "ms": 240_000}})
    told = off(lab.ask(service, operation))
    lab.check(abs(told - 4 * MINUTE) < MINUTE / 20, f"{operation}: four minutes are {told}")


def ingested(lab):
    """When an event came in is told by the clock of CloudWatch; when it was written is not."""
    group = next(row["logGroupName"] for row in lab.ask("logs", "DescribeLogGroups")["logGroups"] if row["logGroupName"].endswith("/application"))
    end = int(time.time() * 1000) - 60_000
    def read():
        time.sleep(0.5)
        found = lab.ask("logs", "FilterLogEvents", logGroupName=group, startTime=end - 120_000, endTime=end, limit=50)["events"]
        stream = found[0]["logStreamName"]
        read = lab.ask("logs", "GetLogEvents", logGroupName=group, logStreamName=stream, startTime=end - 120_000, endTime=end, limit=50)["events"]
        told = lab.ask("logs", "DescribeLogStreams", logGroupName=group, logStreamNamePrefix=stream)["logStreams"][0]
        return [(event["timestamp"], event["ingestionTime"]) for event in found + read] + [(0, told["creationTime"])]
    right = read()
    lab.control("POST", "faults", {"service": "logs", "what": {"kind": "skew", "ms": -90_000}})
    wrong = read()
    lab.check(len(right) > 50 and wrong == [(at, came - 90_000) for at, came in right], f"by a clock that is 90 s behind: {wrong[:3]} for {right[:3]}")
    lab.control("DELETE", "faults")


def tokens(lab):
    """A cluster whose clock is off takes no fresh token of EKS, and takes the one that its clock calls fresh."""
    region = lab.ask("ec2", "DescribeRegions")["Regions"][0]["RegionName"]
    name = lab.ask("eks", "ListClusters", region=region)["clusters"][0]
    told = lab.ask("eks", "DescribeCluster", region=region, name=name)["cluster"]
    trust = ssl.create_default_context(cadata=base64.b64decode(told["certificateAuthority"]["data"]).decode())
    def asked(now=datetime.timedelta()):
        signer = RequestSigner(ServiceId("STS"), region, "sts", "v4", lab.session.get_credentials(), lab.session.get_component("event_emitter"))
        request = {"method": "GET", "url": f"https://sts.{region}.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15", "body": {}, "headers": {"x-k8s-aws-id": name}, "context": {}}
        with Shifted(now):
            address = signer.generate_presigned_url(request, region_name=region, expires_in=60, operation_name="")
        token = "k8s-aws-v1." + base64.urlsafe_b64encode(address.encode()).decode().rstrip("=")
        ask = urllib.request.Request(f"{told['endpoint']}/api/v1/namespaces?limit=1", headers={"Authorization": f"Bearer {token}"})
        try:
            with urllib.request.urlopen(ask, context=trust, timeout=10) as answer:
                return answer.status, email.utils.parsedate_to_datetime(answer.headers["Date"])
        except urllib.error.HTTPError as error:
            return error.code, email.utils.parsedate_to_datetime(error.headers["Date"])
    lab.check(asked()[0] == 200, "a token of EKS is not let in")
    for minutes in (20, -20):
        lab.control("POST", "faults", {"service": "kubernetes", "cluster": name, "what": {"kind": "skew", "ms": minutes * 60_000}})
        status, date = asked()
        seen = date - datetime.datetime.now(datetime.timezone.utc)
        lab.check(status == 401, f"a token that is {minutes} minutes off gets {status}")
        lab.check(abs(seen - minutes * MINUTE) < MINUTE / 20, f"the cluster's Date is {seen} off for {minutes} minutes")
        lab.check(asked(minutes * MINUTE)[0] == 200, f"a token by the cluster's own clock, {minutes} minutes off, is not let in")
        lab.control("DELETE", "faults")
