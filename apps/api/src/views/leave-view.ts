import type { Condition } from "@sluice/shared/object-meta";
import { leaveReasons, type LeaveStep, leaveSteps } from "../world/leave-step.ts";
import { observeLeave } from "../world/observe-leave.ts";
import { rowSplit } from "../world/row-split.ts";
import type { MemberIndex } from "../world/world-index.ts";
import type { LeavePreviewView, LeaveView } from "./cluster-view.ts";
import type { Look } from "./look.ts";

/** How far a leaving cluster is, as its condition tells. */
export function leaveView(conditions: readonly Condition[]): LeaveView {
  const condition = conditions.find(({ type }) => type === "Leaving");
  const { step, stuck } = (condition === undefined ? undefined : leaveReasons[condition.reason as keyof typeof leaveReasons]) ?? { step: leaveSteps[0], stuck: false };
  const present = leaveSteps.indexOf(step);
  const stateAt = (index: number) => (index < present ? "done" : index > present ? "ahead" : stuck ? "stuck" : "under-way");
  return { steps: leaveSteps.map((id: LeaveStep, index) => ({ id, state: stateAt(index) })), message: condition?.message ?? "" };
}

/** What would stand in a cluster's way if it left now, and what its leaving would change. */
export function leavePreviewView({ index }: Look, own: MemberIndex): LeavePreviewView {
  const { key, policies, serviceImports } = own.member;
  const { policies: blocking, unreadable, attached } = observeLeave(index, key);
  const sentAway = policies.list().flatMap(({ metadata }) => {
    const service = `${metadata.namespace ?? "default"}/${metadata.name}`;
    const { requestedPermille } = rowSplit(own.member, service);
    const permille = 1000 - (requestedPermille.get(key) ?? 0);
    return permille > 0 && serviceImports.get(service) !== undefined ? [{ service, permille }] : [];
  });
  return { policies: blocking.map((policy) => ({ ...policy })), unreadable: [...unreadable], away: own.member.link.state !== "live", attached: [...attached], sentAway };
}
