import { expect, test } from "vitest";
import { globalTrafficPolicySpecSchema } from "../policy/global-traffic-policy-schema.ts";
import { fieldErrors } from "./field-errors.ts";

const two = "default/default/default/2";

test.each([
  [{ lbType: "ActiveActive", targets: [{ clusterKey: two, weight: -1 }] }, "spec.targets[0].weight", "must not be negative"],
  [{ targets: [{ clusterKey: two, wieght: 1 }] }, "spec.targets[0].wieght", "not a known field"],
  [{ lbType: "Random" }, "spec.lbType", "ActiveActive"],
  [{ lbType: "ActiveActive", targets: [{ clusterKey: two }, { clusterKey: two }] }, "spec.targets[1].clusterKey", "list each cluster once"],
  ["text", "spec", "object"],
])("%j names %s", (spec, field, message) => {
  const { error } = globalTrafficPolicySpecSchema.safeParse(spec);
  const faults = error === undefined ? [] : fieldErrors(error, "spec");
  expect(faults.map((fault) => fault.field)).toEqual([field]);
  expect(faults[0]?.message).toContain(message);
});
