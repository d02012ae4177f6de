import { expect, test } from "vitest";
import { eventually } from "../ground/eventually.ts";
import { askTimes, countFrom, gatewayOf, givenCurl, givenExportedHttpbin, givenPolicy, greetingOf, onceFollowed, type StoryGround } from "./story.ts";

/** A6, D1 and A7, for any ground with the members 1-23 and 1-25. After A7 member 1-23 has left. */
export function upgradeScenarios(theGround: () => StoryGround): void {
  test("A6: then 1-23 is scaled to nothing: all from 1-25, none failed", { timeout: 120_000 }, async () => {
    const ground = theGround();
    await givenExportedHttpbin(ground);
    await givenPolicy(ground, "1-23", "ActiveActive", [{ cluster: "1-25", weight: 900 }]);
    await ground.kubectl("1-23").run(["scale", "deploy", "httpbin", "-n", "httpbin", "--replicas", "0"]);
    const during = await askTimes(ground, "1-23", 20);
    expect(during.filter((answer) => answer === "failed")).toEqual([]);
    await eventually("no httpbin pod is left in 1-23", async () => {
      expect(await ground.kubectl("1-23").run(["get", "pods", "-n", "httpbin", "-o", "name"])).toBe("");
    });
    await onceFollowed(ground, "all from 1-25", async () => expect(countFrom(await askTimes(ground, "1-23", 20), "1-25")).toBe(20));
  });

  test("D1: the gateway serves the cluster's own app, which sees path /", { timeout: 120_000 }, async () => {
    const ground = theGround();
    await givenExportedHttpbin(ground);
    for (const name of ["1-23", "1-25"]) {
      const { gatewayHost, gatewayPort } = await gatewayOf(ground, name);
      const answer = await eventually(`gateway of ${name}`, async () => {
        const response = await fetch(`http://${gatewayHost}:${gatewayPort}/${name}/httpbin-mesh`);
        const text = await response.text();
        if (response.status !== 200) throw new Error(`${response.status} ${text}`);
        return text.trim();
      });
      expect(answer).toBe(greetingOf(name));
    }
  });

  test("A7: the callers move to 1-25 and 1-23 leaves: all from 1-25, whose import is gone", { timeout: 180_000 }, async () => {
    const ground = theGround();
    await givenExportedHttpbin(ground);
    await givenCurl(ground, "1-25");
    await ground.kubectl("1-23").run(["delete", "deploy", "curl", "-n", "curl"]);
    await ground.kubectl("control-plane").run(["delete", "clusters.flomesh.io", "1-23", "--timeout=60s"], { timeoutMs: 90_000 });
    await eventually("the import of 1-25 is gone", async () => {
      expect(await ground.kubectl("1-25").run(["get", "serviceimports", "-A", "-o", "name"])).toBe("");
    });
    await onceFollowed(ground, "all from 1-25", async () => expect(countFrom(await askTimes(ground, "1-25", 20), "1-25")).toBe(20));
  });
}
