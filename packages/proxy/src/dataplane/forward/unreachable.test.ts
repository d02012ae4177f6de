import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { clusterKey, TestWorld } from "../test-world.ts";

let world: TestWorld;
let reachable: boolean;
beforeEach(() => {
  reachable = true;
  const answer = { clusterKey: clusterKey("other"), exports: [{ service: "shop/web", port: 8080, path: "/o", ready: 1 }] };
  world = new TestWorld({ probeIntervalMs: 1, probe: () => (reachable ? Promise.resolve(answer) : Promise.reject(new Error("it does not answer"))) });
});
afterEach(() => world.stop());

/** A gateway that takes requests and answers none until `go`. */
async function hungGateway(): Promise<{ asked: () => number; go: () => void }> {
  const held: ServerResponse[] = [];
  const remote = await world.gateway("other", "/o", (request, response) => void request.resume().on("end", () => held.push(response)));
  world.apply({ targets: [["own", 1], ["other", 1_000_000]], local: [await world.backend("own")], remotes: [remote] });
  return { asked: () => held.length, go: () => held.forEach((response) => response.end("late")) };
}

test("what waits for a gateway that can't be reached any more is answered by another cluster, if it may be sent twice", async () => {
  const { asked, go } = await hungGateway();
  const port = await world.port();
  const gets = [1, 2, 3].map((each) => world.get(port, `/${each}`));
  const posted = world.get(port, "/", { method: "POST", headers: { "content-length": 4 } }, "body");
  await world.until(() => asked() === 4);
  reachable = false;
  expect((await Promise.all(gets)).map(({ body }) => body).toSorted()).toEqual(["own GET /1", "own GET /2", "own GET /3"]);
  expect(world.telemetry().ledger).toMatchObject({ answered: 3, inFlight: 1, failed: {} });
  expect(world.telemetry().targets.find(({ clusterKey: key }) => key === clusterKey("other"))).toMatchObject({ requests: 3, attemptFailures: 3 });
  go();
  expect(await posted).toMatchObject({ status: 200, body: "late" });
});

test("more of them than may be sent twice at once follow one after the other", async () => {
  const { asked } = await hungGateway();
  const port = await world.port();
  const gets = Array.from({ length: 30 }, (_, each) => world.get(port, `/${each}`));
  await world.until(() => asked() === gets.length);
  reachable = false;
  expect((await Promise.all(gets)).filter(({ body }) => !body.startsWith("own GET "))).toEqual([]);
});

test("with nowhere else to go it waits on, and what was answered before is not asked again", async () => {
  const { asked, go } = await hungGateway();
  const remote = world.dataplane.table.snapshot?.services.get("shop/web")?.ports[0]?.remotes[0];
  world.apply({ targets: [["other", 1]], local: [], remotes: remote === undefined ? [] : [remote] });
  const port = await world.port();
  const first = world.get(port, "/first");
  await world.until(() => asked() === 1);
  go();
  expect(await first).toMatchObject({ body: "late" });
  const second = world.get(port, "/second");
  await world.until(() => asked() === 2);
  reachable = false;
  await world.until(() => world.telemetry().health.some(({ dropped }) => dropped === "unreachable"));
  go();
  expect(await second).toMatchObject({ status: 200, body: "late" });
  expect(asked()).toBe(2);
});

test("a WebSocket that is open to it is left as it is", async () => {
  const { port } = await world.rawBackend("other", (socket) => {
    socket.once("data", () => {
      socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
      socket.pipe(socket);
    });
  });
  world.apply({ targets: [["own", 1], ["other", 1_000_000]], local: [await world.backend("own")], remotes: [{ clusterKey: clusterKey("other"), host: "127.0.0.1", ip: "127.0.0.1", port, path: "/o" }] });
  const client = await world.connect();
  await client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n").until("\r\n\r\n");
  reachable = false;
  await world.until(() => world.telemetry().health.some(({ dropped }) => dropped === "unreachable"));
  expect(await client.send("still here").until("still here")).not.toContain("own GET");
  expect(world.telemetry().targets.find(({ clusterKey: key }) => key === clusterKey("other"))).toMatchObject({ attempts: 1, openTunnels: 1 });
});
