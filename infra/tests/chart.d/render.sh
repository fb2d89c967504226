# The chart as text.
# shellcheck shell=bash disable=SC2154
chart=$infra/chart
pipeline=$here/data/chart-values.yaml

template() { # ENVIRONMENT MORE…
  helm template shop "$chart" --kube-version "$kube_version" -n web -f "$chart/values-$1.yaml" -f "$pipeline" "${@:2}"
}

rendered() { template "$1" "${@:3}" > "$work/$2.yaml"; }

for env in dev test prod; do
  check "helm lint --strict, $env" helm lint "$chart" --strict --kube-version "$kube_version" -f "$chart/values-$env.yaml" -f "$pipeline"
  check "renders for $env" rendered "$env" "$env"
  check "renders for $env with a canary" rendered "$env" "$env-canary" --set canary.enabled=true \
    --set "canary.appDigest=sha256:$(printf '2%.0s' {1..64})" --set canary.settings.FEATURE=on
done
check "renders for a one-off copy of dev with secrets of its own" rendered dev copy \
  --set secrets.source=kubernetes --set secrets.values.database-url=postgres://copy

refused "a tag in place of a digest is refused" digest template dev --set images.app.digest=latest
refused "an app without a digest is refused" digest template dev --set images.app.digest=
refused "an unknown environment is refused" environment template dev --set environment=staging
refused "a misspelt value is refused" replicaCount template dev --set app.replicaCount=3
refused "one zone is refused" zones template dev --set zones=1
refused "two zones in prod are refused" zones template prod --set zones=2
refused "prod without a target group is refused" targetGroupArn template prod --set ingress.targetGroupArn=
refused "prod without a synthetic client is refused" synthetic template prod --set synthetic.enabled=false
refused "secrets among the values of test are refused" source template test --set secrets.source=kubernetes
refused "secrets among the values of prod are refused" values template prod --set secrets.values.x=y
refused "Vault without an address is refused" address template test --set secrets.vault.address=
refused "Vault without TLS is refused" address template test --set secrets.vault.address=http://vault:8200
refused "a certificate longer than a short-lived authority signs is refused" durationHours template dev --set pki.durationHours=720
refused "a registry outside ECR is refused" registry template dev --set registry=docker.io/library
refused "a namespace of AWS's own metrics is refused" namespace template dev --set telemetry.namespace=AWS/EC2
refused "an older Kubernetes is refused" kubeVersion helm template shop "$chart" --kube-version 1.32.0 -f "$chart/values-dev.yaml" -f "$pipeline"

promises=("$venv/bin/python" "$here/chart.d/promises.py")
for env in dev test prod; do check "every promise holds in $env" "${promises[@]}" "$work/$env.yaml" "$work/$env-canary.yaml"; done
while read -r planted; do
  check "planted: $planted" "${promises[@]}" --plant "$planted" "$work/prod-canary.yaml"
done < <("${promises[@]}" --list)

scan() { "$QD_CHECKOV" -f "$1" --framework kubernetes --skip-download --compact --quiet; }
for env in dev test prod; do check "checkov, $env" scan "$work/$env-canary.yaml"; done
sed 's/readOnlyRootFilesystem: true/readOnlyRootFilesystem: false/' "$work/prod.yaml" > "$work/planted.yaml"
refused "checkov bites: a writable root" CKV_K8S_22 scan "$work/planted.yaml"
