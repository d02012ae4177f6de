import type { GlobalTrafficPolicySpec } from "@sluice/shared/policy/global-traffic-policy-schema";
import type { DraftSplit } from "../views/change-view.ts";

/**
 * The policy that a draft comes to: ActiveActive with every cluster listed, the source included, and weights that are
 * thousandths; FailOver with the order as priorities.
 */
export function draftSpec(draft: DraftSplit): GlobalTrafficPolicySpec {
  switch (draft.mode) {
    case "Locality":
      return { lbType: "Locality", targets: [] };
    case "ActiveActive":
      return {
        lbType: "ActiveActive",
        targets: draft.shares.map(({ clusterKey, permille }) => ({ clusterKey, weight: permille })).toSorted((a, b) => (a.clusterKey < b.clusterKey ? -1 : 1)),
      };
    case "FailOver":
      return { lbType: "FailOver", targets: draft.failOver.map((clusterKey, priority) => ({ clusterKey, priority })) };
  }
}
