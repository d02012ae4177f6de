import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../ground/eventually.ts";
import { type Ground, startGround } from "../ground/ground.ts";
import { findKubectl } from "../ground/kubectl.ts";
import { ask, askTimes, countFrom, givenCurl, givenExport, givenHttpbin, givenPolicy, greetingOf, untilImported } from "./story.ts";

const kubectlMissing = findKubectl() === undefined;
if (kubectlMissing) console.info("skipped: the upgrade story needs kubectl (set KUBECTL_PATH or put it on PATH)");

interface ImportSpec {
  type: string;
  serviceAccountName: string;
  ports: { port: number; protocol: string; endpoints: { clusterKey: string; target: Record<string, unknown> }[] }[];
}

/** Each test brings about what it needs, so that each runs alone; together they tell the story in order. */
describe.skipIf(kubectlMissing)("the upgrade story", () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await startGround({ members: ["1-23", "1-25"], workloads: false });
  }, 240_000);
  afterAll(() => ground?.stop(), 60_000);

  const exported = async () => {
    await Promise.all(["1-23", "1-25"].map((cluster) => givenHttpbin(ground, cluster)));
    await Promise.all(["1-23", "1-25"].map((cluster) => givenExport(ground, cluster)));
    await untilImported(ground, "1-23", ["1-25"]);
    await givenCurl(ground, "1-23");
  };

  test("A1: the caller in 1-23 is answered by 1-23", { timeout: 120_000 }, async () => {
    await givenHttpbin(ground, "1-23");
    await givenCurl(ground, "1-23");
    expect(await ask(ground, "1-23")).toBe(greetingOf("1-23"));
  });

  test("A2: the import of 1-23 names 1-25's gateway and path, exactly", { timeout: 120_000 }, async () => {
    await exported();
    const spec = JSON.parse(
      await ground.kubectl("1-23").run(["get", "serviceimports", "httpbin", "-n", "httpbin", "-o", "jsonpath={.spec}"]),
    ) as ImportSpec;
    const cluster = await ground.kubectl("control-plane").json<{ spec: { gatewayHost: string; gatewayPort: number } }>(["get", "cluster", "1-25"]);
    expect(spec).toMatchObject({ type: "ClusterSetIP", serviceAccountName: "*" });
    expect(spec.ports).toHaveLength(1);
    expect(spec.ports[0]).toMatchObject({ port: 8080, protocol: "TCP" });
    expect(spec.ports[0]?.endpoints).toEqual([
      {
        clusterKey: "default/default/default/1-25",
        target: { host: cluster.spec.gatewayHost, ip: "127.0.0.1", path: "/1-25/httpbin-mesh", port: cluster.spec.gatewayPort },
      },
    ]);
  });

  test("A3: without a policy only 1-23 answers", { timeout: 120_000 }, async () => {
    await exported();
    await ground.kubectl("1-23").run(["delete", "globaltrafficpolicy", "httpbin", "-n", "httpbin", "--ignore-not-found"]);
    await eventually("only local answers", async () => {
      expect(countFrom(await askTimes(ground, "1-23", 20), "1-23")).toBe(20);
    });
  });

  test("A4: ActiveActive with weight 10 sends 1 or 2 of 20 to 1-25", { timeout: 120_000 }, async () => {
    await exported();
    await givenPolicy(ground, "1-23", "ActiveActive", [{ cluster: "1-25", weight: 10 }]);
    const answers = await askTimes(ground, "1-23", 20);
    expect([1, 2]).toContain(countFrom(answers, "1-25"));
    expect(countFrom(answers, "1-23") + countFrom(answers, "1-25")).toBe(20);
  });

  test("A5: weight 900 sends 9 of the first 10 after the change to 1-25", { timeout: 120_000 }, async () => {
    await exported();
    await givenPolicy(ground, "1-23", "ActiveActive", [{ cluster: "1-25", weight: 10 }]);
    await givenPolicy(ground, "1-23", "ActiveActive", [{ cluster: "1-25", weight: 900 }]);
    const answers = await askTimes(ground, "1-23", 10);
    expect(countFrom(answers, "1-25")).toBe(9);
    expect(countFrom(answers, "1-23")).toBe(1);
  });

  test("A6: then 1-23 is scaled to nothing: all from 1-25, none failed", { timeout: 120_000 }, async () => {
    await exported();
    await givenPolicy(ground, "1-23", "ActiveActive", [{ cluster: "1-25", weight: 900 }]);
    await ground.kubectl("1-23").run(["scale", "deploy", "httpbin", "-n", "httpbin", "--replicas", "0"]);
    const during = await askTimes(ground, "1-23", 20);
    expect(during.filter((answer) => answer === "failed")).toEqual([]);
    await eventually("no httpbin pod is left in 1-23", async () => {
      expect(await ground.kubectl("1-23").run(["get", "pods", "-n", "httpbin", "-o", "name"])).toBe("");
    });
    expect(countFrom(await askTimes(ground, "1-23", 20), "1-25")).toBe(20);
  });

  test("D1: the gateway serves the cluster's own app, which sees path /", { timeout: 120_000 }, async () => {
    await exported();
    for (const name of ["1-23", "1-25"]) {
      const { spec } = await ground.kubectl("control-plane").json<{ spec: { gatewayHost: string; gatewayPort: number } }>(["get", "cluster", name]);
      const answer = await eventually(`gateway of ${name}`, async () => {
        const response = await fetch(`http://${spec.gatewayHost}:${spec.gatewayPort}/${name}/httpbin-mesh`);
        const text = await response.text();
        if (response.status !== 200) throw new Error(`${response.status} ${text}`);
        return text.trim();
      });
      expect(answer).toBe(greetingOf(name));
    }
  });

  test("A7: the callers move to 1-25 and 1-23 leaves: all from 1-25, whose import is gone", { timeout: 180_000 }, async () => {
    await exported();
    await givenCurl(ground, "1-25");
    await ground.kubectl("1-23").run(["delete", "deploy", "curl", "-n", "curl"]);
    await ground.kubectl("control-plane").run(["delete", "cluster", "1-23", "--timeout=60s"], { timeoutMs: 90_000 });
    await eventually("the import of 1-25 is gone", async () => {
      expect(await ground.kubectl("1-25").run(["get", "serviceimports", "-A", "-o", "name"])).toBe("");
    });
    expect(countFrom(await askTimes(ground, "1-25", 20), "1-25")).toBe(20);
  });
});
