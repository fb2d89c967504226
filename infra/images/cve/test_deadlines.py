import datetime
import io
import json
import pathlib
import tempfile
import unittest

import deadlines

NOW = datetime.datetime(2026, 6, 30, tzinfo=datetime.timezone.utc)
POLICY = deadlines.read_policy((deadlines.HERE / "policy.json").read_text())


def finding(severity="HIGH", days_ago=1.0, **more):
    seen = (NOW - datetime.timedelta(days=days_ago)).isoformat()
    return {
        "severity": severity,
        "status": "ACTIVE",
        "firstObservedAt": seen,
        "packageVulnerabilityDetails": {"vulnerabilityId": "CVE-2026-0001"},
        "fixAvailable": "YES",
        "exploitAvailable": "NO",
        "resources": [{"id": "i-0a", "type": "AWS_EC2_INSTANCE"}],
        **more,
    }


def overdue(*findings, policy=POLICY):
    return [row["overdue"] for row in deadlines.judge_all(list(findings), policy, NOW)]


def exception(**more):
    one = {
        "vulnerability": "CVE-2026-0001",
        "resource": "i-0*",
        "from": "2026-06-01",
        "until": "2026-08-01",
        "reason": "not reachable",
        "by": "anna",
    }
    return {**POLICY, "exceptions": [{**one, **more}]}


class Deadlines(unittest.TestCase):
    def test_each_severity_has_its_own_time(self):
        for severity, days in POLICY["days"].items():
            self.assertEqual(overdue(finding(severity, days - 0.01)), [False], severity)
            self.assertEqual(overdue(finding(severity, days + 0.01)), [True], severity)

    def test_what_is_exploited_has_less_time(self):
        self.assertEqual(overdue(finding("MEDIUM", 4)), [False])
        self.assertEqual(overdue(finding("MEDIUM", 4, exploitAvailable="YES")), [True])

    def test_exploited_never_lengthens_a_deadline(self):
        policy = {**POLICY, "days": {**POLICY["days"], "CRITICAL": 1}}
        self.assertEqual(overdue(finding("CRITICAL", 2, exploitAvailable="YES"), policy=policy), [True])

    def test_time_runs_without_a_fix_too(self):
        self.assertEqual(overdue(finding("CRITICAL", 8, fixAvailable="NO")), [True])

    def test_a_closed_finding_is_left_out(self):
        self.assertEqual(overdue(finding("CRITICAL", 99, status="CLOSED")), [])

    def test_each_resource_is_a_row(self):
        self.assertEqual(overdue(finding("CRITICAL", 8, resources=[{"id": "i-0a"}, {"id": "i-0b"}])), [True, True])

    def test_seconds_and_iso_are_the_same_moment(self):
        self.assertEqual(deadlines.moment(1782777600), deadlines.moment("2026-06-30T00:00:00Z"))

    def test_an_exception_holds_for_its_resources_and_time_only(self):
        old = finding("CRITICAL", 20)
        self.assertEqual(overdue(old, policy=exception()), [False])
        self.assertEqual(overdue(old, policy=exception(resource="i-1*")), [True])
        self.assertEqual(overdue(old, policy=exception(vulnerability="CVE-2026-9999")), [True])
        self.assertEqual(overdue(old, policy=exception(until="2026-06-29")), [True])

    def test_an_exception_needs_reason_name_and_end(self):
        for key in ("reason", "by", "until"):
            broken = exception()
            del broken["exceptions"][0][key]
            with self.assertRaises(deadlines.Unusable):
                deadlines.read_policy(json.dumps(broken))
        with self.assertRaises(deadlines.Unusable):
            deadlines.read_policy(json.dumps(exception(reason=" ")))

    def test_an_exception_is_not_for_ever(self):
        with self.assertRaises(deadlines.Unusable):
            deadlines.read_policy(json.dumps(exception(until="2027-06-01")))

    def test_a_policy_that_gives_worse_findings_more_time_is_refused(self):
        with self.assertRaises(deadlines.Unusable):
            deadlines.read_policy(json.dumps({**POLICY, "days": {**POLICY["days"], "CRITICAL": 365}}))

    def test_the_most_overdue_comes_first(self):
        rows = deadlines.judge_all([finding("LOW", 1), finding("CRITICAL", 8), finding("CRITICAL", 30)], POLICY, NOW)
        self.assertEqual([row["overdue"] for row in rows], [True, True, False])
        self.assertLess(rows[0]["due"], rows[1]["due"])


class Program(unittest.TestCase):
    def run_on(self, text, *words):
        with tempfile.TemporaryDirectory() as place:
            path = pathlib.Path(place) / "findings.json"
            path.write_text(text)
            out = io.StringIO()
            return deadlines.main([str(path), "--now", "2026-06-30", *words], out), out.getvalue()

    def test_the_exit_status_tells(self):
        self.assertEqual(self.run_on(json.dumps({"findings": []}))[0], 0)
        self.assertEqual(self.run_on(json.dumps({"findings": [finding("HIGH", 1)]}))[0], 0)
        self.assertEqual(self.run_on(json.dumps({"findings": [finding("HIGH", 31)]}))[0], 3)

    def test_unreadable_input_is_not_nothing_found(self):
        for text in (
            "",
            "{}",
            '{"findings": null}',
            '{"findings": [{"severity": "HIGH"}]}',
            '{"findings": [{"severity": "AWFUL"}]}',
        ):
            self.assertEqual(self.run_on(text)[0], 2, text)

    def test_critical_is_told_before_it_is_overdue(self):
        new = json.dumps({"findings": [finding("CRITICAL", 0.1), finding("HIGH", 1), finding("LOW", 1, exploitAvailable="YES")]})
        how, said = self.run_on(new, "--critical")
        self.assertEqual(how, 3)
        self.assertIn("2 findings, 2 critical", said)
        self.assertEqual(self.run_on(new)[0], 0)

    def test_json_has_a_row_for_each(self):
        rows = json.loads(self.run_on(json.dumps({"findings": [finding("HIGH", 31)]}), "--json")[1])
        self.assertEqual([(row["vulnerability"], row["overdue"]) for row in rows], [("CVE-2026-0001", True)])


if __name__ == "__main__":
    unittest.main()
