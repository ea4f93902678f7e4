{{/* Name of the chart's application. */}}
{{- define "teamwork-proxy-operator.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* Name of the objects: that of the release, with the chart's name where the release does not say it. */}}
{{- define "teamwork-proxy-operator.fullname" -}}
{{- $name := include "teamwork-proxy-operator.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{/* Labels by which the operator's pods are selected; they can't change in an upgrade. */}}
{{- define "teamwork-proxy-operator.selectorLabels" -}}
app.kubernetes.io/name: {{ include "teamwork-proxy-operator.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Labels of every object. */}}
{{- define "teamwork-proxy-operator.labels" -}}
{{- $own := dict
  "app.kubernetes.io/managed-by" .Release.Service
  "app.kubernetes.io/part-of" .Chart.Name
  "app.kubernetes.io/version" .Chart.AppVersion
  "helm.sh/chart" (printf "%s-%s" .Chart.Name (.Chart.Version | replace "+" "_"))
}}
{{- $selector := include "teamwork-proxy-operator.selectorLabels" . | fromYaml }}
{{- merge $selector $own .Values.commonLabels | toYaml }}
{{- end }}

{{/* Name of the ServiceAccount. */}}
{{- define "teamwork-proxy-operator.serviceAccountName" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "teamwork-proxy-operator.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- required "serviceAccount.name: name the ServiceAccount to use, or let the chart make one with serviceAccount.create=true" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{/* Reference of an image; takes a list of the image's values and the default tag. A digest wins over the tag. */}}
{{- define "teamwork-proxy-operator.image" -}}
{{- $image := index . 0 }}
{{- if $image.digest }}
{{- printf "%s@%s" $image.repository $image.digest }}
{{- else }}
{{- printf "%s:%s" $image.repository (default (index . 1) $image.tag) }}
{{- end }}
{{- end }}
