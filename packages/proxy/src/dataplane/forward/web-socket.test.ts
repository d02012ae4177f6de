import type net from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LocalEndpoint } from "../../snapshot.ts";
import type { RawClient } from "../raw-client.ts";
import { clusterKey, exportAt, TestWorld } from "../test-world.ts";

let world: TestWorld;
let other: TestWorld | null;
beforeEach(() => {
  world = new TestWorld();
  other = null;
});
afterEach(() => {
  world.stop();
  other?.stop();
});

const handshake = "GET /chat HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\nSec-WebSocket-Version: 13\r\n\r\n";
const accepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: upgrade\r\nSec-WebSocket-Accept: a\r\n\r\n";

/** An endpoint that waits for a head and then calls `answer`, with the socket and the head. */
function endpoint(answer: (socket: net.Socket, head: string) => void, name = "own"): Promise<LocalEndpoint> {
  return world.rawBackend(
    name,
    (socket) => {
      let text = "";
      const onData = (bytes: Buffer): void => {
        text += bytes.toString("latin1");
        if (!text.includes("\r\n\r\n")) return;
        socket.off("data", onData);
        answer(socket, text);
      };
      socket.on("data", onData);
    },
    { allowHalfOpen: true },
  );
}

/** An endpoint that accepts a WebSocket and sends back whatever comes. */
const echo = (): Promise<LocalEndpoint> => endpoint((socket) => void (socket.write(accepted), socket.pipe(socket)));

async function open(): Promise<RawClient> {
  const client = await world.connect();
  client.send(handshake);
  await client.until("\r\n\r\n");
  client.text = "";
  return client;
}

const inFlight = (): number[] => [...world.dataplane.table.services.values()].flatMap(({ route }) => route.local.group.destinations.map((destination) => destination.inFlight));

