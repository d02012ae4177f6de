import http from "node:http";
import type net from "node:net";
import { afterEach, expect, test } from "vitest";
import type { LocalEndpoint } from "../snapshot.ts";
import type { RawClient } from "./raw-client.ts";
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

/** Whether the connection became one of the tunnels that greet. */
async function upgraded(client: RawClient): Promise<boolean> {
  const head = await client.until("\r\n\r\n").catch(() => "");
  return head.startsWith("HTTP/1.1 101 ") && (await client.until("hello ").then(() => true, () => false));
}

test("tunnels end in every way while policies change, and nothing of them is left", async () => {
  world = new TestWorld();
  let calls = 0;
  const accepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
  const answer = (socket: net.Socket): void => {
    const mood = calls++ % 8;
    if (mood === 0) socket.destroy();
    else if (mood === 1) socket.end("HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    else if (mood === 2) socket.write(accepted.replace("websocket", "h2c"));
    else if (mood === 3) socket.write(accepted, () => socket.resetAndDestroy());
    else if (mood === 4) socket.end(`${accepted}bye`);
    else {
      socket.write(`${accepted}hello `);
      socket.pipe(socket);
    }
  };
  const moody = (name: string): Promise<LocalEndpoint> => world.rawBackend(name, (socket) => void socket.once("data", () => answer(socket)), { allowHalfOpen: true });
  const local = [await moody("a"), await moody("b"), await world.deadEndpoint("dead")];
  const remotes = [{ ...(await world.gateway("other", "/o")), port: (await moody("other")).port }];
  const port = await (world.apply({ local, remotes }), world.port());
  const echoed: boolean[] = [];
  const calling = Array.from({ length: 200 }, async (_, index) => {
    if (index % 20 === 0) world.apply({ local: index % 40 === 0 ? local : local.slice(1), remotes, generation: index, targets: [["own", 1 + index], ["other", 100]], passLocal: index % 60 === 0 });
    const client = await world.connect(port);
    const sent = `${index} `.repeat(index * 50);
    client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    if (index % 7 === 0) client.socket.resetAndDestroy();
    else if (await upgraded(client)) {
      client.send(sent);
      if (index % 3 === 0) client.socket.destroy();
      else {
        client.socket.end();
        await client.closed;
        echoed.push(client.text.endsWith(`\r\n\r\nhello ${sent}`));
      }
    } else client.socket.destroy();
    world.checkLedgers();
  });
  await Promise.all(calling);
  await world.until(() => world.dataplane.openConnections() === 0);
  const { ledger, targets } = world.telemetry();
  expect(echoed.length).toBeGreaterThan(20);
  expect(echoed).not.toContain(false);
  expect(ledger).toMatchObject({ inFlight: 0, abandoned: expect.any(Number), failed: { bad_response: expect.any(Number) } });
  expect(targets.reduce((sum, { tunnels }) => sum + tunnels, 0)).toBeGreaterThan(echoed.length);
  expect(targets.every(({ inFlight, openTunnels }) => inFlight === 0 && openTunnels === 0)).toBe(true);
});
