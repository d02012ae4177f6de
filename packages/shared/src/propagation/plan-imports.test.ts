import { expect, test } from "vitest";
import { serviceExportSpecSchema, type ServiceExport } from "../export/service-export-schema.ts";
import type { ExportedService } from "../export/validate-export.ts";
import type { ServiceImport, ServiceImportSpec } from "../import/service-import-schema.ts";
import { planImports, type ImportsPlan, type MemberView } from "./plan-imports.ts";

const keyOf = (name: string) => `default/default/default/${name}`;

function exportOf(cluster: string, change: Record<string, unknown> = {}, minute = 0): ServiceExport {
  return {
    apiVersion: "flomesh.io/v1alpha1",
    kind: "ServiceExport",
    metadata: { namespace: "httpbin", name: "httpbin", creationTimestamp: `2026-01-01T00:0${minute}:00Z` },
    spec: serviceExportSpecSchema.parse({ rules: [{ portNumber: 8080, path: `/${cluster}/httpbin-mesh`, pathType: "Prefix" }], serviceAccountName: "*", ...change }),
  };
}

function service(change: Partial<ExportedService["spec"]> = {}): ExportedService {
  return { metadata: { namespace: "httpbin", name: "httpbin" }, spec: { clusterIP: "10.0.0.1", ports: [{ port: 8080, protocol: "TCP" }], ...change } };
}

function member(name: string, change: Partial<MemberView> = {}): MemberView {
  const port = name === "1-23" ? 81 : 82;
  return {
    key: keyOf(name),
    state: "listed",
    gateway: { host: `${name}.example`, ip: "192.168.10.16", port },
    exports: [exportOf(name)],
    services: [service()],
    imports: [],
    namespaces: ["httpbin"],
    ...change,
  };
}

function importOf(spec: ServiceImportSpec | undefined, labels: Record<string, string> = { "app.kubernetes.io/managed-by": "sluice" }): ServiceImport {
  if (spec === undefined) throw new Error("no spec was planned");
  return { apiVersion: "flomesh.io/v1alpha1", kind: "ServiceImport", metadata: { namespace: "httpbin", name: "httpbin", labels }, spec };
}

const actionIn = (plan: ImportsPlan, name: string) => plan.actions.find(({ memberKey }) => memberKey === keyOf(name));
const clustersIn = (plan: ImportsPlan, name: string) =>
  actionIn(plan, name)?.spec?.ports.map(({ port, endpoints }) => [port, ...endpoints.map(({ clusterKey }) => clusterKey.split("/")[3])]);

test("A2: the import on 1-23 is exactly the endpoint of 1-25", () => {
  const plan = planImports([member("1-23"), member("1-25")]);
  expect(actionIn(plan, "1-23")).toMatchObject({ action: "create", staleKeys: [] });
  expect(actionIn(plan, "1-23")?.spec).toEqual({
    ports: [
      {
        port: 8080,
        protocol: "TCP",
        endpoints: [
          {
            clusterKey: "default/default/default/1-25",
            target: { host: "1-25.example", ip: "192.168.10.16", path: "/1-25/httpbin-mesh", port: 82 },
          },
        ],
      },
    ],
    serviceAccountName: "*",
    type: "ClusterSetIP",
  });
  expect(plan.exports.map(({ valid, conflict }) => [valid.status, conflict.status])).toEqual([["True", "False"], ["True", "False"]]);
});

test("what stands as planned is kept", () => {
  const spec = actionIn(planImports([member("1-23"), member("1-25")]), "1-23")?.spec;
  const again = planImports([member("1-23", { imports: [importOf(spec)] }), member("1-25")]);
  expect(actionIn(again, "1-23")?.action).toBe("keep");
});

test("a member that joins later gets every export, and endpoints are in clusterKey order", () => {
  const plan = planImports([member("c"), member("a", { exports: [exportOf("a", {}, 5)] }), member("b", { exports: [] })]);
  expect(clustersIn(plan, "b")).toEqual([[8080, "a", "c"]]);
});

