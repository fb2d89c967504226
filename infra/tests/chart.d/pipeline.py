"""What must be true of the pipeline, and what GitLab's schema cannot say.

    pipeline.py EXPANDED.yml INFRA CSV_PUSH CSV_MERGE CSV_DAILY CSV_ROLLOUT

EXPANDED is the whole configuration with includes and extends resolved, each CSV the jobs of one kind of pipeline, both by
gitlab-ci-local.
"""

import csv
import pathlib
import re
import sys

import yaml


KEY = r"AWS_(SECRET_)?ACCESS_KEY|AWS_SESSION_TOKEN|KUBE_TOKEN|PASSWORD="


def needs_of(jobs, name, seen=()):
    """Everything that a job waits for, however far back."""
    found = set()
    for one in jobs[name].get("needs") or []:
        one = one["job"] if isinstance(one, dict) else one
        found |= {one} | (needs_of(jobs, one, (*seen, name)) if one not in seen else set())
    return found


def text_of(job):
    return "\n".join(str(line) for part in ("before_script", "script", "after_script") for line in job.get(part) or [])


def fleet_of(name, job):
    """The fleet that a job has to run on: only one of them can become the deployer, another lets jobs make namespaces."""
    if "AWS_PROFILE=deploy" in text_of(job):
        return "-deploy"
    return "-build" if re.search(r"buildah |image build|infra/tests/check", text_of(job)) else ""


def seconds(said):
    """As GitLab writes times: 2 hours 15 minutes, 1h55m."""
    units = {"h": 3600, "m": 60, "s": 1}
    return sum(int(count) * units[unit] for count, unit in re.findall(r"(\d+) ?([hms])", said))


