import type { Pod } from "@sluice/kubernetes/kinds";
import { describe, expect, it } from "vitest";
import type { ReplicaSet } from "../workload-kinds.ts";
import { burstMax, planReplicaSet } from "./plan-replica-set.ts";

const nowMs = Date.parse("2026-01-01T00:01:00Z");
const set = (replicas: number, spec: Partial<ReplicaSet["spec"]> = {}): ReplicaSet => ({
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  metadata: { name: "web", namespace: "n", generation: 4 },
  spec: { replicas, selector: {}, template: { metadata: { labels: { app: "web" } }, spec: { containers: [] } }, ...spec },
});
const pod = (name: string, change: { ready?: boolean; readySince?: string; bound?: boolean; deleting?: boolean; phase?: string; created?: string } = {}): Pod => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "n", labels: { app: "web" }, creationTimestamp: change.created ?? "2026-01-01T00:00:00Z", ...(change.deleting === true ? { deletionTimestamp: "2026-01-01T00:00:30Z" } : {}) },
  spec: { containers: [], ...(change.bound === false ? {} : { nodeName: "node" }) },
  status: { phase: change.phase ?? "Running", conditions: [{ type: "Ready", status: change.ready === false ? "False" : "True", lastTransitionTime: change.readySince ?? "2026-01-01T00:00:10Z" }] },
});
const removed = (replicas: number, ...pods: Pod[]) => planReplicaSet(set(replicas), pods, nowMs).remove.map(({ metadata }) => metadata.name);

describe("planReplicaSet", () => {
  const missing: [name: string, pods: Pod[], create: number][] = [
    ["none is there", [], 3],
    ["some are there", [pod("a"), pod("b", { ready: false })], 1],
    ["all are there", [pod("a"), pod("b"), pod("c")], 0],
    ["one is ending: it counts no more", [pod("a"), pod("b"), pod("c", { deleting: true })], 1],
    ["one has failed, one has come to its end", [pod("a"), pod("b", { phase: "Failed" }), pod("c", { phase: "Succeeded" })], 2],
  ];
  it.each(missing)("makes what is missing: %s", (_name, pods, create) => expect(planReplicaSet(set(3), pods, nowMs)).toMatchObject({ create, remove: [] }));

  it("makes many in steps", () => expect(planReplicaSet(set(500), [], nowMs).create).toBe(burstMax));

  it("takes away those that are missed least: without a node, not ready, youngest", () => {
    const pods = [pod("old"), pod("young", { created: "2026-01-01T00:00:05Z" }), pod("unready", { ready: false }), pod("unbound", { ready: false, bound: false })];
    expect(removed(3, ...pods)).toEqual(["unbound"]);
    expect(removed(2, ...pods)).toEqual(["unbound", "unready"]);
    expect(removed(1, ...pods)).toEqual(["unbound", "unready", "young"]);
    expect(removed(0, pod("b"), pod("a"))).toEqual(["a", "b"]);
  });

  it("leaves its pods to the garbage collector when it is itself deleted", () => {
    const deleted = set(3);
    deleted.metadata.deletionTimestamp = "2026-01-01T00:00:59Z";
    expect(planReplicaSet(deleted, [pod("a")], nowMs)).toMatchObject({ create: 0, remove: [] });
  });

  it("counts who is ready, and with minReadySeconds who has been for so long", () => {
    const pods = [pod("a"), pod("b", { readySince: "2026-01-01T00:00:45Z" }), pod("c", { ready: false })];
    expect(planReplicaSet(set(3), pods, nowMs).status).toEqual({ replicas: 3, fullyLabeledReplicas: 3, readyReplicas: 2, availableReplicas: 2, observedGeneration: 4 });
    const patient = planReplicaSet(set(3, { minReadySeconds: 30 }), pods, nowMs);
    expect(patient.status).toMatchObject({ readyReplicas: 2, availableReplicas: 1 });
    expect(patient.availableInMs).toBe(15_000);
  });
});
