import http from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LocalEndpoint } from "../snapshot.ts";
import { clusterKey, TestWorld } from "./test-world.ts";

let world: TestWorld;
let own: LocalEndpoint;
beforeEach(async () => {
  world = new TestWorld();
  own = await world.backend("own");
});
afterEach(() => world.stop());

test("a new weight counts from the next request and touches no connection", async () => {
  const other = await world.gateway("other", "/o");
  world.apply({ local: [own], remotes: [other], targets: [["own", 100], ["other", 10]] });
  const client = await world.connect();
  const ask = async (): Promise<string> => {
    client.text = "";
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    return /(own|other) GET/.exec(await client.until(" GET /"))?.[1] as string;
  };
  const first = [];
  for (let round = 0; round < 20; round++) first.push(await ask());
  expect([1, 2]).toContain(first.filter((name) => name === "other").length);
  world.apply({ local: [own], remotes: [other], targets: [["own", 100], ["other", 900]], generation: 2 });
  expect(world.telemetry().targets.map(({ requestsSinceApplied }) => requestsSinceApplied)).toEqual([0, 0]);
  const second = [];
  for (let round = 0; round < 10; round++) second.push(await ask());
  expect(second.filter((name) => name === "other")).toHaveLength(9);
  expect(world.telemetry()).toMatchObject({ policy: { generation: 2, appliedAtMs: 1_700_000_000_000 }, callers: 1 });
});

test("tickets go on when only endpoints change", async () => {
  const other = await world.gateway("other", "/o");
  const parts = { remotes: [other], targets: [["own", 1], ["other", 1]] as [string, number][] };
  world.apply({ ...parts, local: [own] });
  const port = await world.port();
  for (let round = 0; round < 10; round++) {
    // Every pair has one of each, however the endpoints change within it.
    const pair = [(await world.get(port, "/")).body];
    world.apply({ ...parts, local: round % 2 === 0 ? [own, own] : [own] });
    pair.push((await world.get(port, "/")).body);
    expect(pair.toSorted()).toEqual(["other GET /o/", "own GET /"]);
  }
});

test("Beside: everything stays local while there is an endpoint, then the split's targets serve", async () => {
  const parts = { passLocal: true, remotes: [await world.gateway("other", "/o")], targets: [["own", 0], ["other", 100]] as [string, number][] };
  world.apply({ ...parts, local: [own] });
  const port = await world.port();
  const agent = new http.Agent({ keepAlive: true });
  // What came here by accident is told to leave, and is no part of what the split is measured by.
  expect(await world.get(port, "/", { agent })).toMatchObject({ body: "own GET /", headers: { connection: "close" } });
  world.apply({ ...parts, local: [] });
  expect((await world.get(port, "/", { agent })).headers.connection).not.toBe("close");
  expect((await world.get(port, "/", { agent })).body).toBe("other GET /o/");
  agent.destroy();
  expect(world.telemetry().targets.map(({ clusterKey: key, requests, requestsSinceApplied }) => [key, requests, requestsSinceApplied])).toEqual([
    [clusterKey("other"), 2, 2],
    [clusterKey("own"), 1, 0],
  ]);
});

test("Locality without an endpoint is refused, at once", async () => {
  world.apply({ requested: { mode: "Locality" }, local: [] });
  const { status, body } = await world.get(await world.port(), "/");
  expect([status, JSON.parse(body)]).toEqual([503, { code: "no_local_endpoints", message: expect.any(String), service: "shop/web", target: null }]);
});

test("a target without an endpoint is dropped and the rest takes its share", async () => {
  world.apply({ targets: [["own", 900], ["other", 1]], local: [], remotes: [await world.gateway("other", "/o")] });
  const port = await world.port();
  for (let round = 0; round < 5; round++) expect((await world.get(port, "/")).status).toBe(200);
  expect(world.telemetry().health).toContainEqual({ clusterKey: clusterKey("own"), readyEndpoints: 0, ageMs: 0, dropped: "no-ready-endpoints" });
});

test("a service port that leaves the snapshot closes after the grace time, and not if it comes back", async () => {
  world.stop();
  world = new TestWorld({ closeGraceMs: 40 });
  own = await world.backend("own");
  world.apply({ local: [own] });
  const port = await world.port();
  world.dataplane.apply({ clusterKey: clusterKey("own"), compiledAtMs: 0, services: new Map(), gateway: [] });
  world.apply({ local: [own] });
  expect(await world.port()).toBe(port);
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect((await world.get(port, "/")).status).toBe(200);
  world.dataplane.apply({ clusterKey: clusterKey("own"), compiledAtMs: 0, services: new Map(), gateway: [] });
  await world.until(() => world.dataplane.openConnections() === 0);
  for (let refused = false; !refused; ) refused = await world.get(port, "/").then(() => false, () => true);
});

test("a marked request is told which cluster answered, and no other one", async () => {
  const other = await world.gateway("other", "/o");
  world.apply({ local: [own], remotes: [other], targets: [["own", 0], ["other", 100]] });
  const port = await world.port();
  const marked = await world.get(port, "/", { headers: { "sluice-probe": "1" } });
  expect(marked.headers["sluice-answered-by"]).toBe(clusterKey("other"));
  expect((await world.get(port, "/")).headers["sluice-answered-by"]).toBeUndefined();
});
