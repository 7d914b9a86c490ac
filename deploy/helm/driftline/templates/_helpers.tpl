{{- define "driftline.labels" -}}
app.kubernetes.io/name: driftline
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "driftline.common" -}}
{{ include "driftline.labels" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- define "driftline.name" -}}
{{ printf "%s-%s" .root.Release.Name .component | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* What a pod has in common: no root, nothing writable but /tmp, no way to the Kubernetes API. */}}
{{- define "driftline.pod" -}}
serviceAccountName: {{ .root.Release.Name }}-driftline
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "driftline.container" -}}
name: {{ .component }}
image: "{{ .root.Values.image.repository }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}"
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- with .root.Values.secrets }}
envFrom:
  {{- range . }}
  - secretRef: {name: {{ . | quote }}}
  {{- end }}
{{- end }}
{{- end }}

{{- define "driftline.mounts" -}}
- {name: config, mountPath: /etc/driftline, readOnly: true}
- {name: tmp, mountPath: /tmp}
{{- range .Values.secretFiles }}
- {name: {{ printf "secret-%s" . | quote }}, mountPath: {{ printf "/etc/driftline-secrets/%s" . | quote }}, readOnly: true}
{{- end }}
{{- end }}

{{- define "driftline.volumes" -}}
- name: config
  configMap: {name: {{ .root.Release.Name }}-driftline}
- name: tmp # the image's compiled detectors are copied here
  emptyDir: {sizeLimit: 256Mi}
{{- range .root.Values.secretFiles }}
- name: {{ printf "secret-%s" . | quote }}
  secret: {secretName: {{ . | quote }}, defaultMode: 0440}
{{- end }}
{{- end }}

{{/* A host header that dashboard and gateway know; a probe would send the pod's address. */}}
{{- define "driftline.probe" -}}
httpGet:
  path: {{ .path }}
  port: http
  httpHeaders: [{name: Host, value: localhost}]
{{- end }}

{{- define "driftline.config" -}}
{{- $worker := dict "web_host" "0.0.0.0" "web_port" 6066 }}
{{- $dashboard := dict "host" "0.0.0.0" "port" 6070 "directory" "/var/lib/driftline" }}
{{- $bridges := dict "web_host" "0.0.0.0" "web_port" 6071 }}
{{- $gateway := dict "host" "0.0.0.0" "port" 6080 }}
{{- $own := dict "worker" $worker "dashboard" $dashboard "bridges" $bridges "gateway" $gateway }}
{{- toYaml (mergeOverwrite (deepCopy .Values.config) $own) }}
{{- end }}

{{/* docs/guide/sizing.md: MiB = 300 + signals × 16 KiB + waiting predictions × 0.45 KiB, and a quarter as much again. */}}
{{- define "driftline.workerMemoryMiB" -}}
{{- $kib := addf (mulf .signals 16.0) (mulf .predictionsWaiting 0.45) }}
{{- mulf 1.25 (addf 300 (divf $kib 1024)) | ceil | int }}
{{- end }}
