"""CloudTrail, two calls a second."""
import datetime
import json
import time

from botocore.exceptions import ClientError

SERVICE = SCOPE = "cloudtrail"


def slowly(lab, **params):
    time.sleep(0.55)
    return lab.ask("cloudtrail", "LookupEvents", **params)


def refused(lab, code, **params):
    time.sleep(0.55)
    lab.refused("cloudtrail", "LookupEvents", code, **params)


def run(lab):
    time.sleep(1.1)
    whole = slowly(lab)["Events"]
    lab.check(len(whole) > 10, f"{len(whole)} events in a day")
    times = [event["EventTime"] for event in whole]
    lab.check(times == sorted(times, reverse=True), "the newest is not first")
    seen, token = [], {}
    while token is not None:
        page = slowly(lab, MaxResults=9, **token)
        lab.check(len(page["Events"]) <= 9, "a page too large")
        seen += page["Events"]
        token = {"NextToken": page["NextToken"]} if "NextToken" in page else None
    ids = [event["EventId"] for event in whole]
    lab.check([e["EventId"] for e in seen][-len(ids):] == ids, "events in pages are not those in one piece")
    for event in whole:
        record = json.loads(event["CloudTrailEvent"])
        lab.check((record["eventID"], record["eventName"], record["eventSource"]) == (event["EventId"], event["EventName"], event["EventSource"]), f"{event}")
        lab.check(record["userIdentity"]["arn"].endswith("/" + event["Username"]), f"who did {event['EventId']}")
    one = whole[0]
    for key, value in [("EventName", one["EventName"]), ("Username", one["Username"]), ("EventSource", one["EventSource"]), ("EventId", one["EventId"]), ("ReadOnly", one["ReadOnly"]), ("ResourceName", one["Resources"][0]["ResourceName"])]:
        found = slowly(lab, LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}])["Events"]
        def has(event):
            return value in [r["ResourceName"] for r in event["Resources"]] if key == "ResourceName" else event[key] == value
        due = [event["EventId"] for event in whole if has(event)]
        lab.check([e["EventId"] for e in found if e["EventId"] in ids] == due, f"events by {key} {value}")
    edge = whole[5]["EventTime"]
    later = slowly(lab, StartTime=edge)["Events"]
    lab.check(all(event["EventTime"] >= edge for event in later) and whole[5]["EventId"] in [e["EventId"] for e in later], "events from a time on")
    earlier = slowly(lab, EndTime=edge - datetime.timedelta(seconds=1))["Events"]
    lab.check(all(event["EventTime"] < edge for event in earlier) and earlier, "events up to a time")
    two = [{"AttributeKey": "EventName", "AttributeValue": "a"}, {"AttributeKey": "Username", "AttributeValue": "b"}]
    refused(lab, "InvalidLookupAttributesException", LookupAttributes=two)
    refused(lab, "InvalidMaxResultsException", MaxResults=51)
    refused(lab, "InvalidNextTokenException", NextToken="bm90aGluZw")
    refused(lab, "InvalidTimeRangeException", StartTime=edge, EndTime=edge - datetime.timedelta(hours=1))
    lab.check(lab.ask("cloudtrail", "DescribeTrails")["trailList"] == [], "trails")
    time.sleep(1.1)
    throttled = 0
    for _ in range(4):
        try:
            lab.ask("cloudtrail", "LookupEvents", MaxResults=1)
        except ClientError as error:
            throttled += error.response["Error"]["Code"] == "ThrottlingException"
    lab.check(throttled >= 1, "four calls at once were let through")
