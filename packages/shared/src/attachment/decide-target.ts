import { preflight, type Preflight } from "../preflight/preflight.ts";
import type { AttachmentPlan, AttachmentStage } from "./attachment-draft.ts";
import { attachAnnotation, inlineSelectorKey } from "./attachment-names.ts";
import type { AttachmentMemory, ObservedAttachment, Obstacle } from "./observed.ts";

/** So many resets of the selector by somebody else are answered; then the proxies step out. */
export const resetsMax = 2;

type Target = AttachmentPlan["target"];

export interface TargetDecision {
  /** What the policy and the annotation ask for. */
  readonly wanted: Target;
  /** Where the steps lead. */
  readonly target: Target;
  /** Why `target` is not `wanted`, or why nothing can be done. */
  readonly obstacle: Obstacle | undefined;
  readonly preflight: Preflight;
}

/**
 * Where to go from `stage`. A refusal of the preflight keeps proxies from going further into the path, and is only said
 * where they stand already: taking them out would break what works.
 */
export function decideTarget(observed: ObservedAttachment, stage: AttachmentStage, memory: AttachmentMemory): TargetDecision {
  const wanted = wantedTarget(observed);
  const checked = preflight(observed);
  const to = (target: Target, obstacle?: Obstacle): TargetDecision => ({ wanted, target, obstacle, preflight: checked });
  const hindrance = hindranceOf(observed) ?? (wanted === "Detached" ? undefined : contested(memory, observed.policy));
  if (hindrance !== undefined) return to("Detached", hindrance);
  const [refusal] = checked.refusals;
  if (refusal === undefined || wanted === "Detached" || stage === "Inline") return to(wanted);
  if (wanted === "Standby" && stage !== "Detached") return to(wanted);
  const standsBy = stage === "Standby" && memory.leavingSinceMs === undefined;
  return to(standsBy ? "Standby" : "Detached", refusal);
}

function wantedTarget({ policy, service, terminatingFallback }: ObservedAttachment): Target {
  const mode = policy?.spec.lbType ?? "Locality";
  if (service?.annotations[attachAnnotation] === "Inline" || mode === "ActiveActive") return "Inline";
  if (mode === "Locality") return "Detached";
  // Without pods of its own, every request is one that fails over.
  const alwaysOver = service !== undefined && Object.keys(service.selector).length === 0;
  return terminatingFallback && !alwaysOver ? "Standby" : "Inline";
}

/** What makes an attachment impossible, however far it has come. */
function hindranceOf({ service, ownKey, obstacles }: ObservedAttachment): Obstacle | undefined {
  if (service === undefined) return { reason: "ServiceMissing", message: "there is no Service of that name; the policy waits for one" };
  const name = `Service ${service.namespace}/${service.name}`;
  if (ownKey === undefined) return { reason: "NotJoined", message: "this cluster has not joined a cluster set yet; until then requests stay local" };
  if (service.deleting) return { reason: "ServiceDeleting", message: `${name} is being deleted` };
  if (service.type === "ExternalName") return { reason: "ExternalName", message: `${name} is of type ExternalName and has no endpoints; set the policy on the Service that it points to` };
  return obstacles[0];
}

/** The memory goes with the shadow Service; after a restart, the condition that was written then is what is left of it. */
function contested({ selectorResets }: AttachmentMemory, policy: ObservedAttachment["policy"]): Obstacle | undefined {
  const last = selectorResets.at(-1);
  if (last === undefined || selectorResets.length < resetsMax) {
    const said = policy?.conditions.find(({ type, reason }) => type === "Enforced" && reason === "SelectorContested");
    return said && { reason: said.reason, message: said.message };
  }
  return {
    reason: "SelectorContested",
    message: `${last.manager} reset the selector ${resetsMax} times, last at ${new Date(last.atMs).toISOString()}; have it keep the key ${inlineSelectorKey}, then set the policy to Locality and back, or leave the service Detached`,
  };
}
