import { afterEach, beforeEach, expect, test } from "vitest";
import { clusterKey, TestWorld } from "../test-world.ts";

let world: TestWorld;
let nowMs = 0;
beforeEach(() => {
  nowMs = 0;
  world = new TestWorld({ monotonicNow: () => nowMs });
});
afterEach(() => world.stop());

async function answers(port: number, count: number): Promise<string[]> {
  const bodies = [];
  for (let round = 0; round < count; round++) bodies.push((await world.get(port, "/")).body);
  return bodies;
}

test("an endpoint that answers 5xx five times in a row is left out, longer each time", async () => {
  let good = false;
  const bad = await world.backend("bad", (_, response) => response.writeHead(good ? 200 : 500).end("bad"));
  world.apply({ local: [bad, await world.backend("own")] });
  const port = await world.port();
  expect((await answers(port, 10)).filter((body) => body === "bad")).toHaveLength(5);
  expect(new Set(await answers(port, 10))).toEqual(new Set(["own GET /"]));
  nowMs = 5_001;
  // Back on trial: one more failure puts it out for twice as long.
  expect((await answers(port, 10)).filter((body) => body === "bad")).toHaveLength(1);
  nowMs = 10_500;
  expect(new Set(await answers(port, 4))).toEqual(new Set(["own GET /"]));
  nowMs = 15_100;
  good = true;
  expect((await answers(port, 10)).filter((body) => body === "bad")).toHaveLength(5);
});

test("never more than half of a group is left out", async () => {
  const bad = (name: string) => world.backend(name, (_, response) => response.writeHead(500).end(name));
  world.apply({ local: await Promise.all(["a", "b", "c"].map(bad)) });
  const port = await world.port();
  await answers(port, 30);
  expect(new Set(await answers(port, 10)).size).toBe(2);
});

test("an only endpoint is never left out", async () => {
  world.apply({ local: [await world.backend("bad", (_, response) => response.writeHead(500).end("bad"))] });
  const port = await world.port();
  await answers(port, 10);
  expect(await answers(port, 2)).toEqual(["bad", "bad"]);
});

test("a remote target with 5xx is left out, the rest takes its share, and it comes back by steps", async () => {
  let good = false;
  const other = await world.gateway("other", "/o", (_, response) => response.writeHead(good ? 200 : 500).end("other"));
  world.apply({ targets: [["own", 50], ["other", 50]], local: [await world.backend("own")], remotes: [other] });
  const port = await world.port();
  expect((await answers(port, 20)).filter((body) => body === "other")).toHaveLength(5);
  expect(world.telemetry().health).toContainEqual(expect.objectContaining({ clusterKey: clusterKey("other"), dropped: "ejected" }));
  nowMs = 5_001;
  good = true;
  expect((await answers(port, 40)).filter((body) => body === "other")).toHaveLength(1);
  nowMs = 35_001;
  expect((await answers(port, 10)).filter((body) => body === "other")).toHaveLength(5);
});

test("a remote target that is the only one is never left out", async () => {
  const other = await world.gateway("other", "/o", (_, response) => response.writeHead(500).end("other"));
  world.apply({ targets: [["own", 0], ["other", 100]], local: [await world.backend("own")], remotes: [other] });
  const port = await world.port();
  expect(new Set(await answers(port, 12))).toEqual(new Set(["other"]));
});
