import type { ServicePortTelemetry, TelemetryFrame } from "@sluice/shared/telemetry/telemetry-frame";
import { frameDelta } from "./frame-delta.ts";
import { HistoryRing } from "./history-ring.ts";
import { addTally, type Tally } from "./tally.ts";
import { TallyRing, type Window } from "./tally-ring.ts";

/** A proxy is heard while its last frame is at most this old by the receiver's clock. */
export const frozenAfterMs = 5_000;
/** Services whose series are kept; beyond it new ones are not measured, and counted in `seriesRefused`. */
const serviceCountMax = 5_000;
/** A service of which no proxy told anything for so long is forgotten. */
const forgetAfterMs = 15 * 60_000;

/** The last that was heard of one proxy. */
export interface ProxyReading {
  readonly clusterKey: string;
  readonly pod: string;
  readonly frame: TelemetryFrame;
  /** By our clock. */
  readonly receivedAtMs: number;
}

interface Entry extends ProxyReading {
  /** Frame up to which the counts are in the rings. */
  countedFrame: TelemetryFrame | undefined;
}

interface Series {
  history: HistoryRing;
  bySource: Map<string, TallyRing>;
  lastSeenMs: number;
}

/** All that the proxies of all members said: kept in memory only, bounded, and driven by `ingest` and `tick`. */
export class TelemetryState {
  readonly #proxies = new Map<string, Entry>();
  readonly #series = new Map<string, Series>();
  #tickedAtMs: number | undefined;
  readonly startedAtMs: number;
  seriesRefused = 0;

  /** `startedAtMs`: since when anything could be heard. */
  constructor(startedAtMs: number) {
    this.startedAtMs = startedAtMs;
  }

  /** Takes a frame from the pod of a member; `clusterKey` is ours, not what the frame claims. */
  ingest(clusterKey: string, pod: string, frame: TelemetryFrame, nowMs: number): void {
    const id = `${clusterKey} ${pod}`;
    const earlier = this.#proxies.get(id);
    this.#proxies.set(id, { clusterKey, pod, frame, receivedAtMs: nowMs, countedFrame: earlier?.countedFrame });
  }

  /** The pod is gone. */
  forget(clusterKey: string, pod: string): void {
    this.#proxies.delete(`${clusterKey} ${pod}`);
  }

  /** Moves what was counted since the last tick into the rings; called once a second. */
  tick(nowMs: number): void {
    const elapsedMs = this.#tickedAtMs === undefined ? 0 : nowMs - this.#tickedAtMs;
    this.#tickedAtMs = nowMs;
    const seen = new Set<string>();
    const deltas = new Map<string, Map<string, Map<string, Tally>>>();
    for (const [id, entry] of this.#proxies) {
      const fresh = nowMs - entry.receivedAtMs <= frozenAfterMs;
      for (const port of entry.frame.ports) if (fresh && port.role === "service") seen.add(port.service);
      if (entry.countedFrame === entry.frame) continue;
      for (const [service, byTarget] of frameDelta(entry.countedFrame, entry.frame, entry.receivedAtMs)) {
        mergeInto(deltas, service, entry.clusterKey, byTarget);
      }
      this.#proxies.set(id, { ...entry, countedFrame: entry.frame });
    }
    if (elapsedMs <= 0) return;
    for (const service of seen) this.#open(service, nowMs);
    for (const [service, series] of this.#series) {
      const bySource = deltas.get(service) ?? new Map<string, Map<string, Tally>>();
      series.history.add(nowMs, elapsedMs, seen.has(service), bySource);
      for (const source of bySource.keys()) {
        if (!series.bySource.has(source)) series.bySource.set(source, new TallyRing());
      }
      for (const [source, ring] of series.bySource) ring.add(nowMs, elapsedMs, bySource.get(source) ?? new Map<string, Tally>());
      if (nowMs - series.lastSeenMs > forgetAfterMs) this.#series.delete(service);
    }
  }

  #open(service: string, nowMs: number): void {
    const series = this.#series.get(service);
    if (series !== undefined) series.lastSeenMs = nowMs;
    else if (this.#series.size < serviceCountMax) this.#series.set(service, { history: new HistoryRing(), bySource: new Map(), lastSeenMs: nowMs });
    else this.seriesRefused += 1;
  }

  /** Every proxy that was heard of, of one member. */
  proxies(clusterKey: string): ProxyReading[] {
    return [...this.#proxies.values()].filter((entry) => entry.clusterKey === clusterKey);
  }

  /** What callers of `source` sent to each target within the last `lengthMs`. */
  window(service: string, source: string, nowMs: number, lengthMs: number): Window {
    return this.#series.get(service)?.bySource.get(source)?.window(nowMs, lengthMs) ?? { elapsedMs: 0, byTarget: new Map() };
  }

  history(service: string): HistoryRing | undefined {
    return this.#series.get(service)?.history;
  }

  /** Epoch ms of the newest frame of all, or of one member; null: there never was one. */
  newestMs(clusterKey?: string): number | null {
    let newest: number | null = null;
    for (const entry of this.#proxies.values()) {
      if (clusterKey !== undefined && entry.clusterKey !== clusterKey) continue;
      newest = Math.max(newest ?? 0, entry.receivedAtMs);
    }
    return newest;
  }
}

/** The callers' ports of one service in a frame. */
export function servicePorts(frame: TelemetryFrame, service: string): ServicePortTelemetry[] {
  return frame.ports.filter((port) => port.role === "service" && port.service === service);
}

function mergeInto(
  deltas: Map<string, Map<string, Map<string, Tally>>>,
  service: string,
  source: string,
  byTarget: Map<string, Tally>,
): void {
  const bySource = deltas.get(service) ?? new Map<string, Map<string, Tally>>();
  deltas.set(service, bySource);
  const sums = bySource.get(source);
  if (sums === undefined) {
    bySource.set(source, byTarget);
    return;
  }
  for (const [target, tally] of byTarget) {
    const sum = sums.get(target);
    if (sum === undefined) sums.set(target, tally);
    else addTally(sum, tally);
  }
}
