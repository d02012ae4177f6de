import { expect, it } from "vitest";
import { applyFrame, emptyLiveState, liveHealth } from "./live-state.ts";

const now = 1_000_000;

it("is live while telemetry is younger than 5 s, by the receiver's clock", () => {
  const state = applyFrame(emptyLiveState, { atMs: 5, telemetryAgeMs: 400 }, now);
  expect(liveHealth(state, now + 1000)).toEqual({ kind: "live", ageMs: 1400 });
  expect(liveHealth(state, now + 4600)).toEqual({ kind: "frozen", ageMs: 5000 });
});

it("forgives a short gap, then says since when it can't see", () => {
  const state = { ...applyFrame(emptyLiveState, { atMs: 5, telemetryAgeMs: 0 }, now), lostSinceMs: now + 500 };
  expect(liveHealth(state, now + 1000).kind).toBe("live");
  expect(liveHealth(state, now + 3000)).toEqual({ kind: "lost", sinceMs: now });
  expect(liveHealth(applyFrame(state, { atMs: 6, telemetryAgeMs: 0 }, now + 4000), now + 4000).kind).toBe("live");
});

it("says it when no telemetry was ever seen", () => {
  expect(liveHealth(emptyLiveState, now)).toEqual({ kind: "connecting" });
  expect(liveHealth(applyFrame(emptyLiveState, { atMs: 5, telemetryAgeMs: null }, now), now)).toEqual({ kind: "no-telemetry" });
});
