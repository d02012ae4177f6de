import fc from "fast-check";
import { expect, test } from "vitest";
import { serviceExportSpecSchema, type ServiceExport } from "../export/service-export-schema.ts";
import type { ExportedService, UsedPath } from "../export/validate-export.ts";
import type { ServiceImport } from "../import/service-import-schema.ts";
import { ImportsMemory, type MemberView, planImports, planInSteps } from "./plan-imports.ts";

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
      const memory = new ImportsMemory();
      for (const members of sequence) expect(planImports(members, memory)).toEqual(planImports(members));
    }),
    { numRuns: 500 },
  );
});

const listed = clusters.map((cluster): MemberView => ({ key: keyOf(cluster), state: "listed", gateway: { host: cluster, ip: "10.0.0.1", port: 80 }, exports: exportsOf(cluster).flatMap(([own]) => own ?? []), services: services.flatMap(([own]) => own ?? []), imports: [], namespaces: ["shop"] }));
const [one, ...others] = listed as [MemberView, ...MemberView[]];

test("only a service of which something changed is planned again, and only where it comes to something else", () => {
  const memory = new ImportsMemory();
  let [first, last] = [one, planImports(listed, memory)];
  const change = (fields: Partial<MemberView>) => {
    first = { ...first, ...fields };
    const before = last;
    last = planImports([first, ...others], memory);
    return {
      actions: last.actions.filter((action) => !before.actions.includes(action)).map(({ name, memberKey }) => `${name} in ${memberKey}`),
      exports: last.exports.filter((verdict) => !before.exports.includes(verdict)).map(({ name }) => name),
    };
  };
  const [service, ...otherServices] = one.services as [ExportedService, ...ExportedService[]];
  const [exported, ...otherExports] = one.exports as [ServiceExport, ...ServiceExport[]];
  const nothing = { actions: [], exports: [] };
  expect(change({ gateway: { ...one.gateway }, imports: [], usedPaths: [] })).toEqual(nothing);
  expect(change({ services: [structuredClone(service), ...otherServices] })).toEqual(nothing);
  expect(change({ exports: [{ ...exported, metadata: { ...exported.metadata, resourceVersion: "2" } }, ...otherExports] })).toEqual({ actions: [], exports: ["a"] });
  expect(change({ imports: [importOf("a", "two", true)] })).toEqual({ actions: [`a in ${keyOf("one")}`], exports: [] });
  const all = clusters.toSorted().map((cluster) => `a in ${keyOf(cluster)}`);
  expect(change({ services: [{ ...service, spec: { ports: [{ port: 9090 }] } }, ...otherServices] }).actions.toSorted()).toEqual(all);
  expect(change({ services: [service, ...otherServices] }).actions.toSorted()).toEqual(all);
  expect(change({ state: "stale" }).actions).not.toEqual([]);
});

test("a plan that was given up in the middle misleads no later one", () => {
  fc.assert(
    fc.property(worlds, fc.nat(8), (sequence, count) => {
      const memory = new ImportsMemory();
      for (const [at, members] of sequence.entries()) {
        planImports(members, memory);
        const steps = planInSteps(sequence[at + 1] ?? members, memory);
        for (let step = 0; step < count; step += 1) steps.next();
        // As it was before that, which compares with what was planned to the end as if nothing had changed.
        expect(planImports(members, memory)).toEqual(planImports(members));
      }
    }),
  );
});
