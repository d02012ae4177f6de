import assert from "node:assert/strict";
import { eventually, expectCode, expectFailure, type ApiCase } from "../api-case.ts";

const GROUP = "crds.contract.sluice.dev";
const CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

const rules = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      "x-kubernetes-validations": [
        { rule: "!has(self.max) || self.min <= self.max", message: "min must not be above max" },
        { rule: "self.min <= 50", messageExpression: "self.min > 55 ? 'min is far above 50' : 'min is above 50'", fieldPath: ".min" },
      ],
      properties: {
        min: { type: "integer", default: 0 },
        max: { type: "integer" },
        kind: { type: "string", "x-kubernetes-validations": [{ rule: "self == oldSelf", message: "kind can't be changed" }] },
        names: { type: "array", maxItems: 5, items: { type: "string", maxLength: 20, minLength: 1 }, "x-kubernetes-list-type": "set" },
        either: { anyOf: [{ type: "integer" }, { type: "string" }], "x-kubernetes-int-or-string": true },
        note: { type: "string", nullable: true },
      },
    },
  },
};

const crd = (plural: string, kind: string, schema: unknown): Record<string, unknown> => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.${GROUP}` },
  spec: {
    group: GROUP,
    scope: "Namespaced",
    names: { plural, singular: kind.toLowerCase(), kind },
    versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }],
  },
});
const object = (spec: unknown, name = "one"): unknown => ({ apiVersion: `${GROUP}/v1`, kind: "Ruled", metadata: { name }, spec });
/** Minors differ in whether they name the type of a value that they do not show. */
const withoutType = (message: string): string => message.replace('Invalid value: "object": ', "Invalid value: ").replace('Invalid value: "null": ', "Invalid value: null: ");
const statuses = (body: { readonly [key: string]: never }): Record<string, string> =>
  Object.fromEntries(((body["status"]?.["conditions"] ?? []) as unknown as { type: string; status: string }[]).map(({ type, status }) => [type, status]));

/** CRDs themselves: how a kind comes and goes, its rules in CEL. */
export const crdCases: readonly ApiCase[] = [
  {
    name: "CEL rules of a CRD speak with their own messages and paths",
    async run({ api, namespace }) {
      const made = await api.create(CRDS, crd("ruleds", "Ruled", rules));
      assert.ok(made.code === 201 || made.code === 409, JSON.stringify(made.body));
      const base = `/apis/${GROUP}/v1/namespaces/${namespace}/ruleds`;
      await eventually(() => api.get(base), (answer) => answer.code === 200);
      const causes = async (spec: unknown): Promise<string[]> => {
        const answer = expectFailure(await api.create(base, object(spec)), 422, "Invalid");
        return (answer.body["details"]!["causes"] as unknown as { field: string; message: string }[]).map((cause) => `${cause.field}: ${withoutType(cause.message)}`);
      };
      assert.deepEqual(await causes({ min: 5, max: 1 }), ["spec: Invalid value: min must not be above max"]);
      assert.deepEqual(await causes({ min: 60 }), ["spec.min: Invalid value: min is far above 50"]);
      assert.deepEqual(await causes({ names: ["a", "a"] }), ['spec.names[1]: Duplicate value: "a"']);
      assert.deepEqual(await causes({ names: [""] }), ['spec.names[0]: Invalid value: "": spec.names[0] in body should be at least 1 chars long']);
      // A value of which the rules can't be asked is told of, and that the rules were not asked.
      const unasked = "<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";
      assert.deepEqual(await causes({ names: ["a", "b", "c", "d", "e", "f"] }), ["spec.names: Too many: 6: must have at most 5 items", unasked]);
      assert.deepEqual(await causes({ min: 5, max: 1, names: ["a", "a"] }), ['spec.names[1]: Duplicate value: "a"', "spec: Invalid value: min must not be above max"]);
      assert.deepEqual(await causes({ names: ["x".repeat(21)] }), ["spec.names[0]: Too long: may not be more than 20 bytes", unasked]);
      assert.equal((await causes({ either: true }))[0], 'spec.either: Invalid value: "boolean": spec.either in body must be of type integer,string: "boolean"');
      expectCode(await api.create(base, object({ kind: "a", either: "10%", note: null })), 201);
      expectFailure(await api.patch(`${base}/one`, "merge", { spec: { kind: "b" } }), 422, "Invalid", "spec.kind: Invalid value");
      assert.equal((await api.get(`${base}/one`)).body["spec"]!["min"], 0);
    },
  },
  {
    name: "a kind is served once its names are accepted, and is gone with its CRD and objects",
    async run({ api, namespace }) {
      const schema = { type: "object", properties: { spec: { type: "object", properties: { size: { type: "integer" } } } } };
      const name = namespace.replaceAll("-", "");
      const made = expectCode(await api.create(CRDS, crd(`${name}s`, `K${name}`, schema)), 201).body;
      assert.equal(made["spec"]!["names"]!["listKind"], `K${name}List`);
      assert.deepEqual(made["spec"]!["conversion"], { strategy: "None" });
      const one = `${CRDS}/${name}s.${GROUP}`;
      const ready = await eventually(() => api.get(one), (answer) => statuses(answer.body)["Established"] === "True");
      assert.equal(statuses(ready.body)["NamesAccepted"], "True");
      assert.deepEqual(ready.body["status"]!["storedVersions"], ["v1"]);
      const base = `/apis/${GROUP}/v1/namespaces/${namespace}/${name}s`;
      await eventually(() => api.get(base), (answer) => answer.code === 200);
      expectCode(await api.create(base, { apiVersion: `${GROUP}/v1`, kind: `K${name}`, metadata: { name: "one" }, spec: { size: 1 } }), 201);
      expectCode(await api.delete(one), 200);
      await eventually(() => api.get(one), (answer) => answer.code === 404);
      await eventually(() => api.get(base), (answer) => answer.code === 404);
    },
  },
  {
    name: "a CRD that can't be is 422",
    async run({ api }) {
      const wrongName = { ...crd("wrongs", "Wrong", { type: "object" }), metadata: { name: `others.${GROUP}` } };
      expectFailure(await api.create(CRDS, wrongName), 422, "Invalid", `metadata.name: Invalid value: "others.${GROUP}": must be spec.names.plural+"."+spec.group`);
      expectFailure(await api.create(CRDS, crd("wrongs", "Wrong", { type: "object", properties: { a: {} } })), 422, "Invalid", "spec.validation.openAPIV3Schema.properties[a].type: Required value: must not be empty for specified object fields");
    },
  },
];
