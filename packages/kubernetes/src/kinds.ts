import type { Cluster } from "@sluice/shared/cluster/cluster-schema";
import type { ServiceExport } from "@sluice/shared/export/service-export-schema";
import type { ServiceImport } from "@sluice/shared/import/service-import-schema";
import type { ObjectMeta } from "@sluice/shared/object-meta";
import type { GlobalTrafficPolicy } from "@sluice/shared/policy/global-traffic-policy-schema";
import type { KubernetesObject, ResourceType } from "./resource.ts";

export interface ServicePort {
  name?: string;
  protocol?: "TCP" | "UDP" | "SCTP";
  appProtocol?: string;
  port: number;
  targetPort?: number | string;
  nodePort?: number;
}

export interface Service extends KubernetesObject {
  spec: {
    type?: "ClusterIP" | "NodePort" | "LoadBalancer" | "ExternalName";
    clusterIP?: string;
    clusterIPs?: string[];
    ipFamilies?: string[];
    ipFamilyPolicy?: string;
    selector?: Record<string, string>;
    ports?: ServicePort[];
    sessionAffinity?: "None" | "ClientIP";
    externalName?: string;
    internalTrafficPolicy?: string;
    externalTrafficPolicy?: string;
    publishNotReadyAddresses?: boolean;
  };
  status?: { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } };
}

export interface Endpoint {
  addresses: string[];
  conditions?: { ready?: boolean; serving?: boolean; terminating?: boolean };
  targetRef?: { kind?: string; namespace?: string; name?: string; uid?: string };
  nodeName?: string;
  zone?: string;
  hostname?: string;
}

/** discovery.k8s.io/v1 EndpointSlice. */
export interface EndpointSlice extends KubernetesObject {
  addressType: "IPv4" | "IPv6" | "FQDN";
  endpoints: Endpoint[];
  ports?: { name?: string; port?: number; protocol?: string; appProtocol?: string }[];
}

export interface Pod extends KubernetesObject {
  spec: {
    nodeName?: string;
    serviceAccountName?: string;
    containers: { name: string; image: string; command?: string[]; args?: string[]; ports?: { name?: string; containerPort: number; protocol?: string }[] }[];
    [field: string]: unknown;
  };
  status?: {
    phase?: string;
    podIP?: string;
    podIPs?: { ip: string }[];
    conditions?: { type: string; status: string; reason?: string; message?: string; lastTransitionTime?: string }[];
    startTime?: string;
    [field: string]: unknown;
  };
}

export interface ConfigMap extends KubernetesObject {
  data?: Record<string, string>;
}
export interface Secret extends KubernetesObject {
  type?: string;
  /** Values are base64. */
  data?: Record<string, string>;
  stringData?: Record<string, string>;
}
export interface Namespace extends KubernetesObject {
  status?: { phase?: string };
}
export interface Node extends KubernetesObject {
  status?: { nodeInfo?: { kubeletVersion?: string; kubeProxyVersion?: string } };
}
/** apps/v1 Deployment, as far as the product reads it. */
export interface Deployment extends KubernetesObject {
  spec: { replicas?: number; selector: { matchLabels?: Record<string, string> }; template: { metadata?: Partial<ObjectMeta>; spec: Pod["spec"] }; [field: string]: unknown };
  status?: { replicas?: number; readyReplicas?: number; availableReplicas?: number; updatedReplicas?: number; observedGeneration?: number };
}
/** networking.k8s.io/v1 Ingress, as far as the product reads it. */
export interface Ingress extends KubernetesObject {
  spec?: { rules?: { host?: string; http?: { paths?: { path?: string; pathType?: string }[] } }[] };
}
/** coordination.k8s.io/v1 Lease. */
export interface Lease extends KubernetesObject {
  spec: { holderIdentity?: string; leaseDurationSeconds?: number; acquireTime?: string; renewTime?: string; leaseTransitions?: number };
}
/** apps/v1 ControllerRevision: an immutable snapshot in `data`. */
export interface ControllerRevision extends KubernetesObject {
  data?: unknown;
  revision: number;
}
/** core/v1 Event. */
export interface KubernetesEvent extends KubernetesObject {
  involvedObject: { apiVersion?: string; kind?: string; namespace?: string; name?: string; uid?: string };
  reason?: string;
  message?: string;
  type?: "Normal" | "Warning";
  count?: number;
  firstTimestamp?: string;
  lastTimestamp?: string;
  source?: { component?: string };
}

const type = <T extends KubernetesObject>(group: string, version: string, plural: string, kind: string, namespaced = true): ResourceType<T> => ({
  group,
  version,
  plural,
  kind,
  namespaced,
});

/** Every kind that the product reads or writes. */
export const kinds = {
  clusters: type<Cluster>("flomesh.io", "v1alpha1", "clusters", "Cluster", false),
  serviceExports: type<ServiceExport>("flomesh.io", "v1alpha1", "serviceexports", "ServiceExport"),
  serviceImports: type<ServiceImport>("flomesh.io", "v1alpha1", "serviceimports", "ServiceImport"),
  globalTrafficPolicies: type<GlobalTrafficPolicy>("flomesh.io", "v1alpha1", "globaltrafficpolicies", "GlobalTrafficPolicy"),
  nodes: type<Node>("", "v1", "nodes", "Node", false),
  namespaces: type<Namespace>("", "v1", "namespaces", "Namespace", false),
  services: type<Service>("", "v1", "services", "Service"),
  pods: type<Pod>("", "v1", "pods", "Pod"),
  configMaps: type<ConfigMap>("", "v1", "configmaps", "ConfigMap"),
  secrets: type<Secret>("", "v1", "secrets", "Secret"),
  serviceAccounts: type("", "v1", "serviceaccounts", "ServiceAccount"),
  events: type<KubernetesEvent>("", "v1", "events", "Event"),
  endpointSlices: type<EndpointSlice>("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice"),
  ingresses: type<Ingress>("networking.k8s.io", "v1", "ingresses", "Ingress"),
  deployments: type<Deployment>("apps", "v1", "deployments", "Deployment"),
  replicaSets: type("apps", "v1", "replicasets", "ReplicaSet"),
  controllerRevisions: type<ControllerRevision>("apps", "v1", "controllerrevisions", "ControllerRevision"),
  leases: type<Lease>("coordination.k8s.io", "v1", "leases", "Lease"),
  customResourceDefinitions: type("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false),
} as const;
