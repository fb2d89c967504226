{{/* A pod template: `root`, `component`, `track`. Collectors and gate are native sidecars: they start before what they serve and
stop after it, so that the first and the last lines of the app are sent too. */}}
{{- define "pod" -}}
{{- $sidecar := merge (dict "sidecar" true) . -}}
metadata:
  labels:
    {{- include "labels" . | nindent 4 }}
  annotations:
    # its own collector sends its lines: the node's shall not send them again
    fluentbit.io/exclude: {{ ne .component "synthetic" | quote }}
    kubectl.kubernetes.io/default-container: {{ ternary "blackbox" .component (eq .component "synthetic") }}
spec:
  serviceAccountName: {{ .root.Release.Name }}-{{ .component }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ add .root.Values.rollout.drainSeconds 40 }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10101
    runAsGroup: 10101
    fsGroup: 10101
    seccompProfile: {type: RuntimeDefault}
  {{- include "placement" . | nindent 2 }}
  initContainers:
  {{- if ne .component "synthetic" }}
  {{- include "container.fluent-bit" . | nindent 2 }}
  {{- include "container.collector" . | nindent 2 }}
  {{- end }}
  {{- if eq .component "app" }}
  {{- include "container.nginx" (merge (dict "name" "gate" "resources" (dict "cpu" "50m" "memory" "64Mi")) $sidecar) | nindent 2 }}
  containers:
  {{- include "container.app" . | nindent 2 }}
  {{- else if eq .component "proxy" }}
  {{- include "container.nginx-exporter" . | nindent 2 }}
  containers:
  {{- include "container.nginx" (merge (dict "name" "proxy" "resources" .root.Values.proxy.resources) .) | nindent 2 }}
  {{- else }}
  {{- include "container.collector" (merge (dict "config" "collector-synthetic.yaml") .) | nindent 2 }}
  containers:
  {{- include "container.blackbox" . | nindent 2 }}
  {{- end }}
  volumes:
  - {name: files, configMap: {name: {{ include "files.name" . }}, defaultMode: 0440}}
  - {name: tls, secret: {secretName: {{ .root.Release.Name }}-{{ .component }}-tls, defaultMode: 0440}}
  {{- if ne .component "synthetic" }}
  - {name: tmp, emptyDir: {medium: Memory, sizeLimit: 32Mi}}
  - {name: buffer, emptyDir: {sizeLimit: 192Mi}}
  {{- end }}
  {{- if and (eq .component "app") (include "secret.any" .root) }}
  {{- if eq .root.Values.secrets.source "kubernetes" }}
  - {name: secrets, secret: {secretName: {{ include "secret.name" .root }}, defaultMode: 0440}}
  {{- else }}
  - name: secrets
    csi:
      driver: secrets-store.csi.k8s.io
      readOnly: true
      volumeAttributes: {secretProviderClass: {{ include "secret.name" .root }}}
  {{- end }}
  {{- end }}
{{- end }}

{{/*
A pod in each zone: the stable track is spread with a skew of one, each revision for itself, so that a rollout too is even. A zone
whose nodes are all down is not counted (`nodeTaintsPolicy: Honor`, and minDomains below the number of zones): the others may then
hold more than their share, which they could not if the dead zone still counted as empty. Two of one revision never share a host.
*/}}
{{- define "placement" -}}
topologySpreadConstraints:
- maxSkew: 1
  topologyKey: topology.kubernetes.io/zone
  whenUnsatisfiable: DoNotSchedule
  minDomains: {{ max 1 (sub .root.Values.zones 1) }}
  nodeTaintsPolicy: Honor
  matchLabelKeys: [pod-template-hash]
  labelSelector:
    matchLabels:
      {{- include "selector" . | nindent 6 }}
affinity:
  podAntiAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
    - topologyKey: kubernetes.io/hostname
      matchLabelKeys: [pod-template-hash]
      labelSelector:
        matchLabels:
          {{- include "selector" . | nindent 10 }}
{{- end }}
