#!/usr/bin/env python3
"""Asks an estate what no well-behaved client asks, and expects each protocol's own refusal; then that the servers live and have let go
of everything.

usage: hostile.py --folder DIR        (the environment says where, as boto3 and kubectl take it)
"""
import argparse
import base64
import concurrent.futures
import http.client
import json
import os
import pathlib
import socket
import ssl
import struct
import sys
import time
import urllib.parse

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

wrong = 0
checks = 0


def check(is_so, text):
    global wrong, checks
    checks += 1
    if not is_so:
        wrong += 1
        print(f"WRONG {text}", flush=True)


class Aws:
    def __init__(self):
        session = botocore.session.get_session()
        self.keys = session.get_credentials()
        self.endpoint = os.environ["AWS_ENDPOINT_URL"]
        self.region = session.get_config_variable("region")
        self.place = urllib.parse.urlsplit(self.endpoint).netloc

    def ask(self, service, method="POST", path="/", headers=(), body=b"", region=None, signed=True):
        request = AWSRequest(method, self.endpoint + path, headers=dict(headers), data=body)
        if signed:
            SigV4Auth(self.keys, service, region or self.region).add_auth(request)
        request = request.prepare()
        connection = http.client.HTTPConnection(self.place, timeout=20)
        try:
            connection.request(method, path, body=body, headers=dict(request.headers))
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def refused(self, what, status, code, *words, **named):
        """The answer has this status and this code, where its protocol has codes, and a request id."""
        try:
            got, headers, body = self.ask(*words, **named)
        except OSError as error:
            return check(False, f"{what}: {type(error).__name__} {error}")
        # REST-JSON has it beside the body
        told = body + headers.get("x-amzn-errortype", "").encode()
        check(got == status and code.encode() in told, f"{what}: {got} {body[:300]} where {status} {code} was due")
        check(headers.get("x-amzn-requestid"), f"{what}: no request id")


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def amz_json(target, version="1.1"):
    return {"Content-Type": f"application/x-amz-json-{version}", "X-Amz-Target": target}


CBOR = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
METRICS = "/service/GraniteServiceVersion20100801/operation/"


def operations_that_are_none(aws):
    aws.refused("ec2", 400, "InvalidAction", "ec2", headers=FORM, body=b"Action=DropTables&Version=2016-11-15")
    aws.refused("ec2 without any", 400, "MissingAction", "ec2", headers=FORM, body=b"Version=2016-11-15")
    aws.refused("sts", 400, "InvalidAction", "sts", headers=FORM, body=b"Action=DropTables&Version=2011-06-15")
    aws.refused("elbv2", 400, "InvalidAction", "elasticloadbalancing", headers=FORM, body=b"Action=DropTables")
    aws.refused("logs", 400, "UnknownOperationException", "logs", headers=amz_json("Logs_20140328.DropTables"), body=b"{}")
    aws.refused("logs without any", 400, "UnknownOperationException", "logs", headers={"Content-Type": "application/x-amz-json-1.1"}, body=b"{}")
    aws.refused("monitoring", 400, "UnknownOperationException", "monitoring", headers=CBOR, path=METRICS + "DropTables", body=b"\xa0")
    aws.refused("eks", 404, "", "eks", method="GET", path="/tables")
    aws.refused("eks by another method", 404, "", "eks", method="DELETE", path="/clusters")
    aws.refused("route53", 400, "InvalidAction", "route53", method="GET", path="/2013-04-01/tables", region="us-east-1")
    aws.refused("a service that is none", 403, "SignatureDoesNotMatch", "tables", headers=FORM, body=b"Action=List")


