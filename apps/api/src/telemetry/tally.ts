import { latencyOfBucketMs } from "@sluice/shared/telemetry/latency-buckets";
import type { TargetTelemetry } from "@sluice/shared/telemetry/telemetry-frame";

/** What was counted for one target, since a proxy started or within a window. */
export interface Tally {
  requests: number;
  /** Answered with 5xx, or broken. */
  bad: number;
  /** Of the bad ones: answers that the application gave itself. */
  application: number;
  /** Of the bad ones: answers that a proxy gave, or streams that it broke. */
  proxy: number;
  /** Requests by latency bucket (request head in → response head out). */
  latency: Map<number, number>;
}

export const emptyTally = (): Tally => ({ requests: 0, bad: 0, application: 0, proxy: 0, latency: new Map() });

/**
 * Cumulative tally of one target. Own answers of the proxy are counted by class and as failures, streams that broke
 * after a good head only as failures: so failures are the proxy's, and what remains of the 5xx is the application's.
 */
export function tallyOf(target: TargetTelemetry): Tally {
  let proxy = 0;
  for (const count of Object.values(target.failures)) proxy += count;
  const application = Math.max(0, (target.byClass["5xx"] ?? 0) - proxy);
  const bad = Math.min(target.requests, application + proxy);
  return { requests: target.requests, bad, application, proxy, latency: new Map(target.latencyHead) };
}

/** Adds `more` into `sum`. */
export function addTally(sum: Tally, more: Tally): void {
  sum.requests += more.requests;
  sum.bad += more.bad;
  sum.application += more.application;
  sum.proxy += more.proxy;
  for (const [bucket, count] of more.latency) sum.latency.set(bucket, (sum.latency.get(bucket) ?? 0) + count);
}

/** What happened between two cumulative tallies of one process; never negative. */
export function tallySince(before: Tally, after: Tally): Tally {
  const latency = new Map<number, number>();
  for (const [bucket, count] of after.latency) {
    const grown = count - (before.latency.get(bucket) ?? 0);
    if (grown > 0) latency.set(bucket, grown);
  }
  return {
    requests: Math.max(0, after.requests - before.requests),
    bad: Math.max(0, after.bad - before.bad),
    application: Math.max(0, after.application - before.application),
    proxy: Math.max(0, after.proxy - before.proxy),
    latency,
  };
}

/** Latencies in ms at the quantiles asked for (0 to 1, ascending); null when nothing was counted. */
export function latenciesMs(tally: Tally, quantiles: readonly number[]): (number | null)[] {
  const sorted = [...tally.latency].toSorted(([a], [b]) => a - b);
  let total = 0;
  for (const [, count] of sorted) total += count;
  if (total === 0) return quantiles.map(() => null);
  return quantiles.map((quantile) => {
    const rank = Math.max(1, Math.ceil(quantile * total));
    let seen = 0;
    for (const [bucket, count] of sorted) {
      seen += count;
      if (seen >= rank) return Math.round(latencyOfBucketMs(bucket) * 100) / 100;
    }
    return null;
  });
}
