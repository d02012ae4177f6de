import type { DropReason, EffectiveSplit, Ramp } from "@sluice/shared/split/split";
import { expect, test } from "vitest";
import { splitCause } from "./split-cause.ts";

/** Targets: "whole", the reason why they are dropped, or how they rise. */
function split(states: Record<string, "whole" | DropReason | Ramp>): EffectiveSplit {
  const entries = Object.entries(states);
  return {
    targets: entries.flatMap(([clusterKey, state]) => (state === "whole" || typeof state === "object" ? [{ clusterKey, weight: 1 }] : [])),
    ramping: entries.flatMap(([clusterKey, state]) => (typeof state === "object" ? [{ clusterKey, ...state }] : [])),
    dropped: entries.flatMap(([clusterKey, state]) => (typeof state === "object" || state === "whole" ? [] : [{ clusterKey, reason: state }])),
  };
}

const both = split({ a: "whole", b: "whole" });
const onlyA = split({ a: "whole", b: "ejected" });
const step = (permille: number, after: DropReason = "ejected") => split({ a: "whole", b: { after, permille } });

test.each<[string, EffectiveSplit | null, EffectiveSplit, string]>([
  ["another policy", null, both, "policy"],
  ["a drop", both, onlyA, "dropped b"],
  ["a drop on the way up", step(50), onlyA, "dropped b"],
  ["a target that left the import", both, split({ a: "whole" }), "dropped b"],
  ["the first step", onlyA, step(50), "rising b"],
  ["the next step", step(50), step(100), "rising b"],
  ["the last step", step(750), both, "returned b"],
  ["the last step of one that was never there", step(750, "unknown-cluster"), both, "joined b"],
  ["a return without a ramp", onlyA, both, "returned b"],
  ["a target that resolves only now", split({ a: "whole" }), both, "joined b"],
  ["the same with its reason", split({ a: "whole", b: "unknown-cluster" }), both, "joined b"],
  ["a drop and a return", split({ a: "whole", b: "ejected" }), split({ a: "unreachable", b: "whole" }), "dropped a"],
  ["two drops", both, split({ a: "unreachable", b: "ejected" }), "dropped a"],
  ["a return and a step", split({ a: { after: "ejected", permille: 750 }, b: { after: "ejected", permille: 50 }, c: "whole" }), split({ a: "whole", b: { after: "ejected", permille: 100 }, c: "whole" }), "returned a"],
  ["one that stands by takes over", split({ a: "whole", b: "stand-by" }), split({ a: "no-ready-endpoints", b: "whole" }), "dropped a"],
  ["and stands by again", split({ a: "no-ready-endpoints", b: "whole" }), split({ a: "whole", b: "stand-by" }), "returned a"],
])("%s", (_name, before, after, expected) => {
  expect(Object.values(splitCause(before, after)).join(" ")).toBe(expected);
});
