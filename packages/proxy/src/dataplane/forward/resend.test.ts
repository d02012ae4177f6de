import { afterEach, beforeEach, expect, test } from "vitest";
import type { RequestedSplit } from "@sluice/shared/split/split";
import type { LocalEndpoint } from "../../snapshot.ts";
import type { SocketLayer } from "../sockets/byte-socket.ts";
import { nodeSockets } from "../sockets/node-sockets.ts";
import type { DataplaneOptions } from "../start-dataplane.ts";
import { clusterKey, TestWorld } from "../test-world.ts";

let world: TestWorld;
beforeEach(() => {
  world = new TestWorld();
});
afterEach(() => world.stop());

const post = { method: "POST", headers: { "content-length": 4 } };
const failOver: RequestedSplit = { mode: "FailOver", targets: [{ clusterKey: clusterKey("other"), priority: 0 }] };

test("any method is sent to another endpoint when a dial fails", async () => {
  world.apply({ local: [await world.deadEndpoint("dead"), await world.backend("own")] });
  const port = await world.port();
  for (let round = 0; round < 6; round++) expect(await world.get(port, "/", post, "body")).toMatchObject({ status: 200, body: "own POST /" });
  expect(world.telemetry().ledger).toMatchObject({ accepted: 6, answered: 6 });
  expect(world.telemetry().targets[0]?.attemptFailures).toBeGreaterThan(0);
});

test("any method goes to another cluster when no local endpoint can be dialled; the request counts where it was chosen", async () => {
  const other = await world.gateway("other", "/o");
  world.apply({ targets: [["own", 1_000_000], ["other", 1]], local: [await world.deadEndpoint("dead")], remotes: [other] });
  expect(await world.get(await world.port(), "/x", post, "body")).toMatchObject({ body: "other POST /o/x" });
  const { targets, latest } = world.telemetry();
  expect(targets.map(({ clusterKey: key, requests, attempts }) => [key, requests, attempts])).toEqual([
    [clusterKey("other"), 0, 1],
    [clusterKey("own"), 1, 1],
  ]);
  expect(latest).toEqual([[0, clusterKey("other"), 200]]);
});

test("the last attempt goes to another cluster: many dead local endpoints do not use all of them up", async () => {
  const dead = await Promise.all(["a", "b", "c", "d"].map((name) => world.deadEndpoint(name)));
  world.apply({ targets: [["own", 1_000_000], ["other", 1]], local: dead, remotes: [await world.gateway("other", "/o")] });
  expect(await world.get(await world.port(), "/x", post, "body")).toMatchObject({ status: 200, body: "other POST /o/x" });
  const { targets } = world.telemetry();
  expect(targets.map(({ clusterKey: key, requests, attempts }) => [key, requests, attempts])).toEqual([
    [clusterKey("other"), 0, 1],
    [clusterKey("own"), 1, 2],
  ]);
});

test("the last attempt stays where it was chosen when there is no other cluster", async () => {
  const dead = await Promise.all(["a", "b"].map((name) => world.deadEndpoint(name)));
  world.apply({ local: [...dead, await world.backend("own")] });
  const port = await world.port();
  for (let round = 0; round < 6; round++) expect(await world.get(port, "/", post, "body")).toMatchObject({ status: 200, body: "own POST /" });
});

test("when no endpoint can be dialled the caller is told so", async () => {
  world.apply({ local: [await world.deadEndpoint("dead")] });
  const { status, headers, body } = await world.get(await world.port(), "/");
  expect([status, headers["proxy-status"]]).toEqual([503, 'sluice; error=connection_refused; details="dial_failed"']);
  expect(JSON.parse(body)).toMatchObject({ code: "dial_failed", service: "shop/web", target: clusterKey("own") });
  expect(world.telemetry().ledger.failed).toEqual({ dial_failed: 1 });
});

