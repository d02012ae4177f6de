import type { EndpointSlice, Pod, Service } from "@sluice/kubernetes/kinds";
import { keyOf, type KubernetesObject } from "@sluice/kubernetes/resource";
import type { ServiceImport } from "@sluice/shared/import/service-import-schema";
import type { GlobalTrafficPolicy, GlobalTrafficPolicySpec } from "@sluice/shared/policy/global-traffic-policy-schema";
import type { Cache, MemberWorld } from "../world/world.ts";

export const keyFor = (name: string): string => `default/default/default/${name}`;
const httpbin = { namespace: "httpbin", name: "httpbin" };

function cache<T extends KubernetesObject>(objects: readonly T[]): Cache<T> {
  const byKey = new Map(objects.map((object) => [keyOf(object), object]));
  return { get: (key) => byKey.get(key), list: () => objects };
}

export interface MemberSketch {
  link?: MemberWorld["link"];
  /** Names of the other clusters that the import of httpbin offers. */
  offered?: string[];
  ready?: number;
  inline?: boolean;
  policy?: GlobalTrafficPolicySpec;
  /** The import says that sessions stay in one cluster. */
  sticky?: boolean;
  /** Names of ready proxy pods. */
  proxies?: string[];
}

/** A member with httpbin, for tests of views. */
export function makeMember(name: string, sketch: MemberSketch = {}): MemberWorld {
  const { link = { state: "live" }, offered = [], ready = 1, inline = false, policy, sticky = false, proxies = ["p"] } = sketch;
  const service: Service = { apiVersion: "v1", kind: "Service", metadata: { ...httpbin, uid: "s" }, spec: { selector: { app: "pipy", ...(inline ? { "sluice.dev/inline": "true" } : {}) }, ports: [{ port: 8080 }] } };
  const slice: EndpointSlice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { namespace: "httpbin", name: "httpbin-1", labels: { "kubernetes.io/service-name": "httpbin" } },
    addressType: "IPv4",
    endpoints: Array.from({ length: ready }, (_, index) => ({ addresses: [`127.9.0.${index}`], conditions: { ready: true }, targetRef: { name: `httpbin-${index}`, uid: `${index}` } })),
  };
  const imported: ServiceImport = {
    apiVersion: "flomesh.io/v1alpha1",
    kind: "ServiceImport",
    metadata: { ...httpbin, labels: { "app.kubernetes.io/managed-by": "sluice" } },
    spec: { type: "ClusterSetIP", serviceAccountName: "*", ...(sticky ? { sessionSticky: true } : {}), ports: [{ port: 8080, protocol: "TCP", endpoints: offered.map((other) => ({ clusterKey: keyFor(other), target: { host: "h", ip: "", port: 80, path: "/" } })) }] },
  };
  const pods = proxies.map((pod): Pod => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { namespace: "sluice-system", name: pod, labels: { "app.kubernetes.io/name": "sluice-proxy" } },
    spec: { containers: [] },
    status: { phase: "Running", conditions: [{ type: "Ready", status: "True" }] },
  }));
  const policies: GlobalTrafficPolicy[] = policy === undefined ? [] : [{ apiVersion: "flomesh.io/v1alpha1", kind: "GlobalTrafficPolicy", metadata: { ...httpbin, uid: "u", generation: 2 }, spec: policy }];
  return {
    key: keyFor(name),
    cluster: { apiVersion: "flomesh.io/v1alpha1", kind: "Cluster", metadata: { name, uid: name }, spec: { region: "default", zone: "default", group: "default", gatewayHost: "h", gatewayPort: 80, isInCluster: false } },
    link,
    namespaces: cache([]),
    services: cache([service]),
    endpointSlices: cache([slice]),
    pods: cache(pods),
    serviceExports: cache([]),
    serviceImports: cache(offered.length === 0 ? [] : [imported]),
    policies: cache(policies),
    revisions: cache([]),
  };
}
