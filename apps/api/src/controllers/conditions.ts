import type { Condition } from "@sluice/shared/object-meta";

/** A condition as a controller decides it; the time of its last change is not its business. */
export type Verdict = Pick<Condition, "type" | "status" | "reason" | "message">;

/**
 * The conditions with the verdicts put in, in the order of their first appearance. A verdict whose status did not
 * change keeps its transition time; the same list is returned when nothing changed, so that nothing is written.
 */
export function setConditions(present: readonly Condition[], verdicts: readonly Verdict[], nowMs: number, generation: number | undefined): readonly Condition[] {
  const next = new Map(present.map((condition) => [condition.type, condition]));
  let changed = false;
  for (const verdict of verdicts) {
    const before = next.get(verdict.type);
    const same = before?.status === verdict.status && before.reason === verdict.reason && before.message === verdict.message && before.observedGeneration === generation;
    if (same) continue;
    changed = true;
    const kept = before?.status === verdict.status ? before.lastTransitionTime : undefined;
    next.set(verdict.type, {
      ...verdict,
      lastTransitionTime: kept ?? new Date(nowMs).toISOString().replace(/\.\d{3}Z$/, "Z"),
      ...(generation === undefined ? {} : { observedGeneration: generation }),
    });
  }
  return changed ? [...next.values()] : present;
}
