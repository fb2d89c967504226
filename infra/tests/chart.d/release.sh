# `ci/release` against an AWS (moto) that holds what the stacks publish, and a real API server; then the smaller programs.
# shellcheck shell=bash disable=SC2154
moto=$cache/lab/venv-moto/bin
here_dev=123456789012.dkr.ecr.us-east-1.amazonaws.com/shop-dev

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
ssm, cloudwatch, ecr = boto3.client("ssm"), boto3.client("cloudwatch"), boto3.client("ecr")
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
ecr.create_repository(repositoryName="shop-dev/app", imageTagMutability="IMMUTABLE")
kind = "application/vnd.oci.image.manifest.v1+json"
for number in "123":
    # moto makes an image's digest of those of its layers
    parts = {part: {"mediaType": f"application/vnd.oci.image.{part}", "digest": "sha256:" + number * 64, "size": 1} for part in ("config.v1+json", "layer.v1.tar")}
    manifest = {"schemaVersion": 2, "mediaType": kind, "config": parts["config.v1+json"], "layers": [parts["layer.v1.tar"]]}
    put = ecr.put_image(repositoryName="shop-dev/app", imageManifest=json.dumps(manifest), imageManifestMediaType=kind, imageTag=f"v{number}")
    print(put["image"]["imageId"]["imageDigest"])
P
}

alarm_is() { # STATE
  "$moto/python" - "$1" << 'P'
import boto3, sys
boto3.client("cloudwatch").set_alarm_state(AlarmName="shop-dev-us-east-1-canary", StateValue=sys.argv[1], StateReason="set by a test")
P
}

release() { # VERB MORE…
  "$moto/python" "$ci/release" "$1" --estate shop --region us-east-1 --environment dev --registry "$here_dev" --before "$work/before" \
    --values "$work/pipeline.json" --timeout 300s "${@:2}"
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
passed() { release pass --digest "$1" && [ ! -e "$work/before" ]; }
revision() { helm history shop -n web -o json | jq '.[-1].revision'; }
nothing_to_abort() { local before; before=$(revision) && release abort && [ "$(revision)" = "$before" ]; }

goes_off() { # the alarm goes off while it is watched
  (sleep 1; alarm_is ALARM) &
  release watch --settle 0 --minutes 1 --every 0.3
}

# what `platform digests` would give, and no waiting
"$venv/bin/python" - "$here/data/chart-values.yaml" << 'P' > "$work/pipeline.json"
import json, sys, yaml
images = yaml.safe_load(open(sys.argv[1]))["images"]
del images["app"]
print(json.dumps({"images": images, "rollout": {"minReadySeconds": 1}}))
P
export KUBECONFIG=$work/plane/kubeconfig
cloud > "$work/digests"
{ read -r one; read -r two; read -r three; } < "$work/digests"
check "a cloud that holds what the stacks publish, and three images" test "$(sort -u "$work/digests" | grep -c '^sha256:')" = 3
check "release: values and facts out of the stacks' parameters" facts_taken
check "a cluster for the release" control_plane 4
refused "release require: nothing has passed yet" "does not say that $one has passed" release require --digest "$one"
refused "release require: what is no registry says nothing" "is no registry of ECR" release require --digest "$one" --registry example.com/shop-dev
refused "release pass: an image that is not there" "has no sha256:aaaa" release pass --digest "sha256:$(printf 'a%.0s' {1..64})"
check "release abort, before anything was begun" release abort
refused "release takes no tag" "a tag is not what was tested" release canary --digest latest
check "an alarm that has seen nothing yet" alarm_is INSUFFICIENT_DATA
refused "release watch: an alarm that nobody feeds is not OK" "never said OK" release watch --settle 0.02 --minutes 0.02 --every 0.5
check "an alarm that is off from the beginning" alarm_is ALARM
refused "release watch: a canary that never answers is refused when its time is over" "never said OK" release watch --settle 0.05 --minutes 1 --every 0.5
refused "release watch: an alarm that nobody made" "no alarm shop-dev-us-east-1-service" release watch --alarm service --settle 0
check "the alarm says OK" alarm_is OK
check "release: the first one, canary, watch, promote" released "$one"
check "it is stable" tracks "$one" none
refused "release require: it was not watched to the end yet" "does not say" release require --digest "$one"
refused "release abort of the first release of all: there is nothing before it" "none to go back to" release abort
check "release pass" passed "$one"
check "release pass in a second region says the same" passed "$one"
check "release require: it passed" release require --digest "$one"
refused "release require: another digest did not" "does not say that $two" release require --digest "$two"
check "release abort once it has passed takes nothing back" nothing_to_abort
check "release canary beside it" release canary --digest "$two"
check "stable is as it was" tracks "$one" "$two"
refused "release watch stops when the alarm goes off" "went off" goes_off
check "release abort" release abort
check "the canary is gone, stable as it was" tracks "$one" none
check "release abort a second time does nothing" nothing_to_abort
check "the alarm says OK once more" alarm_is OK
check "release: one that is promoted, and then makes the service ill" released "$two"
check "it is stable for now" tracks "$two" none
check "release abort goes back to what served before it" release abort
check "which is not itself" tracks "$one" none
check "the alarm says OK again" alarm_is OK
check "release: the next one" released "$three"
check "it is stable, and has replaced the first" tracks "$three" none
check "release pass, the next one" passed "$three"
check "release require: the newest passed" release require --digest "$three"
refused "release require: the aborted one never did" "does not say that $two" release require --digest "$two"
cp -r "$infra" "$work/other" && echo '# changed' >> "$work/other/chart/files/gate.conf"
refused "release require: the same digest with another chart did not pass" "with this chart" \
  "$moto/python" "$work/other/ci/release" require --registry "$here_dev" --digest "$three"
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
uploaded_to_both() {
  signatures OK && : > "$FAKE_LOG" && PATH=$work/fake:$PATH "$ci/mirror-signatures" one two && [ "$(grep -cE '^aws s3 sync.* s3://(one|two)/clamav/$' "$FAKE_LOG")" = 2 ]
}
uploaded() { signatures OK && grep -q '^aws s3 sync.* s3://bucket/clamav/$' "$FAKE_LOG" && [ "$(grep -c '^aws s3 sync' "$FAKE_LOG")" = 2 ]; }

images_built() { # in both regions of dev, but where one is being built
  fake aws << 'S'
case "$*" in
  *get-parameter*us-east-1*) echo '{"pipelines": {"jump": "arn:jump", "node": "arn:node"}}' ;;
  *get-parameter*us-west-2*) echo '{"pipelines": {"jump": "arn:west"}}' ;;
  *list-image-pipeline-images*arn:jump*) echo '{"imageSummaryList": [{"state": {"status": "BUILDING"}}]}' ;;
  *list-image-pipeline-images*) echo '{"imageSummaryList": [{"state": {"status": "AVAILABLE"}}]}' ;;
