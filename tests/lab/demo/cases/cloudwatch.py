"""CloudWatch, in its three protocols; botocore speaks rpc-v2-cbor unless it is told otherwise."""
import datetime

SERVICE = "cloudwatch"
SCOPE = "monitoring"


def run(lab):
    alarms(lab)
    metrics(lab)


def alarms(lab):
    rows = lab.pages("cloudwatch", "DescribeAlarms", lambda page: page["MetricAlarms"], size=3)
    lab.check(rows and all(row["Period"] == 60 for row in rows), "metric alarms")
    both = lab.ask("cloudwatch", "DescribeAlarms", AlarmTypes=["CompositeAlarm", "MetricAlarm"], MaxRecords=100)
    lab.check(both["MetricAlarms"] == rows, "metric alarms by their type")
    composite = both["CompositeAlarms"]
    lab.check(len(composite) == 1 and "ALARM(" in composite[0]["AlarmRule"], f"composite alarms: {composite}")
    below = lab.ask("cloudwatch", "DescribeAlarms", ChildrenOfAlarmName=composite[0]["AlarmName"])["MetricAlarms"]
    lab.check(all(row["AlarmName"] in composite[0]["AlarmRule"] for row in below) and below, f"children: {[r['AlarmName'] for r in below]}")
    name = rows[0]["AlarmName"]
    one = lab.ask("cloudwatch", "DescribeAlarms", AlarmNames=[name])["MetricAlarms"]
    lab.check([row["AlarmName"] for row in one] == [name], "an alarm by its name")
    prefixed = lab.ask("cloudwatch", "DescribeAlarms", AlarmNamePrefix=name[:-3])["MetricAlarms"]
    lab.check(name in [row["AlarmName"] for row in prefixed], "an alarm by its prefix")
    states = [lab.ask("cloudwatch", "DescribeAlarms", StateValue=state)["MetricAlarms"] for state in ("OK", "ALARM", "INSUFFICIENT_DATA")]
    lab.check(sorted(row["AlarmName"] for some in states for row in some) == sorted(row["AlarmName"] for row in rows), "alarms by state")
    lab.refused("cloudwatch", "DescribeAlarms", "InvalidNextToken", NextToken="bm90aGluZw")
    lab.refused("cloudwatch", "DescribeAlarms", "InvalidParameterCombination", AlarmNames=["a"], AlarmNamePrefix="b")
    same = lab.ask("cloudwatch", "DescribeAlarmsForMetric", Namespace=rows[0]["Namespace"], MetricName=rows[0]["MetricName"], Dimensions=rows[0]["Dimensions"])
    lab.check(name in [row["AlarmName"] for row in same["MetricAlarms"]], "the alarms of a metric")
    lab.check(lab.ask("cloudwatch", "ListTagsForResource", ResourceARN=rows[0]["AlarmArn"])["Tags"], "an alarm's tags")
    history(lab)


def history(lab):
    region = lab.ask("ec2", "DescribeRegions")["Regions"][-1]["RegionName"]
    def ask(operation, **params):
        return lab.ask("cloudwatch", operation, region=region, **params)
    name = ask("DescribeAlarms")["MetricAlarms"][-1]["AlarmName"]
    ask("SetAlarmState", AlarmName=name, StateValue="ALARM", StateReason="to see whether somebody comes")
    now = ask("DescribeAlarms", AlarmNames=[name])["MetricAlarms"][0]
    lab.check((now["StateValue"], now["StateReason"]) == ("ALARM", "to see whether somebody comes"), f"a state that was set: {now}")
    rows = lab.pages("cloudwatch", "DescribeAlarmHistory", "AlarmHistoryItems", region=region, size=2, AlarmName=name)
    lab.check(rows[0]["Timestamp"] >= rows[-1]["Timestamp"], "history begins with the oldest")
    changes = ask("DescribeAlarmHistory", AlarmName=name, HistoryItemType="StateUpdate")["AlarmHistoryItems"]
    lab.check(changes[0]["HistorySummary"].endswith("to ALARM"), f"the last change: {changes[0]}")
    lab.refused("cloudwatch", "SetAlarmState", "ResourceNotFound", region, AlarmName="nothing", StateValue="OK", StateReason="x")
    ask("SetAlarmState", AlarmName=name, StateValue="OK", StateReason="nobody came")


