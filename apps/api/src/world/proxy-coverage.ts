import { clusterNameOf } from "@sluice/shared/cluster/cluster-key";
import { frozenAfterMs, type ProxyReading, type TelemetryState } from "../telemetry/telemetry-state.ts";
import type { Known } from "../views/known.ts";
import { isReady, type MemberIndex } from "./world-index.ts";

/** Which of a member's proxies we hear, and why not the others. */
export interface Coverage {
  readonly heard: readonly ProxyReading[];
  /** Proxies that should be heard: the ready ones, and any that we hear. */
  readonly total: number;
  readonly missing: readonly string[];
  /** Epoch ms since when nothing is heard, while nothing is. */
  readonly silentSinceMs: number;
  /** Epoch ms since when there is no ready proxy; null while there is one, or we cannot know. */
  readonly downSinceMs: number | null;
}

export function coverageOf(index: MemberIndex, telemetry: TelemetryState, nowMs: number): Coverage {
  const { link, key } = index.member;
  const readings = telemetry.proxies(key);
  const heard = readings.filter((reading) => nowMs - reading.receivedAtMs <= frozenAfterMs);
  const heardPods = new Set(heard.map((reading) => reading.pod));
  const missing = index.proxyPods.filter((pod) => isReady(pod) && !heardPods.has(pod.metadata.name)).map((pod) => pod.metadata.name);
  // A member that was never read has proxies that we cannot even name.
  if (link.state === "unknown" && heard.length === 0) missing.push(`all of ${clusterNameOf(key)}`);
  const total = heardPods.size + missing.length;
  const since = link.state === "live" ? telemetry.startedAtMs : link.sinceMs;
  const silentSinceMs = telemetry.newestMs(key) ?? since;
  const downSinceMs = total === 0 && link.state === "live" ? downSince(index, since) : null;
  return { heard, total, missing: missing.toSorted(), silentSinceMs, downSinceMs };
}

/** Coverage of several members as one. */
export function mergeCoverage(coverages: readonly Coverage[]): Coverage {
  const down = coverages.map((coverage) => coverage.downSinceMs);
  return {
    heard: coverages.flatMap((coverage) => coverage.heard),
    total: coverages.reduce((sum, coverage) => sum + coverage.total, 0),
    missing: coverages.flatMap((coverage) => coverage.missing),
    silentSinceMs: Math.max(0, ...coverages.map((coverage) => coverage.silentSinceMs)),
    downSinceMs: down.length > 0 && down.every((since) => since !== null) ? Math.max(...down) : null,
  };
}

/** A figure that heard proxies give, with what is missing of it. Never a 0 for what nobody told. */
export function figure<T>(coverage: Coverage, value: () => T): Known<T> {
  if (coverage.heard.length === 0) {
    if (coverage.downSinceMs !== null) return { state: "down", sinceMs: coverage.downSinceMs };
    return { state: "cannot-see", sinceMs: coverage.silentSinceMs };
  }
  if (coverage.missing.length === 0) return { state: "known", value: value() };
  return { state: "partial", value: value(), seen: coverage.heard.length, total: coverage.total, missing: [...coverage.missing] };
}

function downSince(index: MemberIndex, fallbackMs: number): number {
  const changes = index.proxyPods.flatMap(
    (pod) => pod.status?.conditions?.flatMap(({ type, lastTransitionTime }) => (type === "Ready" && lastTransitionTime !== undefined ? [Date.parse(lastTransitionTime)] : [])) ?? [],
  );
  return changes.length === 0 ? fallbackMs : Math.max(...changes);
}
