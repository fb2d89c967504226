# `ci/release` against an AWS (moto) that holds what the stacks publish, and a real API server; then the smaller programs.
# shellcheck shell=bash disable=SC2154
moto=$cache/lab/venv-moto/bin
where=(--estate shop --region us-east-1 --primary us-east-1)

cloud() {
  "$root/tests/lab/lab.sh" python moto || return 1
  local port i
  port=$(free_ports 1)
  "$moto/moto_server" -H 127.0.0.1 -p "$port" > "$work/moto.log" 2>&1 &
  started+=($!)
  export AWS_ENDPOINT_URL=http://127.0.0.1:$port AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x AWS_DEFAULT_REGION=us-east-1 \
    AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true
  for ((i = 0; i < 200; i++)); do curl -sf "$AWS_ENDPOINT_URL/moto-api/" > /dev/null && break; sleep 0.1; done
  "$moto/python" - << 'P'
import boto3, json
ssm, cloudwatch = boto3.client("ssm"), boto3.client("cloudwatch")
published = {
    "network": {"zones": ["us-east-1a", "us-east-1b", "us-east-1c"], "vpcs": {"lb": {"id": "vpc-0a0a0a0a"}, "app": {"id": "vpc-0b0b0b0b"}},
                "tiers": {"lb": {"public": ["10.0.64.0/24"]}, "app": {"jump": ["10.1.240.0/24"], "database": ["10.1.192.0/24"]}}},
    "edge": {"target_groups": {"https": {"arn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/shop-dev-tls/0123456789abcdef"}}},
    "cluster": {"cluster": {"name": "shop-dev-us-east-1"}, "authority": "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/x"},
    "registry": {"registry": "123456789012.dkr.ecr.us-east-1.amazonaws.com/shop-dev"},
    "observability": {"alarms": {"canary": "shop-dev-us-east-1-canary", "service": "shop-dev-us-east-1-service"}},
}
for stack, value in published.items():
    ssm.put_parameter(Name=f"/shop-dev/{stack}", Value=json.dumps(value), Type="String")
cloudwatch.put_metric_alarm(
    AlarmName="shop-dev-us-east-1-canary", Namespace="Web/Synthetic", MetricName="probe_success", Period=60, Statistic="Minimum",
    EvaluationPeriods=3, Threshold=1, ComparisonOperator="LessThanThreshold", TreatMissingData="breaching",
)
P
}

alarm_is() { # STATE
  "$moto/python" - "$1" << 'P'
import boto3, sys
boto3.client("cloudwatch").set_alarm_state(AlarmName="shop-dev-us-east-1-canary", StateValue=sys.argv[1], StateReason="set by a test")
P
}

release() { # VERB MORE…
  "$moto/python" "$ci/release" "$1" --environment dev "${where[@]}" --values "$work/pipeline.json" --timeout 300s "${@:2}"
}

facts_taken() { # the values out of the parameters are what the chart takes
  release values > "$work/here-values.json" && jq -e '.zones == 3 and .network.ingress == ["10.0.64.0/24"]' "$work/here-values.json" &&
    helm template shop "$infra/chart" --kube-version "$kube_version" -f "$infra/chart/values-dev.yaml" -f "$work/here-values.json" -f "$work/pipeline.json" \
      --set "images.app.digest=$one" > /dev/null && release facts --secrets secretsmanager | jq -e '.vpc == "vpc-0b0b0b0b"'
}

image_of() { kubectl -n web get deployment "$1" -o 'jsonpath={.spec.template.spec.containers[0].image}' | sed 's/.*@//'; }
tracks() { # STABLE CANARY|none
  local canary=none
  if kubectl -n web get deployment shop-app-canary > /dev/null 2>&1; then canary=$(image_of shop-app-canary); fi
  echo "stable $(image_of shop-app), canary $canary"
  [ "$(image_of shop-app)" = "$1" ] && [ "$canary" = "$2" ]
}

# off at first, as there was no canary to hear of; then the new one answers
released() {
  alarm_is ALARM && (sleep 2; alarm_is OK) &
  release canary --digest "$1" && release watch --settle 1 --minutes 0.02 --every 0.5 && release promote --digest "$1"
}

goes_off() { # the alarm goes off while it is watched
  (sleep 1; alarm_is ALARM) &
  release watch --settle 0 --minutes 1 --every 0.3
}

