import { afterEach, beforeEach, expect, test } from "vitest";
import { proxySnapshotSchema } from "@sluice/shared/telemetry/proxy-snapshot";
import { telemetryFrameSchema } from "@sluice/shared/telemetry/telemetry-frame";
import { clusterKey, TestWorld } from "../dataplane/test-world.ts";
import { describeSnapshot } from "../telemetry/describe-snapshot.ts";
import { TelemetrySource } from "../telemetry/telemetry-source.ts";
import { type Admin, startAdmin } from "./start-admin.ts";

let world: TestWorld;
let admin: Admin;
let notReady: string | null;

beforeEach(async () => {
  world = new TestWorld();
  notReady = null;
  world.apply({ local: [await world.backend("own")], targets: [["own", 100], ["gone", 5]] });
  const identity = { incarnation: "abc", pod: "sluice-proxy-1" };
  const source = new TelemetrySource({
    ...identity,
    now: Date.now,
    clusterKey: () => clusterKey("own"),
    ports: () => world.dataplane.telemetry(),
    connections: () => world.dataplane.openConnections(),
  });
  admin = await startAdmin({
    address: "127.0.0.1",
    port: 0,
    notReady: () => notReady,
    frame: () => source.frame(),
    snapshot: () => describeSnapshot(world.dataplane, identity),
    gatewayRefused: () => world.dataplane.table.gateway.refused,
  });
  await world.get(await world.port(), "/");
});

afterEach(() => {
  admin.stop();
  world.stop();
});

test("readiness says why not", async () => {
  expect(await world.get(admin.port, "/healthz")).toMatchObject({ status: 200 });
  expect(await world.get(admin.port, "/readyz")).toMatchObject({ status: 200 });
  notReady = "no snapshot yet";
  expect(await world.get(admin.port, "/readyz")).toMatchObject({ status: 503, body: expect.stringContaining("no snapshot yet") });
});

test("the snapshot is what is in force", async () => {
  const snapshot = proxySnapshotSchema.parse(JSON.parse((await world.get(admin.port, "/snapshot")).body));
  expect(snapshot).toMatchObject({ clusterKey: clusterKey("own"), pod: "sluice-proxy-1" });
  expect(snapshot.services[0]).toMatchObject({ service: "shop/web", policy: { uid: "policy", generation: 1 } });
  expect(snapshot.services[0]?.ports[0]).toMatchObject({
    port: 8080,
    listening: true,
    local: 1,
    effective: { targets: [{ clusterKey: clusterKey("own"), weight: 100 }], dropped: [{ clusterKey: clusterKey("gone"), reason: "unknown-cluster" }] },
  });
});

test("metrics are Prometheus text", async () => {
  const tunnel = await world.connect();
  // TLS is passed through to the endpoint, which wants none of it and soon ends the tunnel.
  tunnel.send("\x16");
  await world.until(() => world.telemetry().targets[0]?.tunnels === 1);
  const { body, headers } = await world.get(admin.port, "/metrics");
  expect(headers["content-type"]).toContain("text/plain");
  expect(body).toContain('sluice_proxy_requests_total{service="shop/web",port="8080",role="service",target="r/z/g/own",class="2xx"} 1');
  expect(body).toContain('sluice_proxy_ledger_total{service="shop/web",port="8080",role="service",entry="accepted"} 1');
  expect(body).toContain('sluice_proxy_tunnels_total{service="shop/web",port="8080",role="service",target="r/z/g/own"} 1');
  expect(body).toMatch(/sluice_proxy_open_tunnels\{service="shop\/web",port="8080",role="service",target="r\/z\/g\/own"\} [01]\n/);
});

test("the stream sends frames one after the other", async () => {
  const response = await fetch(`http://127.0.0.1:${admin.port}/telemetry/stream?intervalMs=100`);
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let text = "";
  while (text.split("\n").length < 3) text += Buffer.from((await reader.read()).value ?? []).toString();
  await reader.cancel();
  const [first, second] = text.split("\n").slice(0, 2).map((line) => telemetryFrameSchema.parse(JSON.parse(line)));
  expect(first?.ports[0]).toMatchObject({ service: "shop/web", callers: 1, latest: [[0, clusterKey("own"), 200]] });
  expect(second?.sequence).toBe((first?.sequence ?? 0) + 1);
});

test("a bad interval and an unknown path are refused", async () => {
  expect(await world.get(admin.port, "/telemetry/stream?intervalMs=1")).toMatchObject({ status: 400 });
  expect(await world.get(admin.port, "/nothing")).toMatchObject({ status: 404 });
});

test("listeners of the stream are bounded", async () => {
  const streams = [];
  const more = new AbortController();
  for (let index = 0; index < 64; index++) streams.push(await fetch(`http://127.0.0.1:${admin.port}/telemetry/stream`, { signal: more.signal }));
  expect(await world.get(admin.port, "/telemetry/stream")).toMatchObject({ status: 503 });
  more.abort();
  await Promise.allSettled(streams.map((response) => response.text()));
});
