#!/usr/bin/env python3
"""What boto3 reads of a log group in a span of time, a record a line: {"id", "time", "source", "message"}.

events.py REGION GROUP FROM TO      in milliseconds since 1970, both included
"""
import json
import sys

import boto3

region, group, start, end = sys.argv[1:]
pages = boto3.client("logs", region_name=region).get_paginator("filter_log_events")
for page in pages.paginate(logGroupName=group, startTime=int(start), endTime=int(end)):
    for event in page["events"]:
        record = {"id": event["eventId"], "time": event["timestamp"], "source": event["logStreamName"], "message": event["message"]}
        print(json.dumps(record))
