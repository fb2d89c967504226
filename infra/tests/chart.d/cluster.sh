# The chart on a real API server, with real controllers and scheduler; kwok stands in for the kubelets, so pods run nothing: what
# is shown is what Kubernetes makes of the objects, not what the containers do.
# shellcheck shell=bash disable=SC2154
helm_up() { # MORE…
  helm upgrade --install shop "$infra/chart" -n web --create-namespace -f "$infra/chart/values-prod.yaml" -f "$here/data/chart-values.yaml" \
    --set rollout.minReadySeconds=1 --wait --timeout 300s "$@"
}

k() { kubectl -n web "$@"; }

# the one setting that the steps below change, as the pods of a deployment get it
configured() { # DEPLOYMENT KEY
  local config
  config=$(k get deployment "$1" -o 'jsonpath={.spec.template.spec.containers[0].envFrom[0].configMapRef.name}') &&
    k get configmap "$config" -o "jsonpath={.data.$2}"
}

same() { # WHAT HAVE WANT
  [ "$2" = "$3" ] || { echo "$1: '$2', not '$3'"; return 1; }
}

settings_are() { same "$2 of $1" "$(configured "$1" "$2")" "$3"; }

secrets_are() { # PATH
  local class
  class=$(k get deployment shop-app -o 'jsonpath={.spec.template.spec.volumes[?(@.name=="secrets")].csi.volumeAttributes.secretProviderClass}')
  k get secretproviderclass "$class" -o 'jsonpath={.spec.parameters.objects}' | grep -F "$1"
}

# every earlier ReplicaSet that could still be gone back to finds its configuration
held() {
  local config missing=0 seen=0
  for config in $(k get replicasets -l app.kubernetes.io/component=app \
    -o 'jsonpath={.items[*].spec.template.spec.containers[0].envFrom[0].configMapRef.name}'); do
    seen=$((seen + 1))
    k get configmap "$config" > /dev/null || missing=1
  done
  [ "$seen" -ge "$1" ] && [ "$missing" = 0 ]
}

# Helm is content with the one pod that a deployment begins with; the autoscaler raises it a moment later
a_pod_per_zone() { # COMPONENT
  local zones i
  for ((i = 0; i < 240; i++)); do
    k get pods -l "app.kubernetes.io/component=$1,track=stable" --field-selector=status.phase=Running \
      -o 'jsonpath={range .items[*]}{.spec.nodeName}{"\n"}{end}' | sort > "$work/nodes"
    zones=$(while read -r node; do
      kubectl get node "$node" -o 'jsonpath={.metadata.labels.topology\.kubernetes\.io/zone}{"\n"}'
    done < "$work/nodes" | sort -u | wc -l)
    [ "$zones" = 3 ] && [ -z "$(uniq -d "$work/nodes")" ] && return
    sleep 0.5
  done
  k get pods -o wide
  same "zones" "$zones" 3 && same "hosts shared" "$(uniq -d "$work/nodes")" ""
}

# The nodes of a zone fall silent and their pods are gone: the others hold its share, which they could not if an empty zone counted.
zone_fails() { # ZONE
  local nodes i
  nodes=$(kubectl get nodes -l "topology.kubernetes.io/zone=$1" -o name)
  # shellcheck disable=SC2086
  kubectl label $nodes lab/down=true || return 1
  for ((i = 0; i < 120; i++)); do
    [ "$(kubectl get nodes -l "topology.kubernetes.io/zone=$1" -o 'jsonpath={.items[*].spec.taints[*].key}' | tr ' ' '\n' | grep -c unreachable)" \
      -ge "$(echo "$nodes" | wc -l)" ] && break
    sleep 0.5
  done
  for node in $nodes; do
    k delete pods -l app.kubernetes.io/component=app --field-selector="spec.nodeName=${node#node/}" --wait=false || return 1
  done
  for ((i = 0; i < 240; i++)); do
    where=$(k get pods -l app.kubernetes.io/component=app --field-selector=status.phase=Running \
      -o 'jsonpath={range .items[*]}{.spec.nodeName}{"\n"}{end}')
    if [ "$(echo "$where" | sort -u | wc -l)" = 3 ] && ! grep -qF -f <(echo "${nodes//node\//}") <<< "$where"; then return; fi
    sleep 0.5
  done
  k get pods -o wide
  k get events --sort-by=.lastTimestamp | tail -n 5
  return 1
}

zone_returns() { # ZONE
  # shellcheck disable=SC2046
  kubectl label $(kubectl get nodes -l "topology.kubernetes.io/zone=$1" -o name) lab/down- &&
    kubectl wait --for=condition=Ready node --all --timeout=300s
}

