import { afterEach, expect, test } from "vitest";
import { clusterKey, TestWorld } from "../test-world.ts";
import type { ProbedExports } from "./gateway-health.ts";

let world: TestWorld;
afterEach(() => world.stop());

test("a gateway is trusted until its first answer, left out when it is unreachable or has no endpoint, and comes back", async () => {
  let answer: () => Promise<ProbedExports | null> = () => new Promise(() => {});
  world = new TestWorld({ probeIntervalMs: 1, probe: () => answer() });
  const other = await world.gateway("other", "/o");
  world.apply({ targets: [["own", 50], ["other", 50]], local: [await world.backend("own")], remotes: [other] });
  const dropped = (): string | undefined => world.telemetry().health.find(({ clusterKey: key }) => key === clusterKey("other"))?.dropped;
  const ready = (count: number) => async (): Promise<ProbedExports> => ({
    clusterKey: clusterKey("other"),
    exports: [{ service: "shop/web", port: 8080, path: "/o", ready: count }],
  });
  expect(dropped()).toBeUndefined();
  world.stop();
  answer = ready(2);
  world = new TestWorld({ probeIntervalMs: 1, probe: () => answer() });
  world.apply({ targets: [["own", 50], ["other", 50]], local: [], remotes: [other] });
  await world.until(() => world.telemetry().health.some(({ readyEndpoints }) => readyEndpoints === 2));
  answer = ready(0);
  await world.until(() => dropped() === "no-ready-endpoints");
  answer = () => Promise.reject(new Error("refused"));
  await world.until(() => dropped() === "unreachable");
  expect(await world.get(await world.port(), "/")).toMatchObject({ status: 503, body: expect.stringContaining("no_healthy_target") });
  answer = ready(1);
  await world.until(() => dropped() === undefined);
  // Another cluster answers there now: as good as nobody.
  answer = async () => ({ clusterKey: clusterKey("stranger"), exports: [] });
  await world.until(() => dropped() === "unreachable");
  answer = async () => null;
  await world.until(() => dropped() === undefined);
});
