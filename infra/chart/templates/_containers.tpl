{{/* Containers. All take `root`, `component`, `track`. */}}

{{- define "locked" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: {drop: [ALL]}
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* A container asks for what it may use of memory, so that it is never evicted for a neighbour's sake. */}}
{{- define "room" -}}
requests: {cpu: {{ .cpu }}, memory: {{ .memory }}, ephemeral-storage: 64Mi}
limits: {cpu: {{ .limit | default "1" }}, memory: {{ .memory }}, ephemeral-storage: {{ .disk | default "128Mi" }}}
{{- end }}

{{/* Where the pod is and what it is, for its collectors */}}
{{- define "whereabouts" -}}
- {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
- {name: POD_NAMESPACE, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}}
- {name: POD_UID, valueFrom: {fieldRef: {fieldPath: metadata.uid}}}
- {name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
- {name: NODE_NAME, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
- {name: TRACK, value: {{ .track | quote }}}
{{- end }}

{{- define "probes" -}}
startupProbe: {httpGet: {path: {{ .start | default .path }}, port: {{ .port }}}, periodSeconds: 2, failureThreshold: 60}
readinessProbe: {httpGet: {path: {{ .path }}, port: {{ .port }}}, periodSeconds: 5, timeoutSeconds: 3, failureThreshold: 2}
livenessProbe: {httpGet: {path: {{ .live | default .path }}, port: {{ .port }}}, periodSeconds: 10, timeoutSeconds: 3, failureThreshold: 6}
{{- end }}

{{- define "container.fluent-bit" -}}
- name: fluent-bit
  image: {{ include "image" (dict "root" .root "image" "fluentBit") }}
  imagePullPolicy: Always
  restartPolicy: Always
  command: [/fluent-bit/bin/fluent-bit]
  args: [--config, /etc/web/fluent-bit.yaml]
  env:
    {{- include "whereabouts" . | nindent 4 }}
  ports: [{name: logs-health, containerPort: 2020}]
  # that it answers, not that it gets rid of its lines: a bad hour of CloudWatch shall not take the pods out of service
  {{- include "probes" (dict "path" "/" "port" "logs-health") | nindent 2 }}
  securityContext: {{- include "locked" . | nindent 4 }}
  resources: {{- include "room" (dict "cpu" "25m" "memory" "64Mi" "disk" "256Mi") | nindent 4 }}
  volumeMounts:
  - {name: files, mountPath: /etc/web, readOnly: true}
  - {name: buffer, mountPath: /buffer}
{{- end }}

{{- define "container.collector" -}}
- name: collector
  image: {{ include "image" (dict "root" .root "image" "collector") }}
  imagePullPolicy: Always
  restartPolicy: Always
  args: [--config=/etc/web/{{ .config | default "collector.yaml" }}]
  env:
    {{- include "whereabouts" . | nindent 4 }}
    - {name: GOMEMLIMIT, value: 96MiB}
  ports: [{name: metrics-health, containerPort: 13133}]
  {{- include "probes" (dict "path" "/" "port" "metrics-health") | nindent 2 }}
  securityContext: {{- include "locked" . | nindent 4 }}
  resources: {{- include "room" (dict "cpu" "25m" "memory" "128Mi") | nindent 4 }}
  volumeMounts:
  - {name: files, mountPath: /etc/web, readOnly: true}
{{- end }}

{{/* nginx, as the proxy in a pod of its own or as the gate before the app */}}
{{- define "container.nginx" -}}
- name: {{ .name }}
  image: {{ include "image" (dict "root" .root "image" "nginx") }}
  imagePullPolicy: Always
  {{- if .sidecar }}
  restartPolicy: Always
  {{- end }}
  command: [nginx]
  args: [-e, /dev/stderr, -c, /etc/web/{{ .name }}.conf, -g, daemon off;]
  ports:
  - {name: https, containerPort: 8443}
  {{- if not .sidecar }}
  - {name: https-inside, containerPort: 8444}
  {{- end }}
  - {name: health, containerPort: 8081}
  {{- include "probes" (dict "path" "/healthz" "port" "health") | nindent 2 }}
  {{- if not .sidecar }}
  lifecycle: {preStop: {sleep: {seconds: {{ .root.Values.rollout.drainSeconds }}}}}
  {{- end }}
  securityContext: {{- include "locked" . | nindent 4 }}
  resources: {{- include "room" .resources | nindent 4 }}
  volumeMounts:
  - {name: files, mountPath: /etc/web, readOnly: true}
  - {name: tls, mountPath: /tls, readOnly: true}
  - {name: tmp, mountPath: /tmp}
{{- end }}

{{- define "container.nginx-exporter" -}}
- name: nginx-exporter
  image: {{ include "image" (dict "root" .root "image" "nginxExporter") }}
  imagePullPolicy: Always
  restartPolicy: Always
  args: ["--nginx.scrape-uri=http://127.0.0.1:8082/stub_status", "--web.listen-address=:9113"]
  ports: [{name: exporter, containerPort: 9113}]
  {{- include "probes" (dict "path" "/" "port" "exporter") | nindent 2 }}
  securityContext: {{- include "locked" . | nindent 4 }}
  resources: {{- include "room" (dict "cpu" "10m" "memory" "32Mi") | nindent 4 }}
{{- end }}

{{- define "container.app" -}}
{{- $paths := .root.Values.app.paths }}
- name: app
  image: {{ include "image" (dict "root" .root "image" "app" "digest" (ternary .root.Values.canary.appDigest "" (eq .track "canary"))) }}
  imagePullPolicy: Always
  envFrom: [{configMapRef: {name: {{ include "settings.name" . }}}}]
  # the app listens on loopback; its probes come in by the gate
  {{- include "probes" (dict "port" 8081 "start" (printf "/app%s" $paths.start) "path" (printf "/app%s" $paths.ready)
    "live" (printf "/app%s" $paths.live)) | nindent 2 }}
  lifecycle: {preStop: {sleep: {seconds: {{ .root.Values.rollout.drainSeconds }}}}}
  securityContext: {{- include "locked" . | nindent 4 }}
  resources: {{- include "room" .root.Values.app.resources | nindent 4 }}
  volumeMounts:
  - {name: tmp, mountPath: /tmp}
  {{- if include "secret.any" .root }}
  - {name: secrets, mountPath: /secrets, readOnly: true}
  {{- end }}
{{- end }}

{{- define "container.blackbox" -}}
- name: blackbox
  image: {{ include "image" (dict "root" .root "image" "blackbox") }}
  imagePullPolicy: Always
  args: [--config.file=/etc/web/blackbox.yaml, "--web.listen-address=:9115"]
  ports: [{name: probe, containerPort: 9115}]
  {{- include "probes" (dict "path" "/-/healthy" "port" "probe") | nindent 2 }}
  securityContext: {{- include "locked" . | nindent 4 }}
  resources: {{- include "room" (dict "cpu" "10m" "memory" "48Mi") | nindent 4 }}
  volumeMounts:
  - {name: files, mountPath: /etc/web, readOnly: true}
  - {name: tls, mountPath: /tls, readOnly: true}
{{- end }}
