#!/bin/bash
# A real Kubernetes control plane on loopback, without containers; kwok stands in for every node's kubelet.
#
#   plane.sh build                     build it into the cache (some 6 minutes on 2 cores the first time, then at once)
#   plane.sh up DIR [NODES]            start on free ports; writes DIR/kubeconfig (all rights), DIR/viewer.kubeconfig (few)
#   plane.sh workloads DIR             deployments that run, crash, cannot be pulled; and one of each other kind
#   plane.sh node DIR NAME ZONE INSTANCE_ID [IP]    one more node, joined to an instance
#   plane.sh load DIR NODES PODS       many rows, fast; stops kwok and the controllers first, so that nothing moves after
#   plane.sh stop|start DIR PART       PART: etcd apiserver controller-manager scheduler kwok tokens
#   plane.sh freeze|thaw DIR PART      SIGSTOP, SIGCONT: a server that takes connections and never answers
#   plane.sh compact DIR               forget etcd's history and start the API server anew: an old version gets 410
#   plane.sh down DIR                  stop all; DIR stays
#
# For EKS's tokens, with `up`:  EKS_CLUSTERS="NAME…"  EKS_KEYS="ACCESS,SECRET,ARN…"  EKS_STS_HOSTS="HOST:PORT…"
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/quarterdeck/lab
kube=v1.37.2 kwok=v0.8.0
export PATH=$PATH:$cache # where kubectl is, if it had to be built
parts=(kwok scheduler controller-manager apiserver tokens etcd) # in the order in which they are stopped

fail() { echo "plane.sh: $*" >&2; exit 1; }

