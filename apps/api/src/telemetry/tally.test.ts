import { expect, it } from "vitest";
import { makeTarget } from "../testing/make-frame.ts";
import { emptyTally, latenciesMs, tallyOf } from "./tally.ts";

it("tells the application's 5xx from what the proxy answered or broke itself", () => {
  expect(tallyOf(makeTarget("a", { requests: 100, byClass: { "2xx": 90, "5xx": 10 }, failures: { no_healthy_target: 4 } }))).toMatchObject({ requests: 100, application: 6, proxy: 4, bad: 10 });
  // A stream that broke after a good head is a failure only.
  expect(tallyOf(makeTarget("a", { requests: 5, byClass: { "2xx": 5 }, failures: { target_broke: 2 } }))).toMatchObject({ application: 0, proxy: 2, bad: 2 });
});

it("finds quantiles by rank, and none in nothing", () => {
  const tally = { ...emptyTally(), latency: new Map([[10, 98], [100, 1], [200, 1]]) };
  const [p50, p95, p99, all] = latenciesMs(tally, [0.5, 0.95, 0.99, 1]);
  expect(p95).toBe(p50);
  expect(p99).toBeGreaterThan(p50 ?? Infinity);
  expect(all).toBeGreaterThan(p99 ?? Infinity);
  expect(latenciesMs(emptyTally(), [0.5])).toEqual([null]);
});
