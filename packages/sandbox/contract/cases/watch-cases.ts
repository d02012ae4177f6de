import assert from "node:assert/strict";
import { expectCode, type ApiCase } from "../api-case.ts";

const configMap = (name: string, value: string, labels: Record<string, string> = {}): unknown => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels }, data: { value } });

/** watch: order, selectors, resuming, bookmarks, versions that are too old. */
export const watchCases: readonly ApiCase[] = [
  {
    name: "a watch from a list's version sees every later change, once and in order",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      expectCode(await api.create(base, configMap("before", "1")), 201);
      const version = String((await api.get(base)).body["metadata"]!["resourceVersion"]);
      expectCode(await api.create(base, configMap("one", "1")), 201);
      const watch = await api.watch(`${base}?watch=true&resourceVersion=${version}&fieldSelector=metadata.name%3Done`);
      expectCode(await api.patch(`${base}/one`, "merge", { data: { value: "2" } }), 200);
      expectCode(await api.delete(`${base}/one`), 200);
      const seen = [await watch.next(), await watch.next(), await watch.next()];
      watch.stop();
      assert.deepEqual(seen.map((event) => event?.type), ["ADDED", "MODIFIED", "DELETED"]);
      assert.deepEqual(seen.map((event) => event?.object["data"]!["value"]), ["1", "2", "2"]);
      const versions = seen.map((event) => Number(event?.object["metadata"]!["resourceVersion"]));
      assert.deepEqual(versions, versions.toSorted((a, b) => a - b));
      assert.equal(new Set(versions).size, 3);
    },
  },
  {
    name: "an object that comes to match a selector is ADDED, one that ceases to is DELETED",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      expectCode(await api.create(base, configMap("one", "1", { tier: "back" })), 201);
      const version = String((await api.get(base)).body["metadata"]!["resourceVersion"]);
      const watch = await api.watch(`${base}?watch=true&resourceVersion=${version}&labelSelector=tier%3Dfront`);
      for (const tier of ["front", "back"]) expectCode(await api.patch(`${base}/one`, "merge", { metadata: { labels: { tier } } }), 200);
      const seen = [await watch.next(), await watch.next()];
      watch.stop();
      assert.deepEqual(seen.map((event) => event?.type), ["ADDED", "DELETED"]);
    },
  },
  {
    name: "a watch without a version begins with what there is",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      expectCode(await api.create(base, configMap("one", "1", { own: "yes" })), 201);
      const watch = await api.watch(`${base}?watch=true&labelSelector=own`);
      const first = await watch.next();
      watch.stop();
      assert.equal(first?.type, "ADDED");
      assert.equal(first?.object["metadata"]!["name"], "one");
    },
  },
  {
    name: "timeoutSeconds ends a watch cleanly",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      const version = String((await api.get(base)).body["metadata"]!["resourceVersion"]);
      const watch = await api.watch(`${base}?watch=true&resourceVersion=${version}&timeoutSeconds=1&fieldSelector=metadata.name%3Dnone`);
      assert.equal(await watch.next(), undefined);
    },
  },
  {
    name: "a watch of a version that is no longer kept says 410",
    async run({ api, namespace }) {
      const watch = await api.watch(`/api/v1/namespaces/${namespace}/configmaps?watch=true&resourceVersion=1&timeoutSeconds=5`);
      const first = await watch.next();
      watch.stop();
      assert.equal(first?.type, "ERROR");
      assert.equal(first?.object["code"], 410);
      assert.equal(first?.object["reason"], "Expired");
    },
  },
];
