import type { GlobalTrafficPolicyStatus } from "../policy/global-traffic-policy-schema.ts";
import type { Condition } from "../object-meta.ts";
import type { TargetDecision } from "./decide-target.ts";
import type { DesiredSlice } from "./desired-slices.ts";
import type { AttachmentMemory, ObservedAttachment, Obstacle } from "./observed.ts";
import type { DesiredShadow } from "./shadow-service.ts";

export type AttachmentStage = "Detached" | "Standby" | "Beside" | "Inline";

/** One write. Applying it again is harmless; `patchSelector` fails when the Service changed meanwhile, then plan anew. */
export type AttachmentAction = { readonly reason: string } & (
  | { readonly kind: "applyShadow"; readonly shadow: DesiredShadow }
  | { readonly kind: "deleteShadow"; readonly name: string }
  | { readonly kind: "allocatePort" | "freePort"; readonly port: number }
  | { readonly kind: "applySlice"; readonly slice: DesiredSlice }
  | { readonly kind: "deleteSlice"; readonly name: string }
  | { readonly kind: "patchSelector"; readonly patch: readonly { readonly op: "test" | "replace"; readonly path: string; readonly value: unknown }[] }
);

export interface AttachmentPlan {
  /** As observed, before the actions. */
  readonly stage: AttachmentStage;
  /** Where the steps lead. */
  readonly target: "Detached" | "Standby" | "Inline";
  readonly actions: readonly AttachmentAction[];
  readonly conditions: readonly Condition[];
  /** Status of the policy; undefined when there is none. */
  readonly status: GlobalTrafficPolicyStatus | undefined;
  /** To be kept and handed back with the next observation. */
  readonly memory: AttachmentMemory;
  /** What the steps wait for; plan again within a second or when something changes. */
  readonly waiting: Obstacle | undefined;
}

/** A plan in the making. */
export interface Draft {
  readonly actions: AttachmentAction[];
  waiting: Obstacle | undefined;
  memory: AttachmentMemory;
}

export type ConditionsOf = (
  observed: ObservedAttachment,
  plan: { stage: AttachmentStage; decision: TargetDecision; draft: Draft },
) => { conditions: Condition[]; status: GlobalTrafficPolicyStatus | undefined };

export function effectivePlan(
  observed: ObservedAttachment,
  stage: AttachmentStage,
  decision: TargetDecision,
  draft: Draft,
  conditionsOf: ConditionsOf,
): AttachmentPlan {
  const { conditions, status } = conditionsOf(observed, { stage, decision, draft });
  return { stage, target: decision.target, actions: draft.actions, conditions, status, memory: draft.memory, waiting: draft.waiting };
}