test("after bytes were written an idempotent request is sent again, another is not", async () => {
  let closes = 0;
  const closing = await world.rawBackend("closing", (socket) => void socket.once("data", () => (closes++, socket.destroy())));
  world.apply({ local: [closing, await world.backend("own")] });
  const port = await world.port();
  const answers = [];
  for (let round = 0; round < 4; round++) answers.push((await world.get(port, "/")).body);
  expect(answers).toEqual(Array(4).fill("own GET /"));
  const posted: number[] = [];
  for (let round = 0; round < 2; round++) posted.push((await world.get(port, "/", post, "body")).status);
  expect(posted.toSorted((one, other) => one - other)).toEqual([200, 502]);
  // Each first attempt met it, since each second one went to the other endpoint.
  expect(closes).toBe(5);
  expect(world.telemetry().ledger.failed).toEqual({ upstream_closed: 1 });
});

test("a request whose body outgrew the tee is not sent again", async () => {
  let received = 0;
  const closing = ["a", "b"].map((name) =>
    world.rawBackend(name, (socket) => {
      socket.on("data", (piece) => ((received += piece.length) > 200_000 ? socket.destroy() : undefined));
    }),
  );
  world.apply({ local: await Promise.all(closing) });
  const client = await world.connect();
  client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 250000\r\n\r\n");
  // The endpoint is connected already when the body comes, so that pieces are passed on one by one.
  await world.until(() => received > 0);
  client.send("a".repeat(250_000));
  expect(await client.until('"upstream_closed"')).toMatch(/^HTTP\/1.1 502 /);
  expect(world.telemetry().targets[0]?.attempts).toBe(1);
});

test("a small body is sent again whole", async () => {
  const closing = await world.rawBackend("closing", (socket) => void socket.once("data", () => socket.destroy()));
  const own = await world.backend("own", (request, response) => {
    let body = "";
    request.on("data", (bytes: Buffer) => (body += bytes)).on("end", () => response.end(body));
  });
  world.apply({ local: [closing, own] });
  const port = await world.port();
  const body = "0123456789".repeat(3_000);
  for (let round = 0; round < 2; round++) expect((await world.get(port, "/", { method: "PUT" }, body)).body).toBe(body);
});

test("a pooled connection that was closed meanwhile costs the caller nothing", async () => {
  // The endpoint answers once on each connection and closes it when the next request comes.
  const own = await world.rawBackend("own", (socket) => {
    socket.once("data", () => {
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      socket.once("data", () => socket.destroy());
    });
  });
  world.apply({ local: [own] });
  const port = await world.port();
  for (let round = 0; round < 4; round++) expect((await world.get(port, "/")).body).toBe("ok");
});

/** A world in which `beforeWrite` runs right before each write to an endpoint. */
function hookedWorld(beforeWrite: () => void, options: Partial<DataplaneOptions> = {}): TestWorld {
  const dial: SocketLayer["dial"] = (to, events) => {
    const socket = nodeSockets.dial(to, events);
    const writeText = socket.writeText.bind(socket);
    socket.writeText = (text) => {
      beforeWrite();
      return writeText(text);
    };
    return socket;
  };
  return new TestWorld({ sockets: { ...nodeSockets, dial }, ...options });
}

