import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { ownAddresses } from "../network/loopback.ts";
import { startPortListener, type PortListener } from "./port-listener.ts";

const address = "127.0.0.1";
let backend: Server;
let listener: PortListener;
const callers: Socket[] = [];
afterEach(async () => {
  for (const caller of callers.splice(0)) caller.destroy();
  backend.close();
  await listener.stop();
});

/** A backend that answers every line with its own, and a listener before it; resolves to the listener's port. */
async function begin(): Promise<number> {
  backend = createServer((socket) => socket.on("error", () => undefined).on("data", (data) => socket.write(`heard ${data.toString()}`)));
  await new Promise<void>((listening) => backend.listen(0, address, listening));
  const { port: backendPort } = backend.address() as AddressInfo;
  const free = createServer();
  await new Promise<void>((listening) => free.listen(0, address, listening));
  const { port } = free.address() as AddressInfo;
  await new Promise((closed) => free.close(closed));
  await new Promise<void>((onListening, onFailure) => {
    listener = startPortListener({ loopback: ownAddresses, address, port, pick: () => ({ ip: address, port: backendPort }), isPodAddress: () => false, onFailure, onListening });
  });
  return port;
}
async function call(port: number): Promise<Socket> {
  const caller = connect({ host: address, port });
  callers.push(caller);
  await new Promise((resolve, reject) => caller.once("connect", resolve).once("error", reject));
  return caller;
}
async function ask(caller: Socket, text: string): Promise<string> {
  caller.write(text);
  return await new Promise((resolve, reject) => caller.once("data", (data) => resolve(data.toString())).once("error", reject).once("close", () => reject(new Error("closed"))));
}

test("closed: takes no new connection, and leaves the open ones where they are", async () => {
  const port = await begin();
  const caller = await call(port);
  expect(await ask(caller, "one")).toBe("heard one");
  listener.close();
  await expect(call(port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  expect(await ask(caller, "two")).toBe("heard two");
});

test("stopped: breaks the open ones too", async () => {
  const port = await begin();
  const caller = await call(port);
  expect(await ask(caller, "one")).toBe("heard one");
  const closed = new Promise((resolve) => caller.on("error", () => undefined).once("close", resolve));
  await listener.stop();
  await closed;
});
