import { splitHash } from "@sluice/shared/split/split-hash";
import type { SplitInForce } from "@sluice/shared/telemetry/telemetry-frame";
import { describe, expect, it } from "vitest";
import { TelemetryState } from "../telemetry/telemetry-state.ts";
import { makeFrame, makeTarget } from "../testing/make-frame.ts";
import { keyFor, makeMember, type MemberSketch } from "../testing/make-world.ts";
import { encodeRevision, type Intent } from "../revisions/revision-record.ts";
import { fleetView } from "./fleet-views.ts";
import { lookAt } from "./look.ts";
import type { SplitRowView } from "./service-view.ts";
import { rowsOf, splitRowView } from "./split-rows.ts";

const policy = { lbType: "ActiveActive" as const, targets: [{ clusterKey: keyFor("1-25"), weight: 10 }] };
const hash = splitHash({ mode: "ActiveActive", targets: [{ clusterKey: keyFor("1-23"), weight: 100 }, { clusterKey: keyFor("1-25"), weight: 10 }] });
const inline: MemberSketch = { offered: ["1-25"], inline: true, policy };
const none = { acknowledgedAtMs: () => null };

const weighed = (own: number, other: number) => [{ clusterKey: keyFor("1-23"), weight: own }, { clusterKey: keyFor("1-25"), weight: other }];
const whole = weighed(100, 10);
const state = (view: SplitRowView) => view.convergence?.state ?? null;

interface Telling {
  pod?: string;
  /** Requests of the two targets so far. */
  counts?: [number, number];
  /** Of them, those since the split last changed; all when absent. */
  since?: [number, number];
  applied?: string | null;
  ready?: number | null;
  /** Of `counts`, those that came with a session's key. */
  sessions?: [number, number];
  /** How far 1-25 has risen to its share. */
  ramp?: number;
  inForce?: Partial<SplitInForce>;
}

/** The frames of two seconds, then a look. */
function look(members: Record<string, MemberSketch>, tellings: Telling[], nowMs = 1_000) {
  const telemetry = new TelemetryState(0);
  for (const atMs of [0, 1_000]) {
    for (const { pod = "p", counts = [18, 2], since = counts, sessions = [0, 0], applied = hash, ready = 1, ramp, inForce } of tellings) {
      const scale = atMs / 1_000;
      const targets = counts.map((count, index) => makeTarget(keyFor(index === 0 ? "1-23" : "1-25"), { requests: count * scale, requestsSinceChange: since[index] ?? 0, sessionsSinceChange: sessions[index] ?? 0, byClass: { "2xx": count * scale } }));
      const health = [{ clusterKey: keyFor("1-25"), readyEndpoints: ready, ageMs: 1, ...(ready === 0 ? { dropped: "no-ready-endpoints" as const } : {}), ...(ramp === undefined ? {} : { ramping: { after: "unreachable" as const, permille: ramp } }) }];
      telemetry.ingest(keyFor("1-23"), pod, makeFrame(targets, {}, { policy: applied === null ? null : { uid: "u", generation: 2, splitHash: applied, appliedAtMs: 0 }, health, callers: 2, inForce: { targets: whole, sinceMs: 0, cause: { kind: "policy" }, ...inForce } }), atMs);
    }
    telemetry.tick(atMs);
  }
  const world = { members: Object.entries(members).map(([name, sketch]) => makeMember(name, sketch)) };
  return lookAt(world, telemetry, none, nowMs);
}

const row = (members: Record<string, MemberSketch>, tellings: Telling[], nowMs?: number): SplitRowView => {
  const at = look(members, tellings, nowMs);
  const first = rowsOf(at, "httpbin/httpbin")[0];
  if (first === undefined) throw new Error("no row");
  return splitRowView(at, first);
};
const both = (sketch: MemberSketch): Record<string, MemberSketch> => ({ "1-23": sketch, "1-25": { offered: ["1-23"] } });

