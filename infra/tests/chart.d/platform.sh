# What the cluster needs before the app. Of eleven charts four come with Go modules and three are ours: those are rendered with our values,
# at the version that is pinned where the chart's own file names it (cert-manager's is stamped when it is published).
# Mirroring and installing is tried between registries on loopback and on the real API server.
# shellcheck shell=bash disable=SC2154
platform=$infra/platform
facts=$work/facts.json
export PLATFORM_LOCK=$work/lock.json

cat > "$facts" << 'J'
{"registry": "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop-lab", "cluster": "shop-lab-us-east-1", "region": "us-east-1",
 "vpc": "vpc-0123456789abcdef0", "authority": "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/0a1b2c3d-0000-0000-0000-000000000000",
 "secrets": "vault", "vault": "https://vault.shop-lab.internal:8200"}
J

made_up_lock() {
  "$venv/bin/python" - "$platform/images.json" << 'P' > "$PLATFORM_LOCK"
import hashlib, json, sys
print(json.dumps({n: {"from": s, "digest": "sha256:" + hashlib.sha256(n.encode()).hexdigest()} for n, s in json.load(open(sys.argv[1])).items()}))
P
}

# lists, values and lock speak of the same things
lists_agree() {
  "$venv/bin/python" - "$platform" "$infra/chart" "$blackbox_version" << 'P'
import json, pathlib, re, sys
place, chart = map(pathlib.Path, sys.argv[1:3])
images, releases = json.loads((place / "images.json").read_text()), json.loads((place / "releases.json").read_text())
files = {path.stem: path.read_text() for path in (place / "values").glob("*.yaml")}
wrong = [f"{n}: values without release or release without values" for n in set(files) ^ {r["name"] for r in releases}]
used = {name for text in files.values() for name in re.findall(r"\$\{digest:([a-z-]+)\}", text)}
used |= set(re.findall(r"repository: mirror/([a-z-]+)", (chart / "values.yaml").read_text()))
wrong += [f"{n}: mirrored and not used, or used and not mirrored" for n in used ^ set(images)]
for text in files.values():
    for tag, name in re.findall(r'tag: "([^@"]+)@\$\{digest:([a-z-]+)\}"', text):
        if images[name].rsplit(":", 1)[1] != tag:
            wrong.append(f"{name}: {tag} among the values, {images[name]} in the list")
wrong += [f"{n}: no version, or one that moves" for n, s in images.items() if not re.search(r":v?\d+\.\d+\.\d+$", s)]
if not images["blackbox-exporter"].endswith(":" + sys.argv[3]):
    wrong.append(f"blackbox-exporter: tried is {sys.argv[3]}, mirrored {images['blackbox-exporter']}")
wrong += [f"{r['name']}: {r.get('version')}" for r in releases if "local" not in r and not re.fullmatch(r"v?\d+\.\d+\.\d+", r["version"])]
order = [r["name"] for r in releases]
for first, then in (("cert-manager", "aws-privateca-issuer"), ("aws-privateca-issuer", "issuer"), ("secrets-store-csi-driver", "vault")):
    if order.index(first) > order.index(then):
        wrong.append(f"{then} comes before {first}")
print("\n".join(wrong))
sys.exit(bool(wrong))
P
}

chart_of() { # NAME: where its chart is
  case $1 in
    metrics-server) echo "$(module sigs.k8s.io/metrics-server@v0.9.0)/charts/metrics-server" ;;
    cert-manager) echo "$(module github.com/cert-manager/cert-manager@v1.21.2)/deploy/charts/cert-manager" ;;
    aws-privateca-issuer) echo "$(module github.com/cert-manager/aws-privateca-issuer@v1.9.2)/charts/aws-pca-issuer" ;;
    vault) module github.com/hashicorp/vault-helm@v0.34.1 ;;
    *) echo "$platform/charts/$1" ;;
  esac
}