esac
S
  : > "$FAKE_LOG"
  PATH=$work/fake:$PATH ESTATE=shop "$ci/build-images" dev && grep -q 'get-parameter.*--name /shop-dev/images' "$FAKE_LOG" &&
    [ "$(grep start-image-pipeline-execution "$FAKE_LOG" | grep -oE 'us-[a-z]+-[0-9].*arn:[a-z]+' | sed 's/ .* / /' | paste -sd,)" = "us-east-1 arn:node,us-west-2 arn:west" ]
}

# the app's image, with programs that write down what they were asked; EXISTS are the tags that the registry has
app_image() { # EXISTS… -- VERB MORE…
  local exists=()
  while [ "$1" != -- ]; do exists+=("$1"); shift; done
  printf '%s\n' "${exists[@]}" > "$work/exists"
  fake crane <<< 'if [ "$1" = digest ]; then grep -qxF "${2##*:}" '"$work/exists"' && echo sha256:beef; fi'
  fake cosign <<< "exit ${COSIGN_SAYS:-0}"
  fake buildah <<< 'if [ "$1" = push ]; then echo sha256:beef > "${3}"; fi'
  : > "$FAKE_LOG"
  (cd "$work/repository" && PATH=$work/fake:$PATH SIGNING_KEY=arn:aws:kms:us-east-1:111122223333:key/k "$ci/image" "${@:2}")
}
asked_for() { grep -cE "$1" "$FAKE_LOG"; } # PATTERN: how often
built_once() {
  [ "$(app_image -- build R/dev c0ffee)" = sha256:beef ] && [ "$(asked_for '^buildah push')" = 1 ] && [ "$(asked_for '^cosign sign .*awskms:///arn:aws:kms:.* R/dev/app@sha256:beef$')" = 1 ] &&
    [ "$(app_image c0ffee -- build R/dev c0ffee)" = sha256:beef ] && [ "$(asked_for '^buildah')" = 0 ] && [ "$(asked_for '^cosign sign')" = 1 ] &&
    [ "$(app_image c0ffee sha256-beef.sig -- build R/dev c0ffee)" = sha256:beef ] && [ "$(asked_for '^cosign')" = 0 ]
}
carried() {
  app_image -- take R/dev R/test sha256:beef c0ffee && grep -qx 'crane copy R/dev/app@sha256:beef R/test/app:c0ffee' "$FAKE_LOG" &&
    grep -qx 'crane copy R/dev/app:sha256-beef.sig R/test/app:sha256-beef.sig' "$FAKE_LOG" && tail -n 1 "$FAKE_LOG" | grep -q '^cosign verify .*R/test/app@sha256:beef$'
}
forged() { ! COSIGN_SAYS=1 app_image -- take R/dev R/test sha256:beef c0ffee; }

