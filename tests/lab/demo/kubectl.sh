#!/bin/bash
# Does with kubectl what a person does on call, to a cluster of the demo estate, and says what went wrong.
#
#   kubectl.sh KUBECONFIG [NAMESPACE DEPLOYMENT]     (without names: shop checkout)
#
# It changes things and puts them back; the cluster must be one that is thrown away. Exits with 1 if anything failed.
set -uo pipefail
export KUBECONFIG=$1
space=${2:-shop} app=${3:-checkout}
work=$(mktemp -d)
trap 'rm -rf "$work"; kill $(jobs -p) 2> /dev/null' EXIT
failed=0

# WHAT EXPECTED COMMAND…: the command must succeed, and its output match
ok() {
  local what=$1 expected=$2
  shift 2
  if timeout 60 "$@" > "$work/out" 2>&1 && grep -qE -- "$expected" "$work/out"; then
    echo "ok   $what"
  else
    echo "FAIL $what: $*"
    head -12 "$work/out" | sed 's/^/     /'
    failed=1
  fi
}

# WHAT EXPECTED COMMAND…: the command must fail, and say so
no() {
  local what=$1 expected=$2
  shift 2
  if ! timeout 60 "$@" > "$work/out" 2>&1 && grep -qE -- "$expected" "$work/out"; then
    echo "ok   $what"
  else
    echo "FAIL $what: $*"
    head -12 "$work/out" | sed 's/^/     /'
    failed=1
  fi
}

k() { kubectl "$@"; }
export -f k
in_space() { kubectl -n "$space" "$@"; }
# one that is not about to go
pod() {
  kubectl -n "$space" get pods -l "app.kubernetes.io/name=$app" --field-selector status.phase=Running \
    -o 'jsonpath={range .items[*]}{.metadata.deletionTimestamp}{" pod/"}{.metadata.name}{"\n"}{end}' | sed -n 's/^ //p' | head -1
}
main() { kubectl -n "$space" get deployment "$app" -o jsonpath='{.spec.template.spec.containers[0].name}'; }

echo "# reading"
ok version 'Server Version: v1\.' kubectl version
ok resources 'deployments +deploy +apps/v1 +true +Deployment' kubectl api-resources
ok versions 'apps/v1' kubectl api-versions
ok cluster-info 'running at' kubectl cluster-info
for kind in $(kubectl api-resources --verbs=list -o name | grep -v metrics.k8s.io); do
  ok "get $kind" 'NAME|REASON|No resources found' kubectl get "$kind" -A
  ok "get $kind -o wide" 'NAME|REASON|No resources found' kubectl get "$kind" -A -o wide
  ok "get $kind -o yaml" 'kind: List|items: \[\]' kubectl get "$kind" -A -o yaml
  first=$(kubectl get "$kind" -A -o jsonpath='{.items[0].metadata.namespace} {.items[0].metadata.name}' 2> /dev/null)
  if [ -n "${first// /}" ]; then
    read -r namespace name <<< "$first"
    [ -n "$name" ] || { name=$namespace; namespace=default; }
    ok "describe $kind" '^Name:' kubectl -n "$namespace" describe "$kind" "$name"
  fi
done
ok 'get all' 'deployment.apps/' kubectl -n "$space" get all
ok 'get by label' "$app-" kubectl -n "$space" get pods -l "app.kubernetes.io/name in ($app,nothing)"
ok 'get sorted' NAME kubectl get pods -A --sort-by=.status.startTime
ok 'get pages' NAME kubectl get pods -A --chunk-size=5
ok 'get columns' NODE kubectl get pods -A -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName
no 'get what is not there' 'pods "nobody" not found' kubectl get pod nobody
no 'get a kind that is not there' "doesn't have a resource type" kubectl get nonsense
ok events 'LAST SEEN' kubectl events -A
ok 'top nodes' 'CPU\(cores\)' kubectl top nodes
ok 'top pods' 'MEMORY\(bytes\)' kubectl top pods -A --containers
ok 'auth can-i' yes kubectl auth can-i delete pods -n "$space"
ok 'auth can-i --list' '\*\.\*' kubectl auth can-i --list
ok whoami 'Username' kubectl auth whoami