test("targetClusters is honoured", () => {
  const plan = planImports([member("a", { exports: [exportOf("a", { targetClusters: [keyOf("b")] })] }), member("b", { exports: [] }), member("c", { exports: [] })]);
  expect(actionIn(plan, "b")?.action).toBe("create");
  expect(actionIn(plan, "c")).toBeUndefined();
});

test("an Exact rule gives no endpoint", () => {
  const rules = [{ portNumber: 8080, path: "/a", pathType: "Exact" }];
  expect(planImports([member("a", { exports: [exportOf("a", { rules })] }), member("b", { exports: [] })]).actions).toEqual([]);
});

test("a missing namespace waits; what Sluice did not write it does not touch", () => {
  expect(actionIn(planImports([member("a"), member("b", { exports: [], namespaces: [] })]), "b")?.action).toBe("wait");
  const foreign = importOf({ type: "ClusterSetIP", ports: [], serviceAccountName: "*" }, {});
  expect(actionIn(planImports([member("a"), member("b", { exports: [], imports: [foreign] })]), "b")).toBeUndefined();
});

// Positive evidence: the import in "b" names "a"; what is known of "a" now decides.
const imported = importOf(actionIn(planImports([member("a"), member("b", { exports: [] })]), "b")?.spec);
test.each<{ name: string; a: Partial<MemberView>; action: string | undefined; stale?: string[] }>([
  { name: "still exported", a: {}, action: "keep" },
  { name: "absent from a complete list", a: { exports: [] }, action: "delete" },
  { name: "stale and nothing known", a: { state: "stale", exports: [], services: [] }, action: "keep", stale: [keyOf("a")] },
  { name: "stale and last known to export", a: { state: "stale" }, action: "keep", stale: [keyOf("a")] },
  { name: "leaving", a: { state: "leaving" }, action: "delete" },
  { name: "its service vanished", a: { services: [] }, action: "delete" },
  { name: "export being deleted", a: { exports: [{ ...exportOf("a"), metadata: { ...exportOf("a").metadata, deletionTimestamp: "2026-01-01T01:00:00Z" } }] }, action: "delete" },
  { name: "gateway moved", a: { gateway: { host: "new.example", ip: "10.1.1.1", port: 80 } }, action: "update" },
  { name: "resolver without an answer keeps the last good address", a: { gateway: { host: "a.example", ip: "", port: 82 } }, action: "keep" },
])("positive evidence: $name", ({ a, action, stale }) => {
  const planned = actionIn(planImports([member("a", a), member("b", { exports: [], imports: [imported] })]), "b");
  expect(planned?.action).toBe(action);
  expect(planned?.staleKeys).toEqual(stale ?? []);
});

test("a stale cluster's endpoint stays beside a new one, and the import keeps its head", () => {
  const plan = planImports([
    member("a", { state: "stale", exports: [], services: [] }),
    member("c", { services: [service({ sessionAffinity: "ClientIP" })] }),
    member("b", { exports: [], imports: [imported] }),
  ]);
  expect(clustersIn(plan, "b")).toEqual([[8080, "a", "c"]]);
  expect(actionIn(plan, "b")?.spec?.sessionAffinity).toBeUndefined();
});

test("the oldest export decides whether sessions stick, also where it is the importing member's own", () => {
  const sticky = { sessionSticky: true };
  const plan = planImports([member("a", { exports: [exportOf("a", sticky)] }), member("b", { exports: [exportOf("b", {}, 1)] }), member("c", { exports: [] })]);
  expect(["a", "b", "c"].map((name) => actionIn(plan, name)?.spec?.sessionSticky)).toEqual([true, true, true]);
  const conflict = plan.exports.find(({ memberKey }) => memberKey === keyOf("b"))?.conflict;
  expect(conflict).toMatchObject({ status: "True", message: expect.stringContaining("sessionSticky is false, but the oldest export, of default/default/default/a, says true") as string });
  const younger = planImports([member("a", { exports: [exportOf("a", sticky, 2)] }), member("b", { exports: [exportOf("b", {}, 1)] })]);
  expect(actionIn(younger, "b")?.spec).not.toHaveProperty("sessionSticky");
});

test("the endpoint of a cluster that is not known stays: the control plane may be restored to before it joined", () => {
  const imported = importOf(actionIn(planImports([member("a"), member("b")]), "b")?.spec);
  const planned = actionIn(planImports([member("b", { imports: [imported] })]), "b");
  expect(planned).toMatchObject({ action: "keep", staleKeys: [keyOf("a")] });
});