def wrong(jobs, infra, push, merge, schedule, rollout):
    for name, job in jobs.items():
        image = job.get("image", {})
        image = image.get("name", "") if isinstance(image, dict) else image
        if not re.fullmatch(r"\$REGISTRY/\S+@\$[A-Z_]+_DIGEST", image):
            yield f"{name} runs in {image or 'any image'}, not in one of ours by digest"
        environment = job.get("variables", {}).get("ENVIRONMENT", "dev")
        # where a matrix says which environment, its name stands for it
        whose = "$ENVIRONMENT" if "parallel" in job else environment
        tags = [tag if "parallel" in job else tag.replace("$ENVIRONMENT", environment) for tag in job.get("tags", [])]
        if tags != [f"estate-{whose}{fleet_of(name, job)}"]:
            yield f"{name} runs on {tags}"
        if re.search(KEY, str(job)):
            yield f"{name} knows a long-lived key"
        if any(word in text_of(job) for word in ("| sh", "curl http", ":latest", "allow_failure")):
            yield f"{name} fetches or tolerates what it should not"
        for script in re.findall(r"infra/(?:ci|platform|images|tests)/[\w/.-]+", text_of(job)):
            if not (infra.parent / script).exists() and "$" not in script:
                yield f"{name} runs {script}, which is not there"

    deploying = {name for name, job in jobs.items() if "release promote" in text_of(job) and name != "copy"}
    regions = {path.parent.name: set() for path in infra.glob("env/*/common.tfvars")}
    for path in infra.glob("env/*/us-*.tfvars"):
        regions[path.parent.name].add(path.stem)
    have = {env: set() for env in regions}
    for name in deploying:
        variables = jobs[name]["variables"]
        have.setdefault(variables["ENVIRONMENT"], set()).add(variables["REGION"])
        text = text_of(jobs[name])
        order = ("release require", "image take", "vulnerabilities image", "release canary", "release watch", "release promote")
        steps = [text.find(step) for step in (*order, "release watch $WHERE --alarm service", "release pass")]
        if -1 in steps or steps != sorted(steps):
            yield f"{name}: not require, take, vulnerabilities, canary, watch, promote, watch, pass in this order"
        if "release abort" not in "\n".join(jobs[name].get("after_script") or []):
            yield f"{name} leaves a canary behind when it is interrupted"
        if not jobs[name].get("resource_group") or jobs[name].get("interruptible"):
            yield f"{name} may run twice at a time, or be cut off"
        if not {"build", "image-scan", "unit", "lint", "static-analysis", "dependencies", "infrastructure"} <= needs_of(
            jobs, name
        ):
            yield f"{name} does not wait for {sorted({'image-scan', 'unit', 'lint', 'static-analysis'} - needs_of(jobs, name))}"
    for env, wanted in regions.items():
        if have.get(env) != wanted:
            yield f"{env} has the regions {sorted(wanted)}, the pipeline deploys to {sorted(have.get(env, []))}"
        for task in ("drift", "deadlines", "mirror", "packages"):
            if not any(re.match(rf"{task}: \[{env}\b", one) for one in schedule):
                yield f"{task} of {env} is on nobody's schedule"
    for name in deploying:
        env = jobs[name]["variables"]["ENVIRONMENT"]
        before = {"test": "dev", "prod": "test"}.get(env, "")
        if jobs[name]["variables"]["BEFORE"] != before:
            yield f"{name} follows {jobs[name]['variables']['BEFORE'] or 'nothing'}"
        registries = {part: f"$REGISTRY_{(of or env).upper()}" for part, of in (("REGISTRY", env), ("FROM", before))}
        if any(jobs[name]["variables"][part] != wanted for part, wanted in registries.items()):
            yield f"{name} takes from {jobs[name]['variables']['FROM']} into {jobs[name]['variables']['REGISTRY']}"
        after, whole = (seconds(jobs[name]["variables"][key]) for key in ("RUNNER_AFTER_SCRIPT_TIMEOUT", "RUNNER_SCRIPT_TIMEOUT"))
        if after + whole > seconds(jobs[name]["timeout"]) or whole < 60 * (60 + int(jobs[name]["variables"]["BAKE_MINUTES"])):
            yield f"{name} has no time for its canary, or for taking it back"
        if before and not {one for one in deploying if jobs[one]["variables"]["ENVIRONMENT"] == before} <= needs_of(jobs, name):
            yield f"{name} does not wait for all of {before}"
        if env == "prod":
            asked = [one for one in needs_of(jobs, name) if one.startswith("prod") and push[one]["when"] == "manual"]
            if not asked:
                yield f"{name}: nobody is asked"
    builds = [name for name, job in jobs.items() if re.search(r"buildah (build|bud) |image build", text_of(job))]
    if builds != ["build"]:
        yield f"built in {builds}: once is enough"
    if any(jobs[name]["variables"].get("ENVIRONMENT") in ("test", "prod") for name in merge if "variables" in jobs.get(name, {})):
        yield "a merge request reaches test or prod"
    if jobs["copy"]["environment"].get("on_stop") != "copy:end" or "auto_stop_in" not in jobs["copy"]["environment"]:
        yield "a copy does not end by itself"
    if {name.split(":")[0] for name in schedule} != {"deadlines", "drift", "mirror", "packages"}:
        yield f"a day's schedule runs {sorted(schedule)}"
    if not deploying <= rollout.keys() or any(rollout[name]["when"] == "manual" for name in deploying):
        yield f"a rollout leaves out {sorted(deploying - rollout.keys())}"


def rows(path):
    lines = [line for line in pathlib.Path(path).read_text().splitlines() if line.count(";") >= 5]
    return {row["name"]: row for row in csv.DictReader(lines, delimiter=";")}


def main(expanded, infra, *lists):
    whole = yaml.safe_load(pathlib.Path(expanded).read_text())
    jobs = {name: job for name, job in whole.items() if isinstance(job, dict) and "script" in job and not name.startswith(".")}
    found = ["a long-lived key among the variables"] if re.search(KEY, str(whole.get("variables"))) else []
    found += list(wrong(jobs, pathlib.Path(infra).resolve(), *map(rows, lists)))
    print("\n".join(found) or f"{len(jobs)} jobs")
    return 1 if found or len(jobs) < 20 else 0


sys.exit(main(*sys.argv[1:]))
