import { readFileSync } from "node:fs";
import { leaseMsDefault } from "@sluice/kubernetes/leader-election";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { drainBounds } from "./drain-bounds.ts";

test("a proxy that ends is listed for longer than a dead leader is believed, and ends by itself within its grace period", () => {
  const deployment = parse(readFileSync(new URL("../../../deploy/member/20-proxy.yaml", import.meta.url), "utf8")) as { spec: { template: { spec: { terminationGracePeriodSeconds: number } } } };
  const { unlistMsMax, propagationMs, endMsMax } = drainBounds;
  expect(unlistMsMax).toBeGreaterThan(leaseMsDefault);
  expect(unlistMsMax + propagationMs + endMsMax).toBeLessThan(deployment.spec.template.spec.terminationGracePeriodSeconds * 1_000);
});
