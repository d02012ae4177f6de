import { expect } from "vitest";
import { eventually } from "../../ground/eventually.ts";
import { anyOf, type Shop, stands } from "./shop.ts";
import { Trace } from "./trace.ts";

/** At each moment somebody who serves is ready: the pods until the proxies are, and the proxies until the pods are again. */
const golden = [
  "shadow: there",
  "proxies: ready",
  "failOpen: there",
  "key: set",
  "pods: none",
  "key: none",
  "pods: ready",
  "failOpen: none",
  "proxies: terminating",
  "proxies: none",
  "shadow: none",
];
/** As the policy's status says a moment later. */
const goldenStages = ["Beside", "Inline", "Beside", "Standby", "Detached"].map((stage) => `stage: ${stage}`);

/**
 * In, split and out again; nothing is lost. Each port is answered by its own pods of either Deployment, whose numbers for
 * it differ, and the port that no import offers by this cluster alone; by the Service's IPv6 address too where it has one.
 */
export async function portsScenario(shop: Shop): Promise<void> {
  const { load, cluster } = shop;
  await shop.policy("Locality");
  expect(await shop.stage()).toBe("Detached");
  await load.mark();
  const trace = await Trace.start(shop.ground.kubectl(cluster), shop.namespace, "shop");
  try {
    await shop.policy("ActiveActive", 50);
    expect(await shop.stage()).toBe("Inline");
    await load.renew();
    await untilAllAnswer(shop);
    const told = await load.told();
    expect(shop.hosts.filter((host) => !told.some(({ answer }) => answer.startsWith(host)))).toEqual([]);
    await shop.policy("Locality");
    expect(await shop.stage()).toBe("Detached");
  } finally {
    trace.stop();
  }
  const isStage = (step: string) => step.startsWith("stage: ");
  expect(trace.steps.filter((step) => !isStage(step))).toEqual(golden);
  expect(trace.steps.filter(isStage)).toEqual(goldenStages);
  expect(await load.lost(shop.good)).toEqual([]);
}

/** Each Deployment on each port, and the other cluster on those that it offers. */
async function untilAllAnswer(shop: Shop): Promise<void> {
  const own = stands.flatMap((stand) => (["http", "admin", "local"] as const).map((port) => shop.answers([shop.cluster], port, stand)));
  const expected = [...own, shop.answers([shop.other], "http"), shop.answers([shop.other], "admin")];
  await eventually(`all pods answer in ${shop.cluster}`, async () => {
    for (const answer of expected) if ((await shop.load.count(anyOf([answer]))) === 0) throw new Error(`nobody was told ${answer}`);
  });
}
