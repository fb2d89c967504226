"""What the design promises of the application's pods, held against rendered manifests.

promises.py FILE…               every promise must hold in every file
promises.py --list              names of the planted violations
promises.py --plant NAME FILE   plants it, and succeeds only if a promise is broken by it and by nothing else
"""

import copy
import functools
import pathlib
import re
import sys

import yaml


def pods(objects):
    for thing in objects:
        if thing["kind"] == "Deployment":
            yield thing, thing["spec"]["template"]["spec"]


def containers(spec):
    return spec.get("initContainers", []) + spec["containers"]


def named(objects, kind):
    return {thing["metadata"]["name"]: thing for thing in objects if thing["kind"] == kind}


def images_by_digest(objects):
    for thing, spec in pods(objects):
        for one in containers(spec):
            if not re.fullmatch(r"[^@:]+@sha256:[0-9a-f]{64}", one["image"]):
                yield f"{thing['metadata']['name']}/{one['name']}: {one['image']}"


def nothing_is_writable_or_privileged(objects):
    for thing, spec in pods(objects):
        for one in containers(spec):
            security = one.get("securityContext", {})
            wanted = {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "runAsNonRoot": True,
                "capabilities": {"drop": ["ALL"]},
                "seccompProfile": {"type": "RuntimeDefault"},
            }
            if security != wanted:
                yield f"{thing['metadata']['name']}/{one['name']}: {security}"
        if any(spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")) or any("hostPath" in v for v in spec["volumes"]):
            yield f"{thing['metadata']['name']} shares something of the host"
        if spec.get("automountServiceAccountToken") is not False:
            yield f"{thing['metadata']['name']} holds a token of the API"


def every_container_is_probed_and_bounded(objects):
    for thing, spec in pods(objects):
        for one in containers(spec):
            missing = {"startupProbe", "readinessProbe", "livenessProbe"} - one.keys()
            limits = one["resources"].get("limits", {})
            if missing or limits.keys() != {"cpu", "memory", "ephemeral-storage"}:
                yield f"{thing['metadata']['name']}/{one['name']}: {sorted(missing)} {limits}"


def collectors_ride_in_every_pod(objects):
    for thing, spec in pods(objects):
        component = thing["metadata"]["labels"]["app.kubernetes.io/component"]
        wanted = {"proxy": {"fluent-bit", "collector"}, "app": {"fluent-bit", "collector", "gate"}, "synthetic": {"collector"}}[
            component
        ]
        have = {one["name"] for one in spec["initContainers"] if one.get("restartPolicy") == "Always"}
        if not wanted <= have:
            yield f"{thing['metadata']['name']}: {sorted(wanted - have)}"


def a_pod_per_zone(objects):
    scalers = {
        thing["spec"]["scaleTargetRef"]["name"]: thing["spec"] for thing in objects if thing["kind"] == "HorizontalPodAutoscaler"
    }
    for thing, spec in pods(objects):
        name = thing["metadata"]["name"]
        spread = [one for one in spec["topologySpreadConstraints"] if one["topologyKey"] == "topology.kubernetes.io/zone"]
        labels = thing["spec"]["template"]["metadata"]["labels"].items()
        if not spread or spread[0]["maxSkew"] != 1 or spread[0]["whenUnsatisfiable"] != "DoNotSchedule":
            yield f"{name} is not spread over the zones"
        elif not spread[0]["labelSelector"]["matchLabels"].items() <= labels:
            yield f"{name} is spread against pods that are not its own"
        apart = spec["affinity"]["podAntiAffinity"].get("requiredDuringSchedulingIgnoredDuringExecution", [])
        if not any(one["topologyKey"] == "kubernetes.io/hostname" for one in apart):
            yield f"{name}: two may share a host"
        stable = thing["metadata"]["labels"]["track"] == "stable" and not name.endswith("synthetic")
        if stable and ("replicas" in thing["spec"] or scalers[name]["minReplicas"] < spread[0]["minDomains"] + 1):
            yield f"{name}: fewer than a pod per zone"
        if stable and thing["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] != 0:
            yield f"{name}: a rollout takes capacity away"


def disruption_is_bounded(objects):
    budgets = [thing["spec"] for thing in objects if thing["kind"] == "PodDisruptionBudget"]
    for thing, _ in pods(objects):
        labels = thing["spec"]["template"]["metadata"]["labels"]
        stable = labels["track"] == "stable" and labels["app.kubernetes.io/component"] != "synthetic"
        held = [one for one in budgets if one["selector"]["matchLabels"].items() <= labels.items()]
        if stable and not any(one.get("maxUnavailable") == 1 for one in held):
            yield thing["metadata"]["name"]


def traffic_is_named(objects):
    policies = [thing["spec"] for thing in objects if thing["kind"] == "NetworkPolicy"]
    for thing, _ in pods(objects):
        labels = thing["spec"]["template"]["metadata"]["labels"]
        held = [one for one in policies if one["podSelector"]["matchLabels"].items() <= labels.items()]
        if not any(
            set(one["policyTypes"]) == {"Ingress", "Egress"} and not one.get("ingress") and not one.get("egress") for one in held
        ):
            yield f"{thing['metadata']['name']}: what is not named is let through"
    for one in policies:
        for rule in one.get("ingress", []) + one.get("egress", []):
            if not rule.get("ports") or not (rule.get("from") or rule.get("to")):
                yield f"a rule that names no port or no peer: {rule}"
            if any(peer.get("ipBlock", {}).get("cidr") == "0.0.0.0/0" for peer in rule.get("from", []) + rule.get("to", [])):
                yield "a rule for the whole world"


def configuration_is_named_by_content(objects):
    configs = named(objects, "ConfigMap")
    for name, thing in configs.items():
        if thing.get("immutable") is not True:
            yield f"{name} can be changed"
    for thing, spec in pods(objects):
        wanted = {v["configMap"]["name"] for v in spec["volumes"] if "configMap" in v}
        wanted |= {f["configMapRef"]["name"] for one in containers(spec) for f in one.get("envFrom", []) if "configMapRef" in f}
        for name in wanted:
            if name not in configs or not re.search(r"-[0-9a-f]{10}$", name):
                yield f"{thing['metadata']['name']}: {name}"
        classes = {v["csi"]["volumeAttributes"]["secretProviderClass"] for v in spec["volumes"] if "csi" in v}
        if not classes <= named(objects, "SecretProviderClass").keys() or any(
            not re.search(r"-[0-9a-f]{10}$", name) for name in classes
        ):
            yield f"{thing['metadata']['name']}: {classes}"


def no_secret_is_in_the_release(objects):
    for name in named(objects, "Secret"):
        yield name


def template_of(usages):
    """As aws-privateca-issuer chooses: one for just these two, one for each alone, and for all else one that takes what is asked."""
    named = {
        ("client auth", "server auth"): "EndEntityCertificate",
        ("server auth",): "EndEntityServerAuthCertificate",
        ("client auth",): "EndEntityClientAuthCertificate",
        ("code signing",): "CodeSigningCertificate",
        ("ocsp signing",): "OCSPSigningCertificate",
    }
    return named.get(tuple(sorted(usages)), "BlankEndEntityCertificate_APICSRPassthrough")


@functools.cache
def templates_allowed():
    """What the role of the issuer may sign with, in the stack cluster."""
    infra = pathlib.Path(__file__).resolve().parents[2]
    return re.findall(r":::template/(\w+)/V\*", (infra / "stacks" / "cluster" / "identity.tf").read_text())


def hosts_know_each_other_by_certificate(objects):
    made = {thing["spec"]["secretName"]: thing["spec"] for thing in objects if thing["kind"] == "Certificate"}
    for thing, spec in pods(objects):
        mounted = [v["secret"]["secretName"] for v in spec["volumes"] if "secret" in v]
        if not any(name in made for name in mounted):
            yield f"{thing['metadata']['name']} has no certificate"
    for name, spec in made.items():
        # which template the issuer takes is a matter of the usages; its role is refused any other
        if template_of(spec["usages"]) not in templates_allowed():
            yield f"{name}: by {spec['usages']} the issuer takes {template_of(spec['usages'])}, and may take {templates_allowed()}"
    for name, thing in named(objects, "ConfigMap").items():
        if "gate.conf" in thing["data"] and "ssl_verify_client on;" not in thing["data"]["gate.conf"]:
            yield f"{name}: the gate lets anybody in"
        if "common.conf" in thing["data"] and "proxy_ssl_verify on;" not in thing["data"]["common.conf"]:
            yield f"{name}: nginx asks whoever answers"


def the_canary_is_behind_the_same_service(objects):
    services = named(objects, "Service")
    for thing, _ in pods(objects):
        labels = thing["spec"]["template"]["metadata"]["labels"]
        if labels["track"] != "canary":
            continue
        component = labels["app.kubernetes.io/component"]
        both = next(s for s in services.values() if s["metadata"]["name"].endswith(f"-{component}"))
        if not both["spec"]["selector"].items() <= labels.items() or "track" in both["spec"]["selector"]:
            yield f"{thing['metadata']['name']} gets no share of the traffic"
        asked = f"-{component}-canary."
        if not any(asked in c["data"].get("collector-synthetic.yaml", "") for c in named(objects, "ConfigMap").values()):
            yield f"nobody asks {thing['metadata']['name']}"


PROMISES = [
    images_by_digest,
    nothing_is_writable_or_privileged,
    every_container_is_probed_and_bounded,
    collectors_ride_in_every_pod,
    a_pod_per_zone,
    disruption_is_bounded,
    traffic_is_named,
    configuration_is_named_by_content,
    no_secret_is_in_the_release,
    hosts_know_each_other_by_certificate,
    the_canary_is_behind_the_same_service,
]


def app(objects):
    return named(objects, "Deployment")["shop-app"]["spec"]


def secret(objects):
    objects.append({"kind": "Secret", "metadata": {"name": "leak"}})


def without(objects, kind, name):
    objects[:] = [thing for thing in objects if (thing["kind"], thing["metadata"]["name"]) != (kind, name)]


def gate(objects):
    for thing in named(objects, "ConfigMap").values():
        if "gate.conf" in thing["data"]:
            thing["data"]["gate.conf"] = thing["data"]["gate.conf"].replace("ssl_verify_client on", "ssl_verify_client optional")


PLANTS = {
    "an image by tag": (images_by_digest, lambda o: app(o)["template"]["spec"]["containers"][0].update(image="registry/app:1.2")),
    "a capability kept": (
        nothing_is_writable_or_privileged,
        lambda o: app(o)["template"]["spec"]["initContainers"][0]["securityContext"].update(capabilities={"add": ["NET_RAW"]}),
    ),
    "the host's network": (nothing_is_writable_or_privileged, lambda o: app(o)["template"]["spec"].update(hostNetwork=True)),
    "a container without a probe": (
        every_container_is_probed_and_bounded,
        lambda o: app(o)["template"]["spec"]["containers"][0].pop("livenessProbe"),
    ),
    "a pod without Fluent Bit": (collectors_ride_in_every_pod, lambda o: app(o)["template"]["spec"]["initContainers"].pop(0)),
    "zones as a wish only": (
        a_pod_per_zone,
        lambda o: app(o)["template"]["spec"]["topologySpreadConstraints"][0].update(whenUnsatisfiable="ScheduleAnyway"),
    ),
    "a fixed number of replicas beside the autoscaler": (a_pod_per_zone, lambda o: app(o).update(replicas=1)),
    "no disruption budget": (disruption_is_bounded, lambda o: without(o, "PodDisruptionBudget", "shop-app")),
    "no default refusal": (traffic_is_named, lambda o: without(o, "NetworkPolicy", "shop-nothing")),
    "a policy for the whole world": (
        traffic_is_named,
        lambda o: named(o, "NetworkPolicy")["shop-app"]["spec"]["egress"][0].update(to=[{"ipBlock": {"cidr": "0.0.0.0/0"}}]),
    ),
    "configuration that can be changed": (
        configuration_is_named_by_content,
        lambda o: next(iter(named(o, "ConfigMap").values())).pop("immutable"),
    ),
    "a secret in the release": (no_secret_is_in_the_release, secret),
    "a gate that asks for no certificate": (hosts_know_each_other_by_certificate, gate),
    "a certificate that the authority would refuse": (
        hosts_know_each_other_by_certificate,
        lambda o: named(o, "Certificate")["shop-app"]["spec"]["usages"].append("digital signature"),
    ),
    "a canary behind a service of its own": (
        the_canary_is_behind_the_same_service,
        lambda o: named(o, "Service")["shop-app"]["spec"]["selector"].update(track="stable"),
    ),
}


def broken(objects):
    return {promise: found for promise in PROMISES if (found := list(promise(objects)))}


def load(path):
    return [thing for thing in yaml.safe_load_all(open(path)) if thing]


def main(words):
    if words[:1] == ["--list"]:
        print("\n".join(PLANTS))
        return 0
    if words[:1] == ["--plant"]:
        promise, plant = PLANTS[words[1]]
        objects = copy.deepcopy(load(words[2]))
        plant(objects)
        found = broken(objects)
        print({one.__name__: why for one, why in found.items()})
        return 0 if list(found) == [promise] else 1
    wrong = 0
    for path in words:
        objects = load(path)
        assert len(list(pods(objects))) >= 3, f"{path}: hardly anything in it"
        for promise, found in broken(objects).items():
            for one in found:
                print(f"{path}: {promise.__name__}: {one}")
                wrong = 1
    return wrong


sys.exit(main(sys.argv[1:]))
