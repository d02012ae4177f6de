import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { get } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";
import { stringify } from "yaml";

const main = path.join(import.meta.dirname, "main.ts");
const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
});

function run(args: string[]): ChildProcess {
  const child = spawn(process.execPath, [main, ...args], { stdio: ["ignore", "pipe", "pipe"], env: { PATH: process.env["PATH"] } });
  endings.push(() => child.kill("SIGKILL"));
  return child;
}

/** The first log line with this message. */
async function logged(child: ChildProcess, msg: string): Promise<Record<string, unknown>> {
  if (child.stdout === null) throw new Error("no output");
  for await (const line of createInterface({ input: child.stdout })) {
    const entry = JSON.parse(line) as Record<string, unknown>;
    if (entry["msg"] === msg) return entry;
  }
  throw new Error(`"${msg}" was never logged`);
}

const fetchText = (port: number, url: string) =>
  new Promise<{ status: number; text: string }>((resolve, reject) => {
    get({ host: "127.0.0.1", port, path: url, agent: false }, (response) => {
      let text = "";
      response.on("data", (part: Buffer) => (text += part.toString()));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    }).on("error", reject);
  });

test("a proxy serves what a folder says, and ends in order on SIGTERM", async () => {
  const backend = createServer((request, response) => response.end(`backend saw ${request.url}`));
  await new Promise<void>((resolve) => backend.listen(0, "127.0.0.1", resolve));
  endings.push(() => backend.close());
  const folder = await mkdtemp(path.join(tmpdir(), "sluice-main-"));
  endings.push(() => rm(folder, { recursive: true }));
  const metadata = { namespace: "shop", name: "web" };
  const objects = [
    { apiVersion: "v1", kind: "Service", metadata, spec: { ports: [{ port: 8080 }] } },
    { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "sluice-system", name: "sluice-member" }, data: { clusterKey: "default/default/default/one" } },
    { apiVersion: "flomesh.io/v1alpha1", kind: "ServiceExport", metadata, spec: { rules: [{ portNumber: 8080, path: "/one/web", pathType: "Prefix" }] } },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { namespace: "shop", name: "web-1", labels: { "kubernetes.io/service-name": "web" } },
      addressType: "IPv4",
      endpoints: [{ addresses: ["127.0.0.1"] }],
      ports: [{ port: (backend.address() as AddressInfo).port }],
    },
  ];
  await writeFile(path.join(folder, "world.yaml"), objects.map((object) => stringify(object)).join("---\n"));
  const child = run(["proxy", "--config", folder, "--gateway-port", "0", "--admin-port", "0"]);
  const { gatewayPort, adminPort } = (await logged(child, "listening")) as { gatewayPort: number; adminPort: number };
  await expect.poll(async () => (await fetchText(adminPort, "/readyz")).status, { timeout: 10_000 }).toBe(200);
  expect(await fetchText(gatewayPort, "/one/web/rest")).toEqual({ status: 200, text: "backend saw /rest" });
  expect(JSON.parse((await fetchText(adminPort, "/snapshot")).text)).toMatchObject({ clusterKey: "default/default/default/one", services: [{ service: "shop/web" }] });
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("an unknown flag ends it with usage and status 2", async () => {
  const child = run(["proxy", "--surprise"]);
  let text = "";
  child.stderr?.on("data", (part: Buffer) => (text += part.toString()));
  expect(await once(child, "exit")).toEqual([2, null]);
  expect(text).toContain("--surprise");
  expect(text).toContain("Usage:");
});
