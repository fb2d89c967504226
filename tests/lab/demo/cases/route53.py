"""Route 53, which is asked in us-east-1 for all regions."""
SERVICE = SCOPE = "route53"


def run(lab):
    zones = lab.ask("route53", "ListHostedZones", region="us-east-1")["HostedZones"]
    zone = zones[0]["Id"]
    lab.check(lab.ask("route53", "ListHostedZonesByName", region="us-east-1", DNSName=zones[0]["Name"])["HostedZones"] == zones, "zones by name")
    told = lab.ask("route53", "GetHostedZone", region="us-east-1", Id=zone)
    lab.check(told["HostedZone"] == zones[0] and len(told["DelegationSet"]["NameServers"]) == 2, f"the zone: {told}")
    lab.refused("route53", "GetHostedZone", "NoSuchHostedZone", "us-east-1", 404, Id="Z000")
    whole = lab.ask("route53", "ListResourceRecordSets", region="us-east-1", HostedZoneId=zone)["ResourceRecordSets"]
    lab.check(len(whole) == zones[0]["ResourceRecordSetCount"], f"{len(whole)} records")
    seen, start, pages = [], {}, 0
    while start is not None:
        page = lab.ask("route53", "ListResourceRecordSets", region="us-east-1", HostedZoneId=zone, MaxItems="3", **start)
        seen, pages = seen + page["ResourceRecordSets"], pages + 1
        start = None
        if page["IsTruncated"]:
            start = {"StartRecordName": page["NextRecordName"], "StartRecordType": page["NextRecordType"]}
            if "NextRecordIdentifier" in page:
                start["StartRecordIdentifier"] = page["NextRecordIdentifier"]
    lab.check(seen == whole and pages > 2, f"records in {pages} pages are other ones")
    balancers = {}
    for row in whole:
        if "AliasTarget" in row and row.get("Region"):
            lab.check(row["SetIdentifier"] == row["Region"], f"{row}")
            balancers[row["Region"]] = row["AliasTarget"]["DNSName"].rstrip(".")
    for region, name in balancers.items():
        known = [b["DNSName"] for b in lab.ask("elbv2", "DescribeLoadBalancers", region=region)["LoadBalancers"]]
        lab.check(name in known, f"{name} is no load balancer of {region}")
    lab.refused("route53", "ListResourceRecordSets", "InvalidInput", "us-east-1", HostedZoneId=zone, StartRecordType="A")
    checks(lab, [row["HealthCheckId"] for row in whole if "HealthCheckId" in row])
    tags = lab.ask("route53", "ListTagsForResource", region="us-east-1", ResourceType="hostedzone", ResourceId=zone.split("/")[-1])
    lab.check(tags["ResourceTagSet"]["Tags"], "the zone's tags")


def checks(lab, used):
    rows, marker = [], {}
    while marker is not None:
        page = lab.ask("route53", "ListHealthChecks", region="us-east-1", MaxItems="3", **marker)
        rows += page["HealthChecks"]
        marker = {"Marker": page["NextMarker"]} if page["IsTruncated"] else None
    lab.check({row["Id"] for row in rows} == set(used), "health checks and those of the records differ")
    one = lab.ask("route53", "GetHealthCheck", region="us-east-1", HealthCheckId=used[0])["HealthCheck"]
    lab.check(one in rows, f"a health check by itself is another one: {one}")
    status = lab.ask("route53", "GetHealthCheckStatus", region="us-east-1", HealthCheckId=used[0])["HealthCheckObservations"]
    lab.check(len(status) >= 8 and all(o["StatusReport"]["Status"].split(":")[0] in ("Success", "Failure") for o in status), f"{status}")
    lab.refused("route53", "GetHealthCheck", "NoSuchHealthCheck", "us-east-1", 404, HealthCheckId="nothing")
    lab.refused("route53", "ListHealthChecks", "InvalidInput", "us-east-1", Marker="nothing")
