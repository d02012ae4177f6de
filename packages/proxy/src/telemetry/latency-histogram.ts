import { latencyBucketCount, latencyBucketOf } from "@sluice/shared/telemetry/latency-buckets";

/** Counts by latency bucket, allocated when the first latency is recorded. */
export class LatencyHistogram {
  #buckets: Uint32Array | null = null;

  record(latencyMs: number): void {
    const buckets = (this.#buckets ??= new Uint32Array(latencyBucketCount));
    const index = latencyBucketOf(latencyMs);
    buckets[index] = (buckets[index] ?? 0) + 1;
  }

  /** [bucket, count] pairs of the buckets that are not empty. */
  sparse(): [number, number][] {
    const pairs: [number, number][] = [];
    this.#buckets?.forEach((count, index) => {
      if (count > 0) pairs.push([index, count]);
    });
    return pairs;
  }
}