def bodies_that_are_none(aws):
    for body in (b"{", b"", b"[]", b"\"x\"", b"nul", b"\xff\xfe", b"{\"a\":" * 5000, b"[" * 200_000):
        code = "SerializationException"
        got, headers, told = aws.ask("logs", headers=amz_json("Logs_20140328.DescribeLogStreams"), body=body)
        check(got == 400 and headers.get("x-amzn-requestid") and (code.encode() in told or body in (b"",)), f"logs {body[:20]}: {got} {told[:200]}")
    for body in (b"\xff", b"", b"\x80", b"\xbf\x61", b"\x9f" * 100_000, b"\xa1\x61\x61\xfb", b"\xbb" + b"\xff" * 8, b"\x5b" + b"\x7f" + b"\xff" * 7):
        got, headers, told = aws.ask("monitoring", headers=CBOR, path=METRICS + "GetMetricData", body=body)
        check(got == 400 and headers.get("x-amzn-requestid"), f"monitoring {body[:20]}: {got} {told[:200]}")
    for body in (b"Action=DescribeVpcs&Filter.99999999999999999999.Name=a", b"Action=DescribeVpcs&Filter.1.Value.1=x", b"Action=DescribeVpcs&Filter=x&Filter.1.Name=y", b"Action=DescribeVpcs&%zz=%", b"Action=DescribeVpcs&MaxResults=%00",
                 b"Action=DescribeVpcs&" + b".1" * 50_000 + b"=1", b"Action=DescribeVpcs&Filter.1.Name=vpc-id&Filter.1.Value.1=" + b"x" * 100_000):
        got, headers, told = aws.ask("ec2", headers=FORM, body=body)
        check(got in (200, 400) and headers.get("x-amzn-requestid") and told.startswith(b"<?xml"), f"ec2 {body[:60]}: {got} {told[:200]}")
    # another type than the protocol has
    for kind in ("text/plain", "application/json", "multipart/form-data; boundary=x", "", "application/cbor"):
        got, headers, told = aws.ask("ec2", headers={"Content-Type": kind}, body=b"Action=DescribeVpcs&Version=2016-11-15")
        check(got in (200, 400, 415) and headers.get("x-amzn-requestid"), f"ec2 as {kind!r}: {got} {told[:200]}")
        got, headers, told = aws.ask("logs", headers={"X-Amz-Target": "Logs_20140328.DescribeLogGroups", "Content-Type": kind}, body=b"{}")
        check(got in (200, 400, 404, 415) and headers.get("x-amzn-requestid"), f"logs as {kind!r}: {got} {told[:200]}")
    got, headers, told = aws.ask("ec2", headers=FORM, body=b"Action=DescribeVpcs&Pad=" + b"x" * (5 << 20))
    check(got == 413 and headers.get("x-amzn-requestid"), f"a body of five MiB: {got} {told[:200]}")


def limits_and_tokens(aws):
    for number in ("-1", "0", "4", "1001", "99999999999999999999", "1e9", "abc", "%00", "1.5"):
        aws.refused(f"ec2 MaxResults={number}", 400, "InvalidParameterValue", "ec2", headers=FORM, body=f"Action=DescribeSubnets&MaxResults={number}".encode())
    for number in ("-1", "0", "51", "1e400", "\"x\"", "1.5", "[]", "{}", "true", "9223372036854775808"):
        got, _, told = aws.ask("logs", headers=amz_json("Logs_20140328.DescribeLogGroups"), body=f"{{\"limit\": {number}}}".encode())
        check(got == 400 and (b"InvalidParameterException" in told or b"SerializationException" in told), f"logs limit={number}: {got} {told[:200]}")
    for number in ("-1", "0", "101", "abc", "99999999999999999999"):
        aws.refused(f"eks maxResults={number}", 400, "InvalidParameterException" if number not in ("abc", "99999999999999999999") else "", "eks", method="GET", path=f"/clusters?maxResults={number}")
    for token in ("x", "A" * 20_000, "%F0%9F%92%A9", "..%2F..%2Fetc", "eyJhIjoxfQ%3D%3D", "%00"):
        aws.refused(f"ec2 NextToken={token[:20]}", 400, "Invalid", "ec2", headers=FORM, body=f"Action=DescribeSubnets&NextToken={token}".encode())
        aws.refused(f"eks nextToken={token[:20]}", 400, "InvalidParameterException", "eks", method="GET", path=f"/clusters?nextToken={token}")
        body = json.dumps({"nextToken": urllib.parse.unquote(token)}).encode()
        aws.refused(f"logs nextToken={token[:20]}", 400, "InvalidParameterException", "logs", headers=amz_json("Logs_20140328.DescribeLogGroups"), body=body)
    for moment in (-(1 << 63), (1 << 63) - 1, -1, 1 << 53):
        body = json.dumps({"logGroupName": "/demo/flow", "startTime": moment, "endTime": moment}).encode()
        got, _, told = aws.ask("logs", headers=amz_json("Logs_20140328.FilterLogEvents"), body=body)
        check(got in (200, 400), f"events at {moment}: {got} {told[:200]}")
    for start, end in (("1970-01-01T00:00:00Z", "9999-12-31T00:00:00Z"), ("x", "y"), ("9999-12-31T00:00:00Z", "1970-01-01T00:00:00Z")):
        body = f"Action=GetMetricStatistics&Version=2010-08-01&Namespace=Shop&MetricName=Requests&StartTime={start}&EndTime={end}&Period=60&Statistics.member.1=Sum".encode()
        got, _, told = aws.ask("monitoring", headers=FORM, body=body)
        check(got == 400, f"metrics from {start} to {end}: {got} {told[:200]}")