endpoints() { # SERVICE
  k get endpointslices -l "kubernetes.io/service-name=$1" -o 'jsonpath={.items[*].endpoints[*].targetRef.name}' | wc -w
}

endpoints_are() { # SERVICE COUNT
  local i
  for ((i = 0; i < 240; i++)); do
    [ "$(endpoints "$1")" = "$2" ] && return
    sleep 0.2
  done
  same "endpoints of $1" "$(endpoints "$1")" "$2"
}

undo() { # kubectl's own way back, without Helm: it must find what the ReplicaSet before refers to
  k rollout undo deployment/shop-app && k rollout status deployment/shop-app --timeout=300s
}

# what stands in the way is said, if it does not come up
rolled_back() {
  helm rollback shop "$1" -n web --wait --timeout 300s && return
  k get deployments,replicasets,pods -o wide
  k get events --sort-by=.lastTimestamp | tail -n 8
  return 1
}

gone() {
  local left
  left=$(k get deployments,services,configmaps,certificates,networkpolicies,hpa,pdb,secretproviderclasses,targetgroupbindings \
    -l app.kubernetes.io/instance=shop -o name)
  same "left behind" "$left" ""
}

digest() { printf "sha256:$1%.0s" 1; printf "$1%.0s" {1..63}; }

export KUBECONFIG=$work/plane/kubeconfig
check "a control plane with the kinds that the chart uses" control_plane 6
check "the API server takes every object of prod (dry run)" helm_up --dry-run=server
check "install" helm_up --set app.settings.GREETING=one
check "a pod of the app in each zone, no two on a host" a_pod_per_zone app
check "a pod of the proxy in each zone, no two on a host" a_pod_per_zone proxy
check "the app's service has three endpoints" endpoints_are shop-app 3
check "a zone fails: its share runs in the others" zone_fails us-east-1c
check "the zone returns" zone_returns us-east-1c
check "upgrade: new digest, setting and secret" helm_up --set app.settings.GREETING=two --set "images.app.digest=$(digest 2)" \
  --set 'secrets.items[0].path=secret/data/NAME/rotated'
check "the app has the new setting" settings_are shop-app GREETING two
check "the app has the new secret" secrets_are shop-lab/rotated
check "what the ReplicaSet before refers to is still there" held 2
check "after the rollout too a pod in each zone" a_pod_per_zone app
check "kubectl rollout undo finds its configuration" undo
check "and the app has the old setting" settings_are shop-app GREETING one
check "helm puts right what was undone beside it" helm_up --set app.settings.GREETING=two --set "images.app.digest=$(digest 2)" \
  --set 'secrets.items[0].path=secret/data/NAME/rotated'
check "canary beside it, with a digest and a setting of its own" helm_up --set app.settings.GREETING=two --set "images.app.digest=$(digest 2)" \
  --set 'secrets.items[0].path=secret/data/NAME/rotated' \
  --set canary.enabled=true --set "canary.appDigest=$(digest 3)" --set canary.settings.GREETING=three
check "the canary gets a share of the same service" endpoints_are shop-app 4
check "and can be asked alone" endpoints_are shop-app-canary 1
check "the canary has its own setting" settings_are shop-app-canary GREETING three
check "the stable track has kept its own" settings_are shop-app GREETING two
check "helm rollback to the first release" helm rollback shop 1 -n web --wait --timeout 300s
check "rollback gave the app its first setting" settings_are shop-app GREETING one
check "rollback gave the app its first secret" secrets_are shop-lab/database
check "rollback took the canary away" endpoints_are shop-app 3
check "helm rollback forward again" helm rollback shop 2 -n web --wait --timeout 300s
check "which gave it the second setting" settings_are shop-app GREETING two
refused "a ConfigMap cannot be changed in place" immutable k patch configmap "$(k get deployment shop-app \
  -o 'jsonpath={.spec.template.spec.containers[0].envFrom[0].configMapRef.name}')" --type=merge -p '{"data": {"GREETING": "four"}}'
refused "a release that does not come up fails" "context deadline exceeded" helm_up --set app.settings.GREETING=two \
  --set "images.app.digest=$(digest 4)" --set app.resources.memory=900Gi --timeout 8s
check "and the pods of the release before still serve" endpoints_are shop-app 3
check "rollback of the failed release" rolled_back 0
check "uninstall" helm uninstall shop -n web --wait --timeout 300s
check "nothing is left behind" gone
no_control_plane
unset KUBECONFIG
