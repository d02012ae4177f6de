import { expect } from "vitest";
import { type Shop, stands } from "./shop.ts";

const kinds = ["app=shop", "app.kubernetes.io/name=sluice-proxy", "app.kubernetes.io/name=sluice-attach"];
const system = "sluice-system";
const timeoutMs = 330_000;

/** The node of the shop's cluster that callers are not on, undefined where there is no other. */
export async function otherNode({ ground, cluster, load }: Shop): Promise<string | undefined> {
  const names = (await ground.kubectl(cluster).run(["get", "nodes", "-o", "jsonpath={.items[*].metadata.name}"])).split(" ");
  return names.find((name) => name !== load.node);
}

/**
 * A node is drained while it has both proxies, both attachment controllers and all of the service's pods, as the other one was
 * before to bring them there. Evictions wait for one another as the disruption budgets ask, and nothing is lost.
 */
export async function drainScenario(shop: Shop, node: string): Promise<void> {
  const { load, ground, cluster } = shop;
  const kubectl = ground.kubectl(cluster);
  /** Answers what was said, as of evictions that had to wait. */
  const drain = async (name: string, ...only: string[]) => {
    const { code, stderr } = await kubectl.try(["drain", name, ...only, "--ignore-daemonsets", "--delete-emptydir-data", "--timeout=300s"], { timeoutMs });
    if (code !== 0) throw new Error(`the drain of ${name} ended with ${code}: ${stderr}`);
    return stderr;
  };
  await shop.policy("ActiveActive", 50);
  await load.renew();
  await load.mark();
  try {
    load.step(`drain ${load.node} of proxies, attachment controllers and the service's pods`);
    await Promise.all(kinds.map((selector) => drain(load.node, `--pod-selector=${selector}`)));
    for (const namespace of [shop.namespace, system]) await kubectl.run(["wait", "--for=condition=Available", "deployments", "--all", "-n", namespace, "--timeout=300s"], { timeoutMs });
    await kubectl.run(["uncordon", load.node]);
    load.step(`drain ${node}`);
    const said = await drain(node);
    load.step("drained");
    const held = [...said.matchAll(/pods\/"(sluice-proxy|sluice-attach|left|right)-.*disruption budget/g)].map(([, name = ""]) => (stands.includes(name) ? "shop" : name));
    const unheld = ["shop", "sluice-proxy", "sluice-attach"].filter((name) => !held.includes(name));
    expect(unheld.map((name) => `no budget held back the second pod of ${name}: ${said}`)).toEqual([]);
  } finally {
    await kubectl.run(["uncordon", load.node, node]);
  }
  expect(await shop.stage()).toBe("Inline");
  expect(await load.lost(shop.good)).toEqual([]);
}
