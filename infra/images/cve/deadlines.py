#!/usr/bin/env python3
"""Holds Inspector's findings against the deadlines of policy.json.

    aws inspector2 list-findings --filter-criteria '{"findingStatus": [{"comparison": "EQUALS", "value": "ACTIVE"}]}' > findings.json
    deadlines.py findings.json [--policy FILE] [--now TIME] [--json] [--critical]

A finding's time runs from when it was first observed, whether or not there is a fix: where there is none, somebody has to
decide, and the decision is an exception with a reason, a name and an end. With --critical, only what must not wait for the monthly
image is looked for: the pipeline builds at once when there is any.

Exit status: 0 all in time, 3 something is overdue (with --critical: something is critical), 2 unreadable input or policy.
"""

import argparse
import datetime
import fnmatch
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).parent
DAY = datetime.timedelta(days=1)


class Unusable(Exception):
    """Input that must not be taken for 'nothing found'."""


def moment(value):
    """The CLI writes ISO 8601, the API seconds."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return datetime.datetime.fromtimestamp(value, datetime.timezone.utc)
    try:
        when = datetime.datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError as error:
        raise Unusable(f"not a time: {value!r}") from error
    return when if when.tzinfo else when.replace(tzinfo=datetime.timezone.utc)


def read_policy(text):
    try:
        policy = json.loads(text)
        days = policy["days"]
        longest, exploited = policy["longest_exception_days"], policy["days_when_exploited"]
    except (ValueError, KeyError, TypeError) as error:
        raise Unusable(f"the policy: {error}") from error
    order = ["CRITICAL", "HIGH", "MEDIUM", "LOW"]
    if [days.get(one) for one in order] != sorted(days.get(one, 0) for one in order):
        raise Unusable("the policy: the worse a finding, the shorter its time must be")
    for one in policy.get("exceptions", []):
        missing = {"vulnerability", "resource", "from", "until", "reason", "by"} - one.keys()
        if missing or not str(one["reason"]).strip() or not str(one["by"]).strip():
            raise Unusable(f"the policy: an exception without {', '.join(sorted(missing)) or 'reason or name'}: {one}")
        if moment(one["until"]) - moment(one["from"]) > longest * DAY:
            raise Unusable(f"the policy: an exception of more than {longest} days: {one['vulnerability']}")
    return {**policy, "days_when_exploited": exploited}


def read_findings(text):
    try:
        findings = json.loads(text)["findings"]
        if not isinstance(findings, list):
            raise TypeError("findings is not a list")
    except (ValueError, KeyError, TypeError) as error:
        raise Unusable(f"the findings: {error}") from error
    return findings


def excepted(policy, vulnerability, resource, now):
    return any(
        one["vulnerability"] == vulnerability
        and fnmatch.fnmatchcase(resource, one["resource"])
        and moment(one["from"]) <= now < moment(one["until"])
        for one in policy.get("exceptions", [])
    )


def judge(finding, policy, now):
    """One row for each resource that a finding is about."""
    severity = finding.get("severity", "UNTRIAGED")
    if severity not in policy["days"]:
        raise Unusable(f"the policy says nothing of severity {severity}")
    days = policy["days"][severity]
    exploited = finding.get("exploitAvailable") == "YES"
    if exploited:
        days = min(days, policy["days_when_exploited"])
    vulnerability = finding.get("packageVulnerabilityDetails", {}).get("vulnerabilityId") or finding.get("title", "?")
    if "firstObservedAt" not in finding:
        raise Unusable(f"{vulnerability} has no time of its first observation")
    due = moment(finding["firstObservedAt"]) + days * DAY
    for resource in finding.get("resources") or [{"id": "?"}]:
        yield {
            "vulnerability": vulnerability,
            "severity": severity,
            "exploited": exploited,
            "fix": finding.get("fixAvailable", "UNKNOWN"),
            "resource": resource["id"],
            "due": due,
            "excepted": excepted(policy, vulnerability, resource["id"], now),
            "overdue": now > due and not excepted(policy, vulnerability, resource["id"], now),
        }


def judge_all(findings, policy, now):
    rows = [row for one in findings if one.get("status", "ACTIVE") == "ACTIVE" for row in judge(one, policy, now)]
    return sorted(rows, key=lambda row: (not row["overdue"], row["due"], row["vulnerability"], row["resource"]))


def line(row, now):
    days = (row["due"] - now) / DAY
    when = "excepted" if row["excepted"] else f"{-days:.0f} d overdue" if row["overdue"] else f"{days:.0f} d left"
    return f"{when:>14}  {row['severity']:<13} {row['vulnerability']:<20} fix {row['fix']:<8} {row['resource']}"


def main(words, out=sys.stdout):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("findings", type=pathlib.Path)
    parser.add_argument("--policy", type=pathlib.Path, default=HERE / "policy.json")
    parser.add_argument("--now")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--critical", action="store_true")
    asked = parser.parse_args(words)
    try:
        now = moment(asked.now) if asked.now else datetime.datetime.now(datetime.timezone.utc)
        policy = read_policy(asked.policy.read_text())
        rows = judge_all(read_findings(asked.findings.read_text()), policy, now)
    except (Unusable, OSError) as error:
        print(f"deadlines: {error}", file=sys.stderr)
        return 2
    if asked.critical:
        rows = [row for row in rows if (row["severity"] == "CRITICAL" or row["exploited"]) and not row["excepted"]]
    wrong = rows if asked.critical else [row for row in rows if row["overdue"]]
    if asked.json:
        json.dump([{**row, "due": row["due"].isoformat()} for row in rows], out, indent=1)
        print(file=out)
    else:
        for row in rows:
            print(line(row, now), file=out)
        print(f"{len(rows)} findings, {len(wrong)} {'critical' if asked.critical else 'overdue'}", file=out)
    return 3 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
