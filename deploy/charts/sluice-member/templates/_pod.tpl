{{/* Everything is named alike in every member, since the programs find each other by name. */}}
{{- define "sluice.namespace" -}}
{{- if ne .Release.Namespace "sluice-system" -}}
{{- fail (printf "namespace %q: install into sluice-system (-n sluice-system); the control plane looks for a member's proxies there and nowhere else" .Release.Namespace) -}}
{{- end -}}
{{- .Release.Namespace -}}
{{- end -}}

{{- define "sluice.image" -}}
{{- printf "%s:%s" .Values.image.repository (default .Chart.AppVersion .Values.image.tag) | quote -}}
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

{{- define "sluice.podEnvironment" -}}
- name: LOG_LEVEL
  value: {{ .Values.logLevel | quote }}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: POD_IP
  valueFrom:
    fieldRef:
      fieldPath: status.podIP
{{- end -}}

{{- define "sluice.probes" -}}
readinessProbe:
  httpGet:
    path: /readyz
    port: 9081
  periodSeconds: 1
livenessProbe:
  httpGet:
    path: /healthz
    port: 9081
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- end -}}

{{/* Over nodes, then zones; a pod that finds no other place starts all the same. Call with the pods' name. */}}
{{- define "sluice.spread" -}}
{{- $name := . -}}
{{- range $index, $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
{{- if $index }}
{{ end -}}
- maxSkew: 1
  topologyKey: {{ $key }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      app.kubernetes.io/name: {{ $name }}
{{- end }}
{{- end -}}
