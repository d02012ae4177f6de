/** By nearest rank: `share` (0 to 1) of the samples are no larger. NaN when there are none. */
export function percentile(samples: readonly number[], share: number): number {
  const rank = Math.max(1, Math.ceil(share * samples.length));
  return samples.toSorted((a, b) => a - b)[rank - 1] ?? Number.NaN;
}
