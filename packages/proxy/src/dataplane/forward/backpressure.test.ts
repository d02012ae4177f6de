import { afterEach, beforeEach, expect, test } from "vitest";
import { TestWorld } from "../test-world.ts";

let world: TestWorld;
beforeEach(() => {
  world = new TestWorld();
});
afterEach(() => world.stop());

/** More than the system's buffers of two loopback connections can hold. */
const bytesMany = 32 * 1_048_576;
const piece = Buffer.alloc(65_536, "a");

test("a caller that reads slowly holds the endpoint back, and then gets everything", async () => {
  let written = 0;
  const own = await world.backend("own", (_, response) => {
    response.writeHead(200, { "content-length": bytesMany });
    const more = (): void => {
      while (written < bytesMany) {
        written += piece.length;
        if (!response.write(piece)) return void response.once("drain", more);
      }
      response.end();
    };
    more();
  });
  world.apply({ local: [own] });
  const client = await world.connect();
  client.socket.pause();
  client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  await steady(() => written);
  expect(written).toBeLessThan(bytesMany / 2);
  let received = 0;
  client.socket.removeAllListeners("data");
  client.socket.on("data", (bytes: Buffer) => (received += bytes.length));
  client.socket.resume();
  expect(await client.closed).toBe("end");
  expect(received).toBeGreaterThan(bytesMany);
  expect(received).toBeLessThan(bytesMany + 1_000);
});

test("an endpoint that reads slowly holds the caller back, and then gets everything", async () => {
  let received = 0;
  let begin = (): void => {};
  const own = await world.backend("own", (request, response) => {
    request.pause();
    begin = () => request.on("data", (bytes: Buffer) => (received += bytes.length)).on("end", () => response.end("done")).resume();
  });
  world.apply({ local: [own] });
  const client = await world.connect();
  client.send(`POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ${bytesMany}\r\n\r\n`);
  let written = 0;
  const more = (): void => {
    while (written < bytesMany) {
      written += piece.length;
      if (!client.socket.write(piece)) return void client.socket.once("drain", more);
    }
  };
  more();
  await steady(() => written);
  expect(written).toBeLessThan(bytesMany / 2);
  begin();
  await client.until("done");
  expect(received).toBe(bytesMany);
  expect(world.telemetry().targets[0]).toMatchObject({ bytesReceived: bytesMany, bytesSent: 4 });
});

/** Resolves when `value` has stopped growing. */
async function steady(value: () => number): Promise<void> {
  let same = 0;
  for (let before = -1; same < 20; await new Promise((resolve) => setTimeout(resolve, 5))) {
    same = before === value() && before > 0 ? same + 1 : 0;
    before = value();
  }
}
