import type { ClusterKey } from "../cluster/cluster-key.ts";
import type { PrioritisedTarget, RequestedSplit, WeightedTarget } from "../split/split.ts";
import type { GlobalTrafficPolicySpec } from "./global-traffic-policy-schema.ts";

/** Weight of the source cluster unless its own key is listed, and of every target that names none. */
export const defaultWeight = 100;

export interface PolicyQuestion {
  /** undefined: there is no policy object. */
  readonly spec: GlobalTrafficPolicySpec | undefined;
  /** Key of the source cluster, where the policy stands. */
  readonly ownKey: ClusterKey;
  /** Clusters that the import names for this port; empty when no import offers it. */
  readonly importKeys: readonly ClusterKey[];
}

export interface ResolvedPolicy {
  readonly requested: RequestedSplit;
  /** Keys that the policy names and no import offers: ignored, to be named in the condition, in clusterKey order. */
  readonly unknownKeys: readonly ClusterKey[];
  /** True when the mode makes no use of the targets that are listed (Locality). */
  readonly ignoredTargets: boolean;
}

/**
 * What a policy asks of one port of a service in its source cluster. Health is not looked at (see `effectiveSplit`).
 * Never throws: what the schema accepts always comes to a split.
 */
export function resolvePolicy({ spec, ownKey, importKeys }: PolicyQuestion): ResolvedPolicy {
  if (spec === undefined || spec.lbType === "Locality") {
    return { requested: { mode: "Locality" }, unknownKeys: [], ignoredTargets: (spec?.targets.length ?? 0) > 0 };
  }
  const offered = new Set(importKeys);
  offered.delete(ownKey);
  const unknownKeys = spec.targets
    .map((target) => target.clusterKey)
    .filter((key) => key !== ownKey && !offered.has(key))
    .toSorted();
  const requested: RequestedSplit =
    spec.lbType === "ActiveActive"
      ? { mode: "ActiveActive", targets: weightedTargets(spec, ownKey, offered) }
      : { mode: "FailOver", targets: prioritisedTargets(spec, ownKey, offered) };
  return { requested, unknownKeys, ignoredTargets: false };
}

function weightedTargets(spec: GlobalTrafficPolicySpec, ownKey: ClusterKey, offered: ReadonlySet<ClusterKey>): WeightedTarget[] {
  const weights = new Map<ClusterKey, number>([[ownKey, defaultWeight]]);
  if (spec.targets.length === 0) {
    for (const key of offered) weights.set(key, defaultWeight);
  }
  for (const { clusterKey, weight } of spec.targets) {
    if (clusterKey === ownKey || offered.has(clusterKey)) weights.set(clusterKey, weight ?? defaultWeight);
  }
  // A port that no import offers is always local, whatever weight the policy gives to the source for the other ports.
  if (offered.size === 0) weights.set(ownKey, defaultWeight);
  return sorted([...weights].map(([clusterKey, weight]) => ({ clusterKey, weight })));
}

/** Without targets every importing cluster stands by, as ActiveActive without targets means all of them. */
function prioritisedTargets(
  spec: GlobalTrafficPolicySpec,
  ownKey: ClusterKey,
  offered: ReadonlySet<ClusterKey>,
): PrioritisedTarget[] {
  if (spec.targets.length === 0) return sorted([...offered].map((clusterKey) => ({ clusterKey, priority: 0 })));
  return sorted(
    spec.targets
      .filter((target) => target.clusterKey !== ownKey && offered.has(target.clusterKey))
      .map(({ clusterKey, priority }) => ({ clusterKey, priority: priority ?? 0 })),
  );
}

/** By code unit, so that every proxy and every locale has the same order. */
function sorted<T extends { readonly clusterKey: ClusterKey }>(targets: T[]): T[] {
  return targets.toSorted((a, b) => (a.clusterKey < b.clusterKey ? -1 : 1));
}
