import type { EffectiveSplit } from "@sluice/shared/split/split";
import type { SplitCause } from "@sluice/shared/telemetry/telemetry-frame";

/** Of several changes at once the first of these is told, of its targets the first by key. */
const precedence = ["dropped", "returned", "joined", "rising"] as const;
type Kind = (typeof precedence)[number];

/** Why `after` took the place of `before`; null: another policy is in force, or the proxy begins. */
export function splitCause(before: EffectiveSplit | null, after: EffectiveSplit): SplitCause {
  if (before === null) return { kind: "policy" };
  const keys = new Set([...before.targets, ...before.dropped, ...after.targets].map(({ clusterKey }) => clusterKey));
  const changes = [...keys].toSorted().flatMap((clusterKey) => {
    const kind = changeOf(before, after, clusterKey);
    return kind === null ? [] : [{ kind, clusterKey }];
  });
  for (const kind of precedence) {
    const change = changes.find((other) => other.kind === kind);
    if (change !== undefined) return change;
  }
  return { kind: "policy" };
}

/** What happened to one target; null: nothing of its own, as to one that stands by and takes over. */
function changeOf(before: EffectiveSplit, after: EffectiveSplit, key: string): Kind | null {
  const isKey = ({ clusterKey }: { readonly clusterKey: string }): boolean => clusterKey === key;
  const wasUsed = before.targets.some(isKey);
  const reasonBefore = before.dropped.find(isKey)?.reason;
  if (!after.targets.some(isKey)) return wasUsed && after.dropped.find(isKey)?.reason !== "stand-by" ? "dropped" : null;
  const rampBefore = before.ramping?.find(isKey);
  const rampAfter = after.ramping?.find(isKey);
  if (rampAfter !== undefined) return rampAfter.permille === rampBefore?.permille ? null : "rising";
  if (rampBefore !== undefined) return rampBefore.after === "unknown-cluster" ? "joined" : "returned";
  if (wasUsed || reasonBefore === "stand-by") return null;
  return reasonBefore === undefined || reasonBefore === "unknown-cluster" ? "joined" : "returned";
}
