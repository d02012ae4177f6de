import type { ServiceImportSpec } from "@sluice/shared/import/service-import-schema";
import type { Service } from "@sluice/kubernetes/kinds";
import { describe, expect, test } from "vitest";
import { planImportedService } from "./plan-imported-service.ts";

const endpoint = { clusterKey: "default/default/default/1-25", target: { host: "gw", ip: "", port: 80, path: "/a" } };
const serviceImport: ServiceImportSpec = { type: "ClusterSetIP", serviceAccountName: "*", ports: [{ port: 8080, protocol: "TCP", endpoints: [endpoint] }, { port: 9000, protocol: "TCP", endpoints: [] }] };
const ours: Service = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace: "shop", name: "web", labels: { "app.kubernetes.io/managed-by": "sluice" }, managedFields: [{ manager: "sluice-attach", fieldsV1: { "f:spec": { "f:ports": {} } } }] },
  spec: { ports: [{ name: "tcp-8080", port: 8080, protocol: "TCP" }] },
};
const plan = (service: Service | undefined, imported: ServiceImportSpec | undefined = serviceImport) =>
  planImportedService({ namespace: "shop", name: "web", service, serviceImport: imported, fieldManager: "sluice-attach" });

describe("planImportedService", () => {
  test("makes a Service without selector, of the ports that are offered", () => {
    expect(plan(undefined)).toMatchObject({ type: "create", service: { metadata: ours.metadata.labels ? { labels: ours.metadata.labels } : {}, spec: { ports: ours.spec.ports } } });
    expect(plan(undefined, { ...serviceImport, ports: [] })).toEqual({ type: "none" });
  });

  test("leaves a user's Service alone", () => {
    const { labels: _none, ...metadata } = ours.metadata;
    expect(plan({ ...ours, metadata })).toEqual({ type: "none" });
  });

  test("keeps ports as the import has them, and deletes when nobody offers it any more", () => {
    expect(plan(ours)).toEqual({ type: "none" });
    expect(plan({ ...ours, spec: { ports: [] } })).toMatchObject({ type: "set-ports", ports: ours.spec.ports });
    expect(plan(ours, { ...serviceImport, ports: [] })).toMatchObject({ type: "delete" });
  });

  test.each([
    ["a selector", { spec: { ...ours.spec, selector: { app: "web" } } }],
    ["ports, by its field manager", { metadata: { ...ours.metadata, managedFields: [{ manager: "kubectl", fieldsV1: { "f:spec": { "f:ports": {} } } }] } }],
  ])("releases it as soon as somebody else gave it %s", (_what, change) => {
    expect(plan({ ...ours, ...change }).type).toBe("release");
    expect(plan({ ...ours, ...change }, { ...serviceImport, ports: [] }).type).toBe("release");
  });

  test("a status written by others changes no owner", () => {
    const managedFields = [{ manager: "cloud", subresource: "status", fieldsV1: { "f:spec": { "f:ports": {} } } }];
    expect(plan({ ...ours, metadata: { ...ours.metadata, managedFields } })).toEqual({ type: "none" });
  });
});
