# The pipeline: its files against GitLab's schema and an interpreter of them, its programs at work.
# shellcheck shell=bash disable=SC2154
ci=$infra/ci
gitlab_ci_local=4.61.1
local_ci=$cache/infra/npm/$gitlab_ci_local/node_modules/.bin/gitlab-ci-local

interpreter() {
  [ -x "$local_ci" ] && return
  mkdir -p "$cache/infra/npm/$gitlab_ci_local"
  npm install --silent --no-fund --no-audit --prefix "$cache/infra/npm/$gitlab_ci_local" "gitlab-ci-local@$gitlab_ci_local"
}

# A repository that holds nothing but the pipeline: the interpreter wants one with a remote
repository() {
  rm -rf "$work/repository"
  mkdir -p "$work/repository/infra"
  cp -r "$ci" "$work/repository/infra/"
  (cd "$work/repository" && git init -q -b main . && git add . && git -c user.name=t -c user.email=t@t commit -qm t &&
    git remote add origin https://gitlab.example.com/ops/estate.git)
}

listed() { # SOURCE TASK BRANCH OUT
  (cd "$work/repository" && "$local_ci" --file infra/ci/gitlab-ci.yml --list-csv --variable "CI_PIPELINE_SOURCE=$1" --variable "TASK=$2" \
    --variable "CI_COMMIT_BRANCH=$3" > "$work/$4" 2>&1) || { cat "$work/$4"; return 1; }
  grep -q '^name;' "$work/$4"
}

expanded() { (cd "$work/repository" && "$local_ci" --file infra/ci/gitlab-ci.yml --preview > "$work/expanded.yml"); }

pipeline() { "$venv/bin/python" "$here/chart.d/pipeline.py" "$work/expanded.yml" "$infra" "$work/push.csv" "$work/merge.csv" "$work/daily.csv" "$work/rollout.csv"; }

interpreted() { repository && listed push "" main push.csv && listed merge_request_event "" "" merge.csv && listed schedule daily main daily.csv &&
  listed schedule rollout main rollout.csv && expanded; }

planted_pipeline() { # NAME WORD FILE SED: one thing wrong, which must be found; what it leaves alone was listed above
  if repository > "$work/log" 2>&1 && sed -i -E "$4" "$work/repository/infra/ci/$3" && ! cmp -s "$ci/$3" "$work/repository/infra/ci/$3" &&
    { (cd "$work/repository" && git -c user.name=t -c user.email=t@t commit -qam planted) && listed push "" main push.csv &&
      listed schedule rollout main rollout.csv && expanded; } > "$work/log" 2>&1; then
    refused "planted: $1" "$2" pipeline
  else
    verdict FAILED "planted: $1: nothing was planted"
  fi
}

check "GitLab's schema takes each file" "$venv/bin/check-jsonschema" --builtin-schema vendor.gitlab-ci --data-transform gitlab-ci "$ci"/*.yml
started_fleet() { # PURPOSE DEPLOY_ROLE NESTS WANTED: its user data, and what its jobs' containers are held by
  local values='region = "us-east-1", mirror = "m", runner_version = "18.5.0", runner_sha256 = "a", helpers_sha256 = "b", gitlab_url = "https://g",
    token_secret = "t", pipeline_role = "p", registry = "r/s", registry_host = "r", default_image = "r/s/i", concurrent = 4, log_group = "/l"'
  mkdir -p "$work/fleet" && (cd "$work/fleet" && tr '\n' ' ' <<< "base64encode(templatefile(\"$infra/modules/runner/templates/user-data.sh.tftpl\", {
    $values, deploy_role = \"$2\", purpose = \"$1\", nests = $3 }))" | terraform console |
    tr -d '"' | base64 -d > start.sh) || return 1
  "$venv/bin/shellcheck" --exclude=SC2016 "$work/fleet/start.sh" && sed -n '/config.toml <<END/,/^END/p' "$work/fleet/start.sh" | sed '1d;$d' | "$venv/bin/python" -c '
import sys, tomllib
held = tomllib.loads(sys.stdin.read())["runners"][0]["docker"]
assert held["security_opt"] == sys.argv[1].split() and held["privileged"] is False, held' "$4" &&
    sed -n '/aws-config <</,/^END/p' "$work/fleet/start.sh" | sed '1d;$d' | "$venv/bin/python" -c '
import configparser, sys
config = configparser.ConfigParser(default_section=None)
config.read_file(sys.stdin)
assert config.sections() == sys.argv[1:], config.sections()' default ${2:+"profile deploy"}
}
fleets() {
  started_fleet jobs "" false no-new-privileges:true && started_fleet build "" true "no-new-privileges:true seccomp=unconfined" &&
    started_fleet deploy d false no-new-privileges:true
}
scripts() { grep -lE '^#!/bin/bash' "$ci"/* "$ci"/*/* 2> /dev/null; }
shell_of_scripts() { local found; mapfile -t found < <(scripts); [ "${#found[@]}" -gt 8 ] && "$venv/bin/shellcheck" "${found[@]}"; }
check "shellcheck of the pipeline's scripts" shell_of_scripts
check "shellcheck of these checks" "$venv/bin/shellcheck" -x --exclude=SC2016,SC2034 "$here/chart" "$here/chart.d"/*.sh
check "a runner's start is a script, and its configuration is TOML, in every fleet" fleets
check "an interpreter of GitLab's files" interpreter
check "it resolves includes, rules and needs of each kind of pipeline" interpreted
check "built once, promoted in order, asked before prod, every region, no key, images by digest" pipeline
planted_pipeline "prod that asks nobody" "nobody is asked" deploy.yml 's/when: manual/when: on_success/'
planted_pipeline "a key in a variable" "long-lived key" gitlab-ci.yml 's/^  ESTATE: shop/  ESTATE: shop\n  AWS_SECRET_ACCESS_KEY: x/;'
planted_pipeline "an image by tag" "by digest" schedule.yml 's/clamav@\$CLAMAV_DIGEST/clamav:1/'
planted_pipeline "lint beside the deployer" "lint runs on" check.yml 's/^lint:$/lint:\n  tags: [estate-dev-deploy]/'
planted_pipeline "Terraform among the jobs of merge requests" "dev:apply runs on" deploy.yml '/^.apply:/,/^.canary/s/-deploy\]/]/'
planted_pipeline "a build where namespaces are refused" "build runs on" build.yml 's/tags: .estate-dev-build./tags: [estate-dev]/'
planted_pipeline "a test's release on dev's runner" "test runs on" deploy.yml 's/^  stage: test$/  stage: test\n  tags: [estate-dev]/'
planted_pipeline "a release that passes before it was watched" "watch, pass" deploy.yml 's#infra/ci/release watch.*alarm service.*#echo#'
planted_pipeline "prod that takes from dev" "takes from" deploy.yml 's/FROM: .REGISTRY_TEST/FROM: $REGISTRY_DEV/'
planted_pipeline "no time to take a canary back" "no time for its canary" deploy.yml 's/timeout: 2 hours 15 minutes/timeout: 2 hours/'
planted_pipeline "a rollout that leaves out what deploys" "a rollout leaves out" gitlab-ci.yml 's/TASK == "rollout"/TASK == "never"/'
planted_pipeline "a canary that nobody watches" "canary, watch" deploy.yml 's#infra/ci/release watch.*BAKE_MINUTES.*#echo#'
planted_pipeline "prod right after dev" "follows dev" deploy.yml 's/BEFORE: test/BEFORE: dev/'
planted_pipeline "a region that is left out" "us-east-2" deploy.yml '/^prod:us-east-2:$/,/environment:/s/REGION|\.us-east-2\]/.us-west-2]/'

# -- programs at work

fake() { # NAME: a program that writes down how it was called and does what stands on stdin
  mkdir -p "$work/fake"
  { printf '#!/bin/bash\necho "%s $*" >> "$FAKE_LOG"\n' "$1"; cat; } > "$work/fake/$1"
  chmod +x "$work/fake/$1"
}
export FAKE_LOG=$work/fake.log

fake stack <<'S'
[ "$1" = order ] && { printf '%s\n' bootstrap global network edge cluster ci; exit; }
stack=$3
case $4 in
  show) cat "$FAKE_PLANS/$stack.json" ;;
  drift) exit "$(cat "$FAKE_PLANS/$stack.drift" 2> /dev/null || echo 0)" ;;
esac
S
fake policy <<'S'
grep -rq forbidden "$1" && { echo "policy: forbidden"; exit 1; }
exit 0
S
export FAKE_PLANS=$work/fake-plans
change() { # STACK ACTION ADDRESS
  mkdir -p "$FAKE_PLANS"
  jq -n --arg action "$2" --arg address "$3" '{resource_changes: [{address: $address, change: {actions: [$action]}}]}' > "$FAKE_PLANS/$1.json"
}
for one in network edge cluster; do change "$one" no-op aws_vpc.this; done
change edge update aws_lb.this

# values in which nothing is left to be filled in
filled() { mkdir -p "$work/values" && rm -rf "$work/values"/* && cp -r "$infra/env"/* "$work/values/" && sed -i -E 's/0{64}/'"$(printf 'a%.0s' {1..64})"'/' "$work/values"/*/*.tfvars; }
filled
stacks() {
  : > "$FAKE_LOG"
  VALUES=${VALUES:-$work/values} PLANS=$work/plans STACK_COMMAND=$work/fake/stack POLICY_COMMAND=$work/fake/policy "$ci/terraform" "$@"
}
stacks_plan() { stacks plan test us-east-1 && [ "$(cat "$work/plans/edge.changes")" = "update aws_lb.this" ] && [ ! -s "$work/plans/network.changes" ]; }
stacks_apply() { stacks apply test us-east-1 && [ "$(grep -c ' apply ' "$FAKE_LOG")" = 1 ] && grep -q 'edge apply' "$FAKE_LOG" && grep -q '^policy' "$FAKE_LOG"; }
nothing_applied() { ! grep -q ' apply ' "$FAKE_LOG"; }
last_first() {
  stacks destroy dev us-east-1 pr-7 && grep ' destroy ' "$FAKE_LOG" | awk '{ print $2, $4 }' | tr '\n' ' ' | tee /dev/stderr |
    grep -qx 'dev/pr-7 cluster dev/pr-7 edge dev/pr-7 network dev/pr-7 global '
}
drifted() { echo 2 > "$FAKE_PLANS/edge.drift"; stacks drift prod us-east-1; [ $? = 3 ]; }

