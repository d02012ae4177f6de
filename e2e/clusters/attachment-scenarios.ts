import { afterAll, beforeAll, expect, test } from "vitest";
import type { StoryGround } from "../story/story.ts";
import { contestScenario } from "./attachment/contest-scenario.ts";
import { drainScenario, otherNode } from "./attachment/drain-scenario.ts";
import { killScenario } from "./attachment/kill-scenario.ts";
import { portsScenario } from "./attachment/ports-scenario.ts";
import { rolloutScenario } from "./attachment/rollout-scenario.ts";
import { scaleScenario } from "./attachment/scale-scenario.ts";
import { Shop } from "./attachment/shop.ts";

/**
 * Into the path and out of it on real kube-proxies, under the load of callers whose answers are all counted: by iptables in
 * 1-23 and by nftables in 1-25, at the same time, each with a service of its own. The attachment controllers are killed in so
 * many rounds; with one round, what takes long is left out.
 */
export function attachmentScenarios(theGround: () => StoryGround, rounds: number): void {
  let shops: Shop[] = [];
  beforeAll(async () => {
    shops = await both([["1-23", "1-25"], ["1-25", "1-23"]] as const, ([cluster, other]) => Shop.open(theGround(), cluster, other));
  }, 600_000);
  afterAll(async () => void (await both(shops, (shop) => shop.close())), 600_000);

  test.for([
    ["several ports, whose numbers differ between pods, go into the path and out of it: not one request is lost", portsScenario],
    ["somebody else resets the selector: the proxies step out and say who, and not one request is lost", contestScenario],
    ["both attachment controllers are killed on the way: it is gone all the same, and not one request is lost", killScenario(rounds)],
  ] as const)("%s", { timeout: 600_000 + rounds * 300_000 }, async ([, carryOut]) => {
    expect(await both(shops, carryOut)).toEqual(shops.map(() => undefined));
  });

  test("a node with all proxies, attachment controllers and pods is drained: not one request is lost", { timeout: 600_000 }, async ({ skip }) => {
    const nodes = await both(shops, otherNode);
    const drained = shops.flatMap((shop, at) => nodes[at] === undefined ? [] : [{ shop, node: nodes[at] }]);
    if (drained.length === 0) skip("no member has two nodes, as with --nodes 1-23=2");
    expect(await both(drained, ({ shop, node }) => drainScenario(shop, node))).toEqual(drained.map(() => undefined));
  });

  test.for([
    ["the proxies are rolled, and then the pods: not one request is lost, and the split is exact once it is Captured", rolloutScenario],
    ["without pods, and with pods again, in every stage: the other cluster answers", scaleScenario],
  ] as const)("%s", { timeout: 600_000 }, async ([, carryOut], { skip }) => {
    if (rounds === 1) skip("npm run soak carries it out: it takes minutes, most of which it waits for pods to end");
    expect(await both(shops, carryOut)).toEqual(shops.map(() => undefined));
  });
}

/** Waits for all before it throws: what goes on would disturb what comes next. */
async function both<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const outcomes = await Promise.allSettled(items.map(work));
  return outcomes.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
}
