import { type ChildProcess, spawn } from "node:child_process";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ownAddresses } from "../network/loopback.ts";
import { type ForwardProxy, startForwardProxy } from "../services/forward-proxy.ts";
import { answerWebSockets } from "./answer-web-sockets.ts";

let server: Server;
let endAll: () => void;
let proxy: ForwardProxy;
let caller: ChildProcess;
let counts: Map<string, number>;
let connections: Socket[];

beforeEach(async () => {
  counts = new Map();
  connections = [];
  server = createServer((_, response) => response.end("one answer\nand more"));
  server.on("connection", (socket) => connections.push(socket));
  endAll = answerWebSockets(server, () => "one message\nand more");
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const backend = { ip: "127.0.0.1", port: (server.address() as AddressInfo).port };
  const callerOf = (token: string) => (token === "known" ? { namespace: "shop", ip: "127.0.0.1" } : undefined);
  proxy = await startForwardProxy({ loopback: ownAddresses, address: "127.0.0.1", callerOf, pick: ({ name, namespace }, port) => (`${name}.${namespace}:${port}` === "web.shop:8080" ? backend : undefined) });
});
afterEach(async () => {
  caller.kill("SIGKILL");
  await proxy.stop();
  server.closeAllConnections();
  for (const socket of connections) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** The program as a pod of the sandbox has it: services by name, through the forward proxy. */
function start(...options: string[]): void {
  const url = `http://pod:known@${proxy.host}:${proxy.port}`;
  const env = { PATH: process.env["PATH"] ?? "", http_proxy: url, HTTP_PROXY: url, no_proxy: "localhost,127.0.0.0/8" };
  caller = spawn(process.execPath, [`${import.meta.dirname}/caller.ts`, "--url", "http://web.shop:8080/", "--rate", "50", ...options], { env, stdio: ["ignore", "pipe", "inherit"] });
  let rest = "";
  caller.stdout?.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const [answer, count] of lines.flatMap((line) => Object.entries(JSON.parse(line) as Record<string, number>))) counts.set(answer, (counts.get(answer) ?? 0) + count);
  });
}

async function untilCounted(answer: string, least: number): Promise<void> {
  await expect.poll(() => counts.get(answer) ?? 0, { timeout: 30_000 }).toBeGreaterThanOrEqual(least);
}

test("messages over one WebSocket count by their answer, and an orderly end loses none", async () => {
  start("--web-socket");
  await untilCounted("one message", 20);
  expect(connections.length).toBe(1);
  endAll();
  await untilCounted("one message", (counts.get("one message") ?? 0) + 60);
  expect([...counts.keys()]).toEqual(["one message"]);
  expect(connections.length).toBe(2);
});

test("a WebSocket that breaks is counted, and made anew", async () => {
  start("--web-socket");
  await untilCounted("one message", 20);
  connections[0]?.resetAndDestroy();
  await untilCounted("error: the WebSocket broke (1006)", 1);
  await untilCounted("one message", (counts.get("one message") ?? 0) + 60);
  expect(connections.length).toBe(2);
});

test("requests count by the first line of their answer", async () => {
  start("--keep-alive");
  await untilCounted("one answer", 20);
  expect([...counts.keys()]).toEqual(["one answer"]);
});

test("an address of IPv6 is asked as well, and named as URLs name it", async () => {
  const six = createServer((_, response) => response.end("six"));
  await new Promise<void>((resolve) => six.listen(0, "::1", resolve));
  const host = `[::1]:${(six.address() as AddressInfo).port}`;
  try {
    start("--url", `http://${host}/`);
    await untilCounted(`${host} six`, 20);
    expect([...counts.keys()].toSorted()).toEqual([`${host} six`, "web.shop:8080 one answer"]);
  } finally {
    six.closeAllConnections();
    await new Promise((resolve) => six.close(resolve));
  }
});
