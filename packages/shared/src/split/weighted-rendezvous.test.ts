import fc from "fast-check";
import { expect, test } from "vitest";
import { createSessionChooser, rendezvousHash } from "./weighted-rendezvous.ts";

const keys = Array.from({ length: 20_000 }, (_, index) => rendezvousHash("key", String(index)).toString(16).padStart(16, "0"));
const key = (index: number) => `default/default/default/${index}`;
const chosen = (weights: readonly number[], count = keys.length) => {
  const chooser = createSessionChooser(weights.map((weight, index) => ({ clusterKey: key(index), weight })));
  return keys.slice(0, count).map((session) => chooser.choose(session));
};
const share = (of: readonly number[], index: number) => of.filter((one) => one === index).length / of.length;
const weight = fc.integer({ min: 0, max: 1_000 });

test("each target has its share of the sessions", () => {
  fc.assert(
    fc.property(fc.array(weight, { minLength: 1, maxLength: 6 }).filter((weights) => weights.some((one) => one > 0)), (weights) => {
      const of = chosen(weights);
      const sum = weights.reduce((all, one) => all + one, 0);
      const off = weights.map((one, index) => (one === 0 ? share(of, index) : Math.max(0, Math.abs(share(of, index) - one / sum) - 0.02)));
      expect(off).toEqual(weights.map(() => 0));
    }),
    { numRuns: 30 },
  );
});

test("a change of weights moves a session only to a target whose weight grew more than its own", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(weight, weight), { minLength: 2, maxLength: 6 }), (pairs) => {
      const before = chosen(pairs.map(([one]) => one), 2_000);
      const after = chosen(pairs.map(([, one]) => one), 2_000);
      const wrong = before.flatMap((from, at) => {
        const to = after[at] as number;
        if (to === from || to === -1 || from === -1) return [];
        const [fromWas, fromIs] = pairs[from] as [number, number];
        const [toWas, toIs] = pairs[to] as [number, number];
        return toIs * fromWas > fromIs * toWas ? [] : [`${from} to ${to}`];
      });
      expect(wrong).toEqual([]);
    }),
  );
});

test("of two targets exactly the difference of the shares moves", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000 }), fc.integer({ min: 0, max: 1_000 }), (was, is) => {
      const before = chosen([1_000 - was, was]);
      const after = chosen([1_000 - is, is]);
      const moved = before.filter((one, at) => one !== after[at]).length / before.length;
      expect(Math.abs(moved - Math.abs(was - is) / 1_000)).toBeLessThan(0.02);
    }),
    { numRuns: 30 },
  );
});

test("a target that goes gives its sessions to the others, and takes nobody else's back", () => {
  const all = chosen([100, 200, 300], 5_000);
  const chooser = createSessionChooser([100, 200, 300].map((one, index) => ({ clusterKey: key(index), weight: one })));
  const without = keys.slice(0, 5_000).map((session) => chooser.choose(session, (index) => index === 1));
  expect(all.every((one, at) => (one === 1 ? without[at] !== 1 : without[at] === one))).toBe(true);
  expect(without).toEqual(chosen([100, 0, 300], 5_000));
  expect(chooser.choose("any", () => true)).toBe(-1);
});