describe("a row of the Split tab", () => {
  it("does not take a proxy for one that applies the policy while it has an earlier generation of it", () => {
    const behind = { ...inline, policy: { ...policy } };
    const at = look(both(behind), [{}]);
    for (const { metadata } of at.index.byKey.get(keyFor("1-23"))?.member.policies.list() ?? []) metadata.generation = 3;
    expect(splitRowView(at, rowsOf(at, "httpbin/httpbin")[0] ?? never()).acknowledged).toMatchObject({ value: { ready: 0, total: 1 } });
  });

  it("puts the four truths side by side", () => {
    const view = row(both(inline), [{}]);
    expect(view).toMatchObject({ mode: "ActiveActive", attachment: "Inline", callers: 2, convergence: { state: "converged" }, acknowledged: { state: "known", value: { ready: 1, total: 1 } }, requestsPerSecond: { state: "known", value: 20 } });
    expect(view.targets).toMatchObject([
      { clusterKey: keyFor("1-23"), own: true, weight: 100, requestedPermille: 909, effectivePermille: 909, dropped: null, measured: { state: "known", value: { count: 18, of: 20 } } },
      { clusterKey: keyFor("1-25"), own: false, weight: 10, requestedPermille: 91, effectivePermille: 91, measured: { state: "known", value: { count: 2, of: 20 } } },
    ]);
  });

  it.each<[string, Record<string, MemberSketch>, Telling[], number, string]>([
    ["Detached", both({ offered: ["1-25"] }), [{ counts: [0, 0] }], 1_000, "not-measured"],
    ["Inline without requests", both(inline), [{ counts: [0, 0] }], 1_000, "no-traffic"],
    ["silent for more than 5 s", both(inline), [{}], 6_001, "cannot-see"],
    ["one of two proxies silent", both({ ...inline, proxies: ["p", "q"] }), [{}], 1_000, "partial"],
    ["no ready proxy", both({ ...inline, proxies: [] }), [], 1_000, "down"],
    ["a member that was never read", both({ ...inline, link: { state: "unknown", sinceMs: 7 } }), [], 1_000, "cannot-see"],
  ])("%s: requests/s are %s", (_what, members, tellings, nowMs, state) => {
    expect(row(members, tellings, nowMs).requestsPerSecond.state).toBe(state);
  });

  it("names who is missing", () => {
    expect(row(both({ ...inline, proxies: ["p", "q"] }), [{}]).requestsPerSecond).toEqual({ state: "partial", value: 20, seen: 1, total: 2, missing: ["q"] });
  });

  it("counts as acknowledged only the same object, generation and split", () => {
    expect(row(both(inline), [{ applied: "0000000000000000" }])).toMatchObject({ convergence: null, acknowledged: { value: { ready: 0, total: 1 } } });
    expect(row(both(inline), [{ applied: null }])).toMatchObject({ convergence: null });
  });

  it("is not converged while a target is off by more than one", () => {
    expect(state(row(both(inline), [{ counts: [16, 4] }]))).toBe("settling");
    expect(state(row(both(inline), [{ counts: [5, 0] }]))).toBe("settling");
  });

  it("is converged by the requests without a session, and counts all", () => {
    const view = row(both(inline), [{ counts: [21, 29], sessions: [1, 27] }]);
    expect([state(view), view.targets[1]?.measured]).toEqual(["converged", { state: "known", value: { count: 29, of: 50 } }]);
    expect(state(row(both(inline), [{ counts: [21, 29] }]))).toBe("settling");
  });

  it("says whether sessions stay in one cluster, as the proxies read it", () => {
    expect(row(both(inline), [{}]).sticky).toBe(false);
    expect(row(both({ ...inline, sticky: true }), [{}]).sticky).toBe(true);
  });

  it("drops a target that the callers' proxies drop, with the reason", () => {
    expect(row(both(inline), [{ ready: 0 }]).targets[1]).toMatchObject({ requestedPermille: 91, effectivePermille: 0, dropped: "no-ready-endpoints", readyEndpoints: { state: "known", value: 0 } });
  });

  it("names a target that rises to its share, as far as the slowest proxy is, and is not converged meanwhile", () => {
    const view = row(both({ ...inline, proxies: ["p", "q"] }), [{ ramp: 500, counts: [105, 5] }, { pod: "q", ramp: 250, counts: [105, 5] }]);
    expect(view).toMatchObject({ convergence: { state: "rising" }, acknowledged: { value: { ready: 2, total: 2 } } });
    expect(view.targets).toMatchObject([
      { requestedPermille: 909, effectivePermille: 977, ramping: null },
      { requestedPermille: 91, effectivePermille: 23, dropped: null, ramping: { after: "unreachable", permille: 250 } },
    ]);
    expect(state(row(both(inline), [{ ramp: 500, counts: [18, 2] }]))).toBe("rising");
    expect(state(row(both(inline), [{ ramp: 500, counts: [20, 1], inForce: { targets: weighed(20, 1) } }]))).toBe("rising");
  });

  it("says that it counts nothing yet, and not that nobody asks, when the split has just changed", () => {
    const view = row(both(inline), [{ counts: [18, 2], since: [0, 0] }]);
    expect([state(view), view.targets[1]?.measured]).toEqual(["settling", { state: "known", value: { count: 0, of: 0 } }]);
  });

  it("never adds what proxies counted of different effective splits, and says why they differ", () => {
    const returned = { targets: whole, sinceMs: 700, cause: { kind: "returned" as const, clusterKey: keyFor("1-25") } };
    const view = row(both({ ...inline, proxies: ["p", "q", "r"] }), [
      { counts: [9, 1] },
      { pod: "q", counts: [30, 0], inForce: { targets: weighed(100, 0).slice(0, 1), sinceMs: 900, cause: { kind: "dropped", clusterKey: keyFor("1-25") } } },
      { pod: "r", counts: [9, 1], inForce: returned },
    ]);
    expect(view.convergence).toEqual({ state: "differing", since: { atMs: 0, cause: { kind: "policy" } }, newest: { atMs: 900, cause: { kind: "dropped", clusterKey: keyFor("1-25") } } });
    expect(view.targets[1]?.measured).toEqual({ state: "partial", value: { count: 2, of: 20 }, seen: 2, total: 3, missing: ["q"] });
  });

  it("names a target that no import offers", () => {
    expect(row({ "1-23": { inline: true, policy } }, [{}]).targets[1]).toMatchObject({ clusterKey: keyFor("1-25"), requestedPermille: 0, dropped: "unknown-cluster" });
  });
});

