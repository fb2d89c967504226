{{/* What goes into ConfigMaps and Secrets, and how they are called. */}}

{{- define "settings" -}}
{{- $settings := .root.Values.app.settings -}}
{{- if eq .track "canary" }}{{ $settings = mergeOverwrite (deepCopy $settings) .root.Values.canary.settings }}{{ end -}}
{{- $settings = mergeOverwrite (dict
  "ENVIRONMENT" .root.Values.environment
  "AWS_REGION" .root.Values.region
  "LISTEN" (printf "127.0.0.1:%v" .root.Values.app.port)
  "METRICS_LISTEN" (printf "127.0.0.1:%v" .root.Values.app.metricsPort)
  "LOG_TCP" "127.0.0.1:5170"
  "PEERS_URL" "http://127.0.0.1:8083"
  "SECRETS_DIR" "/secrets") $settings -}}
{{ range $key, $value := $settings }}{{ $key }}: {{ $value | toString | quote }}
{{ end }}
{{- end }}

{{- define "settings.name" -}}
{{ include "hashed" (dict "root" .root "what" "settings" "content" (include "settings" .)) }}
{{- end }}

{{/* The files of a component's containers, by name */}}
{{- define "files" -}}
{{- $names := dict
  "proxy" (list "proxy.conf" "common.conf" "fluent-bit.yaml" "collector.yaml")
  "app" (list "gate.conf" "common.conf" "fluent-bit.yaml" "collector.yaml")
  "synthetic" (list "blackbox.yaml" "collector-synthetic.yaml") -}}
{{- $context := dict "Values" .root.Values "Release" .root.Release "Template" .root.Template "component" .component -}}
{{- range index $names .component }}
{{ . }}: |
{{ tpl ($.root.Files.Get (printf "files/%s" .)) $context | trim | indent 2 }}
{{- end }}
{{- end }}

{{- define "files.name" -}}
{{ include "hashed" (dict "root" .root "what" .component "content" (include "files" .)) }}
{{- end }}

{{/* The body of a SecretProviderClass, or of a Secret where the cluster itself keeps them */}}
{{- define "secret" -}}
{{- $secrets := .Values.secrets -}}
{{- if eq $secrets.source "kubernetes" -}}
{{ range $file, $text := $secrets.values }}{{ $file }}: {{ $text | b64enc }}
{{ end }}
{{- else if eq $secrets.source "vault" -}}
provider: vault
parameters:
  vaultAddress: {{ required "secrets.vault.address: where Vault is" $secrets.vault.address | quote }}
  roleName: {{ required "secrets.vault.role: the role that Vault gives to the app" $secrets.vault.role | quote }}
  objects: |
    {{- range $secrets.items }}
    - objectName: {{ .file | quote }}
      secretPath: {{ .path | replace "NAME" $.Values.name | quote }}
      secretKey: {{ .key | quote }}
    {{- end }}
{{- else -}}
provider: aws
parameters:
  region: {{ .Values.region | quote }}
  usePodIdentity: "true"
  objects: |
    {{- range $secrets.items }}
    - objectName: {{ .path | replace "NAME" $.Values.name | quote }}
      objectType: secretsmanager
      {{- with .version }}
      objectVersion: {{ . | quote }}
      {{- end }}
      objectAlias: {{ printf "%s.json" .file | quote }}
      jmesPath:
      - path: {{ .key | quote }}
        objectAlias: {{ .file | quote }}
    {{- end }}
{{- end }}
{{- end }}

{{- define "secret.name" -}}
{{ include "hashed" (dict "root" . "what" "secrets" "content" (include "secret" .)) }}
{{- end }}

{{- define "secret.any" -}}
{{- $secrets := .Values.secrets -}}
{{ if or $secrets.items (and (eq $secrets.source "kubernetes") $secrets.values) }}yes{{ end }}
{{- end }}
