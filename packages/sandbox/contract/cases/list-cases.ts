import assert from "node:assert/strict";
import { expectCode, expectFailure, type ApiCase } from "../api-case.ts";

const configMap = (name: string): unknown => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels: { own: "yes" } } });

/** Versions of lists, what begins a watch, and how it says where it is: what informers rest on. */
export const listCases: readonly ApiCase[] = [
  {
    name: "a list may be asked for at any version, at one at least as new, and not at what is none",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      const made = expectCode(await api.create(base, configMap("one")), 201).body;
      const version = made["metadata"]!["resourceVersion"]! as string;
      const list = expectCode(await api.get(base), 200).body;
      assert.ok(Number(list["metadata"]!["resourceVersion"]) >= Number(version));
      expectCode(await api.get(`${base}?resourceVersion=0`), 200);
      const notOlder = expectCode(await api.get(`${base}?resourceVersion=${version}&resourceVersionMatch=NotOlderThan&labelSelector=own`), 200).body;
      assert.equal(notOlder["items"]!["length"], 1);
      expectFailure(await api.get(`${base}?resourceVersion=abc`), 400, "BadRequest");
      expectFailure(await api.get(`${base}?resourceVersionMatch=NotOlderThan`), 422, "Invalid", "resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided");
      expectFailure(await api.get(`${base}?continue=nonsense`), 400, "BadRequest");
    },
  },
  {
    name: "a version of the future is 504 with a time to wait",
    async run({ api, namespace }) {
      const version = Number((await api.get(`/api/v1/namespaces/${namespace}/configmaps`)).body["metadata"]!["resourceVersion"]) + 1_000_000;
      const answer = expectFailure(await api.get(`/api/v1/namespaces/${namespace}/configmaps?resourceVersion=${version}&resourceVersionMatch=NotOlderThan`), 504, "Timeout", "Too large resource version");
      assert.ok(answer.body["details"]!["retryAfterSeconds"]! >= 1);
    },
  },
  {
    name: "bookmarks come to whoever allows them, before a watch's time is up",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      const version = String((await api.get(base)).body["metadata"]!["resourceVersion"]);
      const watch = await api.watch(`${base}?watch=true&resourceVersion=${version}&allowWatchBookmarks=true&timeoutSeconds=4&fieldSelector=metadata.name%3Dnone`);
      // kube-apiserver tells where it is only when there was anything since.
      expectCode(await api.create(base, configMap("other")), 201);
      const mark = await watch.next();
      assert.equal(mark?.type, "BOOKMARK");
      assert.equal(mark?.object["kind"], "ConfigMap");
      assert.ok(Number(mark?.object["metadata"]!["resourceVersion"]) >= Number(version));
      watch.stop();
    },
  },
  {
    name: "a watch may begin with all there is, and says when that is over",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      for (const name of ["one", "two"]) expectCode(await api.create(base, configMap(name)), 201);
      const query = "watch=true&sendInitialEvents=true&allowWatchBookmarks=true&labelSelector=own";
      const watch = await api.watch(`${base}?${query}&resourceVersionMatch=NotOlderThan`);
      const seen = [await watch.next(), await watch.next(), await watch.next()];
      watch.stop();
      assert.deepEqual(seen.map((event) => event?.type), ["ADDED", "ADDED", "BOOKMARK"]);
      assert.equal(seen[2]?.object["metadata"]!["annotations"]!["k8s.io/initial-events-end"], "true");
      expectFailure(await api.get(`${base}?${query}`), 422, "Invalid", "resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
    },
  },
  {
    name: "an object is got by its name, watched by a selector of it",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      expectCode(await api.create(base, configMap("one")), 201);
      assert.equal(expectCode(await api.get(`${base}/one?watch=true`), 200).body["kind"], "ConfigMap");
    },
  },
  {
    name: "metadata alone may be listed and watched",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      expectCode(await api.create(base, configMap("one")), 201);
      const accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
      const list = expectCode(await api.get(`${base}?labelSelector=own`, { accept }), 200).body;
      assert.deepEqual([list["kind"], list["items"]![0]!["metadata"]!["name"], list["items"]![0]!["data"]], ["PartialObjectMetadataList", "one", undefined]);
    },
  },
];
