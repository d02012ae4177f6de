import net from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TestWorld } from "../test-world.ts";

let world: TestWorld;
beforeEach(() => {
  world = new TestWorld();
});
afterEach(() => world.stop());

async function echo(name: string): Promise<{ ip: string; port: number; pod: string }> {
  const port = await world.listen(net.createServer({ allowHalfOpen: true }, (socket) => socket.on("error", () => {}).pipe(socket)));
  return { ip: "127.0.0.1", port, pod: name };
}

test("bytes travel both ways, and each half ends by itself", async () => {
  world.apply({ protocol: "tcp", local: [await echo("own")] });
  const client = await world.connect();
  client.send("hello");
  await client.until("hello");
  client.socket.end(" world");
  expect(await client.closed).toBe("end");
  expect(client.text).toBe("hello world");
});

test("an endpoint that cannot be dialled is passed over", async () => {
  world.apply({ protocol: "tcp", local: [await world.deadEndpoint("dead"), await echo("own")] });
  for (let round = 0; round < 4; round++) expect(await (await world.connect()).send("x").until("x")).toBe("x");
});

test("with no endpoint the connection is reset", async () => {
  world.apply({ protocol: "tcp", local: [await world.deadEndpoint("dead")] });
  expect(await (await world.connect()).closed).toBe("reset");
});

test("where there is no endpoint at all the connection is reset, and is not open any more", async () => {
  world.apply({ protocol: "tcp", local: [] });
  expect(await (await world.connect()).closed).toBe("reset");
  expect(world.dataplane.openConnections()).toBe(0);
});

test("a reset is passed on as a reset", async () => {
  const own = await world.rawBackend("own", (socket) => void socket.once("data", () => socket.resetAndDestroy()));
  world.apply({ protocol: "tcp", local: [own] });
  expect(await (await world.connect()).send("x").closed).toBe("reset");
});

test("TLS on an HTTP port is passed through to the endpoint", async () => {
  world.apply({ local: [await echo("own")] });
  expect(await (await world.connect()).send("\x16\x03\x01hello").until("hello")).toBe("\x16\x03\x01hello");
});
