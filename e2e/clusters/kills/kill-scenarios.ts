import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { eventually } from "../../ground/eventually.ts";
import { endCallers, givenCallerByAddress, givenCallers } from "../../story/callers.ts";
import { givenExportedHttpbin, givenPolicy } from "../../story/story.ts";
import type { Sheet } from "../soak/sheet.ts";
import { allKills } from "./all-kills.ts";
import { brokenPromises, carryOutKill, far, near, untilWhole } from "./kill.ts";
import type { KillGround } from "./victims.ts";

/** Kills under load, `times` each: what callers got is what docs/failure-modes.md promises, and is put down on the sheet. */
export function killScenarios(theGround: () => KillGround | undefined, times: number, sheet: Sheet): void {
  describe("kills under load: callers lose what docs/failure-modes.md says", () => {
    /** Undefined: what is not ours we can't kill. */
    let ground: KillGround | undefined;
    let whole = true;
    beforeAll(async () => {
      ground = theGround();
      if (ground === undefined) return;
      await givenExportedHttpbin(ground);
      await scaleHttpbin(ground, 2);
      await givenPolicy(ground, near, "ActiveActive", [{ cluster: near, weight: 50 }, { cluster: far, weight: 50 }]);
      await givenCallers(ground, near);
      await givenCallerByAddress(ground, near);
      await untilWhole(ground);
    }, 600_000);
    afterAll(async () => {
      if (ground === undefined) return;
      await endCallers(ground, near);
      await scaleHttpbin(ground, 1);
    }, 600_000);

    describe.for(Array.from({ length: times }, (_, index) => index + 1))("time %i", (time) => {
      beforeAll(async () => {
        if (time > 1 && ground !== undefined) await renewPods(ground);
      }, 1_500_000);

      test.for(allKills.map((kill) => [kill.name, kill] as const))("%s", { timeout: 900_000 }, async ([, kill], { skip }): Promise<void> => {
        if (ground === undefined) return skip("only processes of our own clusters can be killed");
        // After one that went wrong: what is not whole is not killed again, and need not be waited for long.
        if (!whole) await untilWhole(ground, 60_000);
        whole = false;
        const figures = await carryOutKill(ground, kill).catch((error: unknown) => {
          sheet.kill({ kill: kill.name });
          throw error;
        });
        whole = true;
        console.info(JSON.stringify(figures));
        sheet.kill({ kill: kill.name, got: figures });
        expect(brokenPromises(kill.promise, figures)).toEqual([]);
      });
    });
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
