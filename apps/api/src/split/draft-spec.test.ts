import { globalTrafficPolicySpecSchema } from "@sluice/shared/policy/global-traffic-policy-schema";
import { expect, it } from "vitest";
import { keyFor } from "../testing/make-world.ts";
import type { DraftSplit } from "../views/change-view.ts";
import { draftSpec } from "./draft-spec.ts";

const shares = [{ clusterKey: keyFor("b"), permille: 0 }, { clusterKey: keyFor("a"), permille: 875 }, { clusterKey: keyFor("c"), permille: 125 }];
const failOver = [keyFor("c"), keyFor("b")];

it.each<[DraftSplit["mode"], object]>([
  ["Locality", { lbType: "Locality", targets: [] }],
  ["ActiveActive", { lbType: "ActiveActive", targets: [{ clusterKey: keyFor("a"), weight: 875 }, { clusterKey: keyFor("b"), weight: 0 }, { clusterKey: keyFor("c"), weight: 125 }] }],
  ["FailOver", { lbType: "FailOver", targets: [{ clusterKey: keyFor("c"), priority: 0 }, { clusterKey: keyFor("b"), priority: 1 }] }],
])("%s takes from a draft only what it speaks of, in the form that the policy's schema has", (mode, expected) => {
  const spec = draftSpec({ mode, shares, failOver });
  expect(spec).toEqual(expected);
  expect(globalTrafficPolicySpecSchema.parse(spec)).toEqual(expected);
});
