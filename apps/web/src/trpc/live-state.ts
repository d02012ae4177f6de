import type { ClusterView, FleetView } from "@sluice/api/views/cluster-view";
import type { LiveFrame, ServiceLiveView } from "@sluice/api/views/live-view";
import { mergeHistory } from "./merge-history.ts";

/** Everything that the live stream said, by the receiver's clock. */
export interface LiveState {
  fleet: FleetView | null;
  services: Readonly<Record<string, ServiceLiveView>>;
  /** When the newest telemetry was true; null: none was seen. */
  telemetryAtMs: number | null;
  frameAtMs: number | null;
  /** Since when the stream is down; null while it is up. */
  lostSinceMs: number | null;
}

export const emptyLiveState: LiveState = { fleet: null, services: {}, telemetryAtMs: null, frameAtMs: null, lostSinceMs: null };

/** What the server rendered the page with, a moment before the stream tells more. */
export interface LiveSeed {
  fleet: FleetView | null;
  clusters: ClusterView[];
  services: Record<string, ServiceLiveView>;
}

/** The stream's parts where it told them, the seed's where it did not yet. */
export function seeded(state: LiveState, seed: LiveSeed | null): LiveState {
  if (seed === null) return state;
  return { ...state, fleet: state.fleet ?? seed.fleet, services: { ...seed.services, ...state.services } };
}

/** A part that the frame leaves out did not change. */
export function applyFrame(state: LiveState, frame: LiveFrame, nowMs: number): LiveState {
  let services = state.services;
  if (frame.services !== undefined) {
    const next = { ...services };
    for (const [name, came] of Object.entries(frame.services)) {
      const held = next[name]?.history;
      const history = came.history === undefined ? held : mergeHistory(held, came.history);
      next[name] = { service: came.service, rows: came.rows, ...(history === undefined ? {} : { history }) };
    }
    services = next;
  }
  return {
    fleet: frame.fleet ?? state.fleet,
    services,
    telemetryAtMs: frame.telemetryAgeMs === null ? null : nowMs - frame.telemetryAgeMs,
    frameAtMs: nowMs,
    lostSinceMs: null,
  };
}

export type LiveHealth =
  | { kind: "connecting" }
  | { kind: "live"; ageMs: number }
  | { kind: "frozen"; ageMs: number }
  | { kind: "no-telemetry" }
  | { kind: "lost"; sinceMs: number };

const frozenMs = 5000;
/** A reconnect that succeeds within this is not worth a red light. */
const graceMs = 2000;

/** What the pill and the favicon say: live, frozen at 5 s, can't see when the stream is down. */
export function liveHealth(state: LiveState, nowMs: number): LiveHealth {
  if (state.lostSinceMs !== null && nowMs - state.lostSinceMs > graceMs) return { kind: "lost", sinceMs: state.frameAtMs ?? state.lostSinceMs };
  if (state.frameAtMs === null) return { kind: "connecting" };
  const frameAgeMs = nowMs - state.frameAtMs;
  if (state.telemetryAtMs === null) return frameAgeMs > frozenMs ? { kind: "frozen", ageMs: frameAgeMs } : { kind: "no-telemetry" };
  const ageMs = Math.max(0, nowMs - state.telemetryAtMs);
  return ageMs >= frozenMs ? { kind: "frozen", ageMs } : { kind: "live", ageMs };
}
