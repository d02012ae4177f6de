import type { ReplicaSet, Workload } from "../workload-kinds.ts";
import { planDeploymentStatus } from "./plan-deployment-status.ts";
import { templateHash } from "./template-hash.ts";

export const hashLabel = "pod-template-hash";
export const revisionAnnotation = "deployment.kubernetes.io/revision";

export type DeploymentAction =
  | { readonly do: "create"; readonly hash: string; readonly replicas: number; readonly revision: number }
  | { readonly do: "scale"; readonly set: ReplicaSet; readonly replicas: number }
  | { readonly do: "number"; readonly set: ReplicaSet; readonly revision: number }
  | { readonly do: "delete"; readonly set: ReplicaSet };

export interface DeploymentPlan {
  readonly actions: readonly DeploymentAction[];
  readonly revision: number;
  readonly status: Record<string, unknown>;
}

const sizeOf = (set: ReplicaSet): number => set.spec.replicas ?? 1;
const availableOf = (set: ReplicaSet): number => Math.min(set.status?.availableReplicas ?? 0, sizeOf(set));
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const revisionOf = (set: ReplicaSet): number => Number(set.metadata.annotations?.[revisionAnnotation] ?? 0);

/**
 * The next step of a rollout with these ReplicaSets of the deployment (`pkg/controller/deployment/rolling.go`): surge
 * and unavailability stay within their bounds at every step. `nowMs`: ms since the epoch.
 */
export function planDeployment(deployment: Workload, sets: readonly ReplicaSet[], nowMs: number): DeploymentPlan {
  const hash = templateHash(deployment.spec.template);
  const current = sets.find((set) => set.metadata.labels?.[hashLabel] === hash);
  const old = sets.filter((set) => set !== current);
  const newest = Math.max(0, ...old.map(revisionOf));
  const revision = Math.max(newest + 1, current === undefined ? 0 : revisionOf(current));
  const status = planDeploymentStatus(deployment, current, sets, nowMs);
  if (deployment.metadata.deletionTimestamp !== undefined) return { actions: [], revision, status };

  const actions: DeploymentAction[] = [];
  const { wanted, surge, unavailable, recreate } = boundsOf(deployment);
  if (current !== undefined && revisionOf(current) !== revision) actions.push({ do: "number", set: current, revision });
  if (deployment.spec.paused === true) {
    // A paused deployment is still scaled, but gets no new template.
    const active = current ?? [...old].sort((a, b) => revisionOf(b) - revisionOf(a))[0];
    if (active !== undefined && sizeOf(active) !== wanted) actions.push({ do: "scale", set: active, replicas: wanted });
    return { actions, revision, status };
  }
  const oldPods = sum(old.map((set) => Math.max(sizeOf(set), set.status?.replicas ?? 0)));
  const total = sum(sets.map(sizeOf));
  const room = recreate ? (oldPods > 0 ? 0 : wanted) : wanted + surge - total;
  const size = current === undefined ? 0 : sizeOf(current);
  const next = size > wanted ? wanted : Math.min(wanted, size + Math.max(0, room));
  if (current === undefined) actions.push({ do: "create", hash, replicas: next, revision });
  else if (next !== size) actions.push({ do: "scale", set: current, replicas: next });
  actions.push(...scaleDownOld(old, current, { minAvailable: recreate ? 0 : wanted - unavailable, total, recreate }));
  const idle = old.filter((set) => sizeOf(set) === 0 && (set.status?.replicas ?? 0) === 0).sort((a, b) => revisionOf(a) - revisionOf(b));
  for (const set of idle.slice(0, Math.max(0, idle.length - (deployment.spec.revisionHistoryLimit ?? 10)))) actions.push({ do: "delete", set });
  return { actions, revision, status };
}

/** Takes old pods away: first those that are not available anyway, then as many as leave enough. */
function scaleDownOld(old: readonly ReplicaSet[], current: ReplicaSet | undefined, bounds: { minAvailable: number; total: number; recreate: boolean }): DeploymentAction[] {
  const targets = new Map(old.map((set) => [set, sizeOf(set)]));
  const newUnavailable = current === undefined ? 0 : sizeOf(current) - availableOf(current);
  let spare = bounds.recreate ? bounds.total : bounds.total - bounds.minAvailable - newUnavailable;
  const take = (set: ReplicaSet, count: number): void => {
    const size = targets.get(set) ?? 0;
    const taken = Math.max(0, Math.min(count, spare, size));
    targets.set(set, size - taken);
    spare -= taken;
  };
  const oldestFirst = [...old].sort((a, b) => revisionOf(a) - revisionOf(b));
  for (const set of oldestFirst) take(set, sizeOf(set) - availableOf(set));
  let available = sum(old.map(availableOf)) + (current === undefined ? 0 : availableOf(current)) - bounds.minAvailable;
  for (const set of oldestFirst) {
    const before = targets.get(set) ?? 0;
    take(set, bounds.recreate ? before : Math.max(0, available));
    available -= before - (targets.get(set) ?? 0);
  }
  return [...targets].flatMap(([set, replicas]) => (replicas === sizeOf(set) ? [] : [{ do: "scale" as const, set, replicas }]));
}

function boundsOf(deployment: Workload): { wanted: number; surge: number; unavailable: number; recreate: boolean } {
  const wanted = deployment.spec.replicas ?? 1;
  const { type, rollingUpdate } = deployment.spec.strategy ?? {};
  const surge = amount(rollingUpdate?.maxSurge ?? "25%", wanted, Math.ceil);
  const unavailable = amount(rollingUpdate?.maxUnavailable ?? "25%", wanted, Math.floor);
  // Both zero would never get anywhere (`ResolveFenceposts`).
  return { wanted, surge, unavailable: surge === 0 && unavailable === 0 ? 1 : Math.min(unavailable, wanted), recreate: type === "Recreate" };
}

function amount(value: number | string, whole: number, round: (count: number) => number): number {
  return typeof value === "number" ? value : round((Number.parseInt(value, 10) * whole) / 100);
}
