import { afterEach, beforeEach, expect, test } from "vitest";
import { TestWorld } from "../test-world.ts";

let world: TestWorld;
beforeEach(() => {
  world = new TestWorld();
});
afterEach(() => world.stop());

const request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

test.each([
  ["a body shorter than its length", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart"],
  ["a chunked body without its end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\n"],
  ["a chunked body that is malformed", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npart\r\nzz\r\n"],
])("%s resets the caller's connection", async (_, answer) => {
  const own = await world.rawBackend("own", (socket) => void socket.once("data", () => socket.end(answer)));
  world.apply({ local: [own] });
  const client = await world.connect();
  client.send(request);
  expect(await client.closed).toBe("reset");
  expect(client.text).not.toContain("\r\n0\r\n\r\n");
  expect(world.telemetry().ledger.failed).toEqual({ upstream_truncated: 1 });
  expect(world.telemetry().latest).toEqual([[0, "r/z/g/own", 0]]);
});

test("a body that ends with the connection is whole, and is chunked for the caller", async () => {
  const own = await world.rawBackend("own", (socket) => void socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\n\r\nwhole")));
  world.apply({ local: [own] });
  const client = await world.connect();
  client.send(request);
  expect(await client.until("0\r\n\r\n")).toContain("Transfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n0\r\n\r\n");
});

test("a body that should end with the connection and is reset does not look whole", async () => {
  const own = await world.rawBackend("own", (socket) => void socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\n\r\npart")));
  world.apply({ local: [own] });
  const client = await world.connect();
  client.send(request);
  await client.until("part");
  world.resetSockets(own.port);
  expect(await client.closed).toBe("reset");
});

test.each([
  ["both framings", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"],
  ["no HTTP at all", "220 smtp ready\r\n\r\n"],
  ["an unasked 101", "HTTP/1.1 101 Switching Protocols\r\n\r\n"],
  ["a head over 64 KiB", `HTTP/1.1 200 OK\r\nX: ${"a".repeat(70_000)}\r\n\r\n`],
])("%s from the endpoint is a 502", async (_, answer) => {
  const own = await world.rawBackend("own", (socket) => void socket.once("data", () => socket.write(answer)));
  world.apply({ local: [own] });
  const { status, body, headers } = await world.get(await world.port(), "/");
  expect([status, JSON.parse(body)]).toEqual([502, { code: "bad_response", message: expect.any(String), service: "shop/web", target: "r/z/g/own" }]);
  expect(headers["proxy-status"]).toBe('sluice; error=http_protocol_error; details="bad_response"');
});

test("a proxy that is stopped during an answer is seen by the caller", async () => {
  const own = await world.rawBackend("own", (socket) => void socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\npart")));
  world.apply({ local: [own] });
  const client = await world.connect();
  client.send(request);
  await client.until("part");
  world.dataplane.stop();
  expect(await client.closed).toBe("reset");
});

test("an answer before the request's body has ended is passed on, and neither connection is used again", async () => {
  let connections = 0;
  const own = await world.rawBackend("own", (socket) => {
    connections++;
    socket.once("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nearly"));
  });
  world.apply({ local: [own] });
  const client = await world.connect();
  client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nbegin");
  await client.until("early");
  expect(await client.closed).toBe("end");
  await world.get(await world.port(), "/");
  expect(connections).toBe(2);
});

test("bytes that nobody asked for end a pooled connection", async () => {
  let connections = 0;
  const own = await world.rawBackend("own", (socket) => {
    const number = ++connections;
    socket.on("data", () => socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${number}${number === 1 ? "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison" : ""}`));
  });
  world.apply({ local: [own] });
  const port = await world.port();
  expect((await world.get(port, "/")).body).toBe("1");
  expect((await world.get(port, "/")).body).toBe("2");
  expect((await world.get(port, "/")).body).toBe("2");
});
