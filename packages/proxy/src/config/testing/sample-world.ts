import { inlineSelectorKey, shadowOfLabel, sliceManagedByLabel, sliceServiceLabel } from "@sluice/shared/attachment/attachment-names";
import type { PortRecord } from "@sluice/shared/attachment/port-records";
import type { ConfigMap, Endpoint, EndpointSlice, Service } from "@sluice/kubernetes/kinds";
import { WorldIndex } from "../world-index.ts";

export const ownKey = "default/default/default/1-23";
export const otherKey = "default/default/default/1-25";

export function sampleService(options: { inline?: boolean; name?: string; shadowOf?: string; ports?: Service["spec"]["ports"] } = {}): Service {
  const { inline = false, name = "web", shadowOf, ports = [{ name: "http", port: 8080 }] } = options;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: "shop", name, uid: `uid-${name}`, ...(shadowOf === undefined ? {} : { labels: { [shadowOfLabel]: shadowOf } }) },
    spec: { selector: { app: "web", ...(inline ? { [inlineSelectorKey]: "true" } : {}) }, ports },
  };
}

export function sampleSlice(service: string, endpoints: (Endpoint | string)[], options: { name?: string; port?: number; managedBy?: string } = {}): EndpointSlice {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      namespace: "shop",
      name: options.name ?? `${service}-1`,
      labels: { [sliceServiceLabel]: service, [sliceManagedByLabel]: options.managedBy ?? "endpointslice-controller.k8s.io" },
    },
    addressType: "IPv4",
    endpoints: endpoints.map((one) => (typeof one === "string" ? { addresses: [one], conditions: { ready: true } } : one)),
    ports: [{ name: "http", port: options.port ?? 80, protocol: "TCP" }],
  };
}

export function samplePorts(...records: Partial<PortRecord>[]): ConfigMap {
  const whole = records.map((record) => ({ serviceUid: "uid-web", namespace: "shop", service: "web", port: 8080, listenPort: 10_000, state: "bound", ...record }));
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "sluice-system", name: "sluice-ports" }, data: { "ports.json": JSON.stringify({ version: 1, ports: whole }) } };
}

/** The world of a member with one attached service "shop/web" that 1-25 offers too. */
export function sampleWorld(onProblem?: (message: string) => void): WorldIndex {
  const world = new WorldIndex(onProblem);
  const metadata = { namespace: "shop", name: "web", uid: "uid-policy", generation: 3 };
  world.update("configMap", "sluice-system/sluice-member", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "sluice-member" }, data: { clusterKey: ownKey } });
  world.update("configMap", "sluice-system/sluice-ports", samplePorts({}));
  world.update("service", "shop/web", sampleService({ inline: true }));
  world.update("slice", "shop/web-1", sampleSlice("web", ["10.0.0.2", "10.0.0.1"]));
  world.update("policy", "shop/web", {
    apiVersion: "flomesh.io/v1alpha1",
    kind: "GlobalTrafficPolicy",
    metadata,
    spec: { lbType: "ActiveActive", targets: [{ clusterKey: otherKey, weight: 10 }] },
  });
  world.update("serviceImport", "shop/web", {
    apiVersion: "flomesh.io/v1alpha1",
    kind: "ServiceImport",
    metadata,
    spec: {
      type: "ClusterSetIP",
      serviceAccountName: "*",
      ports: [{ port: 8080, protocol: "TCP", endpoints: [{ clusterKey: otherKey, target: { host: "gw", ip: "10.9.9.9", port: 82, path: "/1-25/web" } }] }],
    },
  });
  return world;
}
