import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startPeerProbes } from "./probe-peers.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function start(ownAddress = "10.0.0.1") {
  const silent = new Set<string>();
  const asked: string[] = [];
  const peers = startPeerProbes({
    ownAddress,
    now: Date.now,
    probe: async (address) => {
      asked.push(address);
      if (silent.has(address)) throw new Error("refused");
    },
  });
  return { peers, silent, asked };
}

test("a peer that falls silent is unreachable after 3 s, and reachable with its next answer", async () => {
  const { peers, silent } = start();
  peers.setPeers(["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
  expect(peers.reports()).toEqual([]);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(peers.reports()).toEqual([{ address: "10.0.0.2", reachable: true }, { address: "10.0.0.3", reachable: true }]);
  silent.add("10.0.0.3");
  await vi.advanceTimersByTimeAsync(2_900);
  expect(peers.reports()[1]).toEqual({ address: "10.0.0.3", reachable: true });
  await vi.advanceTimersByTimeAsync(200);
  expect(peers.reports()).toEqual([{ address: "10.0.0.2", reachable: true }, { address: "10.0.0.3", reachable: false }]);
  silent.clear();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(peers.reports()[1]).toEqual({ address: "10.0.0.3", reachable: true });
  peers.setPeers(["10.0.0.2"]);
  expect(peers.reports()).toEqual([{ address: "10.0.0.2", reachable: true }]);
  peers.stop();
});

test("each of many asks 8, and each is asked by 8", async () => {
  const addresses = Array.from({ length: 20 }, (_, at) => `10.0.1.${String(at).padStart(2, "0")}`);
  const times = new Map<string, number>();
  for (const own of addresses) {
    const { peers, asked } = start(own);
    peers.setPeers(addresses);
    await vi.advanceTimersByTimeAsync(1_000);
    peers.stop();
    for (const address of asked) times.set(address, (times.get(address) ?? 0) + 1);
  }
  expect(new Set(times.values())).toEqual(new Set([8]));
  expect(times.size).toBe(20);
});
