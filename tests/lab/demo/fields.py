#!/usr/bin/env python3
"""Makes src/demo/src/api/fields.txt: what the fields of Kubernetes' types are called, which numbers they have on the wire, and how
a strategic merge patch joins their lists. It takes the numbers from the .proto files and the merge keys from the Go types of the
module cache, and no text.

    fields.py [k8s.io/api VERSION] > src/demo/src/api/fields.txt

One message a line: its name, then NAME=NUMBER:TYPE for each field. Types: str int bool bytes double, or a message; `*` before it for
a list, `%` for a map, `^` where JSON has the fields of the message in the one around it. After it `0` if JSON leaves out a zero (which
the wire has), `@` if a patch merges the list (`@KEY` by this key), `!` if it keeps only the keys that `$retainKeys` names.
"""
import pathlib
import re
import subprocess
import sys

ROOTS = """
core.v1: Namespace Node Pod Service Endpoints ConfigMap Secret ServiceAccount Event PersistentVolume PersistentVolumeClaim
core.v1: LimitRange ResourceQuota ReplicationController Binding PodTemplate
apps.v1: Deployment ReplicaSet StatefulSet DaemonSet ControllerRevision
batch.v1: Job CronJob
autoscaling.v1: Scale
autoscaling.v2: HorizontalPodAutoscaler
policy.v1: PodDisruptionBudget Eviction
discovery.v1: EndpointSlice
coordination.v1: Lease
storage.v1: StorageClass
networking.v1: Ingress NetworkPolicy
rbac.v1: Role RoleBinding ClusterRole ClusterRoleBinding
authorization.v1: SelfSubjectAccessReview SelfSubjectRulesReview
authentication.v1: SelfSubjectReview
meta.v1: Status DeleteOptions PartialObjectMetadata PartialObjectMetadataList ListMeta CreateOptions WatchEvent
"""
SCALARS = {"string": "str", "int32": "int", "int64": "int", "uint32": "int", "bool": "bool", "bytes": "bytes", "double": "double"}
# where the name in JSON is not that of the .proto
NAMES = {"uID": "uid", "aPIGroup": "apiGroup"}


def read(folder):
    """messages by name, and of each Go struct: embedded types, merge strategies, and numbers that JSON leaves out if they are zero"""
    messages, inline, merges, zeros = {}, set(), {}, set()
    for line in (folder / "generated.proto").read_text().splitlines():
        line = line.strip()
        if m := re.match(r"message (\w+) \{", line):
            fields = messages[m[1]] = []
        elif m := re.match(r"(optional|repeated|required) ([.\w]+) (\w+) = (\d+);", line):
            fields.append((m[1] == "repeated" and "*" or "", m[2], m[3], int(m[4])))
        elif m := re.match(r"map<string, ([.\w]+)> (\w+) = (\d+);", line):
            fields.append(("%", m[1], m[2], int(m[3])))
    struct = None
    for path in folder.glob("*types.go"):
        for line in path.read_text().splitlines():
            if m := re.match(r"type (\w+) struct", line):
                struct = m[1]
            elif m := re.match(r"\s+(?:\w+\.)?(\w+) `json:\"\"", line):
                inline.add((struct, m[1]))
            elif m := re.match(r"\s+\w+\s+(?:int32|int64|bool)\s+`json:\"(\w+),omitempty", line):
                zeros.add((struct, m[1]))
            elif m := re.search(r"json:\"(\w+)[^`]*patchStrategy:\"([\w,]+)\"(?:[^`]*patchMergeKey:\"(\w+)\")?", line):
                how = m[2].split(",")
                merges[struct, m[1]] = ("@" + (m[3] or "") if "merge" in how else "") + ("!" if "retainKeys" in how else "")
    return messages, inline, merges, zeros


def main():
    version = sys.argv[1] if len(sys.argv) > 1 else "v0.37.2"
    cache = pathlib.Path(subprocess.check_output(["go", "env", "GOMODCACHE"], text=True).strip()) / "k8s.io"
    packages = {}

    def package(name):
        if name not in packages:
            if name == "meta.v1":
                folder = cache / f"apimachinery@{version}/pkg/apis/meta/v1"
            else:
                folder = cache / f"api@{version}" / name.replace(".", "/")
            packages[name] = read(folder)
        return packages[name]

    todo, done = [], {}
    for line in ROOTS.split("\n"):
        name, _, kinds = line.partition(": ")
        todo += [(name, kind) for kind in kinds.split()]
        if name and not name.startswith(("meta", "auth")):
            todo += [(name, kind + "List") for kind in kinds.split() if kind + "List" in package(name)[0]]
    while todo:
        name, kind = todo.pop()
        if (name, kind) in done:
            continue
        messages, inline, merges, zeros = package(name)
        words = done[name, kind] = []
        for shape, kind_of, field, number in messages[kind]:
            here = name
            if kind_of.startswith("."):
                kind_of = kind_of[1:]
            if m := re.match(r"k8s\.io\.(?:api|apimachinery\.pkg\.apis|apimachinery\.pkg)\.(.*)\.(\w+)$", kind_of):
                here, kind_of = m[1], m[2]
            if kind_of in SCALARS:
                written = SCALARS[kind_of]
            elif here in ("api.resource", "util.intstr", "runtime") or kind_of in ("Time", "MicroTime", "FieldsV1", "Duration", "Verbs"):
                written = kind_of
            elif list(messages.get(kind_of, [])) == [("*", "string", "items", 1)] or kind_of == "ExtraValue":
                written = "Strings"
            else:
                written = f"{here}.{kind_of}"
                todo.append((here, kind_of))
            if (kind, kind_of) in inline:
                shape = "^"
            field = NAMES.get(field, field)
            zero = "0" if (kind, field) in zeros else ""
            words.append(f"{field}={number}:{shape}{written}{zero}{merges.get((kind, field), '')}")
    for (name, kind), words in sorted(done.items()):
        print(f"{name}.{kind}", *words)


main()
