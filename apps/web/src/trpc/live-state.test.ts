import { expect, it } from "vitest";
import { applyFrame, emptyLiveState, liveHealth, type LiveSeed, seeded } from "./live-state.ts";

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

it("shows the seed until the stream tells the same part, and does not call it live", () => {
  const part = (accepted: number) => ({ service: { ledger: { state: "known", value: { accepted, lost: 0 } } }, rows: [] }) as unknown as LiveSeed["services"][string];
  const seed: LiveSeed = { fleet: null, clusters: [], services: { "n/s": part(1) } };
  const first = seeded(emptyLiveState, seed);
  expect(first.services["n/s"]).toEqual(part(1));
  expect(liveHealth(first, now).kind).toBe("connecting");
  const later = applyFrame(emptyLiveState, { atMs: 5, telemetryAgeMs: 0, services: { "n/s": part(2) } }, now);
  expect(seeded(later, seed).services["n/s"]).toEqual(part(2));
  expect(seeded(later, null)).toBe(later);
});