build() {
  local version=k8s.io/component-base/version made
  made=$cache/plane-$(cat "$here"/*.go "$here"/go.* | sha256sum | cut -c1-16)-$kube-kwok-$kwok
  [ -f "$made" ] && return
  command -v go > /dev/null || fail "go is not installed (1.26 or later is wanted)"
  mkdir -p "$cache"
  (cd "$here" && CGO_ENABLED=0 go build -mod=readonly -p 2 -trimpath -o "$cache/plane.new" \
    -ldflags "-s -w -X $version.gitVersion=$kube -X $version.gitMajor=1 -X $version.gitMinor=${kube:3:2}" .)
  GOBIN=$cache CGO_ENABLED=0 go install -p 2 -trimpath -ldflags "-s -w" "sigs.k8s.io/kwok/cmd/kwok@$kwok"
  mv "$cache/plane.new" "$cache/plane"
  touch "$made"
}

# DIR holds all that one cluster is: ports, certificates, etcd's data, pids, logs.
enter() {
  [ -n "${1:-}" ] || fail "which directory?"
  mkdir -p "$1/pid" "$1/log"
  cd "$1"
  dir=$PWD
  [ -f ports ] || free_ports > ports
  # shellcheck source=/dev/null
  . ./ports
}

free_ports() {
  python3 - <<'P'
import socket
names = "api etcd peer controllers scheduler kubelet tokens".split()
held = [socket.create_server(("127.0.0.1", 0)) for _ in names]
for name, one in zip(names, held):
    print(f"{name}_port={one.getsockname()[1]}")
P
}

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }

certificate() { # NAME SUBJECT EXTENSIONS
  key "$1"
  openssl req -new -key "$1.key" -subj "$2" -out "$1.csr"
  openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -extfile <(echo "$3") -out "$1.crt"
  rm "$1.csr"
}

certificates() {
  [ -f sa.pub ] && return
  key ca
  openssl req -x509 -new -key ca.key -subj /CN=lab -days 30 -out ca.crt
  # the names behind loopback's are those by which an EKS endpoint is reached through a tunnel
  local region names="IP:127.0.0.1,DNS:localhost,DNS:kubernetes.default.svc,DNS:*.eks.lab"
  for region in us-east-1 us-west-2 eu-west-1; do names+=",DNS:*.gr7.$region.eks.amazonaws.com"; done
  certificate server /CN=kube-apiserver "subjectAltName=$names"
  certificate admin /O=system:masters/CN=admin extendedKeyUsage=clientAuth
  certificate controller-manager /O=system:masters/CN=system:kube-controller-manager extendedKeyUsage=clientAuth
  certificate scheduler /O=system:masters/CN=system:kube-scheduler extendedKeyUsage=clientAuth
  certificate viewer /O=lab:viewers/CN=viewer extendedKeyUsage=clientAuth
  key sa
  openssl ec -in sa.key -pubout -out sa.pub
  local who
  for who in admin controller-manager scheduler viewer; do
    kubeconfig "https://127.0.0.1:$api_port" "certificate-authority-data: $(base64 -w0 ca.crt)" \
      "client-certificate-data: $(base64 -w0 $who.crt), client-key-data: $(base64 -w0 $who.key)" > $who.kubeconfig
  done
  cp admin.kubeconfig kubeconfig
  kubeconfig "http://127.0.0.1:$tokens_port" "insecure-skip-tls-verify: false" "" > tokens.kubeconfig
}

kubeconfig() { # SERVER CLUSTER_FIELDS USER_FIELDS
  cat <<K
apiVersion: v1
kind: Config
current-context: lab
clusters: [{name: lab, cluster: {server: "$1", $2}}]
users: [{name: lab, user: {$3}}]
contexts: [{name: lab, context: {cluster: lab, user: lab}}]
K
}

command_of() { # fills the array `run`
  local url=http://127.0.0.1
  local client=(--leader-elect=false --bind-address 127.0.0.1 --kube-api-qps 1000 --kube-api-burst 2000 --cert-dir "$dir" -v 0)
  case $1 in
    etcd) run=("$cache/plane" etcd --data-dir "$dir/etcd" --unsafe-no-fsync --log-level error --quota-backend-bytes 4294967296
      --listen-client-urls "$url:$etcd_port" --advertise-client-urls "$url:$etcd_port"
      --listen-peer-urls "$url:$peer_port" --initial-advertise-peer-urls "$url:$peer_port" --initial-cluster "default=$url:$peer_port") ;;
    apiserver) run=("$cache/plane" apiserver --etcd-servers "$url:$etcd_port" --bind-address 127.0.0.1 --secure-port "$api_port"
      --tls-cert-file server.crt --tls-private-key-file server.key --client-ca-file ca.crt --cert-dir "$dir"
      --authorization-mode Node,RBAC --disable-admission-plugins ServiceAccount --endpoint-reconciler-type none
      --service-cluster-ip-range 10.96.0.0/16 --service-account-issuer https://kubernetes.default.svc
      --service-account-key-file sa.pub --service-account-signing-key-file sa.key
      --kubelet-client-certificate admin.crt --kubelet-client-key admin.key --kubelet-preferred-address-types InternalDNS
      --authentication-token-webhook-config-file tokens.kubeconfig --authentication-token-webhook-version v1
      --authentication-token-webhook-cache-ttl 10s
      --max-requests-inflight 0 --max-mutating-requests-inflight 0 --enable-priority-and-fairness=false -v 0) ;;
    controller-manager) run=("$cache/plane" controller-manager --kubeconfig controller-manager.kubeconfig --secure-port "$controllers_port"
      --root-ca-file ca.crt --service-account-private-key-file sa.key --concurrent-deployment-syncs 20 --concurrent-replicaset-syncs 20
      "${client[@]}") ;;
    scheduler) run=("$cache/plane" scheduler --kubeconfig scheduler.kubeconfig --secure-port "$scheduler_port" "${client[@]}") ;;
    kwok) run=("$cache/kwok" --kubeconfig admin.kubeconfig --config kwok.yaml --manage-all-nodes --node-ip 127.0.0.1 --cidr 10.30.0.0/16
      --server-address "127.0.0.1:$kubelet_port" --node-port "$kubelet_port" --node-lease-duration-seconds 200
      --tls-cert-file server.crt --tls-private-key-file server.key) ;;
    tokens)
      local word
      run=("$cache/plane" tokens -listen "127.0.0.1:$tokens_port")
      for word in ${EKS_CLUSTERS:-}; do run+=(-cluster "$word"); done
      for word in ${EKS_KEYS:-}; do run+=(-key "$word"); done
      for word in ${EKS_STS_HOSTS:-}; do run+=(-sts-host "$word"); done ;;
    *) fail "no part is called $1 (there are: ${parts[*]})" ;;
  esac
}

start() {
  runs "$1" && return
  # as it was first started, whatever the environment is now
  if [ ! -f "$1.command" ]; then
    local run
    command_of "$1"
    printf '%q ' "${run[@]}" > "$1.command"
  fi
  eval "exec setsid $(cat "$1.command")" >> "log/$1" 2>&1 < /dev/null &
  echo $! > "pid/$1"
}

runs() { [ -f "pid/$1" ] && kill -0 "$(cat "pid/$1")" 2> /dev/null; }

stop() {
  if runs "$1"; then
    local pid
    pid=$(cat "pid/$1")
    kill -CONT "$pid"; kill "$pid"
    for _ in {1..20}; do runs "$1" || break; sleep 0.1; done
    kill -9 "$pid" 2> /dev/null || true
  fi
  rm -f "pid/$1"
}

k() { kubectl --kubeconfig "$dir/kubeconfig" "$@"; }

ready() {
  for _ in {1..400}; do
    k get --raw /readyz > /dev/null 2>&1 && return
    runs apiserver || break
    sleep 0.1
  done
  tail -n 5 log/etcd log/apiserver >&2
  fail "the API server did not come up"
}

node() { # NAME ZONE INSTANCE_ID [IP]
  cat <<Y
---
apiVersion: v1
kind: Node
metadata:
  name: $1
  annotations: {lab/ip: "${4:-127.0.0.1}"}
  labels:
    eks.amazonaws.com/nodegroup: app
    kubernetes.io/arch: amd64
    kubernetes.io/hostname: $1
    kubernetes.io/os: linux
    node.kubernetes.io/instance-type: m7i.large
    topology.kubernetes.io/region: ${2%?}
    topology.kubernetes.io/zone: $2
spec: {providerID: "aws:///$2/$3"}
status:
  allocatable: {cpu: "4", memory: 16Gi, pods: "110"}
  capacity: {cpu: "4", memory: 16Gi, pods: "110"}
Y
}

nodes() { # COUNT: made-up instances
  local i zones=(a b c)
  for ((i = 1; i <= $1; i++)); do
    node "ip-10-30-$((i / 250))-$((i % 250 + 1)).ec2.internal" "us-east-1${zones[i % 3]}" "$(printf 'i-%017x' $i)" "10.30.$((i / 250)).$((i % 250 + 1))"
  done
}

up() {
  build
  certificates > log/certificates 2>&1 || { cat log/certificates >&2; fail "no certificates"; }
  [ -f container.log ] || date -u +'%Y-%m-%dT%H:%M:%S.%NZ stdout F a line of the lab' > container.log
  [ -f previous.log ] || date -u +'%Y-%m-%dT%H:%M:%S.%NZ stderr F the container before failed' > previous.log
  sed "s#@DIR@#$dir#" "$here/kwok.yaml" > kwok.yaml
  start etcd; start tokens; start apiserver
  ready
  k apply -f "$here/rights.yaml" > log/rights
  start controller-manager; start scheduler; start kwok
  if [ "${1:-0}" -gt 0 ]; then
    nodes "$1" | k apply -f - > log/nodes
    k wait --for=condition=Ready node --all --timeout=60s >> log/nodes
  fi
  echo "KUBECONFIG=$dir/kubeconfig"
}

compact() {
  local url=http://127.0.0.1:$etcd_port/v3/kv revision
  revision=$(curl -sf "$url/range" -d '{"key": "Lw=="}' | sed -E 's/.*"revision":"([0-9]+)".*/\1/')
  curl -sf "$url/compaction" -d "{\"revision\": \"$revision\", \"physical\": true}" > /dev/null
  # the API server keeps a history of its own in memory
  stop apiserver
  start apiserver
  ready
  echo "history before $revision is gone"
}

verb=${1:-help}
[ $# -gt 0 ] && shift
case $verb in
  build) build ;;
  up) enter "${1:-}"; up "${2:-0}" ;;
  down) enter "${1:-}"; for part in "${parts[@]}"; do stop "$part"; done ;;
  stop | start) enter "${1:-}"; command_of "${2:-}"; "$verb" "$2" ;;
  freeze) enter "${1:-}"; kill -STOP "$(cat "pid/$2")" ;;
  thaw) enter "${1:-}"; kill -CONT "$(cat "pid/$2")" ;;
  node) enter "${1:-}"; node "${@:2}" | k apply -f - ;;
  workloads) enter "${1:-}"; k apply -f "$here/workloads.yaml" ;;
  load) enter "${1:-}"; stop kwok; stop controller-manager; "$cache/plane" fill -kubeconfig kubeconfig -nodes "$2" -pods "$3" ;;
  compact) enter "${1:-}"; compact ;;
  *) sed -n '2,/^set/{/^#/s/^# \?//p}' "$0"; exit 2 ;;
esac
