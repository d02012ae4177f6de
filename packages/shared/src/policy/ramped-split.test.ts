import fc from "fast-check";
import { expect, test } from "vitest";
import type { EffectiveSplit } from "../split/split.ts";
import { createTargetChooser } from "../split/target-chooser.ts";
import { rampedSplit } from "./ramped-split.ts";

const key = (index: number) => `default/default/default/${index}`;
const split = (...weights: number[]): EffectiveSplit => ({ targets: weights.map((weight, index) => ({ clusterKey: key(index), weight })), dropped: [] });
const ramps = (permilles: Record<number, number>) => new Map(Object.entries(permilles).map(([index, permille]) => [key(Number(index)), { after: "unreachable" as const, permille }]));
const weights = (of: EffectiveSplit) => of.targets.map(({ weight }) => weight);

test.each([
  ["a tenth of a share of 9.1 %", [100, 10], { 1: 100 }, [109, 1]],
  ["a tenth of a share of 90 %", [100, 900], { 1: 100 }, [91, 9]],
  ["the local group returns", [300, 700], { 0: 50 }, [3, 197]],
  ["the others keep their proportion", [100, 200, 300], { 2: 500 }, [1, 2, 1]],
  ["two at once", [100, 100, 200], { 0: 50, 1: 500 }, [1, 10, 69]],
  ["nobody ramps", [100, 10], {}, [100, 10]],
  ["nobody else serves", [100], { 0: 50 }, [100]],
  ["all ramp", [100, 300], { 0: 50, 1: 500 }, [100, 300]],
  ["a target that is not in use", [100, 10], { 7: 50 }, [100, 10]],
])("%s", (_what, given, permilles, expected) => {
  expect(weights(rampedSplit(split(...given), ramps(permilles)))).toEqual(expected);
});

test("names who ramps, after what, and how far it is", () => {
  expect(rampedSplit(split(100, 10), ramps({ 1: 250 })).ramping).toEqual([{ clusterKey: key(1), after: "unreachable", permille: 250 }]);
  expect(rampedSplit(split(100, 10), ramps({})).ramping).toBeUndefined();
});

const anySplit = fc
  .array(fc.record({ weight: fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 1_000_000 })), permille: fc.option(fc.integer({ min: 1, max: 999 })) }), { minLength: 2, maxLength: 8 })
  .filter((targets) => targets.some(({ permille }) => permille === null));

test("a ramping target gets its part of its share, the rest goes to the others in proportion", () => {
  fc.assert(
    fc.property(anySplit, (given) => {
      const map = ramps(Object.fromEntries(given.flatMap(({ permille }, index) => (permille === null ? [] : [[index, permille]]))));
      const got = weights(rampedSplit(split(...given.map(({ weight }) => weight)), map));
      const gotSum = got.reduce((sum, weight) => sum + weight, 0);
      const sum = given.reduce((all, { weight }) => all + weight, 0);
      const steady = given.reduce((all, { weight, permille }) => all + (permille === null ? weight : 0), 0);
      const taken = given.reduce((all, { weight, permille }) => all + ((permille ?? 0) / 1000) * (weight / sum), 0);
      expect(gotSum).toBeLessThanOrEqual(0x3fff_ffff);
      for (const [index, { weight, permille }] of given.entries()) {
        const wanted = permille === null ? (1 - taken) * (weight / steady) : (permille / 1000) * (weight / sum);
        expect(got[index]).toBeGreaterThanOrEqual(1);
        expect(Math.abs((got[index] as number) / gotSum - wanted)).toBeLessThan(0.000_01);
      }
    }),
  );
});

test("between two steps every count is the floor or the ceiling of n × effective share", () => {
  fc.assert(
    fc.property(anySplit, fc.integer(), (given, seed) => {
      const map = ramps(Object.fromEntries(given.flatMap(({ permille }, index) => (permille === null ? [] : [[index, permille]]))));
      const got = weights(rampedSplit(split(...given.map(({ weight }) => weight)), map));
      const sum = got.reduce((all, weight) => all + weight, 0);
      let state = seed;
      const random = () => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) / 2 ** 32;
      const chooser = createTargetChooser(got, { random });
      const counts = got.map(() => 0);
      let worst = "";
      for (let n = 1; n <= 300; n++) {
        const chosen = chooser.choose();
        counts[chosen] = (counts[chosen] as number) + 1;
        const broken = got.some((weight, index) => (counts[index] as number) < Math.floor((n * weight) / sum) || (counts[index] as number) > Math.ceil((n * weight) / sum));
        if (broken) worst = `${counts.join(", ")} of ${n}`;
      }
      expect(worst).toBe("");
    }),
  );
});
