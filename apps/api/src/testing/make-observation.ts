import type { Condition } from "@sluice/shared/object-meta";
import type { ClusterObservation } from "../controllers/cluster/observe.ts";
import type { LeaveObservation } from "../world/observe-leave.ts";
import { keyFor } from "./make-world.ts";

export interface ObservationSketch extends Partial<Omit<ClusterObservation, "cluster" | "leave">> {
  leave?: Partial<LeaveObservation>;
  annotations?: Record<string, string>;
  finalizers?: string[];
  /** It is being deleted. */
  deleted?: boolean;
  kubeconfig?: string;
  conditions?: Condition[];
}

/** What is seen of cluster "a", which joined and is well, but for what is given. */
export function makeObservation({ leave = {}, annotations = {}, finalizers = ["sluice.dev/leave"], deleted = false, kubeconfig, conditions = [], ...given }: ObservationSketch = {}): ClusterObservation {
  return {
    cluster: {
      apiVersion: "flomesh.io/v1alpha1",
      kind: "Cluster",
      metadata: { name: "a", finalizers, annotations, ...(deleted ? { deletionTimestamp: "2026-01-01T00:00:00Z" } : {}) },
      spec: { region: "default", zone: "default", group: "default", gatewayHost: "h", gatewayPort: 80, isInCluster: false, ...(kubeconfig === undefined ? {} : { kubeconfig }) },
      status: { conditions },
    },
    key: keyFor("a"),
    color: 0,
    failure: undefined,
    live: true,
    version: null,
    lastHeartbeatMs: null,
    memberUid: "u",
    hasSystemNamespace: true,
    record: { clusterKey: keyFor("a"), setUid: "set", epoch: 1, termUid: "e" },
    fault: undefined,
    ingressesClosed: undefined,
    set: { uid: "set", epoch: 1, termUid: "e", confirmedEpoch: 0, seenEpoch: 0 },
    proxies: { ready: 1, total: 1 },
    gateway: undefined,
    hasAttachmentController: true,
    leave: { policies: [], unreadable: [], importedBy: [], attached: [], outOfReach: new Map(), ...leave },
    ...given,
  };
}
