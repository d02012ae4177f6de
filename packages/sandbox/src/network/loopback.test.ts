import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createTcpServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AddressBook } from "./address-book.ts";
import { bookEnvironment } from "./book-environment.ts";
import { sharedAddress, type Loopback } from "./loopback.ts";

let folder: string;
let loopback: Loopback;
beforeAll(() => {
  folder = mkdtempSync(`${tmpdir()}/sandbox-book-`);
  loopback = sharedAddress(new AddressBook(folder));
});
afterAll(() => rmSync(folder, { recursive: true }));

const listening = (server: Parameters<Loopback["listen"]>[0], host: string, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    loopback.listen(server, { host, port }, resolve);
  });
const greeting = (host: string, port: number) =>
  new Promise<string>((resolve, reject) => {
    const socket = loopback.connect({ host, port });
    socket.once("error", reject);
    socket.once("data", (data) => {
      resolve(data.toString());
      socket.destroy();
    });
  });
const greeter = (text: string) => createTcpServer((socket: Socket) => socket.on("error", () => undefined).end(text));

describe("the addresses of a cluster behind 127.0.0.1", () => {
  it("keeps two servers at the same port of two addresses apart, and each knows itself by its own", async () => {
    const [one, two] = [greeter("one"), greeter("two")];
    await listening(one, "127.77.0.1", 8080);
    await listening(two, "127.77.0.2", 8080);
    expect(one.address()).toEqual({ address: "127.77.0.1", family: "IPv4", port: 8080 });
    expect([await greeting("127.77.0.1", 8080), await greeting("127.77.0.2", 8080)]).toEqual(["one", "two"]);
    one.close();
    await expect(greeting("127.77.0.1", 8080)).rejects.toMatchObject({ code: "ECONNREFUSED", address: "127.77.0.1", port: 8080 });
    expect(await greeting("127.77.0.2", 8080)).toBe("two");
    two.close();
  });

  it("refuses a second server at one address, as the system does", async () => {
    const [one, two] = [greeter("one"), greeter("two")];
    await listening(one, "127.77.0.3", 8080);
    await expect(listening(two, "127.77.0.3", 8080)).rejects.toMatchObject({ code: "EADDRINUSE" });
    one.close();
    await listening(two, "127.77.0.3", 8080);
    expect(await greeting("127.77.0.3", 8080)).toBe("two");
    two.close();
  });

  it("takes entries of a process that is gone, or of an address that is forgotten, for nothing", async () => {
    writeFileSync(`${folder}/127.77.0.4_80`, `1 ${2 ** 22 + 1}`);
    await expect(greeting("127.77.0.4", 80)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    const server = greeter("here");
    await listening(server, "127.77.0.5", 80);
    loopback.forget("127.77.0.5");
    await expect(greeting("127.77.0.5", 80)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    server.close();
  });

  it("lets programs that know nothing of it listen and dial, by every form of the calls", { timeout: 60_000 }, async () => {
    const server = createServer((_request, response) => response.end("from the outside"));
    await listening(server, "127.77.0.6", 8080);
    const program = `
      const http = require("node:http"), net = require("node:net");
      const server = http.createServer((q, r) => r.end("own " + server.address().address));
      server.listen(9090, "127.77.0.7", () => {
        const ask = (options) => new Promise((done) => http.get(options, (r) => r.on("data", (d) => done(String(d)))).on("error", (e) => done(e.code)));
        const dial = (...given) => new Promise((done) => net.connect(...given, function () { this.destroy(); done("open"); }).on("error", (e) => done(e.code)));
        (async () => {
          const seen = [await (await fetch("http://127.77.0.6:8080/")).text(), await ask("http://127.77.0.7:9090/path"), await ask({ host: "127.77.0.6", port: 8080, agent: new http.Agent({ keepAlive: true }) }),
            await ask("http://127.77.0.8:1/"), await dial(9090, "127.77.0.7"), await dial({ port: 9090, host: "127.77.0.7" }), await dial({ port: 9091, host: "127.77.0.7" }), await dial(${(await freeServer()).port})];
          console.log(JSON.stringify(seen));
          process.exit();
        })();
      });`;
    const printed = await new Promise<string>((resolve, reject) => {
      execFile(process.execPath, ["-e", program], { env: { ...process.env, ...bookEnvironment(folder) }, timeout: 50_000 }, (error, stdout, stderr) => (error === null ? resolve(stdout) : reject(new Error(stderr))));
    });
    expect(JSON.parse(printed)).toEqual(["from the outside", "own 127.77.0.7", "from the outside", "ECONNREFUSED", "open", "open", "ECONNREFUSED", "open"]);
    // Its entry outlived it, but counts for nothing.
    await expect(greeting("127.77.0.7", 9090)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    server.closeAllConnections();
    server.close();
  });
});

const open: { close(): void }[] = [];
afterAll(() => open.forEach((server) => server.close()));

/** A server at 127.0.0.1 itself, which the book has no part in. */
async function freeServer(): Promise<AddressInfo> {
  const server = greeter("plain");
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server.address() as AddressInfo;
}
