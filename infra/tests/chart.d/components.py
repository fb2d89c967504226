"""What a schema cannot say of component documents and host tests.

components.py check DIR          names, sizes, parameters, recipes, host tests against what the components make
components.py shell DIR OUT      writes every shell script in the documents to OUT, for shellcheck
components.py file DIR PATH [PARAMETER=VALUE…]     prints the file that a component makes at PATH
components.py step DIR COMPONENT STEP [PARAMETER=VALUE…]   prints a step's commands
"""

import hashlib
import json
import pathlib
import re
import sys

import yaml

# what comes with the base image or with a package, and is not made by a component
FROM_PACKAGES = {
    "/etc/passwd",
    "/etc/shadow",
    "/usr/bin/containerd",
    "/usr/bin/kubelet",
    "/var/lib/aide/aide.db.gz",
    "/var/lib/clamav/daily.cvd",
}
UNITS_FROM_PACKAGES = {
    "sshd",
    "auditd",
    "nftables",
    "amazon-ssm-agent",
    "amazon-cloudwatch-agent",
    "fluent-bit",
    "clamav-freshclam",
}
ROLES = ("bastion", "jump", "node")


def documents(place):
    return {path.stem: (path, yaml.safe_load(path.read_text())) for path in sorted((place / "components").glob("*.yaml"))}


def steps(document):
    return [(phase["name"], step) for phase in document["phases"] for step in phase["steps"]]


def files(document):
    return {one["path"]: one for _, step in steps(document) if step["action"] == "CreateFile" for one in step["inputs"]}


def parameters(document):
    return {name: what for one in document.get("parameters", []) for name, what in one.items()}


def filled(text, values):
    return re.sub(r"\{\{ (\w+) \}\}", lambda hit: values.get(hit[1], "value"), text)


def commands(step, values):
    return "\n".join(filled(one, values) for one in step["inputs"]["commands"])


def wrong_documents(place):
    for name, (path, document) in documents(place).items():
        text = path.read_text()
        if document["name"] != name:
            yield f"{path.name} calls itself {document['name']}"
        # what Image Builder takes inline
        if len(text) > 16000:
            yield f"{name} has {len(text)} characters: more than 16,000 must come from S3"
        declared, used = set(parameters(document)), set(re.findall(r"\{\{ *(\w+) *\}\}", text))
        if used - declared:
            yield f"{name} uses {sorted(used - declared)}, which it does not declare"
        if declared - used - {"Role"}:
            yield f"{name} declares {sorted(declared - used)} and never uses it"
        if document["phases"][0]["name"] != "build" or not any(phase == "validate" for phase, _ in steps(document)):
            yield f"{name} builds and does not look at what it built"
        if len({step["name"] for _, step in steps(document)}) != len(steps(document)):
            yield f"{name} has two steps of one name"
        for _, step in steps(document):
            if step["action"] == "ExecuteBash" and not all(
                one.startswith(("set -euo pipefail", "/usr/local/sbin/goss ")) for one in step["inputs"]["commands"]
            ):
                yield f"{name}/{step['name']} goes on after an error"


def wrong_recipes(place):
    known = documents(place)
    recipes = json.loads((place / "recipes.json").read_text())
    if set(recipes) != set(ROLES):
        yield f"recipes for {sorted(recipes)}"
    for role, recipe in recipes.items():
        for name in set(known) ^ set(recipe["components"]):
            yield f"{role}: {name} is in the recipe or in components/, not in both"
        if recipe["components"][-1] != "verify":
            yield f"{role}: something is built after it was verified"
        if recipe["parameters"].get("Role") != role:
            yield f"{role} is built as {recipe['parameters'].get('Role')}"


