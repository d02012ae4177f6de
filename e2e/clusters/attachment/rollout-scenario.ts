import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { eventually } from "../../ground/eventually.ts";
import { anyOf, type Shop, stands } from "./shop.ts";

/** Of `capturedAfterMs`, and what clocks may differ. */
const takeoverMs = 62_000;
const enough = 120;

/**
 * In the path, the proxies are rolled and then the pods, and nothing is lost. Connections from before go on past the proxies
 * and `Captured` says so, until the pods are all younger than the takeover by a minute: from then on the split is exact.
 */
export async function rolloutScenario(shop: Shop): Promise<void> {
  const { load, cluster, other } = shop;
  await shop.policy("Locality");
  await load.renew();
  await load.mark();
  await shop.policy("ActiveActive", 50);
  const inlineMs = Date.now();
  expect(await captured(shop)).toEqual({ status: "False", reason: "OlderPods" });
  await roll(shop, "sluice-system", ["sluice-proxy"], "app.kubernetes.io/name=sluice-proxy");
  expect(await shop.stage()).toBe("Inline");
  await pause(Math.max(0, inlineMs + takeoverMs - Date.now()));
  await roll(shop, shop.namespace, stands, "app=shop");
  expect(await load.lost(shop.good)).toEqual([]);
  await shop.run("wait", "--for=condition=Captured", "globaltrafficpolicies/shop", "--timeout=60s");
  await load.mark();
  const counts = await eventually("enough answers", async () => {
    const [own, others] = await Promise.all([cluster, other].map((name) => load.count(anyOf([shop.answers([name], "http")]))));
    if (own === undefined || others === undefined || own + others < enough) throw new Error(`${own} and ${others}`);
    return { own, others };
  });
  // Two proxies split their own requests exactly; what is counted begins and ends within somebody's second.
  expect(counts).toSatisfy(({ own, others }: typeof counts) => Math.abs(own - others) < 10);
  expect(await load.lost(shop.good)).toEqual([]);
}

async function captured(shop: Shop): Promise<unknown> {
  const [status, reason] = (await shop.run("get", "globaltrafficpolicies/shop", "-o", `jsonpath={range .status.conditions[?(@.type=="Captured")]}{.status} {.reason}{end}`)).split(" ");
  return { status, reason };
}

/** A rollout restart, until the last of the pods from before is gone: requests may be lost with it too. */
async function roll({ ground, cluster, load }: Shop, namespace: string, deployments: readonly string[], selector: string): Promise<void> {
  const kubectl = ground.kubectl(cluster);
  const timeoutMs = 330_000;
  const old = (await kubectl.run(["get", "pods", "-n", namespace, "-l", selector, "-o", "name"])).trim().split("\n");
  load.step(`roll ${deployments.join(" and ")}`);
  await kubectl.run(["rollout", "restart", "deployment", ...deployments, "-n", namespace]);
  for (const name of deployments) await kubectl.run(["rollout", "status", `deployment/${name}`, "-n", namespace, "--timeout=300s"], { timeoutMs });
  await kubectl.run(["wait", "--for=delete", ...old, "-n", namespace, "--timeout=300s"], { timeoutMs });
  load.step(`rolled ${deployments.join(" and ")}`);
}
