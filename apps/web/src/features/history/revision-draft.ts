import type { DraftSplit } from "@sluice/api/views/change-view";
import type { Revision } from "./describe-revision.ts";

/** The draft that comes to a revision, for asking the server what restoring it would do. */
export function revisionDraft(revision: Revision): DraftSplit {
  return {
    mode: revision.mode,
    shares: revision.mode === "ActiveActive" ? revision.shares.map(({ clusterKey, permille }) => ({ clusterKey, permille })) : [],
    failOver: revision.mode === "FailOver" ? failOverOrder(revision.spec) : [],
  };
}

/** Targets of a policy's spec by priority; the spec is whatever was in the object, so nothing about it is taken for granted. */
function failOverOrder(spec: unknown): string[] {
  const targets: unknown = typeof spec === "object" && spec !== null && "targets" in spec ? spec.targets : [];
  if (!Array.isArray(targets)) return [];
  return targets
    .flatMap((target: unknown) => {
      if (typeof target !== "object" || target === null || !("clusterKey" in target) || typeof target.clusterKey !== "string") return [];
      return [{ key: target.clusterKey, priority: "priority" in target && typeof target.priority === "number" ? target.priority : 0 }];
    })
    .toSorted((one, two) => one.priority - two.priority)
    .map(({ key }) => key);
}