def signatures(aws):
    for authorization in ("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=", "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=, Signature=", "AWS4-HMAC-SHA256 " + "x" * 8000, "AWS4-ECDSA-P256-SHA256 Credential=a/20260101/ec2/aws4_request", "Basic YTpi", "\u00ff"):
        got, headers, told = aws.ask("ec2", headers={**FORM, "Authorization": authorization, "X-Amz-Date": "20260101T000000Z"}, body=b"Action=DescribeVpcs", signed=False)
        check(got in (400, 401, 403) and b"<Code>" in told and headers.get("x-amzn-requestid"), f"{authorization[:60]}: {got} {told[:200]}")
    for date in ("", "x", "20269999T999999Z", "99991231T235959Z", "00010101T000000Z"):
        credential = f"{aws.keys.access_key}/{date[:8]}/us-east-1/ec2/aws4_request"
        text = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host, Signature=0"
        got, headers, told = aws.ask("ec2", headers={**FORM, "Authorization": text, "X-Amz-Date": date}, body=b"Action=DescribeVpcs", signed=False)
        check(got in (400, 401, 403), f"X-Amz-Date {date}: {got} {told[:200]}")


class Kubernetes:
    def __init__(self, folder):
        config = json.loads((pathlib.Path(folder) / "kubeconfig").read_text())
        cluster = config["clusters"][0]["cluster"]
        self.place = urllib.parse.urlsplit(cluster["server"]).netloc
        self.token = config["users"][0]["user"]["token"]
        self.trust = ssl.create_default_context(cadata=base64.b64decode(cluster["certificate-authority-data"]).decode())

    def connect(self):
        connection = http.client.HTTPSConnection(self.place, timeout=20, context=self.trust)
        return connection

    def ask(self, method, path, body=None, kind="application/json", **headers):
        connection = self.connect()
        try:
            told = {"Authorization": f"Bearer {self.token}", **headers}
            if body is not None:
                told["Content-Type"] = kind
            connection.request(method, path, body=body if body is None or isinstance(body, bytes) else json.dumps(body).encode(), headers=told)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def refused(self, status, reason, method, path, body=None, kind="application/json", **headers):
        what = f"{method} {path[:90]}"
        try:
            got, _, told = self.ask(method, path, body, kind, **headers)
        except OSError as error:
            return check(False, f"{what}: {type(error).__name__} {error}")
        try:
            told = json.loads(told)
        except ValueError:
            told = {"message": told[:200]}
        is_status = told.get("kind") == "Status" and told.get("status") == "Failure" and told.get("code") == status
        check(got == status and is_status and told.get("reason") == reason, f"{what}: {got} {str(told)[:300]} where {status} {reason} was due")

    def socket(self):
        host, port = self.place.split(":")
        return self.trust.wrap_socket(socket.create_connection((host, int(port)), timeout=20), server_hostname=host)


MAPS = "/api/v1/namespaces/default/configmaps"


