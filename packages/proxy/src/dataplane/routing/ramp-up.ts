import { rampedSplit } from "@sluice/shared/policy/ramped-split";
import { rampPosition } from "@sluice/shared/split/ramp-position";
import type { DropReason, EffectiveSplit, Ramp } from "@sluice/shared/split/split";

/** Objects come by several watches and probes: what turns up so soon after a policy, or a start, belongs to it. */
export const settleMs = 2_000;

/** A target that rises to its share. */
interface Climb {
  readonly after: DropReason;
  readonly sinceMs: number;
}

/**
 * Which targets of one ActiveActive split rise to their share: those that return after they were dropped, and those
 * that a standing policy names and that resolve only now. A change of the policy itself takes effect whole, at once.
 */
export class RampUp {
  readonly #durationMs: number;
  #settledAtMs = 0;
  /** What each target was when it was last looked at. */
  #states: ReadonlyMap<string, "steady" | DropReason | Climb> = new Map();
  /** When the next target gets more, in ms of the clock that `apply` is told; Infinity when none ramps. */
  nextAtMs = Number.POSITIVE_INFINITY;

  /** `durationMs` 0: every target gets its share at once. */
  constructor(durationMs: number) {
    this.#durationMs = durationMs;
  }

  /** Another policy is in force, or the proxy begins: every target that is well has its share. */
  beginAnew(nowMs: number): void {
    this.#states = new Map();
    this.#settledAtMs = nowMs + settleMs;
  }

  /** Takes note of who is in use and who is dropped; returns `split` with those at their part of their share that ramp. */
  apply(split: EffectiveSplit, nowMs: number): EffectiveSplit {
    this.nextAtMs = Number.POSITIVE_INFINITY;
    if (this.#durationMs === 0) return split;
    const states = new Map<string, "steady" | DropReason | Climb>();
    for (const { clusterKey, reason } of split.dropped) states.set(clusterKey, reason);
    for (const { clusterKey } of split.targets) states.set(clusterKey, this.#stateInUse(clusterKey, nowMs));
    this.#states = states;
    this.#keepOneSteady(split, states);
    const ramps = new Map<string, Ramp>();
    for (const [clusterKey, state] of states) {
      if (typeof state === "string") continue;
      const { permille, nextMs } = rampPosition(nowMs - state.sinceMs, this.#durationMs);
      ramps.set(clusterKey, { after: state.after, permille });
      this.nextAtMs = Math.min(this.nextAtMs, state.sinceMs + nextMs);
    }
    return rampedSplit(split, ramps);
  }

  #stateInUse(clusterKey: string, nowMs: number): "steady" | Climb {
    const before = this.#states.get(clusterKey) ?? "unknown-cluster";
    if (before === "steady" || nowMs < this.#settledAtMs) return "steady";
    if (typeof before === "string") return { after: before, sinceMs: nowMs };
    return nowMs - before.sinceMs < this.#durationMs ? before : "steady";
  }

  /** While nobody else serves, whoever began first carries all: from then on it has its share. */
  #keepOneSteady({ targets }: EffectiveSplit, states: Map<string, "steady" | DropReason | Climb>): void {
    const climbs = targets.flatMap(({ clusterKey }) => {
      const state = states.get(clusterKey);
      return typeof state === "object" ? [{ clusterKey, sinceMs: state.sinceMs }] : [];
    });
    if (climbs.length < targets.length) return;
    const first = Math.min(...climbs.map(({ sinceMs }) => sinceMs));
    for (const { clusterKey, sinceMs } of climbs) if (sinceMs === first) states.set(clusterKey, "steady");
  }
}
