import { afterAll, beforeAll, expect, test } from "vitest";
import type { StoryGround } from "../story/story.ts";
import { contestScenario } from "./attachment/contest-scenario.ts";
import { drainScenario, otherNode } from "./attachment/drain-scenario.ts";
import { killScenario } from "./attachment/kill-scenario.ts";
import { portsScenario } from "./attachment/ports-scenario.ts";
import { rolloutScenario } from "./attachment/rollout-scenario.ts";
import { scaleScenario } from "./attachment/scale-scenario.ts";
import { Shop } from "./attachment/shop.ts";
import type { Sheet } from "./soak/sheet.ts";

/**
 * Into the path and out of it on real kube-proxies, under the load of callers whose answers are all counted: by iptables in
 * 1-23 and by nftables in 1-25, at the same time, each with a service of its own. The attachment controllers are killed in so
 * many rounds; with one round, what takes long is left out. How many asked meanwhile is put down on the sheet.
 */
export function attachmentScenarios(theGround: () => StoryGround, rounds: number, sheet: Sheet): void {
  let shops: Shop[] = [];
  beforeAll(async () => {
    shops = await both([["1-23", "1-25"], ["1-25", "1-23"]] as const, ([cluster, other]) => Shop.open(theGround(), cluster, other));
  }, 600_000);
  afterAll(async () => void (await both(shops, (shop) => shop.close())), 600_000);

  /** Carries it out with all of these shops, and counts their callers' requests. */
  async function carryOutAll(name: string, some: readonly Shop[], carryOut: (shop: Shop) => Promise<void>, times = 1): Promise<void> {
    const asked = async () => (await both(some, ({ load }) => load.asked())).reduce((sum, count) => sum + count, 0);
    const before = await asked();
    try {
      await both(some, carryOut);
    } catch (error) {
      sheet.scenario({ name, times });
      throw error;
    }
    sheet.scenario({ name, times, requests: (await asked()) - before });
  }

  test.for([
    ["several ports, whose numbers differ between pods, go into the path and out of it: not one request is lost", portsScenario, 1],
    ["somebody else resets the selector: the proxies step out and say who, and not one request is lost", contestScenario, 1],
    ["both attachment controllers are killed on the way: it is gone all the same, and not one request is lost", killScenario(rounds), rounds],
  ] as const)("%s", { timeout: 600_000 + rounds * 300_000 }, async ([name, carryOut, times]) => {
    expect(await carryOutAll(name, shops, carryOut, times)).toBeUndefined();
  });

  test("a node with all proxies, attachment controllers and pods is drained: not one request is lost", { timeout: 600_000 }, async ({ skip, task }) => {
    const nodes = await both(shops, otherNode);
    const nodeOf = new Map(shops.flatMap((shop, at) => nodes[at] === undefined ? [] : [[shop, nodes[at]]]));
    if (nodeOf.size === 0) skip("no member has two nodes, as with --nodes 1-23=2");
    expect(await carryOutAll(task.name, [...nodeOf.keys()], (shop) => drainScenario(shop, nodeOf.get(shop) ?? ""))).toBeUndefined();
  });

  test.for([
    ["the proxies are rolled, and then the pods: not one request is lost, and the split is exact once it is Captured", rolloutScenario],
    ["without pods, and with pods again, in every stage: the other cluster answers", scaleScenario],
  ] as const)("%s", { timeout: 600_000 }, async ([name, carryOut], { skip }) => {
    if (rounds === 1) skip("npm run soak carries it out: it takes minutes, most of which it waits for pods to end");
    expect(await carryOutAll(name, shops, carryOut)).toBeUndefined();
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
