#!/bin/bash
# The lab: servers on loopback that the console is tried against, none of them ours.
#
#   lab.sh install            Python environments, kubectl and the control plane, into the cache
#   lab.sh aws DIR            AWS alone: moto with an estate in it (plain and behind TLS), microburst before it (faults), ministack
#   lab.sh kube DIR [NODES]   Kubernetes alone: a control plane, nodes, workloads
#   lab.sh up DIR             both, joined: the nodes are the estate's instances, the EKS endpoint is the control plane
#   lab.sh load DIR NODES PODS      Kubernetes alone with that many rows, at rest, for measuring
#   lab.sh env DIR            how to reach it, as lines of NAME=VALUE (`aws`, `kube` and `up` end with them)
#   lab.sh down DIR           stop all that runs in DIR, and remove it
#   lab.sh python NAME        only the Python environment of requirements/NAME.txt
#   lab.sh oracle DIR REGION… what boto3 says is there, as JSON
#
# Ports are free ones, chosen anew each time. Faults of the control plane: k8s/plane.sh, with DIR/kube as its directory.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/quarterdeck/lab
plane=$here/k8s/plane.sh
access=AKIAIOSFODNN7EXAMPLE secret=labsecret

fail() { echo "lab.sh: $*" >&2; exit 1; }

# What a bare Debian lacks.
debian() { # PROGRAM PACKAGE…
  command -v "$1" > /dev/null && return
  [ "$(id -u)" = 0 ] || fail "$1 is missing; install ${*:2}"
  apt-get update -qq > /dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${@:2}" > /dev/null
}

tools() {
  debian python3 python3 python3-venv
  debian openssl openssl
  debian curl curl
  debian setsid util-linux
  if ! python3 -c 'import ensurepip, venv' 2> /dev/null; then
    apt-get update -qq > /dev/null && apt-get install -qq -y python3-venv > /dev/null
  fi
}

environment() { # NAME: a Python environment that has what requirements-NAME.txt says
  local list=$here/requirements/$1.txt made
  made=$cache/venv-$1/made-$(sha256sum < "$list" | cut -c1-16)
  [ -f "$made" ] && return
  tools
  rm -rf "$cache/venv-$1"
  python3 -m venv "$cache/venv-$1"
  "$cache/venv-$1/bin/pip" install --quiet --disable-pip-version-check -r "$list"
  touch "$made"
}

# The control plane's own client: Debian has none, but the module that the control plane is built from has it.
kubectl_or_build() {
  if command -v kubectl > /dev/null; then return; fi
  local work
  work=$(mktemp -d)
  cp "$here"/k8s/go.* "$work"
  (cd "$here/k8s" && CGO_ENABLED=0 go build -mod=mod -modfile "$work/go.mod" -p 2 -trimpath -ldflags "-s -w" -o "$cache/kubectl" k8s.io/kubernetes/cmd/kubectl)
  rm -rf "$work"
}

aws_installed() { for name in moto ministack microburst proxy; do environment $name; done; }

