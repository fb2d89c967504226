"""CloudWatch Logs: groups, streams, events in pages and directions, filter patterns, Insights."""
import json
import time

from botocore.exceptions import ClientError

SERVICE = SCOPE = "logs"

NOT_FOUND = "ResourceNotFoundException"
INVALID = "InvalidParameterException"


def patiently(ask, **params):
    """FilterLogEvents and GetLogEvents have a rate; who is told so waits."""
    for _ in range(40):
        try:
            return ask(**params)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ThrottlingException":
                raise
            time.sleep(0.3)
    raise SystemExit("throttled for good")


def filtered(lab, size=None, **params):
    """All events that a call finds, over its pages; and how many pages there were."""
    events, pages = [], 0
    if size:
        params["limit"] = size
    while True:
        page = patiently(lambda **p: lab.ask("logs", "FilterLogEvents", **p), **params)
        pages += 1
        lab.check(size is None or len(page["events"]) <= size, f"a page of {len(page['events'])} events where {size} were asked")
        lab.check(page.get("searchedLogStreams") == [], "searchedLogStreams is not empty")
        events += page["events"]
        if "nextToken" not in page:
            return events, pages
        params["nextToken"] = page["nextToken"]


def groups(lab):
    rows = lab.pages("logs", "DescribeLogGroups", "logGroups", size=2)
    names = [row["logGroupName"] for row in rows]
    lab.check(names == sorted(names), "log groups are not in order of their names")
    for row in rows:
        lab.check(row["arn"] == row["logGroupArn"] + ":*", f"ARNs of {row['logGroupName']}")
    prefix = names[0][:-2]
    some = lab.ask("logs", "DescribeLogGroups", logGroupNamePrefix=prefix)["logGroups"]
    lab.check([row["logGroupName"] for row in some] == [n for n in names if n.startswith(prefix)], "groups by prefix")
    part = lab.ask("logs", "DescribeLogGroups", logGroupNamePattern="ONTAINERINSIGHTS")["logGroups"]
    lab.check(len(part) == 3, f"{len(part)} groups by a part of their names")
    one = lab.ask("logs", "DescribeLogGroups", logGroupIdentifiers=[rows[0]["logGroupArn"]])["logGroups"]
    lab.check(one == rows[:1], "a group by its ARN")
    lab.refused("logs", "DescribeLogGroups", INVALID, logGroupNamePrefix="a", logGroupNamePattern="b")
    lab.refused("logs", "DescribeLogGroups", INVALID, limit=51)
    lab.refused("logs", "DescribeLogGroups", INVALID, nextToken="bm90aGluZw")
    listed, token = [], {}
    while token is not None:
        page = lab.ask("logs", "ListLogGroups", limit=2, **token)
        listed += page["logGroups"]
        token = {"nextToken": page["nextToken"]} if "nextToken" in page else None
    lab.check([row["logGroupArn"] for row in listed] == [row["logGroupArn"] for row in rows], "ListLogGroups lists others")
    some = lab.ask("logs", "ListLogGroups", logGroupNamePattern="^/aws/eks|flow")["logGroups"]
    lab.check(len(some) == 2, f"{len(some)} groups by a pattern of two")
    lab.refused("logs", "ListLogGroups", INVALID, logGroupNamePattern="a*")
    tags = lab.ask("logs", "ListTagsForResource", resourceArn=rows[0]["logGroupArn"])["tags"]
    lab.check(tags, "a group without tags")
    lab.refused("logs", "ListTagsForResource", NOT_FOUND, resourceArn=rows[0]["logGroupArn"] + "x")
    return rows


def streams(lab, name):
    rows = lab.pages("logs", "DescribeLogStreams", "logStreams", size=3, logGroupName=name)
    names = [row["logStreamName"] for row in rows]
    lab.check(names == sorted(names), "streams are not in order of their names")
    by_time = lab.ask("logs", "DescribeLogStreams", logGroupName=name, orderBy="LastEventTime", descending=True)["logStreams"]
    lasts = [row.get("lastEventTimestamp", 0) for row in by_time]
    # other lines came in since
    lab.check(all(a + 60_000 >= b for a, b in zip(lasts, lasts[1:])), f"streams by their last event: {lasts}")
    some = lab.ask("logs", "DescribeLogStreams", logGroupName=name, logStreamNamePrefix=names[0][:-3])["logStreams"]
    lab.check({row["logStreamName"] for row in some} == {n for n in names if n.startswith(names[0][:-3])}, "streams by prefix")
    lab.refused("logs", "DescribeLogStreams", INVALID, logGroupName=name, orderBy="LastEventTime", logStreamNamePrefix="a")
    lab.refused("logs", "DescribeLogStreams", NOT_FOUND, logGroupName="/nothing/is/called/so")
    lab.refused("logs", "DescribeLogStreams", INVALID)
    for row in rows:
        if "lastEventTimestamp" in row:
            lab.check(row["firstEventTimestamp"] <= row["lastEventTimestamp"] < row["lastIngestionTime"], f"times of {row}")
    return rows


