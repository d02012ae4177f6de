import type { ObservedAttachment } from "./observed.ts";
import { policyView } from "./policy-view.ts";

/** Annotation of a Service that lets its pods serve without the proxies whatever the policy says: "true". */
export const failOpenAnnotation = "sluice.dev/fail-open";

/**
 * Whether kube-proxies may fall back to the pods when all proxies vanish. Not with an own share of 0, since that would
 * undo what was asked, and not while only certain callers are allowed, since nobody would ask who calls. `why` is for
 * the condition.
 */
export function failOpenRule(observed: Pick<ObservedAttachment, "service" | "policy" | "ownKey" | "imports" | "allowedAccounts">): { readonly allowed: boolean; readonly why: string } {
  if (observed.service?.annotations[failOpenAnnotation] === "true") return { allowed: true, why: `annotation ${failOpenAnnotation} asks for it` };
  const restricted = observed.allowedAccounts.filter((account) => account !== "*" && account !== "");
  if (restricted.length > 0) return { allowed: false, why: `access is restricted to service account ${restricted.join(" and ")}, which only a proxy can check` };
  const ownWeight = policyView(observed)?.ownWeight ?? 1;
  return ownWeight > 0 ? { allowed: true, why: "the own share is above 0 and access is unrestricted" } : { allowed: false, why: "the own share is 0" };
}
