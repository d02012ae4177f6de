import type { Condition } from "../object-meta.ts";
import type { AttachmentPlan, ConditionsOf } from "./attachment-draft.ts";
import { capturedVerdict } from "./captured.ts";
import { isOurs, sliceRoleLabel } from "./desired-slices.ts";
import { failOpenRule } from "./fail-open.ts";
import type { ObservedAttachment } from "./observed.ts";
import { preflightVerdict } from "../preflight/preflight-verdict.ts";
import { policyView } from "./policy-view.ts";

type Verdict = Pick<Condition, "status" | "reason" | "message">;

/** Conditions and status of the policy; transition times stay while a status does. */
export const attachmentConditions: ConditionsOf = (observed, { stage, decision: { target, obstacle, preflight }, draft }) => {
  const view = policyView(observed);
  const acknowledged = acknowledgement(observed, view?.hash);
  const verdicts: Record<string, Verdict> = {
    Accepted: view?.ignoredTargets
      ? verdict("True", "TargetsIgnored", "Locality ignores targets; remove them or use ActiveActive")
      : verdict("True", "Accepted", "the policy is valid"),
    TargetsResolved:
      view === undefined || view.unknownKeys.length === 0
        ? verdict("True", "Resolved", "every target offers the service")
        : verdict("False", "UnknownClusters", `no import offers the service from ${view.unknownKeys.join(", ")}; they are ignored until their cluster exports it`),
    Enforced: obstacle !== undefined ? verdict("False", obstacle.reason, obstacle.message) : enforced(stage, target, acknowledged, draft.waiting),
    Captured: capturedVerdict(observed, stage, draft.memory.inlineSinceMs),
    FailOpen: failOpen(observed, stage, target),
    Preflight: preflightVerdict(preflight),
  };
  const { policy, nowMs } = observed;
  const conditions = Object.entries(verdicts).map(([type, now]): Condition => {
    const before = policy?.conditions.find((condition) => condition.type === type);
    const lastTransitionTime = before?.status === now.status ? before.lastTransitionTime : new Date(nowMs).toISOString().replace(/\.\d+/, "");
    return { type, ...now, lastTransitionTime, ...(policy === undefined ? {} : { observedGeneration: policy.generation }) };
  });
  const status = policy && { observedGeneration: policy.generation, split: view?.split ?? [], acknowledged, attachment: stage, conditions };
  return { conditions, status };
};

/** Proxies that apply exactly this policy (uid, generation, split), of all that are not going. */
function acknowledgement({ policy, proxies }: ObservedAttachment, hash: string | undefined): { ready: number; total: number } {
  const staying = proxies.filter((proxy) => !proxy.deleting);
  const ready = staying.filter(({ snapshot }) => {
    const applied = snapshot?.policy;
    return applied?.uid === policy?.uid && applied?.generation === policy?.generation && applied?.splitHash === hash;
  });
  return { ready: ready.length, total: staying.length };
}

function enforced(
  stage: AttachmentPlan["stage"],
  target: AttachmentPlan["target"],
  { ready, total }: { ready: number; total: number },
  waiting: AttachmentPlan["waiting"],
): Verdict {
  if (stage !== target) return waiting === undefined ? verdict("False", "Entering", `going from ${stage} to ${target}`) : verdict("False", waiting.reason, waiting.message);
  if (target === "Detached") return verdict("True", "Detached", "no proxy stands in the path: requests stay local");
  if (ready < total || total === 0) return verdict("False", "NotAcknowledged", `${ready} of ${total} proxies apply this policy`);
  return verdict("True", target, `all ${total} proxies apply this policy`);
}

function failOpen(observed: ObservedAttachment, stage: AttachmentPlan["stage"], target: AttachmentPlan["target"]): Verdict {
  const { slices, terminatingFallback } = observed;
  if (!terminatingFallback) return verdict("False", "KubeProxyTooOld", "a node's kube-proxy is older than 1.26 and would not fall back to the pods");
  if (stage !== "Inline" || target !== "Inline") return verdict("True", "Open", "the pods serve without the proxies");
  const { allowed, why } = failOpenRule(observed);
  if (!allowed) return verdict("False", "Closed", `no local pod serves if all proxies vanish: ${why}`);
  const entries = slices.filter((slice) => isOurs(slice) && slice.labels[sliceRoleLabel] === "fail-open").flatMap((slice) => slice.endpoints);
  if (entries.length > 0) return verdict("True", "Open", `${entries.length} local pods serve if all proxies vanish: ${why}`);
  return verdict("False", "Empty", "no local pod serves if all proxies vanish: none is ready");
}

function verdict(status: Condition["status"], reason: string, message: string): Verdict {
  return { status, reason, message };
}
