import fc from "fast-check";
import { expect, test } from "vitest";
import { serviceExportSpecSchema, type ServiceExport } from "../export/service-export-schema.ts";
import type { ExportedService, UsedPath } from "../export/validate-export.ts";
import type { ServiceImport } from "../import/service-import-schema.ts";
import { type ImportsMemory, type MemberView, planImports } from "./plan-imports.ts";

const names = ["a", "b", "c"];
const clusters = ["one", "two", "three"];
const keyOf = (name: string) => `default/default/default/${name}`;
const metadata = (name: string) => ({ namespace: "shop", name, creationTimestamp: "2026-01-01T00:00:00Z" });

/** Few of each, so that a change often meets the same again, as another object or as the same one. */
const services = names.map((name) => [8080, 9090].map((port): ExportedService => ({ metadata: metadata(name), spec: { ports: [{ port }] } })));
const exportsOf = (cluster: string): ServiceExport[][] =>
  names.map((name) =>
    [`/${cluster}/${name}`, "/same"].map((path): ServiceExport => ({ apiVersion: "flomesh.io/v1alpha1", kind: "ServiceExport", metadata: metadata(name), spec: serviceExportSpecSchema.parse({ serviceAccountName: "*", rules: [{ portNumber: 8080, path, pathType: "Prefix" }] }) })),
  );
const importOf = (name: string, cluster: string, ours: boolean): ServiceImport => ({
  apiVersion: "flomesh.io/v1alpha1",
  kind: "ServiceImport",
  metadata: { ...metadata(name), labels: ours ? { "app.kubernetes.io/managed-by": "sluice" } : {} },
  spec: { type: "ClusterSetIP", serviceAccountName: "*", ports: [{ port: 8080, protocol: "TCP", endpoints: [{ clusterKey: keyOf(cluster), target: { host: cluster, ip: "10.0.0.1", port: 80, path: `/${cluster}/${name}` } }] }] },
});
const imports = names.map((name) => clusters.flatMap((cluster) => [true, false].map((ours) => importOf(name, cluster, ours))));
const used: UsedPath = { path: "/same", pathType: "Prefix", owner: "Ingress shop/front", createdAtMs: 0 };

const some = <T>(lists: readonly (readonly T[])[]): fc.Arbitrary<T[]> => fc.tuple(...lists.map((list) => fc.option(fc.constantFrom(...list), { nil: undefined }))).map((picked) => picked.filter((one): one is NonNullable<typeof one> => one !== undefined));
const memberOf = (cluster: string): fc.Arbitrary<MemberView> =>
  fc.record({
    key: fc.constant(keyOf(cluster)),
    state: fc.constantFrom("listed", "listed", "stale", "leaving"),
    gateway: fc.constantFrom({ host: cluster, ip: "10.0.0.1", port: 80 }, { host: cluster, ip: "", port: 80 }),
    exports: some(exportsOf(cluster)),
    services: some(services),
    imports: some(imports),
    namespaces: fc.constantFrom(["shop"], []),
    usedPaths: fc.constantFrom([], [used]),
  });
/** All three at first; then one field of one of them changes, time after time, or one is no member any more. */
const fields = ["state", "gateway", "exports", "services", "imports", "namespaces", "usedPaths"] as const;
const edit = fc.record({ at: fc.nat(clusters.length - 1), field: fc.constantFrom(...fields), by: memberOf(""), without: fc.boolean() });
const worlds = fc.tuple(fc.tuple(...clusters.map(memberOf)), fc.array(edit, { minLength: 1, maxLength: 8 })).map(([first, edits]) => {
  const sequence: MemberView[][] = [first];
  for (const { at, field, by, without } of edits) {
    const last = sequence.at(-1) ?? [];
    const change = (member: MemberView): MemberView => ({ ...member, [field]: by[field] });
    sequence.push(without && field === "state" ? last.filter((_, index) => index !== at) : last.map((member, index) => (index === at ? change(member) : member)));
  }
  return sequence;
});

test("whatever changes from one time to the next: planned with memory as without", () => {
  fc.assert(
    fc.property(worlds, (sequence) => {
      const memory: ImportsMemory = new Map();
      for (const members of sequence) expect(planImports(members, memory)).toEqual(planImports(members));
    }),
    { numRuns: 500 },
  );
});

test("a service of which nothing changed is not planned again, one of which something did is", () => {
  const members = clusters.map((cluster): MemberView => ({ key: keyOf(cluster), state: "listed", gateway: { host: cluster, ip: "10.0.0.1", port: 80 }, exports: exportsOf(cluster).flatMap(([own]) => own ?? []), services: services.flatMap(([own]) => own ?? []), imports: [], namespaces: ["shop"] }));
  const memory: ImportsMemory = new Map();
  const first = planImports(members, memory);
  const [one, ...others] = members;
  if (one === undefined) throw new Error("there are members");
  const [, ...kept] = one.services;
  const second = planImports([{ ...one, services: [{ metadata: metadata("a"), spec: { ports: [{ port: 8080 }] } }, ...kept] }, ...others], memory);
  expect(second).toEqual(first);
  const again = second.actions.filter((action, at) => action !== first.actions[at]).map(({ name }) => name);
  expect([...new Set(again)]).toEqual(["a"]);
});
