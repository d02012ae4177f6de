import type { HistoryView } from "@sluice/api/views/service-view";

const windowMs = 15 * 60_000;
const pointsMax = 300;
type Row = (number | null)[];

/**
 * Joins the points that just came to those held, by time, for the last 15 minutes. A target that is new has no
 * value before; one that is gone keeps its past.
 */
export function mergeHistory(held: HistoryView | undefined, came: HistoryView): HistoryView {
  const first = came.atMs[0];
  if (held === undefined || first === undefined || first <= (held.atMs[0] ?? Infinity)) {
    return first === undefined && held !== undefined ? held : came;
  }
  const targets = [...held.targets, ...came.targets.filter((target) => !held.targets.includes(target))].sort();
  const end = came.atMs.at(-1) ?? first;
  const kept = held.atMs.map((_, index) => index).filter((index) => at(held.atMs, index) < first && at(held.atMs, index) > end - windowMs);
  const keep = kept.slice(Math.max(0, kept.length + came.atMs.length - pointsMax));
  const pick = (row: Row | undefined): Row => keep.map((index) => row?.[index] ?? null);
  const whole = (row: Row | undefined): Row => came.atMs.map((_, index) => row?.[index] ?? null);
  const join = (old: Row | undefined, fresh: Row | undefined): Row => [...pick(old), ...whole(fresh)];
  const perTarget = (field: "requestsPerSecond" | "p50Ms" | "p95Ms" | "p99Ms") =>
    targets.map((target) => join(held[field][held.targets.indexOf(target)], came[field][came.targets.indexOf(target)]));
  const atMs = [...keep.map((index) => at(held.atMs, index)), ...came.atMs];
  return {
    targets,
    atMs,
    requestsPerSecond: perTarget("requestsPerSecond"),
    p50Ms: perTarget("p50Ms"),
    p95Ms: perTarget("p95Ms"),
    p99Ms: perTarget("p99Ms"),
    errorsPerSecond: {
      app: join(held.errorsPerSecond.app, came.errorsPerSecond.app),
      proxy: join(held.errorsPerSecond.proxy, came.errorsPerSecond.proxy),
      gateway: join(held.errorsPerSecond.gateway, came.errorsPerSecond.gateway),
    },
    markers: joinMarkers(held.markers, came.markers, atMs[0] ?? first),
  };
}

function at(times: number[], index: number): number {
  return times[index] ?? 0;
}

function joinMarkers(held: HistoryView["markers"], came: HistoryView["markers"], from: number): HistoryView["markers"] {
  const fresh = came.filter((marker) => !held.some((old) => old.atMs === marker.atMs && old.label === marker.label));
  return [...held, ...fresh].filter((marker) => marker.atMs >= from);
}
