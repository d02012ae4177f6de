import type { AttachmentStage } from "./attachment-draft.ts";
import type { ObservedAttachment } from "./observed.ts";

/** A connection that was opened before the takeover may come from a kube-proxy that heard of it this much later, in ms. */
export const capturedAfterMs = 60_000;
/** So many Services that bypass the proxies are named; the rest is counted. */
const namesMax = 5;

export interface CapturedVerdict {
  readonly status: "True" | "False";
  readonly reason: "NotInline" | "OlderPods" | "Bypassed" | "Captured";
  readonly message: string;
}

/**
 * True only when no connection can bypass the proxies. So another Service that leads to the same pods makes it False
 * for as long as it stands, since what comes that way is neither split nor measured; rolling the pods does not help
 * against it. Of both obstacles the older pods give the reason, as they are what the console can mend.
 */
export function capturedVerdict({ pods, bypasses }: Pick<ObservedAttachment, "pods" | "bypasses">, stage: AttachmentStage, inlineSinceMs: number | undefined): CapturedVerdict {
  if (stage !== "Inline" || inlineSinceMs === undefined) return { status: "False", reason: "NotInline", message: "connections reach the pods without a proxy" };
  const youngMs = inlineSinceMs + capturedAfterMs;
  const older = pods.filter(({ createdAtMs }) => createdAtMs < youngMs).length;
  const said = [
    ...(older === 0 ? [] : [`${older} of ${pods.length} pods are older than the attachment: connections opened before it stay local until they close; roll the pods after ${nextSecond(youngMs)} to end them`]),
    ...(bypasses.length === 0 ? [] : [`Services lead to the same pods past the proxies: ${named(bypasses)}; attach them too, or move their callers to this Service`]),
  ];
  if (said.length > 0) return { status: "False", reason: older > 0 ? "OlderPods" : "Bypassed", message: said.join(". ") };
  return { status: "True", reason: "Captured", message: "every pod is younger than the attachment, and no other Service leads to them: no connection bypasses the proxies" };
}

/** The first whole second from then on, as Kubernetes writes when a pod was created. */
function nextSecond(atMs: number): string {
  return new Date(Math.ceil(atMs / 1000) * 1000).toISOString().replace(".000", "");
}

function named(services: readonly string[]): string {
  const sorted = services.toSorted();
  const rest = sorted.length - namesMax;
  return sorted.slice(0, namesMax).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
