import type { ProxySnapshot } from "@sluice/shared/telemetry/proxy-snapshot";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startProxyPoller } from "./poll-proxies.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const snapshot = (listening: boolean, openConnections = 0): ProxySnapshot => ({
  clusterKey: "k",
  incarnation: "i",
  pod: "p",
  services: [{ service: "shop/web", uid: "u", policy: null, ports: [{ port: 80, listenPort: 10_000, listening, openConnections, passLocal: true, requested: { mode: "Locality" }, effective: { targets: [], dropped: [] }, local: 0, remotes: [] }] }],
});

test("tells what changed, hurries on demand, and gives a silent proxy up after 3 s", async () => {
  let answer: ProxySnapshot | undefined = snapshot(false);
  let asked = 0;
  const changes: (readonly string[] | "all")[] = [];
  const poller = startProxyPoller({
    proxies: () => [{ uid: "1", ip: "127.0.0.1" }],
    fetchSnapshot: async () => {
      asked++;
      if (answer === undefined) throw new Error("refused");
      return answer;
    },
    onChange: (services) => changes.push(services),
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(changes).toEqual(["all"]);
  expect(poller.isReachable("1")).toBe(true);
  await vi.advanceTimersByTimeAsync(1_900);
  expect(asked).toBe(1);

  answer = snapshot(true, 3);
  poller.hurry();
  await vi.advanceTimersByTimeAsync(100);
  expect(changes).toEqual(["all", ["shop/web"]]);
  expect(poller.openConnections(10_000)).toBe(3);
  answer = snapshot(true, 2);
  await vi.advanceTimersByTimeAsync(100);
  expect(changes).toHaveLength(2);

  answer = undefined;
  await vi.advanceTimersByTimeAsync(2_500);
  expect(poller.isReachable("1")).toBe(true);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(poller.isReachable("1")).toBe(false);
  expect(changes.at(-1)).toBe("all");
  expect(poller.service("1", "shop/web")?.ports[0]?.listening).toBe(true);
  poller.stop();
  const before = asked;
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked).toBe(before);
});
