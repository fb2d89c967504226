"""STS: who asks."""
import botocore.session

SERVICE = SCOPE = "sts"


def run(lab):
    me = lab.ask("sts", "GetCallerIdentity")
    lab.check(me["Arn"].startswith(f"arn:aws:sts::{me['Account']}:assumed-role/"), f"GetCallerIdentity: {me}")
    role = f"arn:aws:iam::{me['Account']}:role/on-call-read"
    taken = lab.ask("sts", "AssumeRole", RoleArn=role, RoleSessionName="model")
    lab.check(taken["AssumedRoleUser"]["Arn"].endswith("/on-call-read/model"), f"AssumeRole: {taken['AssumedRoleUser']}")
    keys = taken["Credentials"]
    keys = {"aws_access_key_id": keys["AccessKeyId"], "aws_secret_access_key": keys["SecretAccessKey"], "aws_session_token": keys["SessionToken"]}
    again = lab.client("sts", keys=keys).get_caller_identity()
    lab.check(again["Account"] == me["Account"], "the keys of AssumeRole let nobody in")
    lab.refused("sts", "AssumeRole", "ValidationError", RoleArn="nobody", RoleSessionName="model")
    lab.refused("sts", "AssumeRole", "ValidationError", RoleArn=role)
    lab.refused("sts", "AssumeRole", "ValidationError", RoleArn=role, RoleSessionName="model", DurationSeconds=60)
    lab.refused("sts", "GetSessionToken", "InvalidAction", status=400)
