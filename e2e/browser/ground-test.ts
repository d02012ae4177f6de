import { test as base } from "@playwright/test";
import type { ConsoleGround } from "./console-ground.ts";
import { type Installed, startInstalledGround } from "./installed-ground.ts";
import { startSandboxGround } from "./sandbox-ground.ts";

interface GroundFixtures {
  /** Files that name the same ground share it; one that changes what the others stand on names its own. */
  groundName: string;
  /** Real clusters to play on instead of the sandbox, for the scenarios with the tag "@real". */
  installed: Installed | undefined;
  ground: ConsoleGround;
}

const startBoundMs = 240_000;

/** `test` of the browser suite: a whole Sluice with callers, as `ground`; pages open at its console. */
export const test = base.extend<object, GroundFixtures>({
  groundName: ["shared", { option: true, scope: "worker" }],
  installed: [undefined, { option: true, scope: "worker" }],
  ground: [
    async ({ groundName, installed }, use) => {
      const ground = await (installed === undefined ? startSandboxGround() : startInstalledGround(installed)).catch((error: unknown) => {
        throw new Error(`the ground "${groundName}" did not start`, { cause: error });
      });
      await use(ground);
      await ground.stop();
    },
    { scope: "worker", timeout: startBoundMs },
  ],
  baseURL: async ({ ground }, use) => use(ground.url),
});
