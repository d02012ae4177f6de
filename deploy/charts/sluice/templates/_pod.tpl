{{/* Everything is named alike in every cluster set, since the programs find each other by name. */}}
{{- define "sluice.namespace" -}}
{{- if ne .Release.Namespace "sluice-system" -}}
{{- fail (printf "namespace %q: install into sluice-system (-n sluice-system); the control plane keeps its Lease and the members' credentials there and nowhere else" .Release.Namespace) -}}
{{- end -}}
{{- .Release.Namespace -}}
{{- end -}}

{{/* Call with a list: the image's values, and the chart's appVersion. */}}
{{- define "sluice.image" -}}
{{- $image := index . 0 -}}
image: {{ printf "%s:%s" $image.repository (default (index . 1) $image.tag) | quote }}
imagePullPolicy: {{ $image.pullPolicy }}
{{- end -}}

{{/* What Pod Security "restricted" asks of a pod, and of each container. */}}
{{- define "sluice.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "sluice.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}
