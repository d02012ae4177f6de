import { get, request } from "node:http";
import { afterEach, expect, it, vi } from "vitest";
import { exportHttpbin, join, TestSet } from "../testing/test-clusters.ts";

const set = new TestSet();
afterEach(() => set.end());

async function started() {
  const controlPlane = await set.cluster("control-plane");
  const api = await set.api(controlPlane);
  return { controlPlane, api };
}

function ask(url: string, options: { method?: string; headers?: Record<string, string>; body?: string } = {}): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const { method = "GET", headers = {}, body } = options;
  const sent = request(url, { method, headers }, (response) => {
    let text = "";
    response.on("data", (chunk: Buffer) => (text += chunk.toString()));
    response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
  });
  sent.on("error", reject);
  sent.end(body);
  return promise;
}

it("serves health, readiness and metrics", async () => {
  const { api } = await started();
  expect(await ask(`${api.url}/healthz`)).toMatchObject({ status: 200 });
  await vi.waitFor(async () => expect(await ask(`${api.url}/readyz`)).toMatchObject({ status: 200 }), { timeout: 10_000 });
  expect((await ask(`${api.url}/metrics`)).text).toContain("sluice_api_members 0");
  expect(await ask(`${api.url}/nothing`)).toMatchObject({ status: 404 });
});

it("serves health on a second address, to whoever asks, and nothing else there", async () => {
  const controlPlane = await set.cluster("control-plane");
  const { url, healthUrl = "" } = await set.api(controlPlane, { healthListen: { host: "0.0.0.0", port: 0 } });
  const probed = healthUrl.replace("0.0.0.0", "127.0.0.1");
  const headers = { host: "10.244.1.7:4001" };
  expect(await ask(`${probed}/healthz`, { headers })).toMatchObject({ status: 200 });
  await vi.waitFor(async () => expect(await ask(`${probed}/readyz`, { headers })).toMatchObject({ status: 200 }), { timeout: 10_000 });
  expect((await ask(`${probed}/metrics`, { headers })).text).toContain("sluice_api_members 0");
  for (const path of ["/trpc/fleet.get", "/", "/snapshot"]) expect(await ask(`${probed}${path}`, { headers })).toMatchObject({ status: 404 });
  expect(await ask(`${probed}/healthz`, { method: "POST", headers })).toMatchObject({ status: 405 });
  expect(await ask(`${url}/healthz`, { headers })).toMatchObject({ status: 421 });
});

it("ends what it began when an address is taken", async () => {
  const controlPlane = await set.cluster("control-plane");
  const { url } = await set.api(controlPlane);
  const listen = { host: "127.0.0.1", port: Number(new URL(url).port) };
  await expect(set.api(controlPlane, { listen })).rejects.toThrow("EADDRINUSE");
  await expect(set.api(controlPlane, { healthListen: listen })).rejects.toThrow("EADDRINUSE");
});

it("refuses rebound names, foreign pages and forms", async () => {
  const { api } = await started();
  const url = `${api.url}/trpc/clusters.leave`;
  expect(await ask(`${api.url}/trpc/fleet.get`, { headers: { host: "evil.example" } })).toMatchObject({ status: 421 });
  const json = { "content-type": "application/json" };
  const body = JSON.stringify({ key: "default/default/default/a", confirmName: "b" });
  expect(await ask(url, { method: "POST", headers: { ...json, origin: "https://evil.example" }, body })).toMatchObject({ status: 403 });
  expect(await ask(url, { method: "POST", headers: { "content-type": "text/plain" }, body })).toMatchObject({ status: 415 });
  const answered = await ask(url, { method: "POST", headers: json, body });
  expect(JSON.parse(answered.text)).toMatchObject({ error: { data: { sluice: { code: "ConfirmNameMissing", field: "confirmName", remedy: "type a" } } } });
  const malformed = await ask(url, { method: "POST", headers: json, body: JSON.stringify({ key: "a", confirmName: "b" }) });
  expect(JSON.parse(malformed.text)).toMatchObject({ error: { data: { sluice: { code: "InvalidInput", field: "key" } } } });
});

it("streams live events, the first at once, and ends them when it stops", async () => {
  const { controlPlane, api } = await started();
  const member = await set.cluster("1-23");
  await exportHttpbin(member);
  await join(controlPlane, "1-23", member.kubeconfig);
  const input = encodeURIComponent(JSON.stringify({ fleet: true, services: ["httpbin/httpbin"] }));
  let text = "";
  const ended = Promise.withResolvers<void>();
  get(`${api.url}/trpc/live.watch?input=${input}`, { headers: { accept: "text/event-stream" } }, (response) => {
    response.on("data", (chunk: Buffer) => (text += chunk.toString()));
    response.on("close", () => ended.resolve());
  });
  await vi.waitFor(() => expect(text).toContain('"name":"1-23"'), { timeout: 15_000 });
  await vi.waitFor(() => expect(text).toContain('"service":"httpbin/httpbin"'), { timeout: 15_000 });
  const events = text.split("\n").filter((line) => line.startsWith("data: {\"atMs\"")).map((line) => JSON.parse(line.slice(6)) as { fleet?: unknown });
  expect(events[0]?.fleet).toBeDefined();
  expect(text).toMatch(/id: ?test-\w+\.\d+/);
  await api.stop();
  await ended.promise;
});
