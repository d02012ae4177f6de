import { isIP } from "node:net";
import { expect, test } from "vitest";
import { eventually } from "../ground/eventually.ts";
import { ask, askTimes, countFrom, gatewayOf, givenCurl, givenExportedHttpbin, givenHttpbin, givenPolicy, greetingOf, isNear, onceFollowed, type StoryGround } from "./story.ts";

interface ImportSpec {
  type: string;
  serviceAccountName: string;
  ports: { port: number; protocol: string; endpoints: { clusterKey: string; target: Record<string, unknown> }[] }[];
}

/** A1 to A5, for any ground with the members 1-23 and 1-25. Each test brings about what it needs, so that each runs alone. */
export function coreScenarios(theGround: () => StoryGround): void {
  test("A1: the caller in 1-23 is answered by 1-23", { timeout: 120_000 }, async () => {
    const ground = theGround();
    await givenHttpbin(ground, "1-23");
    await givenCurl(ground, "1-23");
    await onceFollowed(ground, "an answer", async () => expect(await ask(ground, "1-23")).toBe(greetingOf("1-23")));
  });

  test("A2: the import of 1-23 names 1-25's gateway and path, exactly", { timeout: 120_000 }, async () => {
    const ground = theGround();
    await givenExportedHttpbin(ground);
    const spec = JSON.parse(
      await ground.kubectl("1-23").run(["get", "serviceimports", "httpbin", "-n", "httpbin", "-o", "jsonpath={.spec}"]),
    ) as ImportSpec;
    const { gatewayHost: host, gatewayPort: port } = await gatewayOf(ground, "1-25");
    expect(spec).toMatchObject({ type: "ClusterSetIP", serviceAccountName: "*" });
    expect(spec.ports).toHaveLength(1);
    expect(spec.ports[0]).toMatchObject({ port: 8080, protocol: "TCP" });
    expect(spec.ports[0]?.endpoints).toEqual([
      {
        clusterKey: "default/default/default/1-25",
        target: { host, ip: isIP(host) === 0 ? "127.0.0.1" : host, path: "/1-25/httpbin-mesh", port },
      },
    ]);
  });

  test("A3: without a policy only 1-23 answers", { timeout: 120_000 }, async () => {
    const ground = theGround();
    await givenExportedHttpbin(ground);
    await ground.kubectl("1-23").run(["delete", "globaltrafficpolicy", "httpbin", "-n", "httpbin", "--ignore-not-found"]);
    await eventually("only local answers", async () => {
      expect(countFrom(await askTimes(ground, "1-23", 20), "1-23")).toBe(20);
    });
  });

  test("A4: ActiveActive with weight 10 sends 1 or 2 of 20 to 1-25", { timeout: 120_000 }, async () => {
    const ground = theGround();
    await givenExportedHttpbin(ground);
    await givenPolicy(ground, "1-23", "ActiveActive", [{ cluster: "1-25", weight: 10 }]);
    await onceFollowed(ground, "one of eleven", async () => {
      const answers = await askTimes(ground, "1-23", 20);
      expect(countFrom(answers, "1-25")).toSatisfy((count: number) => isNear(ground, count, 20 / 11));
      expect(countFrom(answers, "1-23") + countFrom(answers, "1-25")).toBe(20);
    });
  });

  test("A5: weight 900 sends 9 of the first 10 after the change to 1-25", { timeout: 120_000 }, async () => {
    const ground = theGround();
    await givenExportedHttpbin(ground);
    await givenPolicy(ground, "1-23", "ActiveActive", [{ cluster: "1-25", weight: 10 }]);
    await givenPolicy(ground, "1-23", "ActiveActive", [{ cluster: "1-25", weight: 900 }]);
    await onceFollowed(ground, "nine of ten", async () => {
      const answers = await askTimes(ground, "1-23", 10);
      expect(countFrom(answers, "1-25")).toSatisfy((count: number) => isNear(ground, count, 9));
      expect(countFrom(answers, "1-23") + countFrom(answers, "1-25")).toBe(10);
    });
  });
}