as_pinned() { # NAME: the chart that is rendered is the one that is pinned
  local have want
  have=$(sed -n 's/^version: *//p' "$(chart_of "$1")/Chart.yaml")
  want=$(jq -r --arg name "$1" '.[] | select(.name == $name) | .version // empty' "$platform/releases.json")
  [ -z "$want" ] || [ "$have" = v0.0.0 ] || [ "$have" = "$want" ] || { echo "$1: rendered is $have, pinned $want"; return 1; }
}

by_digest() { # NAME: rendered with our values; every image is ours and by digest
  as_pinned "$1" || return 1
  "$platform/platform" values --facts "$facts" "$1" > "$work/values.yaml" &&
    helm template "$1" "$(chart_of "$1")" --kube-version "$kube_version" -n platform -f "$work/values.yaml" > "$work/platform-$1.yaml" || return 1
  "$venv/bin/python" - "$work/platform-$1.yaml" "${@:2}" << 'P'
import re, sys, yaml
found = []
def walk(thing):
    if isinstance(thing, dict):
        for key, value in thing.items():
            if key == "image" and isinstance(value, str): found.append(value)
            else: walk(value)
    elif isinstance(thing, list):
        for one in thing: walk(one)
for thing in yaml.safe_load_all(open(sys.argv[1])): walk(thing)
found = [one for one in found if one]
ours = re.compile(r"123456789012\.dkr\.ecr\.us-east-1\.amazonaws\.com/shop-lab/mirror/[a-z-]+(:[^@]+)?@sha256:[0-9a-f]{64}")
wrong = [one for one in found if not ours.fullmatch(one)]
print("\n".join(wrong) or f"{len(found)} images")
sys.exit(bool(wrong) or len(found) < int(sys.argv[2]))
P
}

registry() { # sets the variable NAME to the address of a new registry
  local port i
  port=$(free_ports 1)
  crane registry serve --address "127.0.0.1:$port" > "$work/registry-$1.log" 2>&1 &
  started+=($!)
  for ((i = 0; i < 100; i++)); do curl -sf "http://127.0.0.1:$port/v2/" > /dev/null && break; sleep 0.1; done
  declare -g "$1=127.0.0.1:$port"
}

# The world as seen from the mirror: every image with a layer of its own, and a chart repository
world() {
  local name source port
  registry outside && registry inside || return 1
  while read -r name source; do
    mkdir -p "$work/layer" && echo "$name" > "$work/layer/name" && tar -C "$work/layer" -cf "$work/layer.tar" name &&
      crane --insecure append -f "$work/layer.tar" -t "$outside/$source" || return 1
  done < <(entries "$platform/images.json")
  mkdir -p "$work/charts" "$work/made"
  while read -r name version; do
    helm create "$work/made/$name" > /dev/null &&
      helm package "$work/made/$name" --version "$version" -d "$work/charts" || return 1
  done < <(jq -r '.[] | select(.version) | "\(.name) \(.version)"' "$platform/releases.json")
  helm repo index "$work/charts" || return 1
  port=$(free_ports 1)
  python3 -m http.server --bind 127.0.0.1 -d "$work/charts" "$port" > /dev/null 2>&1 &
  started+=($!)
  export PLATFORM_CHARTS=http://127.0.0.1:$port PLATFORM_SOURCE=$outside/ PLATFORM_PLAIN_HTTP=1
  for ((i = 0; i < 50; i++)); do curl -sf "$PLATFORM_CHARTS/index.yaml" > /dev/null && return; sleep 0.1; done
}

mirrored() {
  rm -f "$PLATFORM_LOCK"
  "$platform/platform" mirror --registry "$inside/shop-lab" || return 1
  local name source
  while read -r name source; do
    mirrored_is "$name" "$(crane --insecure digest "$outside/$source")" || { echo "$name differs"; return 1; }
  done < <(entries "$platform/images.json")
  crane --insecure digest "$inside/shop-lab/charts/node-logs:$(sed -n 's/^version: //p' "$platform/charts/node-logs/Chart.yaml")" &&
    crane --insecure digest "$inside/shop-lab/charts/vault:0.34.1"
}
mirrored_is() { crane --insecure digest "$inside/shop-lab/mirror/$1@$2"; } # NAME DIGEST
locked_is() { [ "$(jq -r --arg name "$1" '.[$name].digest' "$PLATFORM_LOCK")" = "$2" ]; } # NAME DIGEST