sha() { printf 'sha256:'; printf "$1%.0s" {1..64}; }
one=$(sha 1) two=$(sha 2) three=$(sha 3)
# what `platform digests` would give, and no waiting
"$venv/bin/python" - "$here/data/chart-values.yaml" << 'P' > "$work/pipeline.json"
import json, sys, yaml
images = yaml.safe_load(open(sys.argv[1]))["images"]
del images["app"]
print(json.dumps({"images": images, "rollout": {"minReadySeconds": 1}}))
P
export KUBECONFIG=$work/plane/kubeconfig
check "a cloud that holds what the stacks publish" cloud
check "release: values and facts out of the stacks' parameters" facts_taken
check "a cluster for the release" control_plane 4
refused "release require: nothing has passed yet" "ParameterNotFound" release require --digest "$one"
refused "release takes no tag" "a tag is not what was tested" release canary --digest latest
check "an alarm that has seen nothing yet" alarm_is INSUFFICIENT_DATA
refused "release watch: an alarm that nobody feeds is not OK" "never said OK" release watch --settle 0.02 --minutes 0.02 --every 0.5
check "an alarm that is off from the beginning" alarm_is ALARM
refused "release watch: a canary that never answers is refused when its time is over" "never said OK" release watch --settle 0.05 --minutes 1 --every 0.5
refused "release watch: an alarm that nobody made" "no alarm shop-dev-us-east-1-service" release watch --alarm service --settle 0
check "the alarm says OK" alarm_is OK
check "release: the first one, canary, watch, promote" released "$one"
check "it is stable" tracks "$one" none
check "release require: it passed" release require --digest "$one"
refused "release require: another digest did not" "not $two" release require --digest "$two"
check "release canary beside it" release canary --digest "$two"
check "stable is as it was" tracks "$one" "$two"
refused "release watch stops when the alarm goes off" "went off" goes_off
check "release abort" release abort
check "the canary is gone, stable as it was" tracks "$one" none
check "the alarm says OK again" alarm_is OK
check "release: the next one" released "$three"
check "it is stable, and has replaced the first" tracks "$three" none
check "release require: the newest passed" release require --digest "$three"
refused "release require: the aborted one never did" "not $two" release require --digest "$two"
cp -r "$infra" "$work/other" && echo '# changed' >> "$work/other/chart/files/gate.conf"
refused "release require: the same digest with another chart did not pass" "another chart" \
  "$moto/python" "$work/other/ci/release" require --environment dev "${where[@]}" --digest "$three"
no_control_plane
unset KUBECONFIG AWS_ENDPOINT_URL

# -- the smaller ones

bumped() {
  local port
  port=$(free_ports 1)
  crane registry serve --address "127.0.0.1:$port" > /dev/null 2>&1 &
  started+=($!)
  mkdir -p "$work/bump/ci" "$work/bump/platform/values" && cp "$ci/bump" "$work/bump/ci/"
  for ((i = 0; i < 100; i++)); do curl -sf "http://127.0.0.1:$port/v2/" > /dev/null && break; sleep 0.1; done
  echo x > "$work/x" && tar -C "$work" -cf "$work/x.tar" x
  for tag in v1.2.3 v1.2.10 v1.2.9 v1.3.0 v1.2.11-rc1; do crane --insecure append -f "$work/x.tar" -t "127.0.0.1:$port/tool:$tag" || return 1; done
  echo "{\"tool\": \"127.0.0.1:$port/tool:v1.2.3\"}" > "$work/bump/platform/images.json"
  echo 'tag: "v1.2.3@${digest:tool}"' > "$work/bump/platform/values/tool.yaml"
  "$work/bump/ci/bump" --only-files && cat "$work/bump/platform/images.json" "$work/bump/platform/values/tool.yaml" &&
    grep -q 'tool:v1.2.10"' "$work/bump/platform/images.json" && grep -q 'v1.2.10@' "$work/bump/platform/values/tool.yaml"
}

signatures() { # STATUS of sigtool
  fake aws <<< 'exit 0'
  fake freshclam <<< 'for f in main daily bytecode; do touch "$(sed -n "s/^DatabaseDirectory //p" "${1#--config-file=}")/$f.cvd"; done'
  fake sigtool <<< "echo 'Verification $1'"
  : > "$FAKE_LOG"
  PATH=$work/fake:$PATH "$ci/mirror-signatures" bucket
}
not_uploaded() { ! signatures bad && [ "$(grep -c '^aws s3 sync' "$FAKE_LOG")" = 1 ]; }
uploaded() { signatures OK && grep -q '^aws s3 sync.* s3://bucket/clamav/$' "$FAKE_LOG" && [ "$(grep -c '^aws s3 sync' "$FAKE_LOG")" = 2 ]; }

images_built() {
  fake aws <<'S'
case "$*" in
  *list-image-pipelines*)
    jq -n '{imagePipelineList: [["shop-dev-jump", "arn:jump"], ["shop-dev-node", "arn:node"], ["shop-development-x", "arn:x"]] | map({name: .[0], arn: .[1]})}' ;;
  *list-image-pipeline-images*arn:jump*) echo '{"imageSummaryList": [{"state": {"status": "BUILDING"}}]}' ;;
  *list-image-pipeline-images*) echo '{"imageSummaryList": [{"state": {"status": "AVAILABLE"}}]}' ;;
esac
S
  : > "$FAKE_LOG"
  PATH=$work/fake:$PATH ESTATE=shop PRIMARY=us-east-1 "$ci/build-images" dev &&
    [ "$(grep -c start-image-pipeline-execution "$FAKE_LOG")" = 1 ] && grep 'start-image-pipeline-execution' "$FAKE_LOG" | grep -q arn:node
}

{ flock 9; by_go crane "github.com/google/go-containerregistry/cmd/crane@$crane_version"; } 9> "$cache/infra/tools.lock"
check "bump takes the newest patch and no more" bumped
check "signatures that verify are mirrored" uploaded
check "signatures that do not are not" not_uploaded
check "build-images starts what is not being built, of its own environment alone" images_built
