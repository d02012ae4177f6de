import type { ClusterKey } from "../cluster/cluster-key.ts";
import type { DropReason, EffectiveSplit, RequestedSplit, WeightedTarget } from "../split/split.ts";
import { defaultWeight } from "./resolve-policy.ts";

type Health = (key: ClusterKey) => DropReason | null;
type ActiveActive = Extract<RequestedSplit, { mode: "ActiveActive" }>;
type FailOver = Extract<RequestedSplit, { mode: "FailOver" }>;

export interface EffectiveSplitOptions {
  /** A migration's safety net: serves, at weight 0, when every weighted group is gone. */
  readonly retainedSource?: ClusterKey;
}

/**
 * What the requested split comes to with the present health (`null` from `health` means healthy). `targets` holds
 * positive weights only; a target that was asked for 0 is in neither list. Never throws.
 */
export function effectiveSplit(
  requested: RequestedSplit,
  ownKey: ClusterKey,
  health: Health,
  options: EffectiveSplitOptions = {},
): EffectiveSplit {
  switch (requested.mode) {
    case "Locality":
      return localOnly(ownKey, health);
    case "ActiveActive":
      return activeActive(requested, health, options.retainedSource);
    case "FailOver":
      return failOver(requested, ownKey, health);
  }
}

function localOnly(ownKey: ClusterKey, health: Health): EffectiveSplit {
  const reason = health(ownKey);
  if (reason === null) return { targets: [{ clusterKey: ownKey, weight: defaultWeight }], dropped: [] };
  return { targets: [], dropped: [{ clusterKey: ownKey, reason }], refusal: "no_local_endpoints" };
}

function activeActive(requested: ActiveActive, health: Health, retainedSource: ClusterKey | undefined): EffectiveSplit {
  const weighted = requested.targets.filter((target) => target.weight > 0);
  const retained = requested.targets.find((target) => target.clusterKey === retainedSource && target.weight === 0);
  const targets: WeightedTarget[] = [];
  const dropped: EffectiveSplit["dropped"][number][] = [];
  for (const target of weighted) {
    const reason = health(target.clusterKey);
    // Ejecting the only target would turn its partial failure into a whole one, unless a retained source can serve.
    const onlyOne = reason === "ejected" && weighted.length === 1 && retained === undefined;
    if (reason === null || onlyOne) targets.push(target);
    else dropped.push({ clusterKey: target.clusterKey, reason });
  }
  if (targets.length > 0) return { targets, dropped };
  if (retained !== undefined && health(retained.clusterKey) === null) {
    return { targets: [{ clusterKey: retained.clusterKey, weight: defaultWeight }], dropped };
  }
  return { targets: [], dropped, refusal: "no_healthy_target" };
}

function failOver(requested: FailOver, ownKey: ClusterKey, health: Health): EffectiveSplit {
  const dropped: EffectiveSplit["dropped"][number][] = [];
  const healthy = requested.targets.filter(({ clusterKey }) => {
    const reason = health(clusterKey);
    if (reason !== null) dropped.push({ clusterKey, reason });
    return reason === null;
  });
  const ownReason = health(ownKey);
  if (ownReason === null) {
    const waiting = healthy.map(({ clusterKey }) => ({ clusterKey, reason: "stand-by" as const }));
    return { targets: [{ clusterKey: ownKey, weight: defaultWeight }], dropped: [...dropped, ...waiting] };
  }
  dropped.push({ clusterKey: ownKey, reason: ownReason });
  const first = Math.min(...healthy.map((target) => target.priority));
  const targets: WeightedTarget[] = [];
  for (const { clusterKey, priority } of healthy) {
    if (priority === first) targets.push({ clusterKey, weight: defaultWeight });
    else dropped.push({ clusterKey, reason: "stand-by" });
  }
  return targets.length > 0 ? { targets, dropped } : { targets, dropped, refusal: "no_healthy_target" };
}