again() {
  cp "$PLATFORM_LOCK" "$work/lock.before" && "$platform/platform" mirror --registry "$inside/shop-lab" && cmp "$PLATFORM_LOCK" "$work/lock.before"
}

move_a_tag() {
  first=$(jq -r '."metrics-server".digest' "$PLATFORM_LOCK")
  echo moved > "$work/layer/name" && tar -C "$work/layer" -cf "$work/layer.tar" name &&
    crane --insecure append -f "$work/layer.tar" -t "$outside/registry.k8s.io/metrics-server/metrics-server:v0.8.1"
}

# what was reviewed goes into an empty registry, although the world has something else under that tag
still_mirrored() {
  registry inside && ! "$platform/platform" mirror --registry "$inside/shop-lab" && mirrored_is metrics-server "$first" && locked_is metrics-server "$first" &&
    mirrored_is vault "$(jq -r .vault.digest "$PLATFORM_LOCK")"
}
taken_anew() {
  "$platform/platform" mirror --take --registry "$inside/shop-lab" || return 1
  local now
  now=$(crane --insecure digest "$outside/registry.k8s.io/metrics-server/metrics-server:v0.8.1")
  [ "$now" != "$first" ] && locked_is metrics-server "$now" && mirrored_is metrics-server "$now" && mirrored_is metrics-server "$first"
}
change_a_chart() {
  echo '# changed' >> "$work/made/vault/values.yaml" && helm package "$work/made/vault" --version 0.34.1 -d "$work/charts" && helm repo index "$work/charts" &&
    registry elsewhere
}

app_digests() {
  "$platform/platform" digests --registry 123456789012.dkr.ecr.us-east-1.amazonaws.com/shop-lab > "$work/digests.json" &&
    helm template shop "$infra/chart" --kube-version "$kube_version" -f "$infra/chart/values-dev.yaml" -f "$here/data/chart-values.yaml" \
      -f "$work/digests.json" | grep -F "mirror/nginx@$(jq -r .nginx.digest "$PLATFORM_LOCK")"
}

cluster() { control_plane 3 && kubectl create namespace platform && kubectl create namespace cert-manager; }

network_policy() { # true|false: as the add-on vpc-cni runs it
  kubectl apply -f - << Y
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: aws-node, namespace: kube-system}
spec:
  selector: {matchLabels: {k8s-app: aws-node}}
  template:
    metadata: {labels: {k8s-app: aws-node}}
    spec: {containers: [{name: aws-eks-nodeagent, image: agent, args: ["--enable-network-policy=$1"]}]}
Y
}

installs() { "$platform/platform" install --facts "$work/here.json" --only "$1"; }
runs_everywhere() { [ "$(kubectl -n node-logs get daemonset node-logs -o 'jsonpath={.status.numberAvailable}')" = 3 ]; }
taken() { kubectl apply --dry-run=server --server-side --force-conflicts -f "$work/platform-$1.yaml"; }