/** An endpoint that answers each request once its body of four bytes has come, and tells the bodies. */
async function echo(seen: string[]): Promise<LocalEndpoint> {
  return world.rawBackend("own", (socket) => {
    let text = "";
    socket.on("data", (bytes) => {
      text += bytes.toString("latin1");
      const body = /\r\n\r\n(.{4})$/.exec(text)?.[1];
      if (body === undefined) return;
      seen.push(body);
      text = "";
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
  });
}

test("a write that a reset connection refuses at once was never sent: any method goes out again, and it costs no budget", async () => {
  const seen: string[] = [];
  let resetting = false;
  world.stop();
  world = hookedWorld(() => {
    if (resetting) world.resetSockets(own.port);
    resetting = false;
  }, { monotonicNow: () => 0 });
  const own = await echo(seen);
  world.apply({ local: [own] });
  const port = await world.port();
  for (let round = 0; round < 30; round++) {
    expect((await world.get(port, "/", post, "one1")).body).toBe("ok");
    resetting = true;
    expect((await world.get(port, "/", post, "two2")).body).toBe("ok");
  }
  // Each arrived exactly once, and far more resends than the budget has.
  expect(seen).toEqual(Array.from({ length: 30 }, () => ["one1", "two2"]).flat());
  expect(world.telemetry()).toMatchObject({ targets: [{ requests: 60, attempts: 90 }], ledger: { accepted: 60, answered: 60, failed: {} } });
});

test("a write of which the system took something may have arrived: it is not sent again", async () => {
  const seen: string[] = [];
  let writes = 0;
  world.stop();
  world = hookedWorld(() => {
    writes++;
    // The first request, the head of the second one, and then what is left of that.
    if (writes === 3) world.resetSockets(own.port);
  });
  const own = await echo(seen);
  world.apply({ local: [own] });
  expect((await world.get(await world.port(), "/", post, "one1")).body).toBe("ok");
  const client = await world.connect();
  client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n");
  await world.until(() => writes === 2);
  client.send("two2");
  expect(await client.until('"upstream_closed"')).toMatch(/^HTTP\/1.1 502 /);
  expect(world.telemetry().targets[0]?.attempts).toBe(2);
});

test("resends stop when the budget is used up", async () => {
  world.stop();
  world = new TestWorld({ monotonicNow: () => 0 });
  const closing = ["a", "b", "c", "d"].map((name) => world.rawBackend(name, (socket) => void socket.once("data", () => socket.destroy())));
  world.apply({ local: await Promise.all(closing) });
  const port = await world.port();
  for (let round = 0; round < 30; round++) await world.get(port, "/");
  const { attempts } = world.telemetry().targets[0] ?? { attempts: 0 };
  // 30 first attempts, 10 resends to begin with and one for every fifth request.
  expect(attempts).toBe(46);
});

test("FailOver: local while it answers, the target when a local attempt fails or answers 503", async () => {
  let mode = "good";
  const own = await world.backend("own", (request, response) => {
    if (mode === "503") response.writeHead(503).end("busy");
    else if (mode === "close") request.socket.destroy();
    else response.end("own");
  });
  world.apply({ requested: failOver, local: [own], remotes: [await world.gateway("other", "/o")] });
  const port = await world.port();
  expect((await world.get(port, "/")).body).toBe("own");
  mode = "503";
  expect((await world.get(port, "/")).body).toBe("other GET /o/");
  expect(await world.get(port, "/", post, "body")).toMatchObject({ status: 503, body: "busy" });
  mode = "close";
  expect((await world.get(port, "/", { method: "PUT" }, "body")).body).toBe("other PUT /o/");
  expect(await world.get(port, "/", post, "body")).toMatchObject({ status: 502 });
  expect(world.telemetry().ledger).toMatchObject({ accepted: 5, answered: 4, failed: { upstream_closed: 1 } });
});

test("FailOver without a local endpoint: the targets in turn, and back when there is one", async () => {
  const requested: RequestedSplit = { mode: "FailOver", targets: ["a", "b"].map((name) => ({ clusterKey: clusterKey(name), priority: 0 })) };
  const remotes = [await world.gateway("a", "/a"), await world.gateway("b", "/b")];
  world.apply({ requested, remotes });
  const port = await world.port();
  const answers = [];
  for (let round = 0; round < 6; round++) answers.push((await world.get(port, "/")).body.slice(0, 1));
  for (let pair = 0; pair < 6; pair += 2) expect(answers.slice(pair, pair + 2).toSorted()).toEqual(["a", "b"]);
  world.apply({ requested, remotes, local: [await world.backend("own")] });
  for (let round = 0; round < 3; round++) expect((await world.get(port, "/")).body).toBe("own GET /");
});

test("FailOver: when no local endpoint can be dialled the targets are tried one after the other", async () => {
  const requested: RequestedSplit = { mode: "FailOver", targets: ["a", "b"].map((name) => ({ clusterKey: clusterKey(name), priority: 0 })) };
  const gone = await world.deadEndpoint("gone");
  const remotes = [{ ...(await world.gateway("a", "/a")), port: gone.port }, await world.gateway("b", "/b")];
  world.apply({ requested, remotes, local: [await world.deadEndpoint("dead")] });
  expect(await world.get(await world.port(), "/", post, "body")).toMatchObject({ body: "b POST /b/" });
});