def metrics(lab):
    rows = lab.pages("cloudwatch", "ListMetrics", "Metrics", size=None, more=False)
    key = lambda row: (row["Namespace"], row["MetricName"], tuple((d["Name"], d["Value"]) for d in row["Dimensions"]))
    lab.check(len(set(map(key, rows))) == len(rows) > 20, f"{len(rows)} metrics")
    recent = lab.pages("cloudwatch", "ListMetrics", "Metrics", size=None, more=False, RecentlyActive="PT3H")
    lab.check(set(map(key, recent)) <= set(map(key, rows)) and recent, "recent metrics")
    requests = lab.ask("cloudwatch", "ListMetrics", Namespace="Shop", MetricName="Requests")["Metrics"]
    lab.check(len(requests) == 1, f"one metric by its name: {requests}")
    now = datetime.datetime.now(datetime.timezone.utc).replace(second=0, microsecond=0)
    window = {"StartTime": now - datetime.timedelta(minutes=60), "EndTime": now}
    def stat(ident, metric, stat, period=60, **more):
        metric = {k: metric[k] for k in ("Namespace", "MetricName", "Dimensions")}
        return {"Id": ident, "MetricStat": {"Metric": metric, "Period": period, "Stat": stat}, **more}
    queries = [
        stat("sum", requests[0], "Sum", 300),
        stat("m1", requests[0], "Average"),
        stat("m2", requests[0], "Maximum", ReturnData=False),
        {"Id": "e1", "Expression": "m1 / m2 * 100", "Label": "share"},
        stat("none", {"Namespace": "Nowhere", "MetricName": "Nothing", "Dimensions": []}, "Sum"),
    ]
    told = lab.ask("cloudwatch", "GetMetricData", MetricDataQueries=queries, **window)["MetricDataResults"]
    by = {row["Id"]: row for row in told}
    lab.check(list(by) == ["sum", "m1", "e1", "none"], f"results: {list(by)}")
    lab.check(len(by["m1"]["Values"]) >= 58, f"{len(by['m1']['Values'])} minutes in an hour")
    lab.check(by["m1"]["Timestamps"] == sorted(by["m1"]["Timestamps"], reverse=True), "the newest is not first")
    lab.check(all(abs(v - 100) < 1e-9 for v in by["e1"]["Values"]) and by["e1"]["Label"] == "share", f"an expression: {by['e1']}")
    lab.check(by["none"]["Values"] == [] and by["none"]["StatusCode"] == "Complete", "a metric that is not there")
    lab.check(abs(sum(by["sum"]["Values"]) - sum(by["m1"]["Values"])) / sum(by["m1"]["Values"]) < 0.2, "sums by five minutes")
    paged(lab, queries, window, told)
    for bad in ({"Id": "e", "Expression": "m9 + 1"}, {"Id": "E", "Expression": "1"}, stat("a", requests[0], "Mode"), {"Id": "b"}):
        lab.refused("cloudwatch", "GetMetricData", "ValidationError", MetricDataQueries=[bad], **window)
    statistics(lab, requests[0], window, by["m1"])
    protocols(lab, window, requests[0])


def paged(lab, queries, window, told):
    whole = {row["Id"]: list(zip(row["Timestamps"], row["Values"])) for row in told}
    seen, token, pages = {ident: [] for ident in whole}, {}, 0
    while token is not None:
        page = lab.ask("cloudwatch", "GetMetricData", MetricDataQueries=queries, MaxDatapoints=25, **window, **token)
        pages += 1
        for row in page["MetricDataResults"]:
            seen[row["Id"]] += zip(row["Timestamps"], row["Values"])
        token = {"NextToken": page["NextToken"]} if page.get("NextToken") else None
    lab.check(seen == whole and pages > 2, f"GetMetricData in {pages} pages is another one")


def statistics(lab, metric, window, average):
    metric = {k: metric[k] for k in ("Namespace", "MetricName", "Dimensions")}
    told = lab.ask("cloudwatch", "GetMetricStatistics", Period=60, Statistics=["Average", "SampleCount"], **metric, **window)
    due = dict(zip(average["Timestamps"], average["Values"]))
    lab.check({p["Timestamp"]: p["Average"] for p in told["Datapoints"]} == due, "GetMetricStatistics and GetMetricData differ")
    high = lab.ask("cloudwatch", "GetMetricStatistics", Period=300, ExtendedStatistics=["p90"], **metric, **window)
    lab.check(all("p90" in p["ExtendedStatistics"] for p in high["Datapoints"]) and high["Datapoints"], "percentiles")
    lab.refused("cloudwatch", "GetMetricStatistics", "InvalidParameterCombination", Period=60, **metric, **window)
    lab.refused("cloudwatch", "GetMetricStatistics", "InvalidParameterValue", Period=61, Statistics=["Sum"], **metric, **window)
    lab.check(lab.ask("cloudwatch", "ListDashboards")["DashboardEntries"] == [], "dashboards")


def protocols(lab, window, metric):
    """The same in JSON and in the old query protocol."""
    metric = {k: metric[k] for k in ("Namespace", "MetricName", "Dimensions")}
    query = [{"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}]
    cbor = lab.ask("cloudwatch", "GetMetricData", MetricDataQueries=query, **window)["MetricDataResults"]
    for protocol in ("json", "query"):
        client = other(lab, protocol)
        same = client._make_api_call("GetMetricData", {"MetricDataQueries": query, **window})["MetricDataResults"]
        lab.check(same == cbor, f"GetMetricData over {protocol} is another one")
        names = [[row["AlarmName"] for row in c._make_api_call("DescribeAlarms", {})["MetricAlarms"]] for c in (client, lab.client("cloudwatch"))]
        lab.check(names[0] == names[1], f"DescribeAlarms over {protocol} is another one")


def other(lab, protocol):
    """A client whose model knows of one protocol alone."""
    import botocore.session
    from botocore.loaders import Loader

    class One(Loader):
        def load_service_model(self, service_name, type_name, api_version=None):
            model = super().load_service_model(service_name, type_name, api_version)
            if service_name == "cloudwatch" and type_name == "service-2":
                model["metadata"]["protocols"] = [protocol]
                model["metadata"]["protocol"] = protocol
            return model

    session = botocore.session.get_session()
    session.register_component("data_loader", One(Loader().search_paths))
    region = lab.session.get_config_variable("region")
    return session.create_client("cloudwatch", region_name=region, endpoint_url=lab.endpoint)
