import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { relay } from "./relay.ts";

const servers: Server[] = [];
const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const server of servers.splice(0)) server.close();
});

/** A server and the first connection that it accepts. */
async function accepting(): Promise<{ port: number; accepted: Promise<Socket> }> {
  const { promise, resolve } = Promise.withResolvers<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    resolve(socket);
  });
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return { port: (server.address() as AddressInfo).port, accepted: promise };
}

async function dial(port: number): Promise<Socket> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  sockets.push(socket);
  await new Promise((resolve) => socket.once("connect", resolve));
  return socket;
}

/** caller <-> (inner, outer: joined) <-> backend */
async function joined(): Promise<{ caller: Socket; backend: Socket }> {
  const [front, back] = [await accepting(), await accepting()];
  const caller = await dial(front.port);
  const outer = await dial(back.port);
  relay(await front.accepted, outer);
  return { caller, backend: await back.accepted };
}

const ending = (socket: Socket) =>
  new Promise<string>((resolve) => {
    socket.resume();
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
    socket.once("end", () => resolve("end"));
  });
const said = (socket: Socket) => new Promise<string>((resolve) => socket.once("data", (data) => resolve(data.toString())));

describe("relay", () => {
  it("resets the caller when the backend resets", async () => {
    const { caller, backend } = await joined();
    backend.write("the first half");
    expect(await said(caller)).toBe("the first half");
    const seen = ending(caller);
    backend.resetAndDestroy();
    expect(await seen).toBe("ECONNRESET");
  });

  it("resets the backend when the caller resets", async () => {
    const { caller, backend } = await joined();
    const seen = ending(backend);
    caller.resetAndDestroy();
    expect(await seen).toBe("ECONNRESET");
  });

  it("passes an end on as an end, and what comes back after it", async () => {
    const { caller, backend } = await joined();
    const seen = ending(backend);
    caller.end("question");
    expect(await seen).toBe("end");
    backend.end("answer");
    expect(await said(caller)).toBe("answer");
  });
});