# GROUP "VERB RESOURCE"… -- "VERB RESOURCE"…: in the app's namespace, as somebody who is in that group and no other
may() {
  local want=yes said one
  for one in "${@:2}"; do
    [ "$one" = -- ] && { want=no; continue; }
    # shellcheck disable=SC2086
    said=$(kubectl auth can-i ${one/\// --subresource=} -n web --as=somebody --as-group="quarterdeck:$1" 2> /dev/null)
    [ "$said" = $want ] || { echo "$1: may $one? $said"; return 1; }
  done
}
elsewhere() { [ "$(kubectl auth can-i create deployments -n default --as=somebody --as-group=quarterdeck:deploy)" = no ]; }
restricted() {
  helm template shop "$infra/chart" --kube-version "$kube_version" -n web -f "$infra/chart/values-prod.yaml" -f "$here/data/chart-values.yaml" \
    -s templates/deployments.yaml | kubectl apply --dry-run=server -f - 2>&1 | tee "$work/warnings"
  grep -q 'deployment.apps/shop-app created' "$work/warnings" && ! grep -q 'would violate PodSecurity' "$work/warnings" &&
    ! kubectl -n web run bad --image=x --privileged --dry-run=server
}

scan_ours() { "$QD_CHECKOV" -f "$work/platform-$1.yaml" --framework kubernetes --skip-download --compact --quiet; }

{ flock 9; by_go crane "github.com/google/go-containerregistry/cmd/crane@$crane_version"; } 9> "$cache/infra/tools.lock"
check "images, releases, values and the app chart speak of the same versions" lists_agree
check "a lock" made_up_lock
check "metrics-server's chart with our values" by_digest metrics-server 1
check "cert-manager's chart with our values" by_digest cert-manager 4
check "the private CA issuer's chart with our values" by_digest aws-privateca-issuer 1
check "Vault's chart with our values" by_digest vault 2
check "our chart node-logs" by_digest node-logs 1
check "our chart issuer" by_digest issuer 0
check "our chart rights" by_digest rights 0
for name in node-logs rights; do check "checkov, $name" scan_ours "$name"; done
refused "node-logs by tag is refused" image helm template x "$platform/charts/node-logs" --kube-version "$kube_version" \
  --set image=x:1,cluster=c,region=us-east-1
echo '{"registry": "r"}' > "$work/poor.json"
refused "values with a fact missing are refused" "the facts say nothing of cluster" "$platform/platform" values --facts "$work/poor.json" node-logs
echo '{}' > "$PLATFORM_LOCK"
refused "values without a lock are refused" "run \`platform mirror\`" "$platform/platform" values --facts "$facts" node-logs
check "a world to mirror from" world
check "mirror: each image by its digest, each chart by its version" mirrored
check "mirroring again changes nothing" again
check "the app chart takes its digests from the lock" app_digests
check "a tag moves in the world" move_a_tag
refused "and is told" "the tag has moved" "$platform/platform" mirror --registry "$inside/shop-lab"
check "what was locked is mirrored all the same" still_mirrored
check "until somebody takes what is there now" taken_anew
check "a chart changes under its version" change_a_chart
refused "and is refused" "the chart has changed" "$platform/platform" mirror --registry "$elsewhere/shop-lab"
export KUBECONFIG=$work/plane/kubeconfig
sed "s#123456789012.dkr.ecr.us-east-1.amazonaws.com#$inside#" "$facts" > "$work/here.json"
check "a cluster" cluster
for name in metrics-server cert-manager aws-privateca-issuer vault; do check "the API server takes $name (dry run)" taken "$name"; done
refused "install stops where no add-on vpc-cni is" aws-node installs node-logs
check "an add-on without network policy" network_policy false
refused "install stops where network policy is off" "enforces no network policy" installs node-logs
check "an add-on with network policy" network_policy true
check "install node-logs out of the registry" installs node-logs
check "it runs on every node" runs_everywhere
check "install the issuer" installs issuer
check "install the rights" installs rights
check "who reads sees nodes, pods, logs, and no secret" may read "list nodes" "list pods" "get pods/log" -- "get secrets" "delete pods" "patch deployments"
check "who acts restarts, evicts, cordons, looks inside" may act "patch deployments" "delete pods" "create pods/eviction" "create pods/exec" "patch nodes" -- \
  "get secrets" "create deployments" "create clusterrolebindings" "delete nodes"
check "who deploys writes the app's objects in its namespace" may deploy "create deployments" "update secrets" "create certificates.cert-manager.io" -- \
  "create rolebindings" "create pods/exec" "patch nodes"
check "and in no other" elsewhere
check "the app's namespace takes none but restricted pods" restricted
refused "a release that nobody knows" "no release is called" installs nonsense
no_control_plane
unset KUBECONFIG PLATFORM_LOCK PLATFORM_CHARTS PLATFORM_SOURCE PLATFORM_PLAIN_HTTP
