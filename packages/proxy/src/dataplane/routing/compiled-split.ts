import { effectiveSplit } from "@sluice/shared/policy/effective-split";
import type { DropReason, EffectiveSplit, RequestedSplit } from "@sluice/shared/split/split";
import { createTargetChooser } from "@sluice/shared/split/target-chooser";
import { createSessionChooser, type SessionChooser } from "@sluice/shared/split/weighted-rendezvous";
import type { RouteTarget } from "../forward/route.ts";

/** A split ready to be chosen from. */
export interface CompiledSplit {
  readonly effective: EffectiveSplit;
  /** In the order of `effective.targets`. */
  readonly targets: readonly RouteTarget[];
  /** Whose turn it is, as an index into `targets`; each call takes a ticket. Outlives changes that keep the weights. */
  readonly chooser: { choose(): number };
  /** Whose a session is, as an index into `targets`. */
  readonly sessions: SessionChooser;
}

export interface CompileOptions {
  readonly health: (key: string) => DropReason | null;
  /** A target without a group counts as an unknown cluster. */
  readonly groupOf: (key: string) => RouteTarget | undefined;
  readonly random: () => number;
  /** What ramping up makes of the split. */
  readonly ramped?: (split: EffectiveSplit) => EffectiveSplit;
}

/** Compiles `requested` with the present health. */
export function compileSplit(requested: RequestedSplit, ownKey: string, { health, groupOf, random, ramped }: CompileOptions): CompiledSplit {
  const healthy = effectiveSplit(requested, ownKey, (key) => (groupOf(key) === undefined ? "unknown-cluster" : health(key)));
  const effective = ramped?.(healthy) ?? healthy;
  const targets = effective.targets.map(({ clusterKey }) => groupOf(clusterKey) as RouteTarget);
  const weights = effective.targets.map(({ weight }) => weight);
  const chooser = targets.length > 1 ? createTargetChooser(weights, { random }) : onlyOne;
  return { effective, targets, chooser, sessions: createSessionChooser(effective.targets) };
}

const onlyOne = { choose: () => 0 };
