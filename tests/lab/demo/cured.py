#!/usr/bin/env python3
"""Lets an incident unfold in an estate, watches it with boto3 and kubectl, and cures it through them, as its own file says it is cured.

usage: cured.py INCIDENT --folder DIR

Everything but the start of the incident goes over the ordinary APIs; the environment says where, as boto3 and kubectl take it. DIR is the
folder of the estate. Its clock should run fast (--speed 20): what takes ten minutes is then seen in half a one.
"""
import argparse
import concurrent.futures
import datetime
import json
import pathlib
import subprocess
import sys
import time
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

PATIENCE = 55


def say(text):
    print(f"{time.monotonic() - BEGAN:5.1f} s  {text}", flush=True)


def until(what, so):
    """Waits until it is so; tells what it then is."""
    end = time.monotonic() + PATIENCE
    while True:
        found = so()
        if found:
            say(what)
            return found
        if time.monotonic() > end:
            sys.exit(f"WRONG never: {what}")
        time.sleep(0.2)


def must(is_so, text):
    if not is_so:
        sys.exit(f"WRONG {text}")
    say(text)


def begin(folder, name):
    told = json.loads((pathlib.Path(folder) / "running.json").read_text())
    request = urllib.request.Request(f"http://127.0.0.1:{told['port']}/_demo/incident", data=json.dumps({"name": name}).encode())
    request.add_header("Authorization", f"Bearer {told['token']}")
    with urllib.request.urlopen(request) as answer:
        place = json.load(answer)
    say(f"{name} begins in {place['zone']}")
    return place["region"], place["zone"]


