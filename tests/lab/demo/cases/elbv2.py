"""Elastic Load Balancing."""
SERVICE, SCOPE = "elbv2", "elasticloadbalancing"


def run(lab):
    balancers = lab.pages("elbv2", "DescribeLoadBalancers", "LoadBalancers", size=1, more=False)
    lab.check(balancers, "there is no load balancer")
    arn = balancers[0]["LoadBalancerArn"]
    gone = arn[:-4] + "0000"
    by_name = lab.ask("elbv2", "DescribeLoadBalancers", Names=[balancers[0]["LoadBalancerName"]])
    lab.check(by_name["LoadBalancers"] == balancers[:1], "a load balancer by its name")
    addresses = {one["AllocationId"]: one["PublicIp"] for one in lab.ask("ec2", "DescribeAddresses")["Addresses"]}
    for zone in balancers[0]["AvailabilityZones"]:
        for address in zone["LoadBalancerAddresses"]:
            lab.check(addresses.get(address["AllocationId"]) == address["IpAddress"], f"EC2 does not know {address}")
    listeners = lab.pages("elbv2", "DescribeListeners", "Listeners", size=1, LoadBalancerArn=arn)
    groups = lab.pages("elbv2", "DescribeTargetGroups", "TargetGroups", size=1)
    known = {group["TargetGroupArn"] for group in groups}
    for listener in listeners:
        lab.check(listener["DefaultActions"][0]["TargetGroupArn"] in known, f"a listener's target group is not told: {listener}")
    lab.ask("elbv2", "DescribeListeners", ListenerArns=[listeners[0]["ListenerArn"]])
    for params in ({"TargetGroupArns": [groups[0]["TargetGroupArn"]]}, {"Names": [groups[0]["TargetGroupName"]]}):
        lab.check(lab.ask("elbv2", "DescribeTargetGroups", **params)["TargetGroups"] == groups[:1], f"a target group by {params}")
    lab.check(lab.ask("elbv2", "DescribeTargetGroups", LoadBalancerArn=arn)["TargetGroups"] == groups, "target groups of a load balancer")
    for group in groups:
        targets = lab.ask("elbv2", "DescribeTargetHealth", TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]
        lab.check(targets, f"{group['TargetGroupName']} has no targets")
        for target in targets[:1]:
            one = lab.ask("elbv2", "DescribeTargetHealth", TargetGroupArn=group["TargetGroupArn"], Targets=[{"Id": target["Target"]["Id"]}])
            lab.check(len(one["TargetHealthDescriptions"]) == 1, "the health of one target")
        none = lab.ask("elbv2", "DescribeTargetHealth", TargetGroupArn=group["TargetGroupArn"], Targets=[{"Id": "192.0.2.1"}])
        lab.check(none["TargetHealthDescriptions"][0]["TargetHealth"]["State"] == "unused", "the health of what is no target")
    tags = lab.ask("elbv2", "DescribeTags", ResourceArns=[arn, *known])["TagDescriptions"]
    lab.check(len(tags) == 1 + len(known) and all(one["Tags"] for one in tags), "tags")
    lab.check(lab.ask("elbv2", "DescribeLoadBalancerAttributes", LoadBalancerArn=arn)["Attributes"], "attributes of a load balancer")
    lab.check(lab.ask("elbv2", "DescribeTargetGroupAttributes", TargetGroupArn=groups[0]["TargetGroupArn"])["Attributes"], "attributes of a target group")
    lab.refused("elbv2", "DescribeLoadBalancers", "LoadBalancerNotFound", LoadBalancerArns=[gone])
    lab.refused("elbv2", "DescribeLoadBalancers", "LoadBalancerNotFound", Names=["nothing-is-called-so"])
    lab.refused("elbv2", "DescribeLoadBalancers", "ValidationError", LoadBalancerArns=["nothing"])
    lab.refused("elbv2", "DescribeLoadBalancers", "ValidationError", Marker="bm90aGluZw")
    lab.refused("elbv2", "DescribeLoadBalancers", "ValidationError", PageSize=0)
    lab.refused("elbv2", "DescribeListeners", "ValidationError")
    lab.refused("elbv2", "DescribeListeners", "LoadBalancerNotFound", LoadBalancerArn=gone)
    lab.refused("elbv2", "DescribeTargetGroups", "TargetGroupNotFound", Names=["nothing-is-called-so"])
    lab.refused("elbv2", "DescribeTargetHealth", "TargetGroupNotFound", TargetGroupArn=groups[0]["TargetGroupArn"][:-4] + "0000")
    lab.refused("elbv2", "DescribeTags", "LoadBalancerNotFound", ResourceArns=[gone])