def wrong_host_tests(place):
    made, text = {}, ""
    for path, document in documents(place).values():
        made |= files(document)
        text += path.read_text()
    tests = {path.stem: yaml.safe_load(path.read_text()) for path in (place / "goss").glob("*.yaml")}
    for role in ROLES:
        if "common.yaml" not in tests.get(role, {}).get("gossfile", {}):
            yield f"no host tests for {role}, or without those that hold for all"
    for name, test in tests.items():
        for path, wanted in test.get("file", {}).items():
            have = made.get(path)
            if not wanted["exists"] or path in FROM_PACKAGES:
                continue
            if have is None and path not in text and not path.startswith("/etc/ssh/ssh_host_"):
                yield f"goss/{name}: no component makes {path}"
            if have and wanted.get("mode", have.get("permissions")) != have.get("permissions"):
                yield f"goss/{name}: {path} is made with {have.get('permissions')}"
            for line in wanted.get("contents", []):
                if have and line not in have["content"].splitlines():
                    yield f"goss/{name}: {path} has no line {line}"
        for unit, wanted in test.get("service", {}).items():
            if wanted["enabled"] and unit not in UNITS_FROM_PACKAGES and f"/etc/systemd/system/{unit}" not in made:
                yield f"goss/{name}: nothing makes {unit}"
        kernel = made["/etc/sysctl.d/60-hardening.conf"]["content"] + text
        for key, wanted in test.get("kernel-param", {}).items():
            if f"{key} = {wanted['value']}" not in kernel:
                yield f"goss/{name}: nothing sets {key} to {wanted['value']}"
        for package, wanted in test.get("package", {}).items():
            if not re.search(rf"\b{re.escape(package)}\b", text):
                yield f"goss/{name}: no component speaks of the package {package} (installed: {wanted['installed']})"


def wrong_timers(place):
    times = 0
    for _, document in documents(place).values():
        for path, one in files(document).items():
            if path.endswith(".timer"):
                times += 1
                hours = re.search(r"OnCalendar=\*-\*-\* ([0-9,]+):", one["content"])
                if not hours or len(hours[1].split(",")) < 2:
                    yield f"{path} does not run several times a day"
                if path.replace(".timer", ".service") not in files(document):
                    yield f"{path} starts nothing"
    if times < 2:
        yield "integrity and malware are not both looked at by timers"


def wrong_sample(place):
    steps_of = dict((step["name"], step) for _, step in steps(documents(place)["antivirus"][1]))
    parts = re.search(r"printf '%s%s' '([^']*)' '([^']*)'", commands(steps_of["FindsTheTestFile"], {}))
    if hashlib.md5((parts[1] + parts[2]).encode()).hexdigest() != "44d88612fea8a8f36de82e1278abb02f":
        yield "the test file is not the one that every scanner knows"


def check(place):
    found = [
        one for look in (wrong_documents, wrong_recipes, wrong_host_tests, wrong_timers, wrong_sample) for one in look(place)
    ]
    print("\n".join(found))
    return 1 if found else 0


def shell(place, out):
    count = 0
    for name, (_, document) in documents(place).items():
        for _, step in steps(document):
            if step["action"] == "ExecuteBash":
                (out / f"{name}-{step['name']}.sh").write_text("#!/bin/bash\n" + commands(step, {}) + "\n")
                count += 1
        for path, one in files(document).items():
            if one["content"].startswith("#!/bin/bash"):
                (out / f"{name}-{pathlib.Path(path).name}.sh").write_text(one["content"])
                count += 1
    print(count)
    return 0 if count > 15 else 1


def main(words):
    place, values = pathlib.Path(words[1]), dict(word.split("=", 1) for word in words if "=" in word)
    if words[0] == "check":
        return check(place)
    if words[0] == "shell":
        return shell(place, pathlib.Path(words[2]))
    if words[0] == "file":
        for _, document in documents(place).values():
            if words[2] in files(document):
                print(filled(files(document)[words[2]]["content"], values), end="")
                return 0
        return 1
    for _, step in steps(documents(place)[words[2]][1]):
        if step["name"] == words[3]:
            print(commands(step, values))
            return 0
    return 1


sys.exit(main(sys.argv[1:]))
