import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../ground/eventually.ts";
import { type Ground, startGround } from "../ground/ground.ts";
import { findKubectl } from "../ground/kubectl.ts";
import { coreScenarios } from "./core-scenarios.ts";
import { askTimes, countFrom, givenExport, givenExportedHttpbin, givenPolicy, greetingOf, pageRow } from "./story.ts";
import { upgradeScenarios } from "./upgrade-scenarios.ts";

const kubectlMissing = findKubectl() === undefined;
if (kubectlMissing) console.info("skipped: the upgrade story needs kubectl (set KUBECTL_PATH or put it on PATH)");

/** Each test brings about what it needs, so that each runs alone; together they tell the story in order. */
describe.skipIf(kubectlMissing)("the upgrade story", () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await startGround({ members: ["1-23", "1-25"], workloads: false });
  }, 240_000);
  afterAll(() => ground?.stop(), 60_000);

  coreScenarios(() => ground);

  test("sticky: a client with the cookie stays in its cluster, those without follow the weights", { timeout: 180_000 }, async () => {
    await givenExportedHttpbin(ground);
    for (const cluster of ["1-23", "1-25"]) await givenExport(ground, cluster, ["sessionSticky: true"]);
    await givenPolicy(ground, "1-23", "ActiveActive", [{ cluster: "1-25", weight: 100 }]);
    const begun = await eventually("every answer gives a session", async () => {
      const text = (await askTimes(ground, "1-23", 10, "-i")).join("\n");
      const clients = [...text.matchAll(/set-cookie: sluice-session=([0-9a-f]{16});[^]*?Hi, I am from (\S+)/gi)].map(([, session = "", cluster = ""]) => ({ session, cluster }));
      expect(clients).toHaveLength(10);
      return clients;
    });
    for (const cluster of ["1-23", "1-25"]) expect([4, 5, 6]).toContain(begun.filter((client) => client.cluster === cluster).length);
    for (const { session, cluster } of begun) {
      const lines = await askTimes(ground, "1-23", 5, `-i -H "Cookie: sluice-session=${session}"`);
      expect(lines.filter((line) => line.startsWith("Hi, "))).toEqual(Array.from({ length: 5 }, () => greetingOf(cluster)));
      expect(lines.filter((line) => /^set-cookie/i.test(line))).toEqual([]);
    }
    const others = await askTimes(ground, "1-23", 20);
    expect([9, 10, 11]).toContain(countFrom(others, "1-25"));
    expect(countFrom(others, "1-23") + countFrom(others, "1-25")).toBe(20);
    expect((await pageRow(ground, "1-23")).sticky).toBe(true);
  });

  upgradeScenarios(() => ground);
});
