"""ECR."""
import json

SERVICE = SCOPE = "ecr"


def run(lab):
    repositories = lab.pages("ecr", "DescribeRepositories", "repositories", size=2)
    lab.check(all(row["repositoryUri"].endswith(row["repositoryName"]) for row in repositories), "addresses of repositories")
    name = repositories[0]["repositoryName"]
    one = lab.ask("ecr", "DescribeRepositories", repositoryNames=[name])["repositories"]
    lab.check(one == repositories[:1], "a repository by its name")
    lab.refused("ecr", "DescribeRepositories", "RepositoryNotFoundException", repositoryNames=["nothing"])
    images = lab.pages("ecr", "DescribeImages", "imageDetails", size=1, repositoryName=name)
    ids = lab.pages("ecr", "ListImages", "imageIds", size=1, repositoryName=name)
    lab.check({row["imageDigest"] for row in images} == {row["imageDigest"] for row in ids}, "DescribeImages and ListImages differ")
    image = images[0]
    by_tag = lab.ask("ecr", "DescribeImages", repositoryName=name, imageIds=[{"imageTag": image["imageTags"][0]}])["imageDetails"]
    lab.check(by_tag == [image], "an image by its tag")
    lab.check(lab.ask("ecr", "ListImages", repositoryName=name, filter={"tagStatus": "UNTAGGED"})["imageIds"] == [], "images without tags")
    lab.refused("ecr", "DescribeImages", "ImageNotFoundException", repositoryName=name, imageIds=[{"imageTag": "nothing"}])
    lab.refused("ecr", "DescribeImages", "RepositoryNotFoundException", repositoryName="nothing")
    lab.refused("ecr", "ListImages", "InvalidParameterException", repositoryName=name, nextToken="bm90aGluZw")
    got = lab.ask("ecr", "BatchGetImage", repositoryName=name, imageIds=[{"imageDigest": image["imageDigest"]}, {"imageTag": "nothing"}])
    manifest = json.loads(got["images"][0]["imageManifest"])
    lab.check(sum(layer["size"] for layer in manifest["layers"]) == image["imageSizeInBytes"], "layers and size of an image differ")
    lab.check([f["failureCode"] for f in got["failures"]] == ["ImageNotFound"], f"failures: {got['failures']}")
    old = images[-1]
    counts = old["imageScanFindingsSummary"]["findingSeverityCounts"]
    scan = lab.ask("ecr", "DescribeImageScanFindings", repositoryName=name, imageId={"imageDigest": old["imageDigest"]})
    lab.check(scan["imageScanFindings"].get("findingSeverityCounts") == counts, f"counts of findings: {counts}")
    lab.check(len(scan["imageScanFindings"]["findings"]) == sum(counts.values()), "as many findings as are counted")
    lab.check(lab.ask("ecr", "GetAuthorizationToken")["authorizationData"], "a token")