def objects(kube):
    kube.ask("DELETE", f"{MAPS}/hostile")
    made = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "hostile"}, "data": {"a": "1"}}
    check(kube.ask("POST", MAPS, made)[0] == 201, "a configmap is not made")
    for case in (
        (404, "NotFound", "GET", "/nothing"),
        (404, "NotFound", "GET", "/apis/nothing/v1/things"),
        (404, "NotFound", "GET", "/api/v1/namespaces/default/things"),
        (404, "NotFound", "GET", f"{MAPS}/nobody"),
        (404, "NotFound", "DELETE", f"{MAPS}/nobody"),
        (404, "NotFound", "PATCH", f"{MAPS}/nobody", {"data": {}}, "application/merge-patch+json"),
        (405, "MethodNotAllowed", "PUT", MAPS, made),
        (405, "MethodNotAllowed", "POST", f"{MAPS}/hostile", made),
        (409, "AlreadyExists", "POST", MAPS, made),
        (404, "NotFound", "POST", "/api/v1/namespaces/nowhere/configmaps", made),
        (409, "Conflict", "PUT", f"{MAPS}/hostile", {**made, "metadata": {"name": "hostile", "resourceVersion": "1"}}),
        (400, "BadRequest", "PUT", f"{MAPS}/hostile", {**made, "metadata": {"name": "another"}}),
        (400, "BadRequest", "POST", MAPS, {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}}),
        (400, "BadRequest", "POST", MAPS, b"{"),
        (400, "BadRequest", "POST", MAPS, b""),
        (400, "BadRequest", "POST", MAPS, b"[]"),
        (400, "BadRequest", "POST", MAPS, b"\xff\xfe"),
        (400, "BadRequest", "POST", MAPS, b"{\"a\":" * 20_000),
        (400, "BadRequest", "POST", MAPS, b"k8s\x00\xff\xff\xff\xff", "application/vnd.kubernetes.protobuf"),
        (400, "BadRequest", "POST", MAPS, b"k8s\x00" + b"\x0a\xff\xff\xff\xff\x0f", "application/vnd.kubernetes.protobuf"),
        (415, "UnsupportedMediaType", "POST", MAPS, b"<a/>", "text/xml"),
        (415, "UnsupportedMediaType", "PATCH", f"{MAPS}/hostile", b"{}", "application/json"),
        (422, "Invalid", "POST", MAPS, {**made, "metadata": {"name": "No/Name"}}),
        (422, "Invalid", "POST", MAPS, {**made, "metadata": {"name": "x" * 300}}),
        (413, "RequestEntityTooLarge", "POST", MAPS, b"{\"a\": \"" + b"x" * (4 << 20) + b"\"}"),
        (400, "BadRequest", "PATCH", f"{MAPS}/hostile", b"{", "application/merge-patch+json"),
        (400, "BadRequest", "PATCH", f"{MAPS}/hostile", b"{}", "application/json-patch+json"),
        (405, "MethodNotAllowed", "PATCH", MAPS, b"{}", "application/merge-patch+json"),
        (422, "Invalid", "PATCH", f"{MAPS}/hostile", [{"op": "remove", "path": "/data/nothing"}], "application/json-patch+json"),
        (406, "NotAcceptable", "GET", MAPS, None, "", {"Accept": "text/html"}),
        (401, "Unauthorized", "GET", MAPS, None, "", {"Authorization": "Bearer k8s-aws-v1.aHR0cDovL3g"}),
        (401, "Unauthorized", "GET", MAPS, None, "", {"Authorization": "Bearer " + "x" * 8000}),
        (401, "Unauthorized", "GET", MAPS, None, "", {"Authorization": "Basic YTpi"}),
    ):
        *case, headers = case if isinstance(case[-1], dict) and "Accept" in case[-1] or isinstance(case[-1], dict) and "Authorization" in case[-1] else (*case, {})
        kube.refused(*case, **headers)
    check(json.loads(kube.ask("GET", f"{MAPS}/hostile")[2])["data"] == {"a": "1"}, "what was refused has changed something")


def queries(kube):
    pods = "/api/v1/pods"
    for query in ("limit=abc", "limit=99999999999999999999", "labelSelector=a%20b%20c", "labelSelector=%3D%3D%3D", "fieldSelector=spec.nothing%3D1", "fieldSelector=x", "continue=nonsense", "continue=" + "A" * 5000, "resourceVersion=abc",
                  "resourceVersion=-1", "watch=true&resourceVersion=abc", "watch=true&timeoutSeconds=abc", "limit=1&resourceVersionMatch=Exact", "resourceVersionMatch=Newest&resourceVersion=1"):
        got, _, told = kube.ask("GET", f"{pods}?{query}")
        check(got in (400, 422) and json.loads(told)["kind"] == "Status", f"{query[:40]}: {got} {told[:200]}")
    for query in ("limit=0", "limit=-1", "limit=9223372036854775807", "labelSelector=", "fieldSelector=", "continue=", "pretty=maybe"):
        got, _, told = kube.ask("GET", f"{pods}?{query}")
        check(got == 200 and json.loads(told)["kind"] == "PodList", f"{query}: {got} {told[:200]}")
    running = json.loads(kube.ask("GET", "/api/v1/namespaces/shop/pods?fieldSelector=status.phase=Running&limit=1")[2])["items"][0]
    name, container = running["metadata"]["name"], running["spec"]["containers"][0]["name"]
    one = f"/api/v1/namespaces/shop/pods/{name}"
    kube.refused(404, "NotFound", "GET", f"{one}x/log")
    kube.refused(400, "BadRequest", "GET", f"{one}/log?container=nobody")
    kube.refused(400, "BadRequest", "GET", f"{one}/log")
    kube.refused(404, "NotFound", "GET", f"{one}x/exec?command=ls")
    kube.refused(400, "BadRequest", "GET", f"{one}/exec?command=ls&stdout=1&container={container}")
    kube.refused(400, "BadRequest", "POST", f"{one}/exec?stdout=1&container={container}")
    for query in ("tailLines=-1", "sinceSeconds=0", "limitBytes=0", "sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z", "tailLines=abc", "sinceTime=yesterday"):
        got, _, told = kube.ask("GET", f"{one}/log?container={container}&{query}")
        check(got in (400, 422) and json.loads(told)["kind"] == "Status", f"log with {query}: {got} {told[:200]}")
    for body in ({"kind": "Eviction", "apiVersion": "policy/v1", "metadata": {"name": "another"}}, {"kind": "Pod", "apiVersion": "v1"}, []):
        got, _, told = kube.ask("POST", f"{one}/eviction", body)
        check(got == 400, f"an eviction of {body}: {got} {told[:200]}")
    for body in ({"spec": {}}, {"spec": {"resourceAttributes": {}, "nonResourceAttributes": {}}}, {}):
        got, _, told = kube.ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {"kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1", **body})
        check(got in (400, 422), f"a review of {body}: {got} {told[:200]}")
    scale = "/apis/apps/v1/namespaces/shop/deployments/web/scale"
    for body in ({"spec": {"replicas": -1}}, {"spec": {"replicas": "many"}}, {"spec": {"replicas": 1 << 40}}):
        got, _, told = kube.ask("PATCH", scale, body, "application/merge-patch+json")
        check(got in (400, 422), f"scale to {body}: {got} {told[:200]}")


