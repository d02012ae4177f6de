/** Bounds of the HTTP/1 codec (3-dataplane, Framing). */
export const limits = {
  headBytesMax: 65_536,
  headFieldsMax: 200,
  headMsMax: 10_000,
  trailerBytesMax: 16_384,
  chunkLineBytesMax: 4_096,
  /** What is read of the next request while the present one runs, so that an abort is seen. */
  readAheadBytesMax: 16_384,
  drainBytesMax: 65_536,
  drainMsMax: 1_000,
  dialMsMax: 1_000,
  streamIdleMsMax: 3_600_000,
  upstreamIdleMsMax: 30_000,
} as const;