echo "# writing"
container=$(main)
image=$(in_space get deployment "$app" -o jsonpath='{.spec.template.spec.containers[0].image}')
kubectl -n "$space" get pods -w > "$work/watched" 2>&1 &
watching=$!
ok 'rollout status' 'successfully rolled out' kubectl -n "$space" rollout status "deployment/$app" --timeout=50s
ok 'rollout history' 'REVISION' kubectl -n "$space" rollout history "deployment/$app"
ok 'rollout history of a revision' 'Pod Template' kubectl -n "$space" rollout history "deployment/$app" --revision=1
ok 'rollout restart' restarted kubectl -n "$space" rollout restart "deployment/$app"
ok 'rollout status after it' 'successfully rolled out' kubectl -n "$space" rollout status "deployment/$app" --timeout=55s
ok 'rollout pause' paused kubectl -n "$space" rollout pause "deployment/$app"
# what an earlier revision ran, which can be pulled
earlier=$(in_space get replicasets -o jsonpath='{range .items[*]}{.spec.template.spec.containers[0].image}{"\n"}{end}' | grep -F "${image%:*}:" | grep -vxF "$image" | head -1)
ok 'set image' 'image updated' kubectl -n "$space" set image "deployment/$app" "$container=$earlier"
ok 'rollout resume' resumed kubectl -n "$space" rollout resume "deployment/$app"
ok 'rollout status after that' 'successfully rolled out' kubectl -n "$space" rollout status "deployment/$app" --timeout=55s
ok 'rollout undo' 'rolled back' kubectl -n "$space" rollout undo "deployment/$app"
ok 'rollout status at last' 'successfully rolled out' kubectl -n "$space" rollout status "deployment/$app" --timeout=55s
kill $watching
wait $watching 2> /dev/null
ok 'get -w saw pods come and go' 'Terminating' cat "$work/watched"
ok 'set env' 'env updated' kubectl -n "$space" set env "deployment/$app" "CHECK=$(date +%s)"
ok 'rollout status again' 'successfully rolled out' kubectl -n "$space" rollout status "deployment/$app" --timeout=55s
replicas=$(in_space get deployment "$app" -o jsonpath='{.spec.replicas}')
ok scale scaled kubectl -n "$space" scale "deployment/$app" --replicas=$((replicas + 2))
ok wait 'condition met' kubectl -n "$space" wait "deployment/$app" --for=condition=Available --timeout=30s
ok 'scale back' scaled kubectl -n "$space" scale "deployment/$app" --current-replicas=$((replicas + 2)) --replicas="$replicas"
ok 'patch, strategic' patched kubectl -n "$space" patch deployment "$app" -p '{"spec":{"template":{"metadata":{"annotations":{"check":"1"}}}}}'
ok 'patch, merge' patched kubectl -n "$space" patch deployment "$app" --type=merge -p '{"metadata":{"annotations":{"check":"merge"}}}'
ok 'patch, JSON' patched kubectl -n "$space" patch deployment "$app" --type=json -p '[{"op":"replace","path":"/metadata/annotations/check","value":"json"}]'
ok 'patches are there' '^json$' kubectl -n "$space" get deployment "$app" -o 'jsonpath={.metadata.annotations.check}{"\n"}'
ok 'label' labeled kubectl -n "$space" label deployment "$app" check=one
ok 'label away' unlabeled kubectl -n "$space" label deployment "$app" check-
ok 'annotate' annotated kubectl -n "$space" annotate deployment "$app" check-
cat > "$work/map.yaml" << 'Y'
apiVersion: v1
kind: ConfigMap
metadata: { name: checked, namespace: default, labels: { check: "1" } }
data: { a: "1", b: "2" }
Y
ok apply created kubectl apply -f "$work/map.yaml"
ok 'apply again' unchanged kubectl apply -f "$work/map.yaml"
sed -i 's/, b: "2"/, c: "3"/' "$work/map.yaml"
ok diff '[+] +c: "3"' bash -c 'kubectl diff -f "$1"; [ $? = 1 ]' - "$work/map.yaml"
ok 'apply a change' configured kubectl apply -f "$work/map.yaml"
ok 'what apply no longer names is gone' '^\{"a":"1","c":"3"\}$' kubectl get configmap checked -o 'jsonpath={.data}{"\n"}'
ok 'apply on the server' serverside-applied kubectl apply --server-side --force-conflicts -f "$work/map.yaml"
sed -i 's/^data:/dta:/' "$work/map.yaml"
no 'a misspelt field' 'unknown field "dta"' kubectl apply -f "$work/map.yaml"
ok 'replace' replaced bash -c 'kubectl get configmap checked -o yaml | kubectl replace -f -'
ok edit edited env KUBE_EDITOR='sed -i s/c:.*/c:\ four/' kubectl edit configmap checked
ok 'create dry' 'created \(server dry run\)' kubectl create configmap dry --from-literal=a=1 --dry-run=server
ok delete deleted kubectl delete configmap checked
ok 'delete by label' 'No resources found' kubectl delete configmap -l check=1
ok 'create a namespace' created kubectl create namespace checked
ok 'run a pod' created kubectl -n checked run one --image=nginx:1.27
ok 'wait for the pod' 'condition met' kubectl -n checked wait pod/one --for=condition=Ready --timeout=50s
ok 'delete the pod and wait' deleted kubectl -n checked delete pod one --timeout=50s
ok 'delete the namespace and wait' deleted kubectl delete namespace checked --timeout=50s

