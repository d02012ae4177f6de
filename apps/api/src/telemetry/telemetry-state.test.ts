import { describe, expect, it } from "vitest";
import { makeFrame, makeTarget } from "../testing/make-frame.ts";
import { TelemetryState } from "./telemetry-state.ts";

const service = "httpbin/httpbin";
const frame = (requests: number, given: Parameters<typeof makeFrame>[1] = {}) => makeFrame([makeTarget("own", { requests, byClass: { "2xx": requests }, latencyHead: [[100, requests]] })], given);

function run(steps: [atMs: number, pod: string, requests: number, given?: Parameters<typeof makeFrame>[1]][], untilMs: number): TelemetryState {
  const state = new TelemetryState(0);
  for (let nowMs = 0; nowMs <= untilMs; nowMs += 1_000) {
    for (const [atMs, pod, requests, given] of steps) if (atMs === nowMs) state.ingest("own", pod, frame(requests, given), nowMs);
    state.tick(nowMs);
  }
  return state;
}

const requests = (state: TelemetryState, nowMs: number, lengthMs = 5_000) => state.window(service, "own", nowMs, lengthMs).byTarget.get("own")?.requests ?? 0;

describe("rates by deltas", () => {
  it("counts nothing of what came before the first frame", () => {
    expect(requests(run([[0, "p", 1_000_000], [1_000, "p", 1_000_050]], 1_000), 1_000)).toBe(50);
  });

  it("adds proxies up", () => {
    expect(requests(run([[0, "p", 10], [0, "q", 20], [1_000, "p", 15], [1_000, "q", 27]], 1_000), 1_000)).toBe(12);
  });

  it("takes a new incarnation from zero", () => {
    expect(requests(run([[0, "p", 1_000], [1_000, "p", 30, { incarnation: "b", startedAtMs: 500 }]], 1_000), 1_000)).toBe(30);
  });

  it("counts a young process whole, and an old one that is only now heard not at all", () => {
    expect(requests(run([[3_000, "p", 7, { startedAtMs: 2_000 }]], 3_000), 3_000)).toBe(7);
    expect(requests(run([[3_000, "p", 7]], 3_000), 3_000)).toBe(0);
  });

  it("forgets what is older than the window", () => {
    const state = run([[0, "p", 0], [1_000, "p", 50], [9_000, "p", 60]], 9_000);
    expect([requests(state, 9_000), requests(state, 9_000, 60_000)]).toEqual([10, 60]);
  });
});

describe("history", () => {
  it("has points of 3 s, and nulls for the time in which nothing was told", () => {
    const steps: [number, string, number][] = Array.from({ length: 10 }, (_, second) => [second * 1_000, "p", second * 30]);
    const state = run(steps, 30_000);
    const view = state.history(service)?.view(["own", "other"], 0, []);
    expect(view?.atMs.every((atMs, index, all) => index === 0 || atMs > (all[index - 1] ?? 0))).toBe(true);
    expect(view?.requestsPerSecond[0]?.[0]).toBe(30);
    expect(view?.requestsPerSecond[1]?.[0]).toBe(0);
    expect(view?.requestsPerSecond[0]?.at(-1)).toBeNull();
    expect(view?.p95Ms[0]?.[0]).toBeGreaterThan(0);
    expect(state.history(service)?.view(["own"], view?.atMs.at(-2) ?? 0, []).atMs).toEqual(view?.atMs.slice(-1));
  });

  it("keeps at most 300 points", () => {
    const steps: [number, string, number][] = Array.from({ length: 1_000 }, (_, second) => [second * 1_000, "p", second]);
    expect(run(steps, 1_000_000).history(service)?.view(["own"], 0, []).atMs.length).toBe(300);
  });
});
