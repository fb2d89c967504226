"""Who is let in: wrong keys, wrong signatures and no signature, in the words of each protocol."""
import datetime
import http.client
import urllib.parse

import botocore.auth
from botocore import UNSIGNED

SERVICE = SCOPE = None

# Service, an operation, what it takes, and the codes for: an unknown key, a wrong secret, no signature, a signature of long ago.
FAMILIES = [
    ("ec2", "DescribeVpcs", {}, "AuthFailure", "SignatureDoesNotMatch", "MissingAuthenticationToken", "RequestExpired"),
    ("sts", "GetCallerIdentity", {}, "InvalidClientTokenId", "SignatureDoesNotMatch", "MissingAuthenticationToken", "SignatureDoesNotMatch"),
    ("autoscaling", "DescribeAutoScalingGroups", {}, "InvalidClientTokenId", "SignatureDoesNotMatch", "MissingAuthenticationToken", "SignatureDoesNotMatch"),
    ("elbv2", "DescribeLoadBalancers", {}, "InvalidClientTokenId", "SignatureDoesNotMatch", "MissingAuthenticationToken", "SignatureDoesNotMatch"),
    ("route53", "ListHostedZones", {}, "InvalidClientTokenId", "SignatureDoesNotMatch", "MissingAuthenticationToken", "SignatureDoesNotMatch"),
    ("eks", "ListClusters", {}, "UnrecognizedClientException", "InvalidSignatureException", "MissingAuthenticationTokenException", "InvalidSignatureException"),
    ("cloudwatch", "DescribeAlarms", {}, "UnrecognizedClientException", "InvalidSignatureException", "MissingAuthenticationTokenException", "InvalidSignatureException"),
    ("ssm", "DescribeInstanceInformation", {}, "UnrecognizedClientException", "InvalidSignatureException", "MissingAuthenticationTokenException", "InvalidSignatureException"),
    ("logs", "DescribeLogGroups", {}, "UnrecognizedClientException", "InvalidSignatureException", "MissingAuthenticationTokenException", "InvalidSignatureException"),
]


def keys(lab, **other):
    now = lab.session.get_credentials().get_frozen_credentials()
    return {"aws_access_key_id": now.access_key, "aws_secret_access_key": now.secret_key, "aws_session_token": now.token, **other}


def run(lab):
    for service, operation, params, unknown, mismatch, missing, skewed in FAMILIES:
        for wrong, code in (({"aws_access_key_id": "ASIANOBODY"}, unknown), ({"aws_secret_access_key": "wrong"}, mismatch), ({"aws_session_token": "wrong"}, unknown)):
            lab.refused(service, operation, code, client=lab.client(service, keys=keys(lab, **wrong)), **params)
        lab.refused(service, operation, missing, client=lab.client(service, signature_version=UNSIGNED), **params)
        # a region that is not enabled does not know the key
        if service != "route53":  # which is in no region
            lab.refused(service, operation, unknown, region="eu-north-1", **params)
        # EC2 does not tell a clock that is a little off from keys that are wrong
        little = unknown if service == "ec2" else skewed
        for minutes, code in ((-60, skewed), (60, skewed), (-10, little), (10, little)):
            signed_at(lab, minutes, service, operation, code, params)
    malformed(lab)


def signed_at(lab, minutes, service, operation, code, params):
    """Signed by a clock that is so much ahead."""
    clock = botocore.auth.get_current_datetime
    botocore.auth.get_current_datetime = lambda *args, **named: clock(*args, **named) + datetime.timedelta(minutes=minutes)
    try:
        lab.refused(service, operation, code, **params)
    finally:
        botocore.auth.get_current_datetime = clock


def malformed(lab):
    """What no SDK sends."""
    place = urllib.parse.urlsplit(lab.endpoint).netloc
    for headers, body in (({}, b""), ({"Authorization": "AWS4-HMAC-SHA256 nonsense"}, b"Action=DescribeVpcs"), ({"Authorization": "Bearer x"}, b"\xff" * 100),
                          ({"X-Amz-Target": "Logs_20140328.DescribeLogGroups"}, b"{"), ({"smithy-protocol": "rpc-v2-cbor"}, b"\x80"), ({}, b"A." * 20_000)):
        connection = http.client.HTTPConnection(place, timeout=10)
        connection.request("POST", "/", body=body, headers=headers)
        answer = connection.getresponse()
        lab.check(400 <= answer.status < 500 and answer.read() and answer.headers["x-amzn-requestid"], f"{headers} {body[:20]}: {answer.status}")
        connection.close()
