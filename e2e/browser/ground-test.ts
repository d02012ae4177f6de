import { test as base } from "@playwright/test";
import { type Ground, startGround } from "../ground/ground.ts";

interface GroundFixtures {
  /** Files that name the same ground share it; one that changes what the others stand on names its own. */
  groundName: string;
  ground: Ground;
}

const startBoundMs = 240_000;

/** `test` of the browser suite: a whole Sluice with the demo's workloads, as `ground`; pages open at its console. */
export const test = base.extend<object, GroundFixtures>({
  groundName: ["shared", { option: true, scope: "worker" }],
  ground: [
    async ({ groundName }, use) => {
      const ground = await startGround({ members: ["1-23", "1-25"], workloads: true }).catch((error: unknown) => {
        throw new Error(`the ground "${groundName}" did not start`, { cause: error });
      });
      await use(ground);
      await ground.stop();
    },
    { scope: "worker", timeout: startBoundMs },
  ],
  baseURL: async ({ ground }, use) => use(ground.url),
});
