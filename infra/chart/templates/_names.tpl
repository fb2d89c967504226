{{/* Names and labels. `root` is the chart's context, `component` proxy|app|synthetic, `track` stable|canary. */}}

{{- define "labels" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- with .track }}
track: {{ . }}
{{- end }}
{{- end }}

{{- define "selector" -}}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- with .track }}
track: {{ . }}
{{- end }}
{{- end }}

{{- define "image" -}}
{{- $image := index .root.Values.images .image -}}
{{ .root.Values.registry }}/{{ $image.repository }}@{{ .digest | default $image.digest }}
{{- end }}

{{/* The tracks that run, as JSON */}}
{{- define "tracks" -}}
{{ if .Values.canary.enabled }}["stable", "canary"]{{ else }}["stable"]{{ end }}
{{- end }}

{{/* A name that changes with the content: whatever refers to it has its content for good. */}}
{{- define "hashed" -}}
{{ .root.Release.Name }}-{{ .what }}-{{ .content | sha256sum | trunc 10 }}
{{- end }}
