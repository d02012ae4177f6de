import { afterEach, beforeEach, expect, test } from "vitest";
import { proxySnapshotSchema } from "@sluice/shared/telemetry/proxy-snapshot";
import type { LocalEndpoint, RemoteGroup } from "../snapshot.ts";
import { describeSnapshot } from "../telemetry/describe-snapshot.ts";
import { clusterKey, TestWorld } from "./test-world.ts";

let world: TestWorld;
let nowMs = 0;
let local: LocalEndpoint[];
let other: RemoteGroup;

beforeEach(async () => {
  nowMs = 0;
  world = new TestWorld({ monotonicNow: () => nowMs, now: () => nowMs });
  local = [await world.backend("own")];
  other = await world.gateway("other", "/o");
});
afterEach(() => world.stop());

const targets: [string, number][] = [["own", 50], ["other", 50]];

/** How many of `count` requests the own cluster answers. */
async function own(count: number): Promise<number> {
  const port = await world.port();
  let answers = 0;
  for (let round = 0; round < count; round++) if ((await world.get(port, "/")).body.startsWith("own")) answers++;
  return answers;
}

const effective = () => proxySnapshotSchema.parse(describeSnapshot(world.dataplane, { incarnation: "i", pod: "p" })).services[0]?.ports[0]?.effective;

test("the local group returns to its share by steps, each of them exact, and everybody is told", async () => {
  world.apply({ local, remotes: [other], targets });
  expect(await own(10)).toBe(5);
  nowMs = 3_000;
  world.apply({ local: [], remotes: [other], targets });
  expect(await own(10)).toBe(0);
  nowMs = 10_000;
  world.apply({ local, remotes: [other], targets });
  const counted = [];
  for (const [at, count] of [[10_000, 40], [16_000, 20], [22_000, 8], [28_000, 4], [34_000, 8], [40_000, 2]] as const) {
    nowMs = at;
    counted.push(`${await own(count)} of ${count}`);
  }
  expect(counted).toEqual(["1 of 40", "1 of 20", "1 of 8", "1 of 4", "3 of 8", "1 of 2"]);
  expect(effective()).toEqual({ targets: [{ clusterKey: clusterKey("own"), weight: 50 }, { clusterKey: clusterKey("other"), weight: 50 }], dropped: [] });
});

test("what is counted begins anew with the tickets: a drop, each step up and the return say since when and why", async () => {
  world.apply({ local, remotes: [other], targets });
  const counted: string[] = [];
  for (const [at, isDown, count] of [[0, false, 4], [3_000, true, 3], [10_000, false, 40], [16_000, false, 20], [34_000, false, 8], [40_000, false, 10]] as const) {
    nowMs = at;
    if (at > 0) world.apply({ local: isDown ? [] : local, remotes: [other], targets });
    await own(count);
    const { inForce, targets: seen, policy } = world.telemetry();
    const key = inForce !== null && "clusterKey" in inForce.cause ? inForce.cause.clusterKey.replace("r/z/g/", " ") : "";
    counted.push(`${inForce?.cause.kind}${key} ${inForce?.sinceMs}: ${seen.map((target) => target.requestsSinceChange).join("+")}`);
    expect(policy?.appliedAtMs).toBe(0);
  }
  expect(counted).toEqual(["policy 0: 2+2", "dropped own 3000: 3+0", "rising own 10000: 39+1", "rising own 16000: 19+1", "rising own 34000: 5+3", "returned own 40000: 5+5"]);
  expect(world.telemetry().targets.map(({ requestsSinceApplied }) => requestsSinceApplied)).toEqual([2 + 3 + 39 + 19 + 5 + 5, 2 + 0 + 1 + 1 + 3 + 5]);
});

test("while it rises, /snapshot and telemetry name it with the reason and how far it is", () => {
  world.apply({ local: [], remotes: [other], targets });
  nowMs = 10_000;
  world.apply({ local, remotes: [other], targets });
  nowMs = 22_000;
  expect(effective()).toMatchObject({ targets: [{ clusterKey: clusterKey("own"), weight: 1 }, { clusterKey: clusterKey("other"), weight: 7 }], ramping: [{ clusterKey: clusterKey("own"), after: "no-ready-endpoints", permille: 250 }] });
  expect(world.telemetry().health).toContainEqual(expect.objectContaining({ clusterKey: clusterKey("own"), ramping: { after: "no-ready-endpoints", permille: 250 } }));
});

test("a change of the policy is whole at once, also for a target that was rising", async () => {
  world.apply({ local: [], remotes: [other], targets });
  nowMs = 10_000;
  world.apply({ local, remotes: [other], targets });
  expect(effective()?.ramping).toHaveLength(1);
  world.apply({ local, remotes: [other], targets: [["own", 900], ["other", 100]], generation: 2 });
  expect(effective()?.ramping).toBeUndefined();
  expect(await own(10)).toBe(9);
});

test("a cluster that a standing policy names and that joins later rises by steps", async () => {
  world.apply({ local, targets: [["own", 50]] });
  nowMs = 10_000;
  world.apply({ local, remotes: [other], targets });
  expect(await own(40)).toBe(39);
});

test("what an earlier run left behind is no outage: the first true snapshot is whole at once", async () => {
  world.apply({ local: [], remotes: [other], targets });
  nowMs = 10_000;
  world.apply({ local, remotes: [other], targets }, true);
  expect(await own(10)).toBe(5);
});

test("FailOver: the local group returns at once", async () => {
  const requested = { mode: "FailOver", targets: [{ clusterKey: clusterKey("other"), priority: 0 }] } as const;
  world.apply({ local: [], remotes: [other], requested });
  expect(await own(5)).toBe(0);
  nowMs = 10_000;
  world.apply({ local, remotes: [other], requested });
  expect(await own(5)).toBe(5);
});