it("tells one share in the flow and in the sentence: that of the present split as soon as it answers", () => {
  const fleet = fleetView(look(both(inline), [{ counts: [7, 3] }]));
  expect(fleet.flows.map(({ permille }) => permille)).toEqual([700, 300]);
  expect(fleet.services[0]?.measured).toEqual({ state: "known", value: fleet.flows.map(({ target, permille }) => ({ clusterKey: target, permille })) });
});

it("draws the flow between clusters", () => {
  const fleet = fleetView(look(both(inline), [{}]));
  expect(fleet.flows).toEqual([
    { source: keyFor("1-23"), target: keyFor("1-23"), requestsPerSecond: { state: "known", value: 18 }, permille: 900 },
    { source: keyFor("1-23"), target: keyFor("1-25"), requestsPerSecond: { state: "known", value: 2 }, permille: 100 },
  ]);
  expect(fleet.clusters.map((cluster) => [cluster.name, cluster.color, cluster.proxies])).toEqual([
    ["1-23", 0, { state: "known", value: { ready: 1, total: 1 } }],
    ["1-25", 1, { state: "known", value: { ready: 1, total: 1 } }],
  ]);
  expect(fleet.services).toMatchObject([{ service: "httpbin/httpbin", requestsPerSecond: { state: "known", value: 20 }, success: { state: "known", value: 1 } }]);
});

describe("how long the acknowledgement took", () => {
  const afterMs = (intent: Intent, acknowledgedAtMs: number | null) => {
    const record = { spec: policy, before: null, actor: "a", reason: null, intent, reviewed: false, uid: "u", generation: 2, at: "2026-01-01T00:00:00.100Z" };
    const member = { ...makeMember("1-23", inline), revisions: { get: () => undefined, list: () => [encodeRevision({ namespace: "httpbin", name: "httpbin" }, 1, record)] } };
    const telemetry = new TelemetryState(0);
    telemetry.ingest(keyFor("1-23"), "p", makeFrame([], {}, { policy: { uid: "u", generation: 2, splitHash: hash, appliedAtMs: 0 } }), 1_000);
    const at = lookAt({ members: [member] }, telemetry, { acknowledgedAtMs: () => acknowledgedAtMs }, 1_000);
    const { acknowledged } = splitRowView(at, rowsOf(at, "httpbin/httpbin")[0] ?? never());
    return acknowledged.state === "known" ? acknowledged.value.afterMs : acknowledged;
  };
  const writtenMs = Date.parse("2026-01-01T00:00:00.100Z");
  it.each<[string, Intent, number | null, number | null]>([
    ["of the console's change", "split", writtenMs + 84, 84],
    ["not of kubectl's, whose time has whole seconds", "external", writtenMs + 84, null],
    ["not while it lasts", "split", null, null],
    ["not where the clocks say that it came before", "split", writtenMs - 1, null],
  ])("is said %s", (_what, intent, acknowledgedAtMs, expected) => {
    expect(afterMs(intent, acknowledgedAtMs)).toBe(expected);
  });
});

function never(): never {
  throw new Error("no row");
}
