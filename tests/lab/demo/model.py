#!/usr/bin/env python3
"""Holds what an estate's AWS port answers against the service models of botocore.

usage: model.py ENDPOINT [--only SERVICE] [--folder DIR]

Keys and region come from the environment, as botocore takes them. Every call is signed by botocore and its answer read by botocore's own
parser; then the raw bytes are walked beside the shape of the output: every element must be a member of the model by its name on the
wire, every scalar must be of its type, every word of an enumeration a known one, every member that is required there. With --folder, the folder
of the estate, the cases that need its control (faults, time) run too, and what is served and none of the cases asked is a failure.

The cases are in cases/, one file a service: SERVICE, the name in botocore; SCOPE, the name in signatures; run(lab).
"""
import argparse
import collections
import importlib.util
import json
import pathlib
import sys
import time
import urllib.error
import urllib.request

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.model import ServiceModel

from shapes import Walk, operation_id

HERE = pathlib.Path(__file__).parent


class Lab:
    """What a case has at hand."""

    def __init__(self, endpoint, folder):
        self.endpoint, self.folder = endpoint, folder
        self.session = botocore.session.get_session()
        self.clients, self.asked, self.problems = {}, collections.Counter(), []
        self.scope = ""
        self.checks = 0

    def client(self, service, region=None, **config):
        region = region or self.session.get_config_variable("region")
        key = (service, region, json.dumps(config, sort_keys=True, default=str))
        if key not in self.clients:
            keys = config.pop("keys", {})
            # once and no more: what is refused is to be seen
            config = Config(retries={"total_max_attempts": 1}, read_timeout=20, parameter_validation=False, **config)
            client = self.session.create_client(service, region_name=region, endpoint_url=self.endpoint, config=config, **keys)
            client.meta.events.register("before-parse", self.walk)
            self.clients[key] = client
        return self.clients[key]

    def walk(self, operation_model, response_dict, **_):
        self.asked[(operation_model.service_model.signing_name, operation_model.name)] += 1
        walk = Walk(operation_model, response_dict)
        walk.run()
        self.checks += walk.seen
        for problem in walk.problems:
            self.fail(f"{operation_model.service_model.service_name} {operation_model.name}: {problem}")

    def fail(self, text):
        if text not in self.problems:
            self.problems.append(text)
            print(f"  WRONG {text}")

    def check(self, is_so, text):
        self.checks += 1
        if not is_so:
            self.fail(text)

    def ask(self, service, operation, region=None, **params):
        return self.client(service, region)._make_api_call(operation, params)

    def pages(self, service, operation, path, region=None, size=5, large=None, more=True, **params):
        """A listing by small pages is the listing in one piece; tells the rows. `more`: there must be a second page."""
        client = self.client(service, region)
        snake = botocore.xform_name(operation)
        pager = client.get_paginator(snake)
        def rows(config):
            seen, pages = [], 0
            for page in pager.paginate(**params, PaginationConfig=config):
                pages += 1
                here = path(page) if callable(path) else page[path]
                self.check(config.get("PageSize") is None or len(here) <= config["PageSize"], f"{operation}: a page of {len(here)} rows, where {config} was asked")
                seen += here
            return seen, pages
        whole, _ = rows({} if large is None else {"PageSize": large})
        some, pages = rows({"PageSize": size})
        self.check(some == whole, f"{operation}: {len(some)} rows in pages of {size}, {len(whole)} in one piece, or in another order")
        if more:
            self.check(pages > 1, f"{operation}: {len(whole)} rows came as one page of {size}")
        return whole

    def refused(self, service, operation, code, region=None, status=None, text="", client=None, **params):
        """The call fails with this code; tells the message."""
        client = client or self.client(service, region)
        try:
            for _ in range(20):
                try:
                    client._make_api_call(operation, params)
                    break
                except ClientError as error:
                    # the estate has AWS's rates: who asks too fast waits
                    if code == "ThrottlingException" or error.response["Error"].get("Code") != "ThrottlingException":
                        raise
                    time.sleep(0.2)
        except ClientError as error:
            said = error.response["Error"]
            http = error.response["ResponseMetadata"]
            self.check(said.get("Code") == code, f"{operation}: {said} where {code} was due ({params})")
            self.check(status is None or http["HTTPStatusCode"] == status, f"{operation}: {code} came with {http['HTTPStatusCode']} for {status}")
            self.check(text in said.get("Message", ""), f"{operation}: {said} does not say {text!r}")
            self.check(http.get("RequestId"), f"{operation}: an error without a request id")
            return said.get("Message", "")
        except Exception as error:  # what is no answer of AWS
            self.fail(f"{operation}: {type(error).__name__} {error} where {code} was due")
            return ""
        self.fail(f"{operation}: answered where {code} was due ({params})")
        return ""

    def control(self, method, what, body=None):
        told = json.loads((pathlib.Path(self.folder) / "running.json").read_text())
        request = urllib.request.Request(f"{self.endpoint}/_demo/{what}", method=method, data=json.dumps(body).encode() if body is not None else None)
        request.add_header("Authorization", f"Bearer {told['token']}")
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise SystemExit(f"the estate's control refuses {what} {body}: {error.read().decode()}") from None


def cases():
    for path in sorted((HERE / "cases").glob("*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield path.stem, module


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("endpoint")
    parser.add_argument("--only")
    parser.add_argument("--folder")
    args = parser.parse_args()
    lab = Lab(args.endpoint, args.folder)
    ran, skipped = [], []
    for name, case in cases():
        if args.only and args.only != name:
            continue
        if getattr(case, "CONTROLS", False) and not args.folder:
            skipped.append(name)
            continue
        before = (len(lab.problems), lab.checks)
        case.run(lab)
        ran.append(name)
        print(f"{name}: {lab.checks - before[1]} checks, {len(lab.problems) - before[0]} wrong")
    if args.folder and not args.only:
        served = [tuple(line.split()) for line in lab.control("GET", "operations")]
        asked = {(operation_id(*key)) for key in lab.asked}
        for scope, operation in served:
            lab.check((scope, operation) in asked, f"{scope} {operation} is served, and no case asks it")
        print(f"{len(served)} operations served, {len({o for o in served if o in asked})} asked")
    for name in skipped:
        print(f"{name}: NOT RUN, it needs --folder")
    print(f"{sum(lab.asked.values())} calls, {lab.checks} checks, {len(lab.problems)} wrong")
    sys.exit(1 if lab.problems else 0)


if __name__ == "__main__":
    main()
