import type { ClusterKey } from "../cluster/cluster-key.ts";

/** What a policy asks for one source cluster, before health is looked at. Targets are in clusterKey order. */
export type RequestedSplit =
  | { readonly mode: "Locality" }
  | { readonly mode: "ActiveActive"; readonly targets: readonly WeightedTarget[] }
  /** The source cluster itself comes first while it has a ready endpoint; `targets` never holds its key. */
  | { readonly mode: "FailOver"; readonly targets: readonly PrioritisedTarget[] };

export interface WeightedTarget {
  readonly clusterKey: ClusterKey;
  /** 0 to 1,000,000; the share is weight / sum of weights. */
  readonly weight: number;
}

export interface PrioritisedTarget {
  readonly clusterKey: ClusterKey;
  /** Lower is tried first; equal ones share evenly. */
  readonly priority: number;
}

/** Why a target gets nothing although the policy names it. */
export type DropReason = "no-ready-endpoints" | "ejected" | "unreachable" | "unknown-cluster" | "stand-by";

/** A target that returned, or that a standing policy names and that resolved only now: it rises to its share by steps. */
export interface Ramp {
  /** Why it got nothing before. */
  readonly after: DropReason;
  /** How much of its share it gets now, 1 to 999 thousandths. */
  readonly permille: number;
}

/**
 * What the requested split comes to with the present health. Weights of the kept targets are unchanged (renormalising
 * is dividing by their sum), unless one of them ramps up: then they are such that it gets its part of its share.
 */
export interface EffectiveSplit {
  readonly targets: readonly WeightedTarget[];
  /** Targets that do not get their whole share yet; absent when there is none. */
  readonly ramping?: readonly (Ramp & { readonly clusterKey: ClusterKey })[];
  readonly dropped: readonly { readonly clusterKey: ClusterKey; readonly reason: DropReason }[];
  /** Set when `targets` is empty: what callers are told with a 503. */
  readonly refusal?: "no_local_endpoints" | "no_healthy_target";
}