class Region:
    """One region of the estate, as an outsider sees it."""

    def __init__(self, name):
        self.name = name
        self.cluster = self.aws("eks").list_clusters()["clusters"][0]

    def aws(self, service):
        # what is refused is to be seen at once
        return boto3.client(service, region_name=self.name, config=Config(retries={"total_max_attempts": 1}))

    def kubectl(self, *words):
        done = subprocess.run(["kubectl", "--context", self.cluster, *words], capture_output=True, text=True, timeout=60)
        if done.returncode:
            sys.exit(f"WRONG kubectl {' '.join(words)}: {done.stderr}")
        return done.stdout

    def objects(self, kind, *words):
        return json.loads(self.kubectl("get", kind, *words, "-o", "json"))["items"]

    def hosts(self, zone=None):
        """The instances that run, by id: their role, and whether their checks are passed."""
        ec2 = self.aws("ec2")
        filters = [{"Name": "instance-state-name", "Values": ["running"]}] + ([{"Name": "availability-zone", "Values": [zone]}] if zone else [])
        pages = ec2.get_paginator("describe_instances").paginate(Filters=filters)
        roles = {one["InstanceId"]: {tag["Key"]: tag["Value"] for tag in one["Tags"]}["quarterdeck:role"] for page in pages for row in page["Reservations"] for one in row["Instances"]}
        pages = ec2.get_paginator("describe_instance_status").paginate()
        passed = {one["InstanceId"]: one["InstanceStatus"]["Status"] for page in pages for one in page["InstanceStatuses"]}
        return {id: (role, passed.get(id)) for id, role in roles.items()}

    def nodes(self):
        """By instance: whether it is ready."""
        def ready(node):
            return next(c["status"] for c in node["status"]["conditions"] if c["type"] == "Ready") == "True"
        return {node["spec"]["providerID"].rsplit("/", 1)[1]: ready(node) for node in self.objects("nodes")}

    def targets(self):
        """How many targets of each zone are in each state."""
        elb, count = self.aws("elbv2"), {}
        for group in elb.describe_target_groups()["TargetGroups"]:
            for row in elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]:
                key = (row["Target"]["AvailabilityZone"], row["TargetHealth"]["State"])
                count[key] = count.get(key, 0) + 1
        return count

    def lost(self):
        """The instances whose agent Systems Manager has lost."""
        pages = self.aws("ssm").get_paginator("describe_instance_information").paginate()
        return {one["InstanceId"] for page in pages for one in page["InstanceInformationList"] if one["PingStatus"] == "ConnectionLost"}

    def alarms(self):
        pages = self.aws("cloudwatch").get_paginator("describe_alarms").paginate(StateValue="ALARM", AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        return {alarm["AlarmName"] for page in pages for kind in ("MetricAlarms", "CompositeAlarms") for alarm in page[kind]}

    def lacking(self):
        """Deployments, stateful sets and daemon sets that have not all they want."""
        lacking = []
        for row in self.objects("deployments,statefulsets,daemonsets", "-A"):
            status = row["status"]
            wanted, ready = (status["desiredNumberScheduled"], status["numberReady"]) if row["kind"] == "DaemonSet" else (row["spec"]["replicas"], status.get("readyReplicas", 0))
            if wanted != ready:
                lacking.append(f"{row['kind']} {row['metadata']['name']} {ready}/{wanted}")
        return lacking

    def began(self, *words):
        """When the youngest of these pods of the shop began, in milliseconds: the estate's clock runs ahead of ours."""
        pods = self.objects("pods", "-n", "shop", *words)
        return int(max(datetime.datetime.fromisoformat(pod["status"]["startTime"]) for pod in pods).timestamp() * 1000)

    def idle(self):
        """Pods that neither run nor are done."""
        return [pod["metadata"]["name"] for pod in self.objects("pods", "-A") if pod["status"]["phase"] not in ("Running", "Succeeded") or "deletionTimestamp" in pod["metadata"]]


def az_down(folder):
    regions = {row["RegionName"]: Region(row["RegionName"]) for row in boto3.client("ec2").describe_regions()["Regions"]}
    before = {name: region.hosts() for name, region in regions.items()}
    name, zone = begin(folder, "az-down")
    here = regions[name]
    mine = here.hosts(zone)
    roles = sorted(role for role, _ in mine.values())
    must({"bastion", "jump", "node"} <= set(roles), f"{zone} has {', '.join(roles)}")
    nodes = {id for id, (role, _) in mine.items() if role == "node"}
    unfolds(here, zone, set(mine), nodes)
    for other, region in regions.items():
        if other != name:
            # load comes and goes there too, and with it pods and targets; but nothing fails
            calm = region.hosts() == before[other] and all(region.nodes().values()) and "unhealthy" not in {state for _, state in region.targets()}
            must(calm and not region.alarms(), f"nothing of it is seen in {other}")
    here.aws("ec2").terminate_instances(InstanceIds=list(mine))
    recovers(here, zone, roles, set(mine))


def unfolds(here, zone, mine, nodes):
    """Every service tells of the same hosts."""
    def not_ready():
        return {id for id, ready in here.nodes().items() if not ready}

    def no_target():
        targets = here.targets()
        return (zone, "unhealthy") in targets and (zone, "healthy") not in targets

    def impaired():
        return {id for id, (_, status) in here.hosts().items() if status == "impaired"}

    def no_capacity():
        return any("sufficient capacity" in row.get("StatusMessage", "") for row in here.aws("autoscaling").describe_scaling_activities()["Activities"])

    def ring(*words):
        alarms = here.alarms()
        return all(any(word in alarm for alarm in alarms) for word in words)

    until("kubectl: the nodes of the zone, and no other, are NotReady", lambda: not_ready() == nodes)
    until("ELB: no target of the zone is healthy", no_target)
    until("EC2: the hosts of the zone, and no other, fail their checks", lambda: impaired() == mine)
    # at first there is nothing to be had in the zone
    (bastion,) = [id for id, (role, _) in here.hosts(zone).items() if role == "bastion"]
    here.aws("ec2").terminate_instances(InstanceIds=[bastion])
    until("Auto Scaling: no capacity in the zone for another bastion", no_capacity)
    until("SSM: the agents are lost", lambda: here.lost() == mine - {bastion})
    until("CloudWatch: the alarms for nodes, targets and customers ring", lambda: ring("nodes-failed", "web-https-unhealthy", "customer-impact"))
    until("kubectl: the nodes' pods are to go, and new ones wait or come", here.idle)


def recovers(here, zone, roles, old):
    """What was terminated is replaced as soon as there is capacity, and all else follows."""
    def replaced():
        now = here.hosts(zone)
        return now if sorted(role for role, _ in now.values()) == roles and all(status == "ok" for _, status in now.values()) else None

    def joined():
        now = here.nodes()
        return all(now.values()) and not set(now) & old and {id for id, (role, _) in fresh.items() if role == "node"} <= set(now)

    def healthy():
        return {state for _, state in here.targets()} == {"healthy"}

    fresh = until("EC2: hosts for each role run there and pass their checks", replaced)
    must(not set(fresh) & old, "all of them are new")
    until("kubectl: the new nodes are Ready, and the old ones gone", joined)
    until("kubectl: every workload has what it wants", lambda: not here.lacking())
    until("kubectl: no pod waits or goes", lambda: not here.idle())
    until("ELB: all targets are healthy", healthy)
    # nothing moves a pod that runs: what fled the zone comes back with its next roll-out
    here.kubectl("-n", "shop", "rollout", "restart", "deployment/web")
    here.kubectl("-n", "shop", "rollout", "status", "deployment/web", "--timeout=50s")
    until("ELB: after a restart the zone has targets again", lambda: (zone, "healthy") in here.targets() and healthy())
    until("SSM: no agent is lost", lambda: not here.lost())
    until("CloudWatch: no alarm rings", lambda: not here.alarms())


def bad_deploy(folder):
    name, zone = begin(folder, "bad-deploy")
    here = Region(name)
    seen = pathlib.Path(folder) / "watched"
    with seen.open("w") as file:
        watch = subprocess.Popen(["kubectl", "--context", here.cluster, "get", "pods", "-A", "-w"], stdout=file)
    zones = {node["metadata"]["name"]: node["metadata"]["labels"]["topology.kubernetes.io/zone"] for node in here.objects("nodes")}

    def crashing():
        pods = here.objects("pods", "-A", "--field-selector=status.phase=Running")
        def reason(pod):
            return {status["state"].get("waiting", {}).get("reason") for status in pod["status"]["containerStatuses"]}
        return {pod["metadata"]["name"]: zones[pod["spec"]["nodeName"]] for pod in pods if "CrashLoopBackOff" in reason(pod)}

    bad = until("kubectl: pods crash-loop", crashing)
    must(set(bad.values()) == {zone} and all(pod.startswith("checkout-") for pod in bad), f"all of them are of checkout, in {zone}: {', '.join(bad)}")
    one = next(iter(bad))
    must("Back-off restarting failed container" in here.kubectl("-n", "shop", "describe", "pod", one), "kubectl describe tells the back-off among the events")
    must("PAYMENT_ENDPOINT_" in here.kubectl("-n", "shop", "logs", one, "-c", "checkout", "--previous"), "kubectl logs --previous tells why")
    must("2.15.0" in here.kubectl("-n", "shop", "rollout", "history", "deployment/checkout", "--revision=0", "-o", "yaml"), "kubectl rollout history has the release")
    until("CloudWatch: the alarm for restarts of checkout rings", lambda: any("checkout-restarts" in alarm for alarm in here.alarms()))
    logs = here.aws("logs")
    group = next(row["logGroupName"] for row in logs.describe_log_groups()["logGroups"] if row["logGroupName"].endswith("/application"))
    asked = {"logGroupName": group, "filterPattern": '"PAYMENT_ENDPOINT_"', "startTime": here.began(f"--field-selector=metadata.name={one}")}
    until("CloudWatch Logs: the same line", lambda: any(one in row["logStreamName"] for page in logs.get_paginator("filter_log_events").paginate(**asked) for row in page["events"]))
    say("kubectl rollout undo: " + here.kubectl("-n", "shop", "rollout", "undo", "deployment/checkout").strip())
    here.kubectl("-n", "shop", "rollout", "status", "deployment/checkout", "--timeout=50s")
    until("kubectl: none crashes, every workload has what it wants", lambda: not crashing() and not here.lacking())
    until("CloudWatch: no alarm rings", lambda: not here.alarms())
    watch.terminate()
    watch.wait()
    lines = [line for line in seen.read_text().splitlines() if one in line]
    must(any("CrashLoopBackOff" in line for line in lines) and any("Terminating" in line for line in lines), f"kubectl get pods -A -w has shown it: {len(lines)} lines of {one}")


def noisy_neighbour(folder):
    for how in ("set env", "rollout undo"):
        name, _ = begin(folder, "noisy-neighbour")
        here = Region(name)
        logs = here.aws("logs")
        group = next(row["logGroupName"] for row in logs.describe_log_groups()["logGroups"] if row["logGroupName"].endswith("/application"))

        def level():
            env = here.objects("deployment", "-n", "shop", "--field-selector", "metadata.name=search")[0]["spec"]["template"]["spec"]["containers"][0]["env"]
            return next((row["value"] for row in env if row["name"] == "LOG_LEVEL"), None)

        def read(_):
            """Whether a reader is let in."""
            try:
                logs.filter_log_events(logGroupName=group, startTime=lately, limit=1)
                return True
            except ClientError as error:
                if error.response["Error"]["Code"] != "ThrottlingException":
                    raise
                return False

        def throttled():
            """How many of eight who read at once are throttled."""
            time.sleep(1)
            with concurrent.futures.ThreadPoolExecutor(8) as pool:
                return list(pool.map(read, range(8))).count(False)

        until("kubectl: LOG_LEVEL of search is debug", lambda: level() == "debug")
        here.kubectl("-n", "shop", "rollout", "status", "deployment/search", "--timeout=50s")
        lately = here.began("-l", "app.kubernetes.io/name=search")
        until("CloudWatch Logs: whoever reads is throttled", throttled)
        lines = here.kubectl("-n", "shop", "logs", "deployment/search", "-c", "search", "--since=2s").count("\n")
        must(lines > 200, f"kubectl: one pod says {lines} lines in two seconds")
        until("CloudWatch: the alarm for floods rings", lambda: any("log-flood" in alarm for alarm in here.alarms()))
        words = ("set", "env", "deployment/search", "LOG_LEVEL=info") if how == "set env" else ("rollout", "undo", "deployment/search")
        say("kubectl " + " ".join(words) + ": " + here.kubectl("-n", "shop", *words).strip())
        here.kubectl("-n", "shop", "rollout", "status", "deployment/search", "--timeout=50s")
        must(level() != "debug", f"kubectl: LOG_LEVEL of search is {level()}")
        until("CloudWatch Logs: nobody is throttled", lambda: throttled() == 0)
        until("CloudWatch: no alarm rings", lambda: not here.alarms())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("incident", choices=["az-down", "bad-deploy", "noisy-neighbour"])
    parser.add_argument("--folder", required=True)
    args = parser.parse_args()
    {"az-down": az_down, "bad-deploy": bad_deploy, "noisy-neighbour": noisy_neighbour}[args.incident](args.folder)
    say(f"{args.incident} is cured")


BEGAN = time.monotonic()
if __name__ == "__main__":
    main()
