import { expect } from "vitest";
import { givenUpMs } from "./load.ts";
import { anyOf, type Shop } from "./shop.ts";

/**
 * To no pods and back in every stage. Detached, callers get what they get without Sluice. In Standby the other cluster answers
 * once the pods are gone; kube-proxy sends to the last ones until it hears that they are, so what is sent then may get no
 * answer, as without Sluice. Inline nothing is lost at all. Nobody answers on the port that only this cluster has, as long as it
 * has no pod.
 */
export async function scaleScenario(shop: Shop): Promise<void> {
  const { load, cluster, other } = shop;
  const without = `${shop.hostOf("local")} error: ECONN(?:RESET|REFUSED)`;
  const byOther = anyOf([shop.answers([other], "http"), shop.answers([other], "admin"), without]);
  const byOwn = anyOf([shop.answers([cluster], "http"), shop.answers([cluster], "admin"), shop.answers([cluster], "local")]);
  const either = new RegExp(`${shop.good.source}|^${without}$`);

  await shop.policy("Locality");
  await shop.scale(0);
  await shop.scale(1);
  await load.untilOnly("Detached, the pods answer again", byOwn, givenUpMs);

  await shop.policy("FailOver");
  expect(await shop.stage()).toBe("Standby");
  expect(await load.lost(byOwn)).toEqual([]);
  await shop.scale(0);
  await load.untilOnly("in Standby and without pods, the other cluster answers", byOther, givenUpMs);
  await shop.scale(1);
  expect(await load.lost(either)).toEqual([]);
  await load.untilOnly("in Standby, the pods answer again", byOwn);

  await shop.policy("ActiveActive", 50);
  expect(await shop.stage()).toBe("Inline");
  await load.renew();
  expect(await load.lost(shop.good)).toEqual([]);
  await load.mark();
  await shop.scale(0);
  expect(await load.lost(either)).toEqual([]);
  await load.untilOnly("Inline and without pods, the other cluster answers", byOther);
  await shop.scale(1);
  expect(await load.lost(either)).toEqual([]);
  await load.untilOnly("Inline, both clusters answer again", shop.good);
  await shop.policy("Locality");
  expect(await load.lost(shop.good)).toEqual([]);
}
