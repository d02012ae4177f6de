import type { SplitCause, SplitInForce } from "@sluice/shared/telemetry/telemetry-frame";
import { describe, expect, it } from "vitest";
import { splitReadings } from "../telemetry/split-reading.ts";
import { makeFrame, makeTarget } from "../testing/make-frame.ts";
import { convergence } from "./convergence.ts";

const policy: SplitCause = { kind: "policy" };
const dropped: SplitCause = { kind: "dropped", clusterKey: "b" };
const returned: SplitCause = { kind: "returned", clusterKey: "b" };

/** A proxy's weights of a and b (null: it does not send there), its counts of both, and what they began with. */
type Proxy = [weights: [number | null, number | null], counts: [number, number], sinceMs: number, cause: SplitCause];

function readings(proxies: readonly Proxy[]) {
  return splitReadings(
    proxies.map(([weights, counts, sinceMs, cause], index) => {
      const targets = weights.flatMap((weight, at) => (weight === null ? [] : [{ clusterKey: at === 0 ? "a" : "b", weight }]));
      const inForce: SplitInForce = { targets, sinceMs, cause };
      const [port] = makeFrame([makeTarget("a", { requestsSinceChange: counts[0] }), makeTarget("b", { requestsSinceChange: counts[1] })], {}, { inForce }).ports;
      if (port === undefined) throw new Error("no port");
      return { pod: `p${index}`, port };
    }),
  );
}

interface Case {
  name: string;
  proxies: Proxy[];
  total?: number;
  rising?: boolean;
  expected: [state: string, sinceMs: number, newest: SplitCause];
  counts: [number, number];
}

const cases: Case[] = [
  { name: "one proxy, exact", proxies: [[[9, 1], [18, 2], 5, policy]], expected: ["converged", 5, policy], counts: [18, 2] },
  { name: "all to the one that is left, after a drop", proxies: [[[9, null], [7, 0], 8, dropped]], expected: ["converged", 8, dropped], counts: [7, 0] },
  { name: "exact since it returned", proxies: [[[9, 1], [9, 1], 9, returned]], expected: ["converged", 9, returned], counts: [9, 1] },
  { name: "nothing since the change", proxies: [[[9, 1], [0, 0], 5, returned]], expected: ["settling", 5, returned], counts: [0, 0] },
  { name: "no target has anything", proxies: [[[null, null], [0, 0], 5, dropped]], expected: ["settling", 5, dropped], counts: [0, 0] },
  { name: "a target without a request yet", proxies: [[[9, 1], [1, 0], 5, policy]], expected: ["settling", 5, policy], counts: [1, 0] },
  { name: "requests for a target that has no share", proxies: [[[9, null], [7, 2], 5, dropped]], expected: ["settling", 5, dropped], counts: [7, 2] },
  { name: "exact, but of a step of the ramp", proxies: [[[19, 1], [19, 1], 5, { kind: "rising", clusterKey: "b" }]], rising: true, expected: ["rising", 5, { kind: "rising", clusterKey: "b" }], counts: [19, 1] },
  { name: "two proxies alike: added, since the first", proxies: [[[9, 1], [9, 1], 7, returned], [[9, 1], [18, 2], 6, policy]], expected: ["converged", 6, returned], counts: [27, 3] },
  { name: "two proxies alike, whose sum is right but not each", proxies: [[[1, 1], [4, 0], 6, policy], [[1, 1], [0, 4], 6, policy]], expected: ["settling", 6, policy], counts: [4, 4] },
  { name: "a third proxy does not apply the policy", proxies: [[[9, 1], [9, 1], 7, policy], [[9, 1], [9, 1], 7, policy]], total: 3, expected: ["unacknowledged", 7, policy], counts: [18, 2] },
  { name: "one of three drops b: the others' counts, and why", proxies: [[[9, 1], [9, 1], 3, policy], [[9, null], [50, 0], 8, dropped], [[9, 1], [9, 1], 4, policy]], expected: ["differing", 3, dropped], counts: [18, 2] },
  { name: "one of two drops b: the one that changed last", proxies: [[[9, 1], [9, 1], 3, policy], [[9, null], [50, 0], 8, dropped]], expected: ["differing", 8, dropped], counts: [50, 0] },
  { name: "two proxies at other steps of the ramp", proxies: [[[19, 1], [19, 1], 3, policy], [[9, 1], [9, 1], 8, returned]], rising: true, expected: ["differing", 8, returned], counts: [9, 1] },
];

describe("what is measured", () => {
  it.each(cases)("$name", ({ proxies, total, rising, expected, counts }) => {
    const inForce = readings(proxies);
    const view = convergence({ inForce, ramping: new Map(rising === true ? [["b", { after: "ejected" as const, permille: 50 }]] : []), proxies: total ?? proxies.length });
    expect([view?.state, view?.since.atMs, view?.newest.cause]).toEqual(expected);
    expect(["a", "b"].map((key) => inForce[0]?.counts.get(key))).toEqual(counts);
  });

  it("is nothing while no proxy applies the policy", () => {
    expect(convergence({ inForce: [], ramping: new Map(), proxies: 1 })).toBeNull();
  });
});