def raw(place, trust=None):
    """What is no HTTP, or breaks off: an answer in the four hundreds, or none."""
    host, port = place.split(":")
    for bytes in (b"\x16\x03\x01\x02\x00\x01", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\r\n" * 1000, b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: nonsense\r\n\r\n", b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                  b"GET / HTTP/1.1\r\n" + b"X-Pad: " + b"x" * 1_000_000 + b"\r\n\r\n", b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf",
                  b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"):
        stream = socket.create_connection((host, int(port)), timeout=5)
        try:
            if trust:
                stream = trust.wrap_socket(stream, server_hostname=host)
            stream.sendall(bytes)
            if not trust:
                stream.shutdown(socket.SHUT_WR)
            stream.settimeout(1)
            told = stream.recv(100)
        except (OSError, ssl.SSLError):
            told = b""
        finally:
            stream.close()
        check(told == b"" or told.startswith(b"HTTP/1.1 4"), f"{bytes[:30]}: {told}")


def watches(kube, count):
    """So many watches at once: all of them are told, and all may die without a word."""
    def watch(_):
        stream = kube.socket()
        stream.sendall(f"GET {MAPS}?watch=true&resourceVersion={version} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {kube.token}\r\n\r\n".encode())
        return stream

    version = json.loads(kube.ask("GET", MAPS)[2])["metadata"]["resourceVersion"]
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        streams = list(pool.map(watch, range(count)))
    kube.ask("PATCH", f"{MAPS}/hostile", {"data": {"a": "seen"}}, "application/merge-patch+json")

    def told(stream):
        text = b""
        while b'"seen"' not in text:
            more = stream.recv(65536)
            if not more:
                return False
            text += more
        return True

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        seen = sum(pool.map(told, streams))
    check(seen == count, f"{seen} of {count} watches were told")
    for stream in streams:
        die(stream)


def die(stream):
    """Resets the connection, as a machine does that is gone and comes back."""
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stream.close()


def follows(kube):
    """Who follows a log or has a command run, and dies in the middle of it."""
    pods = json.loads(kube.ask("GET", "/api/v1/namespaces/shop/pods?fieldSelector=status.phase=Running&limit=5")[2])["items"]
    upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n"
    for pod in pods:
        at, container = f"/api/v1/namespaces/shop/pods/{pod['metadata']['name']}", pod["spec"]["containers"][0]["name"]
        # unmasked, of a kind that is none, longer than anything, a close with half a code
        for frame in (b"", b"\x82\x01\x00", b"\x8f\x80\x00\x00\x00\x00", b"\x82\xff" + b"\x7f" * 12, b"\x88\x81\x00\x00\x00\x00\x03", b"\xff" * 5000):
            stream = kube.socket()
            stream.sendall(f"GET {at}/exec?command=sh&stdin=1&stdout=1&tty=1&container={container} HTTP/1.1\r\nHost: x\r\n{upgrade}Authorization: Bearer {kube.token}\r\n\r\n".encode())
            head = stream.recv(1000)
            check(head.startswith(b"HTTP/1.1 101"), f"exec: {head[:100]}")
            stream.sendall(frame)
            die(stream)
        stream = kube.socket()
        stream.sendall(f"GET {at}/log?follow=true&container={container} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {kube.token}\r\n\r\n".encode())
        head = stream.recv(100)
        check(head.startswith(b"HTTP/1.1 200"), f"log: {head[:100]}")
        die(stream)
    # a version of the protocol that is none
    got, _, told = kube.ask("GET", f"{at}/exec?command=sh&stdout=1&container={container}", **{"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "1", "Sec-WebSocket-Key": "x"})
    check(got == 400, f"exec by websocket 1: {got} {told[:200]}")


def tails(aws):
    """A region has fifteen live tails at a time, and has them again when their readers have died."""
    got, _, told = aws.ask("logs", headers=amz_json("Logs_20140328.DescribeLogGroups"), body=b"{}")
    body = json.dumps({"logGroupIdentifiers": [json.loads(told)["logGroups"][0]["logGroupArn"]]}).encode()

    def begin():
        request = AWSRequest("POST", aws.endpoint + "/", headers=amz_json("Logs_20140328.StartLiveTail"), data=body)
        SigV4Auth(aws.keys, "logs", aws.region).add_auth(request)
        connection = http.client.HTTPConnection(aws.place, timeout=20)
        connection.request("POST", "/", body=body, headers=dict(request.prepare().headers))
        return connection, connection.getresponse().status

    for attempt in (1, 2):
        end = time.monotonic() + 10
        seated = []
        while len(seated) < 15 and time.monotonic() < end:
            connection, status = begin()
            if status == 200:
                seated.append(connection)
            else:
                connection.close()
                time.sleep(0.2)
        check(len(seated) == 15, f"live tails, for the {attempt}. time: {len(seated)}")
        connection, status = begin()
        check(status == 400, f"a sixteenth live tail: {status}")
        connection.close()
        for connection in seated:
            die(connection.sock)


def deaf(kube):
    """Who asks for everything and reads nothing does not keep others waiting."""
    streams = []
    for path in ["/api/v1/pods", "/api/v1/pods?watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan", "/openapi/v3"] * 10:
        stream = kube.socket()
        stream.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {kube.token}\r\n\r\n".encode())
        streams.append(stream)
    began = time.monotonic()
    for _ in range(10):
        check(kube.ask("GET", "/api/v1/nodes")[0] == 200, "while others do not read, nothing is answered")
    check(time.monotonic() - began < 10, "while others do not read, ten answers take longer than ten seconds")
    for stream in streams:
        stream.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", required=True)
    folder = parser.parse_args().folder
    pid = json.loads((pathlib.Path(folder) / "running.json").read_text())["pid"]
    aws, kube = Aws(), Kubernetes(folder)
    kube.ask("GET", "/version")

    def open_files():
        return len(list(pathlib.Path(f"/proc/{pid}/fd").iterdir()))

    before = open_files()
    steps = [(name.__name__.replace("_", " "), name, aws) for name in (operations_that_are_none, bodies_that_are_none, limits_and_tokens, signatures, tails)]
    steps += [(name.__name__, name, kube) for name in (objects, queries, deaf, follows)]
    steps += [("200 watches", lambda kube: watches(kube, 200), kube), ("bytes at AWS", raw, aws.place), ("bytes at Kubernetes", lambda kube: raw(kube.place, kube.trust), kube)]
    for name, step, at in steps:
        had = wrong, checks
        try:
            step(at)
        except Exception as error:  # what follows is to be tried all the same
            check(False, f"{name}: {type(error).__name__} {error}")
        print(f"{name}: {checks - had[1]} checks, {wrong - had[0]} wrong", flush=True)
    end = time.monotonic() + 10
    while open_files() > before + 2 and time.monotonic() < end:
        time.sleep(0.2)
    check(open_files() <= before + 2, f"{before} files were open before, {open_files()} are now")
    check(aws.ask("sts", headers=FORM, body=b"Action=GetCallerIdentity&Version=2011-06-15")[0] == 200, "AWS does not answer any more")
    check(kube.ask("GET", "/readyz")[2] == b"ok", "Kubernetes does not answer any more")
    print(f"{checks} checks, {wrong} wrong")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
