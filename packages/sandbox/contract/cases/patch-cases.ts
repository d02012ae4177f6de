import assert from "node:assert/strict";
import { expectCode, expectFailure, type ApiCase } from "../api-case.ts";

const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", labels: { a: "1", b: "2" } },
  spec: {
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "web:1", env: [{ name: "A", value: "1" }, { name: "B", value: "2" }] }, { name: "side", image: "side:1" }] } },
  },
};

/** JSON, merge and strategic merge patch; status and scale. */
export const patchCases: readonly ApiCase[] = [
  {
    name: "a JSON patch tests and changes; a failed test is 422 and changes nothing",
    async run({ api, namespace }) {
      const base = `/apis/apps/v1/namespaces/${namespace}/deployments`;
      expectCode(await api.create(base, deployment), 201);
      const done = expectCode(
        await api.patch(`${base}/web`, "json", [
          { op: "test", path: "/metadata/labels/a", value: "1" },
          { op: "replace", path: "/spec/replicas", value: 3 },
          { op: "add", path: "/metadata/labels/c~1d", value: "x" },
          { op: "remove", path: "/metadata/labels/b" },
        ]),
        200,
      ).body;
      assert.equal(done["spec"]!["replicas"], 3);
      assert.equal(done["metadata"]!["generation"], 2);
      assert.deepEqual(done["metadata"]!["labels"], { a: "1", "c/d": "x" });
      const failed = await api.patch(`${base}/web`, "json", [{ op: "test", path: "/metadata/labels/a", value: "9" }, { op: "replace", path: "/spec/replicas", value: 9 }]);
      expectFailure(failed, 422, "Invalid");
      assert.equal((await api.get(`${base}/web`)).body["spec"]!["replicas"], 3);
    },
  },
  {
    name: "a merge patch removes by null and replaces lists",
    async run({ api, namespace }) {
      const base = `/apis/apps/v1/namespaces/${namespace}/deployments`;
      expectCode(await api.create(base, deployment), 201);
      const done = expectCode(await api.patch(`${base}/web`, "merge", { metadata: { labels: { a: null } }, spec: { template: { spec: { containers: [{ name: "web", image: "web:2" }] } } } }), 200).body;
      assert.deepEqual(done["metadata"]!["labels"], { b: "2" });
      assert.equal(done["spec"]!["template"]!["spec"]!["containers"]!["length"], 1);
    },
  },
  {
    name: "a strategic merge patch merges lists by key and obeys $patch",
    async run({ api, namespace }) {
      const base = `/apis/apps/v1/namespaces/${namespace}/deployments`;
      expectCode(await api.create(base, deployment), 201);
      const containers = [{ name: "web", image: "web:2", env: [{ name: "B", $patch: "delete" }, { name: "C", value: "3" }] }, { name: "side", $patch: "delete" }];
      const done = expectCode(await api.patch(`${base}/web`, "strategic", { spec: { template: { spec: { containers } } } }), 200).body;
      const list = done["spec"]!["template"]!["spec"]!["containers"]!;
      assert.equal(list["length"], 1);
      assert.equal(list[0]!["image"], "web:2");
      const names = (list[0]!["env"] as unknown as { name: string }[]).map((each) => each.name).toSorted();
      assert.deepEqual(names, ["A", "C"]);
    },
  },
  {
    name: "a patch type that is not known is 415",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      expectCode(await api.create(base, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" } }), 201);
      expectFailure(await api.call("PATCH", `${base}/one`, {}, { contentType: "application/json" }), 415, "UnsupportedMediaType");
    },
  },
  {
    name: "a patch with an old version is 409",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      const made = expectCode(await api.create(base, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" } }), 201).body;
      expectCode(await api.patch(`${base}/one`, "merge", { data: { a: "1" } }), 200);
      expectFailure(await api.patch(`${base}/one`, "merge", { metadata: { resourceVersion: made["metadata"]!["resourceVersion"] }, data: { a: "2" } }), 409, "Conflict");
    },
  },
  {
    name: "status is written apart: it changes no generation, and the rest of the body does not count",
    async run({ api, namespace }) {
      const base = `/apis/apps/v1/namespaces/${namespace}/deployments`;
      expectCode(await api.create(base, { ...deployment, status: { replicas: 7 } }), 201);
      assert.notEqual((await api.get(`${base}/web`)).body["status"]?.["replicas"], 7);
      const done = expectCode(await api.patch(`${base}/web/status`, "merge", { spec: { replicas: 9 }, status: { observedGeneration: 1, replicas: 2 } }), 200).body;
      assert.equal(done["status"]!["replicas"], 2);
      assert.equal(done["spec"]!["replicas"], 1);
      assert.equal(done["metadata"]!["generation"], 1);
    },
  },
  {
    name: "scale reads and writes the replicas",
    async run({ api, namespace }) {
      const base = `/apis/apps/v1/namespaces/${namespace}/deployments`;
      expectCode(await api.create(base, deployment), 201);
      const scale = expectCode(await api.get(`${base}/web/scale`), 200).body;
      assert.equal(scale["kind"], "Scale");
      assert.equal(scale["spec"]!["replicas"], 1);
      assert.equal(scale["status"]!["selector"], "app=web");
      expectCode(await api.patch(`${base}/web/scale`, "merge", { spec: { replicas: 4 } }), 200);
      const after = expectCode(await api.get(`${base}/web`), 200).body;
      assert.equal(after["spec"]!["replicas"], 4);
      assert.equal(after["metadata"]!["generation"], 2);
      expectFailure(await api.patch(`${base}/web/scale`, "merge", { spec: { replicas: -1 } }), 422, "Invalid", "spec.replicas");
    },
  },
  {
    name: "managedFields say who last changed which field",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      expectCode(await api.create(`${base}?fieldManager=maker`, { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" }, data: { a: "1", b: "1" } }), 201);
      const changed = expectCode(await api.patch(`${base}/one?fieldManager=changer`, "merge", { data: { b: "2" } }), 200).body;
      const entries = changed["metadata"]!["managedFields"] as unknown as { manager: string; operation: string; fieldsV1: { "f:data": Record<string, unknown> } }[];
      const fieldsOf = (manager: string): string[] => Object.keys(entries.find((entry) => entry.manager === manager)?.fieldsV1["f:data"] ?? {}).filter((key) => key !== ".");
      assert.deepEqual(fieldsOf("maker"), ["f:a"]);
      assert.deepEqual(fieldsOf("changer"), ["f:b"]);
      assert.ok(entries.every((entry) => entry.operation === "Update"));
    },
  },
  {
    name: "server-side apply creates, conflicts by field, forces, and removes what is no longer applied",
    async run({ api, namespace }) {
      const one = `/api/v1/namespaces/${namespace}/configmaps/one`;
      const apply = (manager: string, data: Record<string, string>, force = false): ReturnType<typeof api.patch> =>
        api.patch(`${one}?fieldManager=${manager}&force=${force}`, "apply", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" }, data });
      expectCode(await apply("first", { a: "1", b: "1" }), 201);
      const version = (await api.get(one)).body["metadata"]!["resourceVersion"];
      assert.equal(expectCode(await apply("first", { a: "1", b: "1" }), 200).body["metadata"]!["resourceVersion"], version);
      const clash = expectFailure(await apply("second", { a: "2" }), 409, "Conflict", 'Apply failed with 1 conflict: conflict with "first": .data.a');
      assert.deepEqual(clash.body["details"]!["causes"], [{ reason: "FieldManagerConflict", message: 'conflict with "first"', field: ".data.a" }]);
      assert.deepEqual(expectCode(await apply("second", { a: "2" }, true), 200).body["data"], { a: "2", b: "1" });
      assert.deepEqual(expectCode(await apply("first", { c: "3" }), 200).body["data"], { a: "2", c: "3" });
      expectFailure(await api.patch(one, "apply", { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "one" } }), 422, "Invalid", "fieldManager: Required value");
    },
  },
];
