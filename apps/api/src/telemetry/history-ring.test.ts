import { describe, expect, it } from "vitest";
import { HistoryRing } from "./history-ring.ts";
import { emptyTally, type Tally } from "./tally.ts";

const tally = (given: Partial<Tally>): Tally => ({ ...emptyTally(), ...given });
type BySource = Parameters<HistoryRing["add"]>[3];
const from = (source: string, targets: Record<string, Partial<Tally>>): [string, Map<string, Tally>] => [source, new Map(Object.entries(targets).map(([key, given]) => [key, tally(given)]))];
const nothing: BySource = new Map();

/** One point, of three ticks of a second; what is given happens in the second of them. */
function point(ring: HistoryRing, endMs: number, bySource: BySource, seen = true): void {
  ring.add(endMs - 2_000, 1_000, false, nothing);
  ring.add(endMs - 1_000, 1_000, seen, bySource);
  ring.add(endMs, 1_000, false, nothing);
}

describe("a point", () => {
  it("has the rates of 3 s, over all sources", () => {
    const ring = new HistoryRing();
    point(ring, 3_000, new Map([from("a", { a: { requests: 30 }, b: { requests: 3 } }), from("b", { b: { requests: 6 } })]));
    const view = ring.view(["a", "b", "c"], 0, []);
    expect(view.atMs).toEqual([3_000]);
    expect(view.requestsPerSecond).toEqual([[10], [3], [0]]);
  });

  it("tells errors by origin: of the application, of the own proxies, of a proxy on the way to another cluster", () => {
    const ring = new HistoryRing();
    point(ring, 3_000, new Map([from("a", { a: { application: 3, proxy: 6 }, b: { application: 6, proxy: 9 } })]));
    expect(ring.view(["a"], 0, []).errorsPerSecond).toEqual({ app: [3], proxy: [2], gateway: [3] });
  });

  it("is not known, and not 0, when no proxy reported within it", () => {
    const ring = new HistoryRing();
    point(ring, 3_000, nothing, false);
    expect(ring.view(["a"], 0, [])).toMatchObject({ atMs: [3_000], requestsPerSecond: [[null]], p95Ms: [[null]], errorsPerSecond: { app: [null], proxy: [null], gateway: [null] } });
  });

  it("is closed although a timer is late or early by some ms", () => {
    const ring = new HistoryRing();
    for (const [atMs, elapsedMs] of [[990, 990], [1_980, 990], [2_970, 990]] as const) ring.add(atMs, elapsedMs, true, nothing);
    expect(ring.newestMs).toBe(2_970);
  });
});

it("keeps the newest 300 points", () => {
  const ring = new HistoryRing();
  for (let at = 1; at <= 302; at++) point(ring, at * 3_000, nothing);
  const { atMs } = ring.view([], 0, []);
  expect([atMs.length, atMs[0], atMs.at(-1), ring.newestMs]).toEqual([300, 9_000, 906_000, 906_000]);
});

it("gives what came after a time, without the point and the marker of that time", () => {
  const ring = new HistoryRing();
  for (const at of [3_000, 6_000, 9_000]) point(ring, at, nothing);
  const markers = [3_000, 6_000, 7_000].map((atMs) => ({ atMs, label: `${atMs}` }));
  const view = ring.view([], 6_000, markers);
  expect([view.atMs, view.markers.map(({ atMs }) => atMs)]).toEqual([[9_000], [7_000]]);
});
