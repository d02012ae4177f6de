import { expect } from "vitest";
import type { Shop } from "./shop.ts";

const removal = JSON.stringify([{ op: "remove", path: "/spec/selector/sluice.dev~1inline" }]);

/** Somebody takes the key out of the selector, and again: the proxies step out, say who it was and when, and nothing is lost. */
export async function contestScenario(shop: Shop): Promise<void> {
  const { load } = shop;
  await shop.policy("ActiveActive", 50);
  await load.mark();
  for (const time of ["first", "second"]) {
    load.step(`the selector is reset for the ${time} time`);
    await shop.run("patch", "service/shop", "--type=json", "--field-manager=somebody", "-p", removal);
    if (time === "first") await shop.run("wait", `--for=jsonpath={.spec.selector.sluice\\.dev/inline}=true`, "service/shop", "--timeout=120s");
  }
  await shop.run("wait", "--for=jsonpath={.status.attachment}=Detached", "globaltrafficpolicies/shop", "--timeout=320s");
  const [reason, ...message] = (await shop.run("get", "globaltrafficpolicies/shop", "-o", `jsonpath={range .status.conditions[?(@.type=="Enforced")]}{.reason} {.message}{end}`)).split(" ");
  expect(reason).toBe("SelectorContested");
  expect(message.join(" ")).toMatch(/^somebody reset the selector 2 times, last at \d{4}-\d\d-\d\dT/);
  expect(await shop.run("get", "service/shop", "-o", "jsonpath={.spec.selector}")).toBe(JSON.stringify({ app: "shop" }));
  await shop.policy("Locality");
  expect(await load.lost(shop.good)).toEqual([]);
}
