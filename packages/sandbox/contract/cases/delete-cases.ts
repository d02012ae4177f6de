import assert from "node:assert/strict";
import { expectCode, expectFailure, type ApiCase } from "../api-case.ts";

const configMap = (name: string, metadata: Record<string, unknown> = {}): unknown => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, ...metadata } });

/** delete: finalizers, preconditions, propagation, collections; owner references. */
export const deleteCases: readonly ApiCase[] = [
  {
    name: "delete answers Success and the object is gone",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      expectCode(await api.create(base, configMap("one")), 201);
      const answer = expectCode(await api.delete(`${base}/one`), 200);
      assert.equal(answer.body["status"], "Success");
      expectFailure(await api.delete(`${base}/one`), 404, "NotFound");
    },
  },
  {
    name: "a finalizer holds a deleted object until it is removed; none can be added then",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      expectCode(await api.create(base, configMap("one", { finalizers: ["example.com/hold"] })), 201);
      const going = expectCode(await api.delete(`${base}/one`), 200);
      assert.match(going.body["metadata"]!["deletionTimestamp"]!, /Z$/);
      expectFailure(await api.patch(`${base}/one`, "merge", { metadata: { finalizers: ["example.com/hold", "example.com/more"] } }), 422, "Invalid", "metadata.finalizers");
      expectCode(await api.patch(`${base}/one`, "merge", { metadata: { finalizers: null } }), 200);
      expectCode(await api.get(`${base}/one`), 404);
    },
  },
  {
    name: "preconditions of a delete are checked",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      expectCode(await api.create(base, configMap("one")), 201);
      expectFailure(await api.delete(`${base}/one`, { preconditions: { uid: "00000000-0000-0000-0000-000000000000" } }), 409, "Conflict", `Operation cannot be fulfilled on ConfigMap "one": the UID in the precondition`);
      expectCode(await api.get(`${base}/one`), 200);
    },
  },
  {
    name: "foreground propagation leaves the object with its finalizer",
    async run({ api, namespace }) {
      const base = `/apis/apps/v1/namespaces/${namespace}/deployments`;
      const pod = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "web" }] } };
      expectCode(await api.create(base, { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec: { replicas: 0, selector: { matchLabels: { app: "web" } }, template: pod } }), 201);
      const going = expectCode(await api.delete(`${base}/web`, { propagationPolicy: "Foreground" }), 200).body;
      assert.ok((going["metadata"]!["finalizers"] as unknown as string[]).includes("foregroundDeletion"));
    },
  },
  {
    name: "owner references are kept as written, and must be whole",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      const owner = expectCode(await api.create(base, configMap("owner")), 201).body;
      const reference = { apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: owner["metadata"]!["uid"], controller: true };
      const owned = expectCode(await api.create(base, configMap("owned", { ownerReferences: [reference] })), 201).body;
      assert.deepEqual(owned["metadata"]!["ownerReferences"], [reference]);
      expectFailure(await api.create(base, configMap("bad", { ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: "" }] })), 422, "Invalid", "metadata.ownerReferences.uid");
    },
  },
  {
    name: "a collection is deleted by selector",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      for (const name of ["a", "b", "keep"]) expectCode(await api.create(base, configMap(name, { labels: { go: name === "keep" ? "no" : "yes" } })), 201);
      expectCode(await api.delete(`${base}?labelSelector=go%3Dyes`), 200);
      expectCode(await api.get(`${base}/a`), 404);
      expectCode(await api.get(`${base}/keep`), 200);
    },
  },
  {
    name: "nothing is created in a namespace that is going",
    async run({ api, namespace }) {
      const base = `/api/v1/namespaces/${namespace}/configmaps`;
      expectCode(await api.create(base, configMap("held", { finalizers: ["example.com/hold"] })), 201);
      expectCode(await api.delete(`/api/v1/namespaces/${namespace}`), 200);
      expectFailure(await api.create(base, configMap("late")), 403, "Forbidden", `unable to create new content in namespace ${namespace} because it is being terminated`);
      await api.patch(`${base}/held`, "merge", { metadata: { finalizers: null } });
    },
  },
];
