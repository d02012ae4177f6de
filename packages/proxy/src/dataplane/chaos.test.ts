import http from "node:http";
import { afterEach, expect, test } from "vitest";
import type { LocalEndpoint } from "../snapshot.ts";
import { TestWorld } from "./test-world.ts";

let world: TestWorld;
afterEach(() => world.stop());

test("the books balance while endpoints fail in every way, callers leave and policies change", async () => {
  world = new TestWorld();
  let calls = 0;
  const moody = (name: string): Promise<LocalEndpoint> =>
    world.backend(name, (request, response) => {
      const mood = calls++ % 9;
      if (mood === 0) request.socket.destroy();
      else if (mood === 1) response.writeHead(503).end("busy");
      else if (mood === 2) void response.writeHead(200, { "content-length": 1_000 }).write("part", () => request.socket.resetAndDestroy());
      else if (mood === 3) setTimeout(() => response.end("late"), 10);
      else if (mood === 4) response.end("early");
      else request.resume().on("end", () => response.end("x".repeat(20_000)));
    });
  const local = [await moody("a"), await moody("b"), await world.deadEndpoint("dead")];
  const remotes = [{ ...(await world.gateway("other", "/o")), port: (await moody("other")).port }];
  const port = await (world.apply({ local, remotes }), world.port());
  const agent = new http.Agent({ keepAlive: true, maxSockets: 16 });
  let ended = 0;
  const calling = Array.from({ length: 600 }, async (_, index) => {
    if (index % 50 === 0) world.apply({ local: index % 100 === 0 ? local : local.slice(1), remotes, generation: index, targets: [["own", 1 + index], ["other", 100]], passLocal: index % 150 === 0 });
    const method = ["GET", "POST", "PUT"][index % 3] as string;
    const signal = index % 20 === 0 ? AbortSignal.timeout(5) : undefined;
    await world.get(port, "/", { agent, method, ...(signal && { signal }) }, method === "GET" ? undefined : "b".repeat(index * 40)).catch(() => {});
    ended++;
    world.checkLedgers();
  });
  await Promise.all(calling);
  agent.destroy();
  await world.until(() => world.telemetry().ledger.inFlight === 0);
  const { ledger, targets } = world.telemetry();
  expect(ended).toBe(600);
  expect(ledger.answered).toBeGreaterThan(200);
  expect(Object.keys(ledger.failed)).toContain("upstream_truncated");
  const requests = targets.reduce((sum, target) => sum + target.requests, 0);
  expect(requests).toBe(ledger.accepted);
  expect(targets.every(({ inFlight }) => inFlight === 0)).toBe(true);
});
