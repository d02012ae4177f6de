import { expect, test } from "vitest";
import { eventually } from "../../ground/eventually.ts";
import { endCallers, givenCallerByAddress, givenCallers } from "../../story/callers.ts";
import { givenExportedHttpbin, givenPolicy } from "../../story/story.ts";
import { allKills } from "./all-kills.ts";
import { carryOutKill, far, near, untilWhole } from "./kill.ts";
import type { KillGround } from "./victims.ts";

/** Kills under load, `times` each: what callers got is what docs/failure-modes.md promises. */
export function killScenarios(theGround: () => KillGround | undefined, times: number): void {
  test("kills under load: callers lose what docs/failure-modes.md says", { timeout: 300_000 + times * 1_500_000 }, async ({ skip }) => {
    if (times === 0) skip("they take long: npm run soak carries them out");
    const ground = theGround() ?? skip("only processes of our own clusters can be killed");
    await givenExportedHttpbin(ground);
    await scaleHttpbin(ground, 2);
    await givenPolicy(ground, near, "ActiveActive", [{ cluster: near, weight: 50 }, { cluster: far, weight: 50 }]);
    await givenCallers(ground, near);
    await givenCallerByAddress(ground, near);
    await untilWhole(ground);
    const wrong: string[] = [];
    for (let time = 0; time < times; time += 1) {
      if (time > 0) await renewPods(ground);
      for (const kill of allKills(ground)) {
        try {
          console.info(JSON.stringify(await carryOutKill(ground, kill)));
        } catch (error) {
          wrong.push(`${kill.name}: ${String(error)}`);
          console.info(wrong.at(-1));
        }
      }
    }
    await endCallers(ground, near);
    await scaleHttpbin(ground, 1);
    expect(wrong).toEqual([]);
  });
}

/** The kubelet lets a container that died often wait for ever longer: all that the kills are aimed at begins anew. */
async function renewPods(ground: KillGround): Promise<void> {
  for (const [cluster, namespace, deployment] of [[near, "sluice-system", "sluice-proxy"], [far, "sluice-system", "sluice-proxy"], [near, "kube-system", "coredns"], [near, "httpbin", "httpbin"], ["control-plane", "sluice-system", "sluice"]] as const) {
    await ground.kubectl(cluster).run(["rollout", "restart", `deployment/${deployment}`, "-n", namespace]);
    await ground.kubectl(cluster).run(["rollout", "status", `deployment/${deployment}`, "-n", namespace, "--timeout=240s"], { timeoutMs: 250_000 });
  }
  await untilWhole(ground);
}

async function scaleHttpbin(ground: KillGround, replicas: number): Promise<void> {
  for (const cluster of [near, far]) {
    await ground.kubectl(cluster).run(["scale", "deployment", "httpbin", "-n", "httpbin", "--replicas", String(replicas)]);
    await eventually(`${replicas} pods of httpbin in ${cluster}`, async () => {
      const ready = await ground.kubectl(cluster).run(["get", "pods", "-n", "httpbin", "-l", "app=pipy", "-o", "jsonpath={.items[*].status.containerStatuses[*].ready}"]);
      expect(ready.split(" ")).toEqual(Array.from({ length: replicas }, () => "true"));
    }, 180_000);
  }
}
