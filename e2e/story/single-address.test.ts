import { afterAll, beforeAll, describe } from "vitest";
import { type Ground, startGround } from "../ground/ground.ts";
import { findKubectl } from "../ground/kubectl.ts";
import { coreScenarios } from "./core-scenarios.ts";

const kubectlMissing = findKubectl() === undefined;
if (kubectlMissing) console.info("skipped: the story on one address needs kubectl (set KUBECTL_PATH or put it on PATH)");

describe.skipIf(kubectlMissing)("the upgrade story where there is only 127.0.0.1", () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await startGround({ members: ["1-23", "1-25"], workloads: false, singleAddress: true });
  }, 240_000);
  afterAll(() => ground?.stop(), 60_000);

  coreScenarios(() => ground);
});