# What nobody could fill in where this was written is said by name, and stops the pipeline before its first plan
unfilled() { (cd "$infra/env" && grep -nE '"(sha256:)?0{64}"' -- */*.tfvars | sed -E 's/[: ]+=.*//; s/:[0-9]+: */ /' | tr -s ' '); }
known_unfilled() { # what is left is what README.md names, and every value is one that can be filled in by a command
  local left
  left=$(unfilled | sed -E 's#.*/(images|ci).tfvars ##; s/^ *//' | sort -u)
  echo "$left"
  ! grep -vxE 'fluent_bit|runner_sha256|helpers_sha256|tools_digest' <<< "$left"
}
check "to be filled in: $(unfilled | sed -E 's#^[a-z]+/##' | sort -u | sed -E 's/.tfvars / /' | paste -sd, | sed 's/,/, /g')" known_unfilled
unfill() { mkdir -p "$work/unfilled/test" && cp "$work/values/test"/* "$work/unfilled/test/" && echo 'tools_digest = "sha256:'"$(printf '0%.0s' {1..64})"'"' > "$work/unfilled/test/ci.tfvars"; }
check "a value that is not filled in" unfill
VALUES=$work/unfilled refused "and nothing is planned" "tools_digest" stacks plan test us-east-1
VALUES=$work/unfilled refused "nor applied" "to be filled in" stacks apply test us-east-1
check "terraform plan writes what a person reads" stacks_plan
check "terraform apply does it, after the policies" stacks_apply
change network delete aws_vpc.this
refused "terraform apply stops before what nobody has read" "was not in the plan that was read" stacks apply test us-east-1
check "and applied nothing" nothing_applied
change network no-op aws_vpc.this
change edge update forbidden
stacks plan test us-east-1 > /dev/null
refused "terraform apply stops where a policy says no" "policy: forbidden" stacks apply test us-east-1
refused "terraform destroy takes no environment" "only a copy of dev" stacks destroy prod us-east-1
refused "terraform destroy takes no copy of prod" "only a copy of dev" stacks destroy prod us-east-1 pr-7
check "terraform destroy takes a copy apart, last stack first" last_first
check "terraform drift says so by its status" drifted

# shellcheck source=/dev/null
. "$here/chart.d/release.sh"
