import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { serviceExportSpecSchema } from "../export/service-export-schema.ts";
import { globalTrafficPolicySpecSchema } from "../policy/global-traffic-policy-schema.ts";
import { customResourceDefinitions } from "./custom-resource-definitions.ts";
import type { StructuralSchema } from "./structural-schema.ts";

const folder = new URL("../../../../deploy/crds/", import.meta.url);
const definitions = customResourceDefinitions();

interface Written {
  spec: {
    scope: string;
    names: { shortNames?: string[] };
    versions: [{ subresources: unknown; additionalPrinterColumns: { name: string }[]; schema: { openAPIV3Schema: StructuralSchema } }];
  };
}
const written = (plural: string) => definitions[`flomesh.io_${plural}.yaml`] as unknown as Written;

test('deploy/crds is what "npm run crds" writes', () => {
  expect(readdirSync(folder).toSorted()).toEqual(Object.keys(definitions).toSorted());
  for (const [file, definition] of Object.entries(definitions)) {
    expect(parse(readFileSync(new URL(file, folder), "utf8"))).toEqual(JSON.parse(JSON.stringify(definition)));
  }
});

test("the charts bring the same definitions, each to the clusters that need it", () => {
  const filesOf = (chart: string) => readdirSync(new URL(`../charts/${chart}/crds/`, folder)).toSorted();
  expect([...filesOf("sluice"), ...filesOf("sluice-member")]).toEqual(Object.keys(definitions).toSorted());
  for (const [chart, file] of ["sluice", "sluice-member"].flatMap((name) => filesOf(name).map((file) => [name, file] as const))) {
    expect(readFileSync(new URL(`../charts/${chart}/crds/${file}`, folder), "utf8")).toBe(readFileSync(new URL(file, folder), "utf8"));
  }
});

test.each([
  ["clusters", "Cluster", undefined, ["Region", "Zone", "Group", "Gateway Host", "Gateway Port", "Managed", "Managed Age", "Age"]],
  ["serviceexports", "Namespaced", ["sexp"], ["Valid", "Conflict", "Age"]],
  ["serviceimports", "Namespaced", ["simp"], ["Age"]],
  ["globaltrafficpolicies", "Namespaced", ["gtp"], ["LB Type", "Age"]],
])("%s: scope, short names, columns, status", (plural, scope, shortNames, columns) => {
  const { spec } = written(plural);
  expect(spec.scope).toBe(scope);
  expect(spec.names.shortNames).toEqual(shortNames);
  expect(spec.versions[0].additionalPrinterColumns.map((column) => column.name)).toEqual(columns);
  expect(spec.versions[0].subresources).toEqual({ status: {} });
});

// apiextensions.k8s.io/v1, "Specifying a structural schema".
const allowedKeywords = new Set(
  `type description properties items required default enum pattern format minimum maximum minLength maxLength minItems
  maxItems x-kubernetes-list-type x-kubernetes-list-map-keys x-kubernetes-validations`.split(/\s+/),
);

function faultsOf(node: StructuralSchema, path: string): string[] {
  const faults = Object.keys(node).filter((keyword) => !allowedKeywords.has(keyword)).map((keyword) => `${path}: ${keyword}`);
  if (node.type === undefined) faults.push(`${path}: no type`);
  if (node.description === undefined && !path.endsWith("[]") && path !== ".metadata") faults.push(`${path}: no description`);
  for (const [name, child] of Object.entries(node.properties ?? {})) faults.push(...faultsOf(child, `${path}.${name}`));
  if (node.items !== undefined) faults.push(...faultsOf(node.items, `${path}[]`));
  return faults;
}

test.each(Object.keys(definitions))("%s is structural, and every field is described", (file) => {
  const { openAPIV3Schema } = (definitions[file] as unknown as Written).spec.versions[0].schema;
  expect(faultsOf(openAPIV3Schema, "")).toEqual([]);
});

test("targets are a map by clusterKey, so that the API server refuses duplicates", () => {
  const spec = written("globaltrafficpolicies").spec.versions[0].schema.openAPIV3Schema.properties?.spec;
  expect(spec?.properties?.targets).toMatchObject({ "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["clusterKey"] });
  expect(spec?.["x-kubernetes-validations"]).toHaveLength(1);
});

test("the story's manifests pass unchanged", () => {
  const exported = parse('{serviceAccountName: "*", rules: [{portNumber: 8080, path: "/1-23/httpbin-mesh", pathType: Prefix}]}') as unknown;
  expect(serviceExportSpecSchema.parse(exported)).toEqual({
    rules: [{ portNumber: 8080, path: "/1-23/httpbin-mesh", pathType: "Prefix" }],
    sessionSticky: false,
    loadBalancer: "RoundRobinLoadBalancer",
    targetClusters: [],
    serviceAccountName: "*",
  });
  const policy = parse("{lbType: ActiveActive, targets: [{clusterKey: default/default/default/1-25, weight: 10}]}") as unknown;
  expect(globalTrafficPolicySpecSchema.parse(policy)).toEqual(policy);
});