test("a leaving member loses its imports, and a stale one is left alone", () => {
  expect(actionIn(planImports([member("a"), member("b", { state: "leaving", imports: [imported] })]), "b")?.action).toBe("delete");
  expect(actionIn(planImports([member("a"), member("b", { state: "stale", imports: [imported] })]), "b")).toBeUndefined();
});

test("conflicts: the oldest wins, the younger is told, its other ports count", () => {
  const rules = [8080, 9090].map((portNumber) => ({ portNumber, path: `/x/${portNumber}`, pathType: "Prefix" }));
  const younger = service({ sessionAffinity: "ClientIP", ports: [{ name: "http", port: 8080, appProtocol: "kubernetes.io/h2c" }, { name: "admin", port: 9090 }] });
  const plan = planImports([member("a"), member("c", { exports: [exportOf("c", { rules }, 1)], services: [younger] }), member("b", { exports: [] })]);
  expect(clustersIn(plan, "b")).toEqual([[8080, "a"], [9090, "c"]]);
  expect(actionIn(plan, "b")?.spec?.sessionAffinity).toBeUndefined();
  const conflict = plan.exports.find(({ memberKey }) => memberKey === keyOf("c"))?.conflict;
  expect(conflict).toMatchObject({ status: "True", reason: "Conflict" });
  expect(conflict?.message).toContain("sessionAffinity is ClientIP, but the oldest export, of default/default/default/a, says None");
  expect(conflict?.message).toContain("port 8080: appProtocol is kubernetes.io/h2c, but the older export of default/default/default/a says unset");
});

test.each<[string, Partial<MemberView>, string]>([
  ["service missing", { services: [] }, "ServiceMissing"],
  ["service being deleted", { services: [{ ...service(), metadata: { namespace: "httpbin", name: "httpbin", deletionTimestamp: "2026-01-01T00:00:00Z" } }] }, "ServiceDeleting"],
  ["ExternalName", { services: [service({ type: "ExternalName" })] }, "ServiceExternalName"],
  ["port not in the service", { services: [service({ ports: [{ port: 80 }] })] }, "PortMissing"],
  ["path used by an Ingress", { usedPaths: [{ path: "/a/httpbin-mesh", pathType: "Prefix", owner: "Ingress shop/front", createdAtMs: 0 }] }, "PathInUse"],
  ["path used by an Ingress, which says it with a slash at the end", { usedPaths: [{ path: "/a/httpbin-mesh/", pathType: "Prefix", owner: "Ingress shop/front", createdAtMs: 0 }] }, "PathInUse"],
])("Valid is False: %s", (_name, change, reason) => {
  const [judged] = planImports([member("a", change)]).exports;
  expect(judged?.valid).toMatchObject({ status: "False", reason });
});

test("an Exact path of an Ingress is not the Prefix of an export", () => {
  const usedPaths = [{ path: "/a/httpbin-mesh", pathType: "Exact", owner: "Ingress shop/front", createdAtMs: 0 }];
  expect(planImports([member("a", { usedPaths })]).exports[0]?.valid.reason).toBe("Exported");
});

test("an Ingress that is younger than the export takes its path away from nobody", () => {
  const usedPaths = [{ path: "/a/httpbin-mesh", pathType: "Prefix", owner: "Ingress shop/front", createdAtMs: Date.parse("2099-01-01T00:00:00Z") }];
  expect(planImports([member("a", { usedPaths })]).exports[0]?.valid.reason).toBe("Exported");
});

test("of two exports with one path the younger is invalid", () => {
  const other = exportOf("a", {}, 1);
  const second = { ...other, metadata: { ...other.metadata, name: "other" } };
  const services = [service(), { ...service(), metadata: { namespace: "httpbin", name: "other" } }];
  const { exports } = planImports([member("a", { exports: [second, exportOf("a")], services })]);
  expect(Object.fromEntries(exports.map(({ name, valid }) => [name, valid.reason]))).toEqual({ httpbin: "Exported", other: "PathInUse" });
});
