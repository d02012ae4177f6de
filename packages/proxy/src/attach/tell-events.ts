import type { AttachmentPlan } from "@sluice/shared/attachment/attachment-draft";
import type { ObservedAttachment } from "@sluice/shared/attachment/observed";
import type { DropReason } from "@sluice/shared/split/split";
import type { AttachContext } from "./attach-context.ts";

const before: Readonly<Record<DropReason, string>> = {
  "no-ready-endpoints": "had no ready endpoint",
  ejected: "was left out after errors",
  unreachable: "could not be reached",
  "unknown-cluster": "did not offer the service",
  "stand-by": "stood by",
};

/** Events for a change of stage, for a new reason why nothing goes on, and for each target that begins to rise to its share. */
export function tellEvents(key: string, { cache, events, told, memories }: AttachContext, plan: AttachmentPlan, observed: ObservedAttachment): void {
  const subject = cache.policy(key) ?? cache.service(key);
  const last = told.get(key);
  const enforced = plan.conditions.find((condition) => condition.type === "Enforced");
  const refusal = enforced?.status === "False" && plan.waiting === undefined && plan.stage === plan.target ? `${enforced.reason}: ${enforced.message}` : undefined;
  if (subject === undefined) {
    told.delete(key);
    memories.delete(cache.service(key)?.metadata.uid ?? "");
    return;
  }
  const ramping = rampingTargets(observed);
  told.set(key, { stage: plan.stage, refusal, ramping: new Set(ramping.keys()) });
  if (last !== undefined && last.stage !== plan.stage) events.record(subject, { type: "Normal", reason: plan.stage, message: `The attachment went from ${last.stage} to ${plan.stage}; the policy asks for ${plan.target}.` });
  const contested = enforced?.status === "False" && enforced.reason !== "NotAcknowledged" ? refusal : undefined;
  if (contested !== undefined && contested !== last?.refusal) events.record(subject, { type: "Warning", reason: enforced?.reason ?? "Refused", message: enforced?.message ?? "" });
  for (const [clusterKey, after] of ramping) {
    if (last?.ramping.has(clusterKey) === true) continue;
    events.record(subject, { type: "Normal", reason: "TargetRampingUp", message: `${clusterKey} ${before[after]} and serves now; it rises to its share by steps.` });
  }
}

/** By cluster, what it was before; over all proxies and ports, so that one Event stands for all of them. */
function rampingTargets({ proxies }: ObservedAttachment): Map<string, DropReason> {
  const ramps = proxies.flatMap(({ snapshot }) => snapshot?.ports ?? []).flatMap(({ effective }) => effective.ramping ?? []);
  return new Map(ramps.map(({ clusterKey, after }) => [clusterKey, after]));
}
