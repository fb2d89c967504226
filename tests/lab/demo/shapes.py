"""Walks the raw bytes of an answer beside the shape that the service model gives it."""
import base64
import datetime
import json
import re
import struct
import xml.etree.ElementTree as ET

ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# Words that AWS says and its models do not know.
BESIDE_THE_MODEL = {
    ("AttachmentStatus", "available"),  # of an internet gateway
    ("NetworkInterfaceType", "nat_gateway"),
    ("State", "available"),  # of a VPC endpoint, in small letters
}


def operation_id(signing_name, operation):
    return (signing_name, operation)


class Tag:
    def __init__(self, number, value):
        self.number, self.value = number, value


class Walk:
    def __init__(self, operation, response):
        self.operation, self.response = operation, response
        self.problems, self.seen = [], 0

    def wrong(self, path, text):
        self.problems.append(f"{path or '/'}: {text}")

    def run(self):
        status, body = self.response["status_code"], self.response["body"]
        headers = {key.lower(): value for key, value in self.response["headers"].items()}
        if not UUID.fullmatch(headers.get("x-amzn-requestid", "")):
            self.wrong("", f"the header x-amzn-RequestId is {headers.get('x-amzn-requestid')!r}")
        if status >= 300 or self.operation.has_event_stream_output:
            return
        shape = self.operation.output_shape
        # botocore asks CloudWatch in JSON, and a client that is told to in CBOR
        binary = headers.get("content-type", "").startswith("application/cbor")
        protocol = self.protocol = "smithy-rpc-v2-cbor" if binary else self.operation.service_model.resolved_protocol
        kind = {"ec2": "text/xml", "query": "text/xml", "rest-xml": "text/xml", "json": "application/x-amz-json-", "rest-json": "application/json", "smithy-rpc-v2-cbor": "application/cbor"}[protocol]
        if not headers.get("content-type", "").startswith(kind):
            self.wrong("", f"content type {headers.get('content-type')!r} in {protocol}")
        if protocol in ("ec2", "query", "rest-xml"):
            self.xml(protocol, shape, body)
        elif protocol == "smithy-rpc-v2-cbor":
            if headers.get("smithy-protocol") != "rpc-v2-cbor":
                self.wrong("", "the header smithy-protocol is missing")
            value, rest = cbor(body)
            if rest:
                self.wrong("", f"{len(rest)} bytes too many")
            self.value(shape, value, "")
        elif body or shape is not None and shape.members and protocol == "rest-json":
            self.value(shape, json.loads(body), "")

    # XML

    def xml(self, protocol, shape, body):
        root = ET.fromstring(body)
        name = self.operation.name
        # of Route 53 the model tells none but for what is sent
        space = self.operation.service_model.metadata.get("xmlNamespace", "https://route53.amazonaws.com/doc/2013-04-01/")
        space = space if isinstance(space, str) else space["uri"]
        if root.tag.rstrip("/") not in (f"{{{space}}}{name}Response", f"{{{space.rstrip('/')}/}}{name}Response"):
            self.wrong("", f"the root is {root.tag}, for {{{space}}}{name}Response")
        for node in root.iter():
            node.tag = node.tag.rpartition("}")[2]
        if protocol == "query":
            said = root.findtext("ResponseMetadata/RequestId")
            root = root.find(f"{name}Result")
            if (root is None) != (shape is None or "resultWrapper" not in shape.serialization):
                self.wrong("", f"{name}Result, and whether there should be one")
            if root is None:
                root = ET.Element("Empty")
        elif protocol == "ec2":
            said = root.findtext("requestId")
            root.remove(root.find("requestId"))
            # what has nothing to tell says that it is done
            done = root.find("return")
            if shape is None and done is not None:
                root.remove(done)
        else:
            said = self.response["headers"].get("x-amzn-requestid")
        if said != self.response["headers"].get("x-amzn-requestid"):
            self.wrong("", f"request id {said!r} in the body and another in the header")
        if shape is None:
            if len(root):
                self.wrong("", f"{[child.tag for child in root]} where the model has nothing")
            return
        self.element(shape, root, "")

    def element(self, shape, node, path):
        if shape.type_name == "structure":
            self.structure(shape, node, path)
        elif shape.type_name == "list":
            inner = shape.member.serialization.get("name", "member")
            for child in node:
                if child.tag != inner:
                    self.wrong(path, f"<{child.tag}> in a list of <{inner}>")
                self.element(shape.member, child, f"{path}[]")
        elif shape.type_name == "map":
            for entry in node:
                if [child.tag for child in entry] != [shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")]:
                    self.wrong(path, "an entry of a map that is none")
                else:
                    self.element(shape.value, entry[1], f"{path}{{}}")
        else:
            if len(node):
                self.wrong(path, f"elements in a {shape.type_name}")
            self.scalar(shape, node.text or "", path)

    def structure(self, shape, node, path):
        known, flat = {}, set()
        for name, member in shape.members.items():
            if member.serialization.get("location") == "header":
                continue
            wire = member.serialization.get("name", name)
            if member.type_name == "list" and member.serialization.get("flattened"):
                wire = member.member.serialization.get("name", wire) if "name" in member.member.serialization else wire
                flat.add(wire)
            known[wire] = (name, member)
        counted = {}
        for child in node:
            at = f"{path}/{child.tag}"
            counted[child.tag] = counted.get(child.tag, 0) + 1
            if child.tag not in known:
                self.wrong(at, f"the model's {shape.name} has no such member")
                continue
            _, member = known[child.tag]
            if child.tag in flat:
                self.element(member.member, child, f"{at}[]")
            else:
                if counted[child.tag] == 2:
                    self.wrong(at, "twice")
                self.element(member, child, at)
        self.required(shape, {known[tag][0] for tag in counted if tag in known}, path)

    def required(self, shape, there, path):
        for name in getattr(shape, "required_members", []):
            member = shape.members[name]
            if name not in there and member.serialization.get("location") != "header":
                self.wrong(path, f"{shape.name} must have {name}")

    def scalar(self, shape, text, path):
        self.seen += 1
        kind = shape.type_name
        good = {
            "string": lambda: True,
            "timestamp": lambda: ISO.fullmatch(text) and datetime.datetime.fromisoformat(text.replace("Z", "+00:00")),
            "boolean": lambda: text in ("true", "false"),
            "integer": lambda: abs(int(text)) < 2**31,
            "long": lambda: abs(int(text)) < 2**63,
            "double": lambda: float(text) is not None,
            "float": lambda: float(text) is not None,
            "blob": lambda: base64.b64decode(text, validate=True) is not None,
        }[kind]
        try:
            right = good()
        except ValueError:
            right = False
        if not right:
            self.wrong(path, f"{text!r} is no {kind}")
        self.enumerated(shape, text, path)

    def enumerated(self, shape, text, path):
        words = getattr(shape, "enum", None)
        if words and text not in words and (shape.name, text) not in BESIDE_THE_MODEL:
            self.wrong(path, f"{text!r} is no {shape.name}")

    # JSON and CBOR

    def value(self, shape, value, path):
        if shape is None:
            if value not in (None, {}):
                self.wrong(path, f"{value!r} where the model has nothing")
            return
        kind, binary = shape.type_name, self.protocol == "smithy-rpc-v2-cbor"
        if kind == "structure":
            return self.members(shape, value, path)
        if kind == "list":
            if not isinstance(value, list):
                return self.wrong(path, f"{value!r} is no list")
            return [self.value(shape.member, one, f"{path}[]") for one in value] and None
        if kind == "map":
            if not isinstance(value, dict):
                return self.wrong(path, f"{value!r} is no map")
            for key, one in value.items():
                self.enumerated(shape.key, key, path)
                self.value(shape.value, one, f"{path}{{}}")
            return None
        self.seen += 1
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if kind == "timestamp":
            if binary:
                right = isinstance(value, Tag) and value.number == 1 and isinstance(value.value, (int, float))
                moment = value.value if right else 0
            else:
                right, moment = number, value
            right = right and 1_000_000_000 < moment < 4_000_000_000
        else:
            right = {
                "string": isinstance(value, str),
                "boolean": isinstance(value, bool),
                "integer": isinstance(value, int) and number and abs(value) < 2**31,
                "long": isinstance(value, int) and number and abs(value) < 2**63,
                "double": number and (isinstance(value, float) or not binary),
                "float": number and (isinstance(value, float) or not binary),
                "blob": isinstance(value, (str, bytes)),
            }[kind]
        if not right:
            self.wrong(path, f"{value!r} is no {kind}")
        elif kind == "string":
            self.enumerated(shape, value, path)
        return None

    def members(self, shape, value, path):
        if not isinstance(value, dict):
            return self.wrong(path, f"{value!r} is no structure")
        known = {member.serialization.get("name", name): (name, member) for name, member in shape.members.items()}
        for key, one in value.items():
            if key not in known:
                self.wrong(f"{path}/{key}", f"the model's {shape.name} has no such member")
            elif one is None:
                self.wrong(f"{path}/{key}", "null, where it could be left out")
            else:
                self.value(known[key][1], one, f"{path}/{key}")
        self.required(shape, {known[key][0] for key in value if key in known}, path)
        return None


def cbor(data):
    """A value of RFC 8949, and what is left."""
    first, data = data[0], data[1:]
    major, info = first >> 5, first & 31
    if major == 7:
        if info in (20, 21, 22, 23):
            return {20: False, 21: True, 22: None, 23: None}[info], data
        size, code = {25: (2, ">e"), 26: (4, ">f"), 27: (8, ">d")}[info]
        return struct.unpack(code, data[:size])[0], data[size:]
    if info == 31:
        return indefinite(major, data)
    length = info
    if info >= 24:
        size = 1 << (info - 24)
        length, data = int.from_bytes(data[:size], "big"), data[size:]
    if major == 0:
        return length, data
    if major == 1:
        return -1 - length, data
    if major in (2, 3):
        part, data = data[:length], data[length:]
        return (part if major == 2 else part.decode()), data
    if major == 6:
        value, data = cbor(data)
        return Tag(length, value), data
    items = []
    for _ in range(length * (2 if major == 5 else 1)):
        one, data = cbor(data)
        items.append(one)
    return (items if major == 4 else dict(zip(items[::2], items[1::2]))), data


def indefinite(major, data):
    items = []
    while data[0] != 0xFF:
        one, data = cbor(data)
        items.append(one)
    data = data[1:]
    if major in (2, 3):
        return (b"" if major == 2 else "").join(items), data
    return (items if major == 4 else dict(zip(items[::2], items[1::2]))), data
