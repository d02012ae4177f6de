import { Agent, createServer, request, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ownAddresses } from "../network/loopback.ts";
import type { Backend } from "./choose-backends.ts";
import { failureHeader, startForwardProxy, type ForwardProxy } from "./forward-proxy.ts";

interface TestBackend extends Backend {
  server: Server;
  connections: number;
}

let proxy: ForwardProxy;
let backends: TestBackend[];
/** Where the next connection goes. */
let chosen: Backend | null | undefined;
let clients: string[];

async function startBackend(name: string): Promise<TestBackend> {
  const server = createServer((incoming, response) => {
    if (incoming.url === "/cut") {
      response.writeHead(200, { "content-length": "100" });
      response.write("too little");
      setImmediate(() => incoming.socket.resetAndDestroy());
    } else response.end(`${name} ${incoming.url}`);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const backend = { ip: "127.0.0.1", port: (server.address() as AddressInfo).port, server, connections: 0 };
  server.on("connection", () => (backend.connections += 1));
  return backend;
}

beforeEach(async () => {
  backends = [await startBackend("one"), await startBackend("two")];
  chosen = backends[0];
  clients = [];
  proxy = await startForwardProxy({
    loopback: ownAddresses,
    address: "127.0.0.1",
    callerOf: (token) => (token === "known" ? { namespace: "shop", ip: "127.0.0.1" } : undefined),
    pick: ({ name, namespace }, port, client) => {
      clients.push(client);
      return `${name}.${namespace}:${port}` === "web.shop:8080" ? chosen : undefined;
    },
  });
});
afterEach(async () => {
  await proxy.stop();
  for (const { server } of backends) {
    server.closeAllConnections();
    server.close();
  }
});

async function get(url: string, options: { agent?: Agent; token?: string } = {}): Promise<{ status: number | undefined; text: string; failure: IncomingMessage["headers"][string] }> {
  const authorization = `Basic ${Buffer.from(`pod:${options.token ?? "known"}`).toString("base64")}`;
  return await new Promise((resolve, reject) => {
    const call = request({ host: proxy.host, port: proxy.port, path: url, headers: { "proxy-authorization": authorization }, ...(options.agent === undefined ? {} : { agent: options.agent }) }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.once("end", () => resolve({ status: response.statusCode, text, failure: response.headers[failureHeader] }));
      response.once("error", reject);
    });
    call.once("error", reject);
    call.end();
  });
}

describe("the forward proxy", () => {
  it("keeps a caller's connection with the backend that it reached, whatever new ones reach", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await get("http://web:8080/a", { agent })).text).toBe("one /a");
    chosen = backends[1];
    expect((await get("http://web.shop:8080/b", { agent })).text).toBe("two /b");
    expect((await get("http://web:8080/c", { agent })).text).toBe("one /c");
    expect(backends.map(({ connections }) => connections)).toEqual([1, 1]);
    expect((await get("http://web:8080/d")).text).toBe("two /d");
    expect(backends.map(({ connections }) => connections)).toEqual([1, 2]);
    expect(new Set(clients)).toEqual(new Set(["127.0.0.1"]));
    agent.destroy();
  });

  it("ends the backend's connection with its caller's", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const closed = new Promise<string>((resolve) => backends[0]?.server.once("connection", (socket) => socket.once("close", () => resolve("closed"))));
    await get("http://web:8080/", { agent });
    agent.destroy();
    expect(await closed).toBe("closed");
  });

  it("hands a cut answer on as a cut one", async () => {
    await expect(get("http://web:8080/cut")).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  it("says why there is no connection", async () => {
    expect(await get("http://nobody:8080/")).toMatchObject({ status: 502, failure: "unresolved" });
    chosen = null;
    expect(await get("http://web:8080/")).toMatchObject({ status: 502, failure: "refused" });
    expect(await get("http://web:8080/", { token: "guessed" })).toMatchObject({ status: 407 });
  });
});
