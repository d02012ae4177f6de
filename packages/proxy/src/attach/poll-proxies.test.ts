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

test("peers decide by majority whether a proxy can be reached; one that does not answer has no say", async () => {
  const reach = new Map<string, Record<string, boolean> | undefined>([
    ["10.0.0.1", { "10.0.0.2": true, "10.0.0.3": true }],
    ["10.0.0.2", { "10.0.0.1": true, "10.0.0.3": false }],
    ["10.0.0.3", { "10.0.0.1": false, "10.0.0.2": false }],
  ]);
  const changes: (readonly string[] | "all")[] = [];
  const poller = startProxyPoller({
    proxies: () => [...reach.keys()].map((ip, at) => ({ uid: String(at + 1), ip })),
    fetchSnapshot: async ({ ip }) => {
      const views = reach.get(ip);
      if (views === undefined) throw new Error("refused");
      return { ...snapshot(true), peers: Object.entries(views).map(([address, reachable]) => ({ address, reachable })) };
    },
    onChange: (services) => changes.push(services),
  });
  const reachable = () => ["1", "2", "3"].filter((uid) => poller.isReachable(uid));
  await vi.advanceTimersByTimeAsync(0);
  // Each is missed by one of two at most, and answers the controller.
  expect(reachable()).toEqual(["1", "2", "3"]);

  // Nobody reaches the third, though the controller does.
  reach.set("10.0.0.1", { "10.0.0.2": true, "10.0.0.3": false });
  changes.length = 0;
  await vi.advanceTimersByTimeAsync(2_000);
  expect(reachable()).toEqual(["1", "2"]);
  expect(changes).toContain("all");

  // Everybody reaches the third again, but the controller does not: it stays, and its own view of the others is gone.
  reach.set("10.0.0.1", { "10.0.0.2": false, "10.0.0.3": true });
  reach.set("10.0.0.2", { "10.0.0.1": true, "10.0.0.3": true });
  reach.set("10.0.0.3", undefined);
  await vi.advanceTimersByTimeAsync(6_000);
  expect(reachable()).toEqual(["1", "3"]);
  poller.stop();
});
