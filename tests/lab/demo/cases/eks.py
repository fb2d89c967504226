"""EKS. What changes a group is done to the last region, which no other case counts on."""
import base64
import time

SERVICE = SCOPE = "eks"
NOT_FOUND = "ResourceNotFoundException"


def run(lab):
    name = lab.ask("eks", "ListClusters")["clusters"][0]
    cluster = lab.ask("eks", "DescribeCluster", name=name)["cluster"]
    lab.check(cluster["status"] == "ACTIVE" and cluster["endpoint"].startswith("https://"), f"{cluster['status']} {cluster['endpoint']}")
    lab.check(base64.b64decode(cluster["certificateAuthority"]["data"]).startswith(b"-----BEGIN CERTIFICATE"), "the authority is no PEM")
    vpc = cluster["resourcesVpcConfig"]
    lab.check(vpc["endpointPrivateAccess"] and not vpc["endpointPublicAccess"], "the endpoint is not private")
    known = {row["SubnetId"] for row in lab.ask("ec2", "DescribeSubnets")["Subnets"]}
    lab.check(set(vpc["subnetIds"]) <= known, "EC2 does not know the cluster's subnets")
    lab.refused("eks", "DescribeCluster", NOT_FOUND, status=404, text="No cluster found for name: nothing.", name="nothing")
    groups = lab.pages("eks", "ListNodegroups", "nodegroups", size=1, clusterName=name)
    scaling = {g["AutoScalingGroupName"]: g for g in lab.ask("autoscaling", "DescribeAutoScalingGroups")["AutoScalingGroups"]}
    for group in groups:
        told = lab.ask("eks", "DescribeNodegroup", clusterName=name, nodegroupName=group)["nodegroup"]
        below = scaling[told["resources"]["autoScalingGroups"][0]["name"]]
        sizes = told["scalingConfig"]
        lab.check((sizes["minSize"], sizes["maxSize"], sizes["desiredSize"]) == (below["MinSize"], below["MaxSize"], below["DesiredCapacity"]), f"sizes of {group}: {sizes}")
        lab.check(told["status"] == "ACTIVE" and told["health"]["issues"] == [], f"{group}: {told['status']} {told['health']}")
    lab.refused("eks", "DescribeNodegroup", NOT_FOUND, status=404, clusterName=name, nodegroupName="nothing")
    lab.refused("eks", "ListNodegroups", NOT_FOUND, status=404, clusterName="nothing")
    lab.refused("eks", "ListNodegroups", "InvalidParameterException", clusterName=name, maxResults=101)
    lab.refused("eks", "ListNodegroups", "InvalidParameterException", clusterName=name, nextToken="bm90aGluZw")
    update = lab.ask("eks", "ListUpdates", name=name)["updateIds"][0]
    lab.check(lab.ask("eks", "DescribeUpdate", name=name, updateId=update)["update"]["type"] == "VersionUpdate", "the first update")
    lab.refused("eks", "DescribeUpdate", NOT_FOUND, name=name, updateId="nothing")
    lab.refused("eks", "ListUpdates", NOT_FOUND, name=name, nodegroupName="nothing")
    for addon in lab.pages("eks", "ListAddons", "addons", size=2, clusterName=name):
        lab.check(lab.ask("eks", "DescribeAddon", clusterName=name, addonName=addon)["addon"]["addonName"] == addon, addon)
    lab.refused("eks", "DescribeAddon", NOT_FOUND, clusterName=name, addonName="nothing")
    access(lab, name)
    insights(lab, name, cluster["version"])
    scale(lab)


def access(lab, name):
    for principal in lab.pages("eks", "ListAccessEntries", "accessEntries", size=2, clusterName=name):
        entry = lab.ask("eks", "DescribeAccessEntry", clusterName=name, principalArn=principal)["accessEntry"]
        lab.check(entry["principalArn"] == principal and entry["kubernetesGroups"], f"{principal}: {entry}")
        policies = lab.ask("eks", "ListAssociatedAccessPolicies", clusterName=name, principalArn=principal)
        lab.check(policies["associatedAccessPolicies"] == [], f"policies of {principal}")
    lab.refused("eks", "DescribeAccessEntry", NOT_FOUND, clusterName=name, principalArn="arn:aws:iam::1:role/nothing")
    lab.check(lab.ask("eks", "ListPodIdentityAssociations", clusterName=name)["associations"] == [], "pod identities")
    lab.check(lab.ask("eks", "ListFargateProfiles", clusterName=name)["fargateProfileNames"] == [], "Fargate profiles")