echo "# pods"
ok 'the patches are rolled out' 'successfully rolled out' kubectl -n "$space" rollout status "deployment/$app" --timeout=55s
kubectl -n "$space" wait pod -l "app.kubernetes.io/name=$app" --for=condition=Ready --timeout=50s > /dev/null 2>&1
one=$(pod)
ok logs '.' kubectl -n "$space" logs "$one" -c "$container" --tail=5 --timestamps
ok 'logs of all containers' '.' kubectl -n "$space" logs "$one" --all-containers --since=10m --prefix --tail=5
timeout 8 kubectl -n "$space" logs -f --tail=2 "$one" -c "$container" > "$work/followed" 2>&1
ok 'logs -f' '.' cat "$work/followed"
no 'logs --previous of one that never ended' 'previous terminated container' kubectl -n "$space" logs --previous "$one" -c "$container"
again=$(kubectl get pods -A -o 'jsonpath={range .items[*]}{range .status.containerStatuses[?(@.restartCount>0)]}{@.name}{end}{" "}{.metadata.namespace}{" "}{.metadata.name}{"\n"}{end}' | grep -v '^ ' | head -1)
if [ -n "$again" ]; then
  read -r ended namespace name <<< "$again"
  ok "logs --previous of $name" '.' kubectl -n "$namespace" logs --previous --timestamps "$name" -c "$ended"
else
  echo 'note no container of this cluster was ever started again, so that logs --previous had nothing to show'
fi
ok 'exec' '^NAME=' kubectl -n "$space" exec "$one" -c "$container" -- cat /etc/os-release
no 'exec with an exit code' 'exit code 3' kubectl -n "$space" exec "$one" -c "$container" -- sh -c 'exit 3'
ok 'exec -i' '^typed$' bash -c 'printf "echo typed\n" | kubectl -n "$1" exec -i "$2" -c "$3" -- sh' - "$space" "$one" "$container"
ok 'exec -it' 'os-release' bash -c 'printf "ls /etc\nexit\n" | script -qec "kubectl -n $1 exec -it $2 -c $3 -- sh" /dev/null' - "$space" "$one" "$container"
no 'port-forward, which is not there' 'this server has no pods/portforward' kubectl -n "$space" port-forward "$one" :8080
no 'explain, which knows nothing' 'not found in OpenAPI schema' kubectl explain pod.spec
no 'cp, without tar in the container' '"tar": executable file not found' kubectl cp "$space/${one#pod/}:/etc/os-release" "$work/copied" -c "$container"
no 'exec of what is not there' 'executable file not found' kubectl -n "$space" exec "$one" -c "$container" -- nonsense
no 'exec in a container that is not there' 'container nobody is not valid|container not found' kubectl -n "$space" exec "$one" -c nobody -- sh
no 'logs of a container that is not there' 'container nobody is not valid' kubectl -n "$space" logs "$one" -c nobody
ok 'delete a pod' deleted kubectl -n "$space" delete "$one" --wait=false
ok 'its deployment recovers' 'successfully rolled out' kubectl -n "$space" rollout status "deployment/$app" --timeout=55s

echo "# nodes"
node=$(kubectl get nodes -o name | tail -1)
ok cordon cordoned kubectl cordon "$node"
ok 'a cordoned node says so' SchedulingDisabled kubectl get "$node"
ok drain drained kubectl drain "$node" --ignore-daemonsets --delete-emptydir-data --timeout=55s
ok uncordon uncordoned kubectl uncordon "$node"
ok taint tainted kubectl taint nodes "${node#node/}" check=1:NoSchedule
ok 'taint away' untainted kubectl taint nodes "${node#node/}" check-
exit $failed
