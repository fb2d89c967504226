"""Systems Manager."""
SERVICE = SCOPE = "ssm"


def run(lab):
    rows = lab.pages("ssm", "DescribeInstanceInformation", "InstanceInformationList", size=5)
    running = {i["InstanceId"]: i for r in lab.ask("ec2", "DescribeInstances")["Reservations"] for i in r["Instances"]}
    lab.check({row["InstanceId"] for row in rows} <= set(running), "SSM knows instances that EC2 does not")
    for row in rows:
        own = running[row["InstanceId"]]
        lab.check(row["IPAddress"] == own["PrivateIpAddress"] and row["ComputerName"] == own["PrivateDnsName"], f"{row}")
        lab.check(row["PingStatus"] == "Online", f"{row['InstanceId']} is {row['PingStatus']}")
    first = rows[0]["InstanceId"]
    one = lab.ask("ssm", "DescribeInstanceInformation", Filters=[{"Key": "InstanceIds", "Values": [first]}])
    lab.check([row["InstanceId"] for row in one["InstanceInformationList"]] == [first], "one instance by the new filter")
    one = lab.ask("ssm", "DescribeInstanceInformation", InstanceInformationFilterList=[{"key": "InstanceIds", "valueSet": [first]}])
    lab.check([row["InstanceId"] for row in one["InstanceInformationList"]] == [first], "one instance by the old filter")
    lost = lab.ask("ssm", "DescribeInstanceInformation", Filters=[{"Key": "PingStatus", "Values": ["ConnectionLost"]}])
    lab.check(lost["InstanceInformationList"] == [], "some agents are lost")
    name = next(t["Value"] for t in running[first]["Tags"] if t["Key"] == "Name")
    tagged = lab.ask("ssm", "DescribeInstanceInformation", Filters=[{"Key": "tag:Name", "Values": [name]}])
    lab.check(first in [row["InstanceId"] for row in tagged["InstanceInformationList"]], "an instance by its tag")
    lab.refused("ssm", "DescribeInstanceInformation", "InvalidFilterKey", Filters=[{"Key": "Color", "Values": ["red"]}])
    lab.refused("ssm", "DescribeInstanceInformation", "InvalidNextToken", NextToken="bm90aGluZw")
    lab.refused("ssm", "DescribeInstanceInformation", "ValidationException", MaxResults=51)
    patches = lab.pages("ssm", "DescribeInstancePatchStates", "InstancePatchStates", size=10, more=False, InstanceIds=[row["InstanceId"] for row in rows])
    lab.check(len(patches) == len(rows), f"{len(patches)} patch states of {len(rows)} instances")
    parameters(lab)
    lab.refused("ssm", "StartSession", "TargetNotConnected", Target=first)


def parameters(lab):
    version = lab.ask("eks", "DescribeCluster", name=lab.ask("eks", "ListClusters")["clusters"][0])["cluster"]["version"]
    image = f"/aws/service/eks/optimized-ami/{version}/amazon-linux-2023/x86_64/standard/recommended/image_id"
    found = lab.ask("ssm", "GetParameter", Name=image)["Parameter"]["Value"]
    lab.check(lab.ask("ec2", "DescribeImages", ImageIds=[found])["Images"], f"EC2 does not know {found}")
    both = lab.ask("ssm", "GetParameters", Names=[image, "/nothing"])
    lab.check([p["Value"] for p in both["Parameters"]] == [found] and both["InvalidParameters"] == ["/nothing"], f"two parameters: {both}")
    rows = lab.pages("ssm", "GetParametersByPath", "Parameters", size=2, Path="/aws/service/ami-amazon-linux-latest")
    lab.check(all("al2023" in row["Name"] for row in rows) and rows, f"Amazon Linux: {rows}")
    lab.refused("ssm", "GetParameter", "ParameterNotFound", Name="/nothing")
