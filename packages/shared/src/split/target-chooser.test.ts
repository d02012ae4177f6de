import { once } from "node:events";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { expect, test } from "vitest";
import { chooserStateLength, createTargetChooser } from "./target-chooser.ts";

/** Marsaglia's xorshift32, so that a failure can be repeated from its seed. */
function seeded(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
}

/** First n at which a target's count is neither floor nor ceiling of n × share; 0 when there is none. */
function firstBreach(weights: readonly number[], requests: number, random: () => number): number {
  const chooser = createTargetChooser(weights, { random });
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const counts = new Float64Array(weights.length);
  for (let n = 1; n <= requests; n++) {
    const chosen = chooser.choose();
    counts[chosen] = (counts[chosen] ?? 0) + 1;
    for (let target = 0; target < weights.length; target++) {
      if (Math.abs((counts[target] ?? 0) * total - n * (weights[target] ?? 0)) >= total) return n;
    }
  }
  return 0;
}

const weight = fc.oneof(fc.nat(10), fc.nat(1000), fc.nat(1_000_000));
const weights = fc.array(weight, { minLength: 2, maxLength: 8 }).filter((list) => list.some((one) => one > 0));

test("quota: 2 to 8 targets, any weights, any seed, after every request", () => {
  fc.assert(fc.property(weights, fc.integer(), (list, seed) => {
    expect(firstBreach(list, 2000, seeded(seed))).toBe(0);
  }), { numRuns: 300 });
});

test("quota over 100,000 requests", () => {
  fc.assert(fc.property(weights, fc.integer(), (list, seed) => {
    expect(firstBreach(list, 100_000, seeded(seed))).toBe(0);
  }), { numRuns: 8 });
});

test("quota with the most adverse draws: always the first, always the last open target", () => {
  fc.assert(fc.property(weights, (list) => {
    expect(firstBreach(list, 1000, () => 0)).toBe(0);
    expect(firstBreach(list, 1000, () => 1 - 2 ** -53)).toBe(0);
  }));
});

test("quota for 64 targets", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 64, maxLength: 64 }), fc.integer(), (list, seed) => {
    expect(firstBreach(list, 1000, seeded(seed))).toBe(0);
  }), { numRuns: 10 });
});

function countOf(list: readonly number[], target: number, requests: number, seed: number): number {
  const chooser = createTargetChooser(list, { random: seeded(seed) });
  let count = 0;
  for (let n = 0; n < requests; n++) if (chooser.choose() === target) count++;
  return count;
}

test("the story's figures: 100:10 gives 1 or 2 of the first 20, 100:900 exactly 9 of the first 10", () => {
  for (let seed = 1; seed <= 500; seed++) {
    expect([1, 2]).toContain(countOf([100, 10], 1, 20, seed * 7919));
    expect(countOf([100, 900], 1, 10, seed * 7919)).toBe(9);
  }
});

/** Largest distance between the mean count over many choosers and n × share, over all n and targets. */
function largestBias(list: readonly number[], requests: number, choosers: number): number {
  const total = list.reduce((sum, one) => sum + one, 0);
  const sums = new Float64Array(requests * list.length);
  const random = seeded(20_260_101);
  for (let run = 0; run < choosers; run++) {
    const chooser = createTargetChooser(list, { random });
    for (let n = 0; n < requests; n++) {
      const at = n * list.length + chooser.choose();
      sums[at] = (sums[at] ?? 0) + 1;
    }
  }
  return Math.max(...list.map((one, target) => {
    let mean = 0;
    let worst = 0;
    for (let n = 0; n < requests; n++) {
      mean += (sums[n * list.length + target] ?? 0) / choosers;
      worst = Math.max(worst, Math.abs(mean - ((n + 1) * one) / total));
    }
    return worst;
  }));
}

test("two targets: exactly unbiased after every request", () => {
  for (const list of [[100, 10], [500, 500], [1, 999], [37, 63]]) expect(largestBias(list, 60, 20_000)).toBeLessThan(0.02);
});

test("more targets: unbiased to a fraction of one request, whatever n", () => {
  for (const list of [[500, 300, 200], [1, 2, 3, 4, 5, 6, 7, 8], [900, 50, 30, 20]]) {
    expect(largestBias(list, 200, 2000)).toBeLessThan(0.25);
  }
});

test("an alternating caller's two kinds of request are not sorted by target", () => {
  let evenToFirst = 0;
  const chooser = createTargetChooser([50, 50], { random: seeded(5) });
  for (let n = 0; n < 10_000; n++) if (chooser.choose() === 0 && n % 2 === 0) evenToFirst++;
  expect(Math.abs(evenToFirst - 2500)).toBeLessThan(150);
});

test("weight 0 is never chosen; a single positive weight always", () => {
  expect(countOf([5, 0, 5], 1, 1000, 3)).toBe(0);
  expect(countOf([0, 0, 7], 2, 1000, 3)).toBe(1000);
});

test("choosers on one state keep one quota between them", () => {
  const list = [100, 10, 40];
  const state = new Int32Array(new SharedArrayBuffer(4 * chooserStateLength(list.length)));
  const choosers = [1, 2, 3].map((seed) => createTargetChooser(list, { random: seeded(seed), state }));
  const counts = [0, 0, 0];
  for (let n = 1; n <= 3000; n++) {
    const chosen = choosers[(n * n) % 3]?.choose() ?? 0;
    counts[chosen] = (counts[chosen] ?? 0) + 1;
    for (const [target, count] of counts.entries()) expect(Math.abs(count * 150 - n * (list[target] ?? 0))).toBeLessThan(150);
  }
});

test("threads on one state keep one quota between them", async () => {
  const list = [100, 10, 40, 7];
  const state = new Int32Array(new SharedArrayBuffer(4 * chooserStateLength(list.length)));
  const program = `
    const { parentPort, workerData: { url, list, state } } = require("node:worker_threads");
    import(url).then(({ createTargetChooser }) => {
      const chooser = createTargetChooser(list, { random: Math.random, state });
      const counts = list.map(() => 0);
      for (let n = 0; n < 20_000; n++) counts[chooser.choose()]++;
      parentPort.postMessage(counts);
    });`;
  const workerData = { url: new URL("target-chooser.ts", import.meta.url).href, list, state };
  const answers = await Promise.all([1, 2, 3].map(() => once(new Worker(program, { eval: true, workerData }), "message")));
  for (const [target, one] of list.entries()) {
    const count = answers.reduce((sum, [counts]) => sum + ((counts as number[])[target] ?? 0), 0);
    expect(Math.abs(count - (60_000 * one) / 157)).toBeLessThan(1);
  }
});

test("refuses weights that it cannot serve", () => {
  const random = () => 0;
  expect(() => createTargetChooser([0, 0], { random })).toThrow("no weight is positive");
  expect(() => createTargetChooser([1, -1], { random })).toThrow("weights[1] is -1");
  expect(() => createTargetChooser([1, 1], { random, state: new Int32Array(2) })).toThrow("need 5");
});
