#!/usr/bin/env python3
"""Whether the walk of shapes.py finds what is wrong: answers with one mistake each, and the same answers without it."""
import sys

import botocore.session

from shapes import Walk

ID = "0123abcd-0123-4abc-8abc-0123456789ab"
VPCS = f'<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>{ID}</requestId><vpcSet><item><vpcId>vpc-1</vpcId><isDefault>false</isDefault><state>available</state></item></vpcSet></DescribeVpcsResponse>'
NAT = f'<DescribeNatGatewaysResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>{ID}</requestId><natGatewaySet><item><createTime>2026-11-24T21:00:00.000Z</createTime></item></natGatewaySet></DescribeNatGatewaysResponse>'
IDENTITY = f'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>a</Arn></GetCallerIdentityResult><ResponseMetadata><RequestId>{ID}</RequestId></ResponseMetadata></GetCallerIdentityResponse>'
LOGS = '{"logGroups": [{"logGroupName": "a", "creationTime": 1795557600000, "logGroupClass": "STANDARD"}]}'
METRICS = bytes.fromhex("a1 6a44617461706f696e7473 81 a2 6954696d657374616d70 c1 fb41dac13eb8000000 63 53756d fb3ff0000000000000".replace(" ", ""))

CASES = [
    ("ec2", "DescribeVpcs", VPCS, [("<vpcId>", "<vpcID>"), ("</vpcId>", "</vpcID>")]),
    ("ec2", "DescribeVpcs", VPCS, [("item>", "member>")]),
    ("ec2", "DescribeVpcs", VPCS, [("false", "no")]),
    ("ec2", "DescribeVpcs", VPCS, [("available", "fine")]),
    ("ec2", "DescribeVpcs", VPCS, [("<state>", "<state>available</state><state>")]),
    ("ec2", "DescribeVpcs", VPCS, [("DescribeVpcsResponse", "DescribeVpcsReply")]),
    ("ec2", "DescribeVpcs", VPCS, [(ID, ID[::-1])]),
    ("ec2", "DescribeNatGateways", NAT, [("2026-11-24T21:00:00.000Z", "1795557600")]),
    ("sts", "GetCallerIdentity", IDENTITY, [("CallerIdentityResult", "CallerIdentityOutcome")]),
    ("sts", "GetCallerIdentity", IDENTITY, [("<Arn>a</Arn>", "<arn>a</arn>")]),
    ("logs", "DescribeLogGroups", LOGS, [("logGroupName", "LogGroupName")]),
    ("logs", "DescribeLogGroups", LOGS, [("1795557600000", '"1795557600000"')]),
    ("logs", "DescribeLogGroups", LOGS, [('"a"', "null")]),
    ("logs", "DescribeLogGroups", LOGS, [("STANDARD", "STANDING")]),
    ("cloudwatch", "GetMetricStatistics", METRICS, [(b"\xc1\xfb", b"\xfb")]),
    ("cloudwatch", "GetMetricStatistics", METRICS, [(bytes.fromhex("fb3ff0000000000000"), b"\x01")]),
    ("cloudwatch", "GetMetricStatistics", METRICS, [(b"Sum", b"sum")]),
]


def problems(client, operation, body):
    kind = "application/cbor" if isinstance(body, bytes) else "text/xml" if body.startswith("<") else "application/x-amz-json-1.1"
    model = client.meta.service_model
    headers = {"x-amzn-requestid": ID, "content-type": kind, "smithy-protocol": "rpc-v2-cbor"}
    body = body if isinstance(body, bytes) else body.encode()
    walk = Walk(model.operation_model(operation), {"status_code": 200, "headers": headers, "body": body})
    walk.run()
    return walk.problems


def main():
    session, failed = botocore.session.get_session(), 0
    for service, operation, body, changes in CASES:
        client = session.create_client(service, region_name="us-east-1")
        wrong = body
        for old, new in changes:
            wrong = wrong.replace(old, new)
        right, found = problems(client, operation, body), problems(client, operation, wrong)
        if right or not found:
            failed += 1
            print(f"{service} {operation} {changes}: of the right answer {right}, of the wrong one {found}")
    print(f"{len(CASES)} mistakes, {failed} not found")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
