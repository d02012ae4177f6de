import { builtInSchema } from "../schema/built-in-schema.ts";
import { builtInColumns } from "../table/built-in-columns.ts";
import { builtInStrategy } from "./built-in-strategy.ts";
import { eventConversion } from "./event-conversion.ts";
import type { ResourceDefinition, ScaleSubresource } from "./resource-definition.ts";

interface Entry {
  plural: string;
  kind: string;
  short?: string[];
  cluster?: boolean;
  status?: boolean;
  generation?: boolean;
  all?: boolean;
  scale?: ScaleSubresource;
  sub?: { name: string; kind: string; group?: string; version?: string; verbs: string[] }[];
  verbs?: string[];
}

const ALL_VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const WORKLOAD_SCALE: ScaleSubresource = { specReplicasPath: ["spec", "replicas"], statusReplicasPath: ["status", "replicas"], selectorPath: ["spec", "selector"] };
const CREATE_ONLY = ["create"];

const TABLE: Record<string, Entry[]> = {
  "v1": [
    { plural: "namespaces", kind: "Namespace", short: ["ns"], cluster: true, status: true, sub: [{ name: "finalize", kind: "Namespace", verbs: ["update"] }] },
    {
      plural: "pods",
      kind: "Pod",
      short: ["po"],
      status: true,
      all: true,
      generation: true,
      sub: [
        { name: "log", kind: "Pod", verbs: ["get"] },
        { name: "exec", kind: "PodExecOptions", verbs: ["create", "get"] },
        { name: "proxy", kind: "PodProxyOptions", verbs: ["create", "delete", "get", "patch", "update"] },
        { name: "eviction", kind: "Eviction", group: "policy", version: "v1", verbs: ["create"] },
        { name: "binding", kind: "Binding", verbs: ["create"] },
      ],
    },
    { plural: "services", kind: "Service", short: ["svc"], status: true, all: true },
    { plural: "endpoints", kind: "Endpoints", short: ["ep"] },
    { plural: "configmaps", kind: "ConfigMap", short: ["cm"] },
    { plural: "secrets", kind: "Secret" },
    { plural: "serviceaccounts", kind: "ServiceAccount", short: ["sa"], sub: [{ name: "token", kind: "TokenRequest", group: "authentication.k8s.io", version: "v1", verbs: ["create"] }] },
    { plural: "nodes", kind: "Node", short: ["no"], cluster: true, status: true },
    { plural: "events", kind: "Event", short: ["ev"] },
  ],
  "apps/v1": [
    { plural: "deployments", kind: "Deployment", short: ["deploy"], status: true, generation: true, all: true, scale: WORKLOAD_SCALE },
    { plural: "replicasets", kind: "ReplicaSet", short: ["rs"], status: true, generation: true, all: true, scale: WORKLOAD_SCALE },
    { plural: "controllerrevisions", kind: "ControllerRevision" },
  ],
  "events.k8s.io/v1": [{ plural: "events", kind: "Event", short: ["ev"] }],
  "discovery.k8s.io/v1": [{ plural: "endpointslices", kind: "EndpointSlice", generation: true }],
  "coordination.k8s.io/v1": [{ plural: "leases", kind: "Lease" }],
  "rbac.authorization.k8s.io/v1": [
    { plural: "roles", kind: "Role" },
    { plural: "rolebindings", kind: "RoleBinding" },
    { plural: "clusterroles", kind: "ClusterRole", cluster: true },
    { plural: "clusterrolebindings", kind: "ClusterRoleBinding", cluster: true },
  ],
  "authentication.k8s.io/v1": [
    { plural: "selfsubjectreviews", kind: "SelfSubjectReview", cluster: true, verbs: CREATE_ONLY },
    { plural: "tokenreviews", kind: "TokenReview", cluster: true, verbs: CREATE_ONLY },
  ],
  "authorization.k8s.io/v1": [
    { plural: "selfsubjectaccessreviews", kind: "SelfSubjectAccessReview", cluster: true, verbs: CREATE_ONLY },
    { plural: "selfsubjectrulesreviews", kind: "SelfSubjectRulesReview", cluster: true, verbs: CREATE_ONLY },
    { plural: "subjectaccessreviews", kind: "SubjectAccessReview", cluster: true, verbs: CREATE_ONLY },
    { plural: "localsubjectaccessreviews", kind: "LocalSubjectAccessReview", verbs: CREATE_ONLY },
  ],
  "policy/v1": [{ plural: "poddisruptionbudgets", kind: "PodDisruptionBudget", short: ["pdb"], status: true, generation: true }],
  "scheduling.k8s.io/v1": [{ plural: "priorityclasses", kind: "PriorityClass", short: ["pc"], cluster: true }],
  "apiextensions.k8s.io/v1": [{ plural: "customresourcedefinitions", kind: "CustomResourceDefinition", short: ["crd", "crds"], cluster: true, status: true, generation: true }],
};

function toDefinition(apiVersion: string, entry: Entry): ResourceDefinition {
  const slash = apiVersion.indexOf("/");
  const group = slash < 0 ? "" : apiVersion.slice(0, slash);
  const version = apiVersion.slice(slash + 1);
  const isNewEvent = group === "events.k8s.io";
  return {
    group,
    version,
    plural: entry.plural,
    singular: entry.kind.toLowerCase(),
    kind: entry.kind,
    listKind: `${entry.kind}List`,
    namespaced: entry.cluster !== true,
    shortNames: entry.short ?? [],
    categories: entry.all === true ? ["all"] : entry.kind === "CustomResourceDefinition" ? ["api-extensions"] : [],
    collection: isNewEvent ? "events" : group === "" ? entry.plural : `${group}/${entry.plural}`,
    hasStatus: entry.status === true,
    ...(entry.scale === undefined ? {} : { scale: entry.scale }),
    subresources: entry.sub ?? [],
    hasGeneration: entry.generation === true,
    custom: false,
    strategy: builtInStrategy(group, entry.kind),
    columns: builtInColumns(group, entry.kind),
    schema: builtInSchema(group, entry.kind),
    ...(isNewEvent ? eventConversion : {}),
    verbs: entry.verbs ?? ALL_VERBS,
  };
}

/** Every resource that is there without a CRD. DaemonSets, StatefulSets, Jobs and the rest are deliberately absent: 404. */
export const builtInResources: readonly ResourceDefinition[] = Object.entries(TABLE).flatMap(([apiVersion, entries]) => entries.map((entry) => toDefinition(apiVersion, entry)));
