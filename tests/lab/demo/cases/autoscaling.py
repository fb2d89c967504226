"""Auto Scaling. What changes groups is done to the last region, which no other case counts on."""
SERVICE = SCOPE = "autoscaling"


def run(lab):
    groups = lab.pages("autoscaling", "DescribeAutoScalingGroups", "AutoScalingGroups", size=2)
    instances = lab.pages("autoscaling", "DescribeAutoScalingInstances", "AutoScalingInstances", size=3)
    within = {one["InstanceId"] for group in groups for one in group["Instances"]}
    lab.check(within == {one["InstanceId"] for one in instances}, "groups and instances tell of different instances")
    for group in groups:
        lab.check(len(group["Instances"]) == group["DesiredCapacity"], f"{group['AutoScalingGroupName']} has {len(group['Instances'])} instances")
    name = groups[0]["AutoScalingGroupName"]
    one = lab.ask("autoscaling", "DescribeAutoScalingGroups", AutoScalingGroupNames=[name, "nothing-is-called-so"])
    lab.check([group["AutoScalingGroupName"] for group in one["AutoScalingGroups"]] == [name], "a group asked for by its name")
    tag = groups[0]["Tags"][0]
    by_tag = lab.ask("autoscaling", "DescribeAutoScalingGroups", Filters=[{"Name": f"tag:{tag['Key']}", "Values": [tag["Value"]]}])
    lab.check(name in [group["AutoScalingGroupName"] for group in by_tag["AutoScalingGroups"]], "a group asked for by its tag")
    lab.refused("autoscaling", "DescribeAutoScalingGroups", "ValidationError", Filters=[{"Name": "color", "Values": ["red"]}])
    lab.refused("autoscaling", "DescribeAutoScalingGroups", "InvalidNextToken", NextToken="bm90aGluZw")
    lab.pages("autoscaling", "DescribeScalingActivities", "Activities", size=2)
    lab.refused("autoscaling", "DescribeScalingActivities", "ValidationError", AutoScalingGroupName="nothing-is-called-so")
    lab.check(lab.ask("autoscaling", "DescribeLaunchConfigurations")["LaunchConfigurations"] == [], "launch configurations")
    changes(lab)


def changes(lab):
    region = lab.ask("ec2", "DescribeRegions")["Regions"][-1]["RegionName"]
    def ask(operation, **params):
        return lab.ask("autoscaling", operation, region=region, **params)
    def group(name):
        return ask("DescribeAutoScalingGroups", AutoScalingGroupNames=[name])["AutoScalingGroups"][0]
    nodes = next(g for g in ask("DescribeAutoScalingGroups")["AutoScalingGroups"] if g["MaxSize"] > 2)
    name, before = nodes["AutoScalingGroupName"], nodes["DesiredCapacity"]
    ask("UpdateAutoScalingGroup", AutoScalingGroupName=name, MaxSize=before + 5)
    ask("SetDesiredCapacity", AutoScalingGroupName=name, DesiredCapacity=before + 1)
    now = group(name)
    lab.check((now["MaxSize"], now["DesiredCapacity"]) == (before + 5, before + 1), f"sizes after they were set: {now['MaxSize']}, {now['DesiredCapacity']}")
    lab.refused("autoscaling", "SetDesiredCapacity", "ValidationError", region, AutoScalingGroupName=name, DesiredCapacity=before + 9)
    lab.refused("autoscaling", "UpdateAutoScalingGroup", "ValidationError", region, AutoScalingGroupName=name, MinSize=before + 9)
    lab.refused("autoscaling", "UpdateAutoScalingGroup", "ValidationError", region, AutoScalingGroupName="nothing-is-called-so", MinSize=1)
    victim = now["Instances"][0]["InstanceId"]
    done = ask("TerminateInstanceInAutoScalingGroup", InstanceId=victim, ShouldDecrementDesiredCapacity=True)["Activity"]
    lab.check(victim in done["Description"], f"the activity of a termination: {done}")
    lab.check(group(name)["DesiredCapacity"] == before, "a group that was to shrink did not")
    states = {one["InstanceId"]: one["LifecycleState"] for one in group(name)["Instances"]}
    lab.check(states.get(victim, "Terminating") == "Terminating", f"a terminated instance is {states.get(victim)}")
    lab.refused("autoscaling", "TerminateInstanceInAutoScalingGroup", "ValidationError", region, InstanceId="i-0123456789abcdef0", ShouldDecrementDesiredCapacity=False)
    ask("SetInstanceHealth", InstanceId=next(id for id in states if id != victim), HealthStatus="Healthy")
    lab.refused("autoscaling", "SetInstanceHealth", "ValidationError", region, InstanceId=next(id for id in states if id != victim), HealthStatus="Tired")