def order(event):
    return event["timestamp"], event["ingestionTime"]


def events(lab, name):
    end = int(time.time() * 1000) - 60_000
    window = {"logGroupName": name, "startTime": end - 120_000, "endTime": end}
    whole, _ = filtered(lab, **window)
    lab.check(len(whole) > 20, f"{name}: {len(whole)} events in two minutes")
    some, pages = filtered(lab, size=len(whole) // 5 + 1, **window)
    lab.check(some == whole and pages >= 5, f"{name}: {len(some)} events in {pages} pages, {len(whole)} in one piece")
    lab.check([order(e) for e in whole] == sorted(order(e) for e in whole), f"{name}: events are not in the order of their time")
    ids = [event["eventId"] for event in whole]
    lab.check(len(set(ids)) == len(ids) and all(len(i) == 56 and i.isdigit() for i in ids), f"{name}: event ids")
    lab.check(all(window["startTime"] <= e["timestamp"] <= end for e in whole), f"{name}: an event outside of the window")
    lab.check(all(0 < e["ingestionTime"] - e["timestamp"] < 400_000 for e in whole), f"{name}: ingestion times")
    again, _ = filtered(lab, **window)
    lab.check(again == whole, f"{name}: asked twice, told two things")
    edges = [whole[3]["timestamp"], whole[9]["timestamp"]]
    within, _ = filtered(lab, logGroupName=name, startTime=edges[0], endTime=edges[1])
    lab.check(within == [e for e in whole if edges[0] <= e["timestamp"] <= edges[1]], f"{name}: both edges belong to the window")
    stream = whole[0]["logStreamName"]
    own = [event for event in whole if event["logStreamName"] == stream]
    lab.check(filtered(lab, logStreamNames=[stream], **window)[0] == own, f"{name}: events of a stream")
    lab.check(filtered(lab, logStreamNamePrefix=stream, **window)[0] == own, f"{name}: events by a stream's prefix")
    newest_first(lab, name, whole, window)
    lab.refused("logs", "FilterLogEvents", INVALID, logGroupName=name, logStreamNames=[stream], logStreamNamePrefix="a")
    lab.refused("logs", "FilterLogEvents", INVALID, logGroupName=name, startTime=end, endTime=end - 1)
    lab.refused("logs", "FilterLogEvents", INVALID, logGroupName=name, limit=10_001)
    lab.refused("logs", "FilterLogEvents", INVALID, logGroupName=name, nextToken="bm90aGluZw")
    time.sleep(1)
    lab.refused("logs", "FilterLogEvents", INVALID, logGroupName=name, filterPattern="{ $.level = ")
    lab.refused("logs", "FilterLogEvents", NOT_FOUND, logGroupName="/nothing/is/called/so")
    lab.refused("logs", "FilterLogEvents", NOT_FOUND, logGroupName=name, logStreamNames=["nothing-is-called-so"])
    return whole, window


def newest_first(lab, name, whole, window):
    """`startFromHead` is newer than some models: it is put into the body of the request. The token keeps the direction."""
    def backward(params, **_):
        params["body"] = json.dumps({**json.loads(params["body"]), "startFromHead": False}).encode()
    hooks = lab.client("logs").meta.events
    hooks.register("before-call.cloudwatch-logs.FilterLogEvents", backward)
    try:
        first = patiently(lambda **p: lab.ask("logs", "FilterLogEvents", **p), limit=7, **window)
    finally:
        hooks.unregister("before-call.cloudwatch-logs.FilterLogEvents", backward)
    lab.check(first["events"] == whole[:-8:-1], f"{name}: the newest first")
    rest, _ = filtered(lab, nextToken=first["nextToken"], **window)
    lab.check(first["events"] + rest == whole[::-1], f"{name}: {len(rest)} events after the newest seven, of {len(whole)}")


def patterns(lab, whole, window):
    """Host records are JSON: {host, ident, pid, message}."""
    rows = [(event, json.loads(event["message"])) for event in whole]
    cases = [
        ("kubelet", lambda text, row: "kubelet" in text),
        ("KUBELET", lambda text, row: "KUBELET" in text),
        ("kubelet -SyncLoop", lambda text, row: "kubelet" in text and "SyncLoop" not in text),
        ("?chronyd ?systemd", lambda text, row: "chronyd" in text or "systemd" in text),
        ('"Connection closed by"', lambda text, row: "Connection closed by" in text),
        ("%offset -?[0-9]+ us%", lambda text, row: row.get("ident") == "chronyd"),
        ('{ $.ident = "sshd" }', lambda text, row: row.get("ident") == "sshd"),
        ('{ $.ident = "s*d" && $.message = "*preauth*" }', lambda text, row: row.get("ident") == "sshd"),
        ("{ ($.ident = chronyd) || ($.ident = systemd) }", lambda text, row: row.get("ident") in ("chronyd", "systemd")),
        ("{ $.msg EXISTS }", lambda text, row: "msg" in row),
        ("{ $.ident NOT EXISTS }", lambda text, row: "ident" not in row),
        ('{ $.ident != "kubelet" }', lambda text, row: row.get("ident", "kubelet") != "kubelet"),
        ("nothing_says_so", lambda text, row: False),
    ]
    for pattern, wanted in cases:
        time.sleep(0.1)
        found, _ = filtered(lab, filterPattern=pattern, **window)
        due = [event for event, row in rows if wanted(event["message"], row)]
        lab.check(found == due, f"{pattern}: {len(found)} events, {len(due)} were due")


def fields_of_flow(lab, name):
    end = int(time.time() * 1000) - 400_000
    window = {"logGroupName": name, "startTime": end - 300_000, "endTime": end}
    whole, _ = filtered(lab, **window)
    lab.check(whole and all(len(event["message"].split()) == 14 for event in whole), f"{name}: flow records")
    found, _ = filtered(lab, filterPattern="[..., action=REJECT, status]", **window)
    due = [event for event in whole if event["message"].split()[12] == "REJECT"]
    lab.check(found == due and due, f"{name}: {len(found)} rejected, {len(due)} were due")
    found, _ = filtered(lab, filterPattern="[version, account, eni, source, target, from, to=443, protocol=6, packets, bytes>1000, ...]", **window)
    due = [e for e in whole if (f := e["message"].split()) and f[6] == "443" and f[7] == "6" and int(f[9]) > 1000]
    lab.check(found == due and due, f"{name}: {len(found)} by their fields, {len(due)} were due")


def one_stream(lab, name, stream):
    def ask(**params):
        return patiently(lambda **p: lab.ask("logs", "GetLogEvents", **p), logGroupName=name, logStreamName=stream, **params)
    end = int(time.time() * 1000) - 60_000
    window = {"startTime": end - 900_000, "endTime": end}
    seen, token = [], None
    while True:
        page = ask(startFromHead=True, limit=7, **window, **({"nextToken": token} if token else {}))
        if page["nextForwardToken"] == token:
            break
        seen, token = seen + page["events"], page["nextForwardToken"]
    lab.check(len(seen) > 20, f"{stream}: {len(seen)} events in a quarter of an hour")
    lab.check(ask(nextToken=token, limit=7, **window)["nextForwardToken"] == token, "at the end another token")
    back, token = [], None
    while True:
        page = ask(limit=9, **window, **({"nextToken": token} if token else {}))
        if page["nextBackwardToken"] == token:
            break
        back, token = page["events"] + back, page["nextBackwardToken"]
    lab.check(back == seen, f"{stream}: {len(back)} events backward, {len(seen)} forward")
    same, _ = filtered(lab, logGroupName=name, logStreamNames=[stream], startTime=window["startTime"], endTime=end - 1)
    bare = [{k: e[k] for k in ("timestamp", "message", "ingestionTime")} for e in same]
    lab.check(bare == seen, f"{stream}: GetLogEvents and FilterLogEvents tell of different events")
    lab.refused("logs", "GetLogEvents", NOT_FOUND, logGroupName=name, logStreamName="nothing-is-called-so")
    lab.refused("logs", "GetLogEvents", INVALID, logGroupName=name, logStreamName=stream, nextToken="f/1/s")


def asked(lab, query, name, start, end, **params):
    """A query's whole answer."""
    ident = lab.ask("logs", "StartQuery", logGroupName=name, startTime=start, endTime=end, queryString=query, **params)["queryId"]
    for _ in range(100):
        answer = lab.ask("logs", "GetQueryResults", queryId=ident)
        if answer["status"] not in ("Scheduled", "Running"):
            break
        time.sleep(0.1)
    lab.check(answer["status"] == "Complete", f"{query}: {answer['status']}")
    return [{cell["field"]: cell["value"] for cell in row} for row in answer["results"]], answer, ident


def insights(lab, name):
    end = int(time.time()) - 60
    start = end - 300
    whole, _ = filtered(lab, logGroupName=name, startTime=start * 1000, endTime=end * 1000)
    rows, answer, ident = asked(lab, "fields @timestamp, @message, ident | sort @timestamp desc | limit 20", name, start, end)
    newest = sorted(whole, key=lambda e: -e["timestamp"])[:20]
    lab.check([row["@message"] for row in rows] == [event["message"] for event in newest], "a query's newest twenty")
    lab.check(list(answer["results"][0][-1].values())[0] == "@ptr", "the pointer is not the last field")
    lab.check(answer["statistics"]["bytesScanned"] > 0, "bytesScanned")
    whole_record = lab.ask("logs", "GetLogRecord", logRecordPointer=rows[0]["@ptr"])["logRecord"]
    lab.check(whole_record["@message"] == rows[0]["@message"], "a record by its pointer")
    lab.refused("logs", "GetLogRecord", INVALID, logRecordPointer="nothing")
    rows, answer, _ = asked(lab, "filter ident = 'kubelet' | stats count(*) as lines by bin(1m)", name, start, end)
    due = {}
    for event in whole:
        if json.loads(event["message"]).get("ident") == "kubelet":
            at = time.strftime("%Y-%m-%d %H:%M:00.000", time.gmtime(event["timestamp"] / 1000))
            due[at] = due.get(at, 0) + 1
    lab.check({row["bin(1m)"]: int(row["lines"]) for row in rows} == due, f"lines by the minute: {rows} for {due}")
    lab.check(answer["statistics"]["recordsMatched"] == sum(due.values()), "recordsMatched")
    lab.check(answer["statistics"]["recordsScanned"] == len(whole), "recordsScanned")
    rows, _, _ = asked(lab, "filter @message like /(?i)PREAUTH/ | stats count(*) by ident", name, start, end)
    lab.check([row["ident"] for row in rows] == ["sshd"], f"who says preauth: {rows}")
    lab.refused("logs", "StartQuery", "MalformedQueryException", logGroupName=name, startTime=start, endTime=end, queryString="fields @message | filtre x")
    lab.refused("logs", "StartQuery", NOT_FOUND, logGroupName="/nothing/is/called/so", startTime=start, endTime=end, queryString="fields @message")
    lab.refused("logs", "StartQuery", INVALID, logGroupName=name, startTime=end, endTime=start, queryString="fields @message")
    lab.refused("logs", "GetQueryResults", NOT_FOUND, queryId="00000000-0000-4000-8000-000000000000")
    known = lab.ask("logs", "DescribeQueries", status="Complete")["queries"]
    lab.check(ident in [query["queryId"] for query in known], "DescribeQueries does not know the query")
    lab.refused("logs", "StopQuery", INVALID, queryId=ident)
    long = lab.ask("logs", "StartQuery", logGroupName=name, startTime=end - 86_400 * 14, endTime=end, queryString="stats count(*)")["queryId"]
    stopped = lab.ask("logs", "StopQuery", queryId=long)
    lab.check(stopped["success"] and lab.ask("logs", "GetQueryResults", queryId=long)["status"] == "Cancelled", "a query that was stopped")
    found = lab.ask("logs", "GetLogGroupFields", logGroupName=name)["logGroupFields"]
    lab.check({"@message", "host", "ident"} <= {field["name"] for field in found}, f"fields of {name}: {found}")


def run(lab):
    known = groups(lab)
    def named(part):
        return next(row["logGroupName"] for row in known if part in row["logGroupName"])
    host, plane = named("/host"), named("/aws/eks/")
    rows = streams(lab, host)
    whole, window = events(lab, host)
    patterns(lab, whole, window)
    events(lab, plane)
    fields_of_flow(lab, named("flow"))
    one_stream(lab, host, next(row["logStreamName"] for row in rows if row["logStreamName"].endswith(".messages")))
    insights(lab, host)
    containers(lab, named("/application"))


def containers(lab, name):
    """What the containers say, in Fluent Bit's records and under its names of streams."""
    end = int(time.time() * 1000) - 60_000
    window = {"logGroupName": name, "startTime": end - 20_000, "endTime": end}
    whole, _ = filtered(lab, **window)
    lab.check(whole, f"{name}: nothing is said")
    for event in whole:
        record = json.loads(event["message"])
        place = record["kubernetes"]
        head = f"{place['host']}-application.var.log.containers.{place['pod_name']}_{place['namespace_name']}_{place['container_name']}-"
        lab.check(event["logStreamName"] == head + place["docker_id"], f"{event['logStreamName']} holds {head}")
        if record["log"].startswith("{"):
            lab.check(record.get("log_processed") == json.loads(record["log"]), f"log_processed of {record}")
    if whole:
        stream = whole[0]["logStreamName"]
        prefix = stream.rsplit("-", 1)[0]
        own, _ = filtered(lab, logStreamNamePrefix=prefix, **window)
        lab.check(own == [e for e in whole if e["logStreamName"].startswith(prefix)], f"events by {prefix}")
        found, _ = filtered(lab, filterPattern='{ $.log_processed.level = "info" }', **window)
        due = [e for e in whole if json.loads(e["message"]).get("log_processed", {}).get("level") == "info"]
        lab.check(found == due and due, f"{name}: {len(found)} by their level, {len(due)} were due")
