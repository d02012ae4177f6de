import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../ground/eventually.ts";
import { type Ground, startGround } from "../ground/ground.ts";
import { findKubectl } from "../ground/kubectl.ts";
import { coreScenarios } from "./core-scenarios.ts";
import { askTimes, countFrom, givenExportedHttpbin, givenPolicy } from "./story.ts";

const kubectlMissing = findKubectl() === undefined;
if (kubectlMissing) console.info("skipped: the story on one address needs kubectl (set KUBECTL_PATH or put it on PATH)");

interface Row {
  source: string;
  attachment: string;
  acknowledged: { state: string; value?: { ready: number; total: number } };
  targets: { clusterKey: string; measured: { state: string; value?: { count: number; of: number } } }[];
}
interface Slices {
  items: { endpoints: { addresses: string[]; conditions: { ready?: boolean } }[] | null }[];
}

/** The row of the Split tab for httpbin in 1-23, as the console gets it. */
async function rowOf(ground: Ground): Promise<Row> {
  const input = JSON.stringify({ service: "httpbin/httpbin" });
  const response = await fetch(new URL(`/trpc/split.get?input=${encodeURIComponent(input)}`, ground.url));
  const { result } = (await response.json()) as { result: { data: Row[] } };
  const row = result.data.find(({ source }) => source === "default/default/default/1-23");
  if (row === undefined) throw new Error(`no row of 1-23: ${JSON.stringify(result.data)}`);
  return row;
}

describe.skipIf(kubectlMissing)("the upgrade story where there is only 127.0.0.1", () => {
  let ground: Ground;
  beforeAll(async () => {
    ground = await startGround({ members: ["1-23", "1-25"], workloads: false, singleAddress: true });
  }, 240_000);
  afterAll(() => ground?.stop(), 60_000);

  coreScenarios(() => ground);

  test("puts the proxies into the path by addresses of their own, measures by way of pods/proxy, and takes them out again", { timeout: 180_000 }, async () => {
    const kubectl = ground.kubectl("1-23");
    await givenExportedHttpbin(ground);
    await kubectl.run(["delete", "globaltrafficpolicy", "httpbin", "-n", "httpbin", "--ignore-not-found"]);
    await eventually("no proxy in the path", async () => expect(await rowOf(ground)).toMatchObject({ attachment: "Detached" }));
    await givenPolicy(ground, "1-23", "ActiveActive", [{ cluster: "1-25", weight: 300 }]);

    const { items: proxies } = await kubectl.json<{ items: { metadata: { name: string }; status: { podIP: string } }[] }>(["get", "pods", "-n", "sluice-system", "-l", "app.kubernetes.io/name=sluice-proxy"]);
    const addresses = proxies.map(({ status }) => status.podIP);
    expect(addresses.length).toBeGreaterThan(0);
    expect(addresses).not.toContain("127.0.0.1");
    const slices = await kubectl.json<Slices>(["get", "endpointslices", "-n", "httpbin", "-l", "kubernetes.io/service-name=httpbin"]);
    const ready = slices.items.flatMap(({ endpoints }) => endpoints ?? []).flatMap((endpoint) => (endpoint.conditions.ready === true ? endpoint.addresses : []));
    expect(ready.toSorted()).toEqual(addresses.toSorted());

    const answers = await askTimes(ground, "1-23", 40);
    expect(countFrom(answers, "1-23") + countFrom(answers, "1-25")).toBe(40);
    await eventually("telemetry of every request", async () => {
      const row = await rowOf(ground);
      expect(row.acknowledged).toMatchObject({ state: "known", value: { ready: addresses.length, total: addresses.length } });
      expect(row.targets.map(({ clusterKey, measured }) => [clusterKey.split("/").at(-1), measured])).toEqual(
        expect.arrayContaining(["1-23", "1-25"].map((cluster) => [cluster, { state: "known", value: { count: countFrom(answers, cluster), of: 40 } }])) as unknown[],
      );
    });
    for (const { metadata } of proxies) expect(await kubectl.run(["get", "--raw", `/api/v1/namespaces/sluice-system/pods/${metadata.name}:9081/proxy/metrics`])).toContain("sluice_");

    await kubectl.run(["delete", "globaltrafficpolicy", "httpbin", "-n", "httpbin"]);
    await eventually("the proxies out of the path", async () => expect(await rowOf(ground)).toMatchObject({ attachment: "Detached" }));
    expect(countFrom(await askTimes(ground, "1-23", 10), "1-23")).toBe(10);
  });
});