vulnerable() { # STATUS SEVERITY DAYS WHAT…: what ECR says of its scan, and one finding
  fake aws << S
case "\$*" in
  *describe-image-scan-findings*) echo $1 ;;
  *list-findings*us-west-2*) echo '{"findings": []}' ;;
  *list-findings*) jq -n --arg seen "$(date -u -d "$3 days ago" +%FT%TZ)" '{findings: [{severity: "$2", status: "ACTIVE", firstObservedAt: \$seen,
    packageVulnerabilityDetails: {vulnerabilityId: "CVE-2026-1"}, resources: [{id: "i-0a"}]}]}' ;;
esac
S
  : > "$FAKE_LOG"
  PATH=$work/fake:$PATH ESTATE=shop SCAN_TRIES=3 SCAN_PAUSE=0 "$ci/vulnerabilities" "${@:4}"
}
status_is() { local how=0; "${@:2}" || how=$?; [ "$how" = "$1" ]; }
every_region() { vulnerable x HIGH 1 all prod && [ "$(asked_for '^aws inspector2 list-findings --region us-(east-1|east-2|west-2) ')" = 3 ]; }
of_the_image() { vulnerable ACTIVE HIGH 99 image "$here_dev" sha256:beef && grep 'inspector2.*us-east-1' "$FAKE_LOG" | grep -q 'ecrImageHash.*sha256:beef'; }

packages() { # REFUSES: a copy of infra in which Fluent Bit is fetched by programs of which one REFUSES (none, key, signature)
  rm -rf "$work/packaged" && mkdir -p "$work/packaged" && cp -r "$infra/images" "$infra/env" "$work/packaged/"
  local print='fpr:::::::::C3C0A28534B9293EAF51FABD9F9DDC083888C1CD:\nfpr:::::::::931DA69CFA3AFEBBC97DAA8C6C57C29C6BA75A4E:' said=OK
  case $1 in key) print=fpr:::::::::0000000000000000000000000000000000000000: ;; signature) said='NOT OK' ;; esac
  fake curl <<< 'while [ $# -gt 0 ]; do if [ "$1" = -o ]; then echo fetched > "$2"; fi; shift; done'
  fake gpg <<< "printf '$print\\n'"
  fake rpmkeys <<< "case \$* in *checksig*) echo 'x: digests signatures $said' ;; esac"
  fake aws <<< 'exit 0'
  : > "$FAKE_LOG"
}
mirror_packages() { INFRA=$work/packaged PATH=$work/fake:$PATH "$ci/mirror-packages" "$@"; }
fills() {
  local sum
  sum=$(echo fetched | sha256sum | cut -d' ' -f1)
  packages none && mirror_packages fill fluent-bit && [ "$(jq -r '."fluent-bit".sha256' "$work/packaged/images/packages.json")" = "$sum" ] &&
    [ "$(grep -lE "^  fluent_bit = \"$sum\"" "$work/packaged"/env/*/images.tfvars | wc -l)" = 3 ]
}
goss_value_agrees() {
  local found
  found=$(sed -n 's/^ *goss *= *"\([0-9a-f]*\)"/\1/p' "$infra"/env/*/images.tfvars)
  [ "$(wc -l <<< "$found")" = 3 ] && ! grep -vx "$(jq -r .goss.sha256 "$infra/images/packages.json")" <<< "$found"
}
pushes_all() { mirror_packages fill gitlab-runner gitlab-runner-helper-images && mirror_packages push one two && [ "$(asked_for '^aws s3 sync.* s3://(one|two)/(packages|goss)/$')" = 4 ]; }

{ flock 9; by_go crane "github.com/google/go-containerregistry/cmd/crane@$crane_version"; } 9> "$cache/infra/tools.lock"
check "bump takes the newest patch and no more" bumped
check "signatures that verify are mirrored" uploaded
check "signatures that do not are not" not_uploaded
check "signatures go into the mirror of each region" uploaded_to_both
check "build-images starts in each region what is not being built" images_built
check "the app's image is built once, signed once" built_once
check "it is carried on with its signature, and verified where it came" carried
check "one whose signature is not ours is not" forged
check "vulnerabilities are looked for in every region" every_region
check "an overdue one is told by the status" status_is 3 vulnerable x HIGH 31 all test
check "an image is looked at once it is scanned" of_the_image
check "a critical one does not wait" status_is 3 vulnerable ACTIVE CRITICAL 0 image "$here_dev" sha256:beef
refused "an image that is never scanned is not taken for a clean one" "was not scanned" vulnerable PENDING HIGH 1 image "$here_dev" sha256:beef
check "a package's checksum is filled in, in the list and in all values" fills
packages key
refused "not under another's key" "is not C3C0A28534B9293EAF51FABD9F9DDC083888C1CD" mirror_packages fill fluent-bit
packages signature
refused "nor without its makers' signature" "does not bear its makers' signature" mirror_packages fill fluent-bit
refused "nor pushed while it is to be filled in" "nobody has filled in" mirror_packages push one
check "filled in again" fills
check "all are pushed to every mirror once they are" pushes_all
check "goss among the values is what packages.json says, or to be filled in" goss_value_agrees
refused "a base of the job images by tag is refused" "is not named by its digest" "$ci/job-images/build" debian:trixie R/dev
