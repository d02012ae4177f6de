import http from "node:http";
import { afterEach, expect, test } from "vitest";
import { TestWorld } from "./test-world.ts";

let world: TestWorld;
afterEach(() => world.stop());

test("draining loses no request: those under way end, later ones are told to close, idle connections end last", async () => {
  let nowMs = 0;
  world = new TestWorld({ drainIdleMs: 5_000, drainMsMax: 20_000, monotonicNow: () => nowMs });
  const held: http.ServerResponse[] = [];
  world.apply({ local: [await world.backend("own", (request, response) => (request.url === "/held" ? held.push(response) : response.end("quick")))] });
  const port = await world.port();
  const idle = await world.connect();
  idle.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  await idle.until("quick");
  const late = await world.connect();
  late.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  await late.until("quick");
  const underWay = world.get(port, "/held", { agent: new http.Agent({ keepAlive: true }) });
  await world.until(() => held.length === 1);
  let done = false;
  const drained = world.dataplane.drain().then(() => (done = true));
  // A kept connection and a new one are both served, and told to close.
  late.text = "";
  late.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  expect(await late.until("quick")).toContain("Connection: close\r\n");
  expect(await late.closed).toBe("end");
  expect((await world.get(port, "/")).headers.connection).toBe("close");
  nowMs = 5_000;
  expect(await idle.closed).toBe("end");
  expect(done).toBe(false);
  held[0]?.end("at last");
  expect(await underWay).toMatchObject({ body: "at last", headers: { "content-length": "7" } });
  await drained;
  await expect(world.get(port, "/")).rejects.toThrow(/ECONNREFUSED/);
  expect(world.telemetry().ledger).toMatchObject({ accepted: 5, answered: 5, abandoned: 0, failed: {} });
});

test("what does not end within the bound is cut off", async () => {
  world = new TestWorld({ drainIdleMs: 0, drainMsMax: 50 });
  world.apply({ local: [await world.backend("own", () => {})] });
  const client = await world.connect();
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  await world.until(() => world.telemetry().ledger.inFlight === 1);
  await world.dataplane.drain();
  expect(await client.closed).toBe("reset");
  expect(world.telemetry().ledger).toMatchObject({ accepted: 1, abandoned: 1 });
});
