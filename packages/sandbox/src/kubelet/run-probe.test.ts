import { createServer, type IncomingMessage } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { createServer as createTcpServer, type AddressInfo, type Server } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { ownAddresses } from "../network/loopback.ts";
import { createCertificateAuthority } from "../pki/certificate-authority.ts";
import type { Probe } from "./pod-spec.ts";
import { runProbe, type ProbeTarget } from "./run-probe.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function portOf(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  return (server.address() as AddressInfo).port;
}
const run = (probe: Probe, target: Partial<ProbeTarget> = {}) =>
  runProbe(probe, { container: { name: "app", image: "i" }, podIp: "127.0.0.1", loopback: ownAddresses, execute: () => Promise.reject(new Error("not to be run")), ...target });

describe("httpGet", () => {
  it.each([[200, undefined], [204, undefined], [302, undefined], [404, "HTTP probe failed with statuscode: 404"], [503, "HTTP probe failed with statuscode: 503"]])("status %i: %s", async (status, problem) => {
    const port = await portOf(createServer((_request, response) => response.writeHead(status).end()));
    expect(await run({ httpGet: { port } })).toBe(problem);
  });

  it("asks for the path with the headers, at a port by its name, at another host when one is named", async () => {
    const asked: IncomingMessage[] = [];
    const port = await portOf(createServer((request, response) => void response.end(String(asked.push(request)))));
    const container = { name: "app", image: "i", ports: [{ name: "web", containerPort: port }] };
    const httpGet = { path: "/live?deep=1", port: "web", host: "127.0.0.1", httpHeaders: [{ name: "X-From", value: "the kubelet" }] };
    expect(await run({ httpGet }, { container, podIp: "127.1.2.3" })).toBeUndefined();
    expect(asked[0]).toMatchObject({ url: "/live?deep=1", headers: { "x-from": "the kubelet", "user-agent": "kube-probe/sandbox" } });
    expect(await run({ httpGet: { port: "admin" } }, { container })).toBe('the container has no port named "admin"');
  });

  it("takes any certificate over HTTPS", async () => {
    const { keyPem, certPem } = createCertificateAuthority("of a pod");
    const port = await portOf(createSecureServer({ key: keyPem, cert: certPem }, (_request, response) => void response.end()));
    expect(await run({ httpGet: { port, scheme: "HTTPS" } })).toBeUndefined();
  });

  it("fails when no answer comes within timeoutSeconds", async () => {
    const port = await portOf(createTcpServer((socket) => socket.on("error", () => undefined).resume()));
    expect(await run({ httpGet: { port }, timeoutSeconds: 0.05 })).toMatch(/timeout|aborted/);
  });
});

describe("tcpSocket", () => {
  it("is well where somebody listens, and else not", async () => {
    const server = createTcpServer((socket) => socket.on("error", () => undefined).resume());
    const port = await portOf(server);
    expect(await run({ tcpSocket: { port } })).toBeUndefined();
    await new Promise((closed) => server.close(closed));
    expect(await run({ tcpSocket: { port } })).toContain("ECONNREFUSED");
  });
});

describe("exec", () => {
  it("is well with exit code 0 only; tells the command its time", async () => {
    const ran: unknown[] = [];
    const execute = (code: number) => (...given: unknown[]) => {
      ran.push(given);
      return Promise.resolve(code);
    };
    const probe: Probe = { exec: { command: ["test", "-f", "ready"] }, timeoutSeconds: 3 };
    expect([await run(probe, { execute: execute(0) }), await run(probe, { execute: execute(1) })]).toEqual([undefined, "command exited with 1"]);
    expect(ran[0]).toEqual([["test", "-f", "ready"], 3_000]);
  });
});

it("says of a kind that it lacks what it has", async () => {
  expect(await run({ grpc: { port: 1 } } as Probe)).toBe("the sandbox knows the probes httpGet, tcpSocket and exec");
});
