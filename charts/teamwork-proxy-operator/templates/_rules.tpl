{{/*
What the operator may do where it watches: read TeamworkProxies and write their status, and look after what it makes of them. Server-side
apply is `patch`, and `create` as well for what is not there yet. What every TeamworkProxy has goes with it, by the garbage collector, and is
never deleted. A test runs the operator with these rules and compares them with what it asked for. In alphabetical order.
*/}}
{{- define "teamwork-proxy-operator.rules" -}}
- apiGroups: ['']
  resources: [configmaps, secrets, services]
  verbs: [create, delete, get, list, patch, watch]
- apiGroups: ['']
  resources: [serviceaccounts]
  verbs: [create, get, list, patch, watch]
# An annotation of a proxy pod is touched, so that the kubelet brings its mounted files up to date at once.
- apiGroups: ['']
  resources: [pods]
  verbs: [list, patch, watch]
- apiGroups: [apps]
  resources: [deployments]
  verbs: [create, get, list, patch, watch]
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [create, delete, get, list, patch, watch]
# Read to find out why a load balancer gives a Service no address.
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, list, patch]
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies]
  verbs: [create, delete, get, list, patch, watch]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [create, get, list, patch, watch]
- apiGroups: [teamworkproxy.io]
  resources: [teamworkproxies]
  verbs: [get, list, watch]
# Where OwnerReferencesPermissionEnforcement is on, this is what an owner reference with blockOwnerDeletion takes.
- apiGroups: [teamworkproxy.io]
  resources: [teamworkproxies/finalizers]
  verbs: [update]
- apiGroups: [teamworkproxy.io]
  resources: [teamworkproxies/status]
  verbs: [patch]
{{- end }}
