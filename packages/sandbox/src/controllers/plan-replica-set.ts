import type { Pod } from "@sluice/kubernetes/kinds";
import type { ReplicaSet } from "../workload-kinds.ts";
import { isPodReady } from "./is-pod-ready.ts";

export interface ReplicaSetPlan {
  /** Pods to make. */
  readonly create: number;
  readonly remove: readonly Pod[];
  readonly status: NonNullable<ReplicaSet["status"]>;
  /** Time until a ready pod becomes available, ms; absent: nothing to wait for. */
  readonly availableInMs?: number;
}

/** Pods made at once: a large set comes in steps, so that a broken template does not flood the API. */
export const burstMax = 50;

const isActive = (pod: Pod): boolean => pod.metadata.deletionTimestamp === undefined && pod.status?.phase !== "Succeeded" && pod.status?.phase !== "Failed";

/** What a ReplicaSet with these pods of its own needs now (`pkg/controller/replicaset`). `nowMs`: ms since the epoch. */
export function planReplicaSet(set: ReplicaSet, pods: readonly Pod[], nowMs: number): ReplicaSetPlan {
  const active = pods.filter(isActive);
  const wanted = set.metadata.deletionTimestamp === undefined ? (set.spec.replicas ?? 1) : active.length;
  const ready = active.filter(isPodReady);
  const minReadyMs = (set.spec.minReadySeconds ?? 0) * 1000;
  const waits = ready.map((pod) => readySinceMs(pod) + minReadyMs - nowMs).filter((waitMs) => waitMs > 0);
  const labels = Object.entries(set.spec.template.metadata?.labels ?? {});
  return {
    create: Math.min(burstMax, Math.max(0, wanted - active.length)),
    remove: [...active].sort(byExpendability).slice(0, Math.max(0, active.length - wanted)),
    status: {
      replicas: active.length,
      fullyLabeledReplicas: active.filter((pod) => labels.every(([key, value]) => pod.metadata.labels?.[key] === value)).length,
      readyReplicas: ready.length,
      availableReplicas: minReadyMs === 0 ? ready.length : ready.length - waits.length,
      ...(set.metadata.generation === undefined ? {} : { observedGeneration: set.metadata.generation }),
    },
    ...(minReadyMs > 0 && waits.length > 0 ? { availableInMs: Math.min(...waits) } : {}),
  };
}

function readySinceMs(pod: Pod): number {
  const since = pod.status?.conditions?.find((condition) => condition.type === "Ready")?.lastTransitionTime;
  return since === undefined ? 0 : Date.parse(since);
}

/** Pods that are missed least first: without a node, not ready, youngest (`controller_utils.go` ActivePods). */
function byExpendability(a: Pod, b: Pod): number {
  const rank = (pod: Pod): number => (pod.spec.nodeName === undefined ? 0 : isPodReady(pod) ? 2 : 1);
  return rank(a) - rank(b) || Date.parse(b.metadata.creationTimestamp ?? "") - Date.parse(a.metadata.creationTimestamp ?? "") || (a.metadata.name < b.metadata.name ? -1 : 1);
}
