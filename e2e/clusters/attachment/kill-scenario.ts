import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import type { Shop } from "./shop.ts";

const delayMsMax = 5_000;
const attach = ["-n", "sluice-system", "-l", "app.kubernetes.io/name=sluice-attach"];

/** Both replicas of the attachment controller are killed at a moment of each way into the path and out of it: it is gone all the same, and nothing is lost. */
export function killScenario(rounds: number): (shop: Shop) => Promise<void> {
  return async (shop) => {
    const { load } = shop;
    await shop.policy("Locality");
    await load.mark();
    for (let round = 0; round < rounds; round += 1) {
      for (const [lbType, stage] of [["ActiveActive", "Inline"], ["Locality", "Detached"]] as const) {
        await shop.ask(lbType, 50);
        await pause(Math.random() * delayMsMax);
        load.step(`the attachment controllers are killed, at ${await shop.stage()}`);
        await shop.ground.kubectl(shop.cluster).run(["delete", "pods", ...attach, "--grace-period=0", "--force"]);
        await shop.enforced();
        expect(await shop.stage()).toBe(stage);
      }
    }
    expect(await load.lost(shop.good)).toEqual([]);
  };
}