free_port() { python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

serve() { # NAME PORT COMMAND…: start it, wait until it listens
  local name=$1 port=$2 i
  shift 2
  setsid "$@" > "$dir/$name.log" 2>&1 < /dev/null &
  echo $! > "$dir/$name.pid"
  for ((i = 0; i < 600; i++)); do
    (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null && return
    kill -0 "$(cat "$dir/$name.pid")" 2> /dev/null || break
    sleep 0.1
  done
  tail -n 20 "$dir/$name.log" >&2
  fail "$name did not come up on port $port"
}

tell() { echo "$1" >> "$dir/env"; }

# A certificate for loopback, signed by an authority that no machine trusts.
certificate() {
  mkdir -p "$dir/tls"
  local tls=$dir/tls
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=Lab authority" -keyout "$tls/ca.key" -out "$tls/ca.pem" 2> /dev/null
  openssl req -newkey rsa:2048 -nodes -subj "/CN=aws.lab" -keyout "$tls/server.key" -out "$tls/server.csr" 2> /dev/null
  printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\n' > "$tls/names"
  openssl x509 -req -in "$tls/server.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -CAcreateserial -days 2 -extfile "$tls/names" \
    -out "$tls/server.pem" 2> /dev/null
}

aws() {
  aws_installed
  certificate
  local moto ministack microburst secure
  moto=$(free_port) ministack=$(free_port) microburst=$(free_port) secure=$(free_port)
  LAB_EKS_ENDPOINTS=$dir/eks.json serve moto "$moto" "$cache/venv-moto/bin/python" "$here/aws/server.py" "$moto" \
    "$secure" "$dir/tls/server.pem" "$dir/tls/server.key"
  BIND_HOST=127.0.0.1 GATEWAY_PORT=$ministack MINISTACK_STATE_DIR=$dir/ministack serve ministack "$ministack" "$cache/venv-ministack/bin/ministack"
  serve microburst "$microburst" "$cache/venv-microburst/bin/microburst" --upstream "http://127.0.0.1:$moto" --port "$microburst"
  "$cache/venv-moto/bin/python" "$here/seed.py" "http://127.0.0.1:$moto" "$dir/estate.json"
  tell "MOTO_URL=http://127.0.0.1:$moto"
  tell "MINISTACK_URL=http://127.0.0.1:$ministack"
  tell "MICROBURST_URL=http://127.0.0.1:$microburst"
  # the same estate behind a certificate that only this authority vouches for; and a program that is an HTTP proxy
  tell "QD_LAB_TLS_URL=https://127.0.0.1:$secure"
  tell "QD_LAB_CA=$dir/tls/ca.pem"
  tell "QD_LAB_PROXY=$cache/venv-proxy/bin/proxy"
  tell "QD_LAB_ESTATE=$dir/estate.json"
  tell "AWS_ENDPOINT_URL=http://127.0.0.1:$moto"
  tell "AWS_ACCESS_KEY_ID=$access"
  tell "AWS_SECRET_ACCESS_KEY=$secret"
  tell "AWS_REGION=us-east-1"
  tell "AWS_DEFAULT_REGION=us-east-1"
  tell "AWS_EC2_METADATA_DISABLED=true"
  # nobody's own profiles take part
  : > "$dir/aws-config"
  tell "AWS_CONFIG_FILE=$dir/aws-config"
  tell "AWS_SHARED_CREDENTIALS_FILE=$dir/aws-config"
}

kube_env() {
  tell "KUBECONFIG=$dir/kube/kubeconfig"
  tell "QD_LAB_PLANE=$plane"
  tell "QD_LAB_KUBE=$dir/kube"
  tell "QD_LAB_VIEWER=$dir/kube/viewer.kubeconfig"
}

kube() {
  kubectl_or_build
  # whoever has the estate's keys comes in by an EKS token, made for STS itself or for one of the lab's endpoints
  EKS_CLUSTERS="shop-us-east-1 shop-us-west-2 shop-eu-west-1 batch-us-east-1" \
    EKS_KEYS="$access,$secret,arn:aws:sts::123456789012:assumed-role/OnCall/lab" \
    EKS_STS_HOSTS="$(sed -n 's#^M[OI].*_URL=http://##p' "$dir/env" | tr '\n' ' ')" \
    "$plane" up "$dir/kube" "$1" > /dev/null
  kube_env
}

join() { # the estate's first cluster: its nodegroups' instances become nodes, and it answers at the control plane
  "$cache/venv-moto/bin/python" - "$dir" << 'P' | kubectl --kubeconfig "$dir/kube/kubeconfig" apply -f - > "$dir/kube/log/nodes"
import base64, json, pathlib, re, sys

place = pathlib.Path(sys.argv[1])
server = re.search(r'server: "(.*?)"', (place / "kube/kubeconfig").read_text()).group(1)
authority = base64.b64encode((place / "kube/ca.crt").read_bytes()).decode()
(place / "eks.json").write_text(json.dumps({"*": {"endpoint": server, "ca": authority}}))
room = {"cpu": "4", "memory": "16Gi", "pods": "110"}
nodes = [
    {
        "apiVersion": "v1", "kind": "Node",
        "metadata": {"name": node["name"], "annotations": {"lab/ip": node["private_ip"]}, "labels": {
            "eks.amazonaws.com/nodegroup": node["nodegroup"], "kubernetes.io/arch": "amd64", "kubernetes.io/os": "linux",
            "kubernetes.io/hostname": node["name"], "node.kubernetes.io/instance-type": node["instance_type"],
            "topology.kubernetes.io/region": node["zone"][:-1], "topology.kubernetes.io/zone": node["zone"],
        }},
        "spec": {"providerID": f"aws:///{node['zone']}/{node['instance_id']}"},
        "status": {"allocatable": room, "capacity": room},
    }
    for node in json.loads((place / "estate.json").read_text())["us-east-1"]["nodes"]
]
print(json.dumps({"apiVersion": "v1", "kind": "List", "items": nodes}))
P
  kubectl --kubeconfig "$dir/kube/kubeconfig" wait --for=condition=Ready node --all --timeout=60s >> "$dir/kube/log/nodes"
}

enter() {
  [ -n "${1:-}" ] || fail "which directory?"
  mkdir -p "$1"
  dir=$(cd "$1" && pwd)
}

fresh() {
  enter "${1:-}"
  if [ -f "$dir/env" ]; then down; enter "$1"; fi
  tools
  : > "$dir/env"
  tell "QD_LAB_DIR=$dir"
}

down() {
  local file pid
  for file in "$dir"/*.pid; do
    [ -f "$file" ] || continue
    pid=$(cat "$file")
    kill "$pid" 2> /dev/null || continue
    # one that waits for its clients to hang up waits long
    for _ in {1..20}; do kill -0 "$pid" 2> /dev/null || continue 2; sleep 0.1; done
    kill -9 "$pid" 2> /dev/null || true
  done
  if [ -d "$dir/kube" ]; then "$plane" down "$dir/kube"; fi
  rm -rf "$dir"
}

mkdir -p "$cache"
export PATH=$PATH:$cache # where kubectl is, if it had to be built
case ${1:-} in
  python) environment "$2" ;;
  install) tools; aws_installed; kubectl_or_build; "$plane" build ;;
  aws) fresh "${2:-}"; aws; cat "$dir/env" ;;
  kube) fresh "${2:-}"; kube "${3:-3}"; "$plane" workloads "$dir/kube" > "$dir/kube/log/workloads"; cat "$dir/env" ;;
  up) fresh "${2:-}"; aws; kube 0; join; "$plane" workloads "$dir/kube" > "$dir/kube/log/workloads"; cat "$dir/env" ;;
  load) fresh "${2:-}"; kube 0; "$plane" load "$dir/kube" "$3" "$4"; cat "$dir/env" ;;
  env) enter "${2:-}"; cat "$dir/env" ;;
  down) enter "${2:-}"; down ;;
  oracle)
    enter "${2:-}"
    set -a
    # shellcheck source=/dev/null
    . "$dir/env"
    set +a
    exec "$here/oracle" "${@:3}" ;;
  *) sed -n '2,/^set/{/^#/s/^# \?//p}' "$0"; exit 2 ;;
esac
