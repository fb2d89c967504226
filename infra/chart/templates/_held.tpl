{{/* Objects of earlier releases, newest first, as they are in the cluster. Nothing where there is no cluster (`helm template`). */}}
{{- define "held" -}}
{{- $root := .root }}
{{- $times := dict }}
{{- $bodies := dict }}
{{- range (lookup .api .kind $root.Release.Namespace "").items }}
{{- $labels := .metadata.labels | default dict }}
{{- if and (eq (get $labels "held") "by-content") (eq (get $labels "app.kubernetes.io/instance") $root.Release.Name) (not (hasKey $.made .metadata.name)) }}
{{- $_ := set $times (printf "%s %s" .metadata.creationTimestamp .metadata.name) .metadata.name }}
{{- $_ := set $bodies .metadata.name (get . $.body) }}
{{- end }}
{{- end }}
{{- range $place, $time := keys $times | sortAlpha | reverse }}
{{- if lt $place (int $.keep) }}
{{- $name := get $times $time }}
---
apiVersion: {{ $.api }}
kind: {{ $.kind }}
metadata:
  name: {{ $name }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "labels" (dict "root" $root) | nindent 4 }}
    held: by-content
{{- if ne $.body "spec" }}
immutable: true
{{- end }}
{{ $.body }}:
  {{- get $bodies $name | toYaml | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}
