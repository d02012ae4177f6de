import assert from "node:assert/strict";
import { eventually, expectCode, expectFailure, type ApiCase } from "../api-case.ts";
import type { ApiConnection } from "../api-connection.ts";

const GROUP = "contract.sluice.dev";
const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

const properties = {
  spec: {
    type: "object",
    required: ["size"],
    properties: {
      size: { type: "integer", minimum: 1, maximum: 10 },
      mode: { type: "string", enum: ["Fast", "Slow"], default: "Slow" },
      name: { type: "string", pattern: "^[a-z]+$", maxLength: 8 },
      items: {
        type: "array",
        maxItems: 3,
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["key"],
        items: { type: "object", required: ["key"], properties: { key: { type: "string" }, weight: { type: "integer", default: 100 } } },
      },
      free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
    },
  },
  status: { type: "object", properties: { phase: { type: "string" }, replicas: { type: "integer" } } },
};

const crd = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `widgets.${GROUP}` },
  spec: {
    group: GROUP,
    scope: "Namespaced",
    names: { plural: "widgets", singular: "widget", kind: "Widget", shortNames: ["wd"] },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {}, scale: { specReplicasPath: ".spec.size", statusReplicasPath: ".status.replicas" } },
        additionalPrinterColumns: [
          { name: "Size", type: "integer", jsonPath: ".spec.size" },
          { name: "Phase", type: "string", jsonPath: ".status.phase", priority: 1 },
        ],
        schema: { openAPIV3Schema: { type: "object", required: ["spec"], properties } },
      },
    ],
  },
};

/** Makes the kind if it is not there, and waits until it is served. */
async function widgets(api: ApiConnection, namespace: string): Promise<string> {
  const made = await api.create(CRDS, crd);
  assert.ok(made.code === 201 || made.code === 409, JSON.stringify(made.body));
  await eventually(
    () => api.get(`${CRDS}/widgets.${GROUP}`),
    (answer) => ((answer.body["status"]?.["conditions"] ?? []) as unknown as { type: string; status: string }[]).some((each) => each.type === "Established" && each.status === "True"),
  );
  const base = `/apis/${GROUP}/v1/namespaces/${namespace}/widgets`;
  await eventually(() => api.get(base), (answer) => answer.code === 200);
  return base;
}

const widget = (spec: unknown, more: Record<string, unknown> = {}): unknown => ({ apiVersion: `${GROUP}/v1`, kind: "Widget", metadata: { name: "one" }, spec, ...more });

/** CRDs: validation with paths, defaulting, pruning, subresources, tables. */
export const customResourceCases: readonly ApiCase[] = [
  {
    name: "faults of a custom object are 422, each with its path",
    async run({ api, namespace }) {
      const base = await widgets(api, namespace);
      const causes = async (spec: unknown): Promise<string[]> => {
        const answer = expectFailure(await api.create(base, widget(spec)), 422, "Invalid", `Widget.${GROUP} "one" is invalid`);
        return (answer.body["details"]!["causes"] as unknown as { field: string; message: string }[]).map((cause) => `${cause.field}: ${cause.message}`);
      };
      assert.deepEqual(await causes({}), ["spec.size: Required value"]);
      assert.deepEqual(await causes({ size: 0 }), ["spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1"]);
      assert.deepEqual(await causes({ size: 11 }), ["spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10"]);
      assert.deepEqual(await causes({ size: 1, mode: "Odd" }), ['spec.mode: Unsupported value: "Odd": supported values: "Fast", "Slow"']);
      assert.deepEqual(await causes({ size: 1, name: "A1" }), ["spec.name: Invalid value: \"A1\": spec.name in body should match '^[a-z]+$'"]);
      assert.deepEqual(await causes({ size: 1, items: [{ key: "a", weight: "1" }] }), ['spec.items[0].weight: Invalid value: "string": spec.items[0].weight in body must be of type integer: "string"']);
      assert.deepEqual(await causes({ size: 1, items: [{ key: "a" }, { key: "a" }] }), ['spec.items[1]: Duplicate value: {"key":"a"}']);
      assert.deepEqual(await causes({ size: 1, items: [{ weight: 1 }] }), ["spec.items[0].key: Required value"]);
    },
  },
  {
    name: "defaults are filled, unknown fields pruned, free ones kept",
    async run({ api, namespace }) {
      const base = await widgets(api, namespace);
      const made = expectCode(await api.create(base, widget({ size: 2, odd: true, items: [{ key: "a" }], free: { any: { thing: 1 } } })), 201).body;
      assert.deepEqual(made["spec"], { size: 2, mode: "Slow", items: [{ key: "a", weight: 100 }], free: { any: { thing: 1 } } });
      expectFailure(await api.create(`${base}?fieldValidation=Strict`, widget({ size: 2, odd: true })), 400, "BadRequest", 'strict decoding error: unknown field "spec.odd"');
    },
  },
  {
    name: "status and spec of a custom object are written apart",
    async run({ api, namespace }) {
      const base = await widgets(api, namespace);
      const made = expectCode(await api.create(base, widget({ size: 2 }, { status: { phase: "Early" } })), 201).body;
      assert.equal(made["status"], undefined);
      expectCode(await api.patch(`${base}/one/status`, "merge", { spec: { size: 9 }, status: { phase: "Ready" } }), 200);
      const after = expectCode(await api.patch(`${base}/one`, "merge", { spec: { size: 3 }, status: { phase: "Faked" } }), 200).body;
      assert.equal(after["spec"]!["size"], 3);
      assert.equal(after["status"]!["phase"], "Ready");
      assert.equal(after["metadata"]!["generation"], 2);
    },
  },
  {
    name: "a custom object scales by the paths of its CRD",
    async run({ api, namespace }) {
      const base = await widgets(api, namespace);
      expectCode(await api.create(base, widget({ size: 2 })), 201);
      assert.equal(expectCode(await api.get(`${base}/one/scale`), 200).body["spec"]!["replicas"], 2);
      expectCode(await api.patch(`${base}/one/scale`, "merge", { spec: { replicas: 5 } }), 200);
      assert.equal((await api.get(`${base}/one`)).body["spec"]!["size"], 5);
    },
  },
  {
    name: "custom objects take no strategic merge patch",
    async run({ api, namespace }) {
      const base = await widgets(api, namespace);
      expectCode(await api.create(base, widget({ size: 2 })), 201);
      expectFailure(await api.patch(`${base}/one`, "strategic", { spec: { size: 3 } }), 415, "UnsupportedMediaType");
    },
  },
  {
    name: "tables have the columns of the CRD, and of built-in kinds",
    async run({ api, namespace }) {
      const base = await widgets(api, namespace);
      expectCode(await api.create(base, widget({ size: 2 })), 201);
      const accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
      const table = expectCode(await api.get(base, { accept }), 200).body;
      assert.equal(table["kind"], "Table");
      const columns = (of: typeof table): string[] => (of["columnDefinitions"] as unknown as { name: string }[]).map((column) => column.name);
      assert.deepEqual(columns(table), ["Name", "Size", "Phase"]);
      assert.deepEqual(table["rows"]![0]!["cells"], ["one", 2, null]);
      assert.equal(table["rows"]![0]!["object"]!["kind"], "PartialObjectMetadata");
      const services = expectCode(await api.get(`/api/v1/namespaces/${namespace}/services`, { accept }), 200).body;
      assert.deepEqual(columns(services).slice(0, 6), ["Name", "Type", "Cluster-IP", "External-IP", "Port(s)", "Age"]);
    },
  },
];