test("a WebSocket goes through: its request is answered, and its bytes count at its target while it is open", async () => {
  let seen = "";
  const own = await endpoint((socket, head) => {
    seen = head;
    socket.write(accepted);
    socket.pipe(socket);
  });
  world.apply({ local: [own], sticky: true });
  const client = await world.connect();
  client.send(handshake);
  const answer = await client.until("\r\n\r\n");
  expect(seen).toBe("GET /chat HTTP/1.1\r\nHost: h\r\nSec-WebSocket-Key: k\r\nSec-WebSocket-Version: 13\r\nX-Forwarded-For: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  expect(answer).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: a\r\nSet-Cookie: [^\r]+\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n$/);
  client.send("GET / HTTP/1.1\r\nBad:\0\r\n\r\n");
  expect(await client.until("\0\r\n\r\n")).toBe(`${answer}GET / HTTP/1.1\r\nBad:\0\r\n\r\n`);
  expect(world.telemetry()).toMatchObject({
    ledger: { accepted: 1, answered: 1, inFlight: 0, failed: {}, refused: {} },
    targets: [{ requests: 1, byClass: { "1xx": 1 }, inFlight: 0, tunnels: 1, openTunnels: 1, bytesReceived: 25, bytesSent: 25 }],
  });
  expect(inFlight()).toEqual([1]);
  expect(world.dataplane.listening()).toMatchObject([{ openConnections: 1, busyConnections: 1 }]);
  client.socket.end();
  expect(await client.closed).toBe("end");
  await world.until(() => world.dataplane.openConnections() === 0);
  expect(world.telemetry().targets).toMatchObject([{ tunnels: 1, openTunnels: 0 }]);
  expect(inFlight()).toEqual([0]);
});

test("a WebSocket goes to another cluster, through its gateway, and each half ends by itself", async () => {
  other = new TestWorld();
  await other.dataplane.settled();
  other.apply({ gateway: [exportAt("/1-25/web", [await echo()])] });
  const gateway = { clusterKey: clusterKey("other"), host: "127.0.0.1", ip: "127.0.0.1", port: other.dataplane.gatewayPort() as number, path: "/1-25/web" };
  world.apply({ targets: [["own", 0], ["other", 1]], remotes: [gateway] });
  const client = await open();
  client.send("hello");
  await client.until("hello");
  client.socket.end(" world");
  expect(await client.closed).toBe("end");
  expect(client.text).toBe("hello world");
  const far = other.dataplane.telemetry().find(({ role }) => role === "gateway");
  for (const { ledger, targets } of [world.telemetry(), far as NonNullable<typeof far>]) {
    expect(ledger).toMatchObject({ accepted: 1, answered: 1 });
    expect(targets.filter(({ requests }) => requests > 0)).toMatchObject([{ tunnels: 1, bytesReceived: 11, bytesSent: 11 }]);
  }
});

test.each([
  ["to another protocol", accepted.replace("WebSocket", "h2c")],
  ["to several protocols", accepted.replace("WebSocket", "websocket, h2c")],
  ["without a protocol", accepted.replace("Upgrade: WebSocket\r\n", "")],
  ["without the Connection option", accepted.replace("Connection: upgrade\r\n", "")],
  ["of HTTP/1.0", accepted.replace("HTTP/1.1", "HTTP/1.0")],
])("a 101 %s is a bad answer", async (_, answer) => {
  world.apply({ local: [await endpoint((socket) => void socket.write(answer))] });
  const client = await world.connect();
  expect(await client.send(handshake).until('"bad_response"')).toMatch(/^HTTP\/1.1 502 /);
  expect(world.telemetry()).toMatchObject({ ledger: { failed: { bad_response: 1 } }, targets: [{ tunnels: 0 }] });
});

test.each([
  ["nothing", "GET / HTTP/1.1\r\nHost: h\r\n\r\n"],
  ["another protocol", handshake.replace("websocket", "h2c")],
  ["a WebSocket without the Connection option", handshake.replace(", Upgrade", "")],
  ["a WebSocket with a body", handshake.replace("\r\n\r\n", "\r\nContent-Length: 1\r\n\r\nx")],
])("a 101 to a request that asked for %s is a bad answer; the endpoint was not asked either", async (_, request) => {
  let seen = "";
  world.apply({ local: [await endpoint((socket, head) => ((seen = head), socket.write(accepted)))] });
  const client = await world.connect();
  expect(await client.send(request).until('"bad_response"')).toMatch(/^HTTP\/1.1 502 /);
  expect(seen).not.toMatch(/\n(?:upgrade|connection):/i);
  expect(world.telemetry().targets).toMatchObject([{ tunnels: 0 }]);
});

test("an application that does not upgrade gives an ordinary answer, and what the caller sent after is its next request", async () => {
  const seen: string[] = [];
  const own = await world.backend("own", (request, response) => {
    seen.push(`${request.socket.remotePort} ${request.url}`);
    response.writeHead(request.url === "/chat" ? 426 : 200).end(`answer to ${request.url}`);
  });
  world.apply({ local: [own] });
  const client = await world.connect();
  client.send(`${handshake}GET /next HTTP/1.1\r\nHost: h\r\n\r\n`);
  expect(await client.until("answer to /next")).toMatch(/^HTTP\/1.1 426 .*answer to \/chat.*HTTP\/1.1 200 /s);
  expect(seen).toEqual([expect.stringMatching(/ \/chat$/), expect.stringMatching(/ \/next$/)]);
  // The connection to the endpoint was kept as well.
  expect(new Set(seen.map((entry) => entry.split(" ")[0])).size).toBe(1);
  expect(world.telemetry()).toMatchObject({ ledger: { accepted: 2, answered: 2 }, targets: [{ tunnels: 0, byClass: { "2xx": 1, "4xx": 1 } }] });
});

test("bytes that come with a head, in either direction, stay unread until the 101 and then go first", async () => {
  const early = "e".repeat(200_000);
  let socket: net.Socket | null = null;
  let received = "";
  const chat = await endpoint((opened, head) => {
    socket = opened;
    received = head.slice(head.indexOf("\r\n\r\n") + 4);
    opened.on("data", (bytes) => (received += bytes.toString("latin1")));
  });
  world.apply({ local: [chat] });
  const client = await world.connect();
  client.send(`${handshake}first ${early}`);
  await world.until(() => socket !== null);
  world.apply({ local: [await world.backend("plain")] });
  // Whatever the proxy had read of the early bytes it would have passed on before it served this.
  expect((await world.get(await world.port(), "/")).body).toBe("plain GET /");
  expect(received).toBe("");
  (socket as unknown as net.Socket).write(`${accepted}greeting`);
  expect(await client.until("greeting")).toMatch(/Upgrade: websocket\r\n\r\ngreeting$/);
  client.send(" last");
  await world.until(() => received.endsWith("last"));
  expect(received).toBe(`first ${early} last`);
});

test("either end that reads slowly holds the other back, and then gets everything", async () => {
  const bytesMany = 16 * 1_048_576;
  const piece = Buffer.alloc(65_536, "a");
  const ends: { socket: net.Socket; written: number; received: number }[] = [];
  const flood = (socket: net.Socket): void => {
    const end = { socket, written: 0, received: 0 };
    const more = (): void => {
      while (end.written < bytesMany) {
        end.written += piece.length;
        if (!socket.write(piece)) return void socket.once("drain", more);
      }
    };
    ends.push(end);
    socket.removeAllListeners("data").on("data", (bytes: Buffer) => (end.received += bytes.length));
    socket.pause();
    more();
  };
  const sockets: net.Socket[] = [];
  world.apply({ local: [await endpoint((socket) => (socket.write(accepted), sockets.push(socket)))] });
  const client = await open();
  for (const socket of [...sockets, client.socket]) flood(socket);
  await steady(() => ends.reduce((sum, { written }) => sum + written, 0));
  for (const { written } of ends) expect(written).toBeLessThan(bytesMany);
  for (const { socket } of ends) socket.resume();
  await world.until(() => ends.every(({ written, received }) => written === bytesMany && received === bytesMany));
  expect(world.telemetry().targets).toMatchObject([{ bytesReceived: bytesMany, bytesSent: bytesMany }]);
});

test("the endpoint's end leaves the caller's half open", async () => {
  let received = "";
  world.apply({ local: [await endpoint((socket) => (socket.on("data", (bytes) => (received += bytes)), socket.end(`${accepted}bye`)))] });
  const client = await world.connect();
  client.socket.removeAllListeners("end");
  client.send(handshake);
  await client.until("bye");
  await world.until(() => client.socket.readableEnded);
  client.socket.end("late");
  await world.until(() => world.dataplane.openConnections() === 0);
  expect(received).toBe("late");
});

test("a reset of either end is passed on as a reset", async () => {
  let socket: net.Socket | null = null;
  let resets = 0;
  const own = await endpoint((opened) => {
    socket = opened.on("error", () => resets++);
    opened.write(accepted);
    opened.resume();
  });
  world.apply({ local: [own] });
  const first = await open();
  (socket as unknown as net.Socket).resetAndDestroy();
  expect(await first.closed).toBe("reset");
  const second = await open();
  second.socket.resetAndDestroy();
  await world.until(() => resets === 1);
  await world.until(() => world.dataplane.openConnections() === 0);
  expect(world.telemetry()).toMatchObject({ ledger: { accepted: 2, answered: 2 }, targets: [{ tunnels: 2, openTunnels: 0 }] });
});

test("a WebSocket outlives its service port", async () => {
  world.stop();
  world = new TestWorld({ closeGraceMs: 0 });
  const local = [await echo()];
  world.apply({ local });
  const port = await world.port();
  const client = await open();
  world.apply({ local, protocol: "tcp" });
  const refused = (): Promise<boolean> => world.get(port, "/").then(() => false, (error: NodeJS.ErrnoException) => error.code === "ECONNREFUSED");
  await expect.poll(refused, { timeout: 20_000 }).toBe(true);
  await client.send("still here").until("still here");
  expect(world.dataplane.openConnections()).toBe(1);
});

test("draining waits for a WebSocket, which goes on", async () => {
  world.stop();
  let nowMs = 0;
  world = new TestWorld({ drainIdleMs: 5_000, drainMsMax: 20_000, monotonicNow: () => nowMs });
  world.apply({ local: [await echo()] });
  const client = await open();
  let done = false;
  const drained = world.dataplane.drain().then(() => (done = true));
  nowMs = 19_000;
  await client.send("still here").until("still here");
  expect(done).toBe(false);
  client.socket.end();
  expect(await client.closed).toBe("end");
  await drained;
});

test("a WebSocket that outlives the bound is reset at both ends", async () => {
  world.stop();
  world = new TestWorld({ drainIdleMs: 0, drainMsMax: 50 });
  let broken = false;
  world.apply({ local: [await endpoint((socket) => (socket.on("error", () => (broken = true)).resume(), socket.write(accepted)))] });
  const client = await open();
  await world.dataplane.drain();
  expect(await client.closed).toBe("reset");
  await world.until(() => broken);
  expect(world.telemetry()).toMatchObject({ ledger: { accepted: 1, answered: 1, abandoned: 0 }, targets: [{ tunnels: 1, openTunnels: 0 }] });
});

test("a handshake goes to another endpoint when the first cannot be reached or closes; after the 101 nothing is sent again", async () => {
  const closing = await endpoint((socket) => void socket.destroy(), "closing");
  world.apply({ local: [await world.deadEndpoint("dead"), closing, await echo()] });
  for (let round = 0; round < 3; round++) {
    const client = await open();
    await client.send("x").until("x");
    client.socket.end();
    await client.closed;
  }
  await world.until(() => world.dataplane.openConnections() === 0);
  const { attempts } = world.telemetry().targets[0] ?? { attempts: 0 };
  expect(attempts).toBeGreaterThan(3);
  expect(world.telemetry()).toMatchObject({ ledger: { accepted: 3, answered: 3 }, targets: [{ tunnels: 3 }] });
  world.apply({ local: [await endpoint((socket) => (socket.write(accepted), socket.resetAndDestroy()))] });
  const cut = await world.connect();
  expect(await cut.send(handshake).closed).toBe("reset");
  expect(world.telemetry().targets).toMatchObject([{ attempts: attempts + 1 }]);
});

/** Resolves when `value` has stopped growing. */
async function steady(value: () => number): Promise<void> {
  let same = 0;
  for (let before = -1; same < 20; await new Promise((resolve) => setTimeout(resolve, 5))) {
    same = before === value() && before > 0 ? same + 1 : 0;
    before = value();
  }
}
