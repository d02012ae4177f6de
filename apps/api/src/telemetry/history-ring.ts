import type { HistoryView } from "../views/service-view.ts";
import { addTally, emptyTally, latenciesMs, type Tally } from "./tally.ts";

/** 300 points of 3 s are 15 minutes. */
const pointCountMax = 300;
const pointMs = 3_000;

interface Point {
  atMs: number;
  /** Absent target: nothing was sent there. null: it is not known what was. */
  byTarget: ReadonlyMap<string, { perSecond: number; latencies: (number | null)[] }> | null;
  errors: { app: number; proxy: number; gateway: number };
}

interface Open {
  startMs: number;
  elapsedMs: number;
  seen: boolean;
  byTarget: Map<string, Tally>;
  /** Bad answers of proxies for a target in another cluster than the caller's. */
  gateway: number;
}

/** 15 minutes of one service, over all source clusters. */
export class HistoryRing {
  readonly #points: Point[] = [];
  #open: Open | undefined;

  /**
   * Adds one tick. `seen` says that some proxy in the service's path reported within it; `bySource` has what each
   * source cluster's proxies counted.
   */
  add(atMs: number, elapsedMs: number, seen: boolean, bySource: ReadonlyMap<string, ReadonlyMap<string, Tally>>): void {
    const open = (this.#open ??= { startMs: atMs - elapsedMs, elapsedMs: 0, seen: false, byTarget: new Map(), gateway: 0 });
    open.elapsedMs += elapsedMs;
    open.seen ||= seen;
    for (const [source, targets] of bySource) {
      for (const [target, tally] of targets) {
        const sum = open.byTarget.get(target) ?? emptyTally();
        open.byTarget.set(target, sum);
        addTally(sum, tally);
        if (target !== source) open.gateway += tally.proxy;
      }
    }
    if (open.elapsedMs < pointMs - 500) return;
    this.#points.push(closed(open, atMs));
    this.#open = undefined;
    if (this.#points.length > pointCountMax) this.#points.shift();
  }

  /** Epoch ms of the newest point; 0 when there is none. */
  get newestMs(): number {
    return this.#points.at(-1)?.atMs ?? 0;
  }

  /** The points after `afterMs`, for the targets given. */
  view(targets: readonly string[], afterMs: number, markers: HistoryView["markers"]): HistoryView {
    const points = this.#points.filter((point) => point.atMs > afterMs);
    const latency = (index: number) =>
      targets.map((target) => points.map((point) => point.byTarget?.get(target)?.latencies[index] ?? null));
    const errors = (origin: keyof Point["errors"]) => points.map((point) => (point.byTarget === null ? null : point.errors[origin]));
    return {
      targets: [...targets],
      atMs: points.map((point) => point.atMs),
      requestsPerSecond: targets.map((target) =>
        points.map((point) => (point.byTarget === null ? null : (point.byTarget.get(target)?.perSecond ?? 0))),
      ),
      p50Ms: latency(0),
      p95Ms: latency(1),
      p99Ms: latency(2),
      errorsPerSecond: { app: errors("app"), proxy: errors("proxy"), gateway: errors("gateway") },
      markers: markers.filter((marker) => marker.atMs > afterMs),
    };
  }
}

function closed(open: Open, atMs: number): Point {
  const seconds = Math.max(open.elapsedMs, 1) / 1_000;
  const perSecond = (count: number) => Math.round((count / seconds) * 100) / 100;
  if (!open.seen) return { atMs, byTarget: null, errors: { app: 0, proxy: 0, gateway: 0 } };
  let application = 0;
  let proxy = 0;
  const byTarget = new Map<string, { perSecond: number; latencies: (number | null)[] }>();
  for (const [target, tally] of open.byTarget) {
    application += tally.application;
    proxy += tally.proxy;
    byTarget.set(target, { perSecond: perSecond(tally.requests), latencies: latenciesMs(tally, [0.5, 0.95, 0.99]) });
  }
  return {
    atMs,
    byTarget,
    errors: { app: perSecond(application), proxy: perSecond(proxy - open.gateway), gateway: perSecond(open.gateway) },
  };
}
