import { afterEach, beforeEach, expect, test } from "vitest";
import type { RemoteGroup } from "../../snapshot.ts";
import { clusterKey, exportAt, TestWorld } from "../test-world.ts";

let world: TestWorld;
let port: number;
beforeEach(async () => {
  world = new TestWorld();
  await world.dataplane.settled();
  port = world.dataplane.gatewayPort() as number;
});
afterEach(() => world.stop());

test("a request is stripped of its prefix and of what callers may not say", async () => {
  const own = await world.backend("own", (request, response) => response.end(JSON.stringify({ url: request.url, headers: request.headers })));
  world.apply({ gateway: [exportAt("/1-25/web", [own])] });
  const headers = { host: "web.shop:8080", "x-forwarded-for": "6.6.6.6", "x-forwarded-proto": "https", "x-forwarded-host": "evil", "sluice-hops": "1", "sluice-identity": "root", via: "1.1 edge" };
  const answer = await world.get(port, "/1-25/web/get?a=b", { headers });
  expect(JSON.parse(answer.body)).toEqual({
    url: "/get?a=b",
    headers: { host: "web.shop:8080", "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http", "x-forwarded-host": "web.shop:8080", via: "1.1 edge, 1.1 sluice" },
  });
  expect(answer.headers.via).toBe("1.1 sluice");
  expect(world.dataplane.telemetry()).toContainEqual(expect.objectContaining({ role: "gateway", ledger: expect.objectContaining({ accepted: 1, answered: 1 }) }));
});

test.each([
  ["/nowhere", 404, "unknown_path"],
  ["/1-25/webbed", 404, "unknown_path"],
  ["/1-25/web/../secret", 400, "bad_path"],
  ["/1-25/web/%2e%2E/secret", 400, "bad_path"],
  ["/empty", 503, "no_local_endpoints"],
  ["/closed", 403, "caller_not_identified"],
])("%s is answered with %i %s", async (path, status, code) => {
  const own = await world.backend("own");
  world.apply({ gateway: [exportAt("/1-25/web", [own]), exportAt("/closed", [own], { serviceAccountName: "default" }), exportAt("/empty", [])] });
  const answer = await world.get(port, path);
  expect([answer.status, JSON.parse(answer.body).code]).toEqual([status, code]);
});

test("a request that has passed too many gateways is stopped", async () => {
  world.apply({ gateway: [exportAt("/web", [await world.backend("own")])] });
  expect(await world.get(port, "/web", { headers: { via: "1.1 sluice, 1.1 sluice, 1.1 sluice, 1.1 sluice" } })).toMatchObject({ status: 508 });
});

test("a gateway that is configured to lead back to itself stops the request", async () => {
  await world.dataplane.settled();
  const back: RemoteGroup = { clusterKey: clusterKey("other"), host: "127.0.0.1", ip: "127.0.0.1", port, path: "/web" };
  const targets: [string, number][] = [["own", 0], ["other", 1]];
  world.apply({ targets, remotes: [back] });
  const servicePort = await world.port();
  world.apply({ targets, remotes: [back], gateway: [exportAt("/web", [{ ip: "127.0.0.1", port: servicePort, pod: "loop" }])] });
  expect(await world.get(servicePort, "/")).toMatchObject({ status: 508 });
});

test("the probe says how many endpoints each export has", async () => {
  const own = await world.backend("own");
  world.apply({ gateway: [exportAt("/a", [own]), exportAt("/b", [])] });
  const { body } = await world.get(port, "/.well-known/sluice/exports");
  expect(JSON.parse(body)).toEqual({
    clusterKey: clusterKey("own"),
    exports: [
      { service: "shop/web", port: 8080, path: "/a", ready: 1 },
      { service: "shop/web", port: 8080, path: "/b", ready: 0 },
    ],
  });
});

test("TLS on the gateway is cut off, and counted", async () => {
  const client = await world.connect(port);
  client.send("\x16\x03\x01\x00\x01x");
  expect(await client.closed).toBe("reset");
  expect(world.dataplane.table.gateway.refused.get("tls_not_supported")).toBe(1);
});
