"""Live Tail: the stream, as botocore reads event streams."""
import time
from urllib.parse import urlsplit

SERVICE = SCOPE = "logs"


def at_home(request, **_):
    """`stream-127.0.0.1` is nobody's name: the prefix is asked for by the host header and signed, the address is the estate's."""
    split = urlsplit(request.url)
    if split.hostname.startswith("stream-"):
        request.url = request.url.replace("://stream-", "://", 1)
    # `before-send` may answer itself; it does not
    return None


def session(lab, seconds, **params):
    client = lab.client("logs")
    stream = client._make_api_call("StartLiveTail", params)["responseStream"]
    began, events, updates, start = time.time(), [], [], None
    for event in stream:
        if "sessionStart" in event:
            start = event["sessionStart"]
        else:
            update = event["sessionUpdate"]
            updates.append((time.time(), update))
            events += update["sessionResults"]
        if time.time() - began > seconds:
            break
    stream.close()
    return start, events, updates


def run(lab):
    client = lab.client("logs")
    client.meta.events.register("before-sign.logs.StartLiveTail", at_home)
    groups = {row["logGroupName"]: row["logGroupArn"] for row in lab.ask("logs", "DescribeLogGroups")["logGroups"]}
    name = next(n for n in groups if n.endswith("/host"))
    other = next(n for n in groups if "/aws/eks/" in n)
    before = int(time.time() * 1000)
    start, events, updates = session(lab, 12, logGroupIdentifiers=[groups[name], groups[other]])
    after = int(time.time() * 1000)
    lab.check(start and start["logGroupIdentifiers"] == [groups[name], groups[other]], f"sessionStart: {start}")
    lab.check(9 <= len(updates) <= 14, f"{len(updates)} updates in 12 s")
    lab.check({e["logGroupIdentifier"] for e in events} == {groups[name], groups[other]}, "both groups speak")
    lab.check(all(before - 2000 < e["ingestionTime"] <= after + 2000 for e in events), "what came in before is told")
    lab.check(all(set(e) == {"logStreamName", "logGroupIdentifier", "message", "timestamp", "ingestionTime"} for e in events), "fields of an event")
    # the same came in, as FilterLogEvents has it
    time.sleep(1)
    known, token = [], {}
    while token is not None:
        page = lab.ask("logs", "FilterLogEvents", logGroupName=name, startTime=before - 60_000, **token)
        known += page["events"]
        token = {"nextToken": page["nextToken"]} if "nextToken" in page else None
        time.sleep(0.1)
    key = lambda e: (e["logStreamName"], e["timestamp"], e["ingestionTime"], e["message"])
    live = sorted(key(e) for e in events if e["logGroupIdentifier"] == groups[name])
    span = (min(e[2] for e in live), max(e[2] for e in live))
    due = sorted(key(e) for e in known if span[0] <= e["ingestionTime"] <= span[1])
    lab.check(live == due, f"Live Tail told {len(live)} events, FilterLogEvents {len(due)}")
    _, some, _ = session(lab, 7, logGroupIdentifiers=[groups[name]], logEventFilterPattern="kubelet")
    lab.check(all("kubelet" in e["message"] for e in some), "a filter that does not filter")
    refused = [
        ("ResourceNotFoundException", {"logGroupIdentifiers": [groups[name] + "x"]}),
        ("InvalidParameterException", {"logGroupIdentifiers": [groups[name] + ":*"]}),
        ("InvalidParameterException", {"logGroupIdentifiers": [name]}),
        ("InvalidParameterException", {"logGroupIdentifiers": []}),
        ("InvalidParameterException", {"logGroupIdentifiers": [groups[name]] * 11}),
        ("InvalidParameterException", {"logGroupIdentifiers": [groups[name], groups[other]], "logStreamNamePrefixes": ["a"]}),
        ("InvalidParameterException", {"logGroupIdentifiers": [groups[name]], "logEventFilterPattern": "{ $.a"}),
    ]
    for code, params in refused:
        lab.refused("logs", "StartLiveTail", code, **params)
    streams = [client._make_api_call("StartLiveTail", {"logGroupIdentifiers": [groups[other]]})["responseStream"] for _ in range(8)]
    more = []
    try:
        for _ in range(8):
            more.append(client._make_api_call("StartLiveTail", {"logGroupIdentifiers": [groups[other]]})["responseStream"])
        lab.fail("sixteen sessions at once")
    except client.exceptions.LimitExceededException:
        lab.check(len(streams) + len(more) <= 15, f"{len(streams) + len(more)} sessions were let in")
    for stream in streams + more:
        stream.close()
