import type { ApiObject } from "../api-object.ts";

const GROUP = "rbac.authorization.k8s.io";
const LABELS = { "kubernetes.io/bootstrapping": "rbac-defaults" };

interface Rule {
  verbs: string[];
  apiGroups?: string[];
  resources?: string[];
  nonResourceURLs?: string[];
}

function clusterRole(name: string, rules: Rule[]): { collection: string; object: ApiObject } {
  return { collection: `${GROUP}/clusterroles`, object: { apiVersion: `${GROUP}/v1`, kind: "ClusterRole", metadata: { name, labels: LABELS }, rules } };
}

function binding(name: string, groups: string[]): { collection: string; object: ApiObject } {
  const subjects = groups.map((group) => ({ apiGroup: GROUP, kind: "Group", name: group }));
  const object = { apiVersion: `${GROUP}/v1`, kind: "ClusterRoleBinding", metadata: { name, labels: LABELS }, roleRef: { apiGroup: GROUP, kind: "ClusterRole", name }, subjects };
  return { collection: `${GROUP}/clusterrolebindings`, object };
}

const READ = ["get", "list", "watch"];
const WRITE = ["create", "delete", "deletecollection", "patch", "update"];
const WORKLOADS: Rule[] = [
  { apiGroups: [""], resources: ["configmaps", "endpoints", "events", "pods", "pods/log", "pods/status", "serviceaccounts", "services", "services/status", "namespaces"], verbs: READ },
  { apiGroups: ["apps"], resources: ["controllerrevisions", "deployments", "deployments/scale", "deployments/status", "replicasets", "replicasets/scale", "replicasets/status"], verbs: READ },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: READ },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets", "poddisruptionbudgets/status"], verbs: READ },
];
const EDITS: Rule[] = [
  ...WORKLOADS,
  { apiGroups: [""], resources: ["pods/exec", "pods/proxy", "secrets"], verbs: READ },
  { apiGroups: [""], resources: ["configmaps", "endpoints", "events", "pods", "pods/exec", "pods/proxy", "pods/eviction", "secrets", "serviceaccounts", "serviceaccounts/token", "services"], verbs: WRITE },
  { apiGroups: ["apps"], resources: ["deployments", "deployments/scale", "replicasets", "replicasets/scale"], verbs: WRITE },
  { apiGroups: ["policy"], resources: ["poddisruptionbudgets"], verbs: WRITE },
];

/** The default roles that a cluster's users count on (kubernetes plugin/pkg/auth/authorizer/rbac/bootstrappolicy). */
export function bootstrapRoles(): { collection: string; object: ApiObject }[] {
  return [
    clusterRole("cluster-admin", [
      { apiGroups: ["*"], resources: ["*"], verbs: ["*"] },
      { nonResourceURLs: ["*"], verbs: ["*"] },
    ]),
    clusterRole("system:discovery", [{ nonResourceURLs: ["/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version", "/version/"], verbs: ["get"] }]),
    clusterRole("system:public-info-viewer", [{ nonResourceURLs: ["/healthz", "/livez", "/readyz", "/version", "/version/"], verbs: ["get"] }]),
    clusterRole("system:basic-user", [
      { apiGroups: ["authorization.k8s.io"], resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"], verbs: ["create"] },
      { apiGroups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"], verbs: ["create"] },
    ]),
    clusterRole("view", WORKLOADS),
    clusterRole("edit", EDITS),
    clusterRole("admin", [...EDITS, { apiGroups: [GROUP], resources: ["roles", "rolebindings"], verbs: [...READ, ...WRITE] }, { apiGroups: ["authorization.k8s.io"], resources: ["localsubjectaccessreviews"], verbs: ["create"] }]),
    binding("cluster-admin", ["system:masters"]),
    binding("system:discovery", ["system:authenticated"]),
    binding("system:public-info-viewer", ["system:authenticated", "system:unauthenticated"]),
    binding("system:basic-user", ["system:authenticated"]),
  ];
}
