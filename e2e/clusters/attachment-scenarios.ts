import { expect, test } from "vitest";
import type { StoryGround } from "../story/story.ts";
import { portsScenario } from "./attachment/ports-scenario.ts";
import { Shop } from "./attachment/shop.ts";

/**
 * Into the path and out of it on real kube-proxies, under the load of callers whose answers are all counted: by iptables in
 * 1-23 and by nftables in 1-25, at the same time, each with a service of its own.
 */
export function attachmentScenarios(theGround: () => StoryGround, carriedOut: boolean): void {
  test("several ports, whose numbers differ between pods, go into the path and out of it: not one request is lost", { timeout: 1_200_000 }, async ({ skip }) => {
    if (!carriedOut) skip("npm run soak carries it out: on a machine that is far too busy, answers are late for reasons of its own");
    const shops = await both([["1-23", "1-25"], ["1-25", "1-23"]] as const, ([cluster, other]) => Shop.open(theGround(), cluster, other));
    try {
      expect(await both(shops, portsScenario)).toEqual(shops.map(() => []));
    } finally {
      await both(shops, (shop) => shop.close());
    }
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