def insights(lab, name, version):
    rows = lab.pages("eks", "ListInsights", "insights", size=2, clusterName=name)
    for row in rows:
        whole = lab.ask("eks", "DescribeInsight", clusterName=name, id=row["id"])["insight"]
        lab.check(whole["name"] == row["name"] and whole["recommendation"], f"insight {whole}")
    none = lab.ask("eks", "ListInsights", clusterName=name, filter={"statuses": ["ERROR"]})["insights"]
    lab.check(none == [], f"insights with errors: {none}")
    lab.refused("eks", "DescribeInsight", NOT_FOUND, clusterName=name, id="nothing")
    versions = lab.pages("eks", "DescribeClusterVersions", "clusterVersions", size=2)
    lab.check(version in [row["clusterVersion"] for row in versions], "EKS does not know the cluster's version")
    one = lab.ask("eks", "DescribeClusterVersions", clusterVersions=[version])["clusterVersions"]
    lab.check([row["clusterVersion"] for row in one] == [version], f"one version: {one}")
    default = lab.ask("eks", "DescribeClusterVersions", defaultOnly=True)["clusterVersions"]
    lab.check(len(default) == 1 and default[0]["defaultVersion"], f"the default version: {default}")


def scale(lab):
    region = lab.ask("ec2", "DescribeRegions")["Regions"][-1]["RegionName"]
    def ask(operation, **params):
        return lab.ask("eks", operation, region=region, **params)
    name = ask("ListClusters")["clusters"][0]
    # the other cases shrink and grow the first one
    group = ask("ListNodegroups", clusterName=name)["nodegroups"][-1]
    before = ask("DescribeNodegroup", clusterName=name, nodegroupName=group)["nodegroup"]["scalingConfig"]
    wish = {"minSize": before["minSize"], "maxSize": before["maxSize"] + 2, "desiredSize": before["desiredSize"] + 1}
    update = ask("UpdateNodegroupConfig", clusterName=name, nodegroupName=group, scalingConfig=wish)["update"]
    lab.check((update["status"], update["type"]) == ("InProgress", "ConfigUpdate"), f"an update right after it was asked for: {update}")
    lab.check({p["type"]: p["value"] for p in update["params"]}["DesiredSize"] == str(wish["desiredSize"]), f"its parameters: {update}")
    told = ask("DescribeNodegroup", clusterName=name, nodegroupName=group)["nodegroup"]
    lab.check(told["scalingConfig"] == wish and told["status"] == "UPDATING", f"the group then: {told['status']} {told['scalingConfig']}")
    lab.refused("eks", "UpdateNodegroupConfig", "ResourceInUseException", region, clusterName=name, nodegroupName=group, scalingConfig=wish)
    listed = ask("ListUpdates", name=name, nodegroupName=group)["updateIds"]
    lab.check(update["id"] in listed, "the update is not listed")
    for _ in range(60):
        now = ask("DescribeUpdate", name=name, nodegroupName=group, updateId=update["id"])["update"]
        if now["status"] != "InProgress":
            break
        time.sleep(1)
    lab.check(now["status"] == "Successful", f"the update after a minute: {now['status']}")
    scaled = lab.ask("autoscaling", "DescribeAutoScalingGroups", region=region, AutoScalingGroupNames=[told["resources"]["autoScalingGroups"][0]["name"]])
    lab.check(len(scaled["AutoScalingGroups"][0]["Instances"]) == wish["desiredSize"], "the group has not as many instances as were asked for")
    bad = [{"minSize": 5, "maxSize": 9, "desiredSize": 2}, {"minSize": 0, "maxSize": 1, "desiredSize": 2}, {}]
    for sizes in bad:
        lab.refused("eks", "UpdateNodegroupConfig", "InvalidParameterException", region, clusterName=name, nodegroupName=group, scalingConfig=sizes)
    lab.refused("eks", "UpdateNodegroupConfig", NOT_FOUND, region, clusterName=name, nodegroupName="nothing", scalingConfig=wish)
    ask("UpdateNodegroupConfig", clusterName=name, nodegroupName=group, scalingConfig=before)
