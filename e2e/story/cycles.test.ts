import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ground, startGround } from "../ground/ground.ts";
import { findKubectl } from "../ground/kubectl.ts";
import { runCycles } from "./attachment-cycles.ts";
import { givenExportedHttpbin } from "./story.ts";

const kubectlMissing = findKubectl() === undefined;
if (kubectlMissing) console.info("skipped: cycles of attachment need kubectl (set KUBECTL_PATH or put it on PATH)");

describe.skipIf(kubectlMissing)("into the path and out again", () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await startGround({ members: ["1-23", "1-25"], workloads: false });
  }, 240_000);
  afterAll(() => ground?.stop(), 60_000);

  test("two cycles under load: not one request is lost", { timeout: 600_000 }, async () => {
    await givenExportedHttpbin(ground);
    const { losses, sentAway, tunnels } = await runCycles(ground, "1-23", "1-25", 2);
    expect(losses).toEqual({});
    expect(tunnels).toBeGreaterThanOrEqual(2);
    expect(sentAway).toBeGreaterThan(10);
  });
});
