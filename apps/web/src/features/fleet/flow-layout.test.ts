import { expect, it } from "vitest";
import { layOutFlow } from "./flow-layout.ts";

const base = { width: 800, labelLeft: 160, labelRight: 160 };
const nodes = [{ key: "a", perSecond: 1 }, { key: "b", perSecond: 1 }];

it("makes a ribbon as thick as its share of all requests", () => {
  const plan = layOutFlow({ ...base, sources: nodes, targets: nodes, flows: [
    { source: "a", target: "a", permille: 900, perSecond: 45 },
    { source: "a", target: "b", permille: 100, perSecond: 5 },
  ] });
  expect(plan.ribbons.map((ribbon) => ribbon.target)).toEqual(["a", "b"]);
  expect((plan.ribbons[0]?.thickness ?? 0) / (plan.ribbons[1]?.thickness ?? 1)).toBeCloseTo(9);
});

it("draws no ribbon where nothing flows, and leaves each label its room", () => {
  const plan = layOutFlow({ ...base, sources: nodes, targets: nodes, flows: [{ source: "a", target: "b", permille: 1000, perSecond: null }] });
  expect(plan.ribbons).toEqual([]);
  expect((plan.targets[1]?.middle ?? 0) - (plan.targets[0]?.middle ?? 0)).toBeGreaterThan(66);
});

it("keeps the nodes apart on a narrow screen", () => {
  const plan = layOutFlow({ ...base, width: 200, sources: nodes, targets: nodes, flows: [] });
  expect(plan.rightX).toBeGreaterThan(plan.leftX);
});
