import { afterEach, beforeEach, expect, test } from "vitest";
import type { LocalEndpoint, RemoteGroup } from "../snapshot.ts";
import { clusterKey, exportAt, TestWorld, type WorldParts } from "./test-world.ts";

let world: TestWorld;
/** The other cluster: its gateway and endpoints. */
let far: TestWorld;
let local: LocalEndpoint[];
let farLocal: LocalEndpoint[];
let other: RemoteGroup;

beforeEach(async () => {
  world = new TestWorld({ probe: () => Promise.resolve(null) });
  far = new TestWorld();
  local = [await world.backend("own1"), await world.backend("own2")];
  farLocal = [await far.backend("far1"), await far.backend("far2"), await far.backend("far3")];
  farApply(farLocal);
  await far.dataplane.settled();
  other = { clusterKey: clusterKey("other"), host: "127.0.0.1", ip: "127.0.0.1", port: far.dataplane.gatewayPort() ?? 0, path: "/o" };
});
afterEach(() => {
  world.stop();
  far.stop();
});

const farApply = (endpoints: LocalEndpoint[]) => far.apply({ gateway: [exportAt("/o", endpoints, { sticky: true })] });
const apply = (parts: WorldParts) => world.apply({ local, remotes: [other], sticky: true, ...parts });

interface Answer {
  /** Name of the endpoint. */
  by: string;
  /** The session that was given; null: none. */
  given: string | null;
  setCookie: string[];
}

async function ask(session: string | null, headers: Record<string, string> = {}): Promise<Answer> {
  const cookie = [headers["cookie"], session === null ? undefined : `sluice-session=${session}`].filter((one) => one !== undefined).join("; ");
  const answer = await world.get(await world.port(), "/", { headers: { ...headers, ...(cookie === "" ? {} : { cookie }) } });
  expect(answer.status).toBe(200);
  const setCookie = answer.headers["set-cookie"] ?? [];
  const given = setCookie.map((one) => /^sluice-session=([0-9a-f]{16});/.exec(one)?.[1]).find((one) => one !== undefined);
  return { by: answer.body.split(" ")[0] ?? "", given: given ?? null, setCookie };
}

/** Begins sessions; each with the endpoint that it came to. */
async function sessions(count: number): Promise<{ key: string; by: string }[]> {
  const begun = [];
  for (let round = 0; round < count; round++) {
    const { by, given } = await ask(null);
    begun.push({ key: given ?? "", by });
  }
  return begun;
}

const isFar = ({ by }: { by: string }) => by.startsWith("far");

test("a new session comes where the quota says, and stays in that cluster and at that endpoint", async () => {
  apply({ targets: [["own", 30], ["other", 10]] });
  const begun = await sessions(40);
  expect(begun.filter(isFar)).toHaveLength(10);
  expect(new Set(begun.map(({ by }) => by)).size).toBeGreaterThan(2);
  for (const { key, by } of begun) {
    expect(key).not.toBe("");
    expect(await ask(key)).toEqual({ by, given: null, setCookie: [] });
  }
  const counted = world.telemetry().targets.map(({ clusterKey: at, requestsSinceChange, sessionsSinceChange }) => [at, requestsSinceChange, sessionsSinceChange]);
  expect(counted).toEqual([[clusterKey("other"), 20, 10], [clusterKey("own"), 60, 30]]);
});

test("another weight moves only as many sessions as it must, and weight 0 moves all", async () => {
  apply({ targets: [["own", 500], ["other", 500]] });
  const begun = await sessions(60);
  apply({ targets: [["own", 300], ["other", 700]], generation: 2 });
  const moved = [];
  for (const session of begun) {
    const { by } = await ask(session.key);
    if (by !== session.by) moved.push([isFar(session), isFar({ by })]);
  }
  // 12 are expected, and only from here to there.
  expect(moved.every(([from, to]) => from === false && to === true)).toBe(true);
  expect(moved.length).toBeGreaterThan(2);
  expect(moved.length).toBeLessThan(24);
  apply({ targets: [["own", 1_000], ["other", 0]], generation: 3 });
  for (const { key } of begun) expect(isFar(await ask(key))).toBe(false);
});

test("sessions of an endpoint that is gone move to the next one of their cluster, all others stay", async () => {
  apply({ targets: [["own", 100], ["other", 100]] });
  const begun = await sessions(40);
  apply({ targets: [["own", 100], ["other", 100]], local: local.slice(1) });
  farApply(farLocal.slice(1));
  const next: Record<string, string[]> = { own1: ["own2"], far1: ["far2", "far3"] };
  for (const { key, by } of begun) expect(next[by] ?? [by]).toContain((await ask(key)).by);
});

