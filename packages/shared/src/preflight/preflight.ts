import type { ObservedAttachment, Obstacle } from "../attachment/observed.ts";
import { claimRefusals } from "./claim-refusals.ts";
import { serviceRefusals } from "./service-refusals.ts";

/**
 * Annotation of a Service: reasons of refusals, separated by commas, of which its owner says that they are taken care of,
 * for example that the Ingress's controller sends to the cluster IP.
 */
export const acknowledgeAnnotation = "sluice.dev/acknowledge";

/** Reasons that a person may acknowledge: what they need is done elsewhere, where Sluice can't see it. */
const acknowledgeable: ReadonlySet<string> = new Set(["NetworkPolicy", "Ingress", "Route", "TargetGroupBinding", "ServiceMonitor", "NetworkEndpointGroup", "SelectorApplied", "StrictMtls"]);

export interface Preflight {
  /** Each with the fix; empty: proxies may stand in the service's path. */
  readonly refusals: readonly Obstacle[];
  /** Refusals that the Service's owner acknowledged, by reason. */
  readonly acknowledged: readonly string[];
  /** Kinds that could not be looked at, and why. */
  readonly unknown: readonly { readonly kind: string; readonly why: string }[];
}

/** Whether proxies may stand in the path of the observed service; nothing is refused when there is none. */
export function preflight({ service, pods, surroundings }: Pick<ObservedAttachment, "service" | "pods" | "surroundings">): Preflight {
  const { claims, unseen, pending, proxyImages } = surroundings;
  if (service === undefined) return { refusals: [], acknowledged: [], unknown: [] };
  const stated = (service.annotations[acknowledgeAnnotation] ?? "").split(",").map((word) => word.trim()).filter((word) => word !== "");
  const found = [...serviceRefusals(service, pods, proxyImages), ...claimRefusals(service, pods, claims)];
  const isAcknowledged = ({ reason }: Obstacle) => acknowledgeable.has(reason) && stated.includes(reason);
  const refusals = found.filter((refusal) => !isAcknowledged(refusal)).map((refusal) => (acknowledgeable.has(refusal.reason) ? { ...refusal, message: `${refusal.message}; once that is done, add ${refusal.reason} to annotation ${acknowledgeAnnotation} of the Service if it is not seen by itself` } : refusal));
  const wrong = stated.filter((word) => !acknowledgeable.has(word));
  if (wrong.length > 0) refusals.push({ reason: "AcknowledgementUnknown", message: `annotation ${acknowledgeAnnotation} of Service ${service.namespace}/${service.name} names ${wrong.join(", ").slice(0, 200)}, which can't be acknowledged; use ${[...acknowledgeable].join(", ")}` });
  // Refused only until the first answer: what can't be looked at at all is said, and stops nobody.
  if (pending.length > 0) refusals.push({ reason: "PreflightPending", message: `still looking at the cluster's ${pending.join(", ")}` });
  return { refusals, acknowledged: [...new Set(found.filter(isAcknowledged).map(({ reason }) => reason))], unknown: unseen };
}
