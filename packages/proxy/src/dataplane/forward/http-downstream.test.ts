import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { TestWorld } from "../test-world.ts";

let world: TestWorld;
beforeEach(() => {
  world = new TestWorld();
});
afterEach(() => world.stop());

test("pipelined requests are answered in their order", async () => {
  let answered = 0;
  const own = await world.backend("own", (request, response) => {
    // The first takes longer than the others.
    if (answered++ === 0) setTimeout(() => response.end(`<${request.url}>`), 20);
    else response.end(`<${request.url}>`);
  });
  world.apply({ local: [own] });
  const client = await world.connect();
  client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nPOST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET /3 HTTP/1.1\r\nHost: h\r\n\r\n");
  const text = await client.until("</3>");
  expect(text.match(/<\/\d>/g)).toEqual(["</1>", "</2>", "</3>"]);
});

test("a refused head gets its answer and the connection ends; nothing is forwarded", async () => {
  let seen = 0;
  world.apply({ local: [await world.backend("own", () => seen++)] });
  const client = await world.connect();
  client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n");
  expect(await client.closed).toBe("end");
  expect(client.text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  expect(client.text).toContain("Connection: close\r\n");
  expect(client.text).toContain('"code":"transfer_encoding_with_content_length"');
  expect(seen).toBe(0);
  expect(world.telemetry().ledger).toMatchObject({ accepted: 0, refused: { transfer_encoding_with_content_length: 1 } });
});

test("a head of 1 MB is answered with 431", async () => {
  world.apply({ local: [await world.backend("own")] });
  const client = await world.connect();
  client.send("GET / HTTP/1.1\r\nHost: h\r\nX: ").send("a".repeat(1_048_576));
  await client.until('"head_too_large"');
  expect(client.text).toMatch(/^HTTP\/1\.1 431 /);
  await client.closed;
});

test("a slow head is answered with 408", async () => {
  let nowMs = 0;
  world.stop();
  world = new TestWorld({ monotonicNow: () => nowMs });
  world.apply({ local: [await world.backend("own")] });
  const client = await world.connect();
  client.send("GET / HTTP/1.1\r\nHost:");
  await world.until(() => world.dataplane.openConnections() === 1);
  // The proxy's clock jumps again and again, since it begins to count when it has read the first bytes.
  const clock = setInterval(() => (nowMs += 11_000), 50);
  await client.until('"head_too_slow"');
  clearInterval(clock);
  expect(client.text).toMatch(/^HTTP\/1\.1 408 /);
});

test("a connection is in use from a request's first byte to its answer's end", async () => {
  let asked: ServerResponse | undefined;
  world.apply({ local: [await world.backend("own", (_, response) => void (asked = response))] });
  const client = await world.connect();
  const use = () => world.dataplane.listening().map(({ openConnections, busyConnections }) => [openConnections, busyConnections]);
  await world.until(() => use()[0]?.[0] === 1);
  expect(use()).toEqual([[1, 0]]);
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  await world.until(() => asked !== undefined);
  expect(use()).toEqual([[1, 1]]);
  asked?.end("late");
  await client.until("late");
  await world.until(() => use()[0]?.[1] === 0);
  expect(use()).toEqual([[1, 0]]);
});

test("100-continue reaches the caller before its body is sent", async () => {
  world.apply({ local: [await world.backend("own", (request, response) => void request.on("data", (bytes: Buffer) => response.end(`got ${bytes.toString()}`)))] });
  const client = await world.connect();
  client.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
  await client.until("HTTP/1.1 100 Continue\r\n\r\n");
  client.send("body");
  expect(await client.until("got body")).toContain("HTTP/1.1 200 OK");
});

test("answers without a body leave the connection in step", async () => {
  const own = await world.backend("own", (request, response) => {
    if (request.url === "/204") response.writeHead(204).end();
    else if (request.url === "/304") response.writeHead(304, { "content-length": "77" }).end();
    else if (request.url === "/103") {
      response.writeEarlyHints({ link: "</a.css>" });
      response.end("late");
    } else response.end("body");
  });
  world.apply({ local: [own] });
  const client = await world.connect();
  for (const line of ["HEAD /", "GET /204", "GET /304", "GET /103"]) client.send(`${line} HTTP/1.1\r\nHost: h\r\n\r\n`);
  const text = await client.until("late");
  expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 204", "HTTP/1.1 304", "HTTP/1.1 103", "HTTP/1.1 200"]);
  expect(text).not.toContain("body");
});

test("HTTP/1.0 is answered without chunks, and the connection ends", async () => {
  world.apply({ local: [await world.backend("own", (_, response) => void (response.write("one "), response.end("two")))] });
  const client = await world.connect();
  client.send("GET / HTTP/1.0\r\nHost: h\r\n\r\n");
  expect(await client.closed).toBe("end");
  expect(client.text).toMatch(/Connection: close\r\n\r\none two$/);
});

test("a chunked body travels both ways with its trailers", async () => {
  const own = await world.backend("own", (request, response) => {
    let body = "";
    request.on("data", (bytes: Buffer) => (body += bytes));
    request.on("end", () => {
      response.writeHead(200, { trailer: "x-out" });
      response.write(`${body} ${request.trailers["x-in"]} ${request.headers["transfer-encoding"]}`);
      response.addTrailers({ "x-out": "yes" });
      response.end();
    });
  });
  world.apply({ local: [own] });
  const client = await world.connect();
  client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n2\r\nde\r\n0\r\nX-In: t\r\nHost: evil\r\n\r\n");
  const text = await client.until("0\r\nx-out: yes\r\n\r\n");
  expect(text).toContain("\r\nabcde t chunked\r\n");
});

test("a broken chunked request never looks whole to the endpoint", async () => {
  let begun = false;
  let whole = false;
  let ended = false;
  const own = await world.backend("own", (request) => {
    begun = true;
    request.resume().on("end", () => (whole = true));
    request.on("error", () => {}).on("close", () => (ended = true));
  });
  world.apply({ local: [own] });
  const client = await world.connect();
  client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
  await world.until(() => begun);
  client.send("zz\r\n");
  await client.until('"bad_request_body"');
  await world.until(() => ended);
  expect(whole).toBe(false);
  expect(world.telemetry().ledger.failed).toEqual({ bad_request_body: 1 });
});

test("the endpoint sees the caller's address, and fields that belong to this hop are gone", async () => {
  const own = await world.backend("own", (request, response) => response.end(JSON.stringify(request.headers)));
  world.apply({ local: [own] });
  const { body } = await world.get(await world.port(), "/", { headers: { host: "web.shop", "x-forwarded-for": "10.0.0.9", "sluice-identity": "me", te: "trailers", connection: "x-mine", "x-mine": "1" } });
  expect(JSON.parse(body)).toEqual({ host: "web.shop", "x-forwarded-for": "10.0.0.9, 127.0.0.1", te: "trailers", connection: "TE" });
});

test("a caller that goes away during its request counts as abandoned, and the endpoint is let go", async () => {
  let seen = false;
  let closed = false;
  const own = await world.backend("own", (request) => {
    seen = true;
    request.on("close", () => (closed = true));
  });
  world.apply({ local: [own] });
  const client = await world.connect();
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  await world.until(() => seen);
  client.socket.destroy();
  await world.until(() => closed);
  expect(world.telemetry().ledger).toMatchObject({ accepted: 1, abandoned: 1 });
});