test("sessions of a cluster that is gone move to another, and return with it", async () => {
  apply({ targets: [["own", 100], ["other", 100]] });
  const begun = await sessions(20);
  apply({ targets: [["own", 100], ["other", 100]], local: [] });
  for (const { key } of begun) expect(isFar(await ask(key))).toBe(true);
  apply({ targets: [["own", 100], ["other", 100]], generation: 2 });
  for (const { key, by } of begun) expect((await ask(key)).by).toBe(by);
});

test("when the second attempt answers, the key leads to the target that answered", async () => {
  const dead = await world.deadEndpoint("dead");
  apply({ targets: [["own", 100], ["other", 100]], local: [dead] });
  const begun = await sessions(10);
  expect(begun.every(isFar)).toBe(true);
  apply({ targets: [["own", 100], ["other", 100]], generation: 2 });
  for (const { key, by } of begun) expect((await ask(key)).by).toBe(by);
});

test("the cookie is HttpOnly, Lax, for all paths, and Secure only behind https; applications' cookies stay as they are", async () => {
  const app = await world.backend("app", (request, response) => response.setHeader("set-cookie", ["a=2; Path=/x"]).end(`app ${request.headers.cookie}`));
  apply({ local: [app], targets: [["own", 100]] });
  const plain = await ask(null, { cookie: "a=1" });
  expect(plain.setCookie).toEqual(["a=2; Path=/x", `sluice-session=${plain.given}; Path=/; HttpOnly; SameSite=Lax`]);
  expect((await ask(null, { "x-forwarded-proto": "https" })).setCookie[1]).toMatch(/; SameSite=Lax; Secure$/);
  expect((await world.get(await world.port(), "/", { headers: { cookie: "a=1; b=2" } })).body).toBe("app a=1; b=2");
  expect(await ask("0123456789abcdef")).toMatchObject({ given: null, setCookie: ["a=2; Path=/x"] });
  expect((await ask("not-a-key")).given).not.toBeNull();
});

test("the other cluster's endpoint sees the new key among the caller's cookies, in one field", async () => {
  const app = await far.backend("app", (request, response) => response.end(`app ${request.rawHeaders.filter((name) => name.toLowerCase() === "cookie").length} ${request.headers.cookie}`));
  farApply([app]);
  apply({ targets: [["own", 0], ["other", 100]] });
  const answer = await world.get(await world.port(), "/", { headers: { cookie: "a=1" } });
  const key = /sluice-session=([0-9a-f]+)/.exec(answer.headers["set-cookie"]?.[0] ?? "")?.[1];
  expect(answer.body).toBe(`app 1 sluice-session=${key}; a=1`);
  expect(answer.headers["set-cookie"]).toHaveLength(1);
});

test("a gateway gives a session to those who come without a proxy; a request of another proxy's has none but that proxy's", async () => {
  const port = far.dataplane.gatewayPort() ?? 0;
  const direct = await far.get(port, "/o/");
  const cookie = direct.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
  expect(cookie).toMatch(/^sluice-session=/);
  for (let round = 0; round < 3; round++) expect((await far.get(port, "/o/", { headers: { cookie } })).body).toBe(direct.body);
  expect((await far.get(port, "/o/", { headers: { "sluice-hops": "1" } })).headers["set-cookie"]).toBeUndefined();
});

test("when no key is found that leads to the chosen target the answer comes without a session", async () => {
  world.stop();
  // Every key that is drawn is the same, so that it leads to one of the two only.
  world = new TestWorld({ probe: () => Promise.resolve(null), random: () => 0.3 });
  apply({ local: [await world.backend("own1")], targets: [["own", 100], ["other", 100]] });
  const begun = await sessions(2);
  expect(new Set(begun.map(isFar))).toEqual(new Set([false, true]));
  expect(begun.filter(({ key }) => key === "")).toHaveLength(1);
});

test("a service that is not sticky gives no session and looks at none", async () => {
  apply({ targets: [["own", 100], ["other", 100]], sticky: false });
  const begun = await Promise.all(Array.from({ length: 10 }, () => ask("0123456789abcdef")));
  expect(begun.filter(isFar)).toHaveLength(5);
  expect(begun.flatMap(({ setCookie }) => setCookie)).toEqual([]);
});
