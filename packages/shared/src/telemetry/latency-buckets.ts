/**
 * Log-linear latency buckets: 64 linear steps in each octave from 0.1 ms to 1 h, so that a quantile read from
 * them is within 1/64 of the true one (HdrHistogram's scheme, Tene 2013).
 */
const stepsPerOctave = 64;
const smallestMs = 0.1;
const octaves = Math.ceil(Math.log2(3_600_000 / smallestMs));

export const latencyBucketCount = octaves * stepsPerOctave + 1;

/** Index of the bucket for a latency in ms; below 0.1 ms is bucket 0, above 1 h the last. */
export function latencyBucketOf(latencyMs: number): number {
  if (!(latencyMs > smallestMs)) return 0;
  const ratio = latencyMs / smallestMs;
  const octave = Math.floor(Math.log2(ratio));
  const step = Math.floor((ratio / 2 ** octave - 1) * stepsPerOctave);
  return Math.min(octave * stepsPerOctave + step, latencyBucketCount - 1);
}

/** Middle of a bucket, in ms. */
export function latencyOfBucketMs(index: number): number {
  const octave = Math.floor(index / stepsPerOctave);
  const step = index % stepsPerOctave;
  return smallestMs * 2 ** octave * (1 + (step + 0.5) / stepsPerOctave);
}
