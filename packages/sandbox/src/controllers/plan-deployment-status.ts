import type { ReplicaSet, Workload, WorkloadCondition } from "../workload-kinds.ts";

const sum = (values: readonly (number | undefined)[]): number => values.reduce<number>((total, value) => total + (value ?? 0), 0);

/** The deployment's status, from the statuses of its ReplicaSets; conditions keep their times while they don't change. */
export function planDeploymentStatus(deployment: Workload, current: ReplicaSet | undefined, sets: readonly ReplicaSet[], nowMs: number): Record<string, unknown> {
  const wanted = deployment.spec.replicas ?? 1;
  const replicas = sum(sets.map((set) => set.status?.replicas));
  const available = sum(sets.map((set) => set.status?.availableReplicas));
  const updated = current?.status?.replicas ?? 0;
  const needed = wanted - unavailableMax(deployment, wanted);
  const isComplete = updated === wanted && replicas === wanted && available >= wanted;
  const name = current === undefined ? "" : ` "${current.metadata.name}"`;
  const time = new Date(nowMs).toISOString().replace(/\.\d+/, "");
  const previous = deployment.status?.conditions ?? [];
  const before = previous.find((one) => one.type === "Progressing");
  const progress = `${updated}/${replicas}/${available}`;
  const known = deployment.status ?? {};
  const moved = progress !== `${sum([known["updatedReplicas"] as number])}/${sum([known["replicas"] as number])}/${sum([known["availableReplicas"] as number])}`;
  const isLate = !isComplete && !moved && before !== undefined && nowMs - Date.parse(before.lastUpdateTime) > (deployment.spec.progressDeadlineSeconds ?? 600) * 1000;
  const condition = (type: string, status: string, reason: string, message: string, touch = false): WorkloadCondition => {
    const old = previous.find((one) => one.type === type);
    const same = old?.status === status && old.reason === reason;
    return {
      type,
      status,
      reason,
      message,
      lastTransitionTime: old?.status === status ? old.lastTransitionTime : time,
      lastUpdateTime: same && !touch ? old.lastUpdateTime : time,
    };
  };
  const isAvailable = available >= needed;
  return {
    ...(deployment.metadata.generation === undefined ? {} : { observedGeneration: deployment.metadata.generation }),
    replicas,
    updatedReplicas: updated,
    readyReplicas: sum(sets.map((set) => set.status?.readyReplicas)),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, Math.max(wanted, replicas) - available),
    conditions: [
      isAvailable
        ? condition("Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.")
        : condition("Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability."),
      isComplete
        ? condition("Progressing", "True", "NewReplicaSetAvailable", `ReplicaSet${name} has successfully progressed.`)
        : isLate
          ? condition("Progressing", "False", "ProgressDeadlineExceeded", `ReplicaSet${name} has timed out progressing.`)
          : condition("Progressing", "True", "ReplicaSetUpdated", `ReplicaSet${name} is progressing.`, moved),
    ],
  };
}

function unavailableMax(deployment: Workload, wanted: number): number {
  const value = deployment.spec.strategy?.rollingUpdate?.maxUnavailable ?? "25%";
  return Math.min(wanted, typeof value === "number" ? value : Math.floor((Number.parseInt(value, 10) * wanted) / 100));
}
