import fc from "fast-check";
import { expect, test } from "vitest";
import { drain, even, fromWeights, movedPermille, redistribute, toWeights, wholePermille } from "./share-arithmetic.ts";

const weights = fc.array(fc.nat(1_000_000), { minLength: 2, maxLength: 8 }).filter((list) => list.some((weight) => weight > 0));
const drag = weights.map(fromWeights).chain((base) =>
  fc.record({
    base: fc.constant(base),
    index: fc.nat(base.length - 1),
    value: fc.integer({ min: -200, max: 1200 }),
    locked: fc.array(fc.boolean(), { minLength: base.length, maxLength: base.length }),
  }),
);
const sum = (shares: number[]) => shares.reduce((total, share) => total + share, 0);

test.each([
  { base: [909, 91], index: 1, value: 500, locked: [], after: [500, 500] },
  { base: [600, 300, 100], index: 0, value: 200, locked: [], after: [200, 600, 200] },
  { base: [600, 300, 100], index: 0, value: 200, locked: [false, true, false], after: [200, 300, 500] },
  { base: [600, 300, 100], index: 0, value: 900, locked: [false, true, false], after: [700, 300, 0] },
  { base: [1000, 0, 0], index: 0, value: 0, locked: [], after: [0, 500, 500] },
  { base: [1000, 0, 0], index: 0, value: 333, locked: [], after: [333, 334, 333] },
  { base: [600, 400], index: 0, value: 100, locked: [true, false], after: [600, 400] },
  { base: [600, 400], index: 0, value: 100, locked: [false, true], after: [600, 400] },
])("redistribute $base: share $index to $value with locks $locked", ({ base, index, value, locked, after }) => {
  expect(redistribute(base, index, value, locked)).toEqual(after);
});

test("adds to 1000, stays in bounds, and leaves locked shares alone", () => {
  fc.assert(
    fc.property(drag, ({ base, index, value, locked }) => {
      for (const after of [redistribute(base, index, value, locked), drain(base, index, locked), even(base, locked)]) {
        expect(sum(after)).toBe(wholePermille);
        expect(after.every((share) => Number.isInteger(share) && share >= 0 && share <= wholePermille)).toBe(true);
        expect(after.filter((_, at) => locked[at])).toEqual(base.filter((_, at) => locked[at]));
      }
    }),
  );
});

test("dragging back restores the shares before the drag", () => {
  fc.assert(fc.property(drag, ({ base, index, locked }) => {
    expect(redistribute(base, index, base[index] ?? 0, locked)).toEqual(base);
  }));
});

test("the dragged share is the value itself whenever the locks leave room", () => {
  fc.assert(fc.property(drag, ({ base, index, value }) => {
    expect(redistribute(base, index, value)[index]).toBe(Math.min(Math.max(value, 0), wholePermille));
  }));
});

test("unlocked shares keep their proportion to a thousandth", () => {
  fc.assert(fc.property(drag, ({ base, index, value }) => {
    const after = redistribute(base, index, value);
    const [rest, restAfter] = [wholePermille - (base[index] ?? 0), wholePermille - (after[index] ?? 0)];
    const strays = base.map((share, at) => (at === index || rest === 0 ? 0 : Math.abs((after[at] ?? 0) - (share * restAfter) / rest)));
    expect(Math.max(...strays)).toBeLessThan(1);
  }));
});

test("weights of any sum become shares, and the console's weights are the shares", () => {
  expect(fromWeights([100, 10])).toEqual([909, 91]);
  expect(fromWeights([100, 900])).toEqual([100, 900]);
  expect(fromWeights([1, 1, 1])).toEqual([334, 333, 333]);
  expect(fromWeights([0, 5])).toEqual([0, 1000]);
  expect(fromWeights([0, 0])).toEqual([0, 0]);
  fc.assert(fc.property(weights, (list) => {
    expect(fromWeights(toWeights(fromWeights(list)))).toEqual(fromWeights(list));
    expect(fromWeights(list).filter((_, at) => list[at] === 0).every((share) => share === 0)).toBe(true);
  }));
});

test("even and moved", () => {
  expect(even([1000, 0, 0])).toEqual([334, 333, 333]);
  expect(even([500, 300, 200], [true, false, false])).toEqual([500, 250, 250]);
  expect(movedPermille([909, 91], [500, 500])).toBe(409);
});

test("refuses what is no split", () => {
  expect(() => toWeights([500, 400])).toThrow("the shares add to 900; they must add to 1000");
  expect(() => redistribute([1000, 0], 0, 12.5)).toThrow("whole number");
  expect(() => fromWeights([1, -1])).toThrow("weights[1] is -1");
});
